"""When is what has a name done: milestones, versions, epics, sprints, and one of them from near."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import forecast_charts, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import timelines
from dashboards.scope import Scope
from dashboards.views.forecasts import FIXED_NOTE, RANGE_NOTE, between, named, nothing, why

NOTE = (
    f"{RANGE_NOTE} Chance: of being done by the end of the due date, shared to growing; never said to be above 95 %. "
    f"Moved: how much later 85 % are than {timelines.BEFORE_DAYS} days before, where nothing is said of that, dash."
)

MOVES_NOTE = "The day of 85 % in the last forecast of each week. Forecasts are written down and never computed again."


EVEN = 0.5
"""A chance below this is less likely than not."""

MANY = 2
"""From so many on a noun is a plural; and so many modes make a range."""


def draw(scope: Scope, who: str) -> None:
    """Draw what is open, and of the chosen one the burn-up, the chances of dates, and how its forecast moved."""
    sql = timelines.targets(who)
    targets = ranged(data.rows(sql))
    with card("What is open", sql=sql, frame=targets, key="targets", note=NOTE):
        if targets.is_empty():
            nothing(scope, "No milestone, version, epic or sprint with open tickets.")
            return
        _list(targets)
        st.caption(f"{takeaway(targets)}.")
    labels = labelled(targets)
    dated = targets["growing_85"].is_not_null().arg_max() or 0
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.selectbox("From near", labels, index=dated, key="target", bind="query-params", width=460)
        fixed = st.toggle("With the fixed scope", key="fixed", bind="query-params", help=FIXED_NOTE)
    _one(targets.row(labels.index(str(label)) if label in labels else 0, named=True), who, fixed=fixed)


def ranged(targets: pl.DataFrame) -> pl.DataFrame:
    """Targets with their dates, chances and moves as ranges in words."""
    rows = list(targets.iter_rows(named=True))
    texts = {
        "sure": [_dates(row, "85") for row in rows],
        "even": [_dates(row, "50") for row in rows],
        "chance": [chance(row) for row in rows],
        "moved": [moved(row) for row in rows],
    }
    return targets.with_columns(
        **{name: pl.Series(said, dtype=pl.String) for name, said in texts.items()},
        kind=pl.col("question").str.to_titlecase(),
    )


def _dates(row: dict[str, Any], confidence: str) -> str:
    """When it is done, from growing to shared; where one of them is not known, why."""
    growing, shared = row[f"growing_{confidence}"], row[f"shared_{confidence}"]
    if growing and shared:
        return between(growing, shared)
    if growing:
        return f"{words.day(growing)} or later"
    return words.MISSING if confidence == "50" else why(row["growing_reason"])


def chance(row: dict[str, Any]) -> str:
    """The chance of the due date, from the lower to the higher."""
    if row["is_past"]:
        return "passed"
    known = sorted(one for one in (row["growing_due"], row["shared_due"]) if one is not None)
    if not known:
        return words.MISSING
    told = words.between(known[0], known[-1], "share")
    return told if len(known) == MANY else f"at most {told}"


def moved(row: dict[str, Any]) -> str:
    """By how many days the forecast moved, from the lower to the higher."""
    known = sorted({one for one in (row["growing_moved"], row["shared_moved"]) if one is not None})
    if not known:
        return words.MISSING
    return " to ".join(f"{one:+,}".replace("-", words.MINUS) if one else "0" for one in known)


def takeaway(targets: pl.DataFrame) -> str:
    """How many are likely to be late, in words."""
    past = int(targets["is_past"].sum())
    over = f"; {words.count(past, 'due date')} {'has' if past == 1 else 'have'} passed already" if past else ""
    due = targets.filter(pl.col("due_on").is_not_null(), pl.col("growing_due").is_not_null(), ~pl.col("is_past"))
    if due.is_empty():
        said = f"{words.count(targets.height, 'target')} with open tickets, none with a due date whose chance is known"
        return said + over
    late = due.filter(pl.max_horizontal("growing_due", "shared_due") < EVEN).height
    shared = due.drop_nulls("shared_due")
    said = (
        f"Of {words.count(due.height, 'due date')} whose chance is known, {late or 'none'} "
        f"{'is' if late < MANY else 'are'} more likely missed than kept even if the team turns to it alone"
    )
    if shared.height:
        risky = shared.filter(pl.col("shared_due") < EVEN).height
        said += f", {risky or 'none'} of {shared.height:,} if other work goes on as before"
    return said + over


def _list(targets: pl.DataFrame) -> None:
    table(
        targets.head(timelines.LISTED),
        {
            "title": Column("What", width=150),
            "kind": Column("Kind", width=62),
            "remaining_items": Column("Open", "count", width=45, help="Open tickets"),
            "even": Column("50 % by", width=165, help="From growing to shared"),
            "sure": Column("85 % by", width=170, help="From growing to shared"),
            "due_on": Column("Due", "day", width=88),
            "chance": Column("Chance", width=85, help="Of being done by the due date, from shared to growing"),
            "moved": Column(
                "Moved", width=72, help=f"By how many days, against {timelines.BEFORE_DAYS} days before; + is later"
            ),
        },
        alt=takeaway(targets),
        rows=9,
    )


def labelled(targets: pl.DataFrame) -> list[str]:
    """What to call each target in a choice: its title, with its kind and place where two share one."""
    titles = [f"{title or target}" for title, target in targets.select("title", "target").iter_rows()]
    kinds = targets["kind"].to_list()
    labels = [
        f"{title} ({kind.lower()})" if titles.count(title) > 1 else title
        for title, kind in zip(titles, kinds, strict=True)
    ]
    ids = targets["target"].to_list()
    return [f"{label}, {one}" if labels.count(label) > 1 else label for label, one in zip(labels, ids, strict=True)]


def _one(row: dict[str, Any], who: str, *, fixed: bool) -> None:
    asked = who, row["question"], row["target"]
    sql = timelines.promises(*asked)
    promises = named(data.rows(sql), fixed=fixed)
    known = promises.drop_nulls("answer_on")
    said = summary(row)
    left, right = st.columns(2, gap="small")
    with left:
        steps_sql = timelines.burn_up(*asked)
        steps = data.rows(steps_sql)
        with card("Burn-up", sql=steps_sql, frame=steps, key="burn-up", note=RANGE_NOTE):
            if row["growing_reason"] == "group_too_small" or steps.is_empty():
                st.caption(f":material/info: Not shown: {why(row['growing_reason'])}.")
            else:
                today = promises["made_at"].max().date()  # type: ignore[union-attr]
                fans = fan(known, steps, today)
                st.altair_chart(forecast_charts.burn_up(until(steps, today), fans, row["due_on"]), alt=said)
                st.caption(f"{said}. A fan reaches from the day of 50 % to that of 95 %.")
    with right, card("Chance of being done by a day", sql=sql, frame=promises, key="chances", note=RANGE_NOTE):
        if known.is_empty():
            reasons = {why(one) for one in promises["reason"].drop_nulls()}
            st.caption(f":material/info: Not known: {', '.join(sorted(reasons))}.")
        else:
            st.altair_chart(forecast_charts.chances(known, row["due_on"]), alt=said)
            st.caption(basis(known))
    moves_sql = timelines.moves(*asked)
    moves = named(data.rows(moves_sql), fixed=fixed)
    with card("How the forecast moved", sql=moves_sql, frame=moves, key="moves", note=MOVES_NOTE):
        if moves.drop_nulls("p85_on")["made_at"].n_unique() < 2:  # noqa: PLR2004 - a line has two points
            st.caption(
                ":material/info: Fewer than two weeks have a forecast with a day: a point a week comes with the runs."
            )
            return
        drift = f"Against {timelines.BEFORE_DAYS} days before, 85 % moved by {row['moved']} days"
        st.altair_chart(forecast_charts.moves(moves), alt=drift)
        st.caption(f"{drift}. The dashed line is the due date as it was then." if row["due_on"] else f"{drift}.")


def summary(row: dict[str, Any]) -> str:
    """What is to be expected of a target, in words."""
    title = words.plain(row["title"] or row["target"])
    by = "by " if row["growing_85"] else "are not known, "
    said = f"{title} with its {words.count(row['remaining_items'], 'open ticket')}: 85 % {by}{row['sure']}"
    if row["is_past"]:
        return f"{said}; the due date has passed"
    if row["chance"] != words.MISSING:
        said += f"; the due date is met with {row['chance']}"
    return said


def basis(known: pl.DataFrame) -> str:
    """From what the dates were computed, in words."""
    growth, share = (known[name].drop_nulls() for name in ("growth", "share"))
    parts = []
    if len(growth):
        parts.append(f"{words.number(growth[0])} tickets come in for each one finished")
    if len(share):
        parts.append(f"{words.share(share[0])} of what the team finished in 90 days was of this")
    window = known.drop_nulls("window_days")
    if window.height:
        parts.append(f"drawn from the last {window['window_days'][0]} days, by {window['sampling'][0]}")
    return f"{'; '.join(parts)}." if parts else ""


def until(steps: pl.DataFrame, today: date) -> pl.DataFrame:
    """The steps of a burn-up, carried on to the day of the forecast."""
    last = steps.tail(1).with_columns(day=pl.lit(today))
    return pl.concat([steps, last]) if steps["day"][-1] < today else steps


def fan(known: pl.DataFrame, steps: pl.DataFrame, today: date) -> pl.DataFrame:
    """The area between the earliest (50 %) and the latest way on which all is done, by mode.

    Where the scope grows it ends higher: at what will have come in by then, on average.
    """
    done, scope = int(steps["done"][-1]), int(steps["scope"][-1])
    rows = []
    for (name,), of_mode in known.group_by("name", maintain_order=True):
        dates, growth = of_mode["answer_on"].sort(), of_mode["growth"].drop_nulls()
        rate = min(float(growth[0]), MOST_GROWTH) if len(growth) else 0.0
        top = done + (scope - done) / (1 - rate)
        first, last = (max(one, today + timedelta(days=1)) for one in (dates[0], dates[-1]))
        middle = done + (top - done) * (first - today).days / (last - today).days
        told = f"50 % by {words.day(dates[0])}, {words.share(of_mode['confidence'].max())} by {words.day(dates[-1])}"  # type: ignore[arg-type]
        for day, low, high in ((today, done, done), (first, middle, top), (last, top, top)):
            rows.append({"name": name, "day": day, "low": float(low), "high": float(high), "told": told})
    schema = {"name": pl.String, "day": pl.Date, "low": pl.Float64, "high": pl.Float64, "told": pl.String}
    return pl.DataFrame(rows, schema=schema)


MOST_GROWTH = 0.75
"""A scope that grows faster is drawn as if it grew so: it would leave the picture."""
