"""A warehouse in memory, so that what a collector yields can be looked at page by page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import polars as pl

from warehouse.tables import CORE, Page


@dataclass
class Memory:
    """The loader's contract on frames in memory: deletes, upserts and updates of a page, then its cursor."""

    tables: dict[str, pl.DataFrame] = field(
        default_factory=lambda: {name: table.create_empty() for name, table in CORE.items()}
    )
    cursors: dict[tuple[str, str], str] = field(default_factory=dict)
    repairs: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """How many rows were repaired or left out, by stream, scope and check."""

    @property
    def quality(self) -> dict[str, int]:
        """The repairs by check."""
        return {
            check: sum(count for (*_, of), count in self.repairs.items() if of == check) for _, _, check in self.repairs
        }

    def cursor(self, stream: str, scope: str) -> str | None:
        return self.cursors.get((stream, scope))

    def rows(self, table: str, columns: Sequence[str], **equal: str | Collection[str]) -> pl.DataFrame:
        wanted = {name: [value] if isinstance(value, str) else list(value) for name, value in equal.items()}
        is_wanted = [pl.col(name).is_in(values) for name, values in wanted.items()]
        return self.tables[table].filter(is_wanted).select(columns)

    def load(self, page: Page, source: str) -> None:
        for stream in page.restart:
            self.cursors.pop((stream, page.scope), None)
            for known in [known for known in self.repairs if known[:2] == (stream, page.scope)]:
                del self.repairs[known]
        for name, frame in page.deletes.items():
            self.tables[name] = self.tables[name].join(frame, on=frame.columns, how="anti", nulls_equal=True)
        for name, frame in page.upserts.items():
            schema = CORE[name]
            rows = frame.with_columns(source=pl.lit(source), collected_at=pl.lit(None, pl.Datetime("us")))
            missing = [pl.lit(None).alias(column) for column in schema.column_names() if column not in rows.columns]
            rows = schema.validate(rows.with_columns(missing).select(schema.column_names()), cast=True)
            kept = self.tables[name].join(rows, on=schema.primary_key(), how="anti")
            self.tables[name] = pl.concat([kept, rows])
        for name, frame in page.updates.items():
            key = [column for column in CORE[name].primary_key() if column in frame.columns]
            assert frame.select(key).is_duplicated().sum() == 0
            self.tables[name] = self.tables[name].update(frame, on=key, how="left", include_nulls=True)
        for check, count in page.quality.items():
            known = (page.stream, page.scope, check)
            self.repairs[known] = self.repairs.get(known, 0) + count
        if page.cursor is not None:
            self.cursors[page.stream, page.scope] = page.cursor

    def table(self, name: str) -> pl.DataFrame:
        schema = CORE[name]
        return self.tables[name].drop("source", "collected_at").sort(schema.primary_key())

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        filled = {name: self.table(name).rows() for name, frame in self.tables.items() if "source" in frame.columns}
        return {**filled, "cursors": sorted((*key, value) for key, value in self.cursors.items())}
