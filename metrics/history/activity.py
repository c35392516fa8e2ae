"""How much happened, week by week and day by day.

Commits are those of the default branch without merges, at the time they were applied there. Lines of binary files
are unknown and add nothing; bulk commits count and are also shown apart, because one reformatting outweighs a year
of work.

Misread: neither commits nor lines measure output. A quiet week can be the one in which the hard problem was solved.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import day, today, total
from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

COMMIT = ["repo_id", "sha"]
WEEK = ["repo_id", "week", "file_class"]
ALL = "all"


class Activity(Table):
    """One row per repository, week (of the reporting zone, from Monday) and class of files; quiet weeks are 0."""

    repo_id = col.key("Repository")
    week = col.key_day("Monday of the week")
    file_class = col.key("Class of the files; `all` for the whole week")
    commits = col.number("Commits on the default branch without merges")
    authors = col.number("People who wrote them, co-authors included, bots left out")
    revisions = col.number("Changes of files")
    additions = col.number("Lines added; null while none were counted")
    deletions = col.number("Lines deleted; null while none were counted")
    bulk_additions = col.number("Lines added by commits of more than 30 files")
    bulk_deletions = col.number("Lines deleted by commits of more than 30 files")


class Churn(Table):
    """One row per repository, day (of the reporting zone), person and class of files."""

    repo_id = col.key("Repository")
    day = col.key_day("Day")
    person_id = col.key_person("Author; co-authors share the lines. `*` stands for programs and unknown authors")
    file_class = col.key("Class of the files")
    commits = col.number("Commits in which the person took part")
    revisions = col.real("Changes of files, credit shared")
    additions = col.real("Lines added, credit shared; null while none were counted")
    deletions = col.real("Lines deleted, credit shared; null while none were counted")


@pipeline(Activity)
def activity(
    main_commits: pl.LazyFrame,
    file_revisions: pl.LazyFrame,
    commit_credits: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """Commits, authors and lines of every week from a repository's first to the one that `as_of` lies in."""
    commits = main_commits.filter(~pl.col("is_merge"), pl.col("committed_at") <= as_of).select(
        *COMMIT, week=day(pl.col("committed_at"), zone).dt.truncate("1w")
    )
    by_class = file_revisions.select(*COMMIT, "file_class", "additions", "deletions", "is_bulk").join(
        commits, on=COMMIT
    )
    touched = by_class.select(*COMMIT, "week", "file_class").unique()
    every = pl.concat([commits.with_columns(file_class=pl.lit(ALL)), touched.select(*COMMIT, "week", "file_class")])
    lines = (
        pl.concat([by_class, by_class.with_columns(file_class=pl.lit(ALL))])
        .group_by(WEEK)
        .agg(
            revisions=pl.len(),
            additions=total(pl.col("additions")),
            deletions=total(pl.col("deletions")),
            bulk_additions=total(pl.col("additions").filter("is_bulk")),
            bulk_deletions=total(pl.col("deletions").filter("is_bulk")),
        )
    )
    authors = every.join(commit_credits, on=COMMIT).group_by(WEEK).agg(authors=pl.col("person_id").n_unique())
    weeks = _weeks(commits, every.select("repo_id", "file_class").unique(), as_of, zone)
    measures = ["additions", "deletions", "bulk_additions", "bulk_deletions"]
    return (
        weeks.join(every.group_by(WEEK).agg(commits=pl.len()), on=WEEK, how="left")
        .join(authors, on=WEEK, how="left")
        .join(lines, on=WEEK, how="left")
        .with_columns(pl.col("commits", "authors", "revisions").fill_null(0))
        # Unknown is not 0: only where nothing was changed there were no lines; nor bulk lines where others are known.
        .with_columns(pl.when(pl.col("revisions") == 0).then(0).otherwise(pl.col(measures)).name.keep())
        .with_columns(
            bulk_additions=pl.when(pl.col("additions").is_not_null()).then(pl.col("bulk_additions").fill_null(0)),
            bulk_deletions=pl.when(pl.col("deletions").is_not_null()).then(pl.col("bulk_deletions").fill_null(0)),
        )
        .select(Activity.column_names())
        .sort(WEEK)
    )


def _weeks(commits: pl.LazyFrame, classes: pl.LazyFrame, as_of: datetime, zone: str) -> pl.LazyFrame:
    """Every week of every repository, for each class of files that it has."""
    last = today(as_of, zone).dt.truncate("1w")
    return (
        commits.group_by("repo_id")
        .agg(first=pl.col("week").min())
        .select("repo_id", week=pl.date_ranges("first", last, "1w"))
        .explode("week")
        .join(classes, on="repo_id")
    )


@pipeline(Churn)
def churn(file_revisions: pl.LazyFrame, commit_credits: pl.LazyFrame, *, zone: str) -> pl.LazyFrame:
    """Changes and lines of every day, person and class of files."""
    key = ["repo_id", "day", "person_id", "file_class"]
    weight = pl.col("weight")
    return (
        file_revisions.join(commit_credits, on=COMMIT, how="left")
        .with_columns(
            pl.col("person_id").fill_null(col.NOBODY),
            pl.col("weight").fill_null(1.0),
            day=day(pl.col("committed_at"), zone),
        )
        .group_by(key)
        .agg(
            commits=pl.col("sha").n_unique(),
            revisions=weight.sum(),
            additions=total(pl.col("additions") * weight),
            deletions=total(pl.col("deletions") * weight),
        )
        .select(Churn.column_names())
        .sort(key)
    )
