"""A run killed at any moment is completed by the next one: the tables end as if nothing had happened."""

import random
import subprocess
import time
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from tests.leadline.conftest import command, configure, leadline
from tests.leadline.world import World
from warehouse.store import Warehouse
from warehouse.tables import CORE, META

KILLS = 12
NOT_DATA = ("collected_at", "updated_at")
HISTORY_OF_RUNS = ("runs", "run_sources")


def tables(folder: Path) -> dict[str, pl.DataFrame]:
    """Everything the warehouse holds, rows sorted by key, without the times of collecting."""
    with Warehouse.open(folder / "leadline-data") as warehouse:
        names = [*CORE, *(f"meta.{name}" for name in META if name not in HISTORY_OF_RUNS)]
        frames = {name: warehouse.read(name).drop(NOT_DATA, strict=False) for name in names}
    return {name: frame.sort(pl.all()) for name, frame in frames.items()}


def test_sigkill_at_random_moments_loses_nothing_and_duplicates_nothing(tmp_path: Path) -> None:
    world = World(tmp_path / "app.git")
    world.grow(600)
    for folder in ("timed", "killed", "undisturbed"):
        configure(tmp_path / folder, world.path)
    began = time.monotonic()
    leadline(tmp_path / "timed", "collect")
    whole = time.monotonic() - began

    chance, killed = random.Random(20), 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            command(tmp_path / "killed", "collect"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.3 * whole, whole))
        process.kill()
        if process.wait() == 0:
            whole *= 0.7  # what was timed was slower than what is killed: the next one is killed sooner
        else:
            killed += 1
        world.grow(40)  # so that the next run has something to do, whatever this one has done
    leadline(tmp_path / "killed", "collect")
    leadline(tmp_path / "undisturbed", "collect")

    assert killed >= KILLS // 3
    expected, actual = tables(tmp_path / "undisturbed"), tables(tmp_path / "killed")
    assert expected["commits"].height == world.commits
    for name, frame in expected.items():
        assert_frame_equal(actual[name], frame)
