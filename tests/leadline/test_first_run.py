"""The first run: a long history is shown before its lines are counted, a short one once."""

from pathlib import Path

import duckdb
import pytest

from leadline.batch import whole
from leadline.batch.run import Options
from leadline.config.loading import load
from tests.leadline.conftest import configure
from tests.leadline.world import World

COUNTED = "SELECT count(*) FROM commits WHERE additions IS NOT NULL"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    world = World(tmp_path / "app.git")
    world.grow(40)
    configure(tmp_path, world.path)
    return tmp_path


def test_a_long_history_is_published_before_its_lines_are_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "SOON", 39)

    assert counted_by_generation(folder) == [0, 40]


def test_a_short_history_is_counted_at_once(folder: Path) -> None:
    assert counted_by_generation(folder) == [40]


def counted_by_generation(folder: Path) -> list[int]:
    """How many commits have their lines counted in what a first run publishes, one number for each time."""
    run = whole.run_all(load(folder / "leadline.toml"), Options(), lambda *_, **__: None)
    assert run.readable == ("local",)
    found = []
    for path in sorted((folder / "leadline-data" / "published").glob("leadline-*.duckdb")):
        with duckdb.connect(path, read_only=True) as connection:
            (counted,) = connection.sql(COUNTED).fetchall()[0]
            found.append(counted)
    return found
