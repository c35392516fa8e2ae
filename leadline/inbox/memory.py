"""How far the reports were loaded, and where the names in them led: kept with the rows, as their cursor.

So that a name which leads nowhere costs a look into the tables, and not a reading of the whole archive.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Memory:
    """What is remembered from one run to the next."""

    seen: str = ""
    """Name of the last file that was loaded."""
    ids: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    """For `repository` and `ticket`: every name that was said, and the id that it led to."""
    lost: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    """By kind of report and id of the row: the names that lead nowhere."""

    @classmethod
    def of(cls, cursor: str | None) -> Self | None:
        """Return what a cursor says; None where there is none, or one that says less."""
        seen, _, rest = (cursor or "").partition("\n")
        return cls(seen, **json.loads(rest)) if rest else None

    def cursor(self) -> str:
        """Return it as a cursor."""
        return f"{self.seen}\n{json.dumps({'ids': self.ids, 'lost': self.lost}, ensure_ascii=False)}"

    def count(self, name: str) -> int:
        """Return how many rows say a `repository`, or a `ticket`, that is not there."""
        return sum(name in said for rows in self.lost.values() for said in rows.values())
