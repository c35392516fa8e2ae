"""One run: what is asked of it, the open warehouse, and what it has achieved so far."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from leadline.config import Config
from leadline.errors import ExitCode, LeadlineError, PartlyRead
from leadline.interrupt import interrupted, wake_when_it_waits
from leadline.narration import Say
from warehouse.store import Warehouse


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
        return tuple(dict.fromkeys((*self.collected, *partly)))


def now() -> datetime:
    """Return this instant as the warehouse stores instants: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def opened(config: Config, say: Say) -> Iterator[Run]:
    """Open the warehouse for one run and write down how the run ended.

    Raises warehouse.lock.WarehouseBusy where another run holds it.
    """
    with warehouse_of(config) as warehouse, recorded(config, warehouse, say) as run:
        yield run


def warehouse_of(config: Config) -> Warehouse:
    """Open the warehouse of a configuration; raises warehouse.lock.WarehouseBusy where another run holds it."""
    return Warehouse.open(config.directory, keep_payloads=config.warehouse.keep_payloads)


@contextmanager
def recorded(config: Config, warehouse: Warehouse, say: Say) -> Iterator[Run]:
    """A run in an open warehouse; how it ended is written down, whatever ends it."""
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
    finish(run)


def finish(run: Run) -> None:
    """Write down how far the run has come, with what failed."""
    failed = "; ".join(f"{source}: {error}" for source, error in run.failures.items())
    run.warehouse.finish_run(run.run_id, "partial" if failed else "ok", failed or None)
