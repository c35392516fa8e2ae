"""Reports from the inbox into the tables `deployments` and `incidents`, in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from leadline.inbox import SOURCE, naming
from leadline.inbox.box import Inbox, read
from leadline.inbox.folding import KEY, NAMED, Row, folded
from leadline.inbox.memory import Memory
from leadline.inbox.reports import Kind, Report
from leadline.narration import Say
from warehouse.store import Warehouse
from warehouse.tables import CORE, Page, SourceTable

STREAM, SCOPE = "reports", "inbox"

UNKNOWN_REPOSITORY = "recorded_repository_unknown"
UNKNOWN_TICKET = "recorded_ticket_unknown"
UNREADABLE = "recorded_report_unreadable"

_TABLE: dict[Kind, str] = {"deployment": "deployments", "incident": "incidents"}
_ANSWERS: dict[str, tuple[naming.Answers, str, list[str]]] = {
    "repository": (naming.repositories, "repositories", ["repo_id", "name", "url"]),
    "ticket": (naming.tickets, "tickets", ["ticket_id", "key", "url"]),
}

_KNOWN = """
    SELECT {columns} FROM {table}
    WHERE source = ? AND EXISTS (FROM unnest(?) AS ids(id) WHERE {key} = id OR starts_with({key}, id || '@'))
"""
_COUNTED = 'SELECT coalesce(sum(count), 0)::BIGINT FROM meta.repairs WHERE source = ? AND "check" = ?'


def load_reports(warehouse: Warehouse, run_id: str, now: datetime, say: Say, *, again: bool = False) -> None:
    """Load the reports that wait in the inbox, then move their files to the archive.

    Usually only the new ones are read. All of them are read again, the archive included, where `again` asks for it,
    where a name in them leads elsewhere than it did, or where a file sorts before what is loaded already: a run ended
    between the commit and the move, or a call was slow. So the rows never depend on how the reports came in.
    """
    inbox = Inbox(warehouse.directory)
    new = inbox.waiting()
    reports = dict(_read(inbox, new, say))
    before = Memory.of(warehouse.state(SOURCE).cursor(STREAM, SCOPE))
    if before is None:
        whole = bool(inbox.loaded())  # the warehouse was removed, the archive was not
    else:
        is_late = any(file.name <= before.seen for file in reports)
        whole = again or is_late or _ids(warehouse, before.ids) != before.ids
    if whole:
        reports |= dict(_read(inbox, inbox.loaded(), say))
    known = Memory() if whole or before is None else before
    counted = warehouse.query(_COUNTED, [SOURCE, UNREADABLE]).item()
    if not (new or whole or counted != inbox.refused()):
        return
    page = _page(warehouse, reports, known, refused=inbox.refused(), whole=whole)
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
    warehouse: Warehouse, reports: Mapping[Path, Sequence[Report]], before: Memory, *, refused: int, whole: bool
) -> Page:
    """The rows of the reports; with `whole`, they take the place of all that there are."""
    in_order = [report for file in sorted(reports, key=lambda file: file.name) for report in reports[file]]
    said = {
        name: {*before.ids.get(name, {}), *(report[name] for report in in_order if name in report)} for name in NAMED
    }
    ids = _ids(warehouse, said)
    rows = {kind: folded(kind, in_order, _known(warehouse, kind, in_order, before), SOURCE, ids) for kind in _TABLE}
    lost: dict[str, dict[str, Mapping[str, str]]] = {
        kind: {
            **{key: names for key, names in before.lost.get(kind, {}).items() if key not in rows[kind]},
            **{key: names for key, row in rows[kind].items() if (names := _names(row))},
        }
        for kind in _TABLE
    }
    memory = Memory(max([before.seen, *(file.name for file in reports)]), ids, lost)
    counts = {
        UNKNOWN_REPOSITORY: memory.count("repository"),
        UNKNOWN_TICKET: memory.count("ticket"),
        UNREADABLE: refused,
    }
    of_source = pl.DataFrame({"source": [SOURCE]})
    return Page(
        STREAM,
        SCOPE,
        restart=(STREAM,),
        deletes=dict.fromkeys(_TABLE.values(), of_source) if whole else {},
        upserts={table: _frame(table, list(rows[kind].values())) for kind, table in _TABLE.items()},
        cursor=memory.cursor(),
        quality={check: count for check, count in counts.items() if count},
    )


def _known(warehouse: Warehouse, kind: Kind, reports: Iterable[Report], before: Memory) -> dict[str, Row]:
    """The rows that earlier reports of the same ids made, with the names in them that lead nowhere."""
    if not before.seen:
        return {}
    ids = [f"{SOURCE}:{report['id']}" for report in reports if report["kind"] == kind]
    columns = ", ".join(_columns(_TABLE[kind]))
    query = _KNOWN.format(columns=columns, table=_TABLE[kind], key=KEY[kind])
    found = warehouse.query(query, [SOURCE, ids])
    lost = before.lost.get(kind, {})
    return {row[KEY[kind]]: {**row, **lost.get(row[KEY[kind]], {})} for row in found.iter_rows(named=True)}


def _names(row: Row) -> dict[str, str]:
    """What a row names that is not there."""
    return {name: str(row[name]) for name in NAMED if name in row}


def _ids(warehouse: Warehouse, said: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str | None]]:
    """The id of every name; None where it leads nowhere."""
    found: dict[str, dict[str, str | None]] = {}
    for name, (answers, table, columns) in _ANSWERS.items():
        names = sorted(said.get(name, ()))
        led = answers(names, warehouse.read(table, columns)) if names else {}
        found[name] = {text: led.get(text) for text in names}
    return found


def _columns(table: str) -> dict[str, pl.DataType]:
    stamped = SourceTable.columns()
    return {name: column.dtype for name, column in CORE[table].columns().items() if name not in stamped}


def _frame(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    columns = _columns(table)
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)
