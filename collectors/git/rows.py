"""Rows on their way into a page."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Rows:
    """Frames by table name, how many values needed repair by name of the check, and git processes it took."""

    tables: Mapping[str, pl.DataFrame]
    quality: Mapping[str, int] = field(default_factory=dict)
    requests: int = 1

    @property
    def height(self) -> int:
        """Rows of all tables."""
        return sum(frame.height for frame in self.tables.values())


def together(parts: Iterator[Rows], enough: int) -> Iterator[Rows]:
    """The parts, joined until they hold `enough` rows."""
    waiting: list[Rows] = []
    for part in parts:
        waiting.append(part)
        if sum(rows.height for rows in waiting) >= enough:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(parts: list[Rows]) -> Rows:
    return Rows(
        tables={name: pl.concat([part.tables[name] for part in parts]) for name in parts[0].tables},
        quality=dict(sum((Counter(part.quality) for part in parts), Counter())),
        requests=sum(part.requests for part in parts),
    )
