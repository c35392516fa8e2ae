"""How Jira is asked: over the sessions of the `jira` package, several at a time, again after a fault.

The package is told neither to wait nor to retry: it sleeps without a word, and repeats neither a server error nor a
time-out. What it knows is how to sign requests.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import requests
import stamina
from jira import JIRA
from requests import Response, Session

from collectors.jira.answers import Document, Pause, judge, now
from collectors.jira.errors import BudgetSpent, JiraError, Malformed, Refused, TooHeavy, Unreachable
from collectors.waiting import OnWait, Patience, Waiting

# What is asked again is told by its outcome; a line for every attempt would say nothing more.
logging.getLogger("stamina").addHandler(logging.NullHandler())

_NETWORK = (requests.RequestException, ConnectionError, TimeoutError)
_NETWORK_HINT = "check the network, the proxy and base_url; the next run goes on"


@dataclass(frozen=True)
class Credentials:
    """A token, with the account it belongs to (Cloud, or a password) or without (Data Center); shown to nobody."""

    token: str = field(repr=False)
    user: str | None = field(default=None, repr=False)

    def sign_in(self) -> dict[str, Any]:
        """The arguments with which the `jira` package signs requests; raises Refused for what cannot be a token."""
        for name, value in (("token", self.token), ("user", self.user)):
            if value is not None and not (value and value.isascii() and value.isprintable()):
                raise Refused(f"the {name} is empty or has characters that it cannot have", hint="check what holds it")
        return {"token_auth": self.token} if self.user is None else {"basic_auth": (self.user, self.token)}


class _Again(Exception):  # noqa: N818 - asks for something
    """A fault that may be over at the next attempt; holds the error to raise when it is not."""

    def __init__(self, error: JiraError) -> None:
        super().__init__(str(error))
        self.error = error


class Client:
    """Jira's REST, for any number of threads."""

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        *,
        patience: Patience | None = None,
        workers: int = 4,
        on_wait: OnWait | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.workers = workers
        self._sign_in = credentials.sign_in()
        self._patience = patience or Patience()
        self._on_wait = on_wait
        self._seats = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._local = threading.local()
        self._paused_until = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as instants are stored
        self._requests = 0
        self._stopped = threading.Event()

    @property
    def requests(self) -> int:
        """How many requests were sent so far, repeated ones included."""
        return self._requests

    def stop(self) -> None:
        """Let nobody wait any longer: what would have to wait is refused."""
        self._stopped.set()

    def get(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Document:
        """The document at a path below the base address; raises the errors of `collectors.jira.errors`."""
        return self._persist("GET", path, {"params": dict(parameters or {})}, is_heavy=False)

    def post(self, path: str, body: Mapping[str, object], *, is_heavy: bool = False) -> Document:
        """The answer to a question that is too long for an address; nothing is changed by it.

        With `is_heavy`, TooHeavy is raised where less should be asked for.
        """
        return self._persist("POST", path, {"data": json.dumps(body)}, is_heavy=is_heavy)

    def _persist(self, method: str, path: str, asked: dict[str, Any], *, is_heavy: bool) -> Document:
        """Ask until there is an answer, an error that repeating does not help, or no patience left."""
        patience = self._patience
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
                        return self._once(method, path, asked, is_heavy=is_heavy)
                    except TooHeavy as error:
                        if tried >= 2:  # noqa: PLR2004 - once may be chance, twice is not
                            raise
                        raise _Again(error) from None
                    except (Unreachable, Malformed) as error:
                        raise _Again(error) from None
        except _Again as again:
            raise again.error from None
        raise AssertionError("retry_context ends with an answer or an error")

    def _once(self, method: str, path: str, asked: dict[str, Any], *, is_heavy: bool) -> Document:
        """Ask once; where the server wants to be left alone, when that is over.

        Raises BudgetSpent where that takes too long, or has no end.
        """
        what = f"{method} /{path}"
        for limited in count(1):
            self._wait()
            try:
                with self._seats:
                    response = self._send(method, path, asked)
            except requests.ReadTimeout:
                kind = TooHeavy if is_heavy else Unreachable
                raise kind(f"{what}: no answer in time", hint=_NETWORK_HINT) from None
            except _NETWORK as error:
                # Only the kind of the error: its text can hold the address with all that was asked.
                raise Unreachable(f"{what}: {type(error).__name__}", hint=_NETWORK_HINT) from None
            headers = {name.lower(): value for name, value in response.headers.items()}
            said = judge(response.status_code, headers, response.text, what, is_heavy=is_heavy)
            if isinstance(said, Document):
                return said
            self._pause(said, limited)
        raise AssertionError("count has no end")

    def _send(self, method: str, path: str, asked: dict[str, Any]) -> Response:
        with self._lock:
            self._requests += 1
        # The session's own `request` raises errors that hold the request with its headers, and fails at bodies that
        # are not what Jira usually says; the one that it is built on does neither.
        response = Session.request(
            self._session(),
            method,
            f"{self.base_url}/{path}",
            timeout=self._patience.timeout_seconds,
            allow_redirects=False,
            **asked,
        )
        response.encoding = "utf-8"  # else it is guessed from the content, which takes long
        return response

    def _session(self) -> Session:
        """The session of this thread; it keeps one connection and is not meant to be shared."""
        mine: dict[str, JIRA] = self._local.__dict__
        if "jira" not in mine:
            mine["jira"] = JIRA(
                self.base_url,
                options={"headers": {"User-Agent": "leadline"}},
                get_server_info=False,
                max_retries=0,
                logging=False,
                **self._sign_in,
            )
        return mine["jira"]._session  # noqa: SLF001 - the package has no method for what is asked here

    def _pause(self, said: Pause, limited: int) -> None:
        """Leave the server alone for as long as it says, and for longer where that was not enough."""
        if limited > self._patience.attempts:
            raise BudgetSpent(f"{self.base_url}: limited again and again", until=now() + timedelta(minutes=1))
        least = self._patience.first_pause_seconds * 2 ** (limited - 1) if limited > 1 else 0
        with self._lock:
            self._paused_until = max(self._paused_until, now() + said.time, now() + timedelta(seconds=least))

    def _wait(self) -> None:
        """Wait where the server wants to be left alone; raises BudgetSpent where that takes too long."""
        until = self._paused_until
        seconds = (until - now()).total_seconds()
        if seconds <= 0:
            return
        reason = "the rate limit of Jira is used up"
        if seconds > self._patience.longest_wait_seconds or self._stopped.is_set():
            raise BudgetSpent(f"{self.base_url}: {reason}", until=until)
        if self._on_wait:
            self._on_wait(Waiting(reason, seconds, until))
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self._stopped.is_set():
            self._stopped.wait(min(left, 1.0))
