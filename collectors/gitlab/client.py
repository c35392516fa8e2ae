"""How GitLab is asked: through python-gitlab, within the budget, several at a time, again after a fault.

python-gitlab is told neither to wait nor to retry: it would sleep through a used-up budget without a word. GraphQL goes
through the same requests as REST, because python-gitlab's class for it keeps neither the answer as it was received,
which the archive holds, nor the headers that say how long to wait.
"""

import logging
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import gitlab as python_gitlab
import requests
import stamina
from gitlab.exceptions import GitlabError as SdkError

from collectors.gitlab import budget
from collectors.gitlab.answers import Answer, Limited, Raw, judged
from collectors.gitlab.errors import BudgetSpent, Forbidden, GitLabError, Malformed, Refused, TooHeavy, Unreachable
from collectors.waiting import OnWait, Patience, Waiting

# What is asked again is told by its outcome; a line for every attempt would say nothing more.
logging.getLogger("stamina").addHandler(logging.NullHandler())

_NETWORK = (requests.RequestException, ConnectionError, TimeoutError)


class _Again(Exception):  # noqa: N818 - asks for something
    """A fault that may be over at the next attempt; holds the error to raise when it is not."""

    def __init__(self, error: GitLabError) -> None:
        super().__init__(str(error))
        self.error = error


class _Connection:
    """python-gitlab for one thread, and the last answer that it got."""

    def __init__(self, base_url: str, token: str, timeout: float) -> None:
        session = requests.Session()
        session.hooks["response"].append(self._keep)
        self._gitlab = python_gitlab.Gitlab(
            base_url,
            oauth_token=token,  # a Bearer header, which is taken off where a redirect leads to another host
            session=session,
            timeout=timeout,
            keep_base_url=True,
            retry_transient_errors=False,
            user_agent="leadline",
        )
        self._last: Raw | None = None

    def _keep(self, response: requests.Response, *_: Any, **__: Any) -> None:
        # Decoded as what JSON is: requests takes a text type without a charset for Latin-1.
        text = response.content.decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in response.headers.items()}
        self._last = Raw(response.status_code, headers, text)

    def ask(self, verb: str, path: str, query: Mapping[str, Any], body: dict[str, Any] | None) -> Raw:
        """The answer to one request, whatever its status; raises what the network raises."""
        self._last = None
        try:
            self._gitlab.http_request(
                verb, path, query_data=dict(query), post_data=body, obey_rate_limit=False, max_retries=0
            )
        except python_gitlab.exceptions.RedirectError:
            raise
        except SdkError:  # of a status that is not a success: it is judged like any other
            if self._last is None:
                raise
        said: Raw | None = self._last  # what the hook kept
        if said is None:
            raise Malformed(f"{path}: no answer", hint=_NETWORK_HINT)
        return said


class Client:
    """GitLab's GraphQL and REST, for any number of threads."""

    def __init__(
        self,
        token: str,
        base_url: str,
        *,
        patience: Patience | None = None,
        workers: int = 4,
        on_wait: OnWait | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/").removesuffix("/api/v4")
        self.workers = workers
        self._token = token.strip()
        self._patience = patience or Patience()
        self._on_wait = on_wait
        self._seats = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._local = threading.local()
        self._requests = 0
        self._stopped = threading.Event()
        self._budget: budget.Budget | None = None
        self._paused_until = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as instants are stored

    @property
    def requests(self) -> int:
        """How many requests were sent so far, repeated ones included."""
        return self._requests

    @property
    def budget(self) -> budget.Budget | None:
        """What the last answer said of the budget; None where GitLab sets no limit."""
        return self._budget

    def stop(self) -> None:
        """Let nobody wait any longer: what is asked from now on is refused."""
        self._stopped.set()

    def graphql(self, query: str, variables: Mapping[str, object], *, is_least: bool = False) -> Answer:
        """The data that a query gives.

        Raises TooHeavy where less should be asked for, and the other errors of `collectors.gitlab.errors`. `is_least`
        says that nobody can ask for less: then it is asked as often as after any other fault.
        """
        body = {"query": query, "variables": dict(variables)}
        return self._persist("post", f"{self.base_url}/api/graphql", {}, body, "GraphQL query", is_least=is_least)

    def rest(self, path: str, parameters: Mapping[str, Any] | None = None, *, of: type = list) -> Answer:
        """The list, or the `dict`, at a path below `/api/v4`."""
        return self._persist("get", path, parameters or {}, None, path, of=of)

    def introduced(self) -> tuple[str, list[str]]:
        """The user name that the token belongs to, and the scopes that it has, where GitLab tells them."""
        who = str(self.rest("/user", of=dict).body.get("username"))
        try:
            return who, list(self.rest("/personal_access_tokens/self", of=dict).body.get("scopes") or ())
        except Forbidden:  # the token of an application
            return who, []

    def _persist(
        self,
        verb: str,
        path: str,
        parameters: Mapping[str, Any],
        body: dict[str, Any] | None,
        what: str,
        *,
        of: type = object,
        is_least: bool = True,
    ) -> Answer:
        """Ask until there is an answer, an error that repeating does not help, or no patience left."""
        patience = self._patience
        # GitLab gives up on heavy queries by itself: once may be chance, twice is not.
        attempts = patience.attempts if is_least else min(2, patience.attempts)
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
                        return self._once(verb, path, parameters, body, what, of=of)
                    except TooHeavy as error:
                        if tried >= attempts or "complexity" in str(error):
                            raise
                        raise _Again(error) from None
                    except (Unreachable, Malformed) as error:
                        raise _Again(error) from None
        except _Again as again:
            raise again.error from None
        raise AssertionError("retry_context ends with an answer or an error")

    def _once(
        self, verb: str, path: str, parameters: Mapping[str, Any], body: dict[str, Any] | None, what: str, *, of: type
    ) -> Answer:
        """Ask once, and again for as long as GitLab only says to wait."""
        for limited in count(1):
            self._wait_for_budget()
            try:
                with self._seats:
                    with self._lock:
                        self._requests += 1
                    raw = self._connection().ask(verb, path, parameters, body)
            except requests.ReadTimeout:
                kind = TooHeavy if body else Unreachable
                raise kind(f"{what}: no answer in time", hint=_NETWORK_HINT) from None
            except python_gitlab.exceptions.RedirectError:
                raise Refused(f"{self.base_url} leads elsewhere", hint=_REDIRECT_HINT) from None
            except _NETWORK as error:
                # Only the kind of the error: its text can hold the address with all that was asked.
                raise Unreachable(f"{what}: {type(error).__name__}", hint=_NETWORK_HINT) from None
            self._budget = budget.read(raw.headers) or self._budget
            try:
                return judged(raw, what, graphql=body is not None, of=of)
            except Limited as told:
                self._pause(told.until, limited)
        raise AssertionError("count has no end")

    def _pause(self, until: datetime, limited: int) -> None:
        """Ask nothing until then, and for longer where that was not enough.

        Raises BudgetSpent where the same request was limited too often: the server's clock, or what it says, is wrong.
        """
        if limited > self._patience.attempts:
            raise BudgetSpent(f"{self.base_url}: limited again and again", until=budget.now() + budget.PAUSE)
        least = self._patience.first_pause_seconds * 2 ** (limited - 1) if limited > 1 else 0
        with self._lock:
            self._paused_until = max(self._paused_until, until, budget.now() + timedelta(seconds=least))

    def _wait_for_budget(self) -> None:
        """Wait where the budget is used up but soon will not be; raises BudgetSpent where it would take too long."""
        while True:
            known = self._budget
            waits = [known.free_at if known else None, self._paused_until]
            until = max(wait for wait in waits if wait)
            seconds = (until - budget.now()).total_seconds()
            if seconds <= 0 and not self._stopped.is_set():
                return
            if seconds > self._patience.longest_wait_seconds or self._stopped.is_set():
                raise BudgetSpent(f"{self.base_url}: {_SPENT}", until=until)
            if self._on_wait:
                self._on_wait(Waiting(_SPENT, seconds, until))
            deadline = time.monotonic() + seconds
            while (left := deadline - time.monotonic()) > 0 and not self._stopped.is_set():
                self._stopped.wait(min(left, 1.0))

    def _connection(self) -> _Connection:
        """The connection of this thread."""
        if not (self._token and self._token.isascii() and self._token.isprintable() and " " not in self._token):
            raise Refused("the token cannot be a token of GitLab", hint="check what token_env or token_file holds")
        found: _Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = _Connection(self.base_url, self._token, self._patience.timeout_seconds)
            self._local.connection = found
        return found


_SPENT = "the rate limit is used up"
_NETWORK_HINT = "check the network, the proxy and base_url; the next run goes on"
_REDIRECT_HINT = "set base_url to the address that GitLab itself has, scheme included"
