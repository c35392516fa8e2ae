"""Work that nobody asked for in the tracker: merged pull requests that serve no ticket.

Misread: a typo needs no ticket. Where the tracker is not collected, or its keys are not written into pull requests,
everything looks untracked.
"""

import polars as pl

from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col


class UntrackedWork(Table):
    """One row per pull request by a human that was merged and serves no ticket; none where there are no tickets."""

    pr_id = col.key("Pull request")
    repo_id = col.text("Repository")
    number = col.number("Number within the repository")
    title = col.text("Title")
    url = col.text("Web address")
    team = col.text("The author's team at the opening, the first by name where there are several")
    merged_at = col.instant("When it was merged")
    size_lines = col.number("Lines added and deleted; lock, generated and vendored files and records left out")


@pipeline(UntrackedWork)
def untracked_work(
    pull_request_flow: pl.LazyFrame, pull_request_tickets: pl.LazyFrame, tickets: pl.LazyFrame
) -> pl.LazyFrame:
    """Every such pull request."""
    # Without any ticket nobody can tell tracked from untracked work.
    are_tickets = tickets.select(are_tickets=pl.len() > 0)
    return (
        pull_request_flow.filter("author_is_human", pl.col("state") == "merged")
        .join(pull_request_tickets, on="pr_id", how="anti")
        .join(are_tickets, how="cross")
        .filter("are_tickets")
        .select(UntrackedWork.column_names())
        .sort("pr_id")
    )
