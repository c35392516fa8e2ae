"""`leadline compute`: every metric over the warehouse, published."""

import click

from leadline.cli.app import App
from leadline.cli.options import as_of
from leadline.cli.output import narrate


@click.command
@as_of
@click.pass_obj
def command(app: App) -> int:
    """Run every metric over the warehouse and publish the results.

    With --as-of they are computed from what could be known then, and published beside the others: commands that are
    given the same --as-of read them.
    """
    from leadline import batch
    from leadline.errors import ExitCode

    if app.as_of is not None:
        app.anew = True
        narrate(f"published in {app.config.directory}")
        return ExitCode.OK
    with batch.opened(app.config, narrate) as run:
        batch.compute(run)
    return run.exit_code
