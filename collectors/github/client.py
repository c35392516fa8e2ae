"""How GitHub is asked: through PyGithub's requester, within the budget, several at a time, again after a fault.

PyGithub is told neither to wait nor to retry: it would sleep through an hour of a used-up budget without a word, and
never repeats a GraphQL query.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal, TypeVar

import github as pygithub
import requests
import stamina
from github.Requester import Requester

from collectors.github import budget
from collectors.github.answers import Answer, Document, Raw, Said, graphql_answer, judge
from collectors.github.credentials import Credentials, Way
from collectors.github.errors import BudgetSpent, GitHubError, Malformed, Refused, TooHeavy, Unreachable

Resource = Literal["core", "graphql"]
T = TypeVar("T")

# What is asked again is told by its outcome; a line for every attempt would say nothing more.
logging.getLogger("stamina").addHandler(logging.NullHandler())
# PyGithub writes to stderr by itself, beside what the commands tell.
logging.getLogger("github").handlers[:] = [logging.NullHandler()]

NO_LIMITS = 404
"""What a GitHub Enterprise without rate limits answers to the question for them."""

_NETWORK = (requests.RequestException, ConnectionError, TimeoutError)


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


@dataclass
class _State:
    """What is known of one way to ask."""

    way: Way
    budgets: dict[str, budget.Budget] = field(default_factory=dict)
    paused_until: datetime = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as instants are stored
    is_refused: bool = False
    renewal: threading.Lock = field(default_factory=threading.Lock)
    """Held while the token of an installation is renewed."""

    def free_at(self, resource: Resource) -> datetime | None:
        """When it may be used again; None where it may be now."""
        known = self.budgets.get(resource)
        waits = [known.free_at if known else None, self.paused_until if self.paused_until > budget.now() else None]
        return max((instant for instant in waits if instant), default=None)


class _Again(Exception):  # noqa: N818 - asks for something
    """A fault that may be over at the next attempt; holds the error to raise when it is not."""

    def __init__(self, error: GitHubError) -> None:
        super().__init__(str(error))
        self.error = error


class Client:
    """GitHub's GraphQL and REST, for any number of threads."""

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        *,
        owners: tuple[str, ...] = (),
        patience: Patience | None = None,
        workers: int = 4,
        on_wait: OnWait | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.workers = workers
        self._credentials = credentials
        self._owners = owners
        self._patience = patience or Patience()
        self._on_wait = on_wait
        self._seats = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._states: list[_State] | None = None
        self._local = threading.local()
        self._requests = 0
        self._stopped = threading.Event()

    @property
    def requests(self) -> int:
        """How many requests were sent so far, repeated ones included."""
        return self._requests

    def stop(self) -> None:
        """Let nobody wait any longer: what is asked from now on is refused."""
        self._stopped.set()

    def graphql(self, query: str, variables: Mapping[str, object], *, owner: str | None = None) -> Answer:
        """The answer to a query; one that is partly an error has `data` and `errors`.

        Raises TooHeavy where less should be asked for, and the other errors of `collectors.github.errors`.
        """
        body = {"query": query, "variables": dict(variables)}

        def send(requester: Requester) -> Raw:
            return requester.requestJson("POST", requester.graphql_url, input=body)

        return self._persist("graphql", owner, send, "GraphQL query", graphql_answer)

    def rest(
        self, path: str, parameters: Mapping[str, str | int] | None = None, *, owner: str | None = None
    ) -> Document:
        """The document at a path below the base address, or at the full address that `Document.next` gave."""
        given = dict(parameters or {})

        def send(requester: Requester) -> Raw:
            return requester.requestJson("GET", path, parameters=given)

        return self._persist("core", owner, send, path.partition("?")[0], Document.of)

    def budgets(self) -> list[tuple[str, str | None, list[budget.Budget]]]:
        """Name, what it may (None if not told) and budgets of every way to ask; costs a free request each."""
        shown = []
        for state in self._ways():
            try:
                status, headers, text = self._send(state, lambda requester: requester.requestJson("GET", "/rate_limit"))
            except _NETWORK as error:
                raise Unreachable(f"{self.base_url}: {type(error).__name__}", hint=_NETWORK_HINT) from None
            said = Said(text, headers, budget.now())
            if status != NO_LIMITS:
                said = judge("core", status, headers, text, "/rate_limit")
            if said.is_refused:
                raise Refused(f"{self.base_url} refuses the credentials: {state.way.name}", hint=_REFUSED_HINT)
            found = [] if status == NO_LIMITS else budget.of_document(Document.of(said).body)
            scopes = said.headers.get("x-oauth-scopes")
            may = state.way.permissions if scopes is None else f"scopes: {scopes or 'none'}"
            shown.append((state.way.name, may, found))
        return shown

    def _persist(
        self,
        resource: Resource,
        owner: str | None,
        send: Callable[[Requester], Raw],
        what: str,
        read: Callable[[Said], T],
    ) -> T:
        """Ask until there is an answer, an error that repeating does not help, or no patience left."""
        patience = self._patience
        # GitHub gives up on heavy queries after ten seconds: once may be chance, twice is not.
        attempts = min(2, patience.attempts) if resource == "graphql" else patience.attempts
        tried = 0
        try:
            for attempt in stamina.retry_context(
                on=_Again,
                attempts=patience.attempts,
                timeout=None,
                wait_initial=patience.first_pause_seconds,
                wait_max=30 * patience.first_pause_seconds,
                wait_jitter=patience.first_pause_seconds,
            ):
                with attempt:
                    tried += 1
                    try:
                        return read(self._once(resource, owner, send, what))
                    except TooHeavy as error:
                        if tried >= attempts:
                            raise
                        raise _Again(error) from None
                    except (Unreachable, Malformed) as error:
                        raise _Again(error) from None
        except _Again as again:
            raise again.error from None
        raise AssertionError("retry_context ends with an answer or an error")

    def _once(self, resource: Resource, owner: str | None, send: Callable[[Requester], Raw], what: str) -> Said:
        """Ask once, by the way that has most left; one that is used up or refused gives way to the next."""
        for limited in count(1):
            state = self._free_way(resource, owner)
            try:
                with self._seats:
                    status, headers, text = self._send(state, send)
            except requests.ReadTimeout:
                kind = TooHeavy if resource == "graphql" else Unreachable
                raise kind(f"{what}: no answer in time", hint=_NETWORK_HINT) from None
            except _NETWORK as error:
                # Only the kind of the error: its text can hold the address with all that was asked.
                raise Unreachable(f"{what}: {type(error).__name__}", hint=_NETWORK_HINT) from None
            self._learn(state, resource, headers)
            said = judge(resource, status, headers, text, what)
            if said.is_refused:
                state.is_refused = True
            elif said.pause is not None:
                self._pause(state, resource, said, limited)
            else:
                return said
        raise AssertionError("count has no end")

    def _pause(self, state: _State, resource: Resource, said: Said, limited: int) -> None:
        """Leave a way alone for as long as was said, and for longer where that was not enough.

        Raises BudgetSpent where the same request was limited too often: the server's clock, or what it says, is wrong.
        """
        if limited > self._patience.attempts * len(self._ways()):
            raise BudgetSpent(f"{self.base_url}: limited again and again", until=budget.now() + budget.SECONDARY_PAUSE)
        known = state.budgets.get(resource)
        renewed = known.resets_at if known and said.is_budget else budget.now() + (said.pause or timedelta())
        least = (
            timedelta(seconds=self._patience.first_pause_seconds * 2 ** (limited - 1)) if limited > 1 else timedelta()
        )
        state.paused_until = max(state.paused_until, renewed, budget.now() + least)

    def _send(self, state: _State, send: Callable[[Requester], Raw]) -> Raw:
        with self._lock:
            self._requests += 1
        requester = self._requester(state)
        try:
            if state.way.owner is not None:
                with state.renewal:  # one thread renews it for all
                    _ = state.way.auth.token
            return send(requester)
        except requests.RequestException:  # some of them are also what is caught below
            raise
        except pygithub.GithubException as error:  # raised where an App's token is renewed
            return error.status, dict(error.headers or {}), json.dumps(error.data or {})
        except (ValueError, OverflowError):  # PyGithub reads the headers of the budget, whatever they hold
            raise Malformed(
                f"{self.base_url}: an answer with headers that make no sense",
                hint="check base_url and the proxy in between; the next run tries again",
            ) from None
        except (RuntimeError, AssertionError) as error:
            raise Unreachable(
                f"{self.base_url}: answered with a redirect that is not followed",
                hint="set base_url to the address that the API itself has, scheme included",
            ) from error

    def _requester(self, state: _State) -> Requester:
        """PyGithub's requester of this thread; it keeps one connection and is not meant to be shared."""
        mine: dict[str, Requester] = self._local.__dict__.setdefault("requesters", {})
        if state.way.name not in mine:
            mine[state.way.name] = pygithub.Github(
                auth=state.way.auth,
                base_url=self.base_url,
                timeout=self._patience.timeout_seconds,
                per_page=100,
                retry=None,
                seconds_between_requests=0,
                seconds_between_writes=0,
                user_agent="leadline",
            ).requester
        return mine[state.way.name]

    def _ways(self) -> list[_State]:
        with self._lock:
            if self._states is None:
                self._states = [_State(way) for way in self._credentials.ways(self.base_url, self._owners)]
            return self._states

    def _free_way(self, resource: Resource, owner: str | None) -> _State:
        """The way with the most left, after a wait where there is none but will be soon.

        Raises Refused where all were refused, BudgetSpent where the wait would be too long.
        """
        while True:
            ways = [state for state in self._ways() if state.way.serves(owner)]
            usable = [state for state in ways if not state.is_refused]
            if not usable:
                raise Refused(
                    f"{self.base_url} refuses the credentials" if ways else f"no credentials serve {owner}",
                    hint=_REFUSED_HINT,
                )
            free = [state for state in usable if state.free_at(resource) is None]
            if free:
                return max(free, key=lambda state: _left(state, resource))
            self._wait(min(filter(None, (state.free_at(resource) for state in usable)), default=budget.now()), resource)

    def _wait(self, until: datetime, resource: Resource) -> None:
        seconds = (until - budget.now()).total_seconds()
        reason = f"the rate limit of {'GraphQL' if resource == 'graphql' else 'REST'} is used up"
        if seconds > self._patience.longest_wait_seconds or self._stopped.is_set():
            raise BudgetSpent(f"{self.base_url}: {reason}", until=until)
        if seconds > 0:
            if self._on_wait:
                self._on_wait(Waiting(reason, seconds, until))
            deadline = time.monotonic() + seconds
            while (left := deadline - time.monotonic()) > 0 and not self._stopped.is_set():
                self._stopped.wait(min(left, 1.0))

    def _learn(self, state: _State, resource: Resource, headers: Mapping[str, Any]) -> None:
        found = budget.read(headers, resource)
        if found and found.resource == resource:
            state.budgets[resource] = found


_REFUSED_HINT = "check that the token is valid, has not expired, and is authorised for the organisation (SSO)"
_NETWORK_HINT = "check the network, the proxy and base_url; the next run goes on"


def _left(state: _State, resource: Resource) -> int:
    known = state.budgets.get(resource)
    return known.remaining if known else 1_000_000
