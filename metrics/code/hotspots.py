"""Large files that change often: where complicated code costs most (Tornhill).

Score = percent rank of the revisions of the last 12 months × percent rank of the lines at the head, among the
files of the repository that are people's work. How many of them are hotspots is read from another curve, that of
revisions × lines: sorted, it falls steeply and then flattens, and as many files are hotspots as lie before the bend,
where the curve is farthest below the line from its first to its last point. The curve of the scores themselves is
nearly straight, because percent ranks are spread evenly: its bend would take in a third of a repository.

Misread: a hotspot is a place to look at, not a fault. Lines stand in for complexity, a table of constants scores
like a tangle of conditions. Ranks compare within one repository only.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import folder, months_ago, percent_rank
from metrics.registry import Metric, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]
COMMIT = ["repo_id", "sha"]


class Hotspots(Table):
    """One row per file at the head that is people's work, has lines, and changed in the last 12 months."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    folder = col.text("Its folder, at most two levels deep")
    team = col.text("The team that owns it")
    file_class = col.text("`source`, `test` or `configuration`")
    revisions = col.number("Commits that touched it in the last 12 months")
    lines = col.number("Lines at the head")
    score = col.real("Percent rank of revisions × percent rank of lines within the repository, 0 to 1")
    rank = col.number("Place in the repository by score, from 1")
    is_hotspot = col.flag("Whether it is one of the few that most effort goes into (see the definition)")
    revisions_before = col.number("Commits that touched it in the 12 months before those")
    trend = col.real("Revisions / revisions before - 1; null where it did not change before")
    trend_reason = col.text("Why the trend is null: `no_earlier_revisions`")
    authors = col.number("People who changed it in the last 12 months")


@pipeline(Hotspots)
def hotspots(
    file_revisions: pl.LazyFrame, file_places: pl.LazyFrame, commit_credits: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """The files that changed in the last 12 months with their scores, and which of them are hotspots."""
    changes = file_revisions.filter(
        pl.col("is_counted"), pl.col("is_alive"), pl.col("committed_at") > months_ago(as_of, 24)
    )
    is_recent = pl.col("committed_at") > months_ago(as_of, 12)
    counts = changes.group_by(FILE).agg(revisions=is_recent.sum(), revisions_before=(~is_recent).sum())
    authors = (
        changes.filter(is_recent)
        .join(commit_credits, on=COMMIT)
        .group_by(FILE)
        .agg(authors=pl.col("person_id").n_unique())
    )
    before = pl.col("revisions_before")
    return (
        file_places.filter(pl.col("is_counted"), pl.col("lines").is_not_null())
        .select(*FILE, "team", "file_class", "lines", folder=folder(pl.col("path")))
        .join(counts, on=FILE, how="left")
        .with_columns(pl.col("revisions", "revisions_before").fill_null(0))
        .with_columns(score=_score().over("repo_id"))
        .filter(pl.col("revisions") > 0)
        .join(authors, on=FILE, how="left")
        .sort("repo_id", "score", "path", descending=[False, True, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("repo_id"))
        .with_columns(
            is_hotspot=pl.col("rank") <= _bend().over("repo_id"),
            trend=pl.when(before > 0).then(pl.col("revisions") / before - 1),
            trend_reason=pl.when(before == 0).then(pl.lit("no_earlier_revisions")),
            authors=pl.col("authors").fill_null(0),
        )
        .select(Hotspots.column_names())
        .sort("repo_id", "rank")
    )


def _score() -> pl.Expr:
    """Rounded, so that equal products are equal and the path decides between them."""
    return (percent_rank(pl.col("revisions")) * percent_rank(pl.col("lines"))).round(12)


def _bend() -> pl.Expr:
    """How many files lie before the bend of the falling curve of revisions × lines."""
    effort = (pl.col("revisions") * pl.col("lines")).sort(descending=True)
    across = pl.int_range(pl.len()) / (pl.len() - 1).clip(1)
    down = (effort.max() - effort) / (effort.max() - effort.min()).clip(1)
    return (down - across).round(12).arg_max() + 1


METRICS = (
    Metric(
        name="hotspots",
        title="Hotspots",
        unit="count",
        direction="lower",
        responsibility="problem_solving",
        definition=(
            "Files by percent rank of revisions in the last 12 months × percent rank of lines at the head; as "
            "many are hotspots as lie before the bend of the sorted curve of revisions × lines (the curve of the "
            "scores is too straight to have one)."
        ),
        table="hotspots",
        inputs=("commits", "commit_parents", "commit_files", "head_files"),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS. Files that did not change in 12 months."
        ),
        pitfalls=(
            "A place to look at, not a fault. Lines stand in for complexity; ranks compare within one repository only."
        ),
        source="Tornhill, Your Code as a Crime Scene",
    ),
)
