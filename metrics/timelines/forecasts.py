"""What is promised today, and everything that was promised before.

Of every team: how many in 7, 14, 28 and 56 days, and when the next 10, 20 and 40 are finished. Of everything that has a
name (milestones, versions, epics, sprints): when it is finished, for every team that has a part in it and for all of
them together, in three modes: *fixed*, with the scope as it is now; *growing*, with a scope that goes on growing as it
did; and *shared*, growing too, where a team goes on giving it the share of what it finishes that it gave in the last 90
days.

The first run of a day writes its forecasts down. They are kept as they were made and never computed again: that is what
makes the record of them worth something.

Misread: fixed is what would be if nothing came in and nobody did anything else: hardly ever so. Growing takes a team
for one that turns to what is asked about, as many do when a release comes near; shared for one that goes on as before.
Probabilities above 95 % are not shown: the past does not know so much.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from metrics.clock import WorkingHours
from metrics.expressions import day, today
from metrics.registry import Intermediate, pipeline
from metrics.timelines import answers
from metrics.timelines.cases import BATCHES, HORIZONS
from metrics.timelines.promises import CONFIDENCES
from metrics.timelines.targets import TARGET
from metrics.timelines.tickets import WHOLE
from metrics.timelines.windows import WINDOWS, History, Window
from warehouse.tables import Table
from warehouse.tables import columns as col

_LONGEST = max(window.window_days for window in WINDOWS)
_ASKED = ["team", *TARGET]
MODES = ("fixed", "growing", "shared")
Row = Mapping[str, Any]


class Forecasts(Table):
    """One row per promise: those of today, and all that were made before."""

    made_at = col.key_instant("When it was made")
    team = col.key("Team, project where the configuration names no team, or `all`")
    question = col.key("`how_many`, `when`, `milestone`, `version`, `epic` or `sprint`")
    target = col.key("Days for `how_many`, tickets for `when`, else what is asked about")
    scope_mode = col.key("`fixed`: what is known now; `growing`: and what comes in; `shared`: and what else is done")
    confidence = col.key_real("0.5, 0.7, 0.85 or 0.95")
    title = col.text("Title of the milestone, version, epic or sprint")
    answer_on = col.day("The day by which it is finished; null where there is no such day within two years")
    answer_items = col.number("Tickets finished within the days of `how_many`")
    stated = col.real("Probability of just this: at least the confidence")
    remaining_items = col.number("Tickets that were open")
    growth = col.real("Tickets that come in for each one finished, where the scope grows")
    share = col.real("The part of what the team finishes that goes to it, where that is shared")
    due_on = col.day("Due date")
    due_probability = col.real("Probability of being finished by the end of the due date; never above 0.95")
    method = col.text("`exact` or `simulation`")
    sampling = col.text("`days` or `weeks`: how the team's window is drawn from; null for several teams")
    window_days = col.number("Length of the team's window; null for several teams")
    reason = col.text(
        "Why there is no answer: `too_little_data`, `beyond_two_years`, `growth_not_measured`, `share_not_measured`, "
        "`group_too_small`"
    )


class NewForecasts(Forecasts, Intermediate):
    """What is promised by this run, whether it is written down or not."""


@pipeline(NewForecasts)
def new_forecasts(
    throughput_days: pl.LazyFrame,
    forecast_windows: pl.LazyFrame,
    forecast_targets: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
    working_hours: WorkingHours,
) -> pl.LazyFrame:
    """Every promise that can be made now."""
    chosen = forecast_windows.filter("is_chosen").select("team", "sampling", "window_days")
    histories = (
        throughput_days.sort("team", "day")
        .group_by("team")
        .agg(finished=pl.col("finished").tail(_LONGEST), first=pl.col("day").tail(_LONGEST).min())
        .join(chosen, on="team", how="left")
        .with_columns(kind=pl.lit("history"))
    )
    parts = forecast_targets.filter("is_open").with_columns(kind=pl.lit("target"))
    schema = NewForecasts.create_empty().schema
    ask = partial(_ask, as_of=as_of, hours=working_hours, schema=schema)
    # One frame for the function that needs both.
    rows = pl.concat([histories, parts], how="diagonal").with_columns(today=today(as_of, zone))
    return rows.map_batches(ask, schema=schema).sort(NewForecasts.primary_key())


@pipeline(Forecasts)
def forecasts(new_forecasts: pl.LazyFrame, previous_forecasts: pl.LazyFrame, *, zone: str) -> pl.LazyFrame:
    """What was written down before, and what is written down today where that was not done yet."""
    before = previous_forecasts.select(*_ASKED, on=day(pl.col("made_at"), zone)).unique()
    new = (
        new_forecasts.with_columns(on=day(pl.col("made_at"), zone))
        .join(before, on=[*_ASKED, "on"], how="anti")
        .drop("on")
    )
    columns = Forecasts.column_names()
    return pl.concat([previous_forecasts.select(columns), new.select(columns)]).sort(Forecasts.primary_key())


def _ask(rows: pl.DataFrame, *, as_of: datetime, hours: WorkingHours, schema: pl.Schema) -> pl.DataFrame:
    teams = {
        str(row["team"]): _Team(row, hours) for row in rows.filter(pl.col("kind") == "history").sort("team").to_dicts()
    }
    promised: list[Row] = [promise for team in teams.values() for promise in team.promises()]
    targets = rows.filter(pl.col("kind") == "target").sort(*TARGET, "team")
    for _, parts in targets.group_by(TARGET, maintain_order=True):
        promised += _of_target(parts.to_dicts(), teams)
    return pl.DataFrame([{"made_at": as_of, "scope_mode": "fixed", **promise} for promise in promised], schema=schema)


class _Team:
    """A team's history and the window that it is forecast from."""

    def __init__(self, row: Row, hours: WorkingHours) -> None:
        self.name = str(row["team"])
        self.today: date = row["today"]
        self.window = {name: row[name] for name in ("sampling", "window_days")}
        history = History(row["first"], np.array(row["finished"], dtype=np.int64), hours)
        self.process = (
            history.process(Window(row["sampling"], row["window_days"]), len(history.finished))
            if row["sampling"]
            else None
        )

    def promises(self) -> Iterator[Row]:
        """What can be said of the team without asking for anything that has a name."""
        asked = [("how_many", target) for target in HORIZONS] + [("when", target) for target in BATCHES]
        for question, target in asked:
            base = {"team": self.name, "question": question, "target": str(target), **self.window}
            if self.process is None:
                yield from _unanswered(base, "too_little_data")
            elif question == "how_many":
                yield from _answered(base | {"method": "exact"}, answers.how_many(self.process, target), self.today)
            else:
                by_day = answers.finished([answers.Source(self.name, self.process, target)])
                yield from _answered(base | {"method": "exact"}, answers.when(by_day), self.today)


def _of_target(parts: Sequence[Row], teams: Mapping[str, _Team]) -> Iterator[Row]:
    """The promises for every team that has a part in a target, and for all of them together."""
    (whole,) = (part for part in parts if part["team"] == WHOLE)
    left = [part for part in parts if part["team"] != WHOLE and part["remaining_items"]]
    for part in left:
        yield from _of_parts(part, [part], teams)
    yield from _of_parts(whole, left, teams)


def _of_parts(asked: Row, parts: Sequence[Row], teams: Mapping[str, _Team]) -> Iterator[Row]:
    for mode in MODES:
        growth = None if mode == "fixed" else asked["growth"]
        share = asked["share"] if mode == "shared" else None
        names = ("team", "question", "target", "title", "due_on", "remaining_items")
        base = {name: asked[name] for name in names} | {"scope_mode": mode, "growth": growth, "share": share}
        if len(parts) == 1 and parts[0]["team"] in teams:
            base |= teams[parts[0]["team"]].window
        reason = _why_not(asked, parts, teams, mode)
        if reason:
            yield from _unanswered(base, reason)
            continue
        sources = [
            answers.Source(part["team"], process, part["remaining_items"], growth, _capacity(part, mode))
            for part in parts
            if (process := teams[part["team"]].process) is not None
        ]
        by_day = answers.finished(sources)
        if asked["due_on"]:
            days = (asked["due_on"] - asked["today"]) // timedelta(days=1) + 1
            base["due_probability"] = answers.chance_by(by_day, days)
        methods = {answers.method(growth, source.items, source.capacity) for source in sources}
        base["method"] = "simulation" if "simulation" in methods else "exact"
        yield from _answered(base, answers.when(by_day), asked["today"])


def _why_not(asked: Row, parts: Sequence[Row], teams: Mapping[str, _Team], mode: str) -> str | None:
    if asked["is_suppressed"]:
        return "group_too_small"
    if not parts or any(part["team"] not in teams or teams[part["team"]].process is None for part in parts):
        return "too_little_data"
    if mode != "fixed" and asked["growth"] is None:
        return "growth_not_measured"
    return "share_not_measured" if mode == "shared" and any(part["share"] is None for part in parts) else None


def _capacity(part: Row, mode: str) -> float:
    return float(part["share"]) if mode == "shared" else 1.0


def _answered(base: Row, found: Iterator[answers.Answer], today: date) -> Iterator[Row]:
    for answer in found:
        yield {
            **base,
            "confidence": answer.confidence,
            "answer_on": answers.last_day(today, answer.days),
            "answer_items": answer.items,
            "stated": answer.stated,
            "reason": "beyond_two_years" if answer.stated is None else None,
        }


def _unanswered(base: Row, reason: str) -> Iterator[Row]:
    for confidence in CONFIDENCES:
        yield {**base, "confidence": confidence, "reason": reason}
