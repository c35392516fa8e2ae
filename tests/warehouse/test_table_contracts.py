# ruff: noqa: DTZ001 - instants are stored as naive UTC
"""A frame that breaks its table's declaration is refused in words that name the place."""

from datetime import datetime

import polars as pl
import pytest

from warehouse import contracts
from warehouse.errors import ContractError
from warehouse.tables import CORE

TAGS = CORE["tags"]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"repo_id": ["r"]}, "tags.name: part of the primary key is missing"),
        (
            {"repo_id": ["r"], "name": ["v1"], "colour": ["red"]},
            "tags.colour: no such column; the table has repo_id, name, ",
        ),
        ({"repo_id": ["r"], "name": [1]}, "tags.name: the type is Int64, it should be String (example: 1)"),
        (
            {"repo_id": ["r", "r"], "name": ["v1", None]},
            "tags.name: null in the primary key, first in repo_id='r', name=None",
        ),
        ({"repo_id": ["r", "r"], "name": ["v1", "v1"]}, "tags: the same primary key twice: repo_id='r', name='v1'"),
    ],
)
def test_mistake_is_named(frame: dict[str, list[object]], message: str) -> None:
    with pytest.raises(ContractError) as caught:
        contracts.whole_rows(pl.DataFrame(frame), TAGS, "tags")
    assert str(caught.value).startswith(message)


def test_columns_of_nulls_and_narrow_numbers_fit() -> None:
    frame = pl.DataFrame({"repo_id": ["r"], "sha": ["a"], "position": [0], "parent_sha": [None]})
    checked = contracts.whole_rows(frame.with_columns(pl.col("position").cast(pl.UInt32)), CORE["commit_parents"], "p")
    assert checked.schema == {"repo_id": pl.String, "sha": pl.String, "position": pl.Int64, "parent_sha": pl.String}


def test_an_instant_with_a_zone_does_not_fit() -> None:
    frame = pl.DataFrame({"repo_id": ["r"], "name": ["v"], "tagged_at": [datetime(2026, 1, 1)]})
    with pytest.raises(ContractError, match=r"tags\.tagged_at: the type is Datetime"):
        contracts.whole_rows(frame.with_columns(pl.col("tagged_at").dt.replace_time_zone("UTC")), TAGS, "tags")


def test_complete_rows_have_every_column_in_order() -> None:
    people = pl.DataFrame({"is_bot": [False], "kind": ["human"], "email": [None], "name": ["Ada"], "person_id": ["p"]})
    assert contracts.complete_rows(people, CORE["people"], "people").columns == [
        "person_id",
        "name",
        "email",
        "kind",
        "is_bot",
    ]
    with pytest.raises(ContractError, match=r"people\.name: the column is missing"):
        contracts.complete_rows(people.drop("name"), CORE["people"], "people")
