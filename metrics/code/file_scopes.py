"""Which counted file belongs to which repository, folder, service and team: the groups with figures about code."""

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

SCOPE = ["repo_id", "scope_kind", "scope"]


class FileScopes(Intermediate):
    """One row per group and file in it; only files that are people's work."""

    repo_id = col.key("Repository; `*` for a service or team, whose files can lie in several")
    scope_kind = col.key("`repository`, `folder`, `service` or `team`")
    scope = col.key("Id of the repository, folder (top or second level), service, or team")
    file_repo_id = col.key("Repository of the file")
    path = col.key("Path of the file")


@pipeline(FileScopes)
def file_scopes(file_places: pl.LazyFrame, service_files: pl.LazyFrame) -> pl.LazyFrame:
    """Every counted file under each group that it belongs to."""
    counted = file_places.filter(pl.col("is_counted"))

    def group(kind: str, repo_id: pl.Expr, scope: str) -> pl.LazyFrame:
        return counted.select(
            repo_id,
            pl.lit(kind).alias("scope_kind"),
            pl.col(scope).alias("scope"),
            pl.col("repo_id").alias("file_repo_id"),
            "path",
        )

    own = pl.col("repo_id")
    groups = [
        group("repository", own, "repo_id"),
        group("folder", own, "folder_1"),
        group("folder", own, "folder_2"),
        group("team", pl.lit("*").alias("repo_id"), "team"),
    ]
    of_services = counted.join(service_files, on=["repo_id", "path"]).select(
        repo_id=pl.lit("*"), scope_kind=pl.lit("service"), scope="service", file_repo_id="repo_id", path="path"
    )
    groups.append(of_services)
    return pl.concat(groups).drop_nulls("scope").sort(*SCOPE, "file_repo_id", "path")
