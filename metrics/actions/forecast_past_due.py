"""A milestone, version, epic or sprint that will more likely be finished after its due date than by it."""

from datetime import datetime, timedelta

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.wording import MOST_DAYS, counted, percent
from metrics.expressions import today
from metrics.registry import Rule, pipeline
from metrics.timelines.tickets import WHOLE

NAME = "forecast_past_due"
UNLIKELY = 0.5
LATELY = timedelta(days=30)
MIDDLE, SAFE = 0.5, 0.85
MODES = ("growing", "fixed")
"""What is promised first where it can be: what is known now and what comes in; else what is known now."""
TARGET = ["question", "target"]


@pipeline(ActionCandidates)
def propose_forecast_past_due(
    new_forecasts: pl.LazyFrame,
    forecast_targets: pl.LazyFrame,
    milestones: pl.LazyFrame,
    tickets: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """One action for every such target, for the team that alone has a part in it."""
    due, middle, safe = pl.col("due_on"), pl.col("middle_on"), pl.col("safe_on")
    late = (middle - due).dt.total_days()
    kept = pl.col("due_probability")
    answer = pl.col("answer_on")
    promised = (
        new_forecasts.filter(
            pl.col("team") == WHOLE, pl.col("question").is_in(_QUESTIONS), pl.col("scope_mode").is_in(MODES)
        )
        .drop_nulls(["due_on", "due_probability"])
        .group_by(*TARGET, "scope_mode", "title", "due_on")
        .agg(
            kept.first(),
            pl.col("remaining_items").first(),
            middle_on=answer.filter(pl.col("confidence") == MIDDLE).first(),
            safe_on=answer.filter(pl.col("confidence") == SAFE).first(),
        )
        .sort(*TARGET, pl.col("scope_mode") != MODES[0])
        .unique(TARGET, keep="first", maintain_order=True)
        .filter(kept < UNLIKELY, due >= today(as_of, zone) - LATELY)
    )
    is_past = due < today(as_of, zone)
    is_epic = pl.col("question") == "epic"
    called = pl.col("title").fill_null(pl.col("target"))
    return (
        promised.join(_teams(forecast_targets, teams), on=TARGET, how="left")
        .join(_places(milestones, tickets), on="target", how="left")
        .pipe(
            candidates,
            "team",
            "url",
            "repo_id",
            rule=pl.lit(NAME),
            item_kind=pl.when(is_epic).then(pl.lit("ticket")).otherwise("question"),
            item_id="target",
            responsibility=pl.lit("timelines"),
            title=pl.when(is_past)
            .then(pl.format("{} is past its due date, {}", called, _date(due)))
            .otherwise(pl.format("{} will hardly be finished by {}", called, _date(due))),
            why=pl.format(
                "{} {} open{}. With even odds it is finished {}, with 85 % {}.",
                counted(pl.col("remaining_items"), "ticket"),
                pl.when(pl.col("remaining_items") == 1).then(pl.lit("is")).otherwise(pl.lit("are")),
                pl.when(is_past)
                .then(pl.lit(""))
                .otherwise(pl.format("; the chance of finishing by the due date is {}", percent(kept))),
                pl.when(middle.is_null())
                .then(pl.lit("not within two years"))
                .when(late > 0)
                .then(pl.format("by {}, {} late", _date(middle), counted(late, "day")))
                .otherwise(pl.format("by {}", _date(middle))),
                pl.when(safe.is_null()).then(pl.lit("not within two years")).otherwise(pl.format("by {}", _date(safe))),
            ),
            next_step=pl.lit(
                "Tell those who wait for it now, and choose: fewer tickets, a later date, or more of the team's time."
            ),
            actor_team="team",
            days_saved=(late.fill_null(4 * MOST_DAYS) / 4).clip(0.5, MOST_DAYS).round(1),
            basis=pl.lit(
                "a quarter of the days that it will be late, at most 5: what is known early can be planned for"
            ),
            confidence=((1 - kept) * 0.8).round(2),
        )
    )


_QUESTIONS = ("milestone", "version", "epic", "sprint")


def _date(day: pl.Expr) -> pl.Expr:
    """`5 March 2026`."""
    return pl.format("{} {}", day.dt.day(), day.dt.strftime("%B %Y"))


def _teams(targets: pl.LazyFrame, teams: pl.LazyFrame) -> pl.LazyFrame:
    """The team of the targets in which one alone has a part; a project that stands for a team is none."""
    of_teams = targets.filter(pl.col("team") != WHOLE).join(teams, on="team", how="semi")
    return of_teams.group_by(TARGET).agg(team=pl.when(pl.len() == 1).then(pl.col("team").first()))


def _places(milestones: pl.LazyFrame, tickets: pl.LazyFrame) -> pl.LazyFrame:
    """Where a target can be looked at: the repository of a milestone, the page of an epic."""
    return pl.concat(
        [milestones.select("repo_id", target="milestone_id"), tickets.select("url", target="ticket_id")], how="diagonal"
    )


RULE = Rule(
    name=NAME,
    title="Forecast past the due date",
    responsibility="timelines",
    definition=(
        "Open milestones, versions, epics and sprints with a due date by which they are finished with a probability "
        f"below 50 %, by the forecast with a growing scope, or a fixed one where growth is not measured; not those due "
        f"more than {LATELY.days} days ago."
    ),
    propose=propose_forecast_past_due,
)
