"""`leadline rebuild`: the core tables again from what is on disk, no server asked."""

import click

from leadline.cli.app import App
from leadline.cli.output import narrate


@click.command
@click.pass_obj
def command(app: App) -> int:
    """Derive the core tables again from what was collected before, and publish; no server is asked.

    What platforms answered is read again from the archive, the history of git repositories from the clones.
    """
    from leadline import batch

    with batch.opened(app.config, narrate) as run:
        batch.rebuild(run)
        if run.has_read:
            batch.compute(run)
    return run.exit_code
