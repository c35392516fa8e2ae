"""Errors a user can do something about, and the exit code each one ends with.

LeadlineError                 1  the run failed
├── ConfigError               2  usage or configuration
├── SourceUnreachable         3  a source could not be reached or refused the credentials
└── PartlyRead                4  some of a source could not be read, the rest was
(the warehouse has errors of its own: 5 where another run holds it, 1 for the others)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to cron; documented in the command line reference."""

    OK = 0
    FAILED = 1
    USAGE = 2
    SOURCE = 3
    PARTIAL = 4
    BUSY = 5
    INTERRUPTED = 130


class LeadlineError(Exception):
    """Something the user can mend: what and where in the message, the next step in the hint."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(LeadlineError):
    """The configuration or the command line is wrong; `problems` holds every mistake found in the configuration."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str | None = None, problems: Sequence["Problem"] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Problem:
    """One mistake in the configuration: where it stands, the key it concerns, what is wrong and what is expected."""

    place: str
    """`file:line`, or the environment variable or flag that holds the value."""
    key: str
    """The key, such as `source[0].name`; empty for the file as a whole."""
    message: str
    nearest: str | None = None
    """The known key or value that is most like the one written."""

    def __str__(self) -> str:
        suggestion = f'; did you mean "{self.nearest}"?' if self.nearest else ""
        return ": ".join(filter(None, (self.place, self.key, self.message + suggestion)))


class SourceUnreachable(LeadlineError):  # noqa: N818 - named after what happened
    """A source could not be reached, or refused the credentials."""

    exit_code = ExitCode.SOURCE


class PartlyRead(LeadlineError):  # noqa: N818 - named after what happened
    """Some of a source could not be read; the rest was."""

    exit_code = ExitCode.PARTIAL


def refused_by_system(error: OSError) -> tuple[str, str]:
    """What the operating system refused, and the hint: files that are not there, may not be used, or do not fit."""
    files = " -> ".join(str(name) for name in (error.filename, error.filename2) if name is not None)
    message = ": ".join(filter(None, (files, (error.strerror or str(error)).lower())))
    return message, "check the path, who may read and write it, and the free space"
