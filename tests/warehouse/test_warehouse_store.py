# ruff: noqa: DTZ001 - instants are stored as naive UTC
"""Pages, cursors, runs and retention in a real warehouse file."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from warehouse import retention
from warehouse.errors import ContractError, WarehouseUnusable
from warehouse.publish import publish
from warehouse.reader import Reader
from warehouse.store import Warehouse
from warehouse.tables import Page

Load = Callable[..., int]


def tags(**tagged: datetime | None) -> pl.DataFrame:
    rows = {"repo_id": ["r"] * len(tagged), "name": list(tagged), "tagged_at": list(tagged.values())}
    return pl.DataFrame(rows, schema_overrides={"tagged_at": pl.Datetime("us")})


def test_page_is_stored_with_its_source_and_instant(warehouse: Warehouse, load: Load) -> None:
    assert load("tags", upserts={"tags": tags(v1=datetime(2026, 1, 1), v2=None)}, cursor="c1", requests=2) == 2
    expected = pl.DataFrame(
        {
            "repo_id": ["r", "r"],
            "name": ["v1", "v2"],
            "sha": [None, None],
            "tagged_at": [datetime(2026, 1, 1), None],
            "source": ["git", "git"],
            "collected_at": [datetime(2026, 5, 4, 12)] * 2,
        },
        schema_overrides={"sha": pl.String, "tagged_at": pl.Datetime("us"), "collected_at": pl.Datetime("us")},
    )
    assert_frame_equal(warehouse.read("tags").sort("name"), expected)
    assert warehouse.state("git").cursor("tags", "r") == "c1"
    assert warehouse.state("other").cursor("tags", "r") is None


def test_page_deletes_then_upserts_then_updates(warehouse: Warehouse, load: Load) -> None:
    load(upserts={"tags": tags(v1=None, v2=None, v3=None)})
    written = load(
        deletes={"tags": pl.DataFrame({"repo_id": ["r", "r"], "name": ["v1", "v2"]})},
        upserts={"tags": tags(v2=datetime(2026, 1, 1))},
        updates={"tags": tags(v2=datetime(2026, 2, 2), v9=None)},
    )
    assert written == 2
    found = warehouse.read("tags", ["name", "tagged_at"]).sort("name").rows()
    assert found == [("v2", datetime(2026, 2, 2)), ("v3", None)]


def test_upsert_clears_columns_left_out_and_update_keeps_them(warehouse: Warehouse, load: Load) -> None:
    row = pl.DataFrame({"repo_id": ["r"], "name": ["v1"], "sha": ["a"]})
    load(upserts={"tags": row})
    load(updates={"tags": tags(v1=datetime(2026, 1, 1))})
    assert warehouse.read("tags", ["sha", "tagged_at"]).rows() == [("a", datetime(2026, 1, 1))]
    load(upserts={"tags": tags(v1=None)})
    assert warehouse.read("tags", ["sha", "tagged_at"]).rows() == [(None, None)]


def test_nothing_of_a_wrong_page_is_written(warehouse: Warehouse, load: Load) -> None:
    load(upserts={"tags": tags(v1=None)}, cursor="before")
    before = warehouse.read("tags")
    wrong = pl.DataFrame({"repo_id": ["r"], "sha": [None]}, schema={"repo_id": pl.String, "sha": pl.String})
    with pytest.raises(ContractError, match=r"commits\.sha: null in the primary key"):
        load(upserts={"tags": tags(v2=None), "commits": wrong}, cursor="after")
    with pytest.raises(ContractError, match=r"nonsense: no such table"):
        load(upserts={"tags": tags(v2=None), "nonsense": wrong}, cursor="after")
    assert_frame_equal(warehouse.read("tags"), before)
    assert warehouse.state("git").cursor("commits", "r") == "before"


def test_names_that_are_not_declared_never_reach_sql(warehouse: Warehouse) -> None:
    for table, columns in [("commits; DROP TABLE tags", None), ("meta.nothing", None), ("tags", ['name" FROM x --'])]:
        with pytest.raises(ContractError, match="no such"):
            warehouse.read(table, columns)
    with pytest.raises(ContractError, match="no such column"):
        warehouse.state("git").rows("tags", ["name"], colour="red")


def test_state_gives_rows_by_equal_columns(warehouse: Warehouse, load: Load) -> None:
    load(upserts={"tags": tags(v1=None, v2=None)})
    state = warehouse.state("git")
    assert state.rows("tags", ["name"], repo_id="r", name="v2").rows() == [("v2",)]
    assert state.rows("tags", ["name"], repo_id="other").schema == {"name": pl.String}


def test_what_a_run_took_is_added_up_by_stream(warehouse: Warehouse) -> None:
    run_id = warehouse.start_run()
    for name, seconds in [("v1", 1.0), ("v2", 2.0)]:
        page = Page("tags", "r", upserts={"tags": tags(**{name: None})}, requests=3, quality={"odd date": 2})
        warehouse.load(page, source="git", run_id=run_id, now=datetime(2026, 1, 1), seconds=seconds)
    warehouse.fail_source(run_id, source="git", stream="tags", error="broke off")
    warehouse.finish_run(run_id, "partial", "git: broke off")
    (taken,) = warehouse.read("meta.run_sources").rows(named=True)
    assert 3.0 < taken.pop("seconds") < 10.0
    assert taken == {
        "run_id": run_id,
        "source": "git",
        "stream": "tags",
        "rows": 2,
        "requests": 6,
        "status": "failed",
        "error": "broke off",
    }
    assert warehouse.read("meta.repairs", ["source", "stream", "scope", "check", "count"]).rows() == [
        ("git", "tags", "r", "odd date", 4)
    ]
    assert warehouse.read("meta.runs", ["run_id", "status", "error"]).rows() == [(run_id, "partial", "git: broke off")]


def test_runs_sort_by_time_and_killed_ones_are_marked(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        runs = [warehouse.start_run() for _ in range(3)]
        warehouse.finish_run(runs[0], "ok")
    with Warehouse.open(tmp_path) as warehouse:
        found = warehouse.read("meta.runs", ["run_id", "status"]).sort("run_id").rows()
    assert found == [(runs[0], "ok"), (runs[1], "interrupted"), (runs[2], "interrupted")]


def test_forgotten_is_everything_of_one_source(warehouse: Warehouse, load: Load) -> None:
    load("tags", upserts={"tags": tags(v1=None)}, cursor="1")
    warehouse.forget("other")
    assert (warehouse.state("git").cursor("tags", "r"), warehouse.read("tags").height) == ("1", 1)
    warehouse.forget("git")
    assert (warehouse.state("git").cursor("tags", "r"), warehouse.read("tags").height) == (None, 0)


def test_replace_makes_the_rows_the_only_ones(warehouse: Warehouse) -> None:
    for name in ("Red", "Blue"):
        warehouse.replace("teams", pl.DataFrame({"team": [name]}))
    assert warehouse.read("teams").rows() == [("Blue", None)]
    with pytest.raises(ContractError, match="twice"):
        warehouse.replace("teams", pl.DataFrame({"team": ["Red", "Red"]}))
    warehouse.replace("meta.data_quality", pl.DataFrame({"check": ["odd"], "count": [1]}))
    assert warehouse.read("meta.data_quality", ["check", "count"]).rows() == [("odd", 1)]


def test_persons_stand_in_for_identities(filled: Warehouse) -> None:
    found = filled.read("commits", ["sha", "author_id", "committer_id"], persons=True).sort("sha").rows()
    assert found == [("a", "p1", "p1"), ("b", "p2", "git:Nobody")]


def test_retention_drops_old_commits_with_what_hangs_on_them(filled: Warehouse) -> None:
    horizon = retention.horizon(datetime(2026, 1, 31, 15), 14)
    assert horizon == datetime(2026, 1, 17)
    assert retention.horizon(datetime(2026, 1, 31), 0) is None
    assert filled.expire(datetime(2026, 1, 17)) == 1
    assert filled.read("commits", ["sha"]).rows() == [("b",)]
    assert filled.read("commit_files").is_empty()
    assert filled.read("commit_trailers").is_empty()
    assert filled.expire(datetime(2026, 1, 17)) == 0


@pytest.mark.parametrize("content", [b"not a database at all\n" * 500, b"\x00" * 8192, b"DUCK"])
def test_file_that_cannot_be_read_is_named_with_the_next_step(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(content)
    for _ in range(2):
        with pytest.raises(WarehouseUnusable, match=r"warehouse\.duckdb cannot be read") as caught:
            Warehouse.open(tmp_path)
    assert caught.value.hint is not None
    assert "move the file away" in caught.value.hint


def test_damaged_file_is_no_traceback(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path):
        pass
    file = tmp_path / "warehouse.duckdb"
    file.write_bytes(file.read_bytes()[:8192] + b"\xff" * (file.stat().st_size - 8192))
    with pytest.raises(WarehouseUnusable, match="cannot be read"):
        Warehouse.open(tmp_path)


def test_damaged_block_is_found_when_it_is_read(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        chance = random.Random(1)
        rows = pl.DataFrame({"repo_id": "r", "sha": [chance.randbytes(20).hex() for _ in range(50_000)]})
        warehouse.load(Page("commits", "r", upserts={"commits": rows}), source="git", run_id="x", now=datetime.now(UTC))
    file = tmp_path / "warehouse.duckdb"
    content = file.read_bytes()
    half = len(content) // 2
    file.write_bytes(content[:half] + b"damage" + content[half + 6 :])
    with Warehouse.open(tmp_path) as warehouse, pytest.raises(WarehouseUnusable, match="cannot be read") as caught:
        warehouse.read("commits")
    assert "move the file away" in str(caught.value.hint)


@pytest.mark.parametrize("folder", ["what?", "back\\slash"])
def test_folder_that_duckdb_cannot_use_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(WarehouseUnusable, match="DuckDB cannot keep a file under a path with") as caught:
        Warehouse.open(tmp_path / folder / "data")
    assert caught.value.hint == "set warehouse.path to another folder"


@pytest.mark.parametrize("folder", ["it's", 'a "b" ü', "100%20 #1; -- x"])
def test_any_other_folder_will_do(tmp_path: Path, folder: str) -> None:
    with Warehouse.open(tmp_path / folder) as warehouse:
        publish(warehouse, warehouse.start_run(), {}, {})
    assert Reader(tmp_path / folder).query("SELECT count(*) FROM meta.runs").frame.item() == 1


def test_half_a_file_left_by_a_killed_run_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb.new").write_bytes(b"half a header")
    (tmp_path / "warehouse.duckdb.wal").write_bytes(b"of a file that was moved away")
    with Warehouse.open(tmp_path) as warehouse:
        assert warehouse.read("commits").is_empty()
    assert not (tmp_path / "warehouse.duckdb.new").exists()
