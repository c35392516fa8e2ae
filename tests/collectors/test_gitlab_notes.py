"""What the notes say that GitLab itself writes."""

from datetime import datetime, timedelta

import pytest

from collectors.gitlab import mentions, notes, statuses
from collectors.gitlab.notes import Change, Event, Link
from collectors.gitlab.statuses import Turn

LABELS = {"5": "bug", "6": "workflow::in dev"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("marked this merge request as **draft**", [Event("converted_to_draft")]),
        ("marked this merge request as **draft** from 0a1b2c3d", [Event("converted_to_draft")]),
        ("marked this merge request as **ready**", [Event("ready_for_review")]),
        ("marked as a **Work In Progress**", [Event("converted_to_draft")]),
        ("unmarked as a **Work In Progress**", [Event("ready_for_review")]),
        ("requested review from @ana", [Event("review_requested", "ana")]),
        (
            "requested review from @ana, @ben.smith, and @cleo-x and removed review request for @dora",
            [
                Event("review_requested", "ana"),
                Event("review_requested", "ben.smith"),
                Event("review_requested", "cleo-x"),
                Event("review_request_removed", "dora"),
            ],
        ),
        ("assigned to @ana and unassigned @ben", [Event("assigned", "ana"), Event("unassigned", "ben")]),
        ("approved this merge request", [Event("approved")]),
        ("unapproved this merge request", [Event("unapproved")]),
        ("requested changes", [Event("changes_requested")]),
        (
            "reset approvals from @ana and @ben by pushing to the branch",
            [Event("approval_reset", "ana"), Event("approval_reset", "ben")],
        ),
        ("added 1 commit\n\n<ul><li>abbe0ab2 - add first bit</li></ul>", [Event("pushed")]),
        ("added 12 new commits", [Event("pushed")]),
        ("merged", [Event("merged")]),
        ("closed", [Event("closed")]),
        ("closed via merge request !3", [Event("closed")]),
        ("reopened", [Event("reopened")]),
        ("started a merge train", [Event("queued")]),
        ("added this merge request to the merge train at position 2", [Event("queued")]),
        ("removed this merge request from the merge train because it failed", [Event("dequeued")]),
        ("enabled an automatic merge when the pipeline for abc succeeds", [Event("auto_merge_enabled")]),
        ("canceled the automatic merge", [Event("auto_merge_disabled")]),
        ("changed title from **a** to **b**", [Event("renamed")]),
        ("changed target branch from `a` to `b`", [Event("base_changed")]),
        ("resolved all threads", [Event("threads_resolved")]),
        ("added ~5 label", [Event("labeled")]),
        ("removed ~5 label", [Event("unlabeled")]),
        ("mentioned in commit da1d6dea48f5972ffc683da6cff30934e7d6c52c", []),
        ("changed the description", []),
        ("marked the task **Readme** as completed", []),
        ("", []),
    ],
)
def test_events_of_merge_requests(body: str, expected: list[Event]) -> None:
    assert list(notes.events(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("closed", [Change("status", "open", "closed")]),
        ("closed via commit 0a1b2c3d", [Change("status", "open", "closed")]),
        ("reopened", [Change("status", "closed", "open")]),
        ("added ~5 ~6 labels", [Change("labels", None, "bug"), Change("labels", None, "workflow::in dev")]),
        ("removed ~5 label", [Change("labels", "bug", None)]),
        ("added ~6 and removed ~5 labels", [Change("labels", None, "workflow::in dev"), Change("labels", "bug", None)]),
        ('added ~"two words" label', [Change("labels", None, "two words")]),
        ("added ~99 label", [Change("labels", None, "~99")]),
        ("added 1 deleted label", []),
        ("changed title from **Old {-nam-}e** to **Old {+on+}e**", [Change("title", "Old name", "Old one")]),
        ("changed milestone to %3", [Change("milestone", None, "%3")]),
        ('changed milestone to %"v 1"', [Change("milestone", None, "v 1")]),
        ("removed milestone %3", [Change("milestone")]),
        ("changed weight to **3**", [Change("weight", None, "3")]),
        ("changed weight to **3** from **2**", [Change("weight", "2", "3")]),
        ("removed the weight", [Change("weight")]),
        ("changed iteration to *iteration:9", [Change("iteration", None, "9")]),
        ('changed iteration to *iteration:"Sprint 9"', [Change("iteration", None, "Sprint 9")]),
        ("removed iteration *iteration:9", [Change("iteration")]),
        ("changed due date to February 1, 2026", [Change("due_on", None, "February 1, 2026")]),
        ("removed due date February 1, 2026", [Change("due_on")]),
        ("changed the description", [Change("description")]),
        ("assigned to @ana and unassigned @ben", [Change("assignee", None, "ana"), Change("assignee", "ben", None)]),
        ("marked this issue as blocked by #5", [Change("links", None, "#5")]),
        ("removed the relation with acme/app#5", [Change("links", "acme/app#5")]),
        ("mentioned in merge request !7", [Change("cross_reference", None, "!7")]),
        ("changed health status to **on track**", []),
    ],
)
def test_changes_of_issues(body: str, expected: list[Change]) -> None:
    assert list(notes.changes(body, LABELS)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("marked this issue as blocked by #5", Link("#5", "is_blocked_by")),
        ("marked this issue as blocking acme/sub/app#5", Link("acme/sub/app#5", "blocks")),
        ("marked this issue as related to #5", Link("#5", "relates")),
        ("removed the relation with #5", Link("#5", None)),
        ("mentioned in issue #5", None),
    ],
)
def test_links_of_issues(body: str, expected: Link | None) -> None:
    assert notes.link(body) == expected


@pytest.mark.parametrize(
    ("label", "begun"),
    [
        ("Doing", True),
        ("In Progress", True),
        ("workflow::in dev", True),
        ("workflow::5 - development", True),
        ("workflow::in review", True),
        ("status::doing", True),
        ("To Do", False),
        ("workflow::4 - scheduled", False),
        ("windowing", False),
        ("developer experience", False),
        (None, False),
    ],
)
def test_labels_that_say_that_work_has_begun(label: str | None, begun: bool) -> None:
    assert statuses.says_begun(label) is begun


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Closes #4, #6, acme/sub/lib#7 and #8", ["#4", "#6", "acme/sub/lib#7", "#8"]),
        ("Fixes: https://gitlab.com/acme/app/-/issues/9", ["acme/app#9"]),
        ("Implements APP-12", ["APP-12"]),
        ("resolved issues #1 and #2", ["#1", "#2"]),
        ("See #4", []),
        ("Related to #4, closes nothing", []),
        (None, []),
    ],
)
def test_what_a_description_says_that_it_closes(text: str | None, expected: list[str]) -> None:
    whole = [f"acme/here{one}" if one.startswith("#") else one for one in expected]
    assert list(mentions.closing(text, "acme/here")) == whole


def test_references_with_any_number_of_groups() -> None:
    text = "Like acme/sub/deep/app#3, !4, &5 and https://lab.example/acme/app/-/work_items/6 for UTF-8"
    assert list(mentions.in_text(text, "acme/here")) == ["acme/sub/deep/app#3", "acme/app#6", "UTF-8"]


def test_a_close_without_a_note_is_when_it_was_closed_whatever_was_written_afterwards() -> None:
    made, noon = (datetime.fromisoformat(f"2026-03-02T{hour}:00:00") for hour in ("08", "12"))
    passed = statuses.intervals(
        "gitlab:acme/app#1",
        made,
        "ana",
        [
            Turn(made + timedelta(hours=1), "ben", "labels", None, "Doing"),
            Turn(made + timedelta(hours=1), "cleo", "milestone", None, "1.0"),
            Turn(noon + timedelta(hours=5), "cleo", "description", None, None),
            Turn(noon + timedelta(hours=6), "cleo", "labels", "Doing", None),
        ],
        noon,
    )
    assert [(row["status"], row["entered_at"], row["left_at"], row["actor_id"]) for row in passed] == [
        ("open", made, made + timedelta(hours=1), "ana"),
        ("Doing", made + timedelta(hours=1), noon, "ben"),
        ("closed", noon, None, None),
    ]
