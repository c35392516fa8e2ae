"""What the platform says of commits joins accounts with the signatures that people commit with."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from leadline import people
from leadline.config import load
from leadline.identity import IdentityRules, Matched, match
from tests.leadline.identity_frames import account, git, identities, mailmap
from warehouse.tables.people import AccountSignatures


def joined(
    rows: Sequence[dict[str, str]], claims: dict[str, Sequence[int]], rules: IdentityRules | None = None
) -> Matched:
    """Return the answer where source `github` takes each signature for the accounts of the given numbers."""
    signatures = pl.DataFrame(
        [
            {"source": "github", "signature_id": f"github:{signature}", "account_id": f"github:{number}"}
            for signature, numbers in claims.items()
            for number in numbers
        ],
        schema=AccountSignatures.create_empty().schema,
    )
    return match(identities(rows), mailmap({}), rules or IdentityRules(), signatures)


def persons(found: Matched) -> set[frozenset[str]]:
    return {
        frozenset(ids) for ids in found.identities.group_by("person_id").agg("identity_id")["identity_id"].to_list()
    }


ODD = ("root <root@localhost>", "r <dev@laptop.local>")
"""Signatures that no other rule can read."""


def test_the_platform_joins_what_nothing_else_could() -> None:
    found = joined([account("ana", 1), *git(*ODD, source="github")], {ODD[0]: [1], ODD[1]: [1]})

    assert persons(found) == {frozenset({"github:1", *(f"github:{signature}" for signature in ODD)})}
    assert set(found.identities["matched_by"]) == {"platform"}
    assert found.edges.select("rule", "is_probable").unique().rows() == [("platform", False)]


def test_without_its_word_they_stay_apart() -> None:
    found = joined([account("ana", 1), *git(*ODD, source="github")], {})

    assert len(persons(found)) == 3


def test_a_signature_of_two_accounts_is_left_apart_and_told() -> None:
    rows = [account("ana", 1), account("bo", 2), *git(*ODD, source="github")]
    found = joined(rows, {ODD[0]: [1, 2], ODD[1]: [2]})

    assert persons(found) == {
        frozenset({"github:1"}),
        frozenset({f"github:{ODD[0]}"}),
        frozenset({"github:2", f"github:{ODD[1]}"}),
    }
    assert found.suspects.select("suspect", "identity_id", "rule", "reason").rows() == [
        (
            f"platform: github:{ODD[0]}",
            identity,
            "platform",
            "the platform takes the signature for more than one account",
        )
        for identity in ("github:1", "github:2", f"github:{ODD[0]}")
    ]


def test_the_configuration_settles_a_signature_of_two_accounts() -> None:
    rows = [account("ana", 1), account("bo", 2), *git(ODD[0], source="github")]
    found = joined(rows, {ODD[0]: [1, 2]}, IdentityRules(merge=[["github:ana", ODD[0]]]))

    assert persons(found) == {frozenset({"github:1", f"github:{ODD[0]}"}), frozenset({"github:2"})}


def test_the_configuration_can_contradict_the_platform() -> None:
    rules = IdentityRules(not_same=[["github:ana", ODD[0]]])
    found = joined([account("ana", 1), *git(ODD[0], source="github")], {ODD[0]: [1]}, rules)

    assert len(persons(found)) == 2


@pytest.mark.parametrize(
    ("elsewhere", "follows"),
    [
        ("Ana Ruiz <ana@acme.com>", True),
        ("ana <ana@acme.com>", True),
        ("Ana Ruiz <root@localhost>", True),
        ("Bo Lind <bo@acme.com>", False),
    ],
)
def test_signatures_of_another_source_follow_by_address_and_name(elsewhere: str, follows: bool) -> None:
    rows = [account("x9", 1), *git("Ana Ruiz <ana@acme.com>", source="github"), *git(elsewhere, source="local")]
    found = joined(rows, {"Ana Ruiz <ana@acme.com>": [1]})

    ana, other = frozenset({"github:1", "github:Ana Ruiz <ana@acme.com>"}), frozenset({f"local:{elsewhere}"})
    assert persons(found) == ({ana | other} if follows else {ana, other})


def test_claims_about_nobody_who_was_collected_change_nothing() -> None:
    found = joined([account("ana", 1)], {"gone <gone@acme.com>": [1, 2], "other <o@acme.com>": [3]})

    assert persons(found) == {frozenset({"github:1"})}
    assert found.suspects.is_empty()


def test_an_account_that_signs_as_a_program_keeps_its_kind() -> None:
    signature = "fixer <fixer@acme.com>"
    found = joined([account("fixer", 1, platform_type="Bot"), *git(signature, source="github")], {signature: [1]})

    assert found.people.select("kind", "is_bot").rows() == [("automation", True)]


SOURCES = """
[[source]]
kind = "git"
name = "local"
repositories = ["app.git"]
[[source]]
kind = "github"
name = "work"
token_env = "T"
repositories = ["acme/app"]
[[source]]
kind = "github"
name = "inside"
token_env = "T"
base_url = "https://git.acme.example/api/v3"
repositories = ["acme/app"]
[[source]]
kind = "jira"
name = "tickets"
token_env = "T"
base_url = "https://acme.atlassian.net"
projects = ["APP"]
"""


def test_accounts_live_where_the_configuration_says(tmp_path: Path) -> None:
    (tmp_path / "leadline.toml").write_text(SOURCES, encoding="utf-8")

    assert people.hosts(load(tmp_path / "leadline.toml")) == {
        "work": "github.com",
        "inside": "git.acme.example",
        "tickets": "acme.atlassian.net",
    }
