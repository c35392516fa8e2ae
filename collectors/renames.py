"""What stored rows say of a repository that has got another name: its name in them is the new one from then on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from warehouse.tables import CORE, State


@dataclass(frozen=True)
class Rename:
    """A repository under its old and its new name and address."""

    repo_id: str
    old: str
    new: str
    old_url: str | None
    new_url: str
    is_given_up: bool
    """Whether no other repository has the old name: then whoever says it means this one."""


@dataclass(frozen=True)
class _Shown:
    """Columns of a table that show the name of a repository."""

    holder: str
    """The column that tells which repository the row belongs to."""
    references: tuple[str, ...] = ()
    """`owner/name#12`."""
    names: tuple[str, ...] = ()
    """`owner/name`."""
    addresses: tuple[str, ...] = ()
    """Web addresses."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.references, *self.names, *self.addresses)


_SHOWN: Mapping[str, _Shown] = {
    "tickets": _Shown("ticket_id", ("key", "parent_key"), ("project",), ("url",)),
    "ticket_changes": _Shown("ticket_id", ("to_value",)),
    "ticket_links": _Shown("ticket_id", ("other_key",)),
    "pull_requests": _Shown("pr_id", addresses=("url",)),
    "pull_request_mentions": _Shown("pr_id", ("reference",)),
    "milestones": _Shown("repo_id", names=("project",)),
    "releases": _Shown("repo_id", addresses=("url",)),
    "ci_runs": _Shown("repo_id", addresses=("url",)),
    "deployments": _Shown("repo_id", addresses=("url",)),
}


@dataclass
class Changes:
    """Frames by table, as a page holds them."""

    deletes: dict[str, pl.DataFrame] = field(default_factory=dict)
    upserts: dict[str, pl.DataFrame] = field(default_factory=dict)
    updates: dict[str, pl.DataFrame] = field(default_factory=dict)


def changes(renames: Sequence[Rename], *, source: str, state: State) -> Changes:
    """What changes in the rows that show the old names; rows that have the name in their key are told anew."""
    made = Changes()
    for table, shown in _SHOWN.items() if renames else ():
        keys = CORE[table].primary_key()
        columns = list(dict.fromkeys((*keys, shown.holder, *shown.columns)))
        stored = state.rows(table, columns, source=source)
        renamed = stored
        for rename in renames:
            renamed = renamed.with_columns(_renamed(rename, shown))
        is_new = pl.any_horizontal(
            renamed[name].ne_missing(stored[name]).alias(f"{name} changed") for name in shown.columns
        )
        before, after = stored.filter(is_new), renamed.filter(is_new)
        if before.is_empty():
            continue
        if set(shown.columns) & set(keys):
            made.deletes[table] = before.select(keys)
            made.upserts[table] = after.unique(keys)
        else:
            made.updates[table] = after.select(*keys, *shown.columns)
    return made


def _renamed(rename: Rename, shown: _Shown) -> list[pl.Expr]:
    holder, old = pl.col(shown.holder), rename.old.lower()
    numbered = [holder.str.starts_with(f"{rename.repo_id}{sign}") for sign in "#!"]  # GitLab's merge requests are `!12`
    is_own = pl.any_horizontal(holder == rename.repo_id, *numbered)
    is_meant = is_own | pl.lit(rename.is_given_up)
    references = [
        _with_start(name, rename.new, len(old), is_meant & pl.col(name).str.to_lowercase().str.starts_with(f"{old}#"))
        for name in shown.references
    ]
    names = [_with_start(name, rename.new, len(old), is_own) for name in shown.names]
    addresses = [
        _with_start(name, rename.new_url, len(url), is_own & pl.col(name).str.starts_with(f"{url}/"))
        for name in shown.addresses
        if (url := rename.old_url)
    ]
    return [*references, *names, *addresses]


def _with_start(column: str, start: str, length: int, condition: pl.Expr) -> pl.Expr:
    """The column with another beginning in place of its first characters, where the condition holds."""
    changed = pl.concat_str(pl.lit(start), pl.col(column).str.slice(length))
    return pl.when(condition).then(changed).otherwise(pl.col(column)).alias(column)
