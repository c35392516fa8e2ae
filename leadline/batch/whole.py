"""Collect, compute and publish: what cron calls."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from leadline.batch.collecting import collect
from leadline.batch.computing import compute
from leadline.batch.run import Options, Run, recorded, warehouse_of
from leadline.config import Config
from leadline.errors import LeadlineError
from leadline.narration import Say
from warehouse.store import Warehouse

SOON = 2_000
"""The lines of so many commits are counted in about a second: less than a second look at the findings would take."""

_NONE: Mapping[str, LeadlineError] = MappingProxyType({})


def run_all(config: Config, options: Options, say: Say) -> Run:
    """Collect, compute and publish: what cron calls. Where every source fails, the last generation stays as it is.

    The first time, where the history is long, what can be said without line counts is published, by a run of its own,
    before lines are counted: findings exist early. Raises warehouse.lock.WarehouseBusy where another run holds the
    warehouse.
    """
    with warehouse_of(config) as warehouse:
        if not options.line_counts or not _is_first(config, warehouse):
            return _one_run(config, warehouse, options, say)
        with recorded(config, warehouse, say) as run:
            collect(run, replace(options, line_counts=False))
            counting = replace(options, sources=run.readable, full=False, offline=True)
            is_over = not run.has_read or _is_soon_counted(warehouse)
            if run.has_read:
                if is_over:
                    collect(run, counting)
                compute(run)
        return run if is_over else _one_run(config, warehouse, counting, say, run.failures)


def _is_first(config: Config, warehouse: Warehouse) -> bool:
    """Whether no commit was ever read, though a source has some."""
    has_git = any(getattr(source, "git", source.kind == "git") for source in config.source)
    return has_git and warehouse.read("commits", ["sha"]).is_empty()


def _is_soon_counted(warehouse: Warehouse) -> bool:
    counts = warehouse.read("commits", ["additions"])
    return counts["additions"].null_count() <= SOON


def _one_run(
    config: Config, warehouse: Warehouse, options: Options, say: Say, failures: Mapping[str, LeadlineError] = _NONE
) -> Run:
    """Collect, compute and publish as one run; `failures` are those of a run that this one goes on from."""
    with recorded(config, warehouse, say) as run:
        run.failures |= failures
        collect(run, options)
        if run.has_read:
            compute(run)
    return run
