# ruff: noqa: S608 - names are looked up in the declaration, values are parameters
"""What a collector may ask about earlier runs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import polars as pl

from warehouse import catalog
from warehouse.ddl import listed, quoted


@dataclass(frozen=True)
class SourceState:
    """The state of one source, read from the warehouse."""

    query: Callable[[str, Sequence[object]], pl.DataFrame]
    source: str

    def cursor(self, stream: str, scope: str) -> str | None:
        """The cursor stored for a stream and scope, or None."""
        found = self.query(
            "SELECT cursor FROM meta.sync_state WHERE source = ? AND stream = ? AND scope = ?",
            [self.source, stream, scope],
        )
        return None if found.is_empty() else found.item()

    def rows(self, table: str, columns: Sequence[str], **equal: str | Collection[str]) -> pl.DataFrame:
        """The given columns of the stored rows whose columns equal the given values, or one of them."""
        declared = catalog.loadable(table)
        shown, where = catalog.known(table, declared, columns), catalog.known(table, declared, list(equal))
        condition = " AND ".join(f"list_contains(?, {quoted(name)})" for name in where) or "true"
        return self.query(
            f"SELECT {listed(shown)} FROM {catalog.main(table)} WHERE {condition}",
            [[value] if isinstance(value, str) else list(value) for value in equal.values()],
        )
