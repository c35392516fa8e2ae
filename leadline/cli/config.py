"""`leadline config`: the configuration in effect, checked, and its schema."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from leadline.cli.app import App
from leadline.cli.output import json_option, narrate, write_json, write_table
from leadline.errors import ConfigError, ExitCode
from leadline.redact import redact

if TYPE_CHECKING:
    from leadline.config.origins import Key


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show or check the configuration; without a command, show it."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@command.command()
@json_option
@click.pass_obj
def show(app: App, as_json: bool) -> None:
    """Show every value in effect and where it comes from: default, file:line, environment or flag."""
    from tomlkit import item

    from leadline.config.origins import dotted

    config = app.config
    values = [
        {"key": dotted(key), "value": _safe(value), "origin": str(config.origin(*key))}
        for key, value in _leaves(config.model_dump(mode="json", by_alias=True, exclude_none=True))
    ]
    if as_json:
        write_json(values)
    else:
        narrate(f"configuration of {config.path}")
        rows = [{**value, "value": item(value["value"]).as_string()} for value in values]
        write_table(rows, {"key": "key", "value": "value", "origin": "origin"})


@command.command()
@json_option
@click.pass_obj
def validate(app: App, as_json: bool) -> None:
    """Check the configuration and list every mistake."""
    try:
        config = app.config
    except ConfigError as error:
        if not (as_json and error.problems):
            raise
        write_json([vars(problem) for problem in error.problems])
        raise SystemExit(ExitCode.USAGE) from None
    if as_json:
        write_json([])
    else:
        narrate(f"{config.path} is valid")


@command.command()
def schema() -> None:
    """Write the JSON Schema of leadline.toml, for editors that complete and check it."""
    from leadline.config import Config

    write_json(Config.json_schema())


def _safe(value: object) -> object:
    """The value without what could be a token in an address."""
    if isinstance(value, list):
        return [_safe(part) for part in value]
    return redact(value) if isinstance(value, str) else value


def _leaves(value: object, key: "Key" = ()) -> "Iterator[tuple[Key, object]]":
    """Every value that is no table, nor an array of tables, with the way to it."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(part, (*key, name))
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for position, part in enumerate(value):
            yield from _leaves(part, (*key, position))
    else:
        yield key, value
