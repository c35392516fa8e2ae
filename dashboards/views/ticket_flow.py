"""How tickets flow: what is created, begun and finished, day by day, and which weeks are out of the ordinary."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import ticket_charts, words
from dashboards.parts.card import card
from dashboards.queries import tickets
from dashboards.scope import Scope
from dashboards.views.pull_requests import too_small
from dashboards.views.tickets import nothing

NOTE = (
    "How many tickets had been created, begun and finished by the end of each day. The height of the band in progress "
    "is the work in progress, its width about the cycle time. A band that widens is work that is begun faster than it "
    "is finished. A ticket that was put back begins anew: the days before are rewritten."
)

BEHAVIOUR_NOTE = (
    "The mean of up to 26 weeks and its limits: mean ± 2.66 times the mean difference between neighbouring weeks. A "
    "week within the limits needs no story; one out of the ordinary says that something changed, not what."
)

CHECK_NOTE = (
    "Over a long time the average number in progress equals what is finished a day times the average days in progress "
    "(Little's law). Where they differ much, tickets are begun and forgotten, or closed without ever being started."
)

NONE = "No ticket was created in this period."

FIRST = next(iter(tickets.WATCHED))


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw cumulative flow, tickets created and finished by week, a process behaviour chart, and the self-check."""
    hidden = too_small(scope)
    sql = tickets.days(scope)
    days = data.rows(sql)
    with card("Cumulative flow", sql=sql, frame=days, key="cumulative", note=NOTE):
        if hidden or days.is_empty():
            nothing(NONE, hidden=hidden)
        else:
            with_todo = st.toggle("With what is to be done", key="with_todo", bind="query-params")
            said = net(days)
            st.altair_chart(ticket_charts.cumulative(days, with_todo=with_todo), alt=said)
            st.caption(f"{said}.{_rewritten(scope)}")
    _weeks(scope, hidden=hidden)
    _behaviour(scope, hidden=hidden)
    _self_check(scope, hidden=hidden)


def net(days: pl.DataFrame) -> str:
    """What was created and finished in the period, and how work in progress moved, in words."""
    first, last = days.row(0, named=True), days.row(-1, named=True)
    created, finished = last["created"] - first["created"], last["finished"] - first["finished"]
    return (
        f"{words.count(created, 'ticket')} created and {finished:,} finished since {words.day(first['day'])}; in "
        f"progress: {first['in_progress']:,} then, {last['in_progress']:,} now"
    )


def _rewritten(scope: Scope) -> str:
    if scope.team:
        return ""
    back = data.rows(tickets.corrections(scope))["corrections"][0] or 0
    return f" {words.count(back, 'step')} back rewrote the days before." if back else ""


def _weeks(scope: Scope, *, hidden: bool) -> None:
    sql = tickets.weeks(scope)
    weeks = data.rows(sql).with_columns(
        name=pl.col("metric").replace({"tickets_created": "Created", "tickets_finished": "Finished"})
    )
    with card("Created and finished by week", sql=sql, frame=weeks, key="arrivals"):
        if hidden or not weeks["value"].count():
            nothing(NONE, hidden=hidden)
            return
        said = ahead(weeks)
        st.altair_chart(ticket_charts.arrivals(weeks.drop_nulls("value")), alt=said)
        st.caption(f"{said}.")


def ahead(weeks: pl.DataFrame) -> str:
    """In how many weeks more was created than finished, in words."""
    wide = weeks.pivot("name", index="week", values="value", aggregate_function="first")
    if not {"Created", "Finished"} <= set(wide.columns):
        return "Too little is known to compare"
    both = wide.drop_nulls(["Created", "Finished"])
    more = both.filter(pl.col("Created") > pl.col("Finished")).height
    return f"In {more:,} of {words.count(both.height, 'week')} more was created than finished"


def _behaviour(scope: Scope, *, hidden: bool) -> None:
    name = st.segmented_control(
        "Figure",
        list(tickets.WATCHED),
        default=FIRST,
        required=True,
        key="watched",
        bind="query-params",
        label_visibility="collapsed",
    )
    name = name or FIRST
    metric, unit = tickets.WATCHED[name]
    sql = tickets.behaviour(scope, metric)
    weeks = data.rows(sql)
    with card(f"{name}: which weeks are out of the ordinary?", sql=sql, frame=weeks, key="xmr", note=BEHAVIOUR_NOTE):
        if hidden or not weeks["mean"].count():
            nothing("Fewer than 8 weeks have a value: too few for limits.", hidden=hidden)
            return
        said = signals(weeks)
        st.altair_chart(ticket_charts.behaviour(weeks, name=name, in_days=unit == "seconds"), alt=said)
        st.caption(f"{said}.")


def signals(weeks: pl.DataFrame) -> str:
    """Which week was out of the ordinary last, in words."""
    found = weeks.drop_nulls("signal").sort("week")
    if found.is_empty():
        return f"None of {words.count(weeks.height, 'week')} is out of the ordinary: ups and downs are noise"
    last = found.row(-1, named=True)
    return (
        f"{found.height:,} of {words.count(weeks.height, 'week')} {'is' if found.height == 1 else 'are'} out of the "
        f"ordinary, the last that of {words.day(last['week'])} "
        f"({last['side']} the mean: {words.reason(last['signal'])})"
    )


def _self_check(scope: Scope, *, hidden: bool) -> None:
    sql = tickets.self_check(scope)
    check = data.rows(sql)
    with card("Do these figures agree with each other?", sql=sql, frame=check, key="self-check", note=CHECK_NOTE):
        if hidden or check.is_empty() or check["residual"][0] is None:
            nothing("Fewer than 10 tickets with a known cycle time were finished in the last 90 days.", hidden=hidden)
            return
        st.caption(agreement(check.row(0, named=True)))


def agreement(check: dict[str, float]) -> str:
    """What the self-check found, in words."""
    said = (
        f"In the last 90 days {check['in_progress']:,.1f} tickets were in progress on average; by what was finished "
        f"({check['per_day']:,.2f} a day) and how long that took ({check['days']:,.1f} days on average) it should have "
        f"been {check['expected']:,.1f}."
    )
    if not check["is_large"]:
        return f":material/check_circle: {said} They agree."
    more = "More lies in progress than is finished: look for tickets that were begun and forgotten."
    less = "Less is in progress than should be: tickets are closed without having been started, or in one go."
    return f":material/warning: {said} {more if check['residual'] > 0 else less}"
