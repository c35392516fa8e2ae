"""Who is named by commits, and who is named by nothing any more once commits are gone."""

import polars as pl

from warehouse.tables import State


def mentions(commits: pl.DataFrame, trailers: pl.DataFrame) -> pl.DataFrame:
    """`sha` and `identity_id` of everyone the commits and trailers name."""
    return pl.concat(
        [
            commits.select("sha", identity_id="author_id"),
            commits.select("sha", identity_id="committer_id"),
            trailers.select("sha", identity_id="person_id"),
        ]
    ).filter(pl.col("identity_id").is_not_null())


def stored_mentions(state: State, repo_id: str) -> pl.DataFrame:
    """`sha` and `identity_id` of everyone that the stored commits of a repository name."""
    return mentions(
        state.rows("commits", ["sha", "author_id", "committer_id"], repo_id=repo_id),
        state.rows("commit_trailers", ["sha", "person_id"], repo_id=repo_id),
    )


def orphans(state: State, source: str, repo_id: str, named: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """`identity_id` of those that nothing of the source names any more when commits of a repository are gone.

    `named` has the mentions (`sha`, `identity_id`) of the repository, `gone` the `sha` of the commits that go.
    """
    is_elsewhere = pl.col("repo_id") != repo_id
    elsewhere = mentions(
        state.rows("commits", ["repo_id", "sha", "author_id", "committer_id"], source=source).filter(is_elsewhere),
        state.rows("commit_trailers", ["repo_id", "sha", "person_id"], source=source).filter(is_elsewhere),
    )["identity_id"]
    requests = state.rows("pull_request_commits", ["author_id"], source=source)["author_id"].alias("identity_id")
    left = named.join(gone, on="sha", how="anti")["identity_id"]
    kept = pl.concat([elsewhere, requests, left]).to_frame()
    return (
        named.join(gone, on="sha", how="semi").select("identity_id").unique().join(kept, on="identity_id", how="anti")
    )
