"""Faults in the data are counted, with what they touch and what to do."""

from datetime import datetime
from pathlib import Path

import polars as pl

from leadline.errors import Problem
from leadline.quality import findings
from warehouse.store import Warehouse
from warehouse.tables import Page

NOW = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - instants are stored as naive UTC
TAG = r"^v?\d+\.\d+"
PRODUCTION = "^prod"


def commit(sha: str, **more: object) -> dict[str, object]:
    at = datetime(2026, 5, 1)  # noqa: DTZ001
    row = {"repo_id": "git:app", "sha": sha, "authored_at": at, "committed_at": at, "is_merge": False, "additions": 1}
    return {**row, **more}


def found(folder: Path, **tables: list[dict[str, object]]) -> dict[str, int]:
    with Warehouse.open(folder) as warehouse:
        frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}
        page = Page("commits", "git:app", upserts=frames, quality={"author_offset_out_of_range": 3})
        warehouse.load(page, source="git", run_id=warehouse.start_run(), now=NOW)
        rows = findings(warehouse, NOW, release_tag=TAG, environment=PRODUCTION)
    assert rows["hint"].null_count() == rows["affected_metric"].null_count() == 0
    return dict(rows.select("check", "count").iter_rows())


def test_every_fault_is_counted(tmp_path: Path) -> None:
    far, early = datetime(2030, 1, 1), datetime(2026, 4, 1)  # noqa: DTZ001
    commits = [
        commit("1", authored_at=None),
        commit("2", committed_at=far, authored_at=far),
        commit("3", committed_at=early),
        commit("4", additions=None),
        commit("5", additions=None, is_merge=True),
        commit("6", reverts_sha="1"),
        commit("7", reverts_sha="9"),
    ]
    repositories = [{"repo_id": "git:app", "name": "app"}, {"repo_id": "git:empty", "name": "empty"}]

    assert found(tmp_path, commits=commits, repositories=repositories) == {
        "author_offset_out_of_range": 3,
        "commits_applied_before_written": 1,
        "commits_from_the_future": 1,
        "commits_without_date": 1,
        "commits_without_line_counts": 1,
        "repositories_without_commits": 1,
        "reverts_of_unknown_commits": 1,
    }


def test_a_finding_names_what_it_is_about(tmp_path: Path) -> None:
    commits = [commit(f"{number:012}{0:028}", authored_at=None) for number in range(100, 125)]
    suspects = [{"suspect": "name: ana", "identity_id": "git:Ana <a@b.c>", "person_id": "p-1"}]
    with Warehouse.open(tmp_path) as warehouse:
        page = Page("commits", "git:app", upserts={"commits": pl.DataFrame(commits)}, quality={"ghost_author": 2})
        warehouse.load(page, source="git", run_id=warehouse.start_run(), now=NOW)
        warehouse.replace("identity_suspects", pl.DataFrame(suspects))
        rows, nameless = (
            findings(warehouse, NOW, release_tag=TAG, environment=PRODUCTION, named=named) for named in (True, False)
        )
    told = dict(rows.select("check", "items").iter_rows())
    assert told["commits_without_date"] == [f"git:app@{number:012}" for number in range(100, 120)]
    assert told["ghost_author"] == ["git:app"]
    assert told["identities_in_doubt"] == ["name: ana"]
    assert dict(nameless.select("check", "items").iter_rows())["identities_in_doubt"] == []
    assert dict(rows.select("check", "count").iter_rows())["commits_without_date"] == 25


def test_tags_are_doubted_where_most_are_no_release(tmp_path: Path) -> None:
    narrow = [{"repo_id": "git:app", "name": name} for name in ("1.0", "app-1.1", "app-1.2", "app-1.3")]
    fine = [{"repo_id": "git:lib", "name": name} for name in ("v1.0", "v1.1", "nightly")]

    assert found(tmp_path, tags=narrow + fine)["tags_that_are_no_release"] == 3


STRANGERS = [
    Problem("leadline.toml:7", "team[0].members[1]", 'no collected identity is "bob"'),
    Problem("leadline.toml:9", "identities.bots[0]", 'no collected identity is "robo"'),
    Problem("leadline.toml:9", "identities.bots[1]", 'no collected identity is "mechano"'),
]


def test_strangers_are_told_with_their_place(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        rows = findings(warehouse, NOW, release_tag=TAG, environment=PRODUCTION, strangers=STRANGERS)
        nameless = findings(warehouse, NOW, release_tag=TAG, environment=PRODUCTION, strangers=STRANGERS, named=False)

    assert rows.select("check", "count", "hint").rows() == [
        ("unknown_identities", 2, f"{STRANGERS[1]}; {STRANGERS[2]}"),
        ("unknown_team_members", 1, 'leadline.toml:7: team[0].members[1]: no collected identity is "bob"'),
    ]
    assert nameless["count"].to_list() == [2, 1]
    assert not nameless["hint"].str.contains("bob|robo").any()


def test_a_platform_whose_commits_are_not_wanted_has_no_empty_repositories(tmp_path: Path) -> None:
    repositories = [{"repo_id": "git:app", "name": "app", "platform_id": "R_1"}]
    assert "repositories_without_commits" not in found(tmp_path / "a", repositories=repositories)
    repositories += [{"repo_id": "git:empty", "name": "empty", "platform_id": "R_2"}]
    counts = found(tmp_path / "b", repositories=repositories, commits=[commit("1")])
    assert counts["repositories_without_commits"] == 1


def test_production_is_what_the_metrics_take_for_it(tmp_path: Path) -> None:
    deployments = [
        {"deployment_id": "1", "repo_id": "git:app", "environment": "Production"},
        {"deployment_id": "2", "repo_id": "git:lib", "environment": "staging", "is_production": True},
        {"deployment_id": "3", "repo_id": "git:web", "is_production": True},
    ]
    repositories = [{"repo_id": f"git:{name}", "name": name} for name in ("app", "lib", "web")]
    counts = found(tmp_path, deployments=deployments, repositories=repositories)
    assert counts["repositories_without_production_environment"] == 1


def test_a_flow_that_does_not_add_up_is_named(tmp_path: Path) -> None:
    check = pl.DataFrame(
        {
            "scope_kind": ["all", "project", "project", "project", "team"],
            "scope": ["all", "APP", "OPS", "NEW", "Pay"],
            "is_large": [True, True, False, None, True],
        }
    )
    with Warehouse.open(tmp_path) as warehouse:
        rows = findings(warehouse, NOW, release_tag=TAG, environment=PRODUCTION, self_check=check)
    told = rows.filter(check="work_in_progress_does_not_add_up").row(0, named=True)
    assert (told["count"], told["items"]) == (1, ["APP"])
