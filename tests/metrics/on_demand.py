"""Tables that are computed when a test looks at them: a few with what they need, many all at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import polars as pl

from leadline.engine import compute
from metrics.registry import Pipeline

FEW = 2
"""Who looks at more tables than this has all of them computed: what they need would be computed again for each."""


class OnDemand(Mapping[str, pl.DataFrame]):
    """The published tables by name, as the engine computes them."""

    def __init__(
        self, pipelines: Iterable[Pipeline], read: Callable[[str], pl.DataFrame], settings: Mapping[str, object]
    ) -> None:
        self._pipelines, self._read, self._settings = tuple(pipelines), read, settings
        self._names = list(dict.fromkeys(pipeline.feeds for pipeline in self._pipelines if pipeline.is_published))
        self._known: dict[str, pl.DataFrame] = {}
        self._asked = 0

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._known:
            self._asked += 1
            few = self._asked <= FEW
            self._known |= compute(self._needed(name) if few else self._pipelines, self._read, self._settings)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        self._asked = FEW  # what follows is everything
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _needed(self, name: str) -> list[Pipeline]:
        """The pipelines that feed a table, and those that feed what they need."""
        names, pending = {name}, [name]
        while pending:
            feeds = pending.pop()
            found = {table for each in self._pipelines if each.feeds == feeds for table in each.inputs} - names
            names |= found
            pending.extend(found)
        return [pipeline for pipeline in self._pipelines if pipeline.feeds in names]
