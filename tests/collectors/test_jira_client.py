"""How Jira is asked: who signs, what is repeated, what is waited for, and what is said when it does not work."""

import base64
import json
import threading
import time
from datetime import datetime, timedelta

import pytest

from collectors import jira
from collectors.jira.answers import now
from collectors.jira.errors import Removed, TooHeavy
from tests.collectors.fault_server import Asked, Reply, Script, answering

SECRET = "very-secret-token"  # noqa: S105 - of a server in this process
QUICK = jira.Patience(longest_wait_seconds=2, first_pause_seconds=0.001, attempts=4, timeout_seconds=1)


def client(script: Script, user: str | None = None, *, patience: jira.Patience = QUICK, **more: object) -> jira.Client:
    return jira.Client(jira.Credentials(SECRET, user), script.url, patience=patience, **more)  # type: ignore[arg-type]


def test_cloud_and_passwords_are_signed_with_a_user_and_personal_tokens_without() -> None:
    with answering(Reply()) as script:
        client(script, "ana@acme.example").get("rest/api/2/serverInfo")
        client(script).get("rest/api/2/serverInfo")
    assert script.tokens() == [base64.b64encode(f"ana@acme.example:{SECRET}".encode()).decode(), SECRET]


def test_a_question_is_sent_as_it_is_below_the_path_of_the_address() -> None:
    with answering(Reply(body={"issues": []})) as script:
        script.url += "/jira/"
        told = client(script).post("rest/api/2/search", {"jql": 'project = "Ä"'})
    assert told.body == {"issues": []}
    asked = script.asked[0]
    assert (asked.method, asked.path) == ("POST", "/jira/rest/api/2/search")
    assert json.loads(asked.body) == {"jql": 'project = "Ä"'}


@pytest.mark.parametrize(
    ("reply", "kind", "message", "hint"),
    [
        (Reply(401, {"message": "Unauthorized"}), jira.Refused, "refuses the credentials: Unauthorized", "user_env"),
        (Reply(401, "<html>Log in</html>"), jira.Refused, "refuses the credentials", "API token"),
        (
            Reply(200, {}, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}),
            jira.Refused,
            "refuses the credentials",
            "personal access token",
        ),
        (
            Reply(403, "", {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}),
            jira.Refused,
            "asks for a CAPTCHA",
            "log in once in the browser with that account, then run again",
        ),
        (
            Reply(
                403,
                "<html>no</html>",
                {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example/login.jsp"},
            ),
            jira.Refused,
            "asks for a CAPTCHA",
            "at https://jira.example/login.jsp,",
        ),
        (
            Reply(403, "", {"X-Seraph-LoginReason": "AUTHORISATION_FAILED"}),
            jira.Refused,
            "does not let it in",
            "licence",
        ),
        (
            Reply(403, {"errorMessages": ["You may not"]}),
            jira.Forbidden,
            "GET /rest/x: status 403, You may not",
            "Browse Projects",
        ),
        (Reply(404, {"errorMessages": None, "errors": {"x": "Gone"}}), jira.Forbidden, "status 404, Gone", "Browse"),
        (
            Reply(400, {"errorMessages": ["The value 'X' does not exist for the field 'project'."]}),
            jira.Forbidden,
            "status 400, The value 'X' does not exist",
            "check projects or jql",
        ),
        (Reply(403, [1]), jira.Forbidden, "GET /rest/x: status 403", "Browse"),
        (
            Reply(410, {"errorMessages": ["The requested API has been removed."]}),
            Removed,
            "status 410, The requested API has been removed.",
            "removed this endpoint",
        ),
        (Reply(302, "", {"Location": "https://sso.example"}), jira.Unreachable, "redirect", "log-in page"),
        (Reply(200, "<html>Proxy</html>"), jira.Malformed, "a web page instead of JSON", "proxy"),
        (Reply(200, '{"issues": ['), jira.Malformed, "cut off or broken", "proxy"),
        (Reply(500, "oops"), jira.Unreachable, "status 500", "next run"),
        (Reply(fault="reset"), jira.Unreachable, "ConnectionError", "network"),
        (Reply(body={"a": "b" * 100}, fault="cut"), jira.Unreachable, "ChunkedEncodingError", "network"),
        (Reply(delay_seconds=2), jira.Unreachable, "no answer in time", "network"),
    ],
)
def test_what_is_said_when_it_does_not_work(reply: Reply, kind: type[jira.JiraError], message: str, hint: str) -> None:
    with answering(reply) as script, pytest.raises(kind) as caught:
        client(script).get("rest/x")
    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert SECRET not in repr(caught.value) + caught.value.hint
    repeated = kind in {jira.Malformed, jira.Unreachable}
    assert len(script.asked) == (QUICK.attempts if repeated else 1)


@pytest.mark.parametrize(
    "fault",
    [Reply(502), Reply(503, "<html>"), Reply(fault="reset"), Reply(body="{", fault="cut"), Reply(body="<html>")],
)
def test_what_may_be_over_is_asked_again(fault: Reply) -> None:
    with answering(fault, fault, Reply(body={"it": "works"})) as script:
        asking = client(script)
        assert asking.get("rest/x").body == {"it": "works"}
    assert asking.requests == 3


def test_heavy_questions_are_asked_twice_and_then_to_be_made_lighter() -> None:
    with answering(Reply(504)) as script, pytest.raises(TooHeavy):
        client(script).post("rest/x", {}, is_heavy=True)
    assert len(script.asked) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_the_server_is_left_alone_for_as_long_as_it_says(status: int) -> None:
    waits: list[jira.Waiting] = []
    with answering(Reply(status, "", {"Retry-After": "0.3"}), Reply(body={"it": "works"})) as script:
        began = time.monotonic()
        assert client(script, on_wait=waits.append).get("rest/x").body == {"it": "works"}
        assert time.monotonic() - began >= 0.25
    assert [wait.reason for wait in waits] == ["the rate limit of Jira is used up"]


@pytest.mark.parametrize("headers", [{"Retry-After": value} for value in ("600", "soon", "nan", "1e12")] + [{}])
def test_a_wait_that_is_too_long_ends_the_run(headers: dict[str, str]) -> None:
    with answering(Reply(429, "", headers)) as script, pytest.raises(jira.BudgetSpent) as caught:
        client(script).get("rest/x")
    assert len(script.asked) == 1
    assert caught.value.until - now() > timedelta(seconds=20)
    assert f"{caught.value.until:%H:%M} UTC" in caught.value.hint


def test_limits_without_an_end_do_not_go_on_for_ever() -> None:
    with answering(Reply(429, "", {"Retry-After": "0"})) as script, pytest.raises(jira.BudgetSpent) as caught:
        client(script).get("rest/x")
    assert "again and again" in str(caught.value)
    assert len(script.asked) == QUICK.attempts + 1


def test_no_more_are_asked_at_once_than_there_are_workers() -> None:
    def slow(asked: Asked) -> Reply:
        return Reply(delay_seconds=0.05)

    with answering(rule=slow) as script:
        asking = client(script, workers=2)
        threads = [threading.Thread(target=asking.get, args=("rest/x",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert script.most_at_once == 2


@pytest.mark.parametrize("token", ["", "two\nlines", "Größe"])
def test_what_cannot_be_a_token_is_refused_unsent(token: str) -> None:
    with pytest.raises(jira.Refused) as caught:
        jira.Client(jira.Credentials(token), "http://127.0.0.1:9")
    assert "the token is empty or has characters" in str(caught.value)
    assert "Größe" not in repr(jira.Credentials(token, token)) + str(caught.value)


def test_until_is_an_instant_to_come() -> None:
    spent = jira.BudgetSpent("x", until=datetime.fromisoformat("2026-01-02T03:04:05"))
    assert spent.hint == "it may be asked again at 2026-01-02 03:04 UTC; the next run goes on"
