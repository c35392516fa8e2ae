"""Changes of a status and the intervals between them, for every tracker."""

from datetime import datetime

from memory import Memory

from collectors.status_intervals import Entered, status_intervals
from tests.collectors.github_support import collected
from tests.collectors.github_world.server import serving
from tests.collectors.github_world.world import World


def at(hour: int) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{hour:02}:00")


def test_intervals_of_statuses() -> None:
    steps = [
        Entered(at(8), "open", "todo"),
        Entered(at(9), "doing", "in_progress", "a"),
        Entered(at(9), "open", "todo", "b"),
        Entered(at(10), "closed", "done", "c"),
        Entered(at(11), "closed", "done", "d"),
    ]
    rows = status_intervals("t", steps)
    assert [(row["status"], row["entered_at"], row["left_at"], row["actor_id"]) for row in rows] == [
        ("open", at(8), at(10), None),
        ("closed", at(10), None, "c"),
    ]


def test_a_label_that_is_put_on_and_taken_off_in_the_same_second_leaves_an_issue_as_it_was() -> None:
    world = World()
    issue = world.open_issue(world.repository("acme/app"), "ana")
    world.label(issue, "ana", "in progress")
    put_on = issue["timelineItems"][-1]
    taken_off = world.event(issue, "UnlabeledEvent", "ana", label=put_on["label"])
    taken_off["createdAt"] = put_on["createdAt"]
    with serving(world) as server:
        memory: Memory = collected(server)
    rows = memory.table("ticket_status_intervals").select("status", "left_at").rows()
    assert rows == [("open", None)]
    assert memory.table("tickets")["body_length"].to_list() == [len(issue["body"])]
