"""Whose turn it is to ask: the token or installation with the most left, after a wait where there is none.

PyGithub is told neither to wait nor to retry: it would sleep through an hour of a used-up budget without a word, and
never repeats a GraphQL query.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from collectors.github import budget
from collectors.github.answers import Said
from collectors.github.credentials import Credentials, Way
from collectors.github.errors import BudgetSpent, Refused
from collectors.waiting import OnWait, Patience, Waiting

Resource = Literal["core", "graphql"]

REFUSED_HINT = (
    "check that the token is valid, has not expired, and is authorised for the organisation (SSO); docs/github.md "
    "lists the scopes that it needs"
)

_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as instants are stored
_SAME_RENEWAL = timedelta(minutes=1)
_DOWN = "the server is down and asks to be left alone"


@dataclass
class Turn:
    """What is known of one way to ask."""

    way: Way
    budgets: dict[str, budget.Budget] = field(default_factory=dict)
    paused_until: datetime = _LONG_AGO
    is_refused: bool = False
    renewal: threading.Lock = field(default_factory=threading.Lock)
    """Held while the token of an installation is renewed."""
    learning: threading.Lock = field(default_factory=threading.Lock)
    """Held while what an answer says is compared with what is known."""

    def free_at(self, resource: Resource) -> datetime | None:
        """When it may be used again; None where it may be now."""
        known = self.budgets.get(resource)
        waits = [known.free_at if known else None, self.paused_until if self.paused_until > budget.now() else None]
        return max((instant for instant in waits if instant), default=None)

    def left(self, resource: Resource) -> int:
        """How much may still be asked, as far as is known."""
        known = self.budgets.get(resource)
        return known.remaining if known else 1_000_000

    def learn(self, resource: Resource, headers: Mapping[str, Any]) -> None:
        """Keep what the headers of an answer say of the budget; of answers that overtake each other, the least."""
        found = budget.read(headers, resource)
        if not found or found.resource != resource:
            return
        with self.learning:
            known = self.budgets.get(resource)
            is_same = known is not None and abs(found.resets_at - known.resets_at) < _SAME_RENEWAL
            if known is None or not is_same or found.remaining < known.remaining:
                self.budgets[resource] = found


class Turns:
    """All ways to ask, for any number of threads."""

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        owners: tuple[str, ...],
        patience: Patience,
        on_wait: OnWait | None,
    ) -> None:
        self._credentials = credentials
        self._base_url = base_url
        self._owners = owners
        self._patience = patience
        self._on_wait = on_wait
        self._lock = threading.Lock()
        self._turns: list[Turn] | None = None
        self._down_until = _LONG_AGO
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let nobody wait any longer: whoever would have to is refused."""
        self._stopped.set()

    def all(self) -> list[Turn]:
        """Every way; an App is asked for its installations once."""
        with self._lock:
            if self._turns is None:
                self._turns = [Turn(way) for way in self._credentials.ways(self._base_url, self._owners)]
            return self._turns

    def usable(self, owner: str | None) -> list[Turn]:
        """The ways that serve an owner and are not refused; raises Refused where there is none."""
        serving = [turn for turn in self.all() if turn.way.serves(owner)]
        usable = [turn for turn in serving if not turn.is_refused]
        if not usable:
            message = f"{self._base_url} refuses the credentials" if serving else f"no credentials serve {owner}"
            raise Refused(message, hint=REFUSED_HINT)
        return usable

    def next(self, resource: Resource, owner: str | None) -> Turn:
        """The way with the most left, after a wait where there is none but will be soon.

        Raises Refused where all were refused, BudgetSpent where the wait would be too long.
        """
        spent = f"the rate limit of {'GraphQL' if resource == 'graphql' else 'REST'} is used up"
        while True:
            if self._down_until > budget.now():
                self._wait(self._down_until, _DOWN)
                continue
            usable = self.usable(owner)
            free = [turn for turn in usable if turn.free_at(resource) is None]
            if free:
                return max(free, key=lambda turn: turn.left(resource))
            self._wait(min(filter(None, (turn.free_at(resource) for turn in usable)), default=budget.now()), spent)

    def pause(self, turn: Turn, resource: Resource, said: Said, limited: int) -> None:
        """Leave a way alone for as long as was said, all of them where the server is down; longer after each time.

        Raises BudgetSpent where the same request was limited too often: the server's clock, or what it says, is wrong.
        """
        now = budget.now()
        if limited > self._patience.attempts * len(self.all()):
            what = "down" if said.is_down else "limited"
            raise BudgetSpent(f"{self._base_url}: {what} again and again", until=now + budget.SECONDARY_PAUSE)
        known = turn.budgets.get(resource)
        renewed = known.resets_at if known and said.is_budget else now + (said.pause or timedelta())
        least = self._patience.first_pause_seconds * 2 ** (limited - 1) if limited > 1 else 0
        until = max(renewed, now + timedelta(seconds=least))
        if said.is_down:
            self._down_until = max(self._down_until, until)
        else:
            turn.paused_until = max(turn.paused_until, until)

    def _wait(self, until: datetime, reason: str) -> None:
        seconds = (until - budget.now()).total_seconds()
        if seconds > self._patience.longest_wait_seconds or self._stopped.is_set():
            raise BudgetSpent(f"{self._base_url}: {reason}", until=until)
        if seconds > 0:
            if self._on_wait:
                self._on_wait(Waiting(reason, seconds, until))
            deadline = time.monotonic() + seconds
            while (left := deadline - time.monotonic()) > 0 and not self._stopped.is_set():
                self._stopped.wait(min(left, 1.0))
