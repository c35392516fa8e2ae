# ruff: noqa: DTZ001 - instants are stored as naive UTC
"""Raw answers: kept before their rows are committed, read again in order, gone with what they are about."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from warehouse.errors import WarehouseUnusable
from warehouse.payloads import ArchivedPage
from warehouse.store import Warehouse
from warehouse.tables import Page, Payload

NOW = datetime(2026, 5, 4, 12, 0)


def said(number: int) -> Payload:
    return Payload(f'{{"query": "page {number}"}}', f'{{"answer": {number}, "text": "é\\u0000"}}', NOW)


def page(scope: str, *payloads: Payload, **more: object) -> Page:
    rows = pl.DataFrame({"pr_id": [f"{scope}#1"], "repo_id": [scope]})
    return Page("pull_requests", scope, upserts={"pull_requests": rows}, payloads=payloads, **more)  # type: ignore[arg-type]


def load(warehouse: Warehouse, *pages: Page, source: str = "hub") -> None:
    run_id = warehouse.start_run()
    for each in pages:
        warehouse.load(each, source=source, run_id=run_id, now=NOW.replace(tzinfo=UTC))


def test_pages_come_back_as_they_were_in_the_order_they_were_loaded(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        load(warehouse, page("hub:z/b", said(1), said(2), cursor="one", restart=["pull_requests"]))
        load(warehouse, page("hub:a/a", said(3)), page("hub:z/b", said(4), cursor="two"))

        assert list(warehouse.archive.pages("hub")) == [
            ArchivedPage("pull_requests", "hub:z/b", "one", ("pull_requests",), NOW, (said(1), said(2))),
            ArchivedPage("pull_requests", "hub:a/a", None, (), NOW, (said(3),)),
            ArchivedPage("pull_requests", "hub:z/b", "two", (), NOW, (said(4),)),
        ]


def test_pages_without_answers_leave_none(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        load(warehouse, page("hub:a/a"))

        assert not warehouse.archive.has("hub")
        assert not (tmp_path / "payloads").exists()


def test_nothing_is_kept_where_nobody_wants_it(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path, keep_payloads=False) as warehouse:
        load(warehouse, page("hub:a/a", said(1)))

        assert list(warehouse.archive.pages("hub")) == []
        assert warehouse.read("pull_requests").height == 1


def test_answers_stay_when_a_source_is_forgotten_and_leave_when_they_are_dropped(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        load(warehouse, page("hub:a/a", said(1)), page("hub:a/b", said(2)))
        warehouse.forget("hub")
        assert [kept.scope for kept in warehouse.archive.pages("hub")] == ["hub:a/a", "hub:a/b"]

        warehouse.archive.drop("hub")
        assert not warehouse.archive.has("hub")


def test_answers_of_a_repository_leave_with_it(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        load(warehouse, page("hub:a/a", said(1)), page("hub:a/b", said(2)))
        load(warehouse, Page("repositories", "hub:a/a", is_farewell=True))

        assert [kept.scope for kept in warehouse.archive.pages("hub")] == ["hub:a/b"]


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        load(warehouse, page("hub:a/a", said(1)))
        file = next((tmp_path / "payloads").rglob("*.parquet"))
        file.write_bytes(b"not parquet")

        with pytest.raises(WarehouseUnusable, match=file.name) as caught:
            list(warehouse.archive.pages("hub"))
        assert "--full" in str(caught.value.hint)


def test_half_written_files_are_no_pages(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        load(warehouse, page("hub:a/a", said(1)))
        file = next((tmp_path / "payloads").rglob("*.parquet"))
        file.with_suffix(".unfinished").write_bytes(b"half")

        assert len(list(warehouse.archive.pages("hub"))) == 1
