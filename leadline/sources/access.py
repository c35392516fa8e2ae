"""What every source of a platform needs: what holds its credentials, when it begins, who hears of its waits."""

import os
from datetime import date
from pathlib import Path

from collectors.waiting import OnWait, Waiting
from leadline.config import Config
from leadline.errors import SourceUnreachable
from leadline.narration import Say


def variable(name: str, key: str) -> str:
    """Return what an environment variable holds, that `key` of the configuration names.

    Raises SourceUnreachable where it is not there or empty.
    """
    content = os.environ.get(name, "").strip()
    if not content:
        raise SourceUnreachable(
            f"environment variable {name} is not set",
            hint=f"export {name}=… before the run, or name another in {key}",
        )
    return content


def content(config: Config, file: str, key: str) -> str:
    """Return what a file holds, that `key` of the configuration names.

    Raises SourceUnreachable where it cannot be read or is empty.
    """
    path = Path(config.locate(file))
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        found = ""
    if not found:
        raise SourceUnreachable(f"{path} is empty or cannot be read", hint=f"check {key}, and who may read the file")
    return found


def later(*days: date | None) -> date | None:
    """Return the last of the days that are told; None where none is."""
    return max((day for day in days if day), default=None)


def telling(source: str, say: Say | None) -> OnWait:
    """Return who is told of the waits of a source, and tells `say` of them."""

    def on_wait(waiting: Waiting) -> None:
        if say:
            say(
                f"{source}: waiting {waiting.seconds:.0f} s, until {waiting.until:%H:%M:%S} UTC: {waiting.reason}",
                event="waiting",
                source=source,
                seconds=round(waiting.seconds, 1),
                until=waiting.until,
                reason=waiting.reason,
            )

    return on_wait
