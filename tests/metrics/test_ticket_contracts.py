"""What every table of tickets and scope has to keep, on worlds that have tickets."""

import polars as pl
import pytest
from git_worlds import run
from polars.testing import assert_frame_equal
from ticket_worlds import PIPELINES, STATUS_NAMES, invent

from metrics.catalogue import METRICS
from metrics.expressions import day

OWN = [p for p in PIPELINES if p.compute.__module__.startswith(("metrics.tickets", "metrics.scope")) and p.is_published]
SCHEMAS = {pipeline.feeds: pipeline.schema for pipeline in OWN}
OF_ALL_PROJECTS = {"observations", "process_behaviour", "ticket_days", "ticket_self_check"}
"""Tables that tell of the whole and of teams, too."""


@pytest.mark.parametrize("seed", range(3))
def test_rows_keep_the_declared_contract(seed: int) -> None:
    tables = invent(seed, tickets=120).computed(status_names=STATUS_NAMES)
    for name, schema in SCHEMAS.items():
        schema.validate(tables[name])
        assert tables[name].height or name in {"process_behaviour", "untracked_work"}, name


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    world = invent(seed, tickets=120)
    frames = world.world.frames()
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in frames.items()}
    expected = world.computed(status_names=STATUS_NAMES)
    actual = run(shuffled, world.as_of, PIPELINES, status_names=STATUS_NAMES)
    for name in SCHEMAS:
        assert_frame_equal(actual[name], expected[name], abs_tol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_sources_on_their_own_give_the_whole(seed: int) -> None:
    world = invent(seed, tickets=120)
    frames = world.world.frames()
    whole = world.computed(status_names=STATUS_NAMES)
    parts = []
    for source in ("jira", "old"):
        mine = frames["tickets"].filter(source=source)["ticket_id"].implode()
        own = {
            name: frame.filter(pl.col("ticket_id").is_in(mine)) if "ticket_id" in frame.columns else frame
            for name, frame in frames.items()
        }
        parts.append(run(own, world.as_of, PIPELINES, status_names=STATUS_NAMES))
    for name in SCHEMAS.keys() - OF_ALL_PROJECTS - {"sprint_scope", "sprint_tickets", "scope_changes"}:
        key = SCHEMAS[name].primary_key()
        together = pl.concat([part[name] for part in parts]).sort(key)
        assert_frame_equal(together, whole[name].sort(key), abs_tol=1e-6)
    of_projects = pl.col("scope_kind") == "project"
    for name in ("observations", "ticket_days", "ticket_self_check"):
        key = SCHEMAS[name].primary_key()
        together = pl.concat([part[name].filter(of_projects) for part in parts]).sort(key)
        assert_frame_equal(together, whole[name].filter(of_projects).sort(key), abs_tol=1e-6)


def test_every_observation_is_in_the_catalogue() -> None:
    observed = invent(1, tickets=120).computed(status_names=STATUS_NAMES)["observations"]
    units = {metric.name: metric.unit for metric in METRICS}
    assert {(name, unit) for name, unit in observed.select("metric", "unit").unique().iter_rows()} <= units.items()
    assert observed.filter(pl.col("value").is_null() != pl.col("reason").is_not_null()).is_empty()


def test_weekly_counts_sum_to_the_rows() -> None:
    world = invent(4, tickets=120)
    tables = world.computed(status_names=STATUS_NAMES)
    for metric, column in (("tickets_created", "created_at"), ("tickets_finished", "done_at")):
        weekly = tables["observations"].filter(metric=metric, scope_kind="all", period="week")
        last = weekly["period_start"].max()
        week = day(pl.col(column), "Europe/Berlin").dt.truncate("1w")
        assert weekly["value"].sum() == tables["ticket_flow"].filter(week <= last).height
