"""The products of sparse matrices: the example of the paper, plain loops, and nothing at all."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.coordination.matrices import bonds, entries, meetings, requirements

Cells = dict[tuple[int, int], int]

A = [[0, 1, 0], [0, 1, 1], [1, 1, 0]]
D = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]


def cells(name: str, told: Cells) -> pl.LazyFrame:
    rows = [{"row": row, "column": column, "value": value} for (row, column), value in told.items()]
    return entries(pl.LazyFrame(rows, schema={"row": int, "column": int, "value": int}), name, "row", "column", "value")


def found(product: pl.LazyFrame, *keys: str) -> dict[Any, float]:
    keys = keys or ("row", "column")
    return {tuple(row[key] for key in keys): row["value"] for row in product.collect().iter_rows(named=True)}


def sparse(matrix: list[list[int]], *, above: bool = False) -> Cells:
    return {
        (i, j): value for i, row in enumerate(matrix) for j, value in enumerate(row) if value and (not above or j > i)
    }


def test_the_worked_example() -> None:
    product = requirements(cells("work", sparse(A)), cells("ties", sparse(D, above=True)))
    whole = [[1, 2, 2], [2, 4, 3], [2, 3, 4]]
    assert found(product) == sparse(whole, above=True)


MATRICES = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 5)), st.integers(1, 9), max_size=15)
TIES = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda c: c[0] < c[1]), st.integers(1, 9))


@given(work=MATRICES, ties=TIES)
def test_requirements_and_their_files_against_plain_loops(work: Cells, ties: Cells) -> None:
    files = range(6)
    tied = {(f, f): 1 for f in files} | ties | {(g, f): value for (f, g), value in ties.items()}
    expected: dict[tuple[int, int], int] = {}
    by_file: dict[tuple[int, int, int], int] = {}
    for a in range(5):
        for b in range(a + 1, 5):
            for f in files:
                for g in files:
                    part = work.get((a, f), 0) * tied.get((f, g), 0) * work.get((b, g), 0)
                    if part:
                        expected[a, b] = expected.get((a, b), 0) + part
                        by_file[a, b, f] = by_file.get((a, b, f), 0) + part
                        by_file[a, b, g] = by_file.get((a, b, g), 0) + part
    entered = (cells("work", work), cells("ties", ties))
    assert found(requirements(*entered)) == expected
    shares = bonds(*entered, cells("pairs", dict.fromkeys(expected, 1)))
    assert found(shares, "row", "column", "file") == by_file


@given(presence=MATRICES)
def test_meetings_against_plain_loops(presence: Cells) -> None:
    here = dict.fromkeys(presence, 1)
    expected = {
        (a, b): together
        for a in range(5)
        for b in range(a + 1, 5)
        if (together := sum((a, place) in here and (b, place) in here for place in range(6)))
    }
    assert found(meetings(cells("presence", here))) == expected


@pytest.mark.parametrize("people", [0, 1])
def test_nobody_needs_somebody_alone(people: int) -> None:
    work = cells("work", {(0, 0): 3} if people else {})
    none = cells("ties", {})
    assert requirements(work, none).collect().is_empty()
    assert bonds(work, none, cells("pairs", {})).collect().is_empty()
    assert meetings(cells("presence", {(0, 0): 1} if people else {})).collect().is_empty()
