"""`leadline status`: the last runs, how fresh each source is, how many rows there are."""

import click

from leadline.cli.app import App
from leadline.cli.output import json_option, write_json, write_table

SOURCES = """
    SELECT source, stream, count(DISTINCT scope) AS scopes, max(updated_at) AS read_at
    FROM meta.sync_state GROUP BY ALL ORDER BY ALL
"""
_RUN_COLUMNS = {
    "run_id": "run",
    "started_at": "started (UTC)",
    "seconds": "seconds",
    "status": "status",
    "error": "error",
}
QUALITY = """
    SELECT * FROM meta.data_quality
    ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, count DESC, "check"
"""
_SOURCE_COLUMNS = {"source": "source", "stream": "stream", "scopes": "repositories", "read_at": "changed (UTC)"}


@click.command
@json_option
@click.pass_obj
def command(app: App, *, as_json: bool) -> None:
    """Show the last runs, the freshness of each source, how many rows were published, and faults in the data."""
    from leadline import published

    runs = published.last_runs(app.config).to_dicts()
    sources = published.query(app.config, SOURCES).to_dicts()
    rows = published.row_counts(app.config).to_dicts()
    quality = published.query(app.config, QUALITY).to_dicts()
    if as_json:
        write_json({"runs": runs, "sources": sources, "rows": rows, "data_quality": quality})
        return
    for title, table, columns in (
        ("Runs", runs, _RUN_COLUMNS),
        ("Sources", sources, _SOURCE_COLUMNS),
        (
            "Rows by source",
            rows,
            {"table": "table", "source": "source", "rows": "rows", "collected_at": "collected (UTC)"},
        ),
        ("Data quality", quality, {"severity": "severity", "check": "check", "count": "rows", "hint": "hint"}),
    ):
        if table:
            click.echo(f"{title}\n")
            write_table(table, columns)
            click.echo()
