"""What every registered pipeline has to keep, whatever it computes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from git_worlds import SETTINGS, invent, run
from polars.testing import assert_frame_equal

from metrics.actions.action_history import ActionHistory
from metrics.actions.actions import Actions
from metrics.catalogue import METRICS, PIPELINES, RULES
from metrics.registry import COLLECTED, Pipeline
from metrics.timelines.forecasts import Forecasts
from warehouse.tables import CORE, META, table_name

AS_OF = datetime.fromisoformat("2026-01-01")
SCHEMAS = {
    **CORE,
    **{f"{COLLECTED}{name}": schema for name, schema in CORE.items()},
    "previous_history": ActionHistory,
    "previous_forecasts": Forecasts,
    "previous_figures": META["published_figures"],
    **{pipeline.feeds: pipeline.schema for pipeline in PIPELINES},
}
OF_ALL_REPOSITORIES = {
    "actions",
    "action_history",
    "observations",
    "ratio_intervals",
    "process_behaviour",
    "communication_networks",
    "review_networks",
    "team_load",
    "investment",
    "onboarding_cohorts",
}


@pytest.fixture(scope="module")
def invented() -> Mapping[str, pl.DataFrame]:
    """Every published table of a world."""
    found = invent(4, repositories=2).computed()
    return dict(found.items())


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda pipeline: pipeline.name)
def test_empty_in_empty_out(pipeline: Pipeline) -> None:
    schemas = {**SCHEMAS, pipeline.feeds: CORE.get(pipeline.feeds, pipeline.schema)}
    frames = [schemas[name].create_empty().lazy() for name in pipeline.inputs]
    offered: dict[str, Any] = {"as_of": AS_OF, **SETTINGS}
    out = pipeline(*frames, **{name: offered[name] for name in pipeline.settings})
    assert out.collect_schema().names() == pipeline.schema.column_names()
    assert pipeline.schema.validate(out.collect(), cast=True).is_empty()


@pytest.mark.parametrize("seed", range(3))
def test_rows_keep_the_declared_contract(seed: int) -> None:
    for name, table in invent(seed, repositories=2).computed().items():
        SCHEMAS[name].validate(table)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    world = invent(seed, repositories=2)
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in world.frames().items()}
    expected, actual = world.computed(), run(shuffled, world.as_of)
    for name in expected:
        assert_frame_equal(actual[name], expected[name], abs_tol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_repositories_on_their_own_give_the_whole(seed: int) -> None:
    world = invent(seed, repositories=2)
    whole = world.computed()
    parts = []
    for repo_id in ("git:r0", "git:r1"):
        frames = {
            name: frame.filter(pl.col("repo_id") == repo_id) if "repo_id" in frame.columns else frame
            for name, frame in world.frames().items()
        }
        parts.append(run(frames, world.as_of))
    for name in whole.keys() - OF_ALL_REPOSITORIES:
        key = SCHEMAS[name].primary_key()
        together = pl.concat([part[name] for part in parts]).sort(key)
        assert_frame_equal(together, whole[name].sort(key), abs_tol=1e-9)
    own = pl.col("scope_kind") == "repository"
    key = SCHEMAS["observations"].primary_key()
    together = pl.concat([part["observations"].filter(own) for part in parts]).sort(key)
    assert_frame_equal(together, whole["observations"].filter(own).sort(key), abs_tol=1e-9)


def test_every_metric_names_tables_that_exist() -> None:
    published = {pipeline.feeds for pipeline in PIPELINES if pipeline.is_published}
    assert {metric.table for metric in METRICS} <= published
    assert {name for metric in METRICS for name in metric.inputs} <= CORE.keys()
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_every_observation_is_in_the_catalogue() -> None:
    observed = invent(1, repositories=2).computed()["observations"]
    assert set(observed["metric"]) <= {metric.name for metric in METRICS}
    units = {metric.name: metric.unit for metric in METRICS}
    assert {(name, unit) for name, unit in observed.select("metric", "unit").unique().iter_rows()} <= units.items()


def test_a_null_has_a_reason_and_a_value_has_none() -> None:
    observed = invent(2, repositories=2).computed()["observations"]
    assert observed.filter(pl.col("value").is_null() != pl.col("reason").is_not_null()).is_empty()


def test_every_rule_is_a_pipeline_of_candidates() -> None:
    assert {rule.propose.feeds for rule in RULES} == {"action_candidates"}
    assert {rule.propose for rule in RULES} <= set(PIPELINES)
    assert table_name(Actions) == "actions"


@pytest.mark.parametrize("pipeline", [p for p in PIPELINES if p.is_published], ids=lambda pipeline: pipeline.name)
def test_columns_of_persons_are_declared_as_such(pipeline: Pipeline, invented: Mapping[str, pl.DataFrame]) -> None:
    """Publishing without people replaces what is declared; a person's id in any other column would stay."""
    columns = pipeline.schema.columns()
    of_persons = (
        "person_id",
        "person_ids",
        "author_id",
        "reviewer_id",
        "actor_id",
        "assignee_id",
        "person_a",
        "person_b",
        "broker_ids",
    )
    named = {name for name in columns if name.endswith(of_persons)}
    assert named == {name for name, column in columns.items() if (column.metadata or {}).get("person")}
    people = {f"git:r{number}/{name}" for number in (0, 1) for name in [*"abcde", "bot"]}
    table = invented[pipeline.feeds]
    texts = table.select(pl.col(pl.String) if table.height else []).drop(named, strict=False)
    assert not any(people.intersection(texts[name]) for name in texts.columns)
