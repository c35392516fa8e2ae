"""How GitHub is asked: through PyGithub's requester, within the budget, several at a time, again after a fault."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from itertools import count
from typing import TypeVar

import github as pygithub
import requests
import stamina
from github.Requester import Requester

from collectors.github import budget
from collectors.github.answers import Answer, Document, Raw, Said, graphql_answer, judge, scopes
from collectors.github.budget import Allowance
from collectors.github.credentials import Credentials, unlisted
from collectors.github.errors import Forbidden, GitHubError, Malformed, Refused, TooHeavy, Unreachable
from collectors.github.turns import REFUSED_HINT, Resource, Turn, Turns
from collectors.waiting import OnWait, Patience

T = TypeVar("T")

# What is asked again is told by its outcome; a line for every attempt would say nothing more.
logging.getLogger("stamina").addHandler(logging.NullHandler())
# PyGithub writes to stderr by itself, beside what the commands tell.
logging.getLogger("github").handlers[:] = [logging.NullHandler()]

NO_LIMITS = 404
"""What a GitHub Enterprise without rate limits answers to the question for them."""

_NETWORK = (requests.RequestException, ConnectionError, TimeoutError)
_NETWORK_HINT = (
    "check the network, base_url, the proxy (HTTPS_PROXY) and, for a certificate of your own, REQUESTS_CA_BUNDLE; the "
    "next run goes on"
)


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
        self._patience = patience or Patience()
        self._turns = Turns(credentials, self.base_url, owners, self._patience, on_wait)
        self._seats = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._local = threading.local()
        self._requests = 0

    @property
    def requests(self) -> int:
        """How many requests were sent so far, repeated ones included."""
        return self._requests

    def stop(self) -> None:
        """Let nobody wait any longer: what is asked from now on is refused."""
        self._turns.stop()

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

    def allowances(self) -> list[Allowance]:
        """What every way to ask may do and has left, or why it is refused; costs a free request each.

        Raises Unreachable or Malformed where GitHub does not answer.
        """
        return [self._allowance(turn) for turn in self._turns.all()]

    def token(self, owner: str) -> str:
        """A token with which git may read the repositories of an owner; raises Refused or Unreachable."""
        turn = self._turns.usable(owner)[0]
        self._requester(turn)  # an installation asks for its token through this
        try:
            with turn.renewal:
                return turn.way.auth.token
        except (pygithub.GithubException, requests.RequestException) as error:
            raise unlisted(f"{turn.way.name}: no token is given", error) from None

    def _allowance(self, turn: Turn) -> Allowance:
        try:
            status, headers, text = self._send(turn, lambda requester: requester.requestJson("GET", "/rate_limit"))
        except _NETWORK as error:
            raise Unreachable(f"{self.base_url}: {type(error).__name__}", hint=_NETWORK_HINT) from None
        said = Said(text, headers, budget.now())
        if status != NO_LIMITS:
            try:
                said = judge("core", status, headers, text, "/rate_limit")
            except Forbidden as error:
                return Allowance(turn.way.name, problem=error)
        if said.is_refused:
            message = f"{self.base_url} refuses the credentials: {turn.way.name}"
            return Allowance(turn.way.name, problem=Refused(message, hint=REFUSED_HINT))
        if said.is_down:
            raise Unreachable(f"/rate_limit: status {status}", hint=_NETWORK_HINT)
        found = [] if status == NO_LIMITS else budget.of_document(Document.of(said).body)
        return Allowance(turn.way.name, scopes(headers) or turn.way.permissions, found)

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
            turn = self._turns.next(resource, owner)
            try:
                with self._seats:
                    status, headers, text = self._send(turn, send)
            except requests.ReadTimeout:
                kind = TooHeavy if resource == "graphql" else Unreachable
                raise kind(f"{what}: no answer in time", hint=_NETWORK_HINT) from None
            except _NETWORK as error:
                # Only the kind of the error: its text can hold the address with all that was asked.
                raise Unreachable(f"{what}: {type(error).__name__}", hint=_NETWORK_HINT) from None
            turn.learn(resource, headers)
            said = judge(resource, status, headers, text, what)
            if said.is_refused:
                turn.is_refused = True
            elif said.pause is not None:
                self._turns.pause(turn, resource, said, limited)
            else:
                return said
        raise AssertionError("count has no end")

    def _send(self, turn: Turn, send: Callable[[Requester], Raw]) -> Raw:
        with self._lock:
            self._requests += 1
        requester = self._requester(turn)
        try:
            if turn.way.owner is not None:
                with turn.renewal:  # one thread renews it for all
                    _ = turn.way.auth.token
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

    def _requester(self, turn: Turn) -> Requester:
        """PyGithub's requester of this thread; it keeps one connection and is not meant to be shared."""
        mine: dict[str, Requester] = self._local.__dict__.setdefault("requesters", {})
        if turn.way.name not in mine:
            mine[turn.way.name] = pygithub.Github(
                auth=turn.way.auth,
                base_url=self.base_url,
                timeout=self._patience.timeout_seconds,
                per_page=100,
                retry=None,
                seconds_between_requests=0,
                seconds_between_writes=0,
                user_agent="leadline",
            ).requester
        return mine[turn.way.name]
