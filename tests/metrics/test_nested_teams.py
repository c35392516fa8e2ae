"""What a team inside another one does counts in both, once, and is still its own."""

from typing import Any

import polars as pl
import pytest
from coordination_worlds import AS_OF, DAY, CoordinationWorld
from git_worlds import run

from metrics.catalogue import PIPELINES
from metrics.nesting import with_teams_above


def company() -> CoordinationWorld:
    """Web and mobile are in product, product is in the company; ann is in web and mobile."""
    told = CoordinationWorld()
    for team, parent in {"web": "product", "mobile": "product", "product": "company", "company": None}.items():
        told.add("teams", team=team, parent=parent)
    told.team("web", "ann", "ben")
    told.team("mobile", "ann", "cat")
    return told


def value(tables: dict[str, pl.DataFrame], metric: str, team: str) -> Any:
    told = tables["observations"].filter(
        pl.col("metric") == metric, pl.col("scope") == team, pl.col("period") == "rolling_90d"
    )
    return told["value"].to_list()


def test_work_of_a_team_inside_counts_once_above() -> None:
    told = company()
    told.commit(AS_OF - DAY, "ann", "src/f0.py")
    told.commit(AS_OF - DAY, "cat", "src/f0.py")
    for author in ("ann", "ben", "cat"):
        end = AS_OF - DAY
        told.pull_request(AS_OF - 2 * DAY, author, state="merged", merged_at=end, closed_at=end)
    told.add("team_scopes", team="web", kind="ticket_project", pattern="WEB")
    over = {"status": "Done", "status_category": "done", "resolved_at": AS_OF - DAY}
    told.ticket(AS_OF - 5 * DAY, "WEB", **over)
    told.ticket(AS_OF - 5 * DAY, "OPS", assignee_id="ann", **over)
    tables = run(told.world.frames(), AS_OF, PIPELINES, minimum_group=3)
    for team in ("product", "company"):
        assert value(tables, "commits", team) == [2.0]
        assert value(tables, "merged_pull_requests", team) == [3.0]
        assert value(tables, "tickets_finished", team) == [2.0]
    assert value(tables, "merged_pull_requests", "web") == [None]  # too small to be shown on its own
    assert tables["pull_request_flow"]["team"].to_list() == ["mobile", "web", "mobile"]
    assert tables["ticket_flow"]["team"].to_list() == ["web", "mobile"]
    assert set(tables["coordination"]["team_a"]) == {"web", "mobile"}


@pytest.mark.parametrize("teams", [{"a": "b", "b": "a"}, {"a": "a"}])
def test_parents_in_a_circle_end(teams: dict[str, str]) -> None:
    rows = pl.LazyFrame({"team": ["a"], "item": [1]})
    told = pl.LazyFrame({"team": list(teams), "parent": list(teams.values())})
    found = with_teams_above(rows, told).sort("team").collect().rows()
    assert found == [(team, 1) for team in sorted(teams)]
