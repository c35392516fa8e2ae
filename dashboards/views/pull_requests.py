"""What every list of pull requests shares: a short name, a repository that readers know, teams too small to show."""

from collections.abc import Mapping

import polars as pl

from dashboards import data
from dashboards.queries import windows
from dashboards.scope import Scope

COLLECTED_BY = "leadline run"
"""The command that brings pull requests."""

NONE_YET = 'No pull request here yet. They come from a platform: `[[source]] kind = "github"` in leadline.toml.'


def labelled(frame: pl.DataFrame, repositories: Mapping[str, str]) -> pl.DataFrame:
    """Rows with `repository`, as it is called, and `label`: repository and number."""
    return frame.with_columns(repository=pl.col("repo_id").replace(dict(repositories))).with_columns(
        label=pl.format("{}#{}", "repository", pl.col("number"))
    )


def too_small(scope: Scope) -> bool:
    """Whether figures about the chosen team are not shown: it has too few members."""
    return bool(scope.team) and bool(data.rows(windows.small(str(scope.team)))["is_small"][0])


TOO_SMALL = "Not shown: group too small. `[privacy] minimum_group` says how many people a figure needs."
