"""The transport to GitHub against a server that answers as scripted: budgets, pauses, faults, and no token anywhere."""

import json
import logging
import ssl
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth

from collectors import github
from collectors.github.credentials import Way
from collectors.github.errors import GitHubError, Malformed, TooHeavy
from collectors.github.turns import Turn
from tests.collectors.fault_server import Asked, Reply, Script, answering

FIRST, SECOND = "ghp_firstsecretvalue", "ghp_secondsecretvalue"
HASTY = github.Patience(longest_wait_seconds=1.0, timeout_seconds=1, attempts=3, first_pause_seconds=0.0)
QUERY = "query { viewer { login } }"
VIEWER = Reply(body={"data": {"viewer": {"login": "ana"}}})


def client(script: Script, tokens: str = FIRST, **options: object) -> github.Client:
    return github.Client(
        github.Credentials.of_tokens(tokens),
        script.url,
        **{"patience": HASTY, **options},  # type: ignore[arg-type]
    )


def budget(remaining: int, in_seconds: float, resource: str = "core") -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(int(time.time() + in_seconds)),
        "X-RateLimit-Resource": resource,
    }


def errors(message: str, kind: str | None = None) -> Reply:
    return Reply(body={"data": None, "errors": [{"message": message, **({"type": kind} if kind else {})}]})


# Answers


@pytest.mark.parametrize(("base", "path"), [("", "/graphql"), ("/api/v3", "/api/graphql")])
def test_graphql_is_asked_where_github_and_enterprise_have_it(base: str, path: str) -> None:
    with answering(VIEWER) as script:
        asking = github.Client(github.Credentials.of_tokens(FIRST), script.url + base, patience=HASTY)
        answer = asking.graphql(QUERY, {"n": 1})
    assert answer.data == {"viewer": {"login": "ana"}}
    assert answer.errors == ()
    assert json.loads(answer.text) == {"data": answer.data}
    assert abs(datetime.now(UTC).replace(tzinfo=None) - answer.received_at) < timedelta(minutes=1)
    assert [(asked.method, asked.path, json.loads(asked.body)) for asked in script.asked] == [
        ("POST", path, {"query": QUERY, "variables": {"n": 1}})
    ]
    assert asking.requests == 1


def test_what_is_told_beside_errors_is_told() -> None:
    body = {"data": {"a": {"id": 1}, "b": None}, "errors": [{"type": "NOT_FOUND", "message": "no b", "path": ["b"]}]}
    with answering(Reply(body=body)) as script:
        answer = client(script).graphql(QUERY, {})
    assert answer.data == body["data"]
    assert answer.errors == tuple(body["errors"])


def test_a_document_tells_the_address_of_the_next_page() -> None:
    def rule(asked: Asked) -> Reply:
        if "page=2" in asked.path:
            return Reply(body=[3])
        return Reply(
            body=[1, 2], headers={"Link": f'<{script.url}/r?page=2>; rel="next", <{script.url}/r>; rel="last"'}
        )

    with answering(rule=rule) as script:
        asking = client(script)
        first = asking.rest("/r", {"per_page": 100})
        assert first.next
        second = asking.rest(first.next)
    assert (first.body, second.body, second.next) == ([1, 2], [3], None)
    assert [asked.path for asked in script.asked] == ["/r?per_page=100", "/r?page=2"]


def test_a_repository_that_has_moved_is_followed() -> None:
    def rule(asked: Asked) -> Reply:
        if asked.path.startswith("/repos/"):
            return Reply(301, {"message": "Moved Permanently"}, {"Location": f"{script.url}/repositories/7"})
        return Reply(body={"id": 7})

    with answering(rule=rule) as script:
        assert client(script).rest("/repos/acme/old").body == {"id": 7}


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_that_is_not_followed_is_no_document(status: int) -> None:
    elsewhere = Reply(status, {"message": "elsewhere"}, {"Location": "https://login.example.org/"})
    with answering(elsewhere) as script, pytest.raises(github.Unreachable, match="redirect"):
        client(script).rest("/r")


# Faults

FAULTS = [
    Reply(502, {"message": "Bad Gateway"}),
    Reply(503, "<html>unavailable</html>"),
    Reply(504),
    Reply(fault="reset"),
    Reply(body={"data": {"much": "x" * 2000}}, fault="cut"),
    Reply(body='{"data": {"viewer": {"lo'),
    Reply(body="<html><body>A proxy says hello</body></html>", headers={"Content-Type": "text/html"}),
    Reply(body=b'{"data": "\xff\xfe'),
    Reply(body=""),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda reply: f"{reply.status}-{reply.fault}-{str(reply.body)[:12]}")
@pytest.mark.parametrize("resource", ["graphql", "core"])
def test_what_one_fault_interrupts_is_asked_again(fault: Reply, resource: str) -> None:
    with answering(fault, VIEWER) as script:
        asking = client(script)
        text = asking.graphql(QUERY, {}).text if resource == "graphql" else asking.rest("/r").text
    assert json.loads(text) == VIEWER.body
    assert asking.requests == 2


@pytest.mark.parametrize(
    ("fault", "kind", "requests"),
    [
        (Reply(500), github.Unreachable, 3),
        (Reply(502), github.Unreachable, 3),
        (Reply(503), github.Unreachable, 3),
        (Reply(fault="reset"), github.Unreachable, 3),
        (Reply(delay_seconds=1.2), github.Unreachable, 1),
        (Reply(body="{"), Malformed, 3),
        (Reply(body="<html>"), Malformed, 3),
        (Reply(404, {"message": "Not Found"}), github.Forbidden, 1),
        (Reply(403, {"message": "Resource not accessible"}), github.Forbidden, 1),
        (Reply(410), github.Forbidden, 1),
        (Reply(451), github.Forbidden, 1),
        (Reply(401, {"message": "Bad credentials"}), github.Refused, 1),
    ],
    ids=lambda value: f"{value.status}-{value.fault}{value.body}" if isinstance(value, Reply) else None,
)
def test_a_fault_of_rest_that_does_not_end_has_its_kind(fault: Reply, kind: type[GitHubError], requests: int) -> None:
    patience = HASTY if not fault.delay_seconds else github.Patience(1, timeout_seconds=1, attempts=1)
    with answering(fault) as script:
        asking = client(script, patience=patience)
        with pytest.raises(kind) as told:
            asking.rest("/repos/acme/app")
    assert type(told.value) is kind
    assert told.value.hint
    assert asking.requests == requests


@pytest.mark.parametrize(
    ("fault", "kind", "requests"),
    [
        (Reply(502), TooHeavy, 2),
        (Reply(504), TooHeavy, 2),
        (errors("Something went wrong while executing your query. This may be the result of a timeout."), TooHeavy, 2),
        (errors("Query is too complex"), TooHeavy, 2),
        (errors("no", "MAX_NODE_LIMIT_EXCEEDED"), TooHeavy, 2),
        (errors("no", "RESOURCE_LIMITS_EXCEEDED"), TooHeavy, 2),
        (Reply(500), github.Unreachable, 3),
        (Reply(503), github.Unreachable, 3),
        (Reply(fault="reset"), github.Unreachable, 3),
        (Reply(body="<html>"), Malformed, 3),
        (Reply(body=[1]), Malformed, 3),
        (Reply(body={"message": "hello"}), Malformed, 3),
        (errors("Could not resolve to a Repository", "NOT_FOUND"), github.Forbidden, 1),
        (errors("Resource protected by organization SAML enforcement", "FORBIDDEN"), github.Forbidden, 1),
        (errors("Field 'nope' doesn't exist on type 'Query'"), GitHubError, 1),
        (Reply(401, {"message": "Bad credentials"}), github.Refused, 1),
    ],
    ids=lambda value: f"{value.status}-{value.fault}{value.body}"[:60] if isinstance(value, Reply) else None,
)
def test_a_fault_of_graphql_that_does_not_end_has_its_kind(
    fault: Reply, kind: type[GitHubError], requests: int
) -> None:
    with answering(fault) as script:
        asking = client(script)
        with pytest.raises(kind) as told:
            asking.graphql(QUERY, {})
    assert type(told.value) is kind
    assert told.value.hint
    assert asking.requests == requests


def test_an_answer_that_takes_too_long_is_too_heavy() -> None:
    with answering(Reply(delay_seconds=1.3)) as script:
        asking = client(script, patience=github.Patience(1, timeout_seconds=1, attempts=1))
        with pytest.raises(TooHeavy):
            asking.graphql(QUERY, {})


def test_nobody_there_is_unreachable_and_not_too_heavy() -> None:
    asking = github.Client(github.Credentials.of_tokens(FIRST), "http://127.0.0.1:9", patience=HASTY)
    for ask in (lambda: asking.rest("/r"), lambda: asking.graphql(QUERY, {}), asking.allowances):
        with pytest.raises(github.Unreachable):
            ask()


# Budgets


def test_another_token_is_used_when_the_budget_of_one_is_down_to_the_reserve() -> None:
    def rule(asked: Asked) -> Reply:
        return Reply(headers=budget(5 if asked.token == FIRST else 4000, 3600))

    with answering(rule=rule) as script:
        asking = client(script, f"{FIRST}, {SECOND}\n{FIRST}")
        for _ in range(4):
            asking.rest("/r")
    assert sorted(script.tokens()) == sorted([FIRST, SECOND, SECOND, SECOND])


def test_the_budgets_of_graphql_and_rest_are_two() -> None:
    def rule(asked: Asked) -> Reply:
        if asked.path == "/graphql":
            return Reply(body=VIEWER.body, headers=budget(0, 3600, "graphql"))
        return Reply(headers=budget(4000, 3600))

    with answering(rule=rule) as script:
        asking = client(script)
        asking.graphql(QUERY, {})
        with pytest.raises(github.BudgetSpent):
            asking.graphql(QUERY, {})
        assert asking.rest("/r").body == {}


def test_a_budget_that_is_renewed_too_late_is_said_with_its_instant() -> None:
    with answering(Reply(headers=budget(0, 1800))) as script:
        asking = client(script)
        asking.rest("/r")
        with pytest.raises(github.BudgetSpent, match="rate limit of REST") as told:
            asking.rest("/r")
    wait = (told.value.until - datetime.now(UTC).replace(tzinfo=None)).total_seconds()
    assert 1790 < wait <= 1800
    assert asking.requests == 1


@pytest.mark.parametrize(
    "limited",
    [
        Reply(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "1"}),
        Reply(429, {"message": "Too many requests"}, {"Retry-After": "1"}),
        Reply(200, {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}, {"Retry-After": "1"}),
    ],
    ids=["403", "429", "200"],
)
def test_a_short_wait_is_told_and_waited(limited: Reply) -> None:
    waits: list[github.Waiting] = []
    with answering(limited, VIEWER) as script:
        asking = client(script, on_wait=waits.append)
        begun = time.monotonic()
        assert asking.graphql(QUERY, {}).data
    assert 0.9 < time.monotonic() - begun < 3
    assert len(waits) == 1
    assert 0 < waits[0].seconds <= 1
    assert "rate limit" in waits[0].reason


@pytest.mark.parametrize(
    ("limited", "least", "most"),
    [
        (lambda: Reply(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "90"}), 80, 90),
        (lambda: Reply(403, {"message": "You have triggered an abuse detection mechanism."}), 50, 60),
        (lambda: Reply(429, "slow down"), 50, 60),
        (lambda: Reply(403, {"message": "API rate limit exceeded for user ID 1."}, budget(0, 900)), 880, 900),
        (lambda: Reply(403, {"message": "Forbidden"}, budget(0, 900)), 880, 900),
        (
            lambda: Reply(200, {"errors": [{"type": "RATE_LIMITED", "message": "no"}]}, budget(0, 900, "graphql")),
            880,
            900,
        ),
        (lambda: Reply(200, {"errors": [{"type": "RATE_LIMITED", "message": "no"}]}), 50, 60),
    ],
)
def test_a_long_wait_ends_the_run_and_says_until_when(limited: Callable[[], Reply], least: int, most: int) -> None:
    reply = limited()  # now, not when the tests were gathered: some hold the instant of a renewal
    with answering(reply) as script:
        asking = client(script)
        with pytest.raises(github.BudgetSpent) as told:
            asking.graphql(QUERY, {}) if reply.status == 200 else asking.rest("/r")
    wait = (told.value.until - datetime.now(UTC).replace(tzinfo=None)).total_seconds()
    assert least < wait <= most
    assert asking.requests == 1


@pytest.mark.parametrize("resource", ["graphql", "core"])
def test_a_server_that_is_down_is_asked_again_when_it_says(resource: str) -> None:
    waits: list[github.Waiting] = []
    with answering(Reply(503, "<html>", {"Retry-After": "1"}), VIEWER) as script:
        asking = client(script, f"{FIRST} {SECOND}", on_wait=waits.append)
        begun = time.monotonic()
        text = asking.graphql(QUERY, {}).text if resource == "graphql" else asking.rest("/r").text
    assert json.loads(text) == VIEWER.body
    assert 0.9 < time.monotonic() - begun < 3
    assert [waiting.reason for waiting in waits] == ["the server is down and asks to be left alone"]
    assert asking.requests == 2


def test_a_server_that_is_down_for_long_ends_the_run_and_says_until_when() -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    with answering(Reply(503, headers={"Retry-After": format_datetime(until, usegmt=True)})) as script:
        asking = client(script, f"{FIRST} {SECOND}")
        for _ in range(2):
            with pytest.raises(github.BudgetSpent, match="is down") as told:
                asking.rest("/r")
            assert abs(told.value.until - until.replace(tzinfo=None)) < timedelta(seconds=1)
    assert asking.requests == 1


def test_a_server_that_is_down_again_and_again_is_not_asked_for_ever() -> None:
    with answering(Reply(503, headers={"Retry-After": "0"})) as script, pytest.raises(github.BudgetSpent, match="down"):
        client(script).rest("/r")
    assert len(script.asked) == 4


def test_of_answers_that_overtake_each_other_the_smallest_budget_counts() -> None:
    turn = Turn(Way("token 1", Auth.Token(FIRST)))
    left = []
    for remaining, seconds in ((500, 60), (400, 61), (450, 60), (5000, 3660)):
        turn.learn("core", {name.lower(): value for name, value in budget(remaining, seconds).items()})
        left.append(turn.left("core"))
    assert left == [500, 400, 400, 5000]


def test_another_token_goes_on_where_one_is_limited() -> None:
    def rule(asked: Asked) -> Reply:
        limited = Reply(403, {"message": "secondary rate limit"}, {"Retry-After": "3600"})
        return limited if asked.token == FIRST else VIEWER

    with answering(rule=rule) as script:
        asking = client(script, f"{FIRST} {SECOND}")
        for _ in range(3):
            assert asking.graphql(QUERY, {}).data
    assert script.tokens() == [FIRST, SECOND, SECOND, SECOND]


@pytest.mark.parametrize(
    "headers",
    [{"Retry-After": "0"}, budget(0, -5)],
    ids=["no wait", "a clock that is behind"],
)
def test_a_limit_that_never_ends_is_not_asked_for_ever(headers: dict[str, str]) -> None:
    with answering(Reply(403, {"message": "API rate limit exceeded"}, headers)) as script:
        asking = client(script)
        begun = time.monotonic()
        with pytest.raises(github.BudgetSpent):
            asking.rest("/r")
    assert time.monotonic() - begun < 5
    assert asking.requests == 4


def test_without_budgets_in_the_headers_all_is_asked() -> None:
    with answering(Reply(headers={"X-RateLimit-Limit": "0"})) as script:
        asking = client(script)
        assert asking.rest("/r").body == asking.rest("/r").body == {}


@pytest.mark.parametrize("value", ["", "soon", "1e400", "nan"])
def test_headers_without_sense_are_a_fault_of_the_answer(value: str) -> None:
    names = ("Limit", "Remaining", "Reset")
    reply = Reply(headers={f"X-RateLimit-{name}": value for name in names})
    with answering(reply) as script, pytest.raises(Malformed, match="headers that make no sense"):
        client(script).rest("/r")


# Credentials


def test_a_token_that_expires_midway_gives_way_to_the_other() -> None:
    expired: set[str] = set()

    def rule(asked: Asked) -> Reply:
        return Reply(401, {"message": "Bad credentials"}) if asked.token in expired else VIEWER

    with answering(rule=rule) as script:
        asking = client(script, f"{FIRST},{SECOND}")
        asking.graphql(QUERY, {})
        expired.add(FIRST)
        assert asking.graphql(QUERY, {}).data
        expired.add(SECOND)
        with pytest.raises(github.Refused) as told:
            asking.graphql(QUERY, {})
    assert script.tokens() == [FIRST, FIRST, SECOND, SECOND]
    assert "expired" in told.value.hint


def test_a_refusal_names_the_scopes_that_are_needed_and_those_that_are_there() -> None:
    headers = {"X-Accepted-OAuth-Scopes": "repo", "X-OAuth-Scopes": "read:org"}
    told = "(it takes one of: repo; the token has scopes: read:org)"
    missing = Reply(404, {"message": "Not Found"}, headers)
    with answering(missing) as script, pytest.raises(github.Forbidden) as of_rest:
        client(script).rest("/repos/acme/app")
    assert told in of_rest.value.hint
    forbidden = Reply(body={"data": None, "errors": [{"type": "FORBIDDEN", "message": "no"}]}, headers=headers)
    with answering(forbidden) as script, pytest.raises(github.Forbidden) as of_graphql:
        client(script).graphql(QUERY, {})
    assert told in of_graphql.value.hint


@pytest.mark.parametrize("text", ["ghp_tök€n", "ghp_abc\x00def", " , \n"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(text: str) -> None:
    with answering(VIEWER) as script, pytest.raises(github.Refused) as told:
        client(script, text).graphql(QUERY, {})
    assert script.asked == []
    assert "ghp_" not in "".join(traceback.format_exception(told.value))


def test_no_token_is_ever_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = [repr(github.Credentials.of_tokens(FIRST)), repr(github.Credentials.of_tokens(FIRST).ways("http://x", []))]
    faults = [*FAULTS, Reply(401), Reply(403), Reply(404), Reply(429), Reply(delay_seconds=1.1), Reply(302)]
    for fault in faults:
        with answering(fault) as script:
            asking = client(script, patience=github.Patience(0, timeout_seconds=1, attempts=1))
            told += [repr(asking), str(vars(asking))]
            for ask in (lambda asking=asking: asking.rest("/r"), lambda asking=asking: asking.graphql(QUERY, {})):
                with pytest.raises(GitHubError) as error:
                    ask()
                told += [str(error.value), error.value.hint, *traceback.format_exception(error.value)]
                told += _chain(error.value)
    everything = "\n".join([*told, caplog.text])
    assert FIRST not in everything
    assert "status 404" in everything


def test_the_library_writes_nothing_by_itself() -> None:
    assert [type(handler) for handler in logging.getLogger("github").handlers] == [logging.NullHandler]


def _chain(error: BaseException | None) -> list[str]:
    """The texts of an error and of all that it came from."""
    found = []
    while error is not None:
        found += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    return found


def test_threads_share_a_client_within_its_seats() -> None:
    with answering(Reply(body=VIEWER.body, delay_seconds=0.02)) as script:
        asking = client(script, f"{FIRST} {SECOND}", workers=3)
        with ThreadPoolExecutor(12) as pool:
            found = list(pool.map(lambda n: asking.graphql(QUERY, {"n": n}).data, range(60)))
    assert found == [VIEWER.body["data"]] * 60  # type: ignore[index]
    assert sorted(json.loads(asked.body)["variables"]["n"] for asked in script.asked) == list(range(60))
    assert asking.requests == 60
    assert script.most_at_once == 3


# An App


@pytest.fixture(scope="module")
def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


class App:
    """An App installed for two owners: its installations give tokens that end after a while."""

    def __init__(self, lifetime_seconds: float = 3600) -> None:
        self.lifetime_seconds = lifetime_seconds
        self.given = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.startswith("/app/installations?") or asked.path == "/app/installations":
            may = {"metadata": "read", "issues": "read"}
            found = [
                {"id": 1, "account": {"login": "Acme"}, "permissions": may},
                {"id": 2, "account": {"login": "other"}},
            ]
            return Reply(body=found)
        if asked.path.endswith("/access_tokens"):
            self.given += 1
            ends = datetime.now(UTC) + timedelta(seconds=self.lifetime_seconds)
            number = asked.path.split("/")[3]
            return Reply(201, {"token": f"ghs_of{number}n{self.given}", "expires_at": f"{ends:%Y-%m-%dT%H:%M:%SZ}"})
        return VIEWER if asked.token.startswith("ghs_") else Reply(401)


def of_app(script: Script, key: str, *owners: str) -> github.Client:
    return github.Client(github.Credentials.of_app("12", key), script.url, owners=owners, patience=HASTY)


def test_an_app_asks_for_each_owner_as_its_installation(key: str) -> None:
    with answering(rule=App()) as script:
        asking = of_app(script, key, "acme", "other", "third")
        assert asking.graphql(QUERY, {}, owner="acme").data
        assert asking.graphql(QUERY, {}, owner="other").data
        with pytest.raises(github.Refused, match="third"):
            asking.graphql(QUERY, {}, owner="third")
    queries = [asked.token for asked in script.asked if asked.path == "/graphql"]
    assert queries == ["ghs_of1n1", "ghs_of2n2"]


def test_the_token_of_an_installation_is_kept_while_it_lasts_and_renewed_before_it_ends(key: str) -> None:
    for app, used in ((App(3600), 1), (App(15), 3)):
        with answering(rule=app) as script:
            asking = of_app(script, key, "acme")
            for _ in range(3):
                asking.graphql(QUERY, {}, owner="acme")
        assert len({asked.token for asked in script.asked if asked.path == "/graphql"}) == used


def test_git_is_given_the_token_of_an_installation(key: str) -> None:
    with answering(rule=App()) as script:
        asking = of_app(script, key, "acme", "other")
        asking.graphql(QUERY, {}, owner="acme")
        assert [asking.token(owner) for owner in ("acme", "other", "acme")] == ["ghs_of1n1", "ghs_of2n2", "ghs_of1n1"]
        with pytest.raises(github.Refused, match="third"):
            asking.token("third")
    assert sum("/app/installations?" in asked.path for asked in script.asked) == 1


def test_an_app_that_is_installed_for_nobody_is_refused(key: str) -> None:
    with answering(rule=App()) as script, pytest.raises(github.Refused, match="not installed for third"):
        of_app(script, key, "third").graphql(QUERY, {})


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(401, {"message": "A JSON web token could not be decoded"}), github.Refused),
        (Reply(502), github.Unreachable),
        (Reply(fault="reset"), github.Unreachable),
        (Reply(body="<html>"), github.Unreachable),
    ],
    ids=["401", "502", "reset", "html"],
)
def test_installations_that_cannot_be_listed_say_why(key: str, reply: Reply, kind: type[GitHubError]) -> None:
    with answering(reply) as script, pytest.raises(kind) as told:
        of_app(script, key, "acme").graphql(QUERY, {})
    assert type(told.value) is kind


def test_a_key_that_is_none_is_refused_without_showing_it() -> None:
    broken = "-----BEGIN RSA PRIVATE KEY-----\nbm9wZQ==\n-----END RSA PRIVATE KEY-----"
    with answering(rule=App()) as script, pytest.raises(github.Refused) as told:
        of_app(script, broken, "acme").rest("/r")
    assert script.asked == []
    assert broken.splitlines()[1] not in "".join(traceback.format_exception(told.value))


@pytest.mark.parametrize("reply", [Reply(401), Reply(403, {"message": "This installation has been suspended"})])
def test_an_installation_that_gives_no_token_is_told(key: str, reply: Reply) -> None:
    app = App()

    def rule(asked: Asked) -> Reply:
        return reply if asked.path.endswith("/access_tokens") else app(asked)

    with answering(rule=rule) as script, pytest.raises((github.Refused, github.Forbidden)):
        of_app(script, key, "acme").graphql(QUERY, {}, owner="acme")


def test_what_an_installation_may_is_shown(key: str) -> None:
    app = App()

    def rule(asked: Asked) -> Reply:
        return Reply(body={"resources": {}}) if asked.path == "/rate_limit" else app(asked)

    with answering(rule=rule) as script:
        found = of_app(script, key, "acme").allowances()
    assert found == [github.Allowance("installation for acme", "permissions: issues read, metadata read")]


def test_threads_share_the_token_of_an_installation(key: str) -> None:
    app = App()
    with answering(rule=app) as script:
        asking = of_app(script, key, "acme")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: asking.graphql(QUERY, {"n": n}, owner="acme"), range(24)))
    assert app.given == 1
    assert {asked.token for asked in script.asked if asked.path == "/graphql"} == {"ghs_of1n1"}


def test_the_budgets_of_every_way_are_shown() -> None:
    left = {"limit": 5000, "remaining": 4321, "reset": 1790000000, "used": 679}
    body = {"resources": {"core": left, "graphql": {**left, "remaining": 9}, "search": left}}
    with answering(Reply(body=body, headers={"X-OAuth-Scopes": "repo, read:org"})) as script:
        found = client(script, f"{FIRST} {SECOND}").allowances()
    shown = [(of.name, of.may, [(one.resource, one.limit, one.remaining) for one in of.budgets]) for of in found]
    both = [("core", 5000, 4321), ("graphql", 5000, 9)]
    assert shown == [("token 1", "scopes: repo, read:org", both), ("token 2", "scopes: repo, read:org", both)]
    assert found[0].budgets[0].resets_at == datetime(2026, 9, 21, 14, 13, 20)  # noqa: DTZ001 - UTC, as instants are stored


# The way there


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.usefixtures("no_proxy")
def test_a_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(VIEWER) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        asking = github.Client(
            github.Credentials.of_tokens(FIRST), "http://github.example.invalid/api/v3", patience=HASTY
        )
        assert asking.graphql(QUERY, {}).data
        assert asking.rest("/r").body
    assert [asked.path for asked in proxy.asked] == [
        "http://github.example.invalid:80/api/graphql",
        "http://github.example.invalid:80/api/v3/r",
    ]


@pytest.mark.usefixtures("no_proxy")
def test_a_certificate_of_ones_own_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "own.pem"
    file.write_bytes(certificate())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    with answering(VIEWER, tls=tls) as script:
        with pytest.raises(github.Unreachable, match="SSLError") as told:
            client(script).rest("/r")
        assert "REQUESTS_CA_BUNDLE" in told.value.hint
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
        assert client(script).rest("/r").body == VIEWER.body


def certificate() -> bytes:
    """A certificate for 127.0.0.1 that nobody else vouches for, with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(serialization.Encoding.PEM) + pem
