"""A fault that can be found in the tables."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """A fault that can be found in the tables."""

    name: str
    severity: Literal["info", "warning", "error"]
    affects: str
    """The figures that suffer."""
    hint: str
    items: str
    """A query whose only column names every row concerned; `$now` is the time of the run, `$commit` names a commit."""
    personal: bool = False
    """Whether its items are names of people."""
