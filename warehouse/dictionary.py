"""The data dictionary: what every table and column means, as rows for SQL and as a page for people."""

import polars as pl

from warehouse import ddl
from warehouse.persons import privacy
from warehouse.tables import CORE, META, Table
from warehouse.tables.meta import Dictionary, Generation, MetricCatalogue, Privacy, RuleCatalogue

PUBLISHED_META: ddl.Tables = {
    **META,
    "dictionary": Dictionary,
    "privacy": Privacy,
    "generation": Generation,
    "metric_catalogue": MetricCatalogue,
    "rule_catalogue": RuleCatalogue,
}
"""Tables of schema `meta` in the published file."""

_PURPOSE = {
    "main": "What was collected: code, pull requests, tickets, deliveries, and the people behind them.",
    "metrics": "What was computed from it. `observations` holds the figures by period, the rest the items behind them.",
    "meta": "The warehouse about itself.",
}


def published(metrics: ddl.Tables) -> dict[str, ddl.Tables]:
    """Every table of the published file, by schema; `metrics` are the tables that the pipelines feed."""
    return {"main": CORE, "metrics": metrics, "meta": PUBLISHED_META}


def dictionary_rows(metrics: ddl.Tables | None = None) -> pl.DataFrame:
    """One row per column of the published file, in the columns of `meta.dictionary`."""
    rows = [
        {
            "schema": schema,
            "table": name,
            "column": column_name,
            "position": position,
            "type": ddl.sql_type(column.dtype),
            "key": column.primary_key,
            "privacy": privacy(column),
            "description": column.description or "",
        }
        for schema, tables in published(metrics or {}).items()
        for name, table in tables.items()
        for position, (column_name, column) in enumerate(ddl.columns(table).items())
    ]
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in ddl.columns(Dictionary).items()})


def reference_markdown(metrics: ddl.Tables | None = None) -> str:
    """The reference page of the published file, in Markdown; primary keys in bold."""
    lines = ["# Tables", "", "Written by `make docs` from the declaration of the tables. Primary keys in bold."]
    for schema, tables in published(metrics or {}).items():
        lines += ["", f"## Schema `{schema}`", "", _PURPOSE[schema]]
        for name, table in sorted(tables.items()):
            lines += ["", f"### `{schema}.{name}`", "", ddl.description(table), "", *_rows(table)]
    return "\n".join(lines) + "\n"


def _rows(table: type[Table]) -> list[str]:
    rows = ["| column | type | meaning |", "|---|---|---|"]
    for name, column in ddl.columns(table).items():
        shown = f"**{name}**" if column.primary_key else name
        meaning = (column.description or "").replace("|", "\\|")
        rows.append(f"| {shown} | {ddl.sql_type(column.dtype)} | {meaning} |")
    return rows
