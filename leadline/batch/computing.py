"""From the warehouse to a published generation."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

import polars as pl

from leadline import engine, links, people, quality
from leadline.batch.run import Run, finish, now
from leadline.catalogue import catalogues, published_tables
from leadline.config import Config
from leadline.config.model import INVESTMENT
from metrics.actions.actions import Actions
from metrics.catalogue import PIPELINES
from metrics.clock import WorkingHours
from metrics.tickets.statuses import StageNames, StatusNames
from metrics.timelines.forecasts import Forecasts
from warehouse.errors import WarehouseError
from warehouse.publish import publish
from warehouse.reader import Reader


def compute(run: Run, *, as_of: datetime | None = None, record: Path | None = None) -> None:
    """Match identities, compute every metric over the warehouse and publish the results as a new generation.

    With `as_of` everything is told for that instant, over a warehouse that knows nothing later. What was said before is
    taken from the folder `record`, that of the warehouse itself by default.
    """
    started = perf_counter()
    record = record or run.warehouse.directory
    matched = people.resolve(run.warehouse, run.config)
    links.resolve(run.warehouse, people.hosts(run.config))
    at = as_of or now()
    frames = engine.compute(
        PIPELINES, _tables(run, at, record), _settings(run.config, at), on_table=run.seconds.__setitem__
    )
    strangers = people.strangers(run.config, matched)
    for stranger in strangers:
        run.say(f"leadline: warning: {stranger}", problem=True)
    found = quality.findings(
        run.warehouse,
        at,
        release_tag=run.config.deployments.tag,
        environment=run.config.deployments.environment,
        strangers=strangers,
        named=run.config.privacy.people == "leads",
        self_check=frames["ticket_self_check"],
    )
    run.warehouse.replace("meta.data_quality", found)
    finish(run)  # so that the published file tells how its own run ended
    run.published = publish(
        run.warehouse,
        run.run_id,
        frames,
        published_tables(),
        catalogues=catalogues(),
        people=run.config.privacy.people,
        minimum_group=run.config.privacy.minimum_group,
        as_of=at,
        is_past=as_of is not None,
    )
    seconds = perf_counter() - started
    run.say(
        f"computed and published {len(frames)} tables in {seconds:.1f} s",
        event="published",
        tables=len(frames),
        seconds=round(seconds, 1),
    )


def _tables(run: Run, at: datetime, record: Path) -> Callable[[str], pl.DataFrame]:
    """Return what the pipelines read: core tables with people in place of identities, and what was said last."""

    def read(table: str) -> pl.DataFrame:
        if table == "previous_actions":
            return _previous_actions(record).filter(pl.col("first_seen_at") <= at)
        if table == "previous_forecasts":
            return _previous_forecasts(record).filter(pl.col("made_at") <= at)
        return run.warehouse.read(table, persons=True)

    return read


def _previous_actions(record: Path) -> pl.DataFrame:
    """Return `metrics.actions` as last published: how the first sight of an action is remembered."""
    try:
        return Reader(record).query("SELECT * FROM metrics.actions").frame
    except WarehouseError:
        # Nothing published yet, or a damaged file, or a version that knew no actions: all are seen for the first time.
        return Actions.create_empty()


def _previous_forecasts(record: Path) -> pl.DataFrame:
    """Return `metrics.forecasts` as last published: the record of what was promised, which is never computed again."""
    none = Forecasts.create_empty()
    try:
        found = Reader(record).query("SELECT * FROM metrics.forecasts").frame
    except WarehouseError:
        # Nothing published yet, or by a version that knew no forecasts: the record begins with this run.
        return none
    # A version before may not have known every column: what it promised is kept all the same.
    known = found.select(name for name in none.columns if name in found.columns)
    return Forecasts.cast(pl.concat([none, known], how="diagonal_relaxed"))


def _settings(config: Config, as_of: datetime) -> dict[str, object]:
    """Return every setting a pipeline may ask for, by name."""
    calendar, bugs = config.calendar, config.investment.get("bug", INVESTMENT["bug"])
    return {
        "as_of": as_of,
        "zone": config.leadline.timezone,
        "minimum_group": config.privacy.minimum_group,
        "people": config.privacy.people,
        "rungs": config.deployments.rungs,
        "deployments_tag": config.deployments.tag,
        "deployments_environment": config.deployments.environment,
        "deployments_ci_run": config.deployments.ci_run,
        "incident_types": config.incidents.tickets.type,
        "incident_labels": config.incidents.tickets.labels,
        "investment": tuple((name, rule.type, rule.labels) for name, rule in config.investment.items()),
        "bug_types": bugs.type,
        "bug_labels": bugs.labels,
        "status_names": _status_names(config),
        "readiness_needs": config.readiness.needs,
        "working_hours": WorkingHours(
            config.leadline.timezone, calendar.worked, calendar.opens, calendar.closes, calendar.holidays
        ),
    }


def _status_names(config: Config) -> dict[str, StatusNames]:
    """Return what the configuration says about the statuses of each source's tickets."""
    return {
        source.name: StatusNames(
            flow.start,
            flow.done,
            flow.waiting,
            flow.blocked,
            {type_: StageNames(stages.start, stages.done) for type_, stages in flow.types.items()},
            flow.reset_on_backlog,
        )
        for source in config.source
        if (flow := getattr(source, "flow", None))
    }
