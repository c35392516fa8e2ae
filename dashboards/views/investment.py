"""Where the effort goes: kinds of work under three weights, how they move, and the tickets behind them."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, words, work_charts
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import investment
from dashboards.scope import Scope
from dashboards.views.pull_requests import too_small
from dashboards.views.tickets import names, nothing

NOTE = (
    "By the rules of `[investment]`, the first that matches. Finished tickets count small ones like large ones; "
    "person-days count what lies about; activity counts commits, pull requests and reviews. Where the three agree the "
    "picture can be believed; a kind of work on which they differ by more than 15 points is uncertain."
)
NONE = "Nothing was finished, held or changed in the last 90 days."
UNCLASSIFIED = "unclassified"
NO_RULE = (
    "Nothing here matches a rule of `[investment]` in leadline.toml, which says what ticket types and labels are which "
    "kind of work. Commits alone do not say it."
)
RULES_HINT = (
    ":material/rule: {share} of it matches no rule: `[investment]` in leadline.toml says which ticket types and labels "
    "are which kind of work."
)
MANY = 0.5


def draw_mix(scope: Scope) -> None:
    """Draw the kinds of work of the last 90 days, and the tickets of the chosen one."""
    sql = investment.mix(scope)
    found = named(data.rows(sql))
    with card("Kinds of work, last 90 days", sql=sql, frame=found, key="mix", note=NOTE):
        if found.is_empty():
            nothing(NONE, hidden=too_small(scope))
            return
        if set(found["category"]) == {UNCLASSIFIED}:
            empty.nothing_here(NO_RULE)
            return
        said = takeaway(found)
        st.altair_chart(work_charts.mix(found, investment.WEIGHTS), alt=said)
        st.caption(f"{said}.")
        share = float(found.filter(pl.col("category") == UNCLASSIFIED)["items_share"].sum())
        if share > MANY:
            st.caption(RULES_HINT.format(share=words.share(share)))
    _tickets(scope, found)


def draw_months(scope: Scope) -> None:
    """Draw the kinds of work month by month, under the chosen weight."""
    weight = st.segmented_control(
        "Weighed by",
        list(investment.WEIGHTS),
        format_func=investment.WEIGHTS.__getitem__,
        default="items",
        key="weight",
        bind="query-params",
        required=True,
    )
    sql = investment.months(scope)
    found = named(data.rows(sql))
    with card(f"{investment.WEIGHTS[weight]} by kind of work and month", sql=sql, frame=found, key="months", note=NOTE):
        value = f"{weight}_share"
        known = found.drop_nulls(value)
        if known.is_empty():
            nothing("No month of this period has any.", hidden=too_small(scope))
            return
        order = known.group_by("name").agg(pl.col(value).sum()).sort(value, "name", descending=[True, False])
        last = known.filter(pl.col("period_start") == known["period_start"].max()).sort(
            value, "name", descending=[True, False]
        )
        said = (
            f"In the month of {words.day(last['period_start'][0])} most went to {last['name'][0].lower()}: "
            f"{words.share(last[value][0])}"
        )
        chart = work_charts.by_month(known, value=value, title="Share", order=order["name"].to_list())
        st.altair_chart(chart, alt=said)
        st.caption(f"{said}.")


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """Kinds of work with `name`, what they are called."""
    spoken = pl.col("category").str.replace_all("_", " ")
    capital = pl.concat_str(spoken.str.head(1).str.to_uppercase(), spoken.str.slice(1))
    return frame.with_columns(name=capital)


def takeaway(found: pl.DataFrame) -> str:
    """What most goes to, and which kinds of work are uncertain."""
    shares = [f"{weight}_share" for weight in investment.WEIGHTS]
    ranged = found.with_columns(low=pl.min_horizontal(shares), high=pl.max_horizontal(shares)).sort(
        "high", "name", descending=[True, False]
    )
    first = ranged.row(0, named=True)
    low, high = words.share(first["low"]), words.share(first["high"])
    said = f"Most goes to {first['name'].lower()}: {low if low == high else f'{low} to {high}'}"
    uncertain = found.filter("is_uncertain")["name"].str.to_lowercase().to_list()
    return f"{said}; the weights disagree about {', '.join(uncertain)}" if uncertain else said


def _tickets(scope: Scope, found: pl.DataFrame) -> None:
    labels = dict(found.select("category", "name").iter_rows())
    chosen = st.selectbox(
        "Tickets of",
        [None, *labels],
        format_func=lambda category: labels[category] if category else "Every kind of work",
        key="kind",
        bind="query-params",
        width=320,
    )
    sql = investment.tickets(scope, chosen)
    tickets = named(data.rows(sql))
    title = f"{words.count(tickets.height, 'ticket')} in progress or finished in the last 90 days"
    with card(title, sql=sql, frame=tickets, key="kind-tickets", note=NOTE):
        if tickets.is_empty():
            nothing("No ticket of this kind.")
            return
        table(
            tickets.head(investment.LISTED),
            {
                "url": Column("", "link", width=34),
                **names(tickets, title=215),
                "name": Column("Kind of work", width=130),
                "type": Column("Type", width=90),
                "team": Column("Team", width=110),
                "step": Column("Status", width=110),
                "cycle_seconds": Column("Took", "span", width=80),
                "done_at": Column("Finished", "day", width=92),
            },
            alt=title,
        )
