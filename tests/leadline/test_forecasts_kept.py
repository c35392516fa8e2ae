"""What was forecast is kept from run to run, as it was made."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadline import batch, published
from leadline.catalogue import published_tables
from leadline.config import Config, load
from metrics.timelines.forecasts import Forecasts
from tests.leadline.conftest import configure
from tests.metrics.git_worlds import frame
from tests.metrics.timeline_worlds import done_on
from warehouse.publish import publish
from warehouse.store import Warehouse
from warehouse.tables import Page, Table


def silent(text: str, **facts: Any) -> None:
    pass


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A warehouse with a ticket a day for the last 70 days, and nothing published."""
    configure(tmp_path, tmp_path / "app.git")
    config = load(tmp_path / "leadline.toml")
    with batch.opened(config, silent) as run:
        rows = done_on([1] * 70, start=date.today() - timedelta(days=70))  # noqa: DTZ011 - the run asks the same clock
        tickets = frame("tickets", rows).drop("source", "collected_at")
        page = Page(stream="tickets", scope="APP", upserts={"tickets": tickets})
        run.warehouse.load(page, source="local", run_id=run.run_id, now=batch.now())
    return config


def computed(config: Config) -> pl.DataFrame:
    with batch.opened(config, silent) as run:
        batch.compute(run)
    return published.query(config, "FROM metrics.forecasts ORDER BY ALL")


def test_a_second_run_of_a_day_changes_nothing(config: Config) -> None:
    first = computed(config)
    assert first.filter(pl.col("stated").is_not_null()).height == 2 * 7 * 4  # the project, and everything
    assert_frame_equal(computed(config), first)


def test_what_a_version_before_promised_is_kept(config: Config) -> None:
    def without(name: str) -> type[Table]:
        columns = {known: column for known, column in Forecasts.columns().items() if known != name}
        return type("Forecasts", (Table,), {"__doc__": "As it was.", **columns})

    older = {"made_at": batch.now() - timedelta(days=9), "team": "Gone", "question": "when", "target": "10"}
    older |= {"scope_mode": "fixed", "confidence": 0.85, "stated": 0.9}
    table = without("share")
    rows = pl.DataFrame([{name: older.get(name) for name in table.column_names()}])
    with Warehouse.open(config.directory) as warehouse:
        run_id = warehouse.start_run()
        publish(warehouse, run_id, {"forecasts": table.cast(rows)}, {**published_tables(), "forecasts": table})
        warehouse.finish_run(run_id, "ok")
    kept = computed(config).filter(pl.col("team") == "Gone")
    assert kept.select("target", "stated", "share").rows() == [("10", 0.9, None)]
