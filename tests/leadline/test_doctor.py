import json
import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from leadline.cli import main
from leadline.cli.checks import freshness
from tests.collectors.fault_server import Reply, answering
from warehouse.lock import Lock
from warehouse.publish import publish
from warehouse.store import Warehouse

CONFIG = '[[source]]\nkind = "git"\nname = "local"\nrepositories = ["app"]\n'
HUB = (
    '[[source]]\nkind = "github"\nname = "hub"\nbase_url = "http://127.0.0.1:9"\n'
    'token_env = "ACME_HUB"\nrepositories = ["acme/app"]\n'
)
JIRA = (
    '[[source]]\nkind = "jira"\nname = "jira"\nbase_url = "http://127.0.0.1:9"\n'
    'token_file = "secret"\nprojects = ["A"]\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path / "app"], check=True)
    (tmp_path / "leadline.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ACME_HUB", raising=False)
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_all_is_well_before_the_first_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    told = lines(capsys)
    assert [line.split(": ")[0] for line in told] == [
        "ok    leadline",
        "ok    configuration",
        "ok    git",
        "ok    local",
        "ok    warehouse",
        "ok    disk",
        "warn  freshness",
        "      hint",
    ]
    assert told[4] == f"ok    warehouse: {folder / 'leadline-data'} does not exist yet; the first run makes it"
    assert told[-1] == "      hint: run `leadline run`"


def test_a_wrong_configuration_ends_with_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "leadline.toml").write_text("[leadline]\nnam = 'x'\n" + CONFIG, encoding="utf-8")
    assert main(["doctor", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)[1:] == [
        {
            "status": "fail",
            "name": "configuration",
            "detail": 'leadline.toml:2: leadline.nam: unknown key; did you mean "name"?',
            "hint": None,
        }
    ]


def test_a_repository_that_does_not_answer_ends_with_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "leadline.toml").write_text(CONFIG.replace('"app"', '"app", "gone"'), encoding="utf-8")
    assert main(["doctor"]) == 3
    told = lines(capsys)
    assert told[4].startswith("fail  local: gone: ")
    assert told[5].startswith("      hint: ")


def test_credentials_are_looked_for_and_never_shown(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "leadline.toml").write_text(CONFIG + HUB + JIRA, encoding="utf-8")
    assert main(["doctor"]) == 3
    told = lines(capsys)
    assert "fail  hub: environment variable ACME_HUB is not set" in told
    assert "      hint: export ACME_HUB=… before the run, or name another in token_env" in told
    assert f"fail  jira: {folder / 'secret'} cannot be read" in told

    monkeypatch.setenv("ACME_HUB", "very-secret-value")
    (folder / "secret").write_text("very-secret-file", encoding="utf-8")
    assert main(["doctor"]) == 3
    out = capsys.readouterr().out
    assert "fail  hub: http://127.0.0.1:9: ConnectionError\n" in out
    assert "fail  jira: GET /rest/api/2/serverInfo: ConnectionError\n" in out
    assert "ok    hub: environment variable ACME_HUB is set\n" in out
    assert "ok    jira: secret can be read\n" in out
    assert "very-secret" not in out


@pytest.mark.parametrize("source", ["github", "gitlab", "jira"])
def test_a_platform_that_is_ill_is_asked_once(
    source: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = {"github": "repositories", "gitlab": "projects", "jira": "projects"}[source]
    monkeypatch.setenv("ACME_HUB", "a-token")
    with answering(Reply(503, "")) as script:
        (folder / "leadline.toml").write_text(
            f'[[source]]\nkind = "{source}"\nname = "ill"\nbase_url = "{script.url}"\ntoken_env = "ACME_HUB"\n'
            f'{listed} = ["{"A" if source == "jira" else "acme/app"}"]\n',
            encoding="utf-8",
        )
        assert main(["doctor"]) == 3

    assert "fail  ill: " in capsys.readouterr().out
    assert len(script.asked) == 1


def test_a_running_batch_is_told_and_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "leadline-data").mkdir()
    lock = Lock.take(folder / "leadline-data")
    try:
        assert main(["doctor"]) == 0
        assert f"(pid {os.getpid()}) holds the warehouse" in capsys.readouterr().out
    finally:
        lock.release()
    assert main(["doctor"]) == 0
    assert "can be written; nothing is collected yet" in capsys.readouterr().out


def test_the_warehouse_is_opened_and_its_last_run_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Warehouse.open(folder / "leadline-data") as warehouse:
        publish(warehouse, warehouse.start_run(), {}, {})
        warehouse.finish_run(warehouse.start_run(), "failed", "no space left")
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert f"ok    warehouse: {folder / 'leadline-data'} can be read and written, no run holds it\n" in out
    assert out.endswith("UTC: failed: no space left\n      hint: mend that, then run `leadline run`\n")

    (folder / "leadline-data" / "warehouse.duckdb").write_bytes(b"damaged" * 2000)
    assert main(["doctor"]) == 1
    assert "fail  warehouse: " in capsys.readouterr().out


def test_a_warehouse_that_cannot_be_written_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "leadline-data").write_text("a file", encoding="utf-8")
    assert main(["doctor"]) == 1
    assert "leadline-data cannot be written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "age", "expected"),
    [
        ("ok", timedelta(hours=3), ("ok", "last run 2026-01-01 10:00 UTC: ok")),
        ("ok", timedelta(days=9), ("warn", "last run 2026-01-01 10:00 UTC: ok, 9 days ago")),
        ("partial", timedelta(0), ("warn", "last run 2026-01-01 10:00 UTC: partial: hub: refused")),
    ],
)
def test_freshness_is_judged_by_the_last_run(status: str, age: timedelta, expected: tuple[str, str]) -> None:
    at = datetime(2026, 1, 1, 10)  # noqa: DTZ001 - instants are stored as naive UTC
    run = pl.DataFrame({"started_at": [at], "finished_at": [at], "status": [status], "error": ["hub: refused"]})
    check = freshness(run.rows(named=True), at + age)
    assert (check.status, check.detail) == expected
