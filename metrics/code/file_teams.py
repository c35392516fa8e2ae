"""The team that owns each file at the head.

The team is the one whose configured path matches (the longest pattern wins), else the one whose configured
repository matches, else the first team that the last matching rule of CODEOWNERS names. `@organisation/some-team`
is the configured team of that name, upper case and hyphens aside, or else a team of its own under the name written
there. People named in CODEOWNERS are no team.
"""

import polars as pl

from metrics.code.globs import glob_regex, is_called, repository_regex
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]


class FileTeams(Intermediate):
    """One row per file at the head."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    team = col.text("The team that owns it; null where nobody says so")


@pipeline(FileTeams)
def file_teams(
    head_files: pl.LazyFrame,
    repositories: pl.LazyFrame,
    teams: pl.LazyFrame,
    team_scopes: pl.LazyFrame,
    code_owners: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every file at the head with its team."""
    files = head_files.select(FILE)
    named = repositories.select("repo_id", "name", "url")
    return (
        files.join(_by_path(files, named, team_scopes), on=FILE, how="left")
        .join(_by_repository(named, team_scopes), on="repo_id", how="left")
        .join(_by_code_owners(files, code_owners, teams), on=FILE, how="left")
        .select(*FILE, team=pl.coalesce("path_team", "repository_team", "owning_team"))
        .sort(FILE)
    )


def _by_path(files: pl.LazyFrame, named: pl.LazyFrame, team_scopes: pl.LazyFrame) -> pl.LazyFrame:
    scopes = team_scopes.filter(pl.col("kind") == "path").select(
        "team",
        repository=repository_regex(pl.col("pattern").str.extract(r"^([^:]*):")),
        inside=pl.col("pattern").str.extract(r":(.*)$"),
    )
    return (
        named.join(scopes, how="cross")
        .filter(is_called("repository"))
        .with_columns(regex=glob_regex(pl.lit("/") + pl.col("inside").str.strip_prefix("/")))
        .join(files, on="repo_id")
        .filter(pl.col("path").str.contains(pl.col("regex")))
        .sort(pl.col("inside").str.len_chars(), "team", descending=[True, False])
        .unique(FILE, keep="first", maintain_order=True)
        .select(*FILE, path_team="team")
    )


def _by_repository(named: pl.LazyFrame, team_scopes: pl.LazyFrame) -> pl.LazyFrame:
    scopes = team_scopes.filter(pl.col("kind") == "repository").select(
        "team", "pattern", regex=repository_regex(pl.col("pattern"))
    )
    return (
        named.join(scopes, how="cross")
        .filter(is_called("regex"))
        .sort(pl.col("pattern").str.len_chars(), "team", descending=[True, False])
        .unique("repo_id", keep="first", maintain_order=True)
        .select("repo_id", repository_team="team")
    )


def _by_code_owners(files: pl.LazyFrame, code_owners: pl.LazyFrame, teams: pl.LazyFrame) -> pl.LazyFrame:
    rules = code_owners.select("repo_id", "position", "owners", regex=glob_regex(pl.col("pattern")))
    return (
        files.join(rules, on="repo_id")
        .filter(pl.col("path").str.contains(pl.col("regex")))
        .sort("position")
        .unique(FILE, keep="last", maintain_order=True)
        .with_columns(slug=pl.col("owners").str.extract(r"(?:^|\s)@[^/\s]+/(\S+)"))
        .with_columns(key=team_key(pl.col("slug")))
        .join(teams.select("team", key=team_key(pl.col("team"))).unique("key"), on="key", how="left")
        .select(*FILE, owning_team=pl.coalesce("team", "slug"))
    )


def team_key(name: pl.Expr) -> pl.Expr:
    """What two ways of writing the name of a team have in common."""
    return name.str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "-")
