"""What the pull request metrics should be, in plain Python: one pull request at a time, event by event."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from git_worlds import World

Row = dict[str, Any]
Paces = defaultdict[tuple[str, str, str | None], list[float]]
DAY = timedelta(days=1)
LOCK_LIKE = {"poetry.lock", "CHANGELOG.md", "vendor/c.js"}
CLASS_LIMITS = (("XS", 10), ("S", 50), ("M", 250), ("L", 1000))


def worked(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds from nine to half past five in Berlin, Monday to Friday."""
    if start is None or end is None:
        return None
    zone = ZoneInfo("Europe/Berlin")
    first, last = (at.replace(tzinfo=UTC) for at in (start, end))
    day = first.astimezone(zone).date()
    seconds = 0.0
    while day <= last.astimezone(zone).date():
        if day.weekday() < 5:
            opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in (time(9), time(17, 30)))
            seconds += max(0.0, (min(closes, last) - max(opens, first)).total_seconds())
        day += DAY
    return seconds


def flow(world: World) -> dict[str, Row]:
    """`metrics.pull_request_flow`, by pull request."""
    rows = {
        row["pr_id"]: _story(world, row) for row in world.tables["pull_requests"] if row["created_at"] <= world.as_of
    }
    _age(rows, world.as_of)
    return rows


def _of(world: World, table: str, pr_id: str) -> list[Row]:
    return [row for row in world.tables[table] if row["pr_id"] == pr_id]


def _first(times: list[datetime]) -> datetime | None:
    return min(times, default=None)


def _last(times: list[datetime]) -> datetime | None:
    return max(times, default=None)


def _story(world: World, pr: Row) -> Row:
    as_of, pr_id, author = world.as_of, pr["pr_id"], pr["author_id"]
    kinds = {row["person_id"]: row["kind"] for row in world.tables["people"]}
    out: Row = {"pr_id": pr_id, "repo_id": pr["repo_id"], "opened_at": pr["created_at"]}
    out["author_is_human"] = kinds.get(author, "human") == "human"
    out["teams"] = _teams(world, pr)
    out["team"] = min(out["teams"], default=None)
    merged, closed = pr.get("merged_at"), pr.get("closed_at")
    if pr["state"] == "merged" and merged is None:
        merged = closed
    out["merged_at"] = merged if merged and merged <= as_of else None
    out["state"] = "open"
    out["closed_at"] = None
    if out["merged_at"]:
        out["state"], out["closed_at"] = "merged", merged
    elif closed and closed <= as_of and pr["state"] != "open":
        out["state"], out["closed_at"] = "closed", closed
    elif not merged and not closed:
        out["state"] = pr["state"]
    until = out["closed_at"] or as_of
    objections = _verdicts(world, pr, out, kinds, until)
    _size(world, pr, out)
    _phases(out, objections)
    _deployed(world, pr, out)
    return out


def _teams(world: World, pr: Row) -> list[str]:
    """The author's teams at the opening."""
    memberships = [row for row in world.tables["team_members"] if row["person_id"] == pr["author_id"]]
    at = pr["created_at"]
    return sorted(
        {
            row["team"]
            for row in memberships
            if row["valid_from"] <= at and (row["valid_to"] is None or at < row["valid_to"])
        }
    )


def _verdicts(world: World, pr: Row, out: Row, kinds: dict[str, str], until: datetime) -> list[datetime]:
    """What was said and done up to the end; returns the objections."""
    pr_id, author = pr["pr_id"], pr["author_id"]
    reviews = [r for r in _of(world, "reviews", pr_id) if r["submitted_at"] <= until]
    comments = [c for c in _of(world, "comments", pr_id) if c["created_at"] <= until]
    human_reviews = [r for r in reviews if not _is_own(r, author) and kinds.get(r["reviewer_id"], "human") == "human"]
    human_comments = [c for c in comments if not _is_own(c, author) and kinds.get(c["author_id"], "human") == "human"]
    talk = [c for c in human_comments if not c["in_review"]]
    answers = [r["submitted_at"] for r in human_reviews] + [c["created_at"] for c in talk]
    out["first_answer_at"] = _first(answers)
    out["last_response_at"] = _last(answers)
    out["human_reviewers"] = len({r["reviewer_id"] for r in human_reviews})
    out["responders"] = len({r["reviewer_id"] for r in human_reviews} | {c["author_id"] for c in talk})
    out["human_comments"] = len(human_comments)
    out["review_comments"] = len([c for c in human_comments if c["in_review"]])
    by_ai = [
        r["submitted_at"]
        for r in reviews
        if r["reviewer_id"] != author and kinds.get(r["reviewer_id"]) in ("ai_reviewer", "ai_author")
    ] + [
        c["created_at"]
        for c in comments
        if not c["in_review"] and c["author_id"] != author and kinds.get(c["author_id"]) == "ai_reviewer"
    ]
    out["first_ai_response_at"] = _first(by_ai)
    out["reviewed_by_ai_only"] = bool(by_ai) and not answers
    out["merged_without_review"] = not answers if out["state"] == "merged" else None
    others = [r["submitted_at"] for r in reviews if not _is_own(r, author)]
    others += [c["created_at"] for c in comments if not c["in_review"] and not _is_own(c, author)]
    out["first_other_at"] = _first(others)

    _drafts(world, pr, out, until)
    approvals = [r["submitted_at"] for r in human_reviews if _stands(r, human_reviews)]
    out["first_review_at"] = _first([r["submitted_at"] for r in human_reviews])
    out["first_approval_at"], out["last_approval_at"] = _first(approvals), _last(approvals)
    out["objected"] = any(_objects(human_reviews, reviewer) for reviewer in {r["reviewer_id"] for r in human_reviews})
    out["approved"] = bool(approvals) and not out["objected"]
    commits = _of(world, "pull_request_commits", pr_id)
    objections = [
        r["submitted_at"]
        for r in human_reviews
        if r["state"] != "approved" and (not approvals or r["submitted_at"] < min(approvals))
    ]
    out["review_rounds"] = _rounds(objections, commits, approvals) if human_reviews else None
    written = [c["authored_at"] for c in commits] + ([pr["first_commit_at"]] if pr.get("first_commit_at") else [])
    out["first_commit_at"] = _first(written)
    applied = [c["committed_at"] for c in commits if c["committed_at"] <= until]
    out["last_commit_at"] = _last(applied)
    events = [e for e in _of(world, "pull_request_events", pr_id) if e["occurred_at"] <= until]
    out["first_review_request_at"] = _first([e["occurred_at"] for e in events if e["kind"] == "review_requested"])
    out["queued_at"] = _queued(events, out["merged_at"])
    own = [r["submitted_at"] for r in reviews if _is_own(r, author)]
    own += [c["created_at"] for c in comments if _is_own(c, author)]
    own += [*applied, pr["created_at"]]
    out["last_author_activity_at"] = _last(own)
    human_events = [e["occurred_at"] for e in events if kinds.get(e["actor_id"]) == "human"]
    said = [r["submitted_at"] for r in human_reviews] + [c["created_at"] for c in human_comments]
    out["last_activity_at"] = _last([*own, *human_events, *said])
    return objections


def _is_own(said: Row, author: str | None) -> bool:
    """Whether a review or comment is the author's: of two accounts that are gone nobody knows, but a verdict is not."""
    who = said.get("reviewer_id", said.get("author_id"))
    return who == author and not (who is None and said.get("state") in ("approved", "changes_requested"))


def _stands(review: Row, reviews: list[Row]) -> bool:
    """Whether a review is an approval whose reviewer took nothing back since."""
    return review["state"] == "approved" and not any(
        other["state"] in ("changes_requested", "dismissed")
        and other["reviewer_id"] == review["reviewer_id"]
        and other["submitted_at"] >= review["submitted_at"]
        for other in reviews
    )


def _objects(reviews: list[Row], reviewer: str) -> bool:
    """Whether the last verdict of one reviewer asks for changes, or one of several at that instant."""
    verdicts = [r for r in reviews if r["reviewer_id"] == reviewer and r["state"] not in ("commented", "pending")]
    last = _last([r["submitted_at"] for r in verdicts])
    return any(r["state"] == "changes_requested" for r in verdicts if r["submitted_at"] == last)


def _drafts(world: World, pr: Row, out: Row, until: datetime) -> None:  # noqa: C901 - a state machine
    turns = sorted(
        (e["occurred_at"], e["event_id"], e["kind"] == "converted_to_draft")
        for e in _of(world, "pull_request_events", pr["pr_id"])
        if e["kind"] in ("converted_to_draft", "ready_for_review")
    )
    is_draft = (not turns[0][2]) if turns else bool(pr["is_draft"])
    since, seconds = pr["created_at"], 0.0
    ready: list[list[datetime | None]] = [] if is_draft else [[since, None]]
    for at, _, to_draft in turns:
        if at > until or to_draft == is_draft:
            continue
        if is_draft:
            seconds += (at - since).total_seconds()
            ready.append([at, None])
        else:
            ready[-1][1] = at
        is_draft, since = to_draft, at
    if is_draft:
        seconds += max(0.0, (until - since).total_seconds())
    out["is_draft"], out["draft_since"], out["draft_seconds"] = is_draft, since if is_draft else None, seconds
    out["ready_since"] = None if is_draft else since
    answer = out["first_answer_at"]
    out["ready_at"], out["first_response_at"] = (ready[-1][0] if ready else None), answer
    if answer is None:
        return
    for start, end in ready:
        if start <= answer and (end is None or answer < end):
            out["ready_at"] = start
            return
    for start, _ in ready:
        if start > answer:
            out["ready_at"] = start
            if answer >= pr["created_at"]:
                out["first_response_at"] = start
            return


def _rounds(objections: list[datetime], commits: list[Row], approvals: list[datetime]) -> int:
    pushed = sorted(c["committed_at"] for c in commits if not approvals or c["committed_at"] < min(approvals))
    rounds = 0
    waiting: datetime | None = None
    left = sorted(objections)
    for at in pushed:
        while left and left[0] < at:
            waiting = left.pop(0)
        if waiting:
            rounds += 1
            waiting = None
    return rounds


def _queued(events: list[Row], merged: datetime | None) -> datetime | None:
    if merged is None:
        return None
    queued = _last([e["occurred_at"] for e in events if e["kind"] == "queued"])
    left = [
        e["occurred_at"]
        for e in events
        if e["kind"] == "dequeued" and e["occurred_at"] < merged - timedelta(seconds=60)
    ]
    return queued if queued and (not left or queued > max(left)) else None


def _size(world: World, pr: Row, out: Row) -> None:
    generated = {
        row["path"]: row["is_generated"] for row in world.tables["head_files"] if row["repo_id"] == pr["repo_id"]
    }
    files = _of(world, "pull_request_files", pr["pr_id"])
    known = [f["additions"] + f["deletions"] for f in files if f["additions"] is not None]
    by_hand = [
        f["additions"] + f["deletions"]
        for f in files
        if f["additions"] is not None and f["path"] not in LOCK_LIKE and not generated[f["path"]]
    ]
    told = pr["additions"] + pr["deletions"] if pr["additions"] is not None else None
    changed = pr.get("changed_files")
    complete = bool(known) and (changed is None or len(files) >= changed)
    size = sum(by_hand) if complete else told
    out["size_lines"] = size
    out["size_class"] = None if size is None else next((name for name, limit in CLASS_LIMITS if size <= limit), "XL")
    out["files"] = changed if changed is not None else (len(files) or None)


def _span(out: Row, name: str, start: datetime | None, end: datetime | None, reason: str | None) -> None:
    seconds = (end - start).total_seconds() if start and end else None
    if reason is None and seconds is not None and seconds < 0:
        reason = "clock_negative"
    out[f"{name}_seconds"] = None if reason else seconds
    out[f"{name}_reason"] = reason
    out[f"{name}_working_seconds"] = None if reason else worked(start, end)


def _unmerged(out: Row) -> str | None:
    if out["state"] == "merged":
        return None if out["merged_at"] else "merge_time_unknown"
    return {"open": "not_finished", "closed": "not_merged"}[out["state"]]


def _phases(out: Row, objections: list[datetime]) -> None:
    commit, ready, answer, merged = (
        out[name] for name in ("first_commit_at", "ready_at", "first_response_at", "merged_at")
    )
    is_open = out["state"] == "open"
    unmerged = _unmerged(out)
    approval = max(out["last_approval_at"], answer) if out["last_approval_at"] else None
    pending = "not_finished" if is_open else None
    reason = None
    if commit is None:
        reason = "first_commit_unknown"
    elif ready is None:
        reason = pending or "never_ready"
    _span(out, "coding", commit, ready, reason)
    reason = None
    if answer is None:
        reason = pending or "no_review"
    elif ready is None:
        reason = pending or "never_ready"
    _span(out, "pickup", ready, answer, reason)
    _span(out, "review", answer, approval or merged, unmerged or (None if answer else "no_review"))
    unapproved = unmerged or (None if approval else "no_approval")
    queued = max(out["queued_at"], approval) if out["queued_at"] and approval else None
    _span(out, "merge_wait", approval, queued or merged, unapproved)
    _span(out, "queue_wait", queued, merged, unapproved or (None if queued else "not_queued"))
    _span(out, "cycle", commit, merged, unmerged or (None if commit else "first_commit_unknown"))
    _aside(out)
    first = out["first_approval_at"]
    reason = None
    if first is None and is_open:
        reason = "not_finished"
    elif out["first_review_at"] is None:
        reason = "no_review"
    elif first is None:
        reason = "no_approval"
    elif not objections:
        reason = "approved_at_once"
    _span(out, "rework", _first(objections), first, reason)


def _aside(out: Row) -> None:
    """How long a human took after an AI, and what was spent on what was closed."""
    ai, human, closed = out["first_ai_response_at"], out["first_answer_at"], out["closed_at"]
    reason = None
    if ai is None:
        reason = "no_ai_review"
    elif human is None:
        reason = "not_finished" if out["state"] == "open" else "no_review"
    elif human < ai:
        reason = "human_first"
    _span(out, "human_after_ai", ai, human, reason)
    reasons = {"open": "not_finished", "merged": "not_abandoned", "closed": None if closed else "end_unknown"}
    begun = min(out["first_commit_at"] or out["opened_at"], out["opened_at"])
    _span(out, "abandoned", begun, closed, reasons[out["state"]])


def _deployed(world: World, pr: Row, out: Row) -> None:
    """The default branch is one line: what a tag brought is what was merged since the tag before."""
    out["deployed_at"] = out["deployment_id"] = None
    repo_id = pr["repo_id"]
    order = [row["sha"] for row in world.tables["commits"] if row["repo_id"] == repo_id]
    tags = [row for row in world.tables["tags"] if row["repo_id"] == repo_id and row["tagged_at"] <= world.as_of]
    tags.sort(key=lambda row: (row["tagged_at"], row["name"]))
    reason = _unmerged(out)
    sha = pr.get("merge_sha")
    if reason is None:
        brought = [tag for tag in tags if sha in order and order.index(tag["sha"]) >= order.index(sha)]
        if brought:
            tag = brought[0]
            out["deployed_at"], out["deployment_id"] = tag["tagged_at"], f"{repo_id}:tag:{tag['name']}"
            reason = "first_deployment" if tag is tags[0] else None
        elif tags and sha is None:
            reason = "merge_commit_unknown"
        else:
            reason = "no_deployment"
    _span(out, "deploy_wait", out["merged_at"], out["deployed_at"], reason)
    commit = out["first_commit_at"]
    _span(out, "lead", commit, out["deployed_at"], reason or (None if commit else "first_commit_unknown"))


PHASES = {
    "draft": "draft_seconds",
    "pickup": "pickup_seconds",
    "review": "review_seconds",
    "merge": "merge_wait_seconds",
}


def _age(rows: dict[str, Row], as_of: datetime) -> None:
    paces: Paces = defaultdict(list)
    for row in rows.values():
        recent = row["merged_at"] and row["merged_at"] >= as_of - timedelta(days=180) and row["author_is_human"]
        for phase, column in PHASES.items():
            seconds = row[column]
            if recent and seconds is not None and not (phase == "draft" and seconds == 0):
                paces[row["repo_id"], phase, row["size_class"] or "?"].append(seconds)
                paces[row["repo_id"], phase, None].append(seconds)
    for row in rows.values():
        _age_one(row, paces, as_of)


def _phase(row: Row) -> tuple[str, datetime]:
    approval, answer = row["last_approval_at"], row["first_response_at"]
    if row["is_draft"]:
        return "draft", row["draft_since"]
    if answer is None:
        return "pickup", row["ready_at"]
    if row["approved"]:
        return "merge", max(approval, answer, row["ready_since"])
    return "review", max(answer, row["ready_since"])


def _age_one(row: Row, paces: Paces, as_of: datetime) -> None:
    row.update(phase=None, phase_since=None, age_seconds=None, is_at_risk=None, at_risk_reason="not_open")
    row.update(phase_p50_seconds=None, phase_p85_seconds=None)
    if row["state"] != "open":
        return
    row["phase"], row["phase_since"] = _phase(row)
    row["age_seconds"] = (as_of - row["phase_since"]).total_seconds()
    pace = paces[row["repo_id"], row["phase"], row["size_class"] or "?"] if row["size_class"] else []
    if len(pace) < 10:
        pace = paces[row["repo_id"], row["phase"], None]
    if len(pace) >= 5:
        row["phase_p50_seconds"] = float(np.percentile(pace, 50))
    if len(pace) >= 10:
        row["phase_p85_seconds"] = float(np.percentile(pace, 85))
    if not row["author_is_human"]:
        row["at_risk_reason"] = "author_not_human"
    elif row["phase_p85_seconds"] is None:
        row["at_risk_reason"] = "too_few_items"
    else:
        row["at_risk_reason"] = None
        row["is_at_risk"] = row["age_seconds"] > row["phase_p85_seconds"]


def definitions(row: Row) -> dict[tuple[str, str], float | None]:
    """Seconds by definition and phase, of one pull request of `flow`."""

    def between(start: datetime | None, end: datetime | None) -> float | None:
        if row["merged_at"] is None or start is None or end is None or end < start:
            return None
        return (end - start).total_seconds()

    commit, opened, merged = row["first_commit_at"], row["opened_at"], row["merged_at"]
    other, answer, asked = row["first_other_at"], row["first_answer_at"], row["first_review_request_at"]
    review, approval, last = row["first_review_at"], row["first_approval_at"], row["last_approval_at"]
    start = min(commit, opened) if commit else opened
    coding, deploy = between(commit, opened), row["deploy_wait_seconds"]
    ready = row["ready_at"]
    response = max(review, ready) if review and ready and review >= opened else review
    cycle = None
    if merged:
        cycle = (coding or 0) + (merged - opened).total_seconds() + (deploy or 0)
    own = ("coding", "pickup", "review", "merge_wait", "queue_wait", "deploy_wait", "cycle", "lead")
    return {
        **{("leadline", phase): row[f"{phase}_seconds"] for phase in own},
        ("devlake", "coding"): coding,
        ("devlake", "pickup"): between(opened, other),
        ("devlake", "review"): between(other, merged),
        ("devlake", "deploy"): deploy,
        ("devlake", "cycle"): None if cycle is None or cycle < 0 else cycle,
        ("middleware", "first_response"): between(ready, response),
        ("middleware", "rework"): between(review, approval),
        ("middleware", "merge"): between(approval, merged),
        ("middleware", "cycle"): between(row["ready_at"], merged),
        ("linearb", "coding"): coding,
        ("linearb", "pickup"): between(opened, answer),
        ("linearb", "review"): between(answer, merged),
        ("linearb", "deploy"): deploy,
        ("linearb", "cycle"): row["lead_seconds"],
        ("swarmia", "in_progress"): between(start, asked),
        ("swarmia", "in_review"): between(asked, last),
        ("swarmia", "merge"): between(last, merged),
        ("swarmia", "cycle"): between(start, merged),
        ("gitlab", "lead_time"): deploy,
    }


def edges(world: World, rows: dict[str, Row]) -> dict[tuple[str, str, str, date], tuple[int, int]]:
    """Reviews and comments by author, answerer, repository and week."""
    kinds = {row["person_id"]: row["kind"] for row in world.tables["people"]}
    authors = {row["pr_id"]: row["author_id"] for row in world.tables["pull_requests"]}
    said = [(r["pr_id"], r["reviewer_id"], r["submitted_at"], 0) for r in world.tables["reviews"]]
    said += [(c["pr_id"], c["author_id"], c["created_at"], 1) for c in world.tables["comments"]]
    counts: dict[tuple[str, str, str, date], list[int]] = {}
    for pr_id, person, at, what in said:
        row, author = rows.get(pr_id), authors[pr_id]
        if row is None or person == author or kinds.get(person) != "human" or kinds.get(author) != "human":
            continue
        if at <= (row["closed_at"] or world.as_of):
            here = local_day(at)
            week = here - timedelta(days=here.weekday())
            counts.setdefault((author, person, row["repo_id"], week), [0, 0])[what] += 1
    return {key: (reviews, comments) for key, (reviews, comments) in counts.items()}


def local_day(at: datetime) -> date:
    """The day of a UTC instant in Berlin."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin")).date()
