"""The cycle times of jira-agile-metrics, for `ticket_flow.py`: issues come as JSON on stdin, the result goes to stdout.

Runs in an interpreter of its own, which has jira-agile-metrics and not leadline.
"""

import json
import sys
import time
from types import SimpleNamespace
from typing import Any

from jira_agile_metrics.calculators.cycletime import CycleTimeCalculator
from jira_agile_metrics.querymanager import QueryManager

SETTINGS: dict[str, Any] = {
    "cycle": [
        {"name": "Backlog", "type": "backlog", "statuses": ["Backlog", "Selected"]},
        {"name": "In Progress", "type": "accepted", "statuses": ["In Progress", "Blocked"]},
        {"name": "In Review", "type": "accepted", "statuses": ["In Review"]},
        {"name": "Done", "type": "complete", "statuses": ["Done"]},
    ],
    "attributes": {},
    "backlog_column": "Backlog",
    "done_column": "Done",
    "query_attribute": None,
    "queries": [{"jql": "everything"}],
}


def main() -> None:
    """Build the objects that the client library would give, and time what is made of them."""
    issues = [_issue(row) for row in json.load(sys.stdin)]
    fields = [{"id": "status", "name": "status"}, {"id": "flagged", "name": "Flagged"}]
    jira = SimpleNamespace(
        fields=lambda: fields,
        search_issues=lambda *_, **__: issues,
        _options={"server": "https://jira.example"},
    )
    started = time.perf_counter()
    manager = QueryManager(jira, {"attributes": {}, "known_values": {}, "max_results": False})
    frame = CycleTimeCalculator(manager, SETTINGS, {}).run()
    seconds = time.perf_counter() - started
    known = int(frame["cycle_time"].notna().sum())
    result = {"tickets": len(frame), "cycle_times": known, "seconds": round(seconds, 2)}
    print(json.dumps({**result, "tickets_a_second": round(len(frame) / seconds)}))


def _issue(row: dict[str, Any]) -> SimpleNamespace:
    named = {name: SimpleNamespace(name=row[column]) for name, column in (("issuetype", "type"), ("status", "status"))}
    histories = [
        SimpleNamespace(
            created=move["at"],
            items=[SimpleNamespace(field="status", fromString=move["old"], toString=move["new"])],
        )
        for move in row["moves"]
    ]
    return SimpleNamespace(
        key=row["key"],
        fields=SimpleNamespace(summary=row["title"], created=row["created_at"], resolution=None, flagged=None, **named),
        changelog=SimpleNamespace(histories=histories),
    )


if __name__ == "__main__":
    main()
