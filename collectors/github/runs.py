"""Workflow runs: REST tells them by windows of time, and at most 1,000 of a window.

Nothing tells when a run of long ago was started again, so the last days are looked at once more each time.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from collectors.github.client import Client
from collectors.github.errors import Forbidden
from collectors.github.units import Repository, payload
from collectors.rows import instant
from warehouse.tables import Payload

STREAM = "ci_runs"
MOST_TOLD = 1000
"""GitHub tells no more runs of one window."""
AT_A_TIME = 100
LONGEST = timedelta(days=400)
"""GitHub keeps runs for so long."""
OVERLAP = timedelta(days=3)
"""Runs that began so long before the last look may have gone on, or been started again."""
MOST_ATTEMPTS = 100
"""Earlier attempts that are asked for in one window: each costs a request."""


@dataclass(frozen=True)
class Window:
    """A part of time, both ends included, to the second."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ}..{self.end:%Y-%m-%dT%H:%M:%SZ}"

    def parts(self, number: int) -> list["Window"]:
        """The window cut into parts of equal length, to the second."""
        seconds = int((self.end - self.start).total_seconds()) + 1
        edges = [self.start + timedelta(seconds=seconds * part // number) for part in range(number + 1)]
        second = timedelta(seconds=1)
        return [Window(a, b - second) for a, b in pairwise(edges) if b > a]


def windows(client: Client, repository: Repository, window: Window) -> Iterator[tuple[Window, list[Payload], int]]:
    """Every window with at most 1,000 runs, oldest first, its answers, and how many attempts were left out.

    Raises Forbidden where the runs cannot be read.
    """
    path = f"{repository.path}/actions/runs"
    first = client.rest(path, {"created": str(window), "per_page": AT_A_TIME}, owner=repository.owner)
    total = int(first.body["total_count"])
    if total > MOST_TOLD and window.end > window.start:
        for part in window.parts(max(2, -(-total // (MOST_TOLD * 9 // 10)))):
            yield from windows(client, repository, part)
        return
    payloads = [payload({"runs": str(window), "repository": repository.name}, first)]
    document = first
    while document.next:
        document = client.rest(document.next, owner=repository.owner)
        payloads.append(payload({"runs": str(window), "repository": repository.name}, document))
    earlier = [
        (run["id"], attempt) for run in runs_in(payloads) for attempt in range(1, int(run.get("run_attempt") or 1))
    ]
    for run_id, attempt in earlier[:MOST_ATTEMPTS]:
        try:
            document = client.rest(f"{path}/{run_id}/attempts/{attempt}", owner=repository.owner)
        except Forbidden:  # attempts are kept for a shorter time than runs
            continue
        payloads.append(payload({"attempt": attempt, "repository": repository.name}, document))
    yield window, payloads, max(len(earlier) - MOST_ATTEMPTS, 0)


def runs_in(payloads: Sequence[Payload]) -> Iterator[dict[str, Any]]:
    """Every run, and every attempt, that the answers tell of."""
    for said in payloads:
        body = json.loads(said.body)
        yield from body.get("workflow_runs", [body])


def beginning(watermark: str | None, now: datetime, since: datetime | None, unfinished: Sequence[datetime]) -> datetime:
    """From when on runs are asked for: a little before the last look, and before the oldest run that goes on."""
    oldest = max(since or now - LONGEST, now - LONGEST)
    if watermark is None:
        return oldest
    looked = instant(watermark) or oldest
    return max(min(looked - OVERLAP, *unfinished, looked), oldest)
