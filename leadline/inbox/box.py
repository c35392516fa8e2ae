"""The folder that reports are put into: `<data>/inbox`, one NDJSON file a call, and its archive `inbox/loaded`.

Who reports never opens the warehouse, so that it can happen at any time, and as often as wanted at once. A file has its
name only when all of it is on disk; names sort in the order of the calls. Files that were loaded move to `loaded` and
stay there: they are all that a rebuild needs. A file that no report can have written moves to `refused`.
"""

import json
import os
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from leadline.inbox.reports import Report, reread
from warehouse.durable import to_disk


class Inbox:
    """The inbox of a data directory."""

    def __init__(self, directory: Path) -> None:
        self.folder = directory / "inbox"
        self.loaded_folder = self.folder / "loaded"
        self.refused_folder = self.folder / "refused"

    def put(self, reports: Sequence[Report], now: datetime) -> Path:
        """Write the reports of one call as one file; when this returns, it is on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(4)}.ndjson"
        half = file.with_suffix(".unfinished")
        try:
            with half.open("xb") as out:
                out.writelines(json.dumps(report, ensure_ascii=False).encode() + b"\n" for report in reports)
                out.flush()
                os.fsync(out.fileno())
            half.rename(file)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
        to_disk(self.folder)
        return file

    def waiting(self) -> list[Path]:
        """Return the files that no run has loaded, in the order of the calls."""
        return sorted(self.folder.glob("*.ndjson"))

    def loaded(self) -> list[Path]:
        """Return the files that were loaded, in the order of the calls."""
        return sorted(self.loaded_folder.glob("*.ndjson"))

    def refused(self) -> int:
        """Return how many files were set aside."""
        return len(list(self.refused_folder.glob("*.ndjson")))

    def archive(self, files: Iterable[Path]) -> None:
        """Move files to those that were loaded."""
        _move(files, self.loaded_folder)

    def refuse(self, file: Path) -> None:
        """Set a file aside that no report can have written."""
        _move([file], self.refused_folder)


def read(file: Path) -> list[Report]:
    """Return the reports of a file, in order; raises ValueError where it holds anything else."""
    return [reread(line) for line in file.read_bytes().splitlines()]


def _move(files: Iterable[Path], folder: Path) -> None:
    files = list(files)
    if not files:
        return
    folder.mkdir(exist_ok=True)
    for file in files:
        file.replace(folder / file.name)
    for changed in (folder, folder.parent):
        to_disk(changed)
