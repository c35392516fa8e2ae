"""A line of `leadline doctor`."""

from dataclasses import dataclass
from typing import Literal

from leadline.errors import ExitCode
from leadline.redact import redact


@dataclass(frozen=True)
class Check:
    """One line of the doctor."""

    status: Literal["ok", "warn", "fail"]
    name: str
    detail: str
    hint: str | None = None
    exit_code: ExitCode = ExitCode.OK
    """What a failure means for the exit code of the command."""


def fail(name: str, detail: str, hint: str | None, exit_code: ExitCode = ExitCode.FAILED) -> Check:
    """A check that failed."""
    return Check("fail", name, redact(detail), hint and redact(hint), exit_code)
