"""From the reports of an id, in the order they were made, to the row that they describe.

The last report wins, and what it leaves out keeps its earlier value.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from leadline.inbox.reports import FINAL, Kind, Report

Row = dict[str, object]
"""Columns of the table, and `repository` and `ticket` where a report names them: the ids are found later."""

KEY: dict[Kind, str] = {"deployment": "deployment_id", "incident": "incident_id"}
"""The primary key of the table that a kind of report becomes a row of."""
PRODUCTION = "production"
"""The environment of a deployment that names none."""


def folded(
    kind: Kind, reports: Iterable[Report], known: Mapping[str, Mapping[str, object]], source: str
) -> dict[str, Row]:
    """Return the rows of all reports of a kind, by id; `known` are rows that earlier reports made."""
    rows: dict[str, Row] = {}
    for report in reports:
        if report["kind"] == kind:
            native = f"{source}:{report['id']}"
            row = rows.setdefault(native, {KEY[kind]: native, **known.get(native, {})})
            _STEP[kind](row, report)
    return rows


def instant(text: str) -> datetime:
    """Return an instant of a report as the warehouse stores it: UTC, without a zone."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _deployment(row: Row, report: Report) -> None:
    before, status = row.get("status"), report.get("status")
    if status is None and "finished_at" in report and before not in FINAL:
        status = "success"
    _take(row, report, ("repository", "environment", "sha", "ref", "url"), ("started_at", "finished_at"))
    if status is None and before is None:
        status = "in_progress" if row.get("started_at") and not row.get("finished_at") else "success"
    if status is not None:
        row["status"] = status
    # Without a time of its own, an outcome is as old as the first report of it.
    succeeds = status == "success" != before
    if "finished_at" not in report and (succeeds or (status in FINAL and not row.get("finished_at"))):
        row["finished_at"] = instant(report["reported_at"])
    row["environment"] = row.get("environment") or PRODUCTION
    row["rung"] = "deployment"


def _incident(row: Row, report: Report) -> None:
    _take(row, report, ("repository", "ticket", "severity", "title", "url"), ("opened_at", "resolved_at"))
    if not row.get("opened_at") and "resolved_at" not in report:
        row["opened_at"] = instant(report["reported_at"])


_STEP = {"deployment": _deployment, "incident": _incident}


def _take(row: Row, report: Report, texts: Iterable[str], instants: Iterable[str]) -> None:
    row.update({name: report[name] for name in texts if name in report})
    row.update({name: instant(report[name]) for name in instants if name in report})
