"""`leadline report`: the digest to send or commit."""

from pathlib import Path
from typing import Literal

import click

from leadline.cli.app import App
from leadline.cli.options import as_of
from leadline.cli.output import narrate
from leadline.definitions import DEFINITIONS, OWN


@click.command
@click.option("--team", metavar="TEAM", help="Only what concerns this team.")
@click.option("--period", type=click.Choice(["week", "month"]), default="week", show_default=True)
@click.option(
    "--definition",
    type=click.Choice(DEFINITIONS),
    default=OWN,
    show_default=True,
    help="Measure the phases of pull requests by the rules of this tool.",
)
@click.option("--format", "form", type=click.Choice(["md", "html"]), default="md", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not to stdout.")
@as_of
@click.pass_obj
def command(  # noqa: PLR0917 - one parameter an option
    app: App,
    team: str | None,
    period: Literal["week", "month"],
    definition: str,
    form: Literal["md", "html"],
    output: Path | None,
) -> None:
    """Write the digest of the last whole week or month: what to act on, figures beside their past, risks, faults."""
    from leadline.report import digest, render

    text = render(digest(app.config, team=team, period=period, definition=definition), form)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        narrate(f"wrote {output}")
