"""`leadline compute`: every metric over the warehouse, published."""

import click

from leadline.cli.app import App
from leadline.cli.output import narrate


@click.command
@click.pass_obj
def command(app: App) -> int:
    """Run every metric over the warehouse and publish the results."""
    from leadline import batch

    with batch.opened(app.config, narrate) as run:
        batch.compute(run)
    return run.exit_code
