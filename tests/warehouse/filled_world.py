# ruff: noqa: DTZ001 - instants are stored as naive UTC
"""A small warehouse: two commits by two people, one of them applied by somebody whom nobody knows."""

from datetime import UTC, datetime

import polars as pl

from warehouse.store import Warehouse
from warehouse.tables import Page

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ADA, BOB = "git:Ada <ada@example.org>", "git:Bob <bob@example.org>"


def fill(warehouse: Warehouse) -> Warehouse:
    """Load two commits by Ada and Bob, who are one person each."""
    names = pl.DataFrame({"identity_id": [ADA, BOB], "name": ["Ada", "Bob"], "email": ["ada@example.org", None]})
    upserts = {
        "commits": pl.DataFrame(
            {
                "repo_id": ["r", "r"],
                "sha": ["a", "b"],
                "author_id": [ADA, BOB],
                "committer_id": [ADA, "git:Nobody"],
                "author_name": ["Ada", "Bob"],
                "committed_at": [datetime(2026, 1, 1), datetime(2026, 2, 1)],
            }
        ),
        "commit_files": pl.DataFrame({"repo_id": ["r"], "sha": ["a"], "path": ["x.py"]}),
        "commit_trailers": pl.DataFrame(
            {
                "repo_id": ["r"],
                "sha": ["a"],
                "trailer": ["Reviewed-by"],
                "value": ["Bob <bob@example.org>"],
                "person_id": [BOB],
            }
        ),
        "identities": names,
        "ticket_changes": pl.DataFrame(
            {"change_id": ["1", "2"], "field": ["status", "assignee"], "to_value": ["Done", "ada"]}
        ),
        "ci_runs": pl.DataFrame({"run_id": ["1/1", "2/1"], "branch": ["main", "ada/fix"]}),
    }
    warehouse.load(Page("commits", "r", upserts=upserts), source="git", run_id=warehouse.start_run(), now=NOW)
    warehouse.replace("people", pl.DataFrame({"person_id": ["p1", "p2"], "name": ["Ada", "Bob"], "kind": "human"}))
    identities = warehouse.read("identities").sort("identity_id")
    warehouse.replace("identities", identities.with_columns(person_id=pl.Series(["p1", "p2"])))
    return warehouse
