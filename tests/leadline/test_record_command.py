"""`leadline record` as pipelines call it: in a process of its own, at any moment, as often as they like."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leadline.inbox.reports import STATUSES
from tests.leadline.conftest import command, configure, held, leadline, published
from tests.leadline.world import World
from warehouse.store import Warehouse

SHA = "0123456789abcdef0123456789abcdef01234567"
DEPLOYMENTS = "SELECT deployment_id, repo_id, environment, sha, status, started_at, finished_at, rung FROM deployments"
TEN = datetime.fromisoformat("2026-03-01T10:00:00")
TOLD = """SELECT "check", count FROM meta.data_quality WHERE "check" LIKE 'recorded%'"""

KILLED_WHEN_MOVING = """
import os, signal, sys
moves, allowed = 0, int(sys.argv[1])
def watch(event, arguments):
    global moves
    if event == "os.rename" and os.sep + "loaded" + os.sep in str(arguments[1]):
        if moves == allowed:
            os.kill(os.getpid(), signal.SIGKILL)
        moves += 1
sys.addaudithook(watch)
from leadline.cli import main
sys.argv[:2] = ["leadline"]
sys.exit(main())
"""


def stored(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of both tables, without the time of loading."""
    with Warehouse.open(folder / "leadline-data") as warehouse:
        frames = {table: warehouse.read(table) for table in ("deployments", "incidents")}
    return {table: sorted(frame.drop("collected_at").rows(), key=str) for table, frame in frames.items()}


def piped(folder: Path, kind: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, "record", kind, "-"), input=text, capture_output=True, text=True, check=False, timeout=60
    )


def waiting(folder: Path) -> list[Path]:
    return sorted((folder / "leadline-data" / "inbox").glob("*"))


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    configure(tmp_path, world.path)
    return tmp_path


def test_a_deployment_is_loaded_by_the_next_run(folder: Path) -> None:
    started, finished = "2026-03-01T12:00:00+02:00", "2026-03-01T10:07:00Z"
    done = leadline(folder, "record", "deployment", "--repository", "app", "--sha", SHA, "--id", "42",
                    "--started-at", started, "--finished-at", finished)  # fmt: skip
    leadline(folder, "run")

    assert done.stdout == "42\n"
    assert published(folder, DEPLOYMENTS) == [
        {
            "deployment_id": "recorded:42",
            "repo_id": "local:app",
            "environment": None,
            "sha": SHA,
            "status": "success",
            "started_at": TEN,
            "finished_at": TEN + timedelta(minutes=7),
            "rung": "deployment",
        }
    ]


def test_an_incident_is_opened_then_resolved(folder: Path) -> None:
    leadline(folder, "record", "incident", "--id", "pd-1", "--repository", "app", "--title", "Down", "--severity", "1",
             "--opened-at", "2026-03-01T10:00:00Z")  # fmt: skip
    leadline(folder, "collect")
    leadline(folder, "record", "incident", "--id", "pd-1", "--resolved-at", "2026-03-01T11:00:00Z")
    leadline(folder, "collect")
    opened = held(folder, "SELECT * EXCLUDE (collected_at) FROM incidents")
    leadline(folder, "rebuild")

    assert opened == held(folder, "SELECT * EXCLUDE (collected_at) FROM incidents")
    assert published(folder, "SELECT * EXCLUDE (collected_at) FROM incidents") == [
        {
            "incident_id": "recorded:pd-1",
            "repo_id": "local:app",
            "ticket_id": None,
            "severity": "1",
            "title": "Down",
            "url": None,
            "opened_at": TEN,
            "resolved_at": TEN + timedelta(hours=1),
            "source": "recorded",
        }
    ]


def test_without_an_id_the_same_deployment_reported_twice_is_one(folder: Path) -> None:
    said = ("--repository", "app", "--sha", SHA, "--finished-at", "2026-03-01T10:07:00Z")
    ids = {leadline(folder, "record", "deployment", *said).stdout for _ in range(2)}
    other = leadline(folder, "record", "deployment", *said, "--environment", "staging").stdout
    leadline(folder, "collect")

    assert len(ids) == 1
    assert {row[0] for row in held(folder, DEPLOYMENTS)} == {f"recorded:{text.strip()}" for text in (*ids, other)}


def test_every_mistake_is_told_with_its_line_and_nothing_is_written(folder: Path) -> None:
    lines = ['{"id": "1", "repository": "app"}', '{"id": "2", "shaa": "1"}', "", "[]", '{"status": "done"}', "{"]

    done = piped(folder, "deployment", "\n".join(lines))

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "leadline: error: 4 mistakes in the reports, nothing was recorded",
        '  line 2: shaa: no such field of a deployment; did you mean "sha"?',
        "  line 4: expected a JSON object, got []",
        f'  line 5: status: expected one of {", ".join(STATUSES)}, got "done"',
        "  line 6: expected a JSON object, got something that is not JSON in UTF-8",
    ]
    assert not (folder / "leadline-data").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["deployment", "--sha", SHA], "--repository: expected the repository that is deployed"),
        (["deployment", "--repository", "app", "--sha", "abc1234"], "--sha: expected a whole commit id"),
        (["deployment", "--repository", ""], "--repository: expected a text that is not empty"),
        (["deployment", "--id", "1", "--status", "succes"], 'did you mean "success"?'),
        (["deployment", "--id", "1", "--url", "https://me:token@ci.example/1"], "--url: expected an address"),
        (["deployment", "--id", "1", "--finished-at", "2026-03-01T10:00:00"], "--finished-at: expected \"now\" or an"),
        (["incident", "--id", "1", "--opened-at", "2999-01-01T00:00:00Z"], "not in the future"),
        (
            ["incident", "--id", "1", "--opened-at", "2026-03-02T00:00:00Z", "--resolved-at", "2026-03-01T23:00:00Z"],
            "--resolved-at: expected an instant that is not before opened_at",
        ),
        (["incident", "--severity", "1"], "expected an id, or at least one of repository, ticket and title"),
        (["deployment", "--id", "1", "-"], "--id cannot be combined with reports on standard input"),
        (["incident"], "nothing to report"),
    ],
)  # fmt: skip
def test_flags_are_checked(folder: Path, arguments: list[str], said: str) -> None:
    done = leadline(folder, "record", *arguments, check=False)

    assert done.returncode == 2
    assert said in done.stderr
    assert not (folder / "leadline-data").exists()


def test_reports_are_taken_while_a_run_holds_the_warehouse(folder: Path) -> None:
    with Warehouse.open(folder / "leadline-data"):
        held = leadline(folder, "collect", check=False)
        leadline(folder, "record", "deployment", "--repository", "app", "--sha", SHA)

    assert held.returncode == 5
    leadline(folder, "collect")
    assert len(stored(folder)["deployments"]) == 1


def test_reports_made_while_batches_run_are_loaded_once(folder: Path) -> None:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    batch, reporting = None, []
    for number in range(8):
        if batch is None or batch.poll() is not None:
            batch = subprocess.Popen(command(folder, "collect"), **quiet)
        said = ("--repository", "app", "--sha", SHA, "--id", str(number))
        reporting.append(subprocess.Popen(command(folder, "record", "deployment", *said), **quiet))
        if number % 3 == 2:
            reporting[-1].wait(60)
    assert [process.wait(60) for process in reporting] == [0] * len(reporting)
    assert batch is not None
    batch.wait(120)
    leadline(folder, "collect")

    assert sorted(row[0] for row in stored(folder)["deployments"]) == sorted(f"recorded:{n}" for n in range(8))
    assert [file.name for file in waiting(folder)] == ["loaded"]


@pytest.mark.parametrize("moved", [0, 1])
def test_sigkill_between_commit_and_move_is_harmless(folder: Path, moved: int) -> None:
    leadline(folder, "record", "deployment", "--repository", "app", "--sha", SHA, "--id", "1")
    leadline(folder, "record", "deployment", "--repository", "app", "--id", "1", "--status", "failure")
    leadline(folder, "record", "incident", "--id", "1", "--title", "Down")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHEN_MOVING, str(moved), *command(folder, "collect")[3:]],
        check=False,
        capture_output=True,
        timeout=120,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    committed = stored(folder)
    assert len(waiting(folder)) == 4 - moved

    leadline(folder, "collect")

    assert stored(folder) == committed
    assert committed["deployments"][0][6] == "failure"
    assert [file.name for file in waiting(folder)] == ["loaded"]


def test_an_unknown_repository_is_told_and_found_once_it_is_collected(folder: Path, world: World) -> None:
    leadline(folder, "record", "deployment", "--repository", "acme/lib", "--sha", SHA, "--id", "1")
    leadline(folder, "run")
    told = published(folder, TOLD)
    unknown = held(folder, "SELECT repo_id FROM deployments")
    other = folder / "lib.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(world.path), str(other)], check=True)
    configure(folder, world.path, other)
    leadline(folder, "collect")
    still = held(folder, "SELECT repo_id FROM deployments")
    leadline(folder, "record", "deployment", "--repository", "lib", "--id", "1")
    leadline(folder, "run")

    assert told == [{"check": "recorded_repository_unknown", "count": 1}]
    assert unknown == still == [(None,)]  # `acme/lib` is not what the folder says of it
    assert published(folder, "SELECT repo_id FROM deployments") == [{"repo_id": "local:lib"}]
    assert published(folder, TOLD) == []


def test_a_file_that_is_no_report_is_set_aside(folder: Path) -> None:
    leadline(folder, "record", "deployment", "--repository", "app", "--sha", SHA, "--id", "1")
    (folder / "leadline-data" / "inbox" / "0.ndjson").write_text('{"kind": "deployment"}\n', encoding="utf-8")
    done = leadline(folder, "collect")
    leadline(folder, "run")

    assert "0.ndjson is no report" in done.stderr
    assert len(published(folder, DEPLOYMENTS)) == 1
    assert published(folder, TOLD) == [{"check": "recorded_report_unreadable", "count": 1}]


def test_no_source_may_be_called_recorded(folder: Path) -> None:
    text = (folder / "leadline.toml").read_text(encoding="utf-8")
    (folder / "leadline.toml").write_text(text.replace('"local"', '"Recorded"'), encoding="utf-8")

    done = leadline(folder, "record", "incident", "--title", "Down", check=False)

    assert done.returncode == 2
    assert 'source[0].name: "Recorded" is what `leadline record` calls its own source' in done.stderr
