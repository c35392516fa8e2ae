"""A fault that can be counted."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """A fault that can be counted."""

    name: str
    severity: Literal["info", "warning", "error"]
    affects: str
    """The figures that suffer."""
    hint: str
    count: str
    """A query for the number of rows; `$now` is the instant of the run."""
