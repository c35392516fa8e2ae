"""The archive of raw answers: what an API said, kept so that every table can be made again without asking it.

A page is one Parquet file, compressed, under `payloads/<source>/<scope>/`; the names sort in the order the pages came.
A file is on disk before its page is committed. So a crash in between leaves an answer that the next run asks for again,
and never rows whose answer is lost.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import polars as pl

from warehouse.durable import to_disk
from warehouse.errors import WarehouseUnusable
from warehouse.tables import Page, Payload

FOLDER = "payloads"

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "stream": pl.String,
    "scope": pl.String,
    "cursor": pl.String,
    "restart": pl.List(pl.String),
    "loaded_at": pl.Datetime("us"),
    "request": pl.String,
    "body": pl.String,
    "received_at": pl.Datetime("us"),
}
"""One row per answer; the first five columns are those of its page."""


@dataclass(frozen=True)
class ArchivedPage:
    """The answers that one page was made of, and what the page said beside its rows."""

    stream: str
    scope: str
    cursor: str | None
    restart: tuple[str, ...]
    loaded_at: datetime
    """When its rows were loaded (UTC): their `collected_at`."""
    payloads: tuple[Payload, ...]


class Archive:
    """The archive of a data directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / FOLDER
        self._pages = 0

    def keep(self, page: Page, *, source: str, run_id: str, now: datetime) -> None:
        """Write the answers of a page to disk."""
        self._pages += 1
        folder = self._folder(source, page.scope)
        folder.mkdir(parents=True, exist_ok=True)
        rows = [
            (page.stream, page.scope, page.cursor, list(page.restart), now, said.request, said.body, said.received_at)
            for said in page.payloads
        ]
        file = folder / f"{run_id}-{self._pages:07}.parquet"
        half = file.with_suffix(".unfinished")
        pl.DataFrame(rows, schema=_SCHEMA, orient="row").write_parquet(half, compression="zstd", mkdir=False)
        to_disk(half)
        half.replace(file)
        to_disk(folder)

    def has(self, source: str) -> bool:
        """Whether anything of a source was kept."""
        return any(self._folder(source).glob("*/*.parquet"))

    def pages(self, source: str) -> Iterator[ArchivedPage]:
        """Every kept page of a source, in the order they were loaded.

        Raises WarehouseUnusable for a file that cannot be read.
        """
        for file in sorted(self._folder(source).glob("*/*.parquet"), key=lambda file: (file.name, file.parent.name)):
            try:
                rows = pl.read_parquet(file, glob=False).rows(named=True)
            except (pl.exceptions.PolarsError, OSError) as error:
                raise WarehouseUnusable(
                    f"{file} cannot be read: {error}",
                    hint="remove it and collect again with --full: the answers that it held are asked for anew",
                ) from None
            yield ArchivedPage(
                stream=rows[0]["stream"],
                scope=rows[0]["scope"],
                cursor=rows[0]["cursor"],
                restart=tuple(rows[0]["restart"]),
                loaded_at=rows[0]["loaded_at"],
                payloads=tuple(Payload(row["request"], row["body"], row["received_at"]) for row in rows),
            )

    def drop(self, source: str, scope: str | None = None) -> None:
        """Remove what was kept of a source, or of one scope of it."""
        shutil.rmtree(self._folder(source, scope), ignore_errors=True)

    def _folder(self, source: str, scope: str | None = None) -> Path:
        folder = self.directory / quote(source, safe="")
        return folder if scope is None else folder / quote(scope, safe="")
