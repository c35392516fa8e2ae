"""The unit of loading: what a collector yields and the warehouse commits in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

Frames = Mapping[str, pl.DataFrame]


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
    restart: bool = False
    """Whether the scope is read from the start: first its cursors go, and the repairs that will be counted again."""
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


class State(Protocol):
    """What a collector may ask of the warehouse: how far it came, and what is already there."""

    def cursor(self, stream: str, scope: str) -> str | None:
        """The cursor stored for a stream and scope, or None."""
        ...

    def rows(self, table: str, columns: Sequence[str], **equal: str) -> pl.DataFrame:
        """The given columns of the stored rows whose columns equal the given values."""
        ...
