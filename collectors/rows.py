"""From values that a platform tells to frames of the core tables."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import polars as pl

from warehouse.tables import CORE, SourceTable

Node = dict[str, Any]
"""An item as GraphQL tells it."""
Row = dict[str, Any]
"""A row of a table, by column."""
Rows = Mapping[str, Iterable[Row]]


def instant(text: str | None) -> datetime | None:
    """An instant of the API as it is stored: UTC, without a zone."""
    return utc(text) if text else None


def utc(text: str) -> datetime:
    """Like `instant`, of a text that is there."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def day(text: str | None) -> date | None:
    """The day of an instant of the API."""
    moment = instant(text)
    return moment.date() if moment else None


def beginning(day: date | None) -> datetime | None:
    """The instant at which a day begins (UTC)."""
    return datetime.combine(day, time()) if day else None


def length(text: str | None) -> int:
    """The length of a text, which is all that is stored of it."""
    return len(text or "")


def frames(rows: Rows) -> dict[str, pl.DataFrame]:
    """The rows as frames of the tables they are for, the last of several with the same key; empty ones are left out."""
    return {name: frame(name, list(found)) for name, found in rows.items() if found}


def frame(table: str, rows: list[Row]) -> pl.DataFrame:
    """Rows of a table as a frame; columns left out are null, of several rows with the same key the last one counts."""
    stamped = SourceTable.columns()
    schema = {name: column.dtype for name, column in CORE[table].columns().items() if name not in stamped}
    complete = [{name: row.get(name) for name in schema} for row in rows]
    return pl.DataFrame(complete, schema=schema).unique(CORE[table].primary_key(), keep="last", maintain_order=True)
