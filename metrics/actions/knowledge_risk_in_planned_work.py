"""Planned work in code that hardly anybody knows: the time to learn it, or to do it in pairs, is not in the plan.

Where a ticket will lead is told by the pull requests that serve it already, and by what two or more finished tickets of
the same parent touched.
"""

from datetime import datetime

import polars as pl

from metrics.actions.actions import ActionCandidates
from metrics.actions.ticket_wording import near_sprints, of_tickets, titled
from metrics.actions.wording import counted, listed, reading_days, short
from metrics.registry import Rule, pipeline

NAME = "knowledge_risk_in_planned_work"
SIBLINGS = 2
FILE = ["repo_id", "path"]


@pipeline(ActionCandidates)
def propose_knowledge_risk_in_planned_work(  # noqa: PLR0917 - one parameter a table
    ticket_flow: pl.LazyFrame,
    ticket_sprints: pl.LazyFrame,
    sprints: pl.LazyFrame,
    pull_request_tickets: pl.LazyFrame,
    pull_request_files: pl.LazyFrame,
    pull_request_flow: pl.LazyFrame,
    files: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """One action for every such ticket that is in progress or in a sprint that runs or comes next."""
    is_in = (pl.col("added_at") <= as_of) & (pl.col("removed_at").is_null() | (pl.col("removed_at") > as_of))
    soon = ticket_sprints.filter(is_in).join(near_sprints(sprints, as_of), on="sprint_id", how="semi")
    is_begun = pl.col("state") == "in_progress"
    planned = pl.concat(
        [
            ticket_flow.filter(is_begun),
            ticket_flow.filter(~is_begun, pl.col("state") != "done").join(soon, on="ticket_id", how="semi"),
        ]
    )
    touched = (
        pull_request_tickets.select("pr_id", "ticket_id")
        .unique()
        .join(pull_request_flow.select("pr_id", "repo_id"), on="pr_id")
        .join(pull_request_files.select("pr_id", "path"), on="pr_id")
        .select("ticket_id", *FILE)
        .unique()
    )
    parents = ticket_flow.drop_nulls("parent_key").select("source", "parent_key", "ticket_id", "state")
    of_siblings = (
        touched.join(parents.filter(pl.col("state") == "done"), on="ticket_id")
        .group_by("source", "parent_key", *FILE)
        .agg(siblings=pl.len())
        .filter(pl.col("siblings") >= SIBLINGS)
        .join(parents.filter(pl.col("state") != "done"), on=["source", "parent_key"])
    )
    risky = files.filter("is_at_risk").select(*FILE, "lines", "knowers")
    found = (
        pl.concat([touched, of_siblings.select("ticket_id", *FILE)])
        .unique()
        .join(risky, on=FILE)
        .group_by("ticket_id")
        .agg(
            n=pl.len().cast(pl.Int64),
            unknown=(pl.col("knowers") == 0).sum().cast(pl.Int64),
            lines=pl.col("lines").sum(),
            names=listed(short(pl.col("path")), pl.col("lines").fill_null(0)),
        )
    )
    n, unknown = pl.col("n"), pl.col("unknown")
    return of_tickets(
        planned.join(found, on="ticket_id"),
        rule=pl.lit(NAME),
        responsibility=pl.lit("strategy"),
        title=pl.format("{} leads into code that hardly anybody knows", "key"),
        why=pl.format(
            "{} is {} and leads, by its pull requests or those of its siblings, to {} that fewer than two active "
            "people know{}: {}.",
            titled(),
            pl.when(is_begun).then(pl.lit("in progress")).otherwise(pl.lit("planned for a sprint")),
            counted(n, "file"),
            pl.when(unknown > 0).then(pl.format(", {} of them nobody", unknown)).otherwise(pl.lit("")),
            "names",
        ),
        next_step=pl.lit(
            "Do it in a pair, so that a second person knows it afterwards, and give it the time to read that it needs."
        ),
        days_saved=reading_days(pl.col("lines")),
        basis=pl.lit("the time to read these files without help, a day for every 2,400 lines, at most 5 days"),
        confidence=pl.lit(0.4),
    )


RULE = Rule(
    name=NAME,
    title="Knowledge risk in planned work",
    responsibility="strategy",
    definition=(
        "Tickets in progress, or in a sprint that runs or comes next, whose pull requests touch files at risk, or of "
        f"whose parent {SIBLINGS} or more finished tickets touched such a file."
    ),
    propose=propose_knowledge_risk_in_planned_work,
)
