"""The core tables as they could be known at an instant, as far as the history that sources keep allows.

Rows of later events are left out, states are what they were then. What no source dates is as it is now: names, links,
labels, descriptions, the files and sizes of pull requests, who belongs to whom among identities. Teams carry their
dates themselves.

Misread: it is what could have been known, not what was: data that came in late is there from the day on that it is
about. What was published on a day is kept in `meta.published_figures`.
"""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from metrics.past import code, delivery, pull_requests, tickets

Tables = Mapping[str, pl.LazyFrame]

_FAMILIES = (code.known, pull_requests.known, tickets.known, delivery.known)


def known(tables: Tables, as_of: datetime) -> dict[str, pl.LazyFrame]:
    """Every one of the core `tables`, by name, as it could be known at `as_of`."""
    found = dict(tables)
    for of_family in _FAMILIES:
        found |= of_family(tables, as_of)
    return found
