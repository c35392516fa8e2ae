"""The page about scope: what it says of sprints, growth, requirements and untracked work is what the tables hold."""

from pathlib import Path

import pytest
from conftest import Open, Rows
from published_world import HARBOUR, OPERATED, TEAMS, TRACKED
from test_dashboard_pages import assert_fine, texts

from dashboards.queries import requirements
from dashboards.scope import Scope

VIEWS = ("Sprints", "Growth", "Requirements", "Readiness", "Untracked")
SCOPES = (
    Scope(),
    Scope(project=TRACKED),
    Scope(project="nobody's project"),
    Scope(team=TEAMS[0]),
    Scope(None, TEAMS[1], None, OPERATED),
)


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_every_query_runs_in_every_scope(scope: Scope, world: Path, barren: Path, rows: Rows) -> None:
    names = ("sprints", "parents", "changes", "rework", "lacking", "unready")
    queries = [
        *(getattr(requirements, name)(scope) for name in names),
        requirements.sprint_tickets(scope, "jira:s1"),
        requirements.trend("unready_starts", scope),
        requirements.untracked(Scope(HARBOUR, scope.team)),
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
    app = open_page(world, "scope", scope=view, **parameters)
    assert_fine(app)
    assert app.title[0].value == "What changed after we started?"
    assert [part.label for part in app.metric][:4] == [
        "Planning accuracy", "Unplanned work", "Requirements changed", "Started before ready",
    ]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_empty_tables_say_what_fills_them(view: str, barren: Path, open_page: Open) -> None:
    app = open_page(barren, "scope", scope=view)
    assert_fine(app)
    assert "`leadline run` fills this." in texts(app)
