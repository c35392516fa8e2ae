"""The published files of a data directory, and the name that points to the current one.

`leadline.duckdb` is a relative symlink to `published/leadline-<run_id>.duckdb`; on a platform without symlinks it is a
small text file with that path. It is only ever replaced as a whole: a reader sees the old generation or the new one.
"""

import re
from pathlib import Path

from warehouse.durable import to_disk
from warehouse.errors import WarehouseError

CURRENT = "leadline.duckdb"
FOLDER = "published"
KEPT = 3

_UNFINISHED = ".unfinished-"
_NAME = re.compile(r"leadline-[\w.-]+\.duckdb")


def current(directory: Path) -> Path | None:
    """The current generation under its own name; None when nothing is published."""
    pointer = directory / CURRENT
    try:
        target = pointer.readlink() if pointer.is_symlink() else Path(pointer.read_text(encoding="utf-8").strip())
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None
    generation = directory / FOLDER / target.name
    return generation if _NAME.fullmatch(target.name) and generation.is_file() else None


def unfinished(directory: Path, run_id: str) -> Path:
    """Where the generation of a run is built; raises WarehouseError when that run has published already."""
    generation = final(directory, run_id)
    if not _NAME.fullmatch(generation.name):
        raise WarehouseError(f"{run_id!r} cannot be part of a file name")
    if generation.exists():
        raise WarehouseError(f"run {run_id} has published already: {generation}")
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{_UNFINISHED}{run_id}.duckdb"


def final(directory: Path, run_id: str) -> Path:
    """The name of a run's generation."""
    return directory / FOLDER / f"leadline-{run_id}.duckdb"


def switch(directory: Path, built: Path, run_id: str) -> Path:
    """Give a finished file its name and point to it, safe against a crash at any moment; returns its path."""
    generation = final(directory, run_id)
    built.chmod(0o444)
    to_disk(built)
    built.rename(generation)
    to_disk(generation.parent)
    pointer = directory / f"{_UNFINISHED}{CURRENT}"
    pointer.unlink(missing_ok=True)
    target = f"{FOLDER}/{generation.name}"
    try:
        pointer.symlink_to(target)
    except (NotImplementedError, OSError):
        pointer.write_text(target + "\n", encoding="utf-8")
        to_disk(pointer)
    pointer.replace(directory / CURRENT)
    to_disk(directory)
    return generation


def tidy(directory: Path) -> None:
    """Remove what crashes left unfinished, and all generations but the last three; never the current one.

    On POSIX a reader that has an old generation open goes on reading it.
    """
    for left in [*directory.glob(f"{_UNFINISHED}*"), *(directory / FOLDER).glob(f"{_UNFINISHED}*")]:
        left.unlink(missing_ok=True)
    now = current(directory)
    older = sorted((file for file in (directory / FOLDER).glob("leadline-*.duckdb") if file != now), reverse=True)
    for file in older[KEPT - 1 if now else KEPT :]:
        file.unlink(missing_ok=True)
