"""The SQL page answers queries, and nothing but queries."""

from pathlib import Path

import pytest
from conftest import Open
from test_dashboard_pages import assert_fine, texts

from dashboards.queries import about


@pytest.mark.parametrize("sql", about.EXAMPLES.values(), ids=list(about.EXAMPLES))
def test_examples_run(sql: str, world: Path, open_page: Open) -> None:
    app = open_page(world, "data", about="SQL", sql=sql)
    assert_fine(app)
    assert not app.warning
    assert len(app.dataframe[0].value) > 0


def test_example_is_put_into_the_editor(world: Path, open_page: Open) -> None:
    app = open_page(world, "data", about="SQL")
    app.pills(key="example").select("Hotspots").run()
    assert_fine(app)
    assert app.text_area(key="sql").value == about.EXAMPLES["Hotspots"]
    assert len(app.dataframe[0].value) > 0


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE metrics.files",
        "INSERT INTO people (person_id) VALUES ('x')",
        "CREATE TABLE t AS SELECT 1",
        "COPY (SELECT 1) TO '{target}'",
        "EXPORT DATABASE '{target}'",
        "ATTACH '{target}' AS other",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT getenv('HOME')",
        "SET memory_limit = '100GB'",
        "PRAGMA enable_profiling",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT 1; SELECT 2",
        "SELEC 1",
        "SELECT no_such_column FROM metrics.files",
        "FROM frame",
    ],
)
def test_what_is_no_query_of_the_data_is_refused_kindly(sql: str, world: Path, tmp_path: Path, open_page: Open) -> None:
    target = tmp_path / "target"
    app = open_page(world, "data", about="SQL", sql=sql.format(target=target))
    assert_fine(app)
    assert len(app.warning) == 1
    assert "Traceback" not in texts(app)
    assert "root:" not in texts(app)
    assert not app.dataframe
    assert not target.exists()


def test_rows_beyond_the_limit_are_cut_and_said_so(world: Path, open_page: Open) -> None:
    app = open_page(world, "data", about="SQL", sql="SELECT * FROM range(10001)")
    assert_fine(app)
    assert "The first 10,000 rows; there are more" in texts(app)
    assert len(app.dataframe[0].value) == 10_000


def test_slow_query_is_stopped(world: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.views.sql.SECONDS", 0.2)
    app = open_page(world, "data", about="SQL", sql="SELECT count(*) FROM range(1000000) a, range(1000000) b")
    assert_fine(app)
    assert "took longer than 0.2 seconds" in app.warning[0].value
