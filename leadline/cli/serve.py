"""`leadline serve`: the dashboards in a browser, until Ctrl-C."""

import click

from leadline.cli.app import App
from leadline.cli.options import as_of
from leadline.cli.output import narrate


@click.command
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@as_of
@click.pass_obj
def command(app: App, port: int, host: str) -> None:
    """Serve the dashboards over what is published; they follow every new run."""
    from dashboards.server import AddressError, check_address, serve
    from dashboards.settings import Settings
    from leadline.errors import ConfigError
    from warehouse.reader import Reader

    config = app.config
    if Reader(config.directory).generation() is None:
        narrate(f"nothing is published in {config.directory} yet: `leadline run` fills the dashboards")
    try:
        check_address(host, port)
    except AddressError as error:
        raise ConfigError(str(error), hint="choose another one with --port or --host") from None
    narrate(f"serving {config.leadline.name} on http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C ends it)")
    serve(Settings(config.directory, config.leadline.name, config.leadline.timezone), host=host, port=port)
