"""One writer at a time on a data directory.

The lock is the kernel's (`flock`, through filelock): it ends with the process that holds it, however that process ends.
The file itself stays and names the last holder, so that the one who has to wait can say for whom.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.errors import WarehouseError

LOCK_FILE = "warehouse.lock"


class WarehouseBusy(WarehouseError):  # noqa: N818 - named after what happened
    """Another run holds the warehouse."""

    exit_code = 5

    def __init__(self, pid: int | None, started_at: datetime | None, *, directory: Path) -> None:
        holder = "another program" if pid is None else f"another run (pid {pid})"
        since = "" if started_at is None else f" since {started_at:%Y-%m-%d %H:%M:%S} UTC"
        super().__init__(
            f"{holder} holds the warehouse in {directory}{since}",
            hint="wait until it has finished, or end it" + (f": kill {pid}" if pid else ""),
        )
        self.pid = pid
        self.started_at = started_at


@dataclass(frozen=True)
class Lock:
    """A lock that is held until `release`, or until the process ends."""

    _held: FileLock

    @classmethod
    def take(cls, directory: Path, *, patience_seconds: float = 0.0) -> "Lock":
        """The lock on `directory`, at once or after a little patience; raises `WarehouseBusy` naming the holder."""
        path = directory / LOCK_FILE
        held = FileLock(path, timeout=patience_seconds, thread_local=False, preserve_lock_file=True, on_acquired=_sign)
        try:
            held.acquire()
        except Timeout:
            raise WarehouseBusy(*_holder(path), directory=directory) from None
        return cls(held)

    def release(self) -> None:
        """Let the next run in; a second call does nothing."""
        self._held.release()


def _sign(descriptor: int) -> None:
    """Write who holds the lock into its file."""
    text = json.dumps({"pid": os.getpid(), "started_at": datetime.now(UTC).replace(tzinfo=None).isoformat()}).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text, 0)


def _holder(path: Path) -> tuple[int | None, datetime | None]:
    """Process id and start (UTC) of the holder; nothing while it is still signing."""
    try:
        signed = json.loads(path.read_text(encoding="utf-8"))
        return int(signed["pid"]), datetime.fromisoformat(signed["started_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, None
