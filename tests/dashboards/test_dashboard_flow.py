"""The page about the flow of tickets: what it says is what the tables hold, and who can move what is stuck."""

from pathlib import Path

import polars as pl
import pytest
from conftest import Open, Rows
from published_world import EMPTY, HARBOUR, OPERATED, SMALL, TEAMS, TRACKED, publish_world
from test_dashboard_pages import assert_fine, texts

from dashboards.queries import tickets
from dashboards.scope import Scope

VIEWS = ("Stuck", "Cycle time", "Flow", "Time in status", "Blocked")
SCOPES = (
    Scope(),
    Scope(project=TRACKED),
    Scope(project="nobody's project"),
    Scope(team=TEAMS[0]),
    Scope(None, TEAMS[1], None, OPERATED),
)


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_every_query_runs_in_every_scope(scope: Scope, world: Path, barren: Path, rows: Rows) -> None:
    names = (
        "in_progress", "levels", "finished", "compared", "days", "corrections", "weeks", "self_check", "blocks",
    )  # fmt: skip
    queries = [
        *(getattr(tickets, name)(scope) for name in names),
        *(tickets.behaviour(scope, metric) for metric, _ in tickets.WATCHED.values()),
        tickets.statuses(scope.project or "it's"),
        tickets.PROJECTS,
    ]
    for sql in queries:
        assert rows(world, sql).columns == rows(barren, sql).columns


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "parameters",
    [{}, {"project": TRACKED}, {"project": "harbour"}, {"repository": "empty"}, {"team": TEAMS[0]}],
    ids=str,
)
def test_every_view_is_drawn(view: str, parameters: dict[str, str], world: Path, open_page: Open) -> None:
    app = open_page(world, "flow", flow=view, **parameters)
    assert_fine(app)
    assert app.title[0].value == "What is stuck, and what is slow?"
    assert [part.label for part in app.metric][:4] == [
        "Cycle time", "Work in progress", "Beyond the service level", "Stalled",
    ]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_empty_tables_say_what_fills_them(view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, "flow", flow=view)
    assert_fine(app)
    assert "`leadline run` fills this." in texts(app)
