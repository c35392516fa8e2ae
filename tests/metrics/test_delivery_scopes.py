"""Which repositories are a team's."""

import polars as pl
import pytest
from git_worlds import Row, frame
from test_pull_request_actions import rows_of

from metrics.delivery.scopes import delivery_scopes, only_teams

NAMES = ("acme/app", "acme/app-web", "acme/deep/app", "other/lib", "café.[x]+y")


def told(repositories: pl.DataFrame, scopes: list[Row], teams: list[Row]) -> pl.DataFrame:
    frames = (repositories, frame("team_scopes", scopes), frame("teams", teams), rows_of("service_repositories", []))
    return delivery_scopes(*(one.lazy() for one in frames)).collect()


def matched(*patterns: str) -> set[str]:
    """The repositories that a team has by these patterns."""
    repositories = frame("repositories", [{"repo_id": f"hub:{name}", "name": name} for name in NAMES])
    scopes = [{"team": "Pay", "kind": "repository", "pattern": pattern} for pattern in patterns]
    scopes.append({"team": "Pay", "kind": "path", "pattern": "*"})
    teams = [{"team": "Pay", "parent": "Money"}, {"team": "Money"}]
    found = told(repositories, scopes, teams)
    above = found.filter(found["scope"] == "Money")
    assert above["repo_id"].to_list() == found.filter(found["scope"] == "Pay")["repo_id"].to_list()
    assert not above["is_own"].any()
    found = found.filter(found["scope"] != "Money")
    alone = found.filter(found["scope_kind"] == "repository")
    assert alone["scope"].to_list() == alone["repo_id"].to_list() == sorted(f"hub:{name}" for name in NAMES)
    of_team = found.filter(found["scope_kind"] == "team")
    assert set(of_team["scope"]) <= {"Pay"}
    return {repo_id.removeprefix("hub:") for repo_id in of_team["repo_id"]}


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("acme/app", {"acme/app"}),
        ("app", {"acme/app", "acme/deep/app"}),  # the end of a name, whole parts of it
        ("pp", set()),
        ("acme", set()),
        ("acme/*", {"acme/app", "acme/app-web", "acme/deep/app"}),
        ("app*", {"acme/app", "acme/app-web", "acme/deep/app"}),
        ("li?", {"other/lib"}),
        ("*", set(NAMES)),
        ("café.[x]+y", {"café.[x]+y"}),
        ("cafés[x]+y", set()),
    ],
)
def test_what_a_pattern_means(pattern: str, names: set[str]) -> None:
    assert matched(pattern) == names


def test_a_repository_that_two_patterns_name_is_in_the_team_once() -> None:
    assert matched("acme/app", "app", "*/app") == {"acme/app", "acme/deep/app"}


def test_a_repository_of_two_teams_is_that_of_none_alone() -> None:
    repositories = frame("repositories", [{"repo_id": f"hub:{name}", "name": name} for name in ("a/app", "a/lib")])
    scopes = [{"team": team, "kind": "repository", "pattern": name} for team, name in (("X", "app"), ("Y", "*"))]
    found = told(repositories, scopes, [{"team": "X", "parent": "Y"}, {"team": "Y"}]).lazy()
    assert only_teams(found).collect().rows() == [("hub:a/lib", "Y")]
