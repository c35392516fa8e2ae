"""Everything as of an instant in the past: a folder of its own beside the warehouse, that is read like any other.

The folder holds a warehouse with the core tables as they could be known then, and what was computed over them. It is
made when it is first asked for, and again when more was collected since; the last few stay.
"""

import shutil
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from leadline.batch.computing import compute
from leadline.batch.run import now, recorded, warehouse_of
from leadline.config import Config
from leadline.errors import ConfigError
from leadline.narration import Say
from metrics.past.known import known
from warehouse import generations
from warehouse.store import Warehouse
from warehouse.tables import CORE

FOLDER = "as-of"
KEPT = 5


def as_known(config: Config, asked: date | datetime, say: Say, *, anew: bool = False) -> Config:
    """Return the configuration with the folder in which everything is told as of `asked`, made where it has to be.

    A day stands for its end in the reporting zone, an instant without a zone is in that zone. With `anew` the folder is
    made even where nothing was collected since. Raises ConfigError for an instant that is still to come, and
    warehouse.lock.WarehouseBusy where a run holds the warehouse that it has to be made from.
    """
    at = instant(asked, config.leadline.timezone)
    if at > now():
        raise ConfigError(f"{asked} is still to come", hint="give --as-of a day or an instant in the past")
    folder = config.directory / FOLDER / at.strftime("%Y%m%dT%H%M%SZ")
    told = generations.current(folder)
    latest = generations.current(config.directory)
    if anew or told is None or (latest is not None and latest.name > told.name):
        _make(config, folder, at, say)
        _tidy(folder)
    return _beside(config, folder)


def instant(asked: date | datetime, zone: str) -> datetime:
    """Return the instant that is meant, in UTC without a zone: of a day its last one."""
    local = ZoneInfo(zone)
    if isinstance(asked, datetime):
        placed = asked if asked.tzinfo else asked.replace(tzinfo=local)
    else:
        placed = datetime.combine(asked + timedelta(days=1), time.min, local) - timedelta(microseconds=1)
    return placed.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _make(config: Config, folder: Path, at: datetime, say: Say) -> None:
    """Fill the folder with the past of the core tables, and publish in it what is computed over them."""
    say(f"leadline: telling everything as of {at:%Y-%m-%d %H:%M} UTC")
    with warehouse_of(config) as warehouse:
        tables = {name: warehouse.read(name) for name in CORE}
    past = known({name: frame.lazy() for name, frame in tables.items()}, at)
    shutil.rmtree(folder, ignore_errors=True)
    beside = _beside(config, folder)
    with Warehouse.open(folder, keep_payloads=False) as warehouse:
        for name, frame in _collected(past, tables).items():
            warehouse.replace(name, frame)
        with recorded(beside, warehouse, say) as run:
            compute(run, as_of=at, record=config.directory)


def _collected(past: Mapping[str, pl.LazyFrame], tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The frames, with the columns that the tables have."""
    return {name: frame.collect().select(tables[name].columns) for name, frame in past.items()}


def _beside(config: Config, folder: Path) -> Config:
    """The same configuration over another folder."""
    return config.model_copy(update={"warehouse": config.warehouse.model_copy(update={"path": str(folder)})})


def _tidy(folder: Path) -> None:
    """Remove all folders of the past but the last few that were made."""
    made = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in made[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
