"""Which tickets are in progress, in which status at what age, and who can move those that are stuck."""

import polars as pl
import streamlit as st

from dashboards import data
from dashboards.parts import ticket_charts, words
from dashboards.parts.ageing import ageing
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.parts.time_charts import DAY
from dashboards.queries import code, tickets
from dashboards.scope import Scope
from dashboards.views.pull_requests import TOO_SMALL, too_small
from dashboards.views.tickets import leading, names, nothing

NOTE = (
    "The age of each since work on it began, by the calendar. The lines say at which age finished tickets of the "
    "project left each status for good (last 180 days); one above the 85 % line is late for where it stands. The "
    "service level is the number of days that 85 of 100 tickets finished in the last 90 days needed at most."
)

STUCK, EVERYTHING = "Stuck", "All in progress"

REASONS = (
    "Blocked: flagged, in a status that means blocked, or waiting for an open ticket. Beyond level: in progress for "
    "longer than the service level of its project and type. Late here: older than 85 % were when they left this "
    "status. Quiet: no change, no comment, and nothing in a pull request that serves it for 5 working days."
)


def draw(scope: Scope, repositories: dict[str, str]) -> None:  # noqa: ARG001 - views have one signature
    """Draw tickets in progress by status and age, and the list of those that are stuck with who can move them."""
    sql = tickets.in_progress(scope)
    begun = standing(data.rows(sql))
    project = leading(scope, begun)
    here = begun.filter(pl.col("project") == project) if project else begun
    title = f"Tickets in progress by status and age{f', {words.plain(project)}' if project else ''}"
    with card(title, sql=sql, frame=begun, key="ageing", note=NOTE):
        if begun.is_empty():
            nothing("No ticket is in progress here.")
            return
        _ageing(scope, project, here)
        said = stuck(begun)
        elsewhere = begun.height - here.height
        more = (
            f" {words.count(elsewhere, 'ticket')} of other projects: choose one above to see them." if elsewhere else ""
        )
        st.caption(f"{said}.{more}")
    held = begun.filter(pl.col("troubles") > 0)
    choice = st.segmented_control(
        "Which",
        (STUCK, EVERYTHING),
        default=STUCK if held.height else EVERYTHING,
        required=True,
        key="tickets",
        bind="query-params",
        label_visibility="collapsed",
    )
    listed = begun if choice == EVERYTHING else held
    title = "In progress, the most unusual first" if choice == EVERYTHING else "Stuck: who can move it"
    with card(title, sql=sql, frame=listed, key="stuck", note=NOTE):
        if listed.is_empty():
            nothing("None is blocked, late or left lying.")
        else:
            _table(listed)


def _ageing(scope: Scope, project: str | None, here: pl.DataFrame) -> None:
    usual = data.rows(tickets.statuses(project or ""))
    order = usual.filter(pl.col("step").is_in(here["step"].implode()) | (pl.col("status_category") == "in_progress"))
    steps = order["step"].to_list()
    steps += sorted(set(here["step"].drop_nulls()) - set(steps))
    drawn = here.drop_nulls(["age_seconds", "step"])
    levels = data.rows(tickets.levels(scope)).filter(pl.col("project") == (project or ""), pl.col("type") == "all")
    days = levels["days"][0] if levels.height else None
    if too_small(scope):
        st.caption(f":material/info: The lines are left out. {TOO_SMALL}")
        usual, days = usual.clear(), None
    if drawn.is_empty():
        nothing("The age of none of them is known.")
        return
    chart = ageing(
        drawn,
        usual.filter(pl.col("step").is_in(steps)),
        steps,
        standings=ticket_charts.STANDINGS,
        item="Ticket",
        age="In progress for",
        level=None if days is None else float(days) * DAY,
    )
    st.altair_chart(chart, alt=stuck(here))


def standing(begun: pl.DataFrame) -> pl.DataFrame:
    """Tickets in progress with what is the matter: `standing` (the first), `why` (all of it), `troubles` (how many)."""
    late = pl.any_horizontal("is_beyond_sle", "is_behind_pace")
    unknown = pl.all_horizontal(pl.col("is_beyond_sle", "is_behind_pace").is_null())
    matters = {
        "blocked": pl.col("is_blocked"),
        "beyond level": pl.col("is_beyond_sle"),
        "late here": pl.col("is_behind_pace") & ~pl.col("is_beyond_sle").fill_null(value=False),
        "quiet": pl.col("is_stalled"),
    }
    holding = [holds.fill_null(value=False) for holds in matters.values()]
    said = [pl.when(holds).then(pl.lit(name)) for name, holds in zip(matters, holding, strict=True)]
    return begun.with_columns(
        standing=pl.when(holding[0])
        .then(pl.lit(ticket_charts.BLOCKED))
        .when(late.fill_null(value=False))
        .then(pl.lit(ticket_charts.LATE))
        .when(holding[3])
        .then(pl.lit(ticket_charts.STALLED))
        .when(unknown)
        .then(pl.lit(ticket_charts.NOT_KNOWN))
        .otherwise(pl.lit(ticket_charts.AS_USUAL)),
        why=pl.concat_str(said, separator=", ", ignore_nulls=True),
        troubles=pl.sum_horizontal(holding),
    )


def stuck(begun: pl.DataFrame) -> str:
    """How many are stuck and why, in words."""
    held = begun.filter(pl.col("troubles") > 0)
    are = "is" if held.height == 1 else "are"
    said = f"{held.height:,} of {words.count(begun.height, 'ticket')} in progress {are} stuck"
    parts = {
        "blocked": int(begun["is_blocked"].sum()),
        "beyond the service level": int(begun["is_beyond_sle"].sum()),
        "late for their status": int(begun["is_behind_pace"].sum()),
        "without any sign of life for 5 working days": int(begun["is_stalled"].sum()),
    }
    told = [f"{n:,} {name}" for name, n in parts.items() if n]
    return f"{said}: {', '.join(told)}" if told else said


def _table(begun: pl.DataFrame) -> None:
    named = bool(data.rows(code.NAMED)["named"][0]) and bool(begun["assignee"].count())
    paced = bool(begun["pace_p85_seconds"].count())
    pace = Column("85 % left", "span", width=68, help="The age at which 85 % had left this status")
    table(
        begun.head(tickets.LISTED),
        {
            "url": Column("", "link", width=34),
            **names(begun, title=135 if paced else 203),
            **({"assignee": Column("Assignee", width=80)} if named else {}),
            "step": Column("Status", width=88),
            "age_seconds": Column("Age", "span", width=68, help="Since work on it began"),
            **({"pace_p85_seconds": pace} if paced else {}),
            "why": Column("Stuck because", width=130, help=REASONS),
            "next_step": Column("Who can move it", width=178),
        },
        alt=stuck(begun),
        rows=16,
    )
