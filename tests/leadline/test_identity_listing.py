"""The TOML that corrects the matcher is valid, and does what it says."""

import tomllib

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.identity import IdentityRules, listing, match
from tests.leadline.identity_frames import account, git, identities, mailmap, matched, together

ROWS = [
    *git("Ana Ruiz <ana@acme.com>", "Ana Ruiz <ana@home.com>", "ana <ana@home.com>"),
    *git("dsaw <a@acme.com>", 'dsaw <"b\\@home.com>', "Bo Lind <bo@acme.com>"),
    account("ana-dev", 5, name="Ana Ruiz"),
]


def corrections(rules: IdentityRules) -> str:
    found = matched(ROWS, rules)
    return listing.as_toml(rules, listing.to_merge(found), listing.to_part(found))


def applied(toml: str) -> IdentityRules:
    """Return the rules after somebody took away the # before every suggestion."""
    section = tomllib.loads(toml.replace("    # [", "    ["))["identities"]
    return IdentityRules(**section)


def test_suggestions_are_comments_until_somebody_takes_them() -> None:
    rules = IdentityRules(bots=['release "train"'])
    assert tomllib.loads(corrections(rules)) == {
        "identities": {"merge": [], "not_same": [], "bots": ['release "train"']}
    }


def test_suggestions_undo_what_was_probable_and_do_what_was_doubted() -> None:
    rules = applied(corrections(IdentityRules()))
    assert rules.not_same == [["Ana Ruiz <ana@acme.com>", "Ana Ruiz <ana@home.com>", "github:ana-dev"]]
    assert together(matched(ROWS, rules)) == {
        frozenset({"Ana Ruiz <ana@home.com>", "ana <ana@home.com>"}),
        frozenset({"dsaw <a@acme.com>", 'dsaw <"b\\@home.com>'}),
    }


def test_what_the_configuration_says_stays() -> None:
    rules = IdentityRules(merge=[["bo@acme.com", "github:ana-dev"]], not_same=[["Ana Ruiz", "dsaw"]])
    section = tomllib.loads(corrections(rules))["identities"]
    assert section["merge"] == [["bo@acme.com", "github:ana-dev"]]
    assert section["not_same"] == [["Ana Ruiz", "dsaw"]]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_any_text_is_escaped(texts: list[str]) -> None:
    rules = IdentityRules(merge=[texts], bots=texts)
    assert tomllib.loads(listing.as_toml(rules, [], [])) == {"identities": {"merge": [texts], "bots": texts}}


def test_merged_lists_groups_and_only_on_demand_everybody() -> None:
    found = match(identities(ROWS), mailmap({}), IdentityRules())
    assert set(listing.merged(found)["person"]) == {"Ana Ruiz"}
    everybody = listing.merged(found, everybody=True)
    assert everybody.height == len(ROWS)
    assert everybody.filter(pl.col("identity") == "ana <ana@home.com>")["matched_by"].item() == "email"


def test_suspects_name_what_they_have_in_common() -> None:
    found = listing.suspects(matched(ROWS))
    assert found["suspect"].to_list() == ["name: dsaw"] * 2
    assert set(found["reason"]) == {"the name is too short to go by"}
