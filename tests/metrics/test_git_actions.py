"""Every rule proposes where it should, and keeps quiet where it should not."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import Row, World, frame, run

from metrics.actions import wording
from metrics.actions.action_history import ActionHistory, action_history
from metrics.actions.actions import ActionCandidates, actions
from metrics.catalogue import RULES

REPO = "git:acme/app"
OF_GIT = {
    "file_at_risk",
    "code_without_owner",
    "hotspot_heating",
    "hidden_coupling",
    "key_person",
    "release_overdue",
}
"""The rules that are tried here."""
AS_OF = datetime.fromisoformat("2025-12-01")


class Story:
    """A history that is told commit by commit, in days before now."""

    def __init__(self) -> None:
        self.world = World(as_of=AS_OF)
        self.world.tables["repositories"] = [
            {"repo_id": REPO, "name": "acme/app", "default_branch": "main", "url": "https://github.com/acme/app.git"}
        ]

    def commit(self, person: str, days_ago: float, *paths: str, lines: int = 100) -> "Story":
        number = len(self.world.tables["commits"])
        commit = {"repo_id": REPO, "sha": f"{number:040x}"}
        at = AS_OF - timedelta(days=days_ago)
        self.world.tables["commits"].append(
            {
                **commit,
                "author_id": person,
                "authored_at": at,
                "committed_at": at,
                "is_merge": False,
                "on_default_branch": True,
            }
        )
        self.world.tables["commit_files"] += [
            {**commit, "path": path, "change": "M", "additions": lines, "deletions": 0} for path in paths
        ]
        return self

    def head(self, lines: int, *paths: str) -> "Story":
        self.world.tables["head_files"] += [{"repo_id": REPO, "path": path, "lines": lines} for path in paths]
        return self

    def colleague(self) -> "Story":
        """Somebody else who is active in the repository, so that there is somebody to share the work with."""
        return self.head(10, "src/other.py").commit("bob", 25, "src/other.py")

    def actions(self, **tables: list[Row]) -> list[dict[str, Any]]:
        self.world.tables.update(tables)
        return run(self.world.frames(), AS_OF)["actions"].rows(named=True)

    def rules(self) -> dict[str, str]:
        return {action["rule"]: action["item_id"] for action in self.actions()}


def test_file_at_risk() -> None:
    story = Story().colleague().head(400, "src/pay/card.py")
    for days in (40, 30, 20):
        story.commit("ana", days, "src/pay/card.py")
    (action,) = story.actions()
    assert action["action_id"] == "file_at_risk:git:acme/app:src/pay/card.py"
    assert action["url"] == "https://github.com/acme/app/blob/main/src/pay/card.py"
    assert action["why"] == (
        "It has 400 lines and changed 3 times in the last 90 days; only one person active in that time has written or "
        "reviewed a change of it, bulk changes aside."
    )
    # 400 lines at the pace of 2,400 a day, and one chance in five of losing the person: little, but not nothing.
    assert action["days_saved"] == 0.1
    assert "ana" not in str(action.values())


def test_who_works_alone_has_nobody_to_share_with() -> None:
    story = Story().head(400, "src/pay/card.py")
    for days in (40, 30, 20):
        story.commit("ana", days, "src/pay/card.py")
    assert story.actions() == []


def test_no_file_is_at_risk_that_two_active_people_know() -> None:
    story = Story().head(400, "src/pay/card.py")
    for days, person in ((40, "ana"), (30, "bob"), (20, "ana")):
        story.commit(person, days, "src/pay/card.py")
    assert story.actions() == []


def test_files_at_risk_of_one_folder_are_one_action() -> None:
    story = Story().colleague().head(400, "src/pay/a.py", "src/pay/b.py", "src/pay/deep/c.py")
    for days in (40, 30, 20):
        story.commit("ana", days, "src/pay/a.py", "src/pay/b.py", "src/pay/deep/c.py")
    actions = {action["rule"]: action for action in story.actions()}
    assert actions["file_at_risk"]["item_id"] == "git:acme/app:src/pay"
    assert actions["file_at_risk"]["title"] == (
        "3 source files in src/pay keep changing and only one active person knows each of them"
    )
    assert actions["file_at_risk"]["why"] == (
        "They have 1,200 lines and changed 9 times in the last 90 days, most of all a.py, b.py, deep/c.py; for each, "
        "only one person active in that time has written or reviewed a change of it, bulk changes aside."
    )


def test_files_that_only_programs_change_are_known_by_nobody() -> None:
    story = Story().colleague().head(2400, "src/pay/a.py", "src/pay/b.py").commit("cy", 25, "src/other.py")
    story.world.tables["people"] = [{"person_id": "robot", "is_bot": True}]
    for days in (40, 30, 20):
        story.commit("robot", days, "src/pay/a.py", "src/pay/b.py")
    (action,) = story.actions()
    assert action["title"] == "2 source files in src/pay keep changing and no active person knows any of them"
    assert action["next_step"] == "Ask who takes over src/pay/a.py, and let them review its next change."
    assert action["days_saved"] == 2.0
    story.commit("ana", 10, "src/pay/a.py")
    (action,) = story.actions()
    assert action["title"] == "2 source files in src/pay keep changing and at most one active person knows each of them"
    assert action["days_saved"] == 1.2


def test_tests_documentation_and_idle_files_are_no_risk() -> None:
    story = Story().head(400, "tests/test_a.py", "docs/a.md", "src/idle.py", "src/small.py")
    story.world.tables["head_files"][-1]["lines"] = 10
    for days in (40, 30, 20):
        story.commit("ana", days, "tests/test_a.py", "docs/a.md", "src/small.py")
    story.commit("ana", 300, "src/idle.py")
    assert story.actions() == []


def old_code(*, lines: int, idle: int = 2) -> Story:
    """One file that active people change, with so many lines each time, beside idle ones; all by somebody long gone."""
    others = [f"src/old/part{number}.py" for number in range(idle)]
    story = Story().head(900, "src/old/engine.py").head(10, *others)
    for days in range(400, 700, 10):
        story.commit("gone", days, "src/old/engine.py")
    story.commit("gone", 700, *others)
    for days, person in ((60, "ana"), (50, "bob"), (40, "ana"), (30, "bob"), (20, "cy")):
        story.commit(person, days, "src/old/engine.py", lines=lines)
    return story


def test_code_without_owner() -> None:
    (action,) = old_code(lines=1).actions()
    assert action["action_id"] == "code_without_owner:git:acme/app:src/old"
    assert action["why"] == (
        "Nobody who was active in the last 90 days is an author of any of its source files (3 files, 920 lines), and "
        "99 % of the lines were written by people who are not active any more; somebody active knows 1 file of them "
        "at all. The files changed 5 times in the last 12 months, most of all engine.py."
    )


def test_nobody_is_said_to_be_gone_while_lines_are_not_counted() -> None:
    story = Story().head(900, "src/old/engine.py")
    for days in (600, 500, 60, 50, 40, 30, 20):
        story.commit("gone" if days > 90 else f"new{days}", days, "src/old/engine.py")
    for row in story.world.tables["commit_files"]:
        row["additions"] = row["deletions"] = None
    assert "code_without_owner" not in story.rules()


def test_hotspot_heating() -> None:
    story = Story().head(2000, "src/hub.py").head(10, *(f"src/f{n}.py" for n in range(8)))
    story.commit("ana", 700, *(f"src/f{n}.py" for n in range(8)))
    for days in (500, 480, 460):
        story.commit("ana", days, "src/hub.py")
    for days in range(5, 65, 5):
        story.commit("ana" if days % 10 else "bob", days, "src/hub.py")
    for number in range(8):
        story.commit("ana", 100, f"src/f{number}.py")
    (action,) = story.actions()
    assert action["action_id"] == "hotspot_heating:git:acme/app:src/hub.py"
    assert action["why"] == (
        "It has 2,000 lines and changed 12 times in the last 12 months, 12 of them in the last 90 days, by 2 people; "
        "in the 12 months before it changed 3 times. Among the repository's hotspots it is number 1 of 2."
    )


def test_hidden_coupling_across_folders_but_not_with_tests() -> None:
    story = Story().head(50, "src/a/x.py", "src/b/y.py", "tests/test_x.py")
    for days in (100, 110, 120, 130, 140):
        story.commit("ana", days, "src/a/x.py", "src/b/y.py", "tests/test_x.py")
    (action,) = story.actions()
    assert action["action_id"] == "hidden_coupling:git:acme/app:src/a/x.py|src/b/y.py"
    assert action["title"] == "a/x.py and b/y.py change together"
    assert action["why"] == (
        "5 commits touched both src/a/x.py and src/b/y.py, 5 of them in the last 12 months: 100 % of the changes of "
        "the first and 100 % of the second."
    )
    scopes = [{"team": name, "kind": "path", "pattern": f"acme/app:src/{name}/**"} for name in "ab"]
    (action,) = story.actions(team_scopes=scopes)
    assert action["why"].endswith(" They belong to the teams a and b.")
    assert (action["responsibility"], action["days_saved"]) == ("bridging", 0.6)


def test_a_pair_of_paths_that_end_alike_is_named_in_full() -> None:
    story = Story().head(50, "one/api/x.py", "two/api/x.py")
    for days in (100, 110, 120, 130, 140):
        story.commit("ana", days, "one/api/x.py", "two/api/x.py")
    (action,) = story.actions()
    assert action["title"] == "one/api/x.py and two/api/x.py change together"


def test_key_person_is_not_named() -> None:
    paths = [f"src/part{n}/f.py" for n in range(12)]
    story = Story().head(90, *paths)
    for days in (40, 30):
        story.commit("ana", days, *paths)
    (action,) = story.actions()
    assert (action["rule"], action["item_kind"], action["url"]) == (
        "key_person",
        "repository",
        "https://github.com/acme/app",
    )
    assert "ana" not in str(action.values())
    assert action["title"] == "One person carries most of acme/app"
    assert action["why"] == (
        "If that person left, 12 of 12 source files (100 % of the lines) would have no active author. 1 person was "
        "active in the last 90 days, in which its files changed 24 times; the truck factor is 1, people who are gone "
        "included."
    )


@pytest.mark.parametrize(("last_release", "expected"), [(10, {}), (90, {"release_overdue": REPO})])
def test_release_overdue(last_release: int, expected: dict[str, str]) -> None:
    story = Story().head(10, "notes.txt")
    for number in range(12):
        story.commit("ana", 1 + number / 2, "notes.txt")
    story.world.tables["tags"] = [
        {"repo_id": REPO, "name": f"v1.{n}", "sha": str(n), "tagged_at": AS_OF - timedelta(days=last_release + 30 * n)}
        for n in range(12)
    ]
    assert story.rules() == expected
    for action in story.actions():
        assert action["why"] == (
            "12 commits wait since v1.0, which is 90 days old; 11 of the last 11 gaps between releases were shorter, "
            "and the median gap is 30 days."
        )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (wording.number(pl.lit(999)), "999"),
        (wording.number(pl.lit(1000)), "1,000"),
        (wording.number(pl.lit(123456)), "123,456"),
        (wording.number(pl.lit(1234567.6)), "1,234,568"),
        (wording.counted(pl.lit(1), "person", "people"), "1 person"),
        (wording.counted(pl.lit(30045), "line"), "30,045 lines"),
        (wording.percent(pl.lit(0.996)), "99 %"),
        (wording.percent(pl.lit(0.001)), "1 %"),
        (wording.percent(pl.lit(1.0)), "100 %"),
        (wording.percent(pl.lit(0.955)), "96 %"),
        (wording.short(pl.lit("a/b/c.py")), "b/c.py"),
        (wording.short(pl.lit("c.py")), "c.py"),
    ],
)
def test_numbers_in_words(expression: pl.Expr, expected: str) -> None:
    assert pl.select(expression).item() == expected


def test_at_most_three_of_a_rule_and_ten_of_a_team() -> None:
    story = Story().colleague()
    for number in range(8):
        path = f"src/part{number}/f.py"
        story.head(200 + number, path)
        for days in (40, 30, 20):
            story.commit("ana", days, path)
    actions = story.actions()
    assert [action["rule"] for action in actions] == ["file_at_risk"] * 3
    assert [action["rank"] for action in actions] == [1, 2, 3]
    scopes = [{"team": "T", "kind": "path", "pattern": "acme/app:src/part0/**"}]
    by_team = [(action["team"], action["rank"]) for action in story.actions(team_scopes=scopes)]
    assert by_team == [("T", 1), (None, 1), (None, 2), (None, 3)]


@pytest.mark.parametrize(("lines", "proposed"), [(66, True), (70, False)])
def test_code_has_owners_where_a_tenth_of_it_is_by_active_people(lines: int, *, proposed: bool) -> None:
    assert ("code_without_owner" in old_code(lines=lines).rules()) is proposed


@pytest.mark.parametrize(("idle", "proposed"), [(0, False), (1, True)])
def test_code_that_active_people_know_needs_no_owner(idle: int, *, proposed: bool) -> None:
    assert ("code_without_owner" in old_code(lines=1, idle=idle).rules()) is proposed


@pytest.mark.parametrize(("before", "proposed"), [(2, False), (3, True), (6, True), (7, False)])
def test_a_hotspot_heats_when_its_changes_double(before: int, *, proposed: bool) -> None:
    story = Story().head(2000, "src/hub.py").head(10, *(f"src/f{n}.py" for n in range(8)))
    for day in range(before):
        story.commit("ana", 500 - day, "src/hub.py")
    for days in range(5, 65, 5):
        story.commit("ana" if days % 10 else "bob", days, "src/hub.py")
    for item in range(8):
        story.commit("ana", 100, f"src/f{item}.py")
    assert ("hotspot_heating" in story.rules()) is proposed


@pytest.mark.parametrize(("recent", "proposed"), [(4, False), (5, True)])
def test_coupling_of_the_past_is_no_news(recent: int, *, proposed: bool) -> None:
    story = Story().head(50, "src/a/x.py", "src/b/y.py")
    for day in range(8):
        story.commit("ana", 300 - day if day < recent else 400, "src/a/x.py", "src/b/y.py")
    assert ("hidden_coupling" in story.rules()) is proposed


@pytest.mark.parametrize(("own", "proposed"), [((6, 4, 2), True), ((5, 5, 2), False)])
def test_a_key_person_is_the_only_author_of_half_the_lines(own: tuple[int, ...], *, proposed: bool) -> None:
    story = Story()
    for person, count in zip(("ana", "bob", "cy"), own, strict=True):
        paths = [f"src/{person}{number}/f.py" for number in range(count)]
        story.head(90, *paths).commit(person, 40, *paths).commit(person, 30, *paths)
    assert ("key_person" in story.rules()) is proposed


Proposal = tuple[str, str, float, float]


def both(*proposals: Proposal, kind: str = "file", before: pl.DataFrame | None = None) -> list[pl.DataFrame]:
    """The actions chosen of proposals of (rule, item, days saved, confidence), and the history with them."""
    rows = [
        {"rule": rule, "item_kind": kind, "item_id": item, "repo_id": REPO, "days_saved": days, "confidence": sure}
        for rule, item, days, sure in proposals
    ]
    schema = ActionCandidates.create_empty().schema
    candidates = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    record = (ActionHistory.create_empty() if before is None else before).lazy()
    found = actions(candidates.lazy(), frame("repositories", []).lazy(), record, as_of=AS_OF, zone="UTC").collect()
    return [found, action_history(found.lazy(), candidates.lazy(), record, as_of=AS_OF).collect()]


def chosen(*proposals: Proposal, kind: str = "file", before: pl.DataFrame | None = None) -> list[tuple[str, int]]:
    """The actions chosen, in order, with their rank."""
    return both(*proposals, kind=kind, before=before)[0].select("action_id", "rank").rows()


def test_ten_of_a_team_and_three_of_a_rule_are_chosen() -> None:
    proposals = [(f"r{rule}", f"{rule}{item}", 5.0 - rule - item / 10, 0.5) for rule in range(4) for item in range(4)]
    expected = [f"r{rule}:{rule}{item}" for rule in range(4) for item in range(3)][:10]
    assert chosen(*proposals) == [(action, rank) for rank, action in enumerate(expected, 1)]


def test_what_is_worth_most_comes_first_and_an_item_only_once() -> None:
    proposals = [("a", "x", 3.0, 0.2), ("b", "x", 1.0, 0.9), ("a", "y", 2.0, 0.4), ("b", "z", 0.7, 1.0)]
    assert chosen(*proposals) == [("b:x", 1), ("a:y", 2), ("b:z", 3)]


def test_what_is_said_of_a_whole_repository_hides_nothing_else_of_it() -> None:
    proposals = [("a", "x", 3.0, 0.2), ("b", "x", 1.0, 0.9)]
    assert chosen(*proposals, kind="repository") == [("b:x", 1), ("a:x", 2)]


def shown(*ids: str, days_ago: float) -> pl.DataFrame:
    """The history of actions that were shown for the first time so long ago, and last then."""
    schema = ActionHistory.create_empty().schema
    at = AS_OF - timedelta(days=days_ago)
    rows = [{"action_id": name, "first_seen_at": at, "last_seen_at": at} for name in ids]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema)


def test_at_most_ten_of_a_team_are_news_in_a_week() -> None:
    proposals = [(f"r{n}", f"i{n}", 5.0 - n / 10, 0.5) for n in range(8)]
    monday = AS_OF - timedelta(days=AS_OF.weekday())
    this_week, last_week = (AS_OF - monday).days / 2, (AS_OF - monday).days + 1
    others = [f"old:{n}" for n in range(7)]

    # Seven were shown this week, whatever became of them: three more may come, the best ones.
    assert len(chosen(*proposals, before=shown(*others, days_ago=this_week))) == 3
    assert len(chosen(*proposals, before=shown(*others, days_ago=last_week))) == 8
    # What was shown before stays while it is true, and takes its place by what it is worth.
    kept = shown(*others, "r7:i7", days_ago=this_week)
    assert [name for name, _ in chosen(*proposals, before=kept)] == ["r0:i0", "r1:i1", "r7:i7"]


def test_what_was_shown_is_remembered_with_its_end() -> None:
    before = shown("r0:i0", "gone:x", "r9:i9", days_ago=30)
    many = [(f"r{n}", f"i{n}", 5.0 - n / 10, 0.5) for n in range(11)]
    history = both(*many, before=before)[1]
    ends = {row["action_id"]: (row["how"], row["closed_at"]) for row in history.rows(named=True)}
    assert ends["gone:x"] == ("no_longer_true", AS_OF)
    assert ends["r0:i0"] == (None, None)
    assert ends["r9:i9"] == (None, None)
    assert "r10:i10" not in ends, "it was never shown"
    outranked = both(*many, ("r11", "i11", 9.0, 1.0), before=history)[1]
    told = {row["action_id"]: row["how"] for row in outranked.rows(named=True)}
    assert (told["r11:i11"], told["r9:i9"]) == (None, "outranked"), "it is still true, and no longer among the ten"
    # What was closed keeps the time of that, and is open again when it comes back.
    again = both(*many, ("gone", "x", 9.0, 1.0), before=history)[1].filter(pl.col("action_id") == "gone:x")
    assert again.select("closed_at", "how", "first_seen_at").row(0) == (None, None, AS_OF - timedelta(days=30))
    later = both(("r0", "i0", 1.0, 1.0), before=history.with_columns(pl.col("closed_at") - timedelta(days=3)))[1]
    closed = dict(later.select("action_id", "closed_at").iter_rows())
    assert (closed["gone:x"], closed["r9:i9"]) == (AS_OF - timedelta(days=3), AS_OF)


def test_every_rule_about_code_is_tried_here() -> None:
    of_others = {
        "pull_request_flow",
        "waiting_changes",
        "deployments",
        "ci_workflows",
        "ticket_flow",
        "coordination",
        "parent_scope",
        "new_forecasts",
    }
    assert {rule.name for rule in RULES if of_others.isdisjoint(rule.propose.inputs)} == OF_GIT
