"""Who must stay apart stays apart, by dropping the weakest links only."""

from leadline.identity import IdentityRules
from tests.leadline.identity_frames import account, git, groups, matched, reasons, together

SMITHS = git("J. Smith <js@acme.com>", "J. Smith <jsm@acme.com>")


def test_not_same_splits_what_a_name_would_join() -> None:
    rows = git("Jo Smith <js@acme.com>", "Jo Smith <jsm@acme.com>", "Smith Jo <js+x@acme.com>")
    found = matched(rows, IdentityRules(not_same=[["js@acme.com", "Jo Smith <jsm@acme.com>"]]))
    assert together(found) == {frozenset({"Jo Smith <js@acme.com>", "Smith Jo <js+x@acme.com>"})}
    assert reasons(found) == {"the configuration says they are not the same"}


def test_not_same_splits_a_shared_address_and_gives_both_their_own_id() -> None:
    rows = git("Ana Ruiz <home@acme.com>", "Bo Lind <home@acme.com>")
    found = matched(rows, IdentityRules(not_same=[["Ana Ruiz", "Bo Lind"]]))
    assert together(found) == set()
    assert found.people.height == 2


def test_all_links_of_the_path_are_dropped_and_no_other() -> None:
    rows = git(
        "Ana Ruiz <ana@acme.com>",
        "Ana Ruiz <between@acme.com>",
        "Bo Lind <between@acme.com>",
        "Bo Lind <bo@acme.com>",
        "Bo Lind <lind@acme.com>",
        "ana <ana@acme.com>",
    )
    assert len(groups(matched(rows))) == 1
    found = matched(rows, IdentityRules(not_same=[["ana@acme.com", "bo@acme.com"]]))
    # The address holds: it is trusted more than the two names that would join it with both ends.
    assert together(found) == {
        frozenset({"Ana Ruiz <ana@acme.com>", "ana <ana@acme.com>"}),
        frozenset({"Ana Ruiz <between@acme.com>", "Bo Lind <between@acme.com>"}),
    }


def test_a_configuration_that_contradicts_itself_joins_nobody_and_is_listed() -> None:
    rules = IdentityRules(merge=[["js@acme.com", "jsm@acme.com"]], not_same=[["js@acme.com", "jsm@acme.com"]])
    found = matched(SMITHS, rules)
    assert together(found) == set()
    assert "config" in set(found.suspects["rule"])


def test_more_than_two_can_be_different_people() -> None:
    rows = git(*(f"Jo Smith <{letter}@acme.com>" for letter in "abcd"))
    found = matched(rows, IdentityRules(not_same=[["a@acme.com", "b@acme.com", "c@acme.com"]]))
    assert together(found) == set()


def test_two_accounts_of_one_platform_are_refused_and_listed() -> None:
    rows = [
        account("ana", 1, name="Ana Ruiz"),
        account("aruiz", 2, name="Ana Ruiz"),
        *git("Ana Ruiz <ana@acme.com>", "a <1+ana@users.noreply.github.com>"),
    ]
    found = matched(rows)
    assert together(found) == {frozenset({"github:1", "a <1+ana@users.noreply.github.com>"})}
    assert reasons(found) == {"two accounts of one platform"}
    assert set(found.suspects["identity_id"]) == {"github:1", "github:2", "git:Ana Ruiz <ana@acme.com>"}


def test_accounts_of_two_platforms_are_joined() -> None:
    rows = [account("ana", 1, name="Ana Ruiz"), account("ana", 2, source="gitlab", name="Ana Ruiz")]
    assert together(matched(rows)) == {frozenset({"github:1", "gitlab:2"})}


def test_somebody_who_says_so_joins_two_accounts() -> None:
    rows = [account("ana", 1, name="Ana Ruiz"), account("aruiz", 2, name="Ana Ruiz"), *git("Ana Ruiz <ana@acme.com>")]
    found = matched(rows, IdentityRules(merge=[["github:ana", "github:aruiz"]]))
    assert len(groups(found)) == 1
