"""The simulation of leavers against an oracle in plain Python."""

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dashboards.simulation import leave

PEOPLE = "abcd"

rows = st.lists(
    st.fixed_dictionaries(
        {
            "path": st.sampled_from(["f", "g", "h"]),
            "person_id": st.sampled_from(PEOPLE),
            "is_author": st.booleans(),
            "is_knower": st.booleans(),
        }
    ),
    max_size=12,
    unique_by=lambda row: (row["path"], row["person_id"]),
)
active = st.sets(st.sampled_from(PEOPLE))

SCHEMA = pl.Schema(
    {
        "repo_id": pl.String(),
        "path": pl.String(),
        "person_id": pl.String(),
        "is_author": pl.Boolean(),
        "is_knower": pl.Boolean(),
        "is_active": pl.Boolean(),
        "lines": pl.Int64(),
        "folder": pl.String(),
        "team": pl.String(),
        "revisions_90d": pl.Int64(),
    }
)


def frame(found: list[dict[str, Any]], active_people: set[str]) -> pl.DataFrame:
    fixed = {"repo_id": "r", "lines": 10, "folder": "", "team": None, "revisions_90d": 1}
    return pl.DataFrame(
        [fixed | row | {"is_active": row["person_id"] in active_people} for row in found], schema=SCHEMA
    )


def holders(found: list[dict[str, Any]], path: str, role: str, people: set[str]) -> set[str]:
    return {row["person_id"] for row in found if row["path"] == path and row[role]} & people


@given(rows, active, st.sets(st.sampled_from(PEOPLE)))
def test_counts_equal_the_oracle(found: list[dict[str, Any]], active_people: set[str], leavers: set[str]) -> None:
    outcome = leave(frame(found, active_people), leavers)
    paths, staying = {row["path"] for row in found}, active_people - leavers
    lost = {
        role: {
            path
            for path in paths
            if holders(found, path, role, active_people) and not holders(found, path, role, staying)
        }
        for role in ("is_author", "is_knower")
    }
    assert set(outcome.files.filter("loses_author")["path"]) == lost["is_author"]
    assert set(outcome.files.filter("loses_knower")["path"]) == lost["is_knower"]
    assert outcome.held == len(paths)
    assert outcome.authored_before - outcome.authored_after == len(lost["is_author"])
    assert outcome.known_before - outcome.known_after == len(lost["is_knower"])
    assert outcome.folders["files_without_author"].sum() == len(lost["is_author"])


@given(rows, active)
def test_nothing_is_lost_when_nobody_leaves(found: list[dict[str, Any]], active_people: set[str]) -> None:
    assert leave(frame(found, active_people), []).files.is_empty()
