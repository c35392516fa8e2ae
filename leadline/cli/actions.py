"""`leadline actions`: the ranked list of what to do next."""

import click

from leadline.cli.app import App
from leadline.cli.options import as_of
from leadline.cli.output import json_option, write_json


@click.command
@click.option("--team", metavar="TEAM", help="Only what is for this team.")
@json_option
@as_of
@click.pass_obj
def command(app: App, team: str | None, *, as_json: bool) -> None:
    """Show what to do next, most worthwhile first: why, with its numbers, and the next step."""
    from leadline import summary

    found = summary.actions(app.config, team)
    if as_json:
        write_json(found)
    else:
        click.echo(summary.actions_text(found))
