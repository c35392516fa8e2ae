"""From a distribution to a promise: what holds with at least a given confidence, and how good the distribution was.

At confidence c, "how many" is the largest number k that is reached with a probability of at least c; "when" is the
first day by which it is finished with a probability of at least c. Both make the sentence true of the distribution
rather than hit c exactly: the probability that is stated beside it can be higher.
"""

import numpy as np

from metrics.timelines.processes import Shares

CONFIDENCES = (0.5, 0.7, 0.85, 0.95)
"""What promises are made at. Nothing is promised with more than the last one: the past does not know so much."""

_HAIR = 1e-9
"""Sums of many small numbers miss a round one by less."""


def most_items(totals: Shares, confidence: float) -> tuple[int, float]:
    """The largest number reached with at least this confidence, and the probability that it is reached."""
    reached = np.append(1.0, 1.0 - np.cumsum(totals))[: len(totals)]
    items = int(np.flatnonzero(reached >= confidence - _HAIR)[-1])
    return items, float(reached[items])


def days_until(finished: Shares, confidence: float) -> tuple[int, float] | None:
    """The first day (1 is the first to come) by which it is finished with this confidence, and the probability.

    None where that is not reached on any of the days.
    """
    reached = np.flatnonzero(finished >= confidence - _HAIR)
    return (int(reached[0]) + 1, float(finished[reached[0]])) if reached.size else None


def together(parts: list[Shares]) -> Shares:
    """When the last of several independent works is finished: the product of their distributions."""
    longest = max(map(len, parts))
    product = np.ones(longest)
    for part in parts:
        # Where a distribution ends it has reached all that it reaches.
        product *= np.pad(part, (0, longest - len(part)), mode="edge")
    return product


def crps_of_total(totals: Shares, outcome: int) -> float:
    """The continuous ranked probability score of a total, in items: 0 is a sure and right forecast."""
    below = np.cumsum(totals)
    size = max(len(totals), outcome)
    below = np.pad(below, (0, size - len(below)), constant_values=1.0)
    return float(np.square(below - (np.arange(size) >= outcome)).sum())


def crps_of_days(finished: Shares, outcome: int | None, seen: int) -> float:
    """The same of the day of being finished, in days, of those that were `seen`; None where it was on none of them."""
    by = np.pad(finished, (0, max(0, seen - len(finished))), mode="edge")[:seen]
    happened = np.zeros(seen) if outcome is None else np.arange(1, seen + 1) >= outcome
    return float(np.square(by - happened).sum())
