"""Services: which repositories and files each is built from, as `[[service]]` in the configuration says.

A service is a repository, several, or the files of one that match its paths. Where none is configured, each repository
stands for itself: its figures are those of the scope `repository`.

What counts in a service: its files; a commit that changes one of them, as a whole; a pull request that changes one of
them; a ticket that such a pull request serves; deployments of its repositories, of a part of one those that brought a
change of it. Incidents and runs count where a repository belongs to it as a whole: of a part nobody says which.

Misread: a commit or pull request that crosses services counts in each of them; they do not add up to the whole.
"""

import polars as pl

from metrics.code.globs import glob_regex, is_called, repository_regex
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]
COMMIT = ["repo_id", "sha"]


class ServiceRepositories(Table):
    """One row per service and repository that it is built from."""

    service = col.key("Service")
    repo_id = col.key("Repository")
    is_whole = col.flag("Whether all of the repository belongs to it")


class ServiceFiles(Table):
    """One row per service and file of it: those at the head, and those that ever changed."""

    service = col.key("Service")
    repo_id = col.key("Repository")
    path = col.key("Path of the file")


@pipeline(ServiceRepositories)
def service_repositories(repositories: pl.LazyFrame, service_scopes: pl.LazyFrame) -> pl.LazyFrame:
    """The repositories of every service."""
    return (
        _called(repositories, service_scopes)
        .group_by("service", "repo_id")
        .agg(is_whole=pl.col("pattern").is_null().any())
        .sort("service", "repo_id")
    )


@pipeline(ServiceFiles)
def service_files(
    repositories: pl.LazyFrame,
    service_scopes: pl.LazyFrame,
    head_files: pl.LazyFrame,
    commit_files: pl.LazyFrame,
    pull_request_files: pl.LazyFrame,
) -> pl.LazyFrame:
    """The files of every service."""
    # A pull request is called after its repository.
    asked = pull_request_files.select("path", repo_id=pl.col("pr_id").str.extract(r"^(.*)#\d+$"))
    called = _called(repositories, service_scopes)
    paths = (
        pl.concat([head_files.select(FILE), commit_files.select(FILE), asked.select(FILE)])
        .join(called, on="repo_id", how="semi")
        .unique()
    )
    regex = glob_regex(pl.lit("/") + pl.col("pattern").str.strip_prefix("/"))
    return (
        called.with_columns(regex=regex)
        .join(paths, on="repo_id")
        .filter(pl.col("pattern").is_null() | pl.col("path").str.contains(pl.col("regex")))
        .select(ServiceFiles.column_names())
        .unique()
        .sort(ServiceFiles.primary_key())
    )


def _called(repositories: pl.LazyFrame, service_scopes: pl.LazyFrame) -> pl.LazyFrame:
    """`service`, `repo_id` and `pattern`, null where it is all of the repository."""
    scopes = service_scopes.select("service", "pattern", regex=repository_regex(pl.col("repository")))
    return (
        repositories.select("repo_id", "name", "url")
        .join(scopes, how="cross")
        .filter(is_called("regex"))
        .select("service", "repo_id", pattern=pl.when(pl.col("pattern") != "").then("pattern"))
        .unique()
    )


def commits_of_services(
    service_repositories: pl.LazyFrame, service_files: pl.LazyFrame, commit_files: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """`service` and `repo_id` of which every commit counts, and `service`, `repo_id` and `sha` of single commits."""
    parts = service_repositories.filter(~pl.col("is_whole")).select("service", "repo_id")
    single = commit_files.select(*COMMIT, "path").join(
        service_files.join(parts, on=["service", "repo_id"], how="semi"), on=FILE
    )
    return (
        service_repositories.filter("is_whole").select("service", "repo_id"),
        single.select("service", *COMMIT).unique(),
    )
