"""What a run ends with says what was read, and warns where it is old."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leadline import summary
from tests.leadline.test_report_delivery import filled, published
from warehouse.publish import publish
from warehouse.store import Warehouse
from warehouse.tables import CORE, Page


def told(folder: Path, **tables: list[dict[str, Any]]) -> str:
    config = published(folder, {})
    with Warehouse.open(config.directory) as warehouse:
        run_id = warehouse.start_run()
        page = Page("s", "s", upserts={name: filled(CORE[name], rows) for name, rows in tables.items()})
        warehouse.load(page, source="local", run_id=run_id, now=ago(0))
        publish(warehouse, run_id, {}, {}, catalogues={})
    return summary.extent(config)


def ago(days: int) -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)


def commit(days: int) -> dict[str, Any]:
    return {"repo_id": "local:acme/app", "sha": "1" * 40, "committed_at": ago(days)}


def request(days: int) -> dict[str, Any]:
    return {"pr_id": "local:acme/app#1", "repo_id": "local:acme/app", "updated_at": ago(days)}


def test_nothing_read_is_nothing_to_judge(tmp_path: Path) -> None:
    text = told(tmp_path)
    assert text.startswith("Acme: 2 repositories, 0 commits, 0 people, 0 files\n")
    assert "No commits yet" in text


def test_the_newest_commit_tells_how_old_all_is(tmp_path: Path) -> None:
    text = told(tmp_path, commits=[commit(40)], pull_requests=[request(1)])
    assert "1 commit, 1 pull request, 0 people" in text
    assert "The newest commit is 40 days old: few people count as active" in text


def test_without_commits_pull_requests_and_tickets_tell_it(tmp_path: Path) -> None:
    assert "\n" not in told(tmp_path / "a", pull_requests=[request(2)])
    tickets = [{"ticket_id": "local:A-1", "updated_at": ago(120)}]
    text = told(tmp_path / "b", pull_requests=[request(150)], tickets=tickets)
    assert "The newest change of a pull request or ticket is 120 days old: nobody counts as active" in text
