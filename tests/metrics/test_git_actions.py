"""Every rule proposes where it should, and keeps quiet where it should not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from git_worlds import Row, World, run

from metrics.catalogue import RULES

REPO = "git:acme/app"
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
        "src/pay/card.py (400 lines) changed 3 times in the last 90 days, and only one person who wrote or reviewed "
        "changes before is still active."
    )
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
        "3 source files in src/pay are in active use and only one person still knows each"
    )


def test_tests_documentation_and_idle_files_are_no_risk() -> None:
    story = Story().head(400, "tests/test_a.py", "docs/a.md", "src/idle.py", "src/small.py")
    story.world.tables["head_files"][-1]["lines"] = 10
    for days in (40, 30, 20):
        story.commit("ana", days, "tests/test_a.py", "docs/a.md", "src/small.py")
    story.commit("ana", 300, "src/idle.py")
    assert story.actions() == []


def test_code_without_owner() -> None:
    story = Story().head(900, "src/old/engine.py")
    for days in range(400, 700, 10):
        story.commit("gone", days, "src/old/engine.py")
    for days, person in ((60, "ana"), (50, "bob"), (40, "ana"), (30, "bob"), (20, "cy")):
        story.commit(person, days, "src/old/engine.py", lines=1)
    assert story.rules() == {"code_without_owner": "git:acme/app:src/old"}


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
    assert story.rules() == {"hotspot_heating": "git:acme/app:src/hub.py"}


def test_hidden_coupling_across_folders_but_not_with_tests() -> None:
    story = Story().head(50, "src/a/x.py", "src/b/y.py", "tests/test_x.py")
    for days in (100, 110, 120, 130, 140):
        story.commit("ana", days, "src/a/x.py", "src/b/y.py", "tests/test_x.py")
    assert story.rules() == {"hidden_coupling": "git:acme/app:src/a/x.py|src/b/y.py"}


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


def test_every_rule_is_tried_here() -> None:
    assert {rule.name for rule in RULES} == {
        "file_at_risk",
        "code_without_owner",
        "hotspot_heating",
        "hidden_coupling",
        "key_person",
        "release_overdue",
    }
