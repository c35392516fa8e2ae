"""Everything known about a file, in one row.

- *Revisions*: commits that touched it; *sum of coupling*: how much else was touched on these occasions.
- *Fragmentation*: 1 - Σ (a person's revisions / revisions)²; 0 where one person made them all (code-maat).
- *Age*: whole months since the last change (code-maat). Old code is not bad code: what does not change need not be
  understood today.
- *At risk*: fewer than two people know it (they wrote or reviewed a change that was no bulk change) and were active
  anywhere in the last 90 days (Mirsaeedi & Rigby). Most files of an old project are; it matters where work goes on.
- *Lost share*: the share of its lines added by people who have been inactive for 90 days.
"""

from datetime import datetime

import polars as pl

from metrics.code.path_classes import CLASSES
from metrics.expressions import ACTIVE, folder, months_ago, total, whole_months
from metrics.registry import Metric, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]
COMMIT = ["repo_id", "sha"]
KNOWERS_NEEDED = 2


class Files(Table):
    """One row per file at the head of the default branch."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    file_class = col.text(CLASSES)
    is_counted = col.flag(
        "Whether it is people's work (`source`, `test`, `configuration`); figures about authors are null for the others"
    )
    folder = col.text("Its folder, at most two levels deep; empty at the root")
    team = col.text("The team that owns it; null where nobody says so")
    revisions = col.number("Commits that touched it")
    revisions_90d = col.number("Commits that touched it in the last 90 days")
    revisions_12m = col.number("Commits that touched it in the last 12 months")
    additions = col.number("Lines ever added; null for a binary file or while not counted")
    deletions = col.number("Lines ever deleted; null for a binary file or while not counted")
    lines = col.number("Lines at the head; null for a binary file")
    authors = col.number("People who ever changed it")
    active_authors = col.number("Of these, people active in the last 90 days")
    fragmentation = col.real(
        "1 - sum of squared shares of its revisions by author: 0 is one author, near 1 is very many"
    )
    sum_of_coupling = col.number("Sum over its commits of at most 30 files of (files in the commit - 1)")
    age_months = col.number("Whole months since its last change")
    last_changed_at = col.instant("Its last change")
    main_author_id = col.person("The person with the largest share of the lines added; null while not counted")
    main_share = col.real("That person's share of the lines added; null while not counted")
    knowers = col.number("People who know it (wrote or reviewed changes of it) and were active in the last 90 days")
    is_at_risk = col.flag("Whether fewer than two people know it and are still active")
    lost_share = col.real("Share of its lines whose authors have been inactive for 90 days; null while not counted")


@pipeline(Files)
def files(
    file_places: pl.LazyFrame, file_revisions: pl.LazyFrame, ownership: pl.LazyFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """Every file at the head with its history, its people and its risks."""
    return (
        file_places.select(*FILE, "file_class", "is_counted", "lines", "team", folder=folder(pl.col("path")))
        .join(_history(file_revisions, as_of), on=FILE, how="left")
        .join(_sums_of_coupling(file_revisions), on=FILE, how="left")
        .join(_people(ownership), on=FILE, how="left")
        .with_columns(
            pl.col("revisions", "revisions_90d", "revisions_12m").fill_null(0),
            pl.when("is_counted").then(pl.col("authors", "active_authors", "knowers", "sum_of_coupling").fill_null(0)),
            age_months=whole_months(pl.col("last_changed_at"), as_of),
        )
        .with_columns(is_at_risk=pl.col("knowers") < KNOWERS_NEEDED)
        .select(Files.column_names())
        .sort(FILE)
    )


def _history(file_revisions: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    at = pl.col("committed_at")
    return file_revisions.group_by(FILE).agg(
        revisions=pl.len(),
        revisions_90d=(at >= as_of - ACTIVE).sum(),
        revisions_12m=(at > months_ago(as_of, 12)).sum(),
        additions=total(pl.col("additions")),
        deletions=total(pl.col("deletions")),
        last_changed_at=at.max(),
    )


def _sums_of_coupling(file_revisions: pl.LazyFrame) -> pl.LazyFrame:
    return (
        file_revisions.filter(pl.col("is_counted"), ~pl.col("is_bulk"))
        .with_columns(others=pl.len().over(COMMIT).cast(pl.Int64) - 1)
        .group_by(FILE)
        .agg(sum_of_coupling=pl.col("others").sum())
    )


def _people(ownership: pl.LazyFrame) -> pl.LazyFrame:
    wrote = pl.col("revisions") > 0
    credit = pl.col("credit").filter(wrote)
    return ownership.group_by(FILE).agg(
        authors=wrote.sum(),
        active_authors=(wrote & pl.col("is_active")).sum(),
        # Rounded, so that one author gives 0 and not a rest of the arithmetic.
        fragmentation=(1 - (credit / credit.sum()).pow(2).sum()).round(12).clip(0),
        main_author_id=pl.col("person_id").filter("is_main").first(),
        main_share=pl.col("share").filter("is_main").first(),
        knowers=(pl.col("is_knower") & pl.col("is_active")).sum(),
        lost_share=total(pl.col("share") * (~pl.col("is_active")).cast(pl.Float64)),
    )


METRICS = (
    Metric(
        name="revisions",
        title="Revisions of a file",
        unit="count",
        direction="neutral",
        responsibility="problem_solving",
        definition="Commits of the default branch that touched the file, through all its renames.",
        table="files",
        inputs=("commits", "commit_parents", "commit_files", "head_files"),
        exclusions="Merges; commits dated after the run.",
        pitfalls="Many revisions mean that much is asked of a file, not that it is bad.",
        source="code-maat",
    ),
    Metric(
        name="sum_of_coupling",
        title="Sum of coupling",
        unit="count",
        direction="lower",
        responsibility="problem_solving",
        definition="Sum over the commits with the file of (files in the commit - 1).",
        table="files",
        inputs=("commits", "commit_parents", "commit_files", "head_files"),
        exclusions=(
            "Commits of more than 30 files; vendored, generated, lock, documentation, data and asset files, "
            "`.mailmap`, authors' lists, changelogs and CODEOWNERS."
        ),
        pitfalls="It grows with age and with the habit of large commits; compare files of one repository.",
        source="code-maat",
    ),
    Metric(
        name="fragmentation",
        title="Fragmentation of authorship",
        unit="share",
        direction="neutral",
        responsibility="allocation",
        definition=(
            "1 - Σ (a person's revisions of the file / all that people made)²: 0 where one person made all, near 1 "
            "where very many made few each; co-authors share a revision."
        ),
        table="files",
        inputs=("commits", "commit_parents", "commit_files", "head_files", "commit_trailers", "people"),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS; programs."
        ),
        pitfalls=(
            "Low is a risk of losing knowledge, high one of nobody feeling responsible; neither end is good by itself."
        ),
        source="code-maat (fractal value)",
    ),
    Metric(
        name="code_age",
        title="Code age",
        unit="months",
        direction="neutral",
        responsibility="strategy",
        definition=(
            "Whole months since the last change of the file; a month is complete when its day and time are reached."
        ),
        table="files",
        inputs=("commits", "commit_parents", "commit_files", "head_files"),
        exclusions="Merges; commits dated after the run.",
        pitfalls="A reformatting makes old code look young. Old and quiet is often simply finished.",
        source="code-maat",
    ),
    Metric(
        name="files_at_risk",
        title="Files at risk",
        unit="share",
        direction="lower",
        responsibility="mentoring",
        definition=(
            "Share of the files that fewer than two people know who were active in the last 90 days: who created the "
            "file, reviewed a change of it, or changed it other than in bulk (over 30 files). All files are looked at, "
            "none is sampled, so that there is no interval around the share."
        ),
        table="files",
        inputs=(
            "commits",
            "commit_parents",
            "commit_files",
            "head_files",
            "commit_trailers",
            "people",
            "reviews",
            "comments",
        ),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS; programs."
        ),
        pitfalls=(
            "Most files of an old project are at risk by this measure; it matters where work goes on. Knowledge "
            "from reading leaves no trace."
        ),
        source="Mirsaeedi & Rigby 2020",
    ),
    Metric(
        name="knowledge_loss",
        title="Knowledge loss",
        unit="share",
        direction="lower",
        responsibility="strategy",
        definition=(
            "Share of the lines at the head whose authors have been inactive for 90 days. Who wrote a line is "
            "estimated: each person's share of the lines ever added, times the lines at the head."
        ),
        table="folders",
        inputs=(
            "commits",
            "commit_parents",
            "commit_files",
            "head_files",
            "commit_trailers",
            "people",
            "reviews",
            "comments",
        ),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS; programs. Files whose lines were not counted."
        ),
        pitfalls=(
            "An estimate, not a blame of every line: rewritten code keeps its first author's share. People who "
            "only moved to another repository count as gone where that is not collected."
        ),
        source="CodeScene, by an approximation of its own",
    ),
)
