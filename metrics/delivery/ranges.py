"""Which commits each deployment brought: those that it reaches and the ones before it, on the same line, do not.

A commit belongs to the earliest deployment of a line that reaches it: this is the first one whose range (reachable
from this deployment's commit and not from the previous one's) contains it. So what a rollback or a second deployment
brings again is counted once.

Found for all commits at once. Every deployment's place in time goes down to all ancestors, and each keeps the
earliest: along first parents by pointer doubling (every round doubles how far it goes), then one step along the other
parents of merges, again until nothing changes. It takes as many rounds as merges are nested, not as the history is
long.
"""

import polars as pl

from metrics.delivery.production import IN_ORDER
from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

_COMMIT = ["repo_id", "sha"]
_REACHED = {"place": pl.Int64, "number": pl.Int64}
_KEYED = {"key": pl.Int64, "place": pl.Int64}


class DeploymentCommits(Intermediate):
    """One row per deployment and commit that it brought."""

    deployment_id = col.key("Deployment")
    repo_id = col.text("Repository")
    sha = col.key("Commit")


@pipeline(DeploymentCommits)
def deployment_commits(
    production_deployments: pl.LazyFrame, commits: pl.LazyFrame, commit_parents: pl.LazyFrame
) -> pl.LazyFrame:
    """Every commit under the first deployment of each line that reaches it; a deployment reaches its own commit."""
    placed = (
        production_deployments.filter(pl.col("sha").is_not_null())
        .sort(IN_ORDER)
        .with_row_index("place")
        .select(
            "deployment_id",
            "repo_id",
            "sha",
            pl.col("line").rank("dense").cast(pl.Int64),
            pl.col("place").cast(pl.Int64),
        )
    )
    numbered = (
        pl.concat([commits.select(_COMMIT), placed.select(_COMMIT)])
        .unique()
        .join(placed, on="repo_id", how="semi")
        .sort(_COMMIT)
        .with_row_index("number")
        .with_columns(pl.col("number").cast(pl.Int64))
    )
    edges = commit_parents.join(numbered, on=_COMMIT).join(
        numbered.select("repo_id", parent_sha="sha", up="number"), on=["repo_id", "parent_sha"]
    )
    is_first = pl.col("position") == 0
    # One frame for the function that needs them all: deployed commits have a place, edges have an upper end.
    rows = pl.concat(
        [
            placed.join(numbered, on=_COMMIT).select("line", "number", "place"),
            edges.select("number", "up", is_main=is_first),
        ],
        how="diagonal",
    )
    return (
        rows.map_batches(_earliest, schema=_REACHED)
        .join(placed.select("place", "deployment_id"), on="place")
        .join(numbered, on="number")
        .select(DeploymentCommits.column_names())
        .sort("deployment_id", "sha")
    )


def _earliest(rows: pl.DataFrame) -> pl.DataFrame:
    """Every commit that is reached on a line, with the earliest place in time from which it is."""
    main = rows.filter("is_main").select("number", "up")
    merged = rows.filter(~pl.col("is_main")).select("number", "up")
    commits = rows.select(pl.max_horizontal(pl.col("number", "up").max())).item() or 0
    # Line and commit as one number: they are grouped and joined by it many times.
    width = commits + 1
    key = pl.col("line") * width + pl.col("number")
    jumps = _doubled(main)
    reached = pl.DataFrame(schema=_KEYED)
    new = _of_each(rows.filter(pl.col("place").is_not_null()).select("place", key=key))
    while new.height:
        for jump in jumps:
            # Where an ancestor knows an earlier place, those before it do too: no need to go on from there.
            new = _improving(_of_each(pl.concat([new, _above(new, jump, width)])), reached)
        reached = _of_each(pl.concat([reached, new]))
        new = _improving(_of_each(_above(new, merged, width)), reached)
    return reached.select("place", number=pl.col("key") % width)


def _doubled(edges: pl.DataFrame) -> list[pl.DataFrame]:
    """The edges, then those that span two, four, eight … of them, as far as there are any."""
    jumps = []
    while edges.height:
        jumps.append(edges)
        edges = edges.join(edges.rename({"number": "up", "up": "above"}), on="up").select("number", up="above")
    return jumps


def _above(reached: pl.DataFrame, edges: pl.DataFrame, width: int) -> pl.DataFrame:
    step = pl.col("up") - pl.col("number")
    return (
        reached.with_columns(number=pl.col("key") % width)
        .join(edges, on="number")
        .select(pl.col("key") + step, "place")
    )


def _of_each(reached: pl.DataFrame) -> pl.DataFrame:
    return reached.group_by("key").agg(pl.col("place").min())


def _improving(new: pl.DataFrame, reached: pl.DataFrame) -> pl.DataFrame:
    """What is reached for the first time, or from an earlier place than before."""
    before = reached.rename({"place": "before"})
    return (
        new.join(before, on="key", how="left")
        .filter(pl.col("before").is_null() | (pl.col("place") < pl.col("before")))
        .drop("before")
    )
