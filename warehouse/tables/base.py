"""What every core table shares, and how a table's class becomes its name."""

import re

import dataframely as dy

from warehouse.tables import columns as col


class Table(dy.Schema):
    """A table of the warehouse; the docstring of a subclass is the table's description."""


class SourceTable(Table):
    """A table whose rows come from a source; the loader fills these two columns."""

    source = col.text("Name of the source that delivered the row, as in the configuration")
    collected_at = col.instant("When the row was last collected (UTC)")


def table_name(table: type[dy.Schema]) -> str:
    """The SQL name of a table class: `PullRequests` is `pull_requests`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", table.__name__).lower()


def by_name(*tables: type[Table]) -> dict[str, type[Table]]:
    """The given table classes under their SQL names."""
    return {table_name(table): table for table in tables}
