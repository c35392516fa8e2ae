"""How GitLab is asked: faults are outlived, waits are told and bounded, and what cannot be answered is said clearly."""

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors import gitlab
from collectors.gitlab.errors import Malformed, Stale, TooHeavy, Unknown
from tests.collectors.fault_server import Asked, Reply, Script, answering

HURRIED = gitlab.Patience(longest_wait_seconds=2, timeout_seconds=5, attempts=4, first_pause_seconds=0.001)
TOKEN = "glpat-abcdefghijklmnop"  # noqa: S105 - of no server
GOOD = Reply(body=[{"id": 1}])


def client(script: Script, patience: gitlab.Patience = HURRIED, **options: object) -> gitlab.Client:
    return gitlab.Client(TOKEN, script.url, patience=patience, **options)  # type: ignore[arg-type]


def budget(remaining: int, seconds: float) -> dict[str, str]:
    return {
        "RateLimit-Limit": "2000",
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(int(time.time() + seconds)),
    }


@pytest.mark.parametrize(
    "fault",
    [
        Reply(500, {"message": "500 Internal Server Error"}),
        Reply(502, "<html>Bad Gateway</html>"),
        Reply(503, "Service Unavailable"),
        Reply(fault="reset"),
        Reply(body=[{"id": 1}] * 100, fault="cut"),
        Reply(body="<html><body>Please log in</body></html>"),
        Reply(body='[{"id": 1'),
        Reply(429, "Retry later", {"Retry-After": "0"}),
    ],
    ids=["500", "502", "503", "reset", "cut", "page", "broken", "limited"],
)
def test_a_fault_that_passes_is_outlived(fault: Reply) -> None:
    with answering(fault, fault, GOOD) as script:
        asking = client(script)
        assert asking.rest("/projects").body == [{"id": 1}]
    assert asking.requests == len(script.asked) == 3
    assert {asked.path for asked in script.asked} == {"/api/v4/projects"}


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (Reply(500, {}), gitlab.Unreachable, "status 500"),
        (Reply(body="<html></html>"), Malformed, "a web page instead of JSON"),
        (Reply(body='{"id"'), Malformed, "cut off or broken"),
        (Reply(body={"hello": "from a proxy"}), Malformed, "of another shape"),
        (Reply(404, {"message": "404 Project Not Found"}), gitlab.Forbidden, "404 Project Not Found"),
        (Reply(403, {"message": "403 Forbidden"}), gitlab.Forbidden, "status 403"),
        (Reply(403, "<html>"), gitlab.Forbidden, "a proxy may be in between"),
        (Reply(403, {"error": "insufficient_scope", "scope": "api"}), gitlab.Refused, "insufficient_scope"),
        (Reply(401, {"message": "401 Unauthorized"}), gitlab.Refused, "refuses the token"),
        (Reply(401, {"error": "invalid_token", "error_description": "Token is expired."}), gitlab.Refused, "refuses"),
    ],
)
def test_what_does_not_pass_is_said(fault: Reply, kind: type[gitlab.GitLabError], said: str) -> None:
    with answering(fault) as script, pytest.raises(kind) as caught:
        client(script).rest("/projects/1")
    assert said in str(caught.value)
    assert caught.value.hint
    assert TOKEN not in str(caught.value) + caught.value.hint
    assert len(script.asked) == (4 if kind in {gitlab.Unreachable, Malformed} else 1)


def test_nobody_there_is_said_without_the_address_of_what_was_asked() -> None:
    with answering(GOOD) as script:
        gone = script.url
    asking = gitlab.Client(TOKEN, gone, patience=HURRIED)
    with pytest.raises(gitlab.Unreachable) as caught:
        asking.rest("/projects", {"secret": "x"})
    assert "ConnectionError" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Query has complexity of 346, which exceeds max complexity of 250", TooHeavy),
        ("Request timed out. Please try a less complex query or a smaller set of records.", TooHeavy),
        ("Field 'workItems' doesn't exist on type 'Project'", Unknown),
        ("Please provide a valid cursor", Stale),
        (
            "The resource that you are attempting to access does not exist or you don't have permission",
            gitlab.Forbidden,
        ),
        ("Internal server error", TooHeavy),
    ],
)
def test_what_graphql_cannot_answer_is_told_apart(message: str, kind: type[gitlab.GitLabError]) -> None:
    body = {"data": {"project": None}, "errors": [{"message": message}]}
    with answering(Reply(body=body)) as script, pytest.raises(kind) as caught:
        client(script).graphql("{ project { id } }", {})
    assert message in str(caught.value)


def test_graphql_is_asked_at_its_address_and_again_only_once_when_it_is_too_heavy() -> None:
    with answering(Reply(502, "")) as script:
        asking = gitlab.Client(TOKEN, f"{script.url}/api/v4/", patience=HURRIED)
        with pytest.raises(TooHeavy):
            asking.graphql("query($a: Int) { x }", {"a": 1})
    assert [asked.path for asked in script.asked] == ["/api/graphql"] * 2
    assert json.loads(script.asked[0].body) == {"query": "query($a: Int) { x }", "variables": {"a": 1}}
    assert script.tokens() == [TOKEN] * 2


def test_a_server_that_is_down_is_not_taken_for_a_heavy_question() -> None:
    with answering(Reply(503, "down for maintenance")) as script, pytest.raises(gitlab.Unreachable):
        client(script).graphql("{ x }", {})
    assert len(script.asked) == 4


def test_a_limit_is_waited_for_as_long_as_the_server_says() -> None:
    told: list[gitlab.Waiting] = []
    with answering(Reply(429, "Retry later", {"Retry-After": "1"}), GOOD) as script:
        began = time.monotonic()
        client(script, on_wait=told.append).rest("/projects")
        took = time.monotonic() - began
    assert 0.9 <= took < 3
    assert [round(waiting.seconds) for waiting in told] == [1]


def test_a_limit_without_retry_after_is_waited_for_until_the_budget_is_renewed() -> None:
    headers = budget(0, 2)
    with answering(Reply(429, "Retry later", headers), GOOD) as script:
        client(script).rest("/projects")
        assert time.time() >= int(headers["RateLimit-Reset"])


def test_a_wait_that_is_too_long_ends_the_run() -> None:
    limited = Reply(429, "Retry later", {"Retry-After": "3600"})
    with answering(limited) as script, pytest.raises(gitlab.BudgetSpent) as caught:
        client(script).rest("/projects")
    until = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)
    assert abs(caught.value.until - until) < timedelta(minutes=1)
    assert len(script.asked) == 1


def test_a_budget_that_is_nearly_used_up_is_left_alone() -> None:
    with answering(replace(GOOD, headers=budget(3, 3600))) as script:
        asking = client(script)
        asking.rest("/projects")
        with pytest.raises(gitlab.BudgetSpent):
            asking.rest("/projects")
    assert len(script.asked) == 1


@pytest.mark.parametrize("header", ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After", "Date"])
@pytest.mark.parametrize("value", ["", "soon", "1e999", "nan", "-1"])
def test_headers_that_make_no_sense_say_nothing(header: str, value: str) -> None:
    headers = {**budget(100, 3600), header: value}
    with answering(replace(GOOD, headers=headers)) as script:
        assert client(script).rest("/projects").body == [{"id": 1}]


def test_limited_again_and_again_is_not_asked_for_ever() -> None:
    with answering(Reply(429, "Retry later", {"Retry-After": "0"})) as script, pytest.raises(gitlab.BudgetSpent):
        client(script).rest("/projects")
    assert len(script.asked) == 5


def test_a_redirect_to_another_host_gets_no_token() -> None:
    with answering(GOOD) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        with answering(Reply(302, "", {"Location": f"{elsewhere}/stolen"})) as script:
            assert client(script).rest("/projects").body == [{"id": 1}]
    assert other.tokens() == [""]


def test_a_question_that_is_led_elsewhere_is_said() -> None:
    led = Reply(301, "", {"Location": "/login"})
    with answering(led, GOOD) as script, pytest.raises(gitlab.Refused) as caught:
        client(script).graphql("{ x }", {})
    assert "leads elsewhere" in str(caught.value)


@pytest.mark.parametrize("token", ["", "  ", "two words", "glpat-\u2019", "a\nb"])
def test_what_cannot_be_a_token_is_never_sent(token: str) -> None:
    with answering(GOOD) as script, pytest.raises(gitlab.Refused) as caught:
        gitlab.Client(token, script.url, patience=HURRIED).rest("/projects")
    assert script.asked == []
    assert token.strip() == "" or token not in str(caught.value)


def test_no_more_than_the_workers_ask_at_once() -> None:
    with answering(replace(GOOD, delay_seconds=0.05)) as script:
        asking = client(script, workers=3)
        threads = [threading.Thread(target=asking.rest, args=("/projects",)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert script.most_at_once == 3
    assert asking.requests == 12


def test_a_client_that_was_stopped_waits_no_longer() -> None:
    with answering(Reply(429, "Retry later", {"Retry-After": "60"})) as script:
        asking = client(script, replace(HURRIED, longest_wait_seconds=100))
        threading.Timer(0.3, asking.stop).start()
        began = time.monotonic()
        with pytest.raises(gitlab.BudgetSpent):
            asking.rest("/projects")
    assert time.monotonic() - began < 5


def test_text_is_read_as_utf_8_whatever_the_header_says() -> None:
    def rule(asked: Asked) -> Reply:
        return Reply(body='[{"name": "Größe"}]'.encode(), headers={"Content-Type": "text/plain"})

    with answering(rule=rule) as script:
        assert client(script).rest("/projects").body == [{"name": "Größe"}]
