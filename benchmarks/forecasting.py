"""How often forecasts would have come true: `python -m benchmarks.forecasting FILE… [--named] [--json]`.

Each file holds the issues of one Jira project as its API gives them, one JSON object a line, plain or gzipped; created,
resolved and versions are read. Every Monday of the project's life is forecast from what was finished by then, with the
window that was best by then. `--named` asks, every eighth Monday, when the open versions are finished: when their
last ticket is or, if that is earlier, when they are released.

What was in a version at the time is not in these files: a ticket counts from its creation on, in the versions that it
ended in.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import polars as pl

from metrics.clock import WorkingHours
from metrics.tickets.spans import ticket_spans
from metrics.tickets.steps import ticket_steps
from metrics.tickets.teams import ticket_scopes
from metrics.timelines.backtests import forecast_hits
from metrics.timelines.cases import all_cases
from metrics.timelines.choice import forecast_windows, window_scores
from metrics.timelines.forecasts import new_forecasts
from metrics.timelines.targets import forecast_items, forecast_targets
from metrics.timelines.throughput import throughput_days
from metrics.timelines.tickets import WHOLE, forecast_tickets
from warehouse.tables import CORE

ZONE = "UTC"
HOURS = WorkingHours(ZONE)
ALL_MONDAYS = 10_000
EVERY = timedelta(weeks=8)
LEFT = 5
"""Versions with fewer tickets left are nearly done: nobody asks."""
Row = dict[str, Any]


def main() -> None:
    """Print, for every file, the share of promises that came true."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--named", action="store_true", help="ask for versions too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = {path.name.split(".")[0]: measured(Tracker(path), named=options.named) for path in options.files}
    if options.json:
        json.dump(results, sys.stdout, indent=2, default=str)
        return
    for name, result in results.items():
        print(f"\n{name}: {result['tickets']:,} tickets finished from {result['first']} to {result['last']}; ", end="")
        print(f"{result['cpu_seconds']} s of CPU")
        for title in ("kept", "windows", "named"):
            if title in result:
                print("\n" + markdown(result[title]))


class Tracker:
    """The core tables of one project."""

    def __init__(self, path: Path) -> None:
        tickets, versions = [], {}
        for issue in _lines(path):
            fields = issue.get("fields")
            if fields is None:  # the project itself
                continue
            project = issue["key"].split("-")[0]
            for version in fields.get("fixVersions") or []:
                due = version.get("releaseDate")
                versions[version["id"]] = {
                    "milestone_id": f"jira:{version['id']}",
                    "source": "jira",
                    "project": project,
                    "title": version["name"],
                    "due_on": date.fromisoformat(due) if due else None,
                }
            tickets.append(_ticket(issue["key"], project, fields))
        self.tickets = _frame("tickets", tickets)
        self.versions = _frame("milestones", list(versions.values()))

    def known(self, as_of: datetime) -> pl.LazyFrame:
        """The tickets as forecasts see them at a time."""
        tickets = self.tickets.lazy()
        steps, scopes, members = (
            _frame(name, []).lazy() for name in ("ticket_status_intervals", "team_scopes", "team_members")
        )
        steps = ticket_steps(tickets, steps, as_of=as_of, status_names={})
        spans = ticket_spans(tickets, steps, as_of=as_of)
        teams = ticket_scopes(tickets, spans, scopes, members)
        return forecast_tickets(tickets, spans, teams, members, as_of=as_of, minimum_group=1)


def measured(tracker: Tracker, *, named: bool) -> Row:
    """What came of all Mondays of a tracker."""
    started = process_time()
    end = tracker.tickets.select(pl.max_horizontal("created_at", "resolved_at").max()).item() + timedelta(days=1)
    days = throughput_days(tracker.known(end), as_of=end, zone=ZONE).collect().filter(pl.col("team") == WHOLE)
    cases = all_cases(days.select("team", "day", "finished"), hours=HOURS, most=ALL_MONDAYS)
    scores = window_scores(cases.lazy()).collect()
    hits = forecast_hits(cases.lazy(), scores.lazy(), as_of=end, zone=ZONE).collect()
    done = days.filter(pl.col("finished") > 0)
    result: Row = {
        "tickets": done["finished"].sum(),
        "first": done["day"].min(),
        "last": done["day"].max(),
        "cpu_seconds": round(process_time() - started, 1),
        "kept": kept(hits),
        "windows": windows(hits),
    }
    if named:
        result["named"] = versions(tracker, days, scores, end)
    return result


def kept(hits: pl.DataFrame) -> list[Row]:
    """Shares kept by the window that was chosen at each time, and by each window on the same days."""
    chosen = hits.filter("is_chosen").with_columns(window=pl.lit("chosen at the time"))
    each = hits.with_columns(window=pl.format("{} days by {}", "window_days", "sampling")).join(
        chosen, on=["origin", "question", "target", "confidence"], how="semi"
    )
    return _table(pl.concat([chosen, each]), ["question", "window"])


def windows(hits: pl.DataFrame) -> list[Row]:
    """On how many Mondays each window was the chosen one."""
    mondays = hits.filter("is_chosen").select("origin", "window_days", "sampling").unique()
    counted = mondays.group_by("window_days", "sampling").agg(Mondays=pl.len()).sort("Mondays", descending=True)
    return counted.select(pl.format("{} days by {}", "window_days", "sampling").alias("window"), "Mondays").to_dicts()


def versions(tracker: Tracker, days: pl.DataFrame, scores: pl.DataFrame, end: datetime) -> list[Row]:
    """Shares of promises for versions with a release date that were kept; asked where growth and share are known."""
    items = _items(tracker, end)
    last = items.group_by("target").agg(
        finished_on=pl.when(~pl.col("is_open").any()).then(pl.col("done_at").max().dt.date())
    )
    asked = []
    at = datetime.combine(days["day"].min(), datetime.min.time())
    at += timedelta(days=-at.weekday() % 7)
    while at < end:
        asked.append(_promises(tracker, days, scores, at))
        at += EVERY
    judged = (
        pl.concat(asked)
        .filter(~pl.col("reason").fill_null("").str.ends_with("not_measured").any().over("made_at", "target"))
        .filter(pl.col("stated").is_not_null())
        .drop("due_on")
        .join(last, on="target")
        .join(tracker.versions.select(target="milestone_id", released_on="due_on").drop_nulls(), on="target")
        .with_columns(finished_on=pl.min_horizontal("finished_on", "released_on"))
        .filter(pl.col("finished_on").is_not_null() | (pl.col("answer_on") < end.date()))
        .with_columns(held=(pl.col("finished_on") <= pl.col("answer_on")).fill_null(value=False))
    )
    return _table(judged, ["scope_mode"])


def _promises(tracker: Tracker, days: pl.DataFrame, scores: pl.DataFrame, at: datetime) -> pl.DataFrame:
    known = tracker.known(at)
    told = tracker.versions.with_columns(
        state=pl.when(pl.col("due_on") < at.date()).then(pl.lit("closed")).otherwise(pl.lit("open"))
    )
    none = [_frame(name, []).lazy() for name in ("ticket_changes", "sprints", "ticket_sprints")]
    items = forecast_items(known, tracker.tickets.lazy(), none[0], told.lazy(), *none[1:], as_of=at)
    targets = forecast_targets(items, known, tracker.tickets.lazy(), told.lazy(), none[1], as_of=at, zone=ZONE).filter(
        pl.col("remaining_items") >= LEFT, pl.col("share").is_not_null(), pl.col("growth").is_not_null()
    )
    past = days.lazy().filter(pl.col("day") < at.date())
    best = forecast_windows(scores.lazy(), past)
    # The whole is the only team here; a part of it is the project's, by the same days.
    team = tracker.tickets["project"][0]
    both = [pl.concat([frame, frame.with_columns(team=pl.lit(team))]) for frame in (past, best)]
    found = new_forecasts(*both, targets, as_of=at, zone=ZONE, working_hours=HOURS).collect()
    return found.filter(pl.col("question") == "version", pl.col("team") == WHOLE)


def _items(tracker: Tracker, at: datetime) -> pl.DataFrame:
    none = [_frame(name, []).lazy() for name in ("ticket_changes", "sprints", "ticket_sprints")]
    tables = (tracker.known(at), tracker.tickets.lazy(), none[0], tracker.versions.lazy(), *none[1:])
    return forecast_items(*tables, as_of=at).collect()


def _table(judged: pl.DataFrame, by: list[str]) -> list[Row]:
    shares = judged.group_by(*by, "confidence").agg(cases=pl.len(), share=pl.col("held").mean())
    wide = shares.with_columns(percent=pl.format("{} %", (pl.col("confidence") * 100).round().cast(pl.Int64))).pivot(
        "percent", index=by, values="share"
    )
    cases = shares.group_by(by).agg(pl.col("cases").max())
    order = ["50 %", "70 %", "85 %", "95 %"]
    said = [(pl.col(name) * 100).round().cast(pl.Int64) for name in order]
    return wide.join(cases, on=by).sort(by).select(*by, "cases", *said).to_dicts()


def markdown(rows: list[Row]) -> str:
    """Rows as a table for the docs."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _ticket(key: str, project: str, fields: Row) -> Row:
    resolved = _instant(fields.get("resolutiondate"))
    named = [version["name"] for version in fields.get("fixVersions") or []]
    return {
        "ticket_id": f"jira:{key}",
        "source": "jira",
        "key": key,
        "project": project,
        "type": fields["issuetype"]["name"],
        "created_at": _instant(fields["created"]),
        "resolved_at": resolved,
        "status_category": "done" if resolved else "todo",
        "milestone": named[-1] if named else None,
    }


def _lines(path: Path) -> Iterator[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    return (at - (at.utcoffset() or timedelta())).replace(tzinfo=None)


def _frame(table: str, rows: list[Row]) -> pl.DataFrame:
    schema = CORE[table].create_empty().schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


if __name__ == "__main__":
    main()
