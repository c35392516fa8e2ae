"""Who could review a pull request, by what they ever did to its files, the later the more, and what they owe (WhoDo).

score = Σ over its files, and over the folders that these lie in, of (the person's changes, and their reviews, each
divided by the days since the last one) / e^(0.5 · reviews owed), times 1 + the share of its files that fewer than two
active people know and this person does not: knowledge is spread where it is thin.

Nobody is suggested who wrote the pull request, nor who was not seen for 30 days. A day is the shortest time since.

The backtest ranks people for merged pull requests by what was known when they were opened, and looks for those who
then reviewed it.

Misread: a score compares people for one pull request; it says nothing about who reviews much or well. Asking the first
every time makes one person the neck of the bottle: that is what the reviews owed are for.

Source: Asthana et al., WhoDo: Automating reviewer suggestions at scale, 2019; the share of thinly known files after
Mirsaeedi and Rigby, Mitigating turnover with code review recommendation, 2020.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.expressions import ACTIVE, now, parent_folder, seconds_between
from metrics.registry import Intermediate, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

SEEN = timedelta(days=30)
LOAD = 0.5
FEW = 2
SUGGESTED = 5
BACKTEST = timedelta(days=90)
MIN_TESTED, MOST_TESTED = 10, 200
"""From how many pull requests on a repository is tested, and how many of the newest: enough for a share of a few %."""
_TARGET = ["pr_id", "person_id"]


class ReviewerRanks(Intermediate):
    """One row per pull request and person who could review it, best first."""

    pr_id = col.key("Pull request")
    rank = col.key_number("Place, from 1")
    is_open = col.flag("Whether the pull request is open now; else it is one of the backtest")
    person_id = col.person("Who could review it")
    score = col.real("How well they fit")
    reason = col.text("What they have to do with its files")


class ReviewerSuggestions(Table):
    """The five people who fit best for each open pull request, drafts left out."""

    pr_id = col.key("Pull request")
    rank = col.key_number("Place, from 1")
    person_id = col.person("Who could review it", is_about=True)
    score = col.real("Changes and reviews of its files and folders by their age, less for reviews owed already")
    reason = col.text("What they have to do with its files; nobody is named")


class ReviewerBacktest(Table):
    """How often a person who reviewed a pull request was among those suggested, had one asked when it was opened."""

    repo_id = col.key("Repository")
    pull_requests = col.number(
        "The newest 200 merged in the last 90 days, those that a person reviewed and whose files are known"
    )
    top_1 = col.real("Share where the first one suggested reviewed it; null for fewer than 10")
    top_3 = col.real("… one of the first three")
    top_5 = col.real("… one of the first five")
    mean_reciprocal_rank = col.real("Mean of 1 / place of the first who reviewed it, 0 where none did")
    reason = col.text("Why they are null: `too_few_items`")


class SuggestedReviewers(Intermediate):
    """The names of those suggested; what may be shown of them is for the reader of this table to decide."""

    pr_id = col.key("Pull request")
    rank = col.key_number("Place, from 1")
    name = col.personal("Name")


@pipeline(ReviewerRanks)
def reviewer_ranks(
    pull_request_flow: pl.LazyFrame,
    pull_request_files: pl.LazyFrame,
    file_traces: pl.LazyFrame,
    person_sightings: pl.LazyFrame,
    owed_reviews: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """Everybody who could review what is open now, or could have when what was merged lately was opened."""
    asked = _asked(pull_request_flow, as_of)
    files = (
        asked.join(pull_request_files.select("pr_id", "path").unique(), on="pr_id")
        .with_columns(folder=parent_folder(pl.col("path")))
        .select("pr_id", "repo_id", "asked_at", "path", "folder")
    )
    of_files = _traces(files, file_traces, "path")
    of_folders = _traces(files.select("pr_id", "repo_id", "asked_at", "folder").unique(), file_traces, "folder")
    together = (
        pl.concat([of_files.select(*_TARGET, "points"), of_folders.select(*_TARGET, "points")])
        .group_by(_TARGET)
        .agg(points=pl.col("points").sum())
        .join(asked, on="pr_id")
    )
    seen = _last_seen(together.select(*_TARGET, "asked_at"), person_sightings)
    paths = pl.col("path")
    counts = of_files.group_by(_TARGET).agg(
        changed=paths.filter(~pl.col("is_review")).n_unique(), reviewed=paths.filter("is_review").n_unique()
    )
    sizes = files.group_by("pr_id").agg(files=pl.len())
    score = pl.col("points") * (LOAD * pl.col("owed")).neg().exp() * (1 + pl.col("thin") / pl.col("files"))
    return (
        together.join(seen, on=_TARGET)
        .filter(
            pl.col("author_id").is_null() | (pl.col("person_id") != pl.col("author_id")),
            pl.col("seen_at") >= pl.col("asked_at") - SEEN,
        )
        .join(counts, on=_TARGET, how="left")
        .join(sizes, on="pr_id")
        .join(_owed(together, owed_reviews), on=_TARGET, how="left")
        .join(_thin(files, of_files, seen), on="pr_id", how="left")
        .join(_known_thin(files, of_files, seen), on=_TARGET, how="left")
        .with_columns(pl.col("changed", "reviewed", "owed", "all_thin", "known_thin").fill_null(0).cast(pl.Int64))
        .with_columns(thin=pl.col("all_thin") - pl.col("known_thin"))
        # Equal to the twelfth digit is equal: sums of the same terms in another order differ in the last ones.
        .with_columns(score=score.round_sig_figs(12))
        .sort("pr_id", "score", "person_id", descending=[False, True, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("pr_id"), reason=_reason())
        .select(ReviewerRanks.column_names())
        .sort("pr_id", "rank")
    )


def _asked(pull_request_flow: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """The pull requests that reviewers are looked for, and the instant whose knowledge is used."""
    is_open = pl.col("state") == "open"
    merged = (pl.col("state") == "merged") & (pl.col("merged_at") > as_of - BACKTEST) & (pl.col("merged_at") <= as_of)
    place = pl.int_range(pl.len()).over("repo_id", is_open)
    return (
        pull_request_flow.filter((is_open & ~pl.col("is_draft").fill_null(value=False)) | merged)
        .sort("merged_at", "pr_id", descending=True)
        .filter(is_open | (place < MOST_TESTED))
        .select(
            "pr_id",
            "repo_id",
            "author_id",
            is_open=is_open,
            asked_at=pl.when(is_open).then(now(as_of)).otherwise("opened_at"),
        )
    )


def _traces(places: pl.LazyFrame, traces: pl.LazyFrame, place: str) -> pl.LazyFrame:
    """Points of every person for every file or folder: changes, and reviews, by the days since the last one."""
    trace = ["repo_id", place, "person_id", "is_review"]
    # A commit that touches several files of a folder counts once for it. The traces are counted up along time, so that
    # the last one before each question tells how many there were: to join all of them to every question is dear.
    once = (
        traces.group_by(*trace, "origin")
        .agg(pl.col("at").max())
        .sort("at", *trace)
        .select(*trace, "at", n=pl.int_range(1, pl.len() + 1).over(trace))
    )
    days = seconds_between(pl.col("at"), pl.col("asked_at")) / 86_400
    return (
        places.join(once.select(trace).unique(), on=["repo_id", place])
        .sort("asked_at")
        # Its own reviews tell who knows an open pull request already; for the backtest they are yet to come.
        .join_asof(
            once,
            left_on="asked_at",
            right_on="at",
            by=trace,
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .drop_nulls("at")
        .select(*_TARGET, place, "is_review", points=pl.col("n") / days.clip(1))
    )


def _last_seen(candidates: pl.LazyFrame, sightings: pl.LazyFrame) -> pl.LazyFrame:
    """When each candidate was last seen before the question was asked."""
    return (
        candidates.sort("asked_at")
        .join_asof(
            sightings.select("person_id", seen_at="at").sort("seen_at"),
            left_on="asked_at",
            right_on="seen_at",
            by="person_id",
            check_sortedness=False,
        )
        .drop_nulls("seen_at")
        .select(*_TARGET, "seen_at", is_active=pl.col("seen_at") >= pl.col("asked_at") - ACTIVE)
    )


def _owed(candidates: pl.LazyFrame, owed_reviews: pl.LazyFrame) -> pl.LazyFrame:
    """How many reviews of other pull requests each candidate owed when the question was asked."""
    asked = candidates.select(*_TARGET, "asked_at")
    debts = _debts(owed_reviews)
    of_person = pl.int_range(1, pl.len() + 1).over("person_id")
    begun = debts.sort("requested_at").select("person_id", at="requested_at", begun=of_person)
    ended = debts.drop_nulls("settled_at").sort("settled_at").select("person_id", at="settled_at", ended=of_person)
    its_own = asked.join(debts, on=_TARGET).filter(_is_owed()).group_by(_TARGET).agg(its_own=pl.len().cast(pl.Int64))
    return (
        _counted_before(_counted_before(asked, begun), ended)
        .join(its_own, on=_TARGET, how="left")
        .select(
            *_TARGET,
            owed=pl.col("begun").fill_null(0) - pl.col("ended").fill_null(0) - pl.col("its_own").fill_null(0),
        )
    )


def _debts(owed_reviews: pl.LazyFrame) -> pl.LazyFrame:
    """The stretches in which a person owed the review of a pull request; those that overlap are one."""
    stretch = ["pr_id", "person_id"]
    # Later than all else, for one that is owed still.
    end = pl.col("settled_at").fill_null(pl.datetime(9999, 1, 1))
    before = end.cum_max().shift().over(stretch, order_by="requested_at")
    return (
        owed_reviews.with_columns(is_new=(before.is_null() | (pl.col("requested_at") > before)))
        .with_columns(number=pl.col("is_new").cum_sum().over(stretch, order_by="requested_at"))
        .group_by(*stretch, "number")
        .agg(
            pl.col("requested_at").min(),
            settled_at=pl.when(pl.col("settled_at").is_null().any()).then(None).otherwise(pl.col("settled_at").max()),
        )
    )


def _is_owed() -> pl.Expr:
    asked, settled = pl.col("asked_at"), pl.col("settled_at")
    return (pl.col("requested_at") < asked) & (settled.is_null() | (settled >= asked))


def _counted_before(asked: pl.LazyFrame, counted: pl.LazyFrame) -> pl.LazyFrame:
    """`asked` with the count that a person had reached before the question was asked."""
    return (
        asked.sort("asked_at")
        .join_asof(
            counted,
            left_on="asked_at",
            right_on="at",
            by="person_id",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .drop("at")
    )


def _knowers(of_files: pl.LazyFrame, seen: pl.LazyFrame) -> pl.LazyFrame:
    """Who of those still active changed or reviewed each file before."""
    return of_files.select(*_TARGET, "path").unique().join(seen.filter("is_active"), on=_TARGET, how="semi")


def _thin_files(files: pl.LazyFrame, of_files: pl.LazyFrame, seen: pl.LazyFrame) -> pl.LazyFrame:
    """The files that fewer than two active people know."""
    enough = _knowers(of_files, seen).group_by("pr_id", "path").agg(n=pl.len()).filter(pl.col("n") >= FEW)
    return files.select("pr_id", "path").join(enough, on=["pr_id", "path"], how="anti")


def _thin(files: pl.LazyFrame, of_files: pl.LazyFrame, seen: pl.LazyFrame) -> pl.LazyFrame:
    return _thin_files(files, of_files, seen).group_by("pr_id").agg(all_thin=pl.len())


def _known_thin(files: pl.LazyFrame, of_files: pl.LazyFrame, seen: pl.LazyFrame) -> pl.LazyFrame:
    return (
        _knowers(of_files, seen)
        .join(_thin_files(files, of_files, seen), on=["pr_id", "path"], how="semi")
        .group_by(_TARGET)
        .agg(known_thin=pl.len())
    )


def _reason() -> pl.Expr:
    owed = (
        pl.when(pl.col("owed") == 0)
        .then(pl.lit("owes no review"))
        .when(pl.col("owed") == 1)
        .then(pl.lit("owes 1 review"))
        .otherwise(pl.format("owes {} reviews", "owed"))
    )
    what = (
        pl.when((pl.col("changed") + pl.col("reviewed")) == 0)
        .then(pl.lit("changed or reviewed files beside its own"))
        .otherwise(pl.format("changed {} and reviewed {} of its {} files", "changed", "reviewed", "files"))
    )
    return pl.format("{}; {}", what, owed)


@pipeline(ReviewerSuggestions)
def reviewer_suggestions(reviewer_ranks: pl.LazyFrame) -> pl.LazyFrame:
    """The first five for every open pull request."""
    return (
        reviewer_ranks.filter("is_open", pl.col("rank") <= SUGGESTED)
        .select(ReviewerSuggestions.column_names())
        .sort("pr_id", "rank")
    )


@pipeline(SuggestedReviewers)
def suggested_reviewers(reviewer_suggestions: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """The same with their names."""
    return (
        reviewer_suggestions.join(people.select("person_id", "name"), on="person_id", how="left")
        .select(SuggestedReviewers.column_names())
        .sort("pr_id", "rank")
    )


@pipeline(ReviewerBacktest)
def reviewer_backtest(
    pull_request_flow: pl.LazyFrame,
    pull_request_files: pl.LazyFrame,
    pull_request_remarks: pl.LazyFrame,
    reviewer_ranks: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """Every repository with pull requests that could be tested."""
    reviewed = (
        pull_request_remarks.filter(pl.col("is_answer"), pl.col("what") == "review")
        .drop_nulls("person_id")
        .select(_TARGET)
        .unique()
    )
    tested = (
        _asked(pull_request_flow, as_of)
        .filter(~pl.col("is_open"))
        .join(reviewed, on="pr_id", how="semi")
        .join(pull_request_files, on="pr_id", how="semi")
        .select("pr_id", "repo_id")
    )
    hits = reviewer_ranks.join(reviewed, on=_TARGET, how="semi").group_by("pr_id").agg(place=pl.col("rank").min())
    place, enough = pl.col("place"), pl.len() >= MIN_TESTED
    shares = {f"top_{most}": (place <= most).fill_null(value=False).mean() for most in (1, 3, 5)}
    figures = {**shares, "mean_reciprocal_rank": (1 / place).fill_null(0.0).mean()}
    return (
        tested.join(hits, on="pr_id", how="left")
        .group_by("repo_id")
        .agg(
            pull_requests=pl.len(),
            reason=pl.when(~enough).then(pl.lit("too_few_items")),
            **{name: pl.when(enough).then(figure) for name, figure in figures.items()},
        )
        .select(ReviewerBacktest.column_names())
        .sort("repo_id")
    )
