"""Looking in between two runs."""

import pytest

from warehouse.errors import NoGeneration, WarehouseUnusable
from warehouse.inspection import last_runs
from warehouse.lock import Lock, WarehouseBusy
from warehouse.store import Warehouse


def test_runs_that_published_nothing_are_seen_and_killed_ones_known(warehouse: Warehouse) -> None:
    ended = warehouse.start_run()
    warehouse.finish_run(ended, "failed", "why")
    warehouse.start_run()
    with pytest.raises(WarehouseBusy):
        last_runs(warehouse.directory)
    warehouse.close()

    assert last_runs(warehouse.directory).select("status", "error").rows() == [("interrupted", None), ("failed", "why")]
    assert last_runs(warehouse.directory, 1).height == 1
    Lock.take(warehouse.directory).release()


def test_nothing_there_and_nothing_to_be_read(warehouse: Warehouse) -> None:
    warehouse.close()
    (warehouse.directory / "warehouse.duckdb").write_bytes(b"no database")
    with pytest.raises(WarehouseUnusable, match="cannot be read"):
        last_runs(warehouse.directory)
    (warehouse.directory / "warehouse.duckdb").unlink()
    with pytest.raises(NoGeneration, match="nothing is collected"):
        last_runs(warehouse.directory)
