"""The unit of loading: what a collector yields and the warehouse commits in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import polars as pl

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Payload:
    """One answer of an API, as it was received: no headers, no credentials."""

    request: str
    """What was asked, as JSON; it tells `to_rows` how to read the body."""
    body: str
    """The answer, as JSON."""
    received_at: datetime
    """When it came (UTC, without a zone)."""


@dataclass(frozen=True)
class Page:
    """Rows and the cursor they belong to: all of it is committed, or nothing.

    `deletes`, `upserts` and `updates` are frames by table name and are applied in this order. The loader adds `source`
    and `collected_at` and reports rows that break the table's contract.
    """

    stream: str
    """What is being read, such as `commits`."""
    scope: str
    """Repository or project the page belongs to."""
    restart: Collection[str] = ()
    """Streams of the scope that are read from the start: their cursors go first, with the repairs counted again."""
    upserts: Frames = field(default_factory=dict)
    """Whole rows, inserted or replaced by primary key; columns left out become null."""
    updates: Frames = field(default_factory=dict)
    """Primary key and the columns to change, of rows that exist; other columns keep their value."""
    deletes: Frames = field(default_factory=dict)
    """Any columns of the table; rows equal to one of the frame's rows in all of them are deleted."""
    cursor: str | None = None
    """Where the next run goes on; None leaves the stored cursor as it is."""
    requests: int = 0
    """Requests made, or git processes started, to get the page."""
    quality: Mapping[str, int] = field(default_factory=dict)
    """Rows that needed repair or were left out, by name of the check."""
    is_farewell: bool = False
    """Whether the scope leaves for good: the answers that were kept of it go too."""
    payloads: Sequence[Payload] = ()
    """The answers that the rows were made of, in the order they came: what `leadline rebuild` reads."""


class State(Protocol):
    """What a collector may ask of the warehouse: how far it came, and what is already there."""

    def cursor(self, stream: str, scope: str) -> str | None:
        """The cursor stored for a stream and scope, or None."""
        ...

    def rows(self, table: str, columns: Sequence[str], **equal: str | Collection[str]) -> pl.DataFrame:
        """The given columns of the stored rows whose columns equal the given values, or one of them."""
        ...
