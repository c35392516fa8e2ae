"""Errors a user can do something about, and the exit code each one ends with.

LeadlineError                 1  the run failed
├── ConfigError               2  usage or configuration
├── SourceUnreachable         3  a source could not be reached or refused the credentials
└── NothingPublished          1  there is no published file yet
(warehouse.lock.WarehouseBusy ends with 5: another run holds the warehouse)
"""

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
    """The configuration or the command line is wrong."""

    exit_code = ExitCode.USAGE


class SourceUnreachable(LeadlineError):
    """A source could not be reached, or refused the credentials."""

    exit_code = ExitCode.SOURCE


class NothingPublished(LeadlineError):
    """There is no published file to read yet."""
