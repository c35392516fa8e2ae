"""The flow of pull requests against plain Python on invented worlds."""

from typing import Any

import oracles_pull_requests as oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pull_request_worlds import invent

worlds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)
UNTOLD = {"number", "title", "url", "author_id"}


def close(value: Any) -> Any:
    return pytest.approx(value) if isinstance(value, float) else value


@few
@given(worlds)
def test_every_column_of_the_flow(seed: int) -> None:
    world = invent(seed)
    found = {row["pr_id"]: row for row in world.computed()["pull_request_flow"].iter_rows(named=True)}
    expected = oracle.flow(world.world)
    assert found.keys() == expected.keys()
    for pr_id, row in found.items():
        told = {name: close(expected[pr_id][name]) for name in row.keys() - UNTOLD}
        assert {name: value for name, value in row.items() if name not in UNTOLD} == told
