"""What lists of pull requests share: short names, teams too small to show, and what to say where there is none."""

from collections.abc import Mapping

import polars as pl

from dashboards import data
from dashboards.parts import empty
from dashboards.parts.table import Column
from dashboards.queries import windows
from dashboards.scope import Scope

TOO_SMALL = "Not shown: group too small. `[privacy] minimum_group` says how many people a figure needs."


def labelled(frame: pl.DataFrame, repositories: Mapping[str, str]) -> pl.DataFrame:
    """Rows with `repository`, as it is called, and `label`: its number, behind the repository where there are several.

    The owner of a repository is left out of the label where the rest of the name says which one is meant.
    """
    last = {repo_id: name.rpartition("/")[2] for repo_id, name in repositories.items()}
    short = last if len(set(last.values())) == len(last) else dict(repositories)
    named = pl.format("{}#{}", pl.col("repo_id").replace(short), "number")
    alone = frame["repo_id"].n_unique() == 1
    return frame.with_columns(
        repository=pl.col("repo_id").replace(dict(repositories)),
        label=pl.format("#{}", "number") if alone else named,
    )


def names(labels: pl.DataFrame, heading: str, *, title: int) -> dict[str, Column]:
    """The columns with label and title of a table, `title` pixels wide; without repositories labels are narrower."""
    room = 110 if labels["repo_id"].n_unique() > 1 else 60
    return {"label": Column(heading, width=room), "title": Column("Title", width=title + 110 - room)}


def too_small(scope: Scope) -> bool:
    """Whether figures about the chosen team are not shown: it has too few members."""
    return bool(scope.team) and bool(data.rows(windows.small(str(scope.team)))["is_small"][0])


def nothing(why: str, *, hidden: bool = False) -> None:
    """A card without pull requests: why, how they come here where none is known at all, or that they are `hidden`."""
    if hidden:
        empty.nothing_here(TOO_SMALL)
    elif data.rows(windows.ANY_PULL_REQUEST)["is_known"][0]:
        empty.nothing_here(why)
    else:
        empty.nothing_here(
            'No pull request is known yet: a platform has them, such as `[[source]] kind = "github"` in leadline.toml.',
            "leadline run",
        )
