"""Who is in which team, and who says so."""

from typing import Any

import pytest
from coordination_worlds import ALWAYS, AS_OF, DAY, REPOSITORY, CoordinationWorld
from git_worlds import run

from metrics.catalogue import PIPELINES


def members(told: CoordinationWorld) -> list[tuple[Any, ...]]:
    return run(told.world.frames(), told.world.as_of, PIPELINES)["team_members"].rows()


def owned() -> CoordinationWorld:
    """CODEOWNERS gives f0 to core and f1 to web; ann works in both, ben seldom, the robot all the time."""
    told = CoordinationWorld()
    for position, (path, owners) in enumerate({"f0": "@acme/core", "f1": "@ann @acme/web", "f2": "@ben"}.items()):
        told.add("code_owners", repo_id=REPOSITORY, position=position, pattern=f"/src/{path}.py", owners=owners)
    for number in range(6):
        told.commit(AS_OF - number * DAY, "ann", "src/f0.py", "src/f2.py")
        told.commit(AS_OF - number * DAY, "robot", "src/f1.py")
    for number in range(4):
        told.commit(AS_OF - number * DAY, "ann", "src/f1.py")
        told.commit(AS_OF - number * DAY, "ben", "src/f1.py")
        told.commit(AS_OF - number * DAY, "cat", "src/f1.py", "src/f0.py", others=("dan",))
    return told


def test_without_configured_teams_work_in_owned_files_tells() -> None:
    told = owned()
    assert members(told) == [("core", "ann", ALWAYS, None, "code_owners")]
    told.commit(AS_OF, "ben", "src/f1.py")
    told.commit(AS_OF, "cat", "src/f0.py")
    assert members(told) == [
        ("core", "ann", ALWAYS, None, "code_owners"),
        ("core", "cat", ALWAYS, None, "code_owners"),
        ("web", "ben", ALWAYS, None, "code_owners"),
    ]


def test_old_work_and_bulk_changes_tell_nothing() -> None:
    told = CoordinationWorld()
    told.add("code_owners", repo_id=REPOSITORY, position=0, pattern="*", owners="@acme/core")
    for number in range(9):
        told.commit(AS_OF - (365 + number) * DAY, "ann", "src/f0.py")
        told.commit(AS_OF - number * DAY, "ben", "src/f0.py", *(f"many/{n}.py" for n in range(30)))
    assert members(told) == []


def test_what_is_configured_stands_alone() -> None:
    told = owned()
    told.team("blue", "ann", "ben", since=AS_OF - 9 * DAY, until=AS_OF - DAY)
    assert members(told) == [
        ("blue", person, AS_OF - 9 * DAY, AS_OF - DAY, "configuration") for person in ("ann", "ben")
    ]
    empty = owned()
    empty.team("blue")
    assert members(empty) == []


@pytest.mark.parametrize("project", ["APP", "acme/app"])
def test_projects_of_a_tracker_are_teams_where_nothing_else_is(project: str) -> None:
    told = CoordinationWorld()
    for number in range(5):
        told.ticket(AS_OF - (number + 3) * DAY, project, assignee_id="ann")
        told.ticket(AS_OF - (number + 3) * DAY, "OPS", assignee_id="ann" if number < 2 else "ben")
    expected = [("APP", "ann", ALWAYS, None, "ticket_project")] if project == "APP" else []
    assert members(told) == expected
    told.add("code_owners", repo_id=REPOSITORY, position=0, pattern="*", owners="@acme/core")
    assert members(told) == []
