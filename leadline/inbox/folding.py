"""From the reports of an id, in the order they were made, to the rows that they describe.

The last report wins, and what it leaves out keeps its earlier value. Repositories count their deployments each on their
own: reports of one id that name several repositories make a row for each. One that names none belongs to the first.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from leadline.inbox.reports import FINAL, Kind, Report

Row = dict[str, object]
"""Columns of the table, and `repository` and `ticket` where a report names what is not there."""
Ids = Mapping[str, Mapping[str, str | None]]
"""For `repository` and `ticket`: the id of each name, None where it leads nowhere."""

KEY: dict[Kind, str] = {"deployment": "deployment_id", "incident": "incident_id"}
"""The primary key of the table that a kind of report becomes a row of."""
NAMED = {"repository": "repo_id", "ticket": "ticket_id"}
"""What a report calls by a name, and the column of its id."""


def folded(
    kind: Kind, reports: Iterable[Report], known: Mapping[str, Row], source: str, ids: Ids | None = None
) -> dict[str, Row]:
    """Return the rows of all reports of a kind, by id; `known` are rows that earlier reports made."""
    rows: dict[str, Row] = {}
    places: dict[str, list[str]] = {}
    for report in reports:
        if report["kind"] != kind:
            continue
        native = f"{source}:{report['id']}"
        if native not in places:
            places[native] = [key for key in sorted(known) if _is_of(key, native)]
            rows |= {key: dict(known[key]) for key in places[native]}
        named = {name: (ids or {}).get(name, {}).get(report[name]) for name in NAMED if name in report}
        key = _place(report, native, {key: rows[key] for key in places[native]}, named.get("repository"))
        if key not in rows:
            places[native] = sorted([*places[native], key])
            rows[key] = {KEY[kind]: key}
        _name(rows[key], report, named)
        _STEP[kind](rows[key], report)
    return rows


def _is_of(key: str, native: str) -> bool:
    return key == native or key.startswith(f"{native}@")


def _place(report: Report, native: str, rows: Mapping[str, Row], repo_id: str | None) -> str:
    """The key of the row that a report adds to: that of its repository, or one of none, or else a new one."""
    said = report.get("repository")
    if said is None or not rows:
        return next(iter(rows), native)
    for key, row in rows.items():
        if row.get("repo_id") == repo_id if repo_id else row.get("repository") == said:
            return key
    without = (key for key, row in rows.items() if not row.get("repo_id"))
    return next(without, f"{native}@{repo_id or said}")


def _name(row: Row, report: Report, named: Mapping[str, str | None]) -> None:
    """Fill the ids of what a report names; a name that leads nowhere is kept beside."""
    for name, native in named.items():
        row[NAMED[name]] = native
        row.pop(name, None)
        if native is None:
            row[name] = report[name]


def instant(text: str) -> datetime:
    """Return an instant of a report as the warehouse stores it: UTC, without a zone."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _deployment(row: Row, report: Report) -> None:
    before, status = row.get("status"), report.get("status")
    is_replaced = before == "success" and status == "inactive"
    if is_replaced:  # a later deployment took its place, which does not undo it
        report = {name: value for name, value in report.items() if name not in ("status", "finished_at")}
        status = None
    if status is None and "finished_at" in report and before not in FINAL:
        status = "success"
    _take(row, report, ("environment", "sha", "ref", "url"), ("started_at", "finished_at"))
    if status is None and before is None:
        status = "in_progress" if row.get("started_at") and not row.get("finished_at") else "success"
    if status is not None:
        row["status"] = status
    # Without a time of its own, an outcome is as old as the first report of it.
    succeeds = status == "success" != before
    if "finished_at" not in report and (succeeds or (status in FINAL and not row.get("finished_at"))):
        row["finished_at"] = instant(report["reported_at"])
    # What an environment is called is up to the configuration; one that is not named is production.
    row["is_production"] = None if row.get("environment") else True
    row["rung"] = "deployment"


def _incident(row: Row, report: Report) -> None:
    _take(row, report, ("severity", "title", "url"), ("opened_at", "resolved_at"))
    if not (row.get("opened_at") or row.get("resolved_at")):
        row["opened_at"] = instant(report["reported_at"])


_STEP = {"deployment": _deployment, "incident": _incident}


def _take(row: Row, report: Report, texts: Iterable[str], instants: Iterable[str]) -> None:
    row.update({name: report[name] for name in texts if name in report})
    row.update({name: instant(report[name]) for name in instants if name in report})
