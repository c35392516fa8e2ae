"""What lists of pull requests share: short names, teams too small to show, and what to say where there is none."""

from collections.abc import Mapping

import polars as pl

from dashboards import data
from dashboards.parts import empty
from dashboards.queries import windows
from dashboards.scope import Scope

TOO_SMALL = "Not shown: group too small. `[privacy] minimum_group` says how many people a figure needs."


def labelled(frame: pl.DataFrame, repositories: Mapping[str, str]) -> pl.DataFrame:
    """Rows with `repository`, as it is called, and `label`: repository and number."""
    return frame.with_columns(repository=pl.col("repo_id").replace(dict(repositories))).with_columns(
        label=pl.format("{}#{}", "repository", pl.col("number"))
    )


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
