"""Where windows begin and end, and what lies exactly on a threshold."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import Row, World, run

REPO = "git:r"
AS_OF = datetime.fromisoformat("2026-03-31T12:00")
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
QUARTER = AS_OF - 90 * DAY
YEAR = datetime.fromisoformat("2025-03-31T12:00")
TWO_YEARS = datetime.fromisoformat("2024-03-31T12:00")


def world_of(*commits: tuple[datetime, str, Iterable[str]], lines: Mapping[str, int] | None = None) -> World:
    """Commits of (instant, person, paths), each of which adds 10 lines to every path; `lines` at the head, else 100."""
    world = World(as_of=AS_OF)
    world.tables["repositories"] = [{"repo_id": REPO, "name": "r"}]
    touched: set[str] = set()
    for number, (at, person, paths) in enumerate(commits):
        commit: Row = {"repo_id": REPO, "sha": f"{number:040x}"}
        dates = {"authored_at": at, "committed_at": at}
        world.tables["commits"].append(
            {**commit, **dates, "author_id": person, "is_merge": False, "on_default_branch": True}
        )
        world.tables["commit_files"] += [
            {**commit, "path": path, "change": "M", "additions": 10, "deletions": 0} for path in paths
        ]
        touched |= set(paths)
    world.tables["head_files"] = [
        {"repo_id": REPO, "path": path, "lines": (lines or {}).get(path, 100)} for path in sorted(touched)
    ]
    return world


def column(table: pl.DataFrame, name: str, key: str = "path") -> dict[str, Any]:
    return dict(zip(table[key], table[name], strict=True))


def test_windows_of_90_days_and_of_12_months() -> None:
    instants = (AS_OF, QUARTER, QUARTER - SECOND, YEAR + SECOND, YEAR, TWO_YEARS + SECOND, TWO_YEARS)
    tables = world_of(*((at, "a", ["x.py", "y.py"]) for at in instants)).computed()
    counts = tables["files"].select("revisions", "revisions_12m", "revisions_90d").unique()
    assert counts.rows() == [(7, 4, 2)]
    assert tables["hotspots"].select("revisions", "revisions_before", "trend").unique().rows() == [(4, 2, 1.0)]
    assert tables["change_coupling"].select("shared", "shared_12m").rows() == [(7, 4)]
    assert tables["contributors"].select("commits", "commits_90d").rows() == [(7, 2)]


def test_who_was_last_seen_90_days_ago_is_active_and_a_second_earlier_is_not() -> None:
    tables = world_of((QUARTER - SECOND, "gone", ["x.py"]), (QUARTER, "here", ["x.py"])).computed()
    assert column(tables["contributors"], "is_active", "person_id") == {"gone": False, "here": True}
    file = tables["files"].select("authors", "active_authors", "knowers", "is_at_risk", "lost_share")
    assert file.rows() == [(2, 1, 1, True, 0.5)]


def test_a_commit_after_the_run_is_left_out() -> None:
    tables = world_of((AS_OF, "a", ["x.py"]), (AS_OF + SECOND, "b", ["x.py"])).computed()
    assert column(tables["files"], "revisions") == {"x.py": 1}
    assert tables["contributors"]["person_id"].to_list() == ["a"]
    assert tables["activity"].filter(file_class="all")["commits"].to_list() == [1]


def test_a_reviewer_is_active_and_knows() -> None:
    world = world_of((QUARTER, "a", ["x.py"]))
    world.tables["commit_trailers"] = [
        {"repo_id": REPO, "sha": f"{0:040x}", "trailer": "Reviewed-by", "value": "b", "person_id": "b"}
    ]
    assert world.computed()["files"].select("authors", "knowers", "is_at_risk").rows() == [(1, 2, False)]


def test_31_files_are_bulk_and_30_are_not() -> None:
    paths = [f"f{number:02}.py" for number in range(31)]
    tables = world_of((AS_OF, "a", paths), (AS_OF - DAY, "a", paths[:30]), (AS_OF - DAY, "b", paths)).computed()
    assert set(tables["files"]["sum_of_coupling"].head(30)) == {29}
    assert tables["files"]["sum_of_coupling"].to_list()[30] == 0
    # Who changed it in bulk only does not know it, but who created it does.
    knows = tables["ownership"].filter(path="f00.py").select("person_id", "is_knower")
    assert dict(knows.iter_rows()) == {"a": True, "b": False}
    (week,) = tables["activity"].filter(pl.col("file_class") == "all").select("additions", "bulk_additions").rows()
    assert week == (920, 620)


@pytest.mark.parametrize(("shared", "alone", "expected"), [(5, 0, [100]), (4, 0, []), (6, 28, [30]), (6, 29, [])])
def test_coupling_needs_5_shared_commits_and_a_degree_of_30(shared: int, alone: int, expected: list[float]) -> None:
    together = [(AS_OF - number * DAY, "a", ["x.py", "y.py"]) for number in range(shared)]
    apart = [(AS_OF - number * DAY, "a", ["x.py"]) for number in range(alone)]
    found = world_of(*together, *apart).computed()["change_coupling"]
    assert found["degree"].to_list() == expected
    assert found["average_revisions"].to_list() == [shared + alone / 2 for _ in expected]


def test_5_percent_of_the_lines_are_not_minor() -> None:
    world = world_of((AS_OF, "most", ["x.py"]), (AS_OF, "some", ["x.py"]), (AS_OF, "few", ["x.py"]))
    for row, lines in zip(world.tables["commit_files"], (906, 50, 44), strict=True):
        row["additions"] = lines
    owners = world.computed()["ownership"]
    assert column(owners, "is_minor", "person_id") == {"most": False, "some": False, "few": True}
    assert column(owners, "share", "person_id") == {"most": 0.906, "some": 0.05, "few": 0.044}


def test_a_tie_for_the_largest_share_goes_to_the_later_change() -> None:
    tables = world_of((AS_OF - DAY, "a", ["x.py"]), (AS_OF, "z", ["x.py"])).computed()
    assert column(tables["files"], "main_author_id") == {"x.py": "z"}
    assert column(tables["ownership"], "is_main", "person_id") == {"a": False, "z": True}


def test_small_folders_have_no_truck_factor() -> None:
    paths = [*(f"nine/f{number}.py" for number in range(9)), *(f"ten/f{number}.py" for number in range(10))]
    tables = world_of((AS_OF, "a", paths)).computed()
    assert tables["truck_factor"].filter(scope_kind="folder")["scope"].to_list() == ["ten"]
    assert column(tables["folders"], "truck_factor", "folder") == {"": 1, "nine": None, "ten": 1}


def test_who_authors_a_tenth_of_the_first_ones_files_is_counted() -> None:
    def factor(small: int) -> list[str]:
        # 20 files of the first author, few of the second, and 24 of one author each: half of them need many to leave.
        own = [(AS_OF - 3 * DAY, "first", [f"a{n}.py" for n in range(20)])]
        little = [(AS_OF - 2 * DAY, "second", [f"b{n}.py" for n in range(small)])]
        rest = [(AS_OF - DAY, f"p{n}", [f"c{n}.py"]) for n in range(20 - small)]
        found = world_of(*own, *little, *rest).computed()["truck_factor"].filter(scope_kind="repository")
        assert found["truck_factor"].to_list() == [len(ids) for ids in found["person_ids"]]
        return found["person_ids"].to_list()[0]

    assert factor(2) == ["first", "second"]
    assert factor(1) == ["first"]


def test_half_of_an_odd_number_of_files_is_more_than_half() -> None:
    # Three of five files keep an author after the first has left: one more has to leave.
    commits = [(AS_OF, person, [f"{person}{n}.py" for n in range(count)]) for person, count in (("a", 2), ("b", 3))]
    found = world_of(*commits).computed()["truck_factor"].filter(scope_kind="repository")
    assert found["truck_factor"].to_list() == [1]
    commits = [(AS_OF, "a", ["a0.py", "a1.py"]), *((AS_OF, p, [f"{p}.py"]) for p in "bcd")]
    found = world_of(*commits).computed()["truck_factor"].filter(scope_kind="repository")
    assert found["person_ids"].to_list() == [["a", "b"]]


def test_the_rolling_period_is_90_days_with_today() -> None:
    first = datetime.fromisoformat("2026-01-01T00:00")  # the 90th day, counting the 31st of March
    world = world_of((first - SECOND, "a", ["x.py"]), (first, "b", ["x.py"]), (AS_OF, "c", ["x.py"]))
    observed = run(world.frames(), AS_OF, zone="UTC")["observations"].filter(scope="all", period="rolling_90d")
    commits = observed.filter(metric="commits").select("period_start", "value")
    assert commits.rows() == [(date(2026, 1, 1), 2.0)]
    assert observed.filter(metric="new_contributors")["value"].to_list() == [2.0]


def test_a_week_is_over_when_the_next_one_has_begun() -> None:
    world = world_of((datetime.fromisoformat("2026-03-18"), "a", ["x.py"]))

    def weeks(as_of: str) -> list[date]:
        observed = run(world.frames(), datetime.fromisoformat(as_of), zone="UTC")["observations"]
        return observed.filter(metric="commits", scope="all", period="week")["period_start"].to_list()

    assert weeks("2026-03-22T23:59:59") == []
    assert weeks("2026-03-23T00:00:00") == [date(2026, 3, 16)]


def test_a_team_has_what_its_members_did_from_the_first_to_before_the_last_instant() -> None:
    begin, end = AS_OF - 40 * DAY, AS_OF - 20 * DAY
    instants = (begin - SECOND, begin, end - SECOND, end)
    world = world_of(*((at, "a", ["x.py"]) for at in instants), (AS_OF, "b", ["x.py"]))
    world.tables["team_members"] = [
        {"team": "T", "person_id": "a", "valid_from": begin, "valid_to": end},
        *({"team": "T", "person_id": person, "valid_from": begin} for person in "bc"),
        *({"team": "U", "person_id": person, "valid_from": begin, "valid_to": end} for person in "bc"),
        {"team": "U", "person_id": "d", "valid_from": begin},
    ]
    observed = world.computed()["observations"].filter(metric="commits", period="rolling_90d", scope_kind="team")
    # Of U's three members one is left, which is fewer than the two that may be reported on.
    assert observed.select("scope", "value", "reason").rows() == [("T", 3.0, None)]
    observed = run(world.frames(), AS_OF, minimum_group=3)["observations"]
    team = observed.filter(metric="commits", period="rolling_90d", scope="T")
    assert team.select("value", "n", "reason").rows() == [(None, None, "group_too_small")]


def test_leaving_a_folder_alone() -> None:
    mine, shared = [f"src/m{n}.py" for n in range(3)], [f"src/s{n}.py" for n in range(3)]
    lonely = [*(f"lib/f{n}.py" for n in range(4)), *(f"more/f{n}.py" for n in range(5))]
    old = ["src/m0.py"]
    commits = [
        (AS_OF - 200 * DAY, "a", old),
        (AS_OF - 2 * DAY, "a", [*mine[1:], *shared, *lonely]),
        *[(AS_OF - DAY, "b", shared)] * 7,
    ]
    (row,) = world_of(*commits).computed()["leavers"].filter(person_id="a").rows(named=True)
    assert row["folders"] == ["more", "src"]  # half of the six files of `src`; `lib` has only four
    assert (row["files_left_without_knower"], row["active_files_left_without_knower"]) == (12, 11)
    assert row["files_left_without_author"] == row["files"] - 3 == 12


def test_the_share_that_is_lost_weighs_by_lines() -> None:
    commits = [(AS_OF - 200 * DAY, "gone", ["src/old.py"]), (AS_OF, "here", ["src/new.py"])]
    tables = world_of(*commits, lines={"src/old.py": 300}).computed()
    assert column(tables["folders"], "lost_share", "folder") == {"": 0.75, "src": 0.75}
    observed = tables["observations"].filter(scope="all", period="rolling_90d")
    values = column(observed, "value", "metric")
    assert (values["knowledge_loss"], values["files_at_risk"]) == (0.75, 1.0)


def test_gaps_of_releases() -> None:
    world = world_of((AS_OF, "a", ["x.py"]))

    def rhythm(gaps: list[float]) -> tuple[object, ...]:
        at, tags = AS_OF - sum(gaps) * DAY, []
        for number, gap in enumerate([0.0, *gaps]):
            at += gap * DAY
            tags.append({"repo_id": REPO, "name": f"v{number}.0", "sha": str(number), "tagged_at": at})
        world.tables["tags"] = tags
        found = world.computed()["release_rhythm"].select("releases", "gaps_counted", "p50_days", "p85_days")
        return found.row(0)

    assert rhythm([1, 2, 0.5, 3, 4]) == (6, 4, None, None)
    assert rhythm([1, 2, 0.5, 3, 4, 5]) == (7, 5, 3.0, None)
    assert rhythm([2.0] * 9) == (10, 9, 2.0, None)
    assert rhythm([*range(10, 0, -1)]) == (11, 10, 5.5, pytest.approx(8.65))
    # Only the last 20 count: the 100 days before them are forgotten.
    assert rhythm([100, 100, *[3.0] * 20]) == (23, 20, 3.0, 3.0)


@pytest.mark.parametrize(("count", "value"), [(4, None), (5, 3600.0)])
def test_the_median_of_reverts_needs_five(count: int, value: float | None) -> None:
    start = datetime.fromisoformat("2026-02-10")
    commits = [(start, "a", ["x.py"])] * count + [(start + timedelta(hours=1), "a", ["x.py"])] * count
    world = world_of(*commits)
    for number, row in enumerate(world.tables["commits"]):
        row["sha"] = f"{number}" * 40
        row["reverts_sha"] = f"{number - count}" * 7 if number >= count else None
    tables = world.computed()
    assert tables["reverts"]["until_reverted_seconds"].to_list() == [3600.0] * count
    observed = tables["observations"].filter(metric="time_to_revert", scope="all", period="rolling_90d")
    assert observed.select("value", "n", "coverage").rows() == [(value, count, 1.0)]


def test_a_revert_of_the_same_second_took_no_time() -> None:
    world = world_of((AS_OF, "a", ["x.py"]), (AS_OF, "a", ["x.py"]), (AS_OF - SECOND, "a", ["x.py"]))
    for row, sha in zip(world.tables["commits"], "abc", strict=True):
        row["sha"] = sha * 40
    world.tables["commits"][1]["reverts_sha"] = world.tables["commits"][2]["reverts_sha"] = "a" * 40
    found = world.computed()["reverts"].sort("sha").select("until_reverted_seconds", "until_reverted_reason")
    assert found.rows() == [(0.0, None), (None, "clock_negative")]


@pytest.mark.parametrize(("gaps", "value"), [(4, None), (5, 2.0)])
def test_the_median_of_gaps_between_deployments_needs_five(gaps: int, value: float | None) -> None:
    world = world_of((QUARTER, "a", ["x.py"]))
    world.tables["tags"] = [
        {"repo_id": REPO, "name": f"v{n}.0", "sha": str(n), "tagged_at": AS_OF - (2 * n + 1) * DAY}
        for n in range(gaps + 1)
    ]
    observed = world.computed()["observations"].filter(scope="all", period="rolling_90d")
    days = observed.filter(metric="days_between_deployments").select("value", "n", "coverage")
    assert days.rows() == [(value, gaps, pytest.approx(gaps / (gaps + 1)))]
