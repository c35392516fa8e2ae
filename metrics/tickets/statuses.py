"""What a status means: whether work has begun, whether it is over, whether anybody works on the ticket at all.

The configuration says so for each source, and for types of tickets where these differ. Where it does not, the category
that the tracker gives the status tells begin and end, and its name tells whether it is one of waiting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

WAITING = r"(?i)block|imped|wait|review|\bready\b|on hold|\bhold\b|pending|paused|queue"
"""Names of statuses in which nobody works on a ticket, unless the configuration says otherwise."""
BLOCKED = r"(?i)block|imped|on hold|\bhold\b"
"""Names of statuses in which a ticket cannot go on."""

Names = tuple[str, ...] | None
"""Names of statuses; None where the configuration says nothing."""


@dataclass(frozen=True)
class StageNames:
    """In which statuses work begins and ends."""

    start: Names = None
    done: Names = None


@dataclass(frozen=True)
class StatusNames(StageNames):
    """What the configuration of one source says about statuses."""

    waiting: Names = None
    blocked: Names = None
    types: Mapping[str, StageNames] = field(default_factory=dict)
    """Other beginnings and ends, by type of ticket."""
    reset_on_backlog: bool = True
    """Whether the work on a ticket that is put back before the start begins anew."""


def is_done(statuses: Mapping[str, StatusNames]) -> pl.Expr:
    """Whether the work is over in a status."""
    return _stage(statuses, "done", pl.col("status_category") == "done")


def is_start(statuses: Mapping[str, StatusNames]) -> pl.Expr:
    """Whether work begins with a status; what is done has not begun again."""
    return _stage(statuses, "start", pl.col("status_category") == "in_progress") & ~is_done(statuses)


def is_before(statuses: Mapping[str, StatusNames]) -> pl.Expr:
    """Whether work has not begun, or was put back: any status to do that is neither of the other two."""
    to_do = (pl.col("status_category") == "todo").fill_null(value=False)
    return to_do & ~is_start(statuses) & ~is_done(statuses)


def is_reset(statuses: Mapping[str, StatusNames]) -> pl.Expr:
    """Whether a status undoes the beginning of the work: one before it does, if the configuration wants it so."""
    lasting = [source for source, rules in statuses.items() if not rules.reset_on_backlog]
    return is_before(statuses) & ~pl.col("source").is_in(lasting)


def is_waiting(statuses: Mapping[str, StatusNames]) -> pl.Expr:
    """Whether nobody works on a ticket in a status; in a blocked one nobody does."""
    return _named(statuses, "waiting", WAITING) | is_blocked(statuses)


def is_blocked(statuses: Mapping[str, StatusNames]) -> pl.Expr:
    """Whether a ticket in a status cannot go on."""
    return _named(statuses, "blocked", BLOCKED)


def _stage(statuses: Mapping[str, StatusNames], part: str, default: pl.Expr) -> pl.Expr:
    of_source = pl.col("source")
    told = [
        pl.when((of_source == source) & (_lower("type") == type_.lower())).then(_is_one_of(names))
        for source, rules in statuses.items()
        for type_, stages in rules.types.items()
        if (names := getattr(stages, part)) is not None
    ]
    return _first(told + _of_sources(statuses, part), default)


def _named(statuses: Mapping[str, StatusNames], part: str, pattern: str) -> pl.Expr:
    return _first(_of_sources(statuses, part), pl.col("status").str.contains(pattern))


def _of_sources(statuses: Mapping[str, StatusNames], part: str) -> list[pl.Expr]:
    return [
        pl.when(pl.col("source") == source).then(_is_one_of(names))
        for source, rules in statuses.items()
        if (names := getattr(rules, part)) is not None
    ]


def _first(told: list[pl.Expr], default: pl.Expr) -> pl.Expr:
    return pl.coalesce(*told, default, pl.lit(value=False))


def _is_one_of(names: tuple[str, ...]) -> pl.Expr:
    return _lower("status").is_in([name.lower() for name in names])


def _lower(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase()
