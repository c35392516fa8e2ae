"""The batch: collect from the sources, match identities, compute, publish.

Each step works on an open warehouse and can be run on its own. A run that is killed anywhere is continued by the next
one; a source that fails leaves the others, and what was collected before, untouched.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import polars as pl

from leadline import engine, inbox, links, people, quality
from leadline.catalogue import catalogues, published_tables
from leadline.config import Config, Source
from leadline.config.model import INVESTMENT
from leadline.errors import ConfigError, ExitCode, LeadlineError, PartlyRead
from leadline.inbox.loading import load_reports
from leadline.interrupt import interrupted, wake_when_it_waits
from leadline.narration import Say
from leadline.sources import pages, replayed
from metrics.actions.actions import Actions
from metrics.catalogue import PIPELINES
from metrics.clock import WorkingHours
from metrics.tickets.statuses import StageNames, StatusNames
from warehouse.errors import WarehouseError
from warehouse.publish import publish
from warehouse.reader import Reader
from warehouse.retention import horizon
from warehouse.store import Warehouse
from warehouse.tables import CORE, Page

_NONE: Mapping[str, LeadlineError] = MappingProxyType({})


@dataclass(frozen=True)
class Options:
    """What the command line can ask of one collection."""

    sources: tuple[str, ...] = ()
    """Names of the sources to collect; empty means all."""
    full: bool = False
    """Read everything again instead of what is new."""
    since: date | None = None
    """Leave out what is older."""
    line_counts: bool = True
    """Whether git goes on to count the lines of every change."""
    offline: bool = False
    """Read what is already on disk and ask no server."""


@dataclass
class Run:
    """An open warehouse, and what one run has achieved so far."""

    config: Config
    warehouse: Warehouse
    run_id: str
    say: Say
    published: Path | None = None
    rows: int = 0
    """Rows loaded."""
    collected: list[str] = field(default_factory=list)
    failures: dict[str, LeadlineError] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """What each computed table took."""

    @property
    def exit_code(self) -> ExitCode:
        """0 where all went well, 4 where some sources failed, the failure's own code where nothing could be read."""
        if not self.failures:
            return ExitCode.OK
        return ExitCode.PARTIAL if self.has_read else next(iter(self.failures.values())).exit_code

    @property
    def has_read(self) -> bool:
        """Whether any source, or a part of one, could be read: else there is nothing new to say."""
        return bool(self.readable or self.rows)

    @property
    def readable(self) -> tuple[str, ...]:
        """The sources that could be read, if only in part."""
        partly = (source for source, error in self.failures.items() if isinstance(error, PartlyRead))
        return (*self.collected, *partly)


def now() -> datetime:
    """Return this instant as the warehouse stores instants: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def opened(config: Config, say: Say) -> Iterator[Run]:
    """Open the warehouse for one run and write down how the run ended.

    Raises warehouse.lock.WarehouseBusy where another run holds it.
    """
    with _warehouse(config) as warehouse, _recorded(config, warehouse, say) as run:
        yield run


def _warehouse(config: Config) -> Warehouse:
    return Warehouse.open(config.directory, keep_payloads=config.warehouse.keep_payloads)


@contextmanager
def _recorded(config: Config, warehouse: Warehouse, say: Say) -> Iterator[Run]:
    run = Run(config, warehouse, warehouse.start_run(), say)
    wake_when_it_waits()
    try:
        yield run
    except (Exception, KeyboardInterrupt) as error:
        if interrupted() or isinstance(error, KeyboardInterrupt):
            warehouse.finish_run(run.run_id, "interrupted")
        else:
            warehouse.finish_run(run.run_id, "failed", str(error) or type(error).__name__)
        raise
    _finish(run)


def _finish(run: Run) -> None:
    failed = "; ".join(f"{source}: {error}" for source, error in run.failures.items())
    run.warehouse.finish_run(run.run_id, "partial" if failed else "ok", failed or None)


def run_all(config: Config, options: Options, say: Say) -> Run:
    """Collect, compute and publish: what cron calls. Where every source fails, the last generation stays as it is.

    The first time, what can be said without line counts is published, by a run of its own, before lines are counted:
    findings exist early. Raises warehouse.lock.WarehouseBusy where another run holds the warehouse.
    """
    with _warehouse(config) as warehouse:
        counts = options.line_counts and any(getattr(source, "git", source.kind == "git") for source in config.source)
        if not counts or not warehouse.read("commits", ["sha"]).is_empty():
            return _one_run(config, warehouse, options, say)
        early = _one_run(config, warehouse, replace(options, line_counts=False), say)
        if not early.has_read:
            return early
        counting = replace(options, sources=early.readable, full=False, offline=True)
        return _one_run(config, warehouse, counting, say, early.failures)


def _one_run(
    config: Config, warehouse: Warehouse, options: Options, say: Say, failures: Mapping[str, LeadlineError] = _NONE
) -> Run:
    """Collect, compute and publish as one run; `failures` are those of a run that this one goes on from."""
    with _recorded(config, warehouse, say) as run:
        run.failures |= failures
        collect(run, options)
        if run.has_read:
            compute(run)
    return run


def collect(run: Run, options: Options) -> None:
    """Load what is new in every chosen source, and what was reported; a source that fails leaves the others to go on.

    Raises ConfigError where a source is asked for that the configuration does not have.
    """
    _forget_the_unnamed(run)
    for source in _chosen(run.config, options.sources):
        try:
            _collect_source(run, source, options)
        except LeadlineError as error:
            if source.name not in run.failures:  # else the run that this one goes on from has said why
                run.failures[source.name] = error
                hint = f"\nhint: {error.hint}" if error.hint else ""
                run.say(
                    f"leadline: warning: {source.name}: {error}{hint}",
                    problem=True,
                    event="failed",
                    source=source.name,
                    error=str(error),
                    hint=error.hint,
                )
            message = str(run.failures[source.name])
            run.warehouse.fail_source(run.run_id, source=source.name, stream="collect", error=message)
        else:
            run.collected.append(source.name)
    load_reports(run.warehouse, run.run_id, now(), run.say)
    beyond = horizon(now(), run.config.warehouse.retention_days)
    if beyond and (dropped := run.warehouse.expire(beyond)):
        run.say(f"dropped {dropped:,} commits from before {beyond:%Y-%m-%d}, as retention_days asks")


def _forget_the_unnamed(run: Run) -> None:
    """Drop what came from sources that the configuration no longer names: a renamed one would count twice."""
    for name in run.warehouse.sources():
        if name not in {inbox.SOURCE, *(source.name for source in run.config.source)}:
            run.warehouse.forget(name)
            run.warehouse.archive.drop(name)
            run.say(f"{name}: {run.config.path.name} names no such source any more; dropped what came from it")


def _since(config: Config, options: Options) -> date | None:
    """Return the day before which nothing is collected: as asked for, and never what retention would drop again."""
    beyond = horizon(now(), config.warehouse.retention_days)
    days = [day for day in (options.since, beyond and beyond.date()) if day]
    return max(days, default=None)


def _chosen(config: Config, names: tuple[str, ...]) -> list[Source]:
    known = {source.name: source for source in config.source}
    for name in names:
        if name not in known:
            message = f'no source is named "{name}"'
            raise ConfigError(message, hint=f"the sources of {config.path.name} are: {', '.join(known)}")
    return [known[name] for name in names or known]


def _collect_source(run: Run, source: Source, options: Options) -> None:
    told: Counter[str] = Counter()
    requests = 0
    started = asked = perf_counter()
    for page in pages(
        run.config,
        source,
        run.warehouse.state(source.name),
        since=_since(run.config, options),
        full=options.full,
        line_counts=options.line_counts,
        offline=options.offline,
        say=run.say,
    ):
        waited = perf_counter() - asked
        rows = run.warehouse.load(page, source=source.name, run_id=run.run_id, now=now(), seconds=waited)
        asked = perf_counter()
        run.rows += rows
        told[page.stream] += _items(page)
        requests += page.requests
        run.say(
            f"{source.name}: {rows:,} rows of {page.stream} of {page.scope}",
            detail=True,
            event="loaded",
            source=source.name,
            stream=page.stream,
            scope=page.scope,
            rows=rows,
            requests=page.requests,
        )
    items = ", ".join(f"{count:,} {stream.replace('_', ' ')}" for stream, count in told.items() if count)
    seconds = perf_counter() - started
    run.say(
        f"{source.name}: {items or 'nothing new'} in {seconds:.1f} s",
        event="collected",
        source=source.name,
        items=dict(told),
        requests=requests,
        seconds=round(seconds, 1),
    )


def rebuild(run: Run) -> None:
    """Derive the core tables again from the archived answers of the platforms and from the clones; no server is asked.

    A source of which nothing was archived keeps the rows that it has.
    """
    for source in run.config.source:
        if not run.warehouse.archive.has(source.name):
            continue
        run.warehouse.forget(source.name)
        pages = 0
        for page, loaded_at in replayed(source, run.warehouse.state(source.name), run.warehouse.archive):
            run.rows += run.warehouse.load(page, source=source.name, run_id=run.run_id, now=loaded_at)
            pages += 1
        run.say(
            f"{source.name}: {pages:,} archived pages read again", event="replayed", source=source.name, pages=pages
        )
    load_reports(run.warehouse, run.run_id, now(), run.say, again=True)
    collect(run, Options(full=True, offline=True))


def _items(page: Page) -> int:
    """Count what a person would: rows of the table that the stream is named after, or commits that it completes."""
    frame = page.upserts.get(page.stream) if page.stream in CORE else page.updates.get("commits")
    return 0 if frame is None else frame.height


def compute(run: Run) -> None:
    """Match identities, compute every metric over the warehouse and publish the results as a new generation."""
    started = perf_counter()
    matched = people.resolve(run.warehouse, run.config)
    links.resolve(run.warehouse, people.hosts(run.config))
    at = now()
    frames = engine.compute(PIPELINES, _tables(run), _settings(run.config, at), on_table=run.seconds.__setitem__)
    strangers = people.strangers(run.config, matched)
    for stranger in strangers:
        run.say(f"leadline: warning: {stranger}", problem=True)
    found = quality.findings(
        run.warehouse,
        at,
        release_tag=run.config.deployments.tag,
        environment=run.config.deployments.environment,
        strangers=strangers,
        named=run.config.privacy.people != "off",
        self_check=frames["ticket_self_check"],
    )
    run.warehouse.replace("meta.data_quality", found)
    _finish(run)  # so that the published file tells how its own run ended
    run.published = publish(
        run.warehouse,
        run.run_id,
        frames,
        published_tables(),
        catalogues=catalogues(),
        people=run.config.privacy.people,
        minimum_group=run.config.privacy.minimum_group,
    )
    seconds = perf_counter() - started
    run.say(
        f"computed and published {len(frames)} tables in {seconds:.1f} s",
        event="published",
        tables=len(frames),
        seconds=round(seconds, 1),
    )


def _tables(run: Run) -> Callable[[str], pl.DataFrame]:
    """Return what the pipelines read: core tables with people in place of identities, and the last actions."""

    def read(table: str) -> pl.DataFrame:
        if table == "previous_actions":
            return _previous_actions(run)
        return run.warehouse.read(table, persons=True)

    return read


def _previous_actions(run: Run) -> pl.DataFrame:
    """Return `metrics.actions` as last published: how the first sight of an action is remembered."""
    try:
        return Reader(run.warehouse.directory).query("SELECT * FROM metrics.actions").frame
    except WarehouseError:
        # Nothing published yet, or a damaged file, or a version that knew no actions: all are seen for the first time.
        return Actions.create_empty()


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
        )
        for source in config.source
        if (flow := getattr(source, "flow", None))
    }
