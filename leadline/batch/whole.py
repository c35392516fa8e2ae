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

_NONE: Mapping[str, LeadlineError] = MappingProxyType({})


def run_all(config: Config, options: Options, say: Say) -> Run:
    """Collect, compute and publish: what cron calls. Where every source fails, the last generation stays as it is.

    The first time, what can be said without line counts is published, by a run of its own, before lines are counted:
    findings exist early. Raises warehouse.lock.WarehouseBusy where another run holds the warehouse.
    """
    with warehouse_of(config) as warehouse:
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
    with recorded(config, warehouse, say) as run:
        run.failures |= failures
        collect(run, options)
        if run.has_read:
            compute(run)
    return run
