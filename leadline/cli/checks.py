"""What `leadline doctor` looks at: each check yields lines that say ok, warn or fail, and what to do."""

import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.cli import platform_checks
from leadline.cli.check import Check, fail
from leadline.errors import ConfigError, ExitCode
from leadline.redact import redact

if TYPE_CHECKING:
    from leadline.cli.app import App
    from leadline.config import Config, Source

STALE = timedelta(days=2)
"""After this long without a successful run, figures are called old."""
GIB = 1024**3


def all_checks(app: "App") -> Iterator[Check]:
    """Every check, in order; without a valid configuration the others have nothing to look at."""
    from leadline.cli.group import installed_version

    yield Check("ok", "leadline", f"version {installed_version()}, Python {platform.python_version()}")
    try:
        config = app.config
    except ConfigError as error:
        yield from _mistakes(error)
        return
    names = ", ".join(source.name for source in config.source)
    yield Check("ok", "configuration", f"{config.path}; sources: {names}; teams: {len(config.team)}")
    yield from _git(config)
    for source in config.source:
        yield from _credentials(source, config)
        yield from platform_checks.of(source, config)
    yield from _warehouse(config.directory)
    yield _last_run(config)


def _mistakes(error: ConfigError) -> Iterator[Check]:
    for problem in error.problems:
        yield fail("configuration", str(problem), None, ExitCode.USAGE)
    if not error.problems:
        yield fail("configuration", str(error), error.hint, ExitCode.USAGE)


def _git(config: "Config") -> Iterator[Check]:
    """The git program once, then each repository of each git source."""
    from collectors.git import GitSource, check

    seen = False
    for source in config.source:
        if source.kind != "git":
            continue
        repositories = tuple(config.locate(repository) for repository in source.repositories)
        for position, finding in enumerate(check(GitSource(name=source.name, repositories=repositories))):
            is_program = position == 0
            if is_program and finding.ok and seen:
                continue
            seen |= is_program
            name = "git" if is_program else f"{source.name}: {finding.name}"
            exit_code = ExitCode.FAILED if is_program else ExitCode.SOURCE
            if finding.ok:
                yield Check("ok", name, redact(finding.detail))
            else:
                yield fail(name, finding.detail, finding.hint, exit_code)


def _credentials(source: "Source", config: "Config") -> Iterator[Check]:
    """Whether the variables and files that a source names are there; their content is never looked at."""
    for field in ("user_env", "token_env"):
        variable = getattr(source, field, None)
        if variable and os.environ.get(variable):
            yield Check("ok", source.name, f"environment variable {variable} is set")
        elif variable:
            hint = f"export {variable}=… before the run, or name another in {field}"
            yield fail(source.name, f"environment variable {variable} is not set", hint, ExitCode.SOURCE)
    for field in ("token_file", "private_key_file"):
        name = getattr(source, field, None)
        if name and os.access(config.locate(name), os.R_OK):
            yield Check("ok", source.name, f"{name} can be read")
        elif name:
            hint = f"check {field}, and who may read the file"
            yield fail(source.name, f"{config.locate(name)} cannot be read", hint, ExitCode.SOURCE)


def _warehouse(directory: Path) -> Iterator[Check]:
    """Whether runs can write, whether one is running, and how much room is left."""
    existing = next(folder for folder in (directory, *directory.parents) if folder.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        yield fail("warehouse", f"{directory} cannot be written", "check who owns it, or set warehouse.path")
        return
    if existing != directory:
        yield Check("ok", "warehouse", f"{directory} does not exist yet; the first run makes it")
    else:
        yield _state_of(directory)
    free = shutil.disk_usage(existing).free / GIB
    if free < 1:
        yield Check("warn", "disk", f"{free:.2f} GiB free at {existing}", "make room before the next run")
    else:
        yield Check("ok", "disk", f"{free:,.0f} GiB free at {existing}")


def _state_of(directory: Path) -> Check:
    """Whether the warehouse can be opened."""
    from warehouse.errors import NoGeneration, WarehouseError
    from warehouse.inspection import last_runs
    from warehouse.lock import Lock, WarehouseBusy

    try:
        Lock.take(directory).release()
        last_runs(directory)
    except WarehouseBusy as busy:
        return Check("warn", "warehouse", str(busy), busy.hint)
    except NoGeneration:
        return Check("ok", "warehouse", f"{directory} can be written; nothing is collected yet")
    except WarehouseError as error:
        return fail("warehouse", str(error), error.hint)
    return Check("ok", "warehouse", f"{directory} can be read and written, no run holds it")


def _last_run(config: "Config") -> Check:
    """How fresh the published file is, and what became of the last run."""
    from leadline import published
    from warehouse.errors import NoGeneration, WarehouseError

    try:
        published.query(config, "FROM meta.runs LIMIT 1")
        runs = published.last_runs(config).rows(named=True)
    except NoGeneration:
        runs = []
    except WarehouseError as error:
        return fail("freshness", str(error), error.hint)
    return freshness(runs, datetime.now(UTC).replace(tzinfo=None))


def freshness(runs: Sequence[Mapping[str, Any]], now: datetime) -> Check:
    """How the last run ended, and how long ago; `runs` are rows of `meta.runs`, the last one first."""
    if not runs:
        return Check("warn", "freshness", "nothing is published yet", "run `leadline run`")
    last = runs[0]
    at = last["finished_at"] or last["started_at"]
    detail = f"last run {at:%Y-%m-%d %H:%M} UTC: {last['status']}"
    if last["status"] != "ok":
        if not last["error"]:
            return Check("warn", "freshness", detail, "run `leadline run`")
        return Check("warn", "freshness", redact(f"{detail}: {last['error']}"), "mend that, then run `leadline run`")
    if now - at > STALE:
        return Check("warn", "freshness", f"{detail}, {(now - at).days} days ago", "let cron call `leadline run`")
    return Check("ok", "freshness", detail)
