"""From sources and reports into the warehouse; what is archived, again."""

from collections import Counter
from datetime import date
from time import perf_counter

from leadline import inbox
from leadline.batch.run import Options, Run, now
from leadline.config import Config, Source
from leadline.errors import ConfigError, LeadlineError
from leadline.inbox.loading import load_reports
from leadline.sources import pages, replayed
from warehouse.retention import horizon
from warehouse.tables import CORE, Page


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
