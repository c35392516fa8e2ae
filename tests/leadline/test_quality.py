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


def test_repositories_that_cannot_be_read_any_more_are_named(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        run_id = warehouse.start_run()
        for number in range(7):
            gone = Page("repositories", f"hub:acme/app{number}", quality={"repository_unreachable": 1})
            warehouse.load(gone, source="hub", run_id=run_id, now=NOW)
        rows = findings(warehouse, NOW, release_tag=TAG, environment=PRODUCTION)
    assert rows.select("check", "severity", "count").rows() == [("repository_unreachable", "error", 7)]
    names = ", ".join(f"hub:acme/app{number}" for number in range(5))
    assert rows["hint"].item().endswith(f" It is about {names} and 2 more")
