"""The values that the sources of the definitions publish, and cases worked out by hand."""

from datetime import datetime, timedelta

import oracles_git as oracle
import polars as pl
import pytest
from git_worlds import Row, World, run

from metrics.expressions import whole_months
from metrics.summary.contributor_figures import absence_factor

START = datetime.fromisoformat("2025-01-01")
REPO = "git:r"


def history(*commits: tuple[str, list[Row]], head: tuple[str, ...]) -> World:
    """One commit an hour by the named person, changing the given files."""
    world = World(as_of=START + timedelta(days=30))
    for number, (person, rows) in enumerate(commits):
        commit, at = {"repo_id": REPO, "sha": f"{number:040x}"}, START + timedelta(hours=number)
        world.tables["commits"].append(
            {
                **commit,
                "author_id": person,
                "authored_at": at,
                "committed_at": at,
                "is_merge": False,
                "on_default_branch": True,
            }
        )
        if number:
            world.tables["commit_parents"].append({**commit, "position": 0, "parent_sha": f"{number - 1:040x}"})
        world.tables["commit_files"] += [{**commit, "additions": 1, "deletions": 0, **row} for row in rows]
    world.tables["head_files"] = [{"repo_id": REPO, "path": path, "lines": 10} for path in head]
    return world


def modify(*paths: str) -> list[Row]:
    return [{"path": path, "change": "M"} for path in paths]


def rename(old: str, new: str) -> Row:
    return {"path": new, "old_path": old, "change": "R"}


def revisions_of(world: World) -> dict[str, int]:
    files = world.computed()["files"]
    return dict(zip(files["path"], files["revisions"], strict=True))


def test_coupling_of_the_published_example() -> None:
    assert oracle.coupling([["Connection", "ClientPresenter"], ["Connection"]], least=1, degree=50, most=10) == {
        ("ClientPresenter", "Connection"): pytest.approx((1, 1.5, 66.67), abs=0.01)
    }


def test_coupling_as_computed() -> None:
    together = [("a", modify("Connection.py", "ClientPresenter.py"))] * 5
    alone = [("a", modify("Connection.py"))] * 5
    found = history(*together, *alone, head=("Connection.py", "ClientPresenter.py")).computed()["change_coupling"]
    assert found.select("path_a", "path_b", "shared", "revisions_a", "revisions_b").rows() == [
        ("ClientPresenter.py", "Connection.py", 5, 5, 10)
    ]
    assert found.select("average_revisions", "confidence_ab", "confidence_ba").rows() == [(7.5, 1.0, 0.5)]
    assert found["degree"].item() == pytest.approx(66.67, abs=0.01)


def test_coupling_crosses_teams_where_both_have_one() -> None:
    world = history(*[("a", modify("x/a.py", "y/b.py"))] * 5, head=("x/a.py", "y/b.py"))
    world.tables["repositories"] = [{"repo_id": REPO, "name": "r"}]
    world.tables["team_scopes"] = [{"team": "X", "kind": "path", "pattern": "r:x/**"}]
    world.tables["code_owners"] = [{"repo_id": REPO, "position": 1, "pattern": "/y/", "owners": "@o/y-team"}]
    found = world.computed()["change_coupling"]
    assert found.select("team_a", "team_b", "crosses_team", "crosses_folder").rows() == [("X", "y-team", True, True)]


def test_equal_scores_of_hotspots_are_ranked_by_path() -> None:
    # Percent ranks of 1/10 × 9/10 and 3/10 × 3/10: the same score, though not in the arithmetic of floats.
    by_revisions = ["f0", "b", "f1", "a", *(f"f{n}" for n in range(2, 9))]
    by_lines = ["f1", "f2", "f3", "a", "f4", "f5", "f6", "f7", "f8", "b", "f0"]
    commits = [("p", modify(f"{name}.py")) for count, name in enumerate(by_revisions, 1) for _ in range(count)]
    world = history(*commits, head=tuple(f"{name}.py" for name in by_lines))
    for lines, row in enumerate(world.tables["head_files"]):
        row["lines"] = lines
    found = world.computed()["hotspots"].filter(pl.col("path").is_in(["a.py", "b.py"]))
    assert found["score"].to_list() == [0.09, 0.09]
    assert found["path"].to_list() == ["a.py", "b.py"]


def test_fragmentation_of_the_published_example() -> None:
    files = {
        "a.py": ("at", "xy", "zt", "zt", "xy", "xy"),
        "b.py": ("zt", "xy", "xy"),
        "c.py": ("zt", "zt"),
    }
    commits = [(person, modify(path)) for path, people in files.items() for person in people]
    found = history(*commits, head=tuple(files)).computed()["files"]
    assert [round(value, 2) for value in found["fragmentation"]] == [0.61, 0.44, 0]


def test_contributor_absence_factor_of_the_published_example() -> None:
    contributions = [1000, 202, 90, 33, 332, 343, 42, 433]
    assert oracle.absence_factor(contributions) == 2
    assert pl.DataFrame({"n": contributions}).select(absence_factor(pl.col("n"))).item() == 2


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2025-01-15", "2025-02-14", 0),
        ("2025-01-15", "2025-02-15", 1),
        ("2025-01-15T10:00", "2025-02-15T09:59", 0),
        ("2024-02-29", "2025-02-28", 11),
        ("2023-12-31", "2025-12-31", 24),
    ],
)
def test_whole_months(start: str, end: str, months: int) -> None:
    begin, until = datetime.fromisoformat(start), datetime.fromisoformat(end)
    assert pl.DataFrame({"start": [begin]}).select(whole_months(pl.col("start"), until)).item() == months
    assert oracle.whole_months(begin, until) == months


@pytest.mark.parametrize(("contributions", "people"), [([5, 5], 1), ([3, 3, 3], 2), ([1], 1), ([0.1, 0.2, 0.3], 1)])
def test_exactly_half_of_the_contributions_is_enough(contributions: list[float], people: int) -> None:
    assert pl.DataFrame({"n": contributions}).select(absence_factor(pl.col("n"))).item() == people


def test_a_chain_of_renames_ends_at_the_newest_path() -> None:
    world = history(
        ("a", modify("a.py")),
        ("a", [rename("a.py", "b.py")]),
        ("a", modify("b.py")),
        ("a", [rename("b.py", "c.py")]),
        head=("c.py",),
    )
    assert revisions_of(world) == {"c.py": 4}


def test_a_rename_there_and_back_is_one_file() -> None:
    world = history(
        ("a", modify("a.py")),
        ("a", [rename("a.py", "b.py")]),
        ("a", modify("b.py")),
        ("a", [rename("b.py", "a.py")]),
        head=("a.py",),
    )
    assert revisions_of(world) == {"a.py": 4}


def test_two_files_can_change_places_in_one_commit() -> None:
    world = history(
        ("a", modify("a.py")),
        ("a", modify("a.py", "b.py")),
        ("a", [rename("a.py", "b.py"), rename("b.py", "a.py")]),
        head=("a.py", "b.py"),
    )
    assert revisions_of(world) == {"a.py": 2, "b.py": 3}


def test_a_path_used_again_in_the_commit_of_the_rename_is_a_new_file() -> None:
    world = history(
        ("a", modify("a.py")),
        ("a", modify("a.py")),
        ("a", [rename("a.py", "b.py"), {"path": "a.py", "change": "A"}]),
        ("a", modify("a.py")),
        head=("a.py", "b.py"),
    )
    assert revisions_of(world) == {"a.py": 2, "b.py": 3}


def test_a_change_from_a_branch_that_had_not_seen_the_rename_goes_with_the_file() -> None:
    world = history(("a", modify("a.py")), ("a", [rename("a.py", "b.py")]), ("a", modify("a.py")), head=("b.py",))
    assert revisions_of(world) == {"b.py": 3}


def test_a_path_that_a_merge_brought_back_keeps_what_is_done_to_it() -> None:
    # Merges have no changes of their own, so that nothing says that the path came back; but it is there at the head.
    commits = [("a", modify("a.py")), ("a", [rename("a.py", "b.py")]), ("a", modify("a.py"))]
    assert revisions_of(history(*commits, head=("a.py", "b.py"))) == {"a.py": 1, "b.py": 2}


def test_a_copy_is_a_file_of_its_own() -> None:
    world = history(
        ("a", modify("a.py")), ("a", [{"path": "b.py", "old_path": "a.py", "change": "C"}]), head=("a.py", "b.py")
    )
    assert revisions_of(world) == {"a.py": 1, "b.py": 1}


def test_commits_of_one_second_follow_their_parents() -> None:
    world = history(
        ("a", modify("a.py")), ("a", [rename("a.py", "b.py")]), ("a", [rename("b.py", "c.py")]), head=("c.py",)
    )
    # Shas that sort against the history, and clocks that stand still or run backwards.
    names = {f"{0:040x}": "f" * 40, f"{1:040x}": "e" * 40, f"{2:040x}": "d" * 40}
    for table in ("commits", "commit_files", "commit_parents"):
        for row in world.tables[table]:
            row["sha"] = names[row["sha"]]
            if "parent_sha" in row:
                row["parent_sha"] = names[row["parent_sha"]]
    for number, row in enumerate(world.tables["commits"]):
        row["committed_at"] = row["authored_at"] = START - timedelta(hours=number // 2)
    assert revisions_of(world) == {"c.py": 3}


def test_line_counts_that_are_missing_are_null_and_not_0() -> None:
    world = history(("a", [{"path": "a.py", "change": "A", "additions": None, "deletions": None}]), head=("a.py",))
    tables = world.computed()
    unknown = tables["files"].select("revisions", "additions", "main_share", "lost_share")
    assert unknown.rows() == [(1, None, None, None)]
    assert tables["ownership"].select("share", "additions", "is_author").rows() == [(None, None, True)]
    assert tables["leavers"].select("files", "lines", "lines_share").rows() == [(1, None, None)]
    churn = tables["observations"].filter(metric="churn", period="rolling_90d", scope_kind="all")
    assert churn.select("value", "n", "coverage", "reason").rows() == [(None, 1, 0.0, "not_counted")]


def test_an_abbreviated_sha_is_found_if_it_is_the_only_one() -> None:
    world = history(("a", modify("a.py")), ("a", modify("a.py")), ("b", modify("a.py")), head=("a.py",))
    commits = world.tables["commits"]
    for row, sha in zip(commits, ("abcdef1" + "0" * 33, "abcdef1" + "1" * 33, "c" * 40), strict=True):
        row["sha"] = sha
    commits[2]["reverts_sha"] = "ABCDEF10"
    found = world.computed()["reverts"].select("sha", "original_sha", "until_reverted_seconds")
    assert found.rows() == [("c" * 40, commits[0]["sha"], 7200.0)]
    commits[2]["reverts_sha"] = "abcdef1"
    found = world.computed()["reverts"]
    assert found.select("original_sha", "until_reverted_seconds", "until_reverted_reason").rows() == [
        (None, None, "original_unknown")
    ]


def test_previous_actions_keep_their_first_date() -> None:
    commits = [("a", [{"path": "src/a.py", "change": "M", "additions": 100}])] * 5
    other = ("b", [{"path": "b.py", "change": "M", "additions": 1}])
    world = history(*commits, other, head=("src/a.py", "b.py"))
    world.tables["head_files"][0]["lines"] = 400
    first = run(world.frames(), world.as_of)
    assert first["actions"].select("action_id", "rank", "first_seen_at").rows() == [
        ("file_at_risk:git:r:src/a.py", 1, world.as_of)
    ]
    in_a_week = world.as_of + timedelta(days=7)
    later = run({**world.frames(), "previous_history": first["action_history"]}, in_a_week)
    assert later["actions"]["first_seen_at"].to_list() == [world.as_of]
    times = later["action_history"].select("first_seen_at", "last_seen_at", "closed_at", "how").rows()
    assert times == [(world.as_of, in_a_week, None, None)]
