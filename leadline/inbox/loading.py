"""Reports from the inbox into the tables `deployments` and `incidents`, in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from leadline.inbox import SOURCE, naming
from leadline.inbox.box import Inbox, read
from leadline.inbox.folding import KEY, Row, folded
from leadline.inbox.reports import Kind, Report
from leadline.narration import Say
from warehouse.store import Warehouse
from warehouse.tables import CORE, Page, SourceTable

STREAM, SCOPE = "reports", "inbox"

UNKNOWN_REPOSITORY = "recorded_repository_unknown"
UNKNOWN_TICKET = "recorded_ticket_unknown"
UNREADABLE = "recorded_report_unreadable"

_TABLE: dict[Kind, str] = {"deployment": "deployments", "incident": "incidents"}

_LEADS_NOWHERE = f"""
    SELECT 1 FROM meta.repairs WHERE source = '{SOURCE}' AND "check" IN ('{UNKNOWN_REPOSITORY}', '{UNKNOWN_TICKET}')
    UNION ALL SELECT 1 FROM deployments WHERE source = '{SOURCE}'
        AND repo_id NOT IN (SELECT repo_id FROM repositories)
    UNION ALL SELECT 1 FROM incidents WHERE source = '{SOURCE}'
        AND (repo_id NOT IN (SELECT repo_id FROM repositories) OR ticket_id NOT IN (SELECT ticket_id FROM tickets))
    LIMIT 1
"""  # noqa: S608 - all of it is ours
"""A row where a report names a repository or ticket that was not there, or is there no more."""


def load_reports(warehouse: Warehouse, run_id: str, now: datetime, say: Say, *, again: bool = False) -> None:
    """Load the reports that wait in the inbox, then move their files to the archive.

    Usually only the new ones are read. All of them are read again, the archive included, where `again` asks for it,
    where a report named something that was not there, or where a file sorts before what is loaded already: a run ended
    between the commit and the move, or a call was slow. So the rows never depend on how the reports came in.
    """
    inbox = Inbox(warehouse.directory)
    new = inbox.waiting()
    reports = dict(_read(inbox, new, say))
    seen = warehouse.state(SOURCE).cursor(STREAM, SCOPE) or ""
    is_lost = not seen and bool(inbox.loaded())  # the warehouse was removed, the archive was not
    whole = (
        again or is_lost or any(file.name <= seen for file in reports) or not warehouse.query(_LEADS_NOWHERE).is_empty()
    )
    if whole:
        reports |= dict(_read(inbox, inbox.loaded(), say))
    if not (new or whole):
        return
    page = _page(warehouse, reports, seen=seen, refused=inbox.refused(), whole=whole)
    warehouse.load(page, source=SOURCE, run_id=run_id, now=now)
    inbox.archive(file for file in new if file in reports)
    told = {name: frame.height for name, frame in page.upserts.items() if frame.height}
    if told:
        items = ", ".join(f"{count:,} {name}" for name, count in told.items())
        say(f"{SOURCE}: {items}", detail=whole and not new, event="collected", source=SOURCE, items=told)


def _read(inbox: Inbox, files: Iterable[Path], say: Say) -> Iterator[tuple[Path, list[Report]]]:
    """The reports of each file; one that no report can have written is set aside."""
    for file in files:
        try:
            yield file, read(file)
        except ValueError as error:
            inbox.refuse(file)
            say(
                f"leadline: warning: {file.name} is no report and was moved to {inbox.refused_folder}: {error}",
                problem=True,
            )


def _page(
    warehouse: Warehouse, reports: Mapping[Path, Sequence[Report]], *, seen: str, refused: int, whole: bool
) -> Page:
    """The rows of the reports; with `whole`, they take the place of all that there are."""
    in_order = [report for file in sorted(reports, key=lambda file: file.name) for report in reports[file]]
    rows = {kind: folded(kind, in_order, {} if whole else _known(warehouse, kind, in_order), SOURCE) for kind in _TABLE}
    every = [row for of_kind in rows.values() for row in of_kind.values()]
    unknown = {
        UNKNOWN_REPOSITORY: _resolve(
            every,
            "repository",
            "repo_id",
            naming.repositories,
            warehouse.read("repositories", ["repo_id", "name", "url"]),
        ),
        UNKNOWN_TICKET: _resolve(
            every, "ticket", "ticket_id", naming.tickets, warehouse.read("tickets", ["ticket_id", "key", "url"])
        ),
        UNREADABLE: refused,
    }
    of_source = pl.DataFrame({"source": [SOURCE]})
    return Page(
        STREAM,
        SCOPE,
        restart=(STREAM,),
        deletes=dict.fromkeys(_TABLE.values(), of_source) if whole else {},
        upserts={table: _frame(table, list(rows[kind].values())) for kind, table in _TABLE.items()},
        cursor=max([seen, *(file.name for file in reports)]) or None,
        quality={check: count for check, count in unknown.items() if count},
    )


def _known(warehouse: Warehouse, kind: Kind, reports: Iterable[Report]) -> dict[str, Row]:
    """The rows that earlier reports of the same ids made."""
    ids = [f"{SOURCE}:{report['id']}" for report in reports if report["kind"] == kind]
    columns = _columns(_TABLE[kind])
    found = warehouse.state(SOURCE).rows(_TABLE[kind], list(columns), **{KEY[kind]: ids})
    return {row[KEY[kind]]: row for row in found.iter_rows(named=True)}


def _resolve(rows: Iterable[Row], said: str, column: str, answers: naming.Answers, known: pl.DataFrame) -> int:
    """Fill the id of what a report names; returns how many rows name something that is not there."""
    naming_rows = [(row, str(row.pop(said))) for row in rows if said in row]
    found = answers(sorted({name for _, name in naming_rows}), known)
    for row, name in naming_rows:
        row[column] = found.get(name)
    return sum(name not in found for _, name in naming_rows)


def _columns(table: str) -> dict[str, pl.DataType]:
    stamped = SourceTable.columns()
    return {name: column.dtype for name, column in CORE[table].columns().items() if name not in stamped}


def _frame(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    columns = _columns(table)
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)
