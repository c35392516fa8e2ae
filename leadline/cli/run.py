"""`leadline run`: collect, compute and publish; ends with what to act on."""

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
    """Collect, compute and publish: what cron calls. Ends with a short summary of what to act on."""
    from leadline import batch, summary

    options = batch.Options(sources=sources, full=full, since=since, line_counts=not no_line_counts)
    run = batch.run_all(app.config, options, narrate_json if as_json else narrate)
    if run.published and not app.quiet and not as_json:
        click.echo(summary.text(app.config))
    return run.exit_code
