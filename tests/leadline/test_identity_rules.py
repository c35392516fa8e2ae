"""Each rule joins what it should, and nothing else."""

import polars as pl
import pytest

from leadline.identity import IdentityRules, match
from tests.leadline.identity_frames import account, git, groups, identities, mailmap, matched, reasons, together
from warehouse.tables.people import Identities, People

JOINED = {
    "email": [
        ("Ana <ana@acme.com>", "A. Ruiz <ANA@acme.com>"),
        ("Ana <ana+work@acme.com>", "A. Ruiz <ana@acme.com>"),
        ("Ana <an.a@gmail.com>", "A. Ruiz <ana+x@googlemail.com>"),
        ("Ana <ana [at] acme.com>", "A. Ruiz <ana@acme.com>"),
        ("ana@acme.com <x>", "A. Ruiz <ana@acme.com>"),
    ],
    "no_reply": [
        ("Ana <1+ana@users.noreply.github.com>", "A. Ruiz <1+ruiz@users.noreply.github.com>"),
        ("Ana <ana@users.noreply.github.com>", "A. Ruiz <1+Ana@users.noreply.github.com>"),
        ("Ana <7-ana@users.noreply.gitlab.com>", "A. Ruiz <7-ruiz@users.noreply.gitlab.com>"),
        ("Ana <7-ana@users.noreply.gitlab.acme.com>", "A. Ruiz <ana@users.noreply.gitlab.acme.com>"),
    ],
    "name": [
        ("Łukasz Müller <a@acme.com>", "lukasz muller <b@acme.com>"),
        ("Ruiz, Ana <a@acme.com>", "Ana Ruiz <b@acme.com>"),
        ("Ana Ruiz <root@localhost>", "Ana M. Ruiz (Acme) <b@acme.com>"),
        ("AnaRuiz <none@none>", "ana.ruiz <b@acme.com>"),
        ("王 伟 <a@acme.com>", "伟 王 <b@acme.com>"),
    ],
    "login": [
        ("Ana Ruizperez <a@acme.com>", "aruiz <anaruizperez@other.com>"),
        ("Ana Ruizperez <a@acme.com>", "ana <5+ana-ruizperez@users.noreply.github.com>"),
        ("coolcoder7 <a@acme.com>", "ana <coolcoder7@users.noreply.github.com>"),
    ],
}

APART = [
    ("root <root@ip-10-0-0-1>", "Ana <root@ip-10-0-0-1>"),
    ("Ana <ana@localhost>", "A. Ruiz <ana@localhost>"),
    ("Ana <ana@laptop.local>", "A. Ruiz <ana@laptop.local>"),
    ("Ana <none@none>", "Bo <none@none>"),
    ("Ana <>", "Bo <>"),
    ("Ana <noreply@acme.com>", "Bo <noreply@acme.com>"),
    ("Ana <do-not-reply@acme.com>", "Bo <do-not-reply@acme.com>"),
    ("Ana <you@example.com>", "Bo <you@example.com>"),
    ("Ana <ubuntu@ip-10-0-0-1.ec2.internal>", "Bo <ubuntu@ip-10-0-0-1.ec2.internal>"),
    ("Ana <a@acme.com>", "Ana <b@acme.com>"),
    ("Your Name <a@acme.com>", "Your Name <b@acme.com>"),
    ("root user <a@acme.com>", "user root <b@acme.com>"),
    ("A B <a@acme.com>", "A B <b@acme.com>"),
    ("Ana Ruiz <a@acme.com>", "x <anaruiz@other.com>"),
    ("github user <a@acme.com>", "x <githubuser@other.com>"),
    ("Ana <1+ana@users.noreply.github.com>", "Bo <2+ana@users.noreply.github.com>"),
    ("Alexandra Ruiz <alexandra@acme.com>", "Alexandra Novak <alexandra@other.com>"),
]


@pytest.mark.parametrize(("rule", "pair"), [(rule, pair) for rule, pairs in JOINED.items() for pair in pairs])
def test_rule_joins(rule: str, pair: tuple[str, str]) -> None:
    found = matched(git(*pair))
    assert together(found) == {frozenset(pair)}
    assert set(found.identities["matched_by"]) == {rule}
    assert set(found.edges["is_probable"]) == {rule in {"name", "login"}}


@pytest.mark.parametrize("pair", APART)
def test_stays_apart(pair: tuple[str, str]) -> None:
    found = matched(git(*pair))
    assert together(found) == set()
    assert set(found.identities["matched_by"]) == {"self"}


def test_an_address_of_many_names_joins_nobody_and_is_listed() -> None:
    names = ["Ana Ruiz", "Bo Lind", "Cy Young", "Di Monk"]
    found = matched(git(*(f"{name} <team@acme.com>" for name in names)))
    assert together(found) == set()
    assert reasons(found) == {"many people use the address"}
    assert found.suspects.height == len(names)


def test_three_who_go_by_one_login_are_listed() -> None:
    found = matched(git("coolcoder7 <a@acme.com>", "x <coolcoder7@b.com>", "y <coolcoder7@c.com>"))
    assert together(found) == set()
    assert reasons(found) == {"more than two people go by it"}


def test_mailmap_is_a_layer_of_its_own() -> None:
    mapped = mailmap(
        {
            "root <root@localhost>": ("Ana Ruiz", "ana@acme.com"),
            "bo <devnull@localhost>": ("Bo Lind", "bo@acme.com"),
        }
    )
    rows = git("root <root@localhost>", "ana ruiz <Ana@acme.com>", "bo <devnull@localhost>", "cy <devnull@localhost>")
    found = matched(rows, mapped=mapped)
    assert together(found) == {frozenset({"root <root@localhost>", "ana ruiz <Ana@acme.com>"})}
    assert set(found.edges["rule"]) == {"mailmap"}
    raw = found.identities.select("identity_id", "source", "name", "email").rows(named=True)
    assert raw == sorted(rows, key=lambda row: row["identity_id"])


def test_an_address_that_mailmap_gives_to_two_people_joins_nobody() -> None:
    mapped = mailmap({"a <dev@acme.com>": ("Ana Ruiz", "ana@a.com"), "b <dev@acme.com>": ("Bo Lind", "bo@b.com")})
    found = matched(git("a <dev@acme.com>", "b <dev@acme.com>"), mapped=mapped)
    assert together(found) == set()


def test_configuration_joins_any_identities() -> None:
    rules = IdentityRules(merge=[["ana@acme.com", "github:aruiz", "Root <root@localhost>"]])
    rows = [*git("Ana <ana@acme.com>", "Root <root@localhost>", "Root <root@elsewhere>"), account("aruiz", 5)]
    found = matched(rows, rules)
    assert together(found) == {frozenset({"Ana <ana@acme.com>", "Root <root@localhost>", "github:5"})}
    assert set(found.edges["rule"]) == {"config"}


def test_account_is_joined_by_number_login_and_address() -> None:
    rows = [
        account("ana", 5, email="ana@acme.com"),
        *git(
            "Ana <5+old@users.noreply.github.com>",
            "Ana <ana@users.noreply.github.com>",
            "A <ana@acme.com>",
        ),
    ]
    assert len(together(matched(rows)).pop()) == 4


def test_a_source_of_another_name_has_its_host() -> None:
    rows = [account("ana", 5, source="work"), *git("Ana <5+old@users.noreply.github.com>")]
    assert together(matched(rows)) == set()
    assert together(matched(rows, IdentityRules(hosts={"work": "github.com"})))


def test_shown_name_and_address_are_the_best() -> None:
    rows = git("ana <root@localhost>", "ana <ana+git@acme.com>", "Ana Ruiz <ana@acme.com>", "ANA <ANA@acme.com>")
    rules = IdentityRules(merge=[["ana@acme.com", "root@localhost"]])
    person = matched(rows, rules).people.row(0, named=True)
    assert (person["name"], person["email"]) == ("Ana Ruiz", "ANA@acme.com")
    mapped = mailmap({"Ana Ruiz <ana@acme.com>": ("Dr Ana M. Ruiz", "ruiz@acme.com")})
    person = matched(rows, rules, mapped).people.row(0, named=True)
    assert (person["name"], person["email"]) == ("Dr Ana M. Ruiz", "ruiz@acme.com")


def test_id_stays_when_weaker_identities_join() -> None:
    before = matched(git("Ana Ruiz <ana@acme.com>"))
    after = matched(git("Ana Ruiz <ana@acme.com>", "Ana Ruiz <root@localhost>", "Ana Ruiz <ruiz@acme.com>"))
    assert before.people["person_id"].to_list() == after.people["person_id"].to_list()
    assert before.people["person_id"][0].startswith("p-")
    assert len(before.people["person_id"][0]) == 14


def test_nobody() -> None:
    found = matched([])
    assert found.people.is_empty()
    assert found.edges.columns == ["identity_a", "identity_b", "rule", "is_probable"]
    assert found.suspects.columns == ["suspect", "identity_id", "person_id", "rule", "reason"]


def test_answers_keep_the_contracts_and_every_identity() -> None:
    rows = [*git("Ana Ruiz <ana@acme.com>", "ana <ana@acme.com>", "x <y>", " <>"), account("bo", 1)]
    found = match(identities(rows), mailmap({}), IdentityRules())
    assert People.is_valid(found.people)
    assert Identities.is_valid(found.identities)
    assert set(found.identities["identity_id"]) == {row["identity_id"] for row in rows}
    assert found.identities.drop("person_id", "matched_by").equals(
        identities(rows).sort("identity_id").drop("person_id", "matched_by")
    )
    assert set(found.identities["person_id"]) == set(found.people["person_id"])
    assert found.identities.select(pl.col("person_id", "matched_by").null_count().sum()).row(0) == (0, 0)
    assert len(groups(found)) == 4
