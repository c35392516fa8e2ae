"""What doctor says of a GitHub source: which token or installation, what it may, how much is left."""

import json
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from leadline.cli import main
from tests.collectors.fault_server import Asked, Reply, Script, answering

FIRST, SECOND = "ghp_firstsecretvalue", "ghp_secondsecretvalue"


def left(core: int, graphql: int) -> dict[str, object]:
    reset = int(time.time()) + 1800
    told = {"core": core, "graphql": graphql, "search": 30}
    return {"resources": {name: {"limit": 5000, "remaining": of, "reset": reset} for name, of in told.items()}}


def configured(folder: Path, script: Script, credentials: str) -> None:
    text = f'[[source]]\nkind = "github"\nname = "hub"\nbase_url = "{script.url}"\n{credentials}\n'
    (folder / "leadline.toml").write_text(text + 'repositories = ["acme/app"]\ngit = false\n', encoding="utf-8")


def told_of_hub(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    checks = json.loads(capsys.readouterr().out)
    return [check for check in checks if check["name"] == "hub"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUB_TOKENS", f"{FIRST}, {SECOND}")
    return tmp_path


def test_each_token_with_its_scopes_and_what_is_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def rule(asked: Asked) -> Reply:
        if asked.token == FIRST:
            return Reply(body=left(4999, 3), headers={"X-OAuth-Scopes": "repo, read:org"})
        return Reply(body=left(4000, 4500))

    with answering(rule=rule) as script:
        configured(folder, script, 'token_env = "HUB_TOKENS"')
        assert main(["doctor", "--json"]) == 0
    said = told_of_hub(capsys)
    assert [check["status"] for check in said] == ["ok", "warn", "ok"]
    assert [asked.path for asked in script.asked] == ["/rate_limit", "/rate_limit"]
    first, second = (str(check["detail"]) for check in said[1:])
    assert first.startswith("token 1 (scopes: repo, read:org); budget left: core 4,999 of 5,000 until ")
    assert ", graphql 3 of 5,000 until " in first
    assert second.startswith("token 2 (permissions of its own); budget left: core 4,000 of 5,000 until ")
    assert "renewed" in str(said[1]["hint"])


def test_a_refused_token_beside_one_that_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def rule(asked: Asked) -> Reply:
        return Reply(401, {"message": "Bad credentials"}) if asked.token == FIRST else Reply(body=left(4000, 4500))

    with answering(rule=rule) as script:
        configured(folder, script, 'token_env = "HUB_TOKENS"')
        assert main(["doctor", "--json"]) == 0
    said = told_of_hub(capsys)
    assert [check["status"] for check in said] == ["ok", "warn", "ok"]
    assert str(said[1]["detail"]).endswith("refuses the credentials: token 1")
    assert str(said[2]["detail"]).startswith("token 2 ")


def test_every_token_that_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(Reply(401, {"message": "Bad credentials"})) as script:
        configured(folder, script, 'token_env = "HUB_TOKENS"')
        assert main(["doctor", "--json"]) == 3
    said = told_of_hub(capsys)
    assert [(check["status"], str(check["detail"])[-7:]) for check in said[1:]] == [
        ("fail", "token 1"),
        ("fail", "token 2"),
    ]


def test_an_installation_with_its_permissions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "app.pem").write_bytes(pem)

    def rule(asked: Asked) -> Reply:
        if asked.path.endswith("/access_tokens"):
            return Reply(201, {"token": "ghs_secret", "expires_at": "2099-01-01T00:00:00Z"})
        if asked.path.startswith("/app/installations"):
            return Reply(body=[{"id": 1, "account": {"login": "acme"}, "permissions": {"issues": "read"}}])
        return Reply(body=left(5000, 5000))

    with answering(rule=rule) as script:
        configured(folder, script, 'app_id = 12\nprivate_key_file = "app.pem"')
        assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "ok    hub: installation for acme (permissions: issues read); budget left: core 5,000 of 5,000" in out
    assert "ghs_secret" not in out


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(401, {"message": "Bad credentials"}), "refuses the credentials: token 1"),
        (Reply(403, {"message": "Resource protected", "x": FIRST}), "status 403, Resource protected"),
        (Reply(body="<html>proxy</html>"), "a web page instead of JSON"),
        (Reply(503), "status 503"),
        (Reply(fault="reset"), "ConnectionError"),
        (Reply(302, {}, {"Location": "https://login.example.org"}), "redirect"),
    ],
    ids=["401", "403", "html", "503", "reset", "302"],
)
def test_why_github_does_not_answer(
    folder: Path, capsys: pytest.CaptureFixture[str], reply: Reply, message: str
) -> None:
    with answering(reply) as script:
        configured(folder, script, 'token_env = "HUB_TOKENS"')
        assert main(["doctor"]) == 3
    said = capsys.readouterr()
    assert message in said.out
    assert "hint" in said.out
    assert FIRST not in said.out + said.err


def test_a_github_enterprise_without_limits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(Reply(404, {"message": "Rate limiting is not enabled."}, {"X-OAuth-Scopes": "repo"})) as script:
        configured(folder, script, 'token_env = "HUB_TOKENS"')
        assert main(["doctor"]) == 0
    assert "ok    hub: token 1 (scopes: repo); budget left: not limited\n" in capsys.readouterr().out


@pytest.mark.parametrize("body", [{}, [], {"resources": None}, {"resources": {"core": {"limit": 1}}}])
def test_an_answer_of_another_shape_is_no_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str], body: object
) -> None:
    with answering(Reply(body=body)) as script:
        configured(folder, script, 'token_env = "HUB_TOKENS"')
        assert main(["doctor"]) == 3
    assert "fail  hub: /rate_limit: an answer of another shape\n" in capsys.readouterr().out
