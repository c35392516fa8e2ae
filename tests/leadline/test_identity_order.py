"""The answer is a function of the set of identities: order makes no difference, and nothing contradicts itself."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.identity import IdentityRules, Matched, match
from tests.leadline.identity_frames import account, git, identities, mailmap

NAMES = ["Ana Ruiz", "Ruiz Ana", "Ana", "AnaRuizperez", "Bo Lind", "acme-bot", "root", "coolcoder7", "Łu Li"]
ADDRESSES = [
    *("ana@acme.com", "ana+x@acme.com", "bo@acme.com", "root@localhost", "none", "coolcoder7@b.com"),
    *("1+ana@users.noreply.github.com", "2+ana@users.noreply.github.com", "3+bo@users.noreply.github.com"),
    *("anaruizperez@c.com", "bo@users.noreply.github.com"),
]
SIGNATURES = st.builds("{} <{}>".format, st.sampled_from(NAMES), st.sampled_from(ADDRESSES))
ACCOUNTS = st.builds(
    account,
    st.sampled_from(["ana", "bo", "coolcoder7"]),
    st.integers(1, 3),
    source=st.sampled_from(["github", "gitlab"]),
    name=st.sampled_from(NAMES),
)
RULES = st.builds(
    IdentityRules,
    merge=st.lists(st.lists(st.sampled_from(NAMES + ADDRESSES), min_size=2, max_size=3), max_size=1),
    not_same=st.lists(st.lists(SIGNATURES, min_size=2, max_size=2, unique=True), max_size=2),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame, IdentityRules]:
    signatures = draw(st.lists(SIGNATURES, unique=True, max_size=14))
    accounts = draw(st.lists(ACCOUNTS, unique_by=lambda row: row["identity_id"], max_size=4))
    mapped = dict.fromkeys(signatures[:1], ("Ana Ruiz", "ana@acme.com"))
    return identities([*git(*signatures), *accounts]), mailmap(mapped), draw(RULES)


def frames(found: Matched) -> list[pl.DataFrame]:
    return [found.people, found.identities, found.edges, found.suspects]


@settings(max_examples=30, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_order_of_rows_makes_no_difference(case: tuple[pl.DataFrame, pl.DataFrame, IdentityRules], random) -> None:
    rows, mapped, rules = case
    order = list(range(rows.height))
    random.shuffle(order)
    once, again = match(rows, mapped, rules), match(rows[order], mapped, rules)
    for one, other in zip(frames(once), frames(again), strict=True):
        assert one.equals(other)


@settings(max_examples=30, deadline=None)
@given(cases())
def test_edges_explain_the_groups_and_nobody_is_joined_against_the_configuration(
    case: tuple[pl.DataFrame, pl.DataFrame, IdentityRules],
) -> None:
    found = match(*case)
    person = dict(found.identities.select("identity_id", "person_id").iter_rows())
    parent = {identity: identity for identity in person}

    def root(identity: str) -> str:
        while parent[identity] != identity:
            identity = parent[identity]
        return identity

    for one, other in found.edges.select("identity_a", "identity_b").iter_rows():
        assert one < other
        assert person[one] == person[other]
        parent[root(one)] = root(other)
    assert len({root(identity) for identity in person}) == found.people.height
    for one, other in case[2].not_same:
        ids = [f"git:{signature}" for signature in (one, other)]
        # Spelling and tags aside, both can be written for one address.
        if all(identity in person for identity in ids):
            assert person[ids[0]] != person[ids[1]]
