"""How long to wait for a platform, and what is told of a wait."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Patience:
    """How long to wait for what."""

    longest_wait_seconds: float = 60.0
    """For a budget to be renewed; beyond it the run ends and the next one goes on."""
    timeout_seconds: int = 60
    """For an answer to begin."""
    attempts: int = 5
    """How often to ask again after a fault of network or server."""
    first_pause_seconds: float = 1.0
    """Before the second attempt; the pauses double, with some chance in them."""


@dataclass(frozen=True)
class Waiting:
    """A wait that has just begun."""

    reason: str
    seconds: float
    until: datetime


OnWait = Callable[[Waiting], None]
