"""`leadline sql`: a read-only query of what is published."""

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from leadline.cli.app import App
from leadline.cli.options import as_of
from leadline.cli.output import write_table

if TYPE_CHECKING:
    import polars as pl

FORMATS = ("table", "csv", "json", "parquet")


# A query may begin with a comment, which looks like an option.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not to stdout.")
@as_of
@click.pass_obj
def command(app: App, query: str | None, form: str, output: Path | None) -> None:
    """Run a read-only query over what is published; without QUERY it is read from stdin.

    \b
    leadline sql "SELECT path, score FROM metrics.hotspots ORDER BY score DESC LIMIT 10"
    leadline sql "SELECT * FROM meta.dictionary" --format csv > dictionary.csv
    """  # noqa: D301 - \b is the character that tells click to keep the lines as they are
    from leadline.published import query as run_query

    if query is None and sys.stdin.isatty():
        message = "give a query, or pipe one in"
        raise click.UsageError(message)
    if form == "parquet" and output is None and sys.stdout.isatty():
        message = "Parquet does not go to a terminal: give --output FILE, or redirect"
        raise click.UsageError(message)
    frame = run_query(app.config, query if query is not None else sys.stdin.read())
    if output is not None:
        with output.open("wb") as file:
            _write(frame, form, file)
    elif form == "table":
        write_table(frame.to_dicts(), {name: name for name in frame.columns})
    else:
        _write(frame, form, sys.stdout.buffer)


def _write(frame: "pl.DataFrame", form: str, file: IO[bytes]) -> None:
    from leadline import export

    export.write(frame, "csv" if form == "table" else form, file)
