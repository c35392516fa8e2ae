"""The rows depend on what was reported, in order, and on nothing else: not on runs, files, or moments of loading."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.inbox import naming
from leadline.inbox.box import Inbox, read
from leadline.inbox.folding import folded
from leadline.inbox.loading import load_reports
from leadline.inbox.reports import STATUSES, Kind, Refused, Report, of_flags
from warehouse.store import Warehouse
from warehouse.tables import Page

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTANTS = st.integers(-600, 0).map(lambda minutes: (NOW + timedelta(minutes=minutes)).isoformat())
REPORTS = st.one_of(
    st.fixed_dictionaries(
        {"id": st.sampled_from("ab")},
        optional={
            "repository": st.sampled_from(["acme/app", "acme/lib", "LIB", "acme/nowhere"]),
            "status": st.sampled_from(STATUSES),
            "finished_at": INSTANTS,
            "ref": st.sampled_from(["main", "v1"]),
        },
    ).map(lambda values: ("deployment", values)),
    st.fixed_dictionaries(
        {"id": st.sampled_from("ab")},
        optional={
            "repository": st.just("acme/app"),
            "title": st.sampled_from(["Down", "Slow"]),
            "resolved_at": INSTANTS,
        },
    ).map(lambda values: ("incident", values)),
)


def told(text: str, **_: object) -> None:
    """Hear nothing of what is loaded; a warning is a fault of the test."""
    assert "warning" not in text


def warehouse(folder: Path) -> Warehouse:
    opened = Warehouse.open(folder)
    repositories = pl.DataFrame(
        {
            "repo_id": ["gh:acme/app", "gh:acme/lib"],
            "name": ["acme/app", "acme/lib"],
            "url": ["https://gh.example/acme/app", "https://gh.example/acme/lib"],
        }
    )
    page = Page("repositories", "acme/app", upserts={"repositories": repositories})
    opened.load(page, source="gh", run_id=opened.start_run(), now=NOW)
    return opened


def contents(opened: Warehouse) -> list[object]:
    frames = [opened.read(table).drop("collected_at").sort(pl.all()) for table in ("deployments", "incidents")]
    repairs = opened.query('SELECT "check", count FROM meta.repairs ORDER BY ALL')
    return [frame.rows() for frame in (*frames, repairs)]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(REPORTS, st.sampled_from(["wait", "load", "crash"])), min_size=1, max_size=9), st.data())
def test_runs_crashes_and_slow_calls_make_no_difference(
    said: Sequence[tuple[tuple[Kind, dict[str, str]], str]], data: st.DataObject
) -> None:
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
        warehouse(Path(one)) as disturbed,
        warehouse(Path(other)) as at_once,
    ):
        run, inbox = disturbed.start_run(), Inbox(Path(one))
        calls = [(NOW + timedelta(seconds=place), *call) for place, call in enumerate(said)]
        for at, (kind, values), _ in calls:
            Inbox(Path(other)).put([of_flags(kind, values, at)], at)
        for at, (kind, values), then in data.draw(st.permutations(calls)):  # a slow call comes after later ones
            inbox.put([of_flags(kind, values, at)], at)
            if then != "wait":
                load_reports(disturbed, run, NOW.replace(tzinfo=None), told)
            if then == "crash":  # before the last files were moved
                for file in inbox.loaded()[-2:]:
                    file.rename(inbox.folder / file.name)
        load_reports(disturbed, run, NOW.replace(tzinfo=None), told)
        load_reports(at_once, at_once.start_run(), NOW.replace(tzinfo=None), told)

        assert contents(disturbed) == contents(at_once)
        assert inbox.waiting() == []


def test_a_warehouse_that_was_removed_is_filled_from_the_archive(tmp_path: Path) -> None:
    with warehouse(tmp_path) as first:
        Inbox(tmp_path).put([of_flags("incident", {"id": "1", "repository": "acme/app"}, NOW)], NOW)
        load_reports(first, first.start_run(), NOW.replace(tzinfo=None), told)
        before = contents(first)
        (tmp_path / "warehouse.duckdb").unlink()
    for rest in tmp_path.glob("warehouse.duckdb*"):
        rest.unlink()
    with warehouse(tmp_path) as second:
        load_reports(second, second.start_run(), NOW.replace(tzinfo=None), told)
        assert contents(second) == before


def at(minute: int) -> datetime:
    return datetime(2026, 3, 1, 12, minute)  # noqa: DTZ001 - instants are stored as naive UTC


def outcome(*reports: dict[str, str]) -> tuple[object, ...]:
    """Return status, started_at and finished_at after reports that were made a minute after one another, from 12:00."""
    made: list[Report] = [
        of_flags("deployment", {"id": "1", **values}, NOW + timedelta(minutes=minute))
        for minute, values in enumerate(reports)
    ]
    row = folded("deployment", made, {}, "recorded")["recorded:1"]
    return row["status"], row.get("started_at"), row.get("finished_at")


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([{}], ("success", None, at(0))),
        ([{"started_at": "now"}], ("in_progress", at(0), None)),
        ([{"started_at": "now"}, {"finished_at": "now"}], ("success", at(0), at(1))),
        ([{"status": "in_progress", "started_at": "now"}, {"status": "failure"}], ("failure", at(0), at(1))),
        ([{"status": "failure"}, {"status": "success"}], ("success", None, at(1))),
        ([{"status": "success"}, {"status": "success"}], ("success", None, at(0))),
        ([{"status": "success"}, {"status": "inactive"}], ("success", None, at(0))),
        ([{"status": "success"}, {"status": "inactive", "finished_at": "now"}], ("success", None, at(0))),
        ([{"status": "in_progress", "started_at": "now"}, {"status": "inactive"}], ("inactive", at(0), at(1))),
        ([{"status": "queued"}, {"ref": "main"}], ("queued", None, None)),
        ([{"status": "failure"}, {"ref": "main"}], ("failure", None, at(0))),
    ],
)
def test_outcome_of_a_deployment(reports: list[dict[str, str]], expected: tuple[object, ...]) -> None:
    assert outcome(*reports) == expected


KNOWN = pl.DataFrame(
    [
        ("gh:acme/old", "acme/new", "https://gh.example/acme/new"),
        ("gh:acme/app", "acme/app", "https://gh.example/acme/app"),
        ("local:app", "app", "/srv/git/app.git"),
        ("ssh:acme/far", "acme/far", "git@ssh.example:acme/far.git"),
        ("local:lib", "lib", "/srv/git/lib.git"),
        ("other:acme/twice", "acme/twice", "https://a.example/acme/twice"),
        ("third:acme/twice", "acme/twice", "https://b.example/acme/twice"),
    ],
    schema=["repo_id", "name", "url"],
    orient="row",
)


@pytest.mark.parametrize(
    ("name", "repo_id"),
    [
        ("gh:acme/app", "gh:acme/app"),
        ("Acme/App", "gh:acme/app"),
        ("acme/new", "gh:acme/old"),
        ("acme/old", "gh:acme/old"),
        ("new", "gh:acme/old"),
        ("app", "local:app"),
        ("lib", "local:lib"),
        ("/srv/git/lib", "local:lib"),
        ("https://gh.example/acme/app.git/", "gh:acme/app"),
        ("git@gh.example:acme/app.git", "gh:acme/app"),
        ("ssh://git@GH.example:22/acme/app.git", "gh:acme/app"),
        ("gh.example:Acme/App", "gh:acme/app"),
        ("https://build:token@gh.example/acme/app", "gh:acme/app"),
        ("git@elsewhere.example:acme/app.git", None),
        ("https://ssh.example/acme/far", "ssh:acme/far"),
        ("acme/twice", None),
        ("twice", None),
        ("third:acme/twice", "third:acme/twice"),
        ("acme/lib", None),
    ],
)
def test_a_repository_is_found_by_what_it_is_called(name: str, repo_id: str | None) -> None:
    assert naming.repositories([name], KNOWN).get(name) == repo_id


@pytest.mark.parametrize(
    ("name", "ticket_id"), [("app-1", "jira:10"), ("ACME/app#7", "gh:acme/app#7"), ("APP-2", None)]
)
def test_a_ticket_is_found_by_what_it_is_called(name: str, ticket_id: str | None) -> None:
    known = pl.DataFrame(
        [("jira:10", "APP-1", None), ("gh:acme/app#7", "acme/app#7", None)],
        schema={"ticket_id": pl.String, "key": pl.String, "url": pl.String},
        orient="row",
    )
    assert naming.tickets([name], known).get(name) == ticket_id


def put(folder: Path, kind: Kind, minute: int, **values: str) -> None:
    made = NOW + timedelta(minutes=minute)
    Inbox(folder).put([of_flags(kind, values, made)], made)


def load(opened: Warehouse, **more: bool) -> None:
    load_reports(opened, opened.start_run(), NOW.replace(tzinfo=None), told, **more)


def test_repositories_that_count_alike_do_not_overwrite_each_other(tmp_path: Path) -> None:
    with warehouse(tmp_path) as opened:
        put(tmp_path, "deployment", 0, id="1", repository="acme/app", ref="v1", status="in_progress")
        put(tmp_path, "deployment", 1, id="1", repository="acme/lib", ref="v9", status="in_progress")
        load(opened)
        put(tmp_path, "deployment", 2, id="1", repository="https://gh.example/acme/lib", status="success")
        put(tmp_path, "deployment", 3, id="1", status="failure")
        load(opened)
        columns = ["deployment_id", "repo_id", "ref", "status"]
        rows = opened.read("deployments", columns).sort("deployment_id").rows()
        load(opened, again=True)
        assert opened.read("deployments", columns).sort("deployment_id").rows() == rows
    assert rows == [
        ("recorded:1", "gh:acme/app", "v1", "failure"),
        ("recorded:1@gh:acme/lib", "gh:acme/lib", "v9", "success"),
    ]


def test_a_deployment_without_an_environment_is_one_to_production() -> None:
    def row(*reports: dict[str, str]) -> tuple[object, object]:
        made = [of_flags("deployment", {"id": "1", **values}, NOW) for values in reports]
        found = folded("deployment", made, {}, "recorded")["recorded:1"]
        return found.get("environment"), found["is_production"]

    assert row({}) == (None, True)
    assert row({"environment": "live"}) == row({}, {"environment": "live"}) == ("live", None)


def test_a_name_that_leads_nowhere_does_not_have_the_archive_read_again(tmp_path: Path) -> None:
    with warehouse(tmp_path) as opened:
        put(tmp_path, "deployment", 0, id="1", repository="acme/nowhere")
        put(tmp_path, "incident", 1, id="1", ticket="APP-1")
        load(opened)
        (first, second) = Inbox(tmp_path).loaded()
        kept = first.read_bytes()
        first.write_text("damaged", encoding="utf-8")  # reading it would say so
        put(tmp_path, "deployment", 2, id="2", repository="acme/app")
        load(opened)
        load(opened)
        assert contents(opened)[2] == [("recorded_repository_unknown", 1), ("recorded_ticket_unknown", 1)]
        first.write_bytes(kept)
        lost = pl.DataFrame({"repo_id": ["gh:acme/nowhere"], "name": ["acme/nowhere"], "url": [None]})
        page = Page("repositories", "acme/nowhere", upserts={"repositories": lost})
        opened.load(page, source="gh", run_id=opened.start_run(), now=NOW)
        load(opened)
        assert opened.read("deployments")["repo_id"].sort().to_list() == ["gh:acme/app", "gh:acme/nowhere"]
        assert contents(opened)[2] == [("recorded_ticket_unknown", 1)]
        assert second.exists()


def test_what_was_refused_is_told_until_it_is_deleted(tmp_path: Path) -> None:
    warnings: list[str] = []
    with warehouse(tmp_path) as opened:
        inbox = Inbox(tmp_path)
        inbox.folder.mkdir()
        (inbox.folder / "0.ndjson").write_text("[]", encoding="utf-8")
        load_reports(opened, opened.start_run(), NOW.replace(tzinfo=None), lambda text, **_: warnings.append(text))
        assert contents(opened)[2] == [("recorded_report_unreadable", 1)]
        (inbox.refused_folder / "0.ndjson").unlink()
        load(opened)
        assert contents(opened)[2] == []
    assert len(warnings) == 1


def said(kind: Kind, **values: str) -> Report:
    return of_flags(kind, values, NOW)


def test_an_incident_that_is_over_has_a_beginning(tmp_path: Path) -> None:
    over = {"resolved_at": "2026-03-01T11:00:00Z"}
    with pytest.raises(Refused, match="--opened-at: expected when it began, as resolved_at is given"):
        said("incident", title="Down", **over)
    assert "opened_at" not in said("incident", ticket="APP-1", **over)
    assert "opened_at" not in said("incident", id="1", **over)
    reports = [said("incident", id="1", **over), said("incident", id="1", title="Down")]
    assert "opened_at" not in folded("incident", reports, {}, "recorded")["recorded:1"]


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Down\u00a0again", "Down again"),
        ("Down\tand\nout\r\n", "Down and out"),
        ("\x1b[31mDown\x00", "[31mDown"),
        ("\U0001f469\u200d\U0001f4bb late", "\U0001f469\u200d\U0001f4bb late"),
        ("\ud800Down", "Down"),
    ],
)
def test_a_title_is_kept_as_one_line(title: str, kept: str, tmp_path: Path) -> None:
    report = said("incident", id="1", title=title)
    assert report["title"] == kept
    assert read(Inbox(tmp_path).put([report], NOW)) == [report]
    with pytest.raises(Refused, match="printable"):
        said("incident", id="a\u00a0b")


def test_a_report_of_an_earlier_version_can_be_read_again(tmp_path: Path) -> None:
    report = {**said("incident", id="1"), "title": "Down  twice"}
    assert read(Inbox(tmp_path).put([report], NOW))[0]["title"] == "Down twice"
