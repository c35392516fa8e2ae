"""The engine: frames and settings by name, in the order of need."""

from graphlib import CycleError

import polars as pl
import pytest

from leadline.engine import compute
from metrics.registry import Intermediate, Pipeline, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col


class Halves(Intermediate):
    """Only other pipelines read it."""

    name = col.key("Name")
    half = col.real("Half")


class Totals(Table):
    """Fed by two pipelines."""

    name = col.key("Name")
    total = col.real("Total")


@pipeline(Halves)
def halves(commits: pl.LazyFrame) -> pl.LazyFrame:
    return commits.select("name", half=pl.col("value") / 2).sort("name")


@pipeline(Totals)
def small(halves: pl.LazyFrame, *, limit: int) -> pl.LazyFrame:
    return halves.filter(pl.col("half") < limit).select("name", total="half").sort("name")


@pipeline(Totals)
def large(halves: pl.LazyFrame, *, limit: int) -> pl.LazyFrame:
    return halves.filter(pl.col("half") >= limit).select(total="half", name="name").sort("name")


def test_frames_are_computed_in_the_order_of_need_and_read_once() -> None:
    asked: list[str] = []

    def read(table: str) -> pl.DataFrame:
        asked.append(table)
        return pl.DataFrame({"name": ["b", "a"], "value": [8, 2]})

    timed: dict[str, float] = {}
    tables = compute((large, small, halves), read, {"limit": 3}, on_table=timed.__setitem__)

    assert asked == ["commits"]
    assert list(tables) == ["totals"]
    assert tables["totals"].to_dict(as_series=False) == {"name": ["a", "b"], "total": [1.0, 4.0]}
    assert set(timed) == {"halves", "totals"}


class Commits(Table):
    """Fed under the name of a core table."""

    name = col.key("Name")
    half = col.real("Half")


def test_everybody_reads_the_core_table_under_its_name_as_collected() -> None:
    @pipeline(Halves)
    def core_halves(collected_commits: pl.LazyFrame) -> pl.LazyFrame:
        return collected_commits.select("name", half=pl.col("value") / 2).sort("name")

    @pipeline(Commits)
    def computed(halves: pl.LazyFrame) -> pl.LazyFrame:
        return halves.with_columns(pl.col("half") + 1).sort("name")

    core = {"commits": pl.DataFrame({"name": ["a"], "value": [8]})}
    tables = compute((computed, core_halves), core.__getitem__, {})
    assert tables["commits"].to_dict(as_series=False) == {"name": ["a"], "half": [5.0]}


def test_who_feeds_a_table_named_as_a_core_table_reads_the_core_table() -> None:
    @pipeline(Commits)
    def core(commits: pl.LazyFrame) -> pl.LazyFrame:
        return commits.select("name", half=pl.col("value") / 2).sort("name")

    @pipeline(Commits)
    def more(commits: pl.LazyFrame) -> pl.LazyFrame:
        return commits.select(name=pl.col("name") + "!", half=pl.col("value") / 4).sort("name")

    @pipeline(Totals)
    def later(commits: pl.LazyFrame) -> pl.LazyFrame:
        return commits.select("name", total="half").sort("name")

    asked: list[str] = []

    def read(table: str) -> pl.DataFrame:
        asked.append(table)
        return pl.DataFrame({"name": ["a"], "value": [8]})

    tables = compute((later, more, core), read, {})
    assert asked == ["commits"]
    assert tables["commits"].rows() == [("a", 4.0), ("a!", 2.0)]
    assert tables["totals"].rows() == [("a", 4.0), ("a!", 2.0)]


def test_a_setting_nobody_offers_is_named() -> None:
    with pytest.raises(LookupError, match=r"pipeline small asks for settings that nobody offers: limit"):
        compute((small, halves), lambda table: pl.DataFrame({"name": ["a"], "value": [1]}), {})


def test_pipelines_that_wait_for_each_other_are_refused() -> None:
    turned = Pipeline("halves", halves.compute, Halves, ("totals",), ())
    with pytest.raises(CycleError):
        compute((turned, small), lambda table: pl.DataFrame(), {"limit": 1})
