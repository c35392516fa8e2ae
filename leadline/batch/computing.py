"""From the warehouse to a published generation."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

import polars as pl

from leadline import engine, links, people, quality
from leadline.batch.run import Run, finish, now
from leadline.catalogue import catalogued, catalogues, fingerprint, published_tables
from leadline.config import Config
from leadline.config.model import INVESTMENT
from metrics.actions.action_history import ActionHistory
from metrics.catalogue import PIPELINES
from metrics.clock import WorkingHours
from metrics.summary.figures_published import gained
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
        PIPELINES, _tables(run, at, record), settings(run.config, at), on_table=run.seconds.__setitem__
    )
    _remember(run, frames["observations"], at)
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


def _remember(run: Run, observations: pl.DataFrame, at: datetime) -> None:
    """Add to the record of published figures those that were never published, or otherwise."""
    told = catalogued()
    definitions = {metric: entry.definition for metric, entry in told.items()}
    new = gained(observations.lazy(), run.warehouse.read("meta.published_figures").lazy()).collect()
    run.warehouse.append(
        "meta.published_figures",
        new.with_columns(
            published_at=pl.lit(at, pl.Datetime("us")),
            definition=pl.col("metric").replace_strict(definitions, default=None, return_dtype=pl.String),
            configuration=pl.lit(_configuration(run.config)),
        ),
    )


def _configuration(config: Config) -> str:
    """Return a fingerprint of all that the configuration says about what is counted: sources and places left out."""
    said = config.model_dump(exclude={"source": True, "warehouse": True, "leadline": {"name"}})
    flows = [(source.name, getattr(source, "flow", None)) for source in config.source]
    return fingerprint(said, flows)


def _tables(run: Run, at: datetime, record: Path) -> Callable[[str], pl.DataFrame]:
    """Return what the pipelines read: core tables with people in place of identities, and what was said last."""

    def read(table: str) -> pl.DataFrame:
        if table == "previous_history":
            return _previous_history(record).filter(pl.col("first_seen_at") <= at)
        if table == "previous_forecasts":
            return _previous_forecasts(record).filter(pl.col("made_at") <= at)
        if table == "previous_figures":
            return run.warehouse.read("meta.published_figures")
        return run.warehouse.read(table, persons=True)

    return read


def _previous_history(record: Path) -> pl.DataFrame:
    """Return `metrics.action_history` as last published: which actions were shown, since when, and how they ended."""
    try:
        return ActionHistory.cast(Reader(record).query("SELECT * FROM metrics.action_history").frame)
    except WarehouseError:
        # Nothing published yet, or a damaged file, or a version that kept none: all are seen for the first time.
        return ActionHistory.create_empty()


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


def settings(config: Config, as_of: datetime) -> dict[str, object]:
    """Return every setting a pipeline may ask for, by name."""
    calendar, bugs = config.calendar, config.investment.get("bug", INVESTMENT["bug"])
    return {
        "as_of": as_of,
        "zone": config.leadline.timezone,
        "catalogued": catalogued(),
        "configuration": _configuration(config),
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
