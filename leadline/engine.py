"""The local engine: gives every pipeline the frames and settings it names, and returns the tables they feed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from graphlib import TopologicalSorter
from time import perf_counter

import polars as pl

from metrics.registry import COLLECTED, Pipeline


def compute(
    pipelines: Iterable[Pipeline],
    read: Callable[[str], pl.DataFrame],
    settings: Mapping[str, object],
    *,
    on_table: Callable[[str, float], None] | None = None,
) -> dict[str, pl.DataFrame]:
    """Run the pipelines in the order of their needs and return every published table by name.

    `read` answers with a core table; it is asked once for each. A pipeline that feeds a table of the same name as a
    core table and asks for it gets the core table; everybody else gets what the pipelines feed, and the core table
    under its name with `collected_` before it. `on_table` hears each
    table's name and seconds. Raises LookupError where a pipeline asks for a setting that nobody offers, and
    graphlib.CycleError where pipelines wait for each other: both are faults of the catalogue, not of the data.
    """
    feeders = _by_table(pipelines)
    frames: dict[str, pl.DataFrame] = {}

    def frame(name: str) -> pl.LazyFrame:
        if name not in frames:
            frames[name] = read(name.removeprefix(COLLECTED))
        return frames[name].lazy()

    for table in _order(feeders):
        started = perf_counter()
        parts = [_call(pipeline, frame, settings) for pipeline in feeders[table]]
        frames[table] = _concat(parts, feeders[table][0])
        if on_table:
            on_table(table, perf_counter() - started)
    return {table: frames[table] for table, feeding in feeders.items() if feeding[0].is_published}


def _by_table(pipelines: Iterable[Pipeline]) -> dict[str, list[Pipeline]]:
    feeders: defaultdict[str, list[Pipeline]] = defaultdict(list)
    for pipeline in pipelines:
        feeders[pipeline.feeds].append(pipeline)
    return dict(feeders)


def _order(feeders: Mapping[str, list[Pipeline]]) -> Iterable[str]:
    needs = {
        table: {name for pipeline in feeding for name in pipeline.inputs if name in feeders and name != table}
        for table, feeding in feeders.items()
    }
    return TopologicalSorter(needs).static_order()


def _call(pipeline: Pipeline, frame: Callable[[str], pl.LazyFrame], settings: Mapping[str, object]) -> pl.LazyFrame:
    unknown = [name for name in pipeline.settings if name not in settings]
    if unknown:
        message = f"pipeline {pipeline.name} asks for settings that nobody offers: {', '.join(unknown)}"
        raise LookupError(message)
    return pipeline(*map(frame, pipeline.inputs), **{name: settings[name] for name in pipeline.settings})


def _concat(parts: list[pl.LazyFrame], pipeline: Pipeline) -> pl.DataFrame:
    """Collect what feeds one table, with exactly the columns and types it declares."""
    if len(parts) == 1:
        return pipeline.schema.cast(parts[0]).collect()
    together = pl.concat([pipeline.schema.cast(part) for part in parts])
    return together.sort(pipeline.schema.primary_key()).collect()
