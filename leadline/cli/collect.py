"""`leadline collect`: pull what is new from the sources into the warehouse."""

from datetime import date

import click

from leadline.cli.app import App
from leadline.cli.options import collecting
from leadline.cli.output import narrate, narrate_json, progress_option


@click.command
@collecting
@progress_option
@click.pass_obj
def command(
    app: App, sources: tuple[str, ...], *, full: bool, since: date | None, no_line_counts: bool, as_json: bool
) -> int:
    """Pull what is new from the sources into the warehouse: all of them, or those that are named."""
    from leadline import batch

    options = batch.Options(sources=sources, full=full, since=since, line_counts=not no_line_counts)
    with batch.opened(app.config, narrate_json if as_json else narrate) as run:
        batch.collect(run, options)
    return run.exit_code
