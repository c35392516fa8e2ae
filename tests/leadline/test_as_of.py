"""`--as-of`: what is told of a past instant is what a collection at that time would have told."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadline.batch.past import instant
from tests.leadline.conftest import configure, held, leadline, published
from tests.leadline.world import World

THEN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=12)
AT = THEN.isoformat()
HEAD = "SELECT repo_id, path, lines, is_binary FROM head_files ORDER BY ALL"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder that was collected back then, and one over the same repository, collected now."""
    base = tmp_path_factory.mktemp("past")
    world = World(base / "app.git")
    world.grow(120, until=THEN - timedelta(hours=1))
    early, late = base / "early", base / "late"
    configure(early, base / "then" / "app.git")
    configure(late, world.path)
    subprocess.run(["git", "clone", "--quiet", "--bare", str(world.path), str(base / "then" / "app.git")], check=True)
    world.grow(40, days=9)
    world.tidy(datetime.now(UTC))
    leadline(early, "collect")
    leadline(late, "run")
    for folder in (early, late):
        leadline(folder, "compute", "--as-of", AT)
    return early, late


def told(folder: Path) -> dict[str, pl.DataFrame]:
    """Every table of metrics as of then."""
    (generation,) = (folder / "leadline-data" / "as-of").glob("*/leadline.duckdb")
    with duckdb.connect(generation.resolve(), read_only=True) as connection:
        names = connection.sql("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'metrics'").fetchall()
        return {name: connection.sql(f'FROM metrics."{name}" ORDER BY ALL').pl() for (name,) in names}


def test_metrics_of_then_are_those_that_could_be_told_then(folders: tuple[Path, Path]) -> None:
    early, late = map(told, folders)

    assert early["files"].height > 20
    assert early["observations"]["value"].drop_nulls().len() > 100
    for name, expected in early.items():
        assert_frame_equal(late[name], expected, abs_tol=1e-9)


def test_the_files_at_the_head_of_then_are_found_again(folders: tuple[Path, Path]) -> None:
    early, late = folders
    (past,) = (late / "leadline-data" / "as-of").glob("*/leadline.duckdb")
    with duckdb.connect(past.resolve(), read_only=True) as connection:
        assert connection.sql(HEAD).fetchall() == held(early, HEAD)
    assert held(late, HEAD) != held(early, HEAD)


def test_commands_read_what_is_told_and_leave_the_present_alone(folders: tuple[Path, Path]) -> None:
    _, late = folders
    count = "SELECT count(*) AS commits FROM commits"

    past = leadline(late, "sql", count, "--format", "json", "--as-of", AT)
    now = leadline(late, "sql", count, "--format", "json")
    report = leadline(late, "report", "--as-of", AT).stdout
    future = leadline(late, "actions", "--as-of", "2999-01-01", check=False)
    wrong = leadline(late, "actions", "--as-of", "yesterday", check=False)

    assert (json.loads(past.stdout), json.loads(now.stdout)) == ([{"commits": 120}], [{"commits": 161}])
    assert past.stderr == ""  # it was there, and nothing was collected since
    assert f"**As it could be known on {THEN:%Y-%m-%d %H:%M} UTC" in report
    assert (future.returncode, wrong.returncode) == (2, 2)
    assert "2999-01-01 is still to come" in future.stderr
    assert '"yesterday" is neither a date' in wrong.stderr


def test_a_day_ends_where_the_reporting_zone_says() -> None:
    assert instant(datetime.fromisoformat("2026-03-28").date(), "Europe/Berlin") == datetime.fromisoformat(
        "2026-03-28T22:59:59.999999"
    )
    assert instant(datetime.fromisoformat("2026-07-01T12:00"), "Europe/Berlin").hour == 10
    assert instant(datetime.fromisoformat("2026-07-01T12:00+00:00"), "Europe/Berlin").hour == 12


def test_a_figure_that_was_published_and_is_another_one_is_told_with_the_reason(tmp_path: Path) -> None:
    world = World(tmp_path / "app.git")
    world.grow(60)
    configure(tmp_path, world.path)
    leadline(tmp_path, "run")
    world.grow(3, until=datetime.now(UTC) - timedelta(days=20), days=1)
    leadline(tmp_path, "run")

    found = published(
        tmp_path,
        "SELECT why, evidence, sum(after - before) AS more FROM metrics.revisions "
        "WHERE metric = 'commits' AND scope_kind = 'all' AND period = 'week' GROUP BY ALL",
    )
    # In one week or in two, whatever day it is.
    assert {row["why"] for row in found} == {"late_data"}
    assert sum(row["more"] for row in found) == 3
    assert all("of commits" in str(row["evidence"]) for row in found)
