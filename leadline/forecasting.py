"""Answers of `leadline forecast`: when, or how many, from what is published, with how often such promises held."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from leadline import published
from leadline.config import Config
from leadline.errors import ConfigError, LeadlineError
from metrics.clock import WorkingHours
from metrics.timelines import answers
from metrics.timelines.forecasts import new_forecasts
from metrics.timelines.processes import Process
from metrics.timelines.promises import CONFIDENCES
from metrics.timelines.tickets import WHOLE
from metrics.timelines.windows import MOST_DAYS, History, Window

Row = Mapping[str, Any]

_HISTORY = "SELECT team, day, finished, created FROM metrics.throughput_days ORDER BY team, day"
_WINDOWS = "SELECT * FROM metrics.forecast_windows ORDER BY team, sampling, window_days"
_TARGETS = """
    SELECT * FROM metrics.forecast_targets
    WHERE is_open AND (target = $wanted OR lower(title) = lower($wanted) OR target LIKE '%:' || $wanted)
    ORDER BY question, target, team
"""
_CALIBRATION = """
    SELECT basis, question, scope_mode, confidence, cases, hits, share, low, high, sentence
    FROM metrics.forecast_calibration
    WHERE team = $team AND question = $question ORDER BY basis, scope_mode, confidence
"""
_GROWTH = "SELECT median(growth) AS growth FROM metrics.forecast_targets WHERE team = $team"
_WHY = {
    "too_little_data": "a window of the past needs 20 finished tickets on 5 days to be drawn from",
    "beyond_two_years": "what is later than two years is not promised",
    "growth_not_measured": "too few tickets were finished to measure what comes in meanwhile; give it with --growth",
    "share_not_measured": "too few of its tickets were finished lately to say what part of the work goes to it",
    "group_too_small": "a team in it has fewer members than privacy.minimum_group",
}


@dataclass(frozen=True)
class Forecast:
    """One question with its answers."""

    question: str
    """As a sentence."""
    team: str
    today: date
    """The first day that is forecast: the one after the last that is published as a whole."""
    answers: list[dict[str, Any]]
    """scope_mode, confidence, answer_on or answer_items, stated, method, growth, reason."""
    window: dict[str, Any] | None
    """sampling, window_days, score and cases of the window that is drawn from; none for several teams."""
    due_on: date | None = None
    due_probability: dict[str, float] = field(default_factory=dict)
    """By scope mode."""
    calibration: list[dict[str, Any]] = field(default_factory=list)
    """How often such promises held before."""


def when(config: Config, items: int, *, team: str | None, growth: float | None, capacity: float) -> Forecast:
    """When the next so many tickets of a team are finished, with the scope as it is and growing."""
    asked = _Asked.of(config, team)
    measured = published.query(config, _GROWTH, {"team": asked.team})["growth"].item()
    found = []
    for mode, grows in (("fixed", None), ("growing", measured if growth is None else growth)):
        base = {"scope_mode": mode, "growth": grows}
        if asked.process is None:
            found += _unanswered(base, "too_little_data")
        elif mode == "growing" and grows is None:
            found += _unanswered(base, "growth_not_measured")
        else:
            by_day = answers.finished([answers.Source(asked.team, asked.process, items, grows, capacity)])
            base["method"] = answers.method(grows, items, capacity)
            found += _answered(base, answers.when(by_day), asked.today)
    question = f"When will {items:,} ticket{'s' if items != 1 else ''} be finished?"
    return Forecast(
        question, asked.team, asked.today, found, asked.window, calibration=_calibration(config, asked.team, "when")
    )


def how_many(config: Config, by: date, *, team: str | None, capacity: float) -> Forecast:
    """How many tickets a team finishes by the end of a day.

    Raises ConfigError for a day that has passed or that is more than two years away.
    """
    asked = _Asked.of(config, team)
    days = (by - asked.today) // timedelta(days=1) + 1
    if not 1 <= days <= MOST_DAYS:
        message = f"{by} is {'before' if days < 1 else 'more than two years after'} the first day to forecast"
        raise ConfigError(message, hint=f"that is {asked.today}; `leadline run` brings what is published up to date")
    base: dict[str, Any] = {"scope_mode": "fixed", "growth": None}
    if asked.process is None:
        found = _unanswered(base, "too_little_data")
    else:
        base["method"] = answers.method(None, 0, capacity)
        found = _answered(base, answers.how_many(asked.process, days, capacity=capacity), asked.today)
    calibration = _calibration(config, asked.team, "how_many")
    return Forecast(
        f"How many tickets will be finished by {by}?",
        asked.team,
        asked.today,
        found,
        asked.window,
        None,
        {},
        calibration,
    )


def named(config: Config, wanted: str, *, team: str | None) -> Forecast:
    """When an open milestone, version, epic or sprint is finished: by title, or by id with or without its source.

    Raises ConfigError where none is called so, or several are.
    """
    found = published.query(config, _TARGETS, {"wanted": wanted})
    targets = found.select("question", "target", "title").unique(maintain_order=True)
    if targets.is_empty():
        message = f'no open milestone, version, epic or sprint with tickets left in it is called "{wanted}"'
        raise ConfigError(message, hint='leadline sql "FROM metrics.forecast_targets WHERE is_open" lists them')
    if targets.height > 1:
        listed = ", ".join(f"{row['target']} ({row['question']})" for row in targets.to_dicts())
        raise ConfigError(f'several are called "{wanted}"', hint=f"name one by its id: {listed}")
    of_team = team or WHOLE
    if of_team not in found["team"].to_list():
        teams = ", ".join(name for name in found["team"].to_list() if name != WHOLE)
        raise ConfigError(f'team "{of_team}" has no part in "{wanted}"', hint=f"these have: {teams}")
    history = _history(config).filter(pl.col("team").is_in(found["team"].to_list()))
    windows = published.query(config, _WINDOWS)
    promises = new_forecasts(
        history.lazy(),
        windows.lazy(),
        found.lazy(),
        as_of=_noon(_today(history), config),
        zone=config.leadline.timezone,
        working_hours=_hours(config),
    ).collect()
    (target,) = targets.to_dicts()
    own = promises.filter(
        pl.col("question") == target["question"], pl.col("target") == target["target"], pl.col("team") == of_team
    ).to_dicts()
    window = _window(windows, of_team) if own[0]["sampling"] else None
    return Forecast(
        f"When will {target['question']} {target['title'] or target['target']} be finished?",
        of_team,
        _today(history),
        [{key: row[key] for key in _ANSWER} for row in own],
        window,
        own[0]["due_on"],
        {row["scope_mode"]: row["due_probability"] for row in own if row["due_probability"] is not None},
        _calibration(config, of_team, "when") + _calibration(config, of_team, target["question"]),
    )


_ANSWER = ("scope_mode", "confidence", "answer_on", "answer_items", "stated", "method", "growth", "share", "reason")


def text(found: Forecast) -> str:
    """The forecast for people: what is promised at which confidence, and how often such promises held."""
    lines = [f"{found.question}  ({found.team}, from {found.today} on)", ""]
    for mode in dict.fromkeys(str(row["scope_mode"]) for row in found.answers):
        rows = [row for row in found.answers if row["scope_mode"] == mode]
        lines += _said(_scope(rows[0]), rows, found.due_probability.get(mode), found.due_on)
    if found.window:
        drawn = "days of the same kind" if found.window["sampling"] == "days" else "whole weeks"
        score = found.window["score"]
        why = f"; score {score:.2f}, best of 8 windows" if score is not None else "; no window has a score yet"
        lines += ["", f"Drawn from the last {found.window['window_days']} days by {drawn}{why}."]
    lines += _record(found.calibration)
    return "\n".join(lines)


def _scope(row: Row) -> str:
    if row["answer_items"] is not None:
        return "tickets"
    growing = f"{row['growth']:.2f} in for each one done" if row["growth"] is not None else None
    shared = f"{row['share'] * 100:.0f} % of what is finished goes to it" if row.get("share") is not None else None
    measured = ", ".join(filter(None, (growing, shared)))
    names = {"fixed": "scope as it is", "growing": "growing scope", "shared": "growing scope, other work goes on"}
    return names[row["scope_mode"]] + (f" ({measured})" if measured else "")


def _said(scope: str, rows: list[dict[str, Any]], due: float | None, due_on: date | None) -> list[str]:
    reasons = {row["reason"] for row in rows if row["reason"]}
    if all(row["stated"] is None for row in rows):
        return [f"{scope}: no forecast ({_WHY[next(iter(reasons))]})"]
    cells = [f"{row['confidence'] * 100:.0f} %: {_answer(row)}" for row in rows]
    lines = [f"{scope}, {rows[0]['method']}:", "   " + "   ".join(cells)]
    if due is not None:
        sure = "95 % or more" if due >= CONFIDENCES[-1] else f"{due * 100:.0f} %"
        lines.append(f"   by the due date {due_on}: {sure}")
    return lines


def _answer(row: Row) -> str:
    if row["answer_items"] is not None:
        return f"at least {row['answer_items']:,}"
    return f"by {row['answer_on']}" if row["answer_on"] else "later than two years"


def _record(calibration: Iterable[Row]) -> list[str]:
    said = [row for row in calibration if row["sentence"]]
    if not said:
        return ["", "How often such promises held is not known yet: fewer than 10 have an outcome."]
    lines = [""]
    for basis in dict.fromkeys(row["basis"] for row in said):
        lines.append(_of_what(basis, {row["question"] for row in said if row["basis"] == basis}))
        lines += [f"   {_named(row)}{row['sentence']}" for row in said if row["basis"] == basis]
    return lines


def _of_what(basis: str, questions: set[str]) -> str:
    if basis == "stored":
        return "What was published before:"
    asked = (
        "how many are finished in 7 to 56 days" if "how_many" in questions else "when the next 10 to 40 are finished"
    )
    return f"Had one asked every Monday of the last two years {asked}:"


def _named(row: Row) -> str:
    return "" if row["question"] in {"how_many", "when"} else f"{row['question']}, {row['scope_mode']}: "


@dataclass(frozen=True)
class _Asked:
    """The team that is asked about, and what it can be forecast from."""

    team: str
    today: date
    process: Process | None
    window: dict[str, Any] | None

    @classmethod
    def of(cls, config: Config, team: str | None) -> "_Asked":
        history = _history(config)
        teams = history["team"].unique(maintain_order=True).to_list()
        wanted = team or WHOLE
        if wanted not in teams:
            known = ", ".join(name for name in teams if name != WHOLE) or "none"
            raise ConfigError(f'no tickets of a team "{wanted}" may be forecast', hint=f"teams that may: {known}")
        days = history.filter(pl.col("team") == wanted)
        window = _window(published.query(config, _WINDOWS), wanted)
        past = History(days["day"][0], days["finished"].to_numpy().astype(np.int64), _hours(config))
        process = (
            past.process(Window(window["sampling"], window["window_days"]), len(past.finished)) if window else None
        )
        return cls(wanted, _today(history), process, window)


def _history(config: Config) -> pl.DataFrame:
    history = published.query(config, _HISTORY)
    if history.is_empty():
        raise LeadlineError(
            "no tickets are published to forecast from", hint="collect a tracker, or a platform's issues, first"
        )
    return history


def _today(history: pl.DataFrame) -> date:
    last = history["day"].max()
    assert isinstance(last, date)  # noqa: S101 - the type that polars does not know
    return last + timedelta(days=1)


def _window(windows: pl.DataFrame, team: str) -> dict[str, Any] | None:
    chosen = windows.filter(pl.col("team") == team, "is_chosen").select("sampling", "window_days", "score", "cases")
    return chosen.row(0, named=True) if chosen.height else None


def _calibration(config: Config, team: str, question: str) -> list[dict[str, Any]]:
    return published.query(config, _CALIBRATION, {"team": team, "question": question}).to_dicts()


def _noon(day: date, config: Config) -> datetime:
    local = datetime.combine(day, time(12), ZoneInfo(config.leadline.timezone))
    return local.astimezone(UTC).replace(tzinfo=None)


def _hours(config: Config) -> WorkingHours:
    calendar = config.calendar
    return WorkingHours(config.leadline.timezone, calendar.worked, calendar.opens, calendar.closes, calendar.holidays)


def _answered(base: Row, found: Iterable[answers.Answer], today: date) -> list[dict[str, Any]]:
    return [
        {
            **base,
            "confidence": answer.confidence,
            "answer_on": answers.last_day(today, answer.days),
            "answer_items": answer.items,
            "stated": answer.stated,
            "reason": "beyond_two_years" if answer.stated is None else None,
        }
        for answer in found
    ]


def _unanswered(base: Row, reason: str) -> list[dict[str, Any]]:
    empty = {"answer_on": None, "answer_items": None, "stated": None, "method": None, "reason": reason}
    return [{**base, "confidence": confidence, **empty} for confidence in CONFIDENCES]
