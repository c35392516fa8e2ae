"""Teams as a network of who needs whom, and what the conversations and reviews of each team lack."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import empty, team_network, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import code, coordination
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL
from dashboards.views.team_gaps import NOTE, takeaway
from dashboards.views.teams import across, nothing

HEIGHT = 440

LACKS = (
    "Required pairs have at least one end in the team. A silo is one of whose ends nobody is known to have talked to "
    "anybody. A broker is a person through whom alone all conversations of the team with another one go: often a "
    "willing helper; the risk is the day on which they are ill."
)

REVIEWS = (
    "Reviews by people in the last 90 days. Outside: share that came from other teams. Mutual: pairs "
    "of author and reviewer in the team that also go the other way round. Top 3: share of the team's reviews that "
    "the three who review most gave."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw the network of teams, and what each of them lacks."""
    sql = coordination.teams(scope)
    pairs = data.rows(sql)
    left, right = st.columns([3, 2], gap="small")
    with left, card("Who needs whom", sql=sql, frame=pairs, key="team-network", note=NOTE):
        if pairs.is_empty() or across(pairs).is_empty():
            nothing("No two people of different teams depend on each other.")
        else:
            st.echarts_chart(team_network.option(pairs), height=HEIGHT, alt=takeaway(pairs), key="team-network-chart")
            st.caption(
                "A line: people of the two teams depend on each other; the thicker, the more pairs of them; the "
                "hotter, the fewer of these talk; dashed: none."
            )
    with right:
        _lacks(scope)
        _reviews(scope)


def _lacks(scope: Scope) -> None:
    sql = coordination.networks(scope)
    networks = data.rows(sql)
    named = bool(data.rows(code.NAMED)["named"][0])
    with card("What conversations lack", sql=sql, frame=networks, key="networks", note=LACKS):
        known = networks.drop_nulls("missing")
        if known.is_empty():
            _unknown(networks)
            return
        table(
            known,
            {
                "team": Column("Team", width=85),
                "missing": Column("Missing", "count", width=55, help="Required pairs that did not talk"),
                "required": Column("of", "count", width=38),
                "silos": Column("Silos", "count", width=45, help="Of these, pairs with an end that talked to nobody"),
                **(
                    {
                        "names": Column(
                            "Through one", width=90, help="Brokers: all conversations with another team go through them"
                        )
                    }
                    if named
                    else {"brokers": Column("Brokers", "count", width=65)}
                ),
            },
            alt=_lacking(known),
            rows=8,
        )


def _lacking(known: pl.DataFrame) -> str:
    first = known.row(0, named=True)
    return (
        f"{first['team']} lacks most: {first['missing']:,} of {words.count(first['required'], 'required pair')} "
        "did not talk"
    )


def _reviews(scope: Scope) -> None:
    sql = coordination.review_networks(scope)
    networks = data.rows(sql)
    with card("Reviews inside and across", sql=sql, frame=networks, key="review-networks", note=REVIEWS):
        known = networks.filter(pl.col("reviews_received") + pl.col("reviews_given") > 0)
        if known.is_empty():
            _unknown(networks)
            return
        table(
            known,
            {
                "team": Column("Team", width=75),
                "reviews_received": Column("Got", "count", width=40, help="Reviews of pull requests of the team"),
                "across_share": Column("Outside", "percent", width=55, help="Of these, from other teams"),
                "reciprocity": Column("Mutual", "percent", width=50, help="Pairs that review each other"),
                "top_three_share": Column("Top 3", "percent", width=45),
                "isolated": Column("Apart", "count", width=42, help="Gave no review and received none"),
            },
            alt=f"Reviews of {words.count(known.height, 'team')}, inside and across",
            rows=8,
        )


def _unknown(networks: pl.DataFrame) -> None:
    """Why a card about teams has no figures."""
    reasons = networks["reason"].drop_nulls().unique().sort().to_list()
    if "group_too_small" in reasons and len(reasons) == 1:
        empty.nothing_here(TOO_SMALL)
    elif reasons:
        empty.nothing_here(f"Not known: {', '.join(words.reason(one) for one in reasons)}.")
    else:
        nothing("Nothing is known about teams in the last 90 days.")
