"""Members of teams, written in any way, lead to people."""

import pytest

from leadline.identity import Matched, resolve_members
from tests.leadline.identity_frames import account, git, matched

ROWS = [
    *git(
        "Ana Ruiz <ana@acme.com>", "Ana Ruiz <ana@home.com>", "Jo Smith <a@b.com>", "Joe <jo@c.com>", "Joe <jo@d.com>"
    ),
    account("ana-dev", 5, name="Ana Ruiz"),
]


def find_person(found: Matched, member: str) -> str | None:
    person: str | None = resolve_members(found, [member])["person_id"].item()
    return person


@pytest.mark.parametrize(
    "member",
    [
        *("ana@acme.com", "ANA@home.com", "ana+x@acme.com", "github:ana-dev", "GitHub.com:Ana-Dev", "ana-dev"),
        *("Ana Ruiz", "ana  ruiz", "Ana Ruiz <ana@home.com>", "github:5"),
    ],
)
def test_any_identity_of_the_person(member: str) -> None:
    found = matched(ROWS)
    person = found.people.filter(name="Ana Ruiz")["person_id"].item()
    assert find_person(found, member) == person


@pytest.mark.parametrize("member", ["nobody@acme.com", "", "Joe", "gitlab:ana-dev"])
def test_nobody_or_more_than_one(member: str) -> None:
    assert find_person(matched(ROWS), member) is None


def test_one_row_a_member_in_the_order_given() -> None:
    resolved = resolve_members(matched(ROWS), ["Joe", "ana@acme.com", "nobody", "Joe"])
    assert resolved["member"].to_list() == ["Joe", "ana@acme.com", "nobody"]
    assert resolved["candidates"].to_list() == [2, 1, 0]


def test_no_members() -> None:
    assert resolve_members(matched(ROWS), []).is_empty()
