"""What a run leaves alone when something goes wrong, and what leaves when the configuration changes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.leadline.conftest import configure, held, leadline, published
from tests.leadline.world import World

COUNTED = """
    SELECT (SELECT count(*) FROM commits) AS commits, (SELECT count(*) FROM commit_files) AS files,
           (SELECT count(*) FROM identities) AS identities, (SELECT count(additions) FROM commits) AS counted,
           (SELECT string_agg(DISTINCT source, ',') FROM commits) AS sources
"""


def counted(folder: Path) -> tuple[int, int, int, int, str]:
    """Commits, their files, signatures, commits whose lines are counted, and the sources, as they are held."""
    ((commits, files, identities, lines, sources),) = held(folder, COUNTED)
    return commits, files, identities, lines, sources


@pytest.fixture
def two(world: World, tmp_path: Path) -> tuple[Path, Path]:
    """Two repositories, and a folder in which both have been read; the first of them is lost afterwards."""
    other = tmp_path / "lib.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(world.path), str(other)], check=True)
    configure(tmp_path, world.path, other)
    leadline(tmp_path, "collect")
    return tmp_path, world.path


def test_a_lost_repository_is_partly_done_also_where_the_other_has_nothing_new(two: tuple[Path, Path]) -> None:
    folder, lost = two
    before = counted(folder)
    lost.rename(folder / "elsewhere.git")

    done = leadline(folder, "run", check=False)

    assert done.returncode == 4
    assert "computed and published" in done.stderr
    assert counted(folder) == before


def test_full_drops_nothing_that_cannot_be_read_again(two: tuple[Path, Path]) -> None:
    folder, lost = two
    before = counted(folder)
    lost.rename(folder / "elsewhere.git")

    done = leadline(folder, "collect", "--full", check=False)

    assert done.returncode == 4
    assert counted(folder) == before


def test_full_reads_everything_again(two: tuple[Path, Path]) -> None:
    folder, _ = two
    before = counted(folder)

    done = leadline(folder, "collect", "--full")

    assert "240 commits" in done.stderr
    assert counted(folder) == before


def test_rebuild_without_clones_changes_nothing(two: tuple[Path, Path]) -> None:
    folder, _ = two
    before = counted(folder)
    shutil.rmtree(folder / "leadline-data" / "clones")

    done = leadline(folder, "rebuild", check=False)

    assert done.returncode == 1
    assert "there is no clone" in done.stderr
    assert "published" not in done.stderr
    assert counted(folder) == before


def test_what_a_renamed_source_left_goes(two: tuple[Path, Path]) -> None:
    folder, _ = two
    before = counted(folder)
    config = folder / "leadline.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('name = "local"', 'name = "disk"'), encoding="utf-8")

    done = leadline(folder, "collect")

    assert "local: leadline.toml names no such source any more; dropped what came from it" in done.stderr
    assert counted(folder) == (*before[:4], "disk")


def test_retention_can_be_set_and_taken_back(two: tuple[Path, Path]) -> None:
    folder, _ = two
    before = counted(folder)

    leadline(folder, "collect", "--set", "warehouse.retention_days=100")
    fewer = counted(folder)
    leadline(folder, "collect")

    assert 0 < fewer[0] < before[0]
    assert counted(folder) == before


def test_an_unusable_folder_is_told_without_a_traceback(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path)
    (tmp_path / "file").touch()

    data = leadline(tmp_path, "run", "--set", "warehouse.path=file", check=False)
    (tmp_path / "leadline-data").mkdir()
    (tmp_path / "leadline-data" / "clones").touch()
    clones = leadline(tmp_path, "run", check=False)

    assert (data.returncode, clones.returncode) == (1, 1)
    assert data.stderr == (
        f"leadline: error: {tmp_path}/file: file exists\n"
        "hint: check the path, who may read and write it, and the free space\n"
    )
    assert clones.stderr.startswith(
        f"leadline: warning: local: {tmp_path}/leadline-data/clones: file exists\nhint: check the path"
    )


def test_a_damaged_published_file_is_replaced_by_the_next_run(world: World, tmp_path: Path) -> None:
    configure(tmp_path, world.path)
    leadline(tmp_path, "run")
    file = (tmp_path / "leadline-data" / "leadline.duckdb").resolve()
    file.chmod(0o644)
    file.write_bytes(b"damaged" * 2000)

    told = leadline(tmp_path, "status", check=False)
    leadline(tmp_path, "run")

    assert told.returncode == 1
    assert "cannot be read" in told.stderr
    assert "hint: publish a new one with `leadline compute`" in told.stderr
    assert published(tmp_path, "SELECT count(*) AS commits FROM commits") == [{"commits": 120}]


def test_status_knows_of_a_run_that_published_nothing(two: tuple[Path, Path]) -> None:
    folder, _ = two
    (folder / "leadline.toml").write_text(
        (folder / "leadline.toml").read_text(encoding="utf-8").replace("app.git", "no.git").replace("lib.git", "n.git"),
        encoding="utf-8",
    )

    leadline(folder, "compute")
    assert leadline(folder, "run", check=False).returncode == 3
    runs = json.loads(leadline(folder, "status", "--json").stdout)["runs"]

    assert [run["status"] for run in runs] == ["partial", "ok", "ok"]
    assert "no.git" in runs[0]["error"]
