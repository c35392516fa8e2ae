"""The same tickets under other definitions of cycle time, so that people can compare with the tools they come from.

- `leadline`: start after the last time it was put back, to the end; exact seconds
- `first_entry`: the very first start to the end, whatever was put back
- `time_in_start`: all the time in statuses that work begins with, whether or not between start and end
- `devlake`: created to resolved, as the tracker has it now (Apache DevLake)
- `jira_agile_metrics`: as `leadline`, from the date of the start to the date of the end, which is 0 on the same day
"""

import polars as pl

from metrics.expressions import day, seconds_between
from metrics.registry import pipeline
from metrics.spans import Reasons, measured
from warehouse.tables import Table
from warehouse.tables import columns as col


class TicketFlowDefinitions(Table):
    """One row per finished ticket and definition."""

    ticket_id = col.key("Ticket")
    definition = col.key("`leadline`, `first_entry`, `time_in_start`, `devlake` or `jira_agile_metrics`")
    seconds = col.real("Cycle time by that definition")
    reason = col.text("Why it is null: `history_incomplete`, `not_started`, `not_resolved`, `clock_negative`")


@pipeline(TicketFlowDefinitions)
def ticket_flow_definitions(
    tickets: pl.LazyFrame, ticket_spans: pl.LazyFrame, ticket_steps: pl.LazyFrame, *, zone: str
) -> pl.LazyFrame:
    """Every finished ticket by every definition."""
    began = pl.when("is_start").then(seconds_between(pl.col("entered_at"), pl.col("left_at")))
    in_start = ticket_steps.group_by("ticket_id").agg(in_start=began.sum())
    finished = (
        ticket_spans.filter(pl.col("done_at").is_not_null())
        .join(tickets.select("ticket_id", "created_at", "resolved_at"), on="ticket_id")
        .join(in_start, on="ticket_id", how="left")
    )
    created, started, first, done = (
        pl.col(name) for name in ("created_at", "started_at", "first_started_at", "done_at")
    )
    untold: Reasons = {"history_incomplete": ~pl.col("has_history")}
    cycle = seconds_between(started, done)
    dates = day(done, zone) - day(started, zone)
    begun: Reasons = {**untold, "not_started": started.is_null()}
    resolved = pl.coalesce("resolved_at", "done_at")
    kinds: dict[str, tuple[pl.Expr, Reasons]] = {
        "leadline": (cycle, begun),
        "first_entry": (seconds_between(first, done), {**untold, "not_started": first.is_null()}),
        "time_in_start": (pl.col("in_start"), {**untold, "not_started": first.is_null()}),
        "devlake": (seconds_between(created, resolved), {"not_resolved": resolved.is_null()}),
        "jira_agile_metrics": (dates.dt.total_seconds().cast(pl.Float64), begun),
    }
    parts = [
        finished.select("ticket_id", definition=pl.lit(name), seconds=value, reason=reason)
        for name, (seconds, reasons) in kinds.items()
        for value, reason in [measured(seconds, reasons)]
    ]
    return pl.concat(parts).select(TicketFlowDefinitions.column_names()).sort(TicketFlowDefinitions.primary_key())
