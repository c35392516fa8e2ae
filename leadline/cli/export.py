"""`leadline export`: every published table as a file."""

from pathlib import Path

import click

from leadline.cli.app import App
from leadline.cli.options import as_of
from leadline.cli.output import narrate


@click.command
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--format", "form", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@as_of
@click.pass_obj
def command(app: App, folder: Path, form: str) -> None:
    """Write every published table into DIR, one file each; the names of the files go to stdout."""
    from leadline import export

    files = export.export(app.config, folder, form)
    for file in files:
        click.echo(file)
    narrate(f"wrote {len(files)} tables to {folder}")
