"""The commands over one collected world, as a user runs them: in a process of their own."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.leadline.conftest import configure, held, leadline, published
from tests.leadline.world import World


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `leadline run` has run once over a world."""
    folder = tmp_path_factory.mktemp("company")
    made = World(folder / "app.git")
    made.grow(200)
    team = '\n[[team]]\nname = "Core"\nmembers = ["ana@acme.example", "ben@acme.example"]\nrepositories = ["app"]\n'
    configure(folder, made.path, more=team)
    leadline(folder, "run")
    return folder


def test_run_reports_what_it_read_and_what_to_act_on(company: Path) -> None:
    done = leadline(company, "run")

    assert done.stdout.startswith("Acme: 1 repository, 200 commits, 3 people, ")
    assert "local: nothing new" in done.stderr


def test_status_knows_every_run_and_how_it_ended(company: Path) -> None:
    status = json.loads(leadline(company, "status", "--json").stdout)

    assert [run["status"] for run in status["runs"]] == ["ok"] * len(status["runs"])
    assert {
        key: row[key] for row in status["rows"] if row["table"] == "commits" for key in ("table", "source", "rows")
    } == {"table": "commits", "source": "local", "rows": 200}


def test_sql_answers_in_every_format(company: Path, tmp_path: Path) -> None:
    query = "SELECT count(*) AS commits, min(author_name) AS first FROM commits"

    assert json.loads(leadline(company, "sql", query, "--format", "json").stdout) == [
        {"commits": 200, "first": "Ana Ruiz"}
    ]
    assert leadline(company, "sql", query, "--format", "csv").stdout == "commits,first\n200,Ana Ruiz\n"
    assert leadline(company, "sql", query).stdout.split() == ["commits", "first", "200", "Ana", "Ruiz"]
    leadline(company, "sql", query, "--format", "parquet", "--output", str(tmp_path / "answer.parquet"))
    assert pl.read_parquet(tmp_path / "answer.parquet").rows() == [(200, "Ana Ruiz")]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("DELETE FROM commits", "only queries that read"),
        ("SELECT * FROM read_text('/etc/hostname')", "out of reach"),
        ("SELECT * FROM commit", "commits"),
    ],
)
def test_sql_refuses_what_is_not_a_query_of_the_data(company: Path, query: str, said: str) -> None:
    done = leadline(company, "sql", query, check=False)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("leadline: error: ")
    assert said in done.stderr


def test_export_writes_every_published_table(company: Path, tmp_path: Path) -> None:
    for form, read in (("parquet", pl.read_parquet), ("csv", pl.read_csv)):
        named = leadline(company, "export", str(tmp_path / form), "--format", form).stdout.split()
        assert sorted(named) == sorted(str(file) for file in (tmp_path / form).iterdir())
        assert read(tmp_path / form / f"main.commits.{form}").height == 200
    with duckdb.connect(company / "leadline-data" / "leadline.duckdb", read_only=True) as connection:
        tables = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE NOT internal").fetchone()
    assert tables == (len(named),)


def test_report_is_markdown_or_one_page_of_html(company: Path, tmp_path: Path) -> None:
    markdown = leadline(company, "report", "--team", "Core").stdout
    leadline(company, "report", "--format", "html", "--period", "month", "--output", str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert markdown.startswith("# Acme: Core, week of ")
    assert "## What to act on" in markdown
    assert page.startswith("<!doctype html>")
    assert "<h2>What to act on</h2>" in page
    assert "http" not in page.replace("http-equiv", "")


def test_people_are_merged_and_listed_with_the_rule(company: Path) -> None:
    groups = leadline(company, "identities").stdout

    assert "ana.ruiz@home.example" in groups
    assert "dependabot" not in groups


def test_a_team_nobody_has_is_named_with_those_that_exist(company: Path) -> None:
    done = leadline(company, "actions", "--team", "Cor", check=False)

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        'leadline: error: no team is named "Cor"',
        "hint: the teams of leadline.toml are: Core",
    ]


def test_the_queries_of_the_guide_run(company: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "reading-the-numbers.md").read_text(encoding="utf-8")
    queries = [query for query in guide.split("```sql")[1].split("```")[0].split(";") if query.strip()]
    with duckdb.connect(company / "leadline-data" / "leadline.duckdb", read_only=True) as connection:
        for query in queries:
            connection.execute(query)
    assert leadline(company, "sql", queries[3].strip(), "--format", "csv").stdout.startswith("path,revisions_before")
    assert len(queries) == 10


def test_metrics_are_explained(company: Path) -> None:
    listed = json.loads(leadline(company, "metrics", "list", "--json").stdout)
    shown = leadline(company, "metrics", "show", str(listed[0]["name"])).stdout
    unknown = leadline(company, "metrics", "show", "truck_facto", check=False)

    assert all(all(metric.values()) for metric in listed)
    assert str(listed[0]["title"]) in shown
    assert unknown.returncode == 2
    assert 'did you mean "truck_factor"?' in unknown.stderr


def test_rebuild_gives_the_same_tables_without_the_repository(world: World, tmp_path: Path) -> None:
    query = "SELECT * EXCLUDE (collected_at) FROM commit_files ORDER BY ALL"
    configure(tmp_path, world.path)
    leadline(tmp_path, "collect")
    before = held(tmp_path, query)
    world.path.rename(tmp_path / "gone.git")

    leadline(tmp_path, "rebuild")

    assert held(tmp_path, query) == before != []
    assert published(tmp_path, "SELECT count(*) AS files FROM commit_files") == [{"files": len(before)}]


def test_one_failing_source_leaves_the_others(world: World, tmp_path: Path) -> None:
    missing = f'\n[[source]]\nkind = "git"\nname = "lost"\nrepositories = ["{tmp_path / "nowhere"}"]\n'
    configure(tmp_path / "both", world.path, more=missing)
    configure(tmp_path / "lost", tmp_path / "nowhere")

    partly, not_at_all = (
        leadline(tmp_path / "both", "run", check=False),
        leadline(tmp_path / "lost", "run", check=False),
    )

    assert (partly.returncode, not_at_all.returncode) == (4, 3)
    assert "lost: " in partly.stderr
    assert "hint: " in partly.stderr
    assert "120 commits" in partly.stdout
    assert "Traceback" not in partly.stderr + not_at_all.stderr


def test_one_failing_repository_leaves_the_others_of_its_source(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path, tmp_path / "nowhere")

    first = leadline(tmp_path, "--quiet", "collect", check=False)
    world.grow(5)
    later = leadline(tmp_path, "--quiet", "run", check=False)

    assert (first.returncode, later.returncode) == (4, 4)
    assert first.stdout == later.stdout == ""
    warning, hint = later.stderr.splitlines()
    assert warning.startswith("leadline: warning: local: repository nowhere ")
    assert hint.startswith("hint: ")
    count = "SELECT count(*) AS n, count(additions) AS counted FROM commits"
    assert published(tmp_path, count) == [{"n": 125, "counted": 125}]


def test_an_unknown_source_is_a_usage_error(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path)
    done = leadline(tmp_path, "collect", "locl", check=False)

    assert done.returncode == 2
    assert 'no source is named "locl"' in done.stderr


def test_a_second_run_says_who_holds_the_warehouse(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path)
    code = (
        "import sys, pathlib; from warehouse.store import Warehouse\n"
        "with Warehouse.open(pathlib.Path(sys.argv[1])): print('open', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "leadline-data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"

    busy = leadline(tmp_path, "collect", check=False)
    holder.kill()
    holder.communicate()
    free = leadline(tmp_path, "collect", check=False)

    assert busy.returncode == 5
    assert str(holder.pid) in busy.stderr
    assert free.returncode == 0


def test_nothing_published_says_what_to_run(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path)
    done = leadline(tmp_path, "actions", check=False)

    assert done.returncode == 1
    assert done.stderr.endswith("hint: run `leadline run` first\n")
