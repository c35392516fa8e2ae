"""What a pipeline, a metric and an action rule are, and how one is registered.

A *pipeline* is a pure function of frames. Its positional parameters are named after the tables it reads: core
tables or the output of other pipelines. Its keyword-only parameters are named after the settings it wants
(`as_of`, `zone`, …). The engine looks both up by name, as pytest does with fixtures. Its schema says which table
it feeds; several pipelines may feed the same table (`observations`, `action_candidates`), their rows are then
concatenated. A pipeline that names the table it feeds reads the core table of that name (`incidents`); under
`collected_deployments` any pipeline reads the core table `deployments`.

A *metric* is one entry of the catalogue. It is written down once, beside the pipeline that computes it, and that one
registration feeds `leadline metrics`, the reference page, `COMMENT ON` in DuckDB and the help texts of the
dashboards.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from warehouse.tables import Table, table_name

Responsibility = Literal[
    "project_management",
    "team_coordination",
    "problem_solving",
    "strategy",
    "requirements",
    "timelines",
    "allocation",
    "execution",
    "bridging",
    "mentoring",
]
"""What a tech lead answers for; every metric and action serves one."""

COLLECTED = "collected_"
"""What stands before the name of a core table where pipelines feed a table of the same name."""


class Intermediate(Table):
    """A frame that only other pipelines read; it is not published."""


@dataclass(frozen=True)
class Pipeline:
    """A pure function of frames, the frames and settings it asks for, and the table it feeds."""

    name: str
    compute: Callable[..., pl.LazyFrame]
    schema: type[Table]
    inputs: tuple[str, ...]
    settings: tuple[str, ...]

    @property
    def feeds(self) -> str:
        """Name of the table that the result goes into."""
        return table_name(self.schema)

    @property
    def is_published(self) -> bool:
        """Whether the table appears in the published file."""
        return not issubclass(self.schema, Intermediate)

    def __call__(self, *frames: pl.LazyFrame, **settings: object) -> pl.LazyFrame:
        """The function itself, so that tests call a pipeline as it is written."""
        return self.compute(*frames, **settings)


def pipeline(schema: type[Table]) -> Callable[[Callable[..., pl.LazyFrame]], Pipeline]:
    """Declare a function as a pipeline whose result keeps `schema`."""

    def declare(compute: Callable[..., pl.LazyFrame]) -> Pipeline:
        parameters = inspect.signature(compute).parameters.values()
        return Pipeline(
            name=compute.__name__,
            compute=compute,
            schema=schema,
            inputs=tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD),
            settings=tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY),
        )

    return declare


@dataclass(frozen=True)
class Metric:
    """One entry of the metric catalogue."""

    name: str
    """Name in SQL and on the command line."""
    title: str
    unit: str
    """`count`, `seconds`, `days`, `share`, `lines`, `months`, `people`, …"""
    direction: Literal["higher", "lower", "neutral"]
    """Which way is better, where that can be said at all."""
    responsibility: Responsibility
    definition: str
    table: str
    """The table in schema `metrics` that holds the items behind the figure."""
    inputs: tuple[str, ...]
    """Core tables it is computed from."""
    exclusions: str
    pitfalls: str
    """How it is misread."""
    source: str
    """Where the definition comes from."""


@dataclass(frozen=True)
class Rule:
    """One rule of `metrics.actions`: a pipeline that proposes actions, and what it stands for."""

    name: str
    title: str
    responsibility: Responsibility
    definition: str
    """When it proposes an action, with its thresholds."""
    propose: Pipeline
