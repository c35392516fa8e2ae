"""Programs are told from people; `bot` inside a word says nothing."""

import pytest

from leadline.identity import IdentityRules
from tests.leadline.identity_frames import account, git, matched


def kind_of(row: dict[str, str], rules: IdentityRules | None = None) -> str:
    return matched([row], rules).people["kind"].item()


@pytest.mark.parametrize(
    "signature",
    [
        "Chris Sidebottom <chris@acme.com>",
        "Jo Bottomley <bottomley@acme.com>",
        "Ada Abbot <abbot@acme.com>",
        "Sam Talbot <talbot@users.noreply.github.com>",
        "talbot <talbot@acme.com>",
        "botond <botond@acme.com>",
        "Claude Monet <claude@monet.fr>",
        "Devin Lee <devin@acme.com>",
        "Claude <claude@acme.com>",
        "Robotics Fan <fan@acme.com>",
    ],
)
def test_people(signature: str) -> None:
    assert kind_of(git(signature)[0]) == "human"


@pytest.mark.parametrize(
    ("signature", "kind"),
    [
        ("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "automation"),
        ("some-new-app[bot] <1+some-new-app[bot]@users.noreply.github.com>", "automation"),
        ("pre-commit-ci[bot] <66853113+pre-commit-ci[bot]@users.noreply.github.com>", "automation"),
        ("GitHub Actions <actions@acme.com>", "automation"),
        ("GitHub <noreply@github.com>", "automation"),
        ("acme-bot <x@acme.com>", "automation"),
        ("bot-acme <x@acme.com>", "automation"),
        ("acme_bot <x@acme.com>", "automation"),
        ("Acme Bot <x@acme.com>", "automation"),
        ("AcmeBot <x@acme.com>", "automation"),
        ("x <9+acme-bot@users.noreply.github.com>", "automation"),
        ("Copilot <198982749+Copilot@users.noreply.github.com>", "ai_author"),
        ("Claude <noreply@anthropic.com>", "ai_author"),
        ("devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "ai_author"),
        ("Cursor Agent <cursoragent@cursor.com>", "ai_author"),
        ("coderabbitai[bot] <136622811+coderabbitai[bot]@users.noreply.github.com>", "ai_reviewer"),
    ],
)
def test_programs(signature: str, kind: str) -> None:
    assert kind_of(git(signature)[0]) == kind


@pytest.mark.parametrize("platform_type", ["Bot", "project_bot", "app", "service_user"])
def test_platform_says_so(platform_type: str) -> None:
    assert kind_of(account("plain", 1, platform_type=platform_type)) == "automation"
    assert kind_of(account("plain", 1, platform_type="User")) == "human"


@pytest.mark.parametrize(
    ("login", "kind"),
    [
        ("copilot-pull-request-reviewer", "ai_reviewer"),
        ("coderabbitai", "ai_reviewer"),
        ("gemini-code-assist", "ai_reviewer"),
        ("chatgpt-codex-connector", "ai_reviewer"),
        ("greptile-apps", "ai_reviewer"),
        ("Copilot", "ai_author"),
        ("copilot-swe-agent", "ai_author"),
        ("claude", "ai_author"),
        ("codex", "ai_author"),
        ("cursor", "ai_author"),
        ("devin-ai-integration", "ai_author"),
        ("google-labs-jules", "ai_author"),
        ("openhands-ai", "ai_author"),
        ("dependabot", "automation"),
        ("github-actions", "automation"),
        ("github-advanced-security", "automation"),
        ("acme-deployer", "automation"),
    ],
)
def test_apps_as_the_platform_names_them(login: str, kind: str) -> None:
    assert kind_of(account(login, 1, platform_type="Bot")) == kind


@pytest.mark.parametrize("login", ["claude", "codex", "cursor", "devin", "jules", "sweep"])
def test_a_person_can_have_the_name_of_an_app(login: str) -> None:
    assert kind_of(account(login, 1, platform_type="User")) == "human"


@pytest.mark.parametrize("bot", ["release-train", "Release Train", "train@acme.com", "github:release-train"])
def test_configuration_says_so(bot: str) -> None:
    row = account("release-train", 1, name="Release Train", email="train@acme.com")
    assert kind_of(row, IdentityRules(bots=[bot])) == "automation"


def test_a_program_that_signs_with_a_persons_address_is_not_that_person() -> None:
    found = matched(git("Ana Ruiz <ana@acme.com>", "ana <ana@acme.com>", "ana-bot <ana@acme.com>"))
    assert sorted(found.people["kind"]) == ["automation", "human"]


def test_a_person_stays_one_where_mailmap_or_configuration_joins_their_bot_name() -> None:
    rules = IdentityRules(merge=[["Ana Ruiz", "ana-bot"]])
    assert matched(git("Ana Ruiz <ana@acme.com>", "ana-bot <x@acme.com>"), rules).people["kind"].to_list() == ["human"]
