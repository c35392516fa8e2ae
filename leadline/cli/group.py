"""The `leadline` command: global options, and sub-commands that are imported when they are called."""

import difflib
import json
import os
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from leadline.cli.app import App
from leadline.cli.commands import COMMANDS
from leadline.errors import ConfigError

_OPENS_JSON = ("[", "{")


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """The names, in the order of the list."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, with the global options added to it."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        accept_global_options(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command to run; an unknown one is refused with the nearest name."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            nearest = difflib.get_close_matches(args[0], COMMANDS, n=1)
            suggestion = f'; did you mean "{nearest[0]}"?' if nearest else ""
            raise click.UsageError(f'no command is named "{args[0]}"{suggestion}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def accept_global_options(command: click.Command) -> None:
    """Let a command take the global options too, so that they may stand before or after its name."""
    present = {param.name for param in command.params}
    command.params += [option for option in global_options(hidden=True) if option.name not in present]
    if isinstance(command, click.Group):
        for part in command.commands.values():
            accept_global_options(part)


def global_options(*, hidden: bool = False) -> list[click.Option]:
    """The options that every command takes; they fill the App."""
    return [
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path),
            metavar="PATH",
            callback=_keep,
            expose_value=False,
            hidden=hidden,
            help="Configuration file; without it, leadline.toml is looked for here and in the folders above.",
        ),
        click.Option(
            ["--set", "overrides"],
            multiple=True,
            metavar="KEY=VALUE",
            callback=_override,
            expose_value=False,
            hidden=hidden,
            help="Override a value of the configuration, such as warehouse.path=/data; can be repeated.",
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            callback=_keep,
            expose_value=False,
            hidden=hidden,
            help="Say nothing but errors.",
        ),
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            callback=_keep,
            expose_value=False,
            hidden=hidden,
            help="Say more; show the traceback of an error.",
        ),
        click.Option(
            ["--no-color"],
            is_flag=True,
            callback=_no_color,
            expose_value=False,
            hidden=hidden,
            help="No colours; the variable NO_COLOR does the same.",
        ),
    ]


def _keep(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Write a given option into the App; one that is not given changes nothing."""
    if value:
        name = "config_path" if param.name == "config" else str(param.name)
        setattr(ctx.ensure_object(App), name, value)


def _override(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> None:  # noqa: ARG001
    for value in values:
        key, equals, text = value.partition("=")
        if not (equals and all(key.split("."))):
            raise click.BadParameter(f'expected KEY=VALUE, such as warehouse.path=/data, got "{value}"')
        ctx.ensure_object(App).overrides[key] = _value(key, text)


def _value(key: str, text: str) -> object:
    """Arrays and tables are written as JSON; anything else is for the model of the configuration to read."""
    from leadline.config.types import FromText

    if not text.startswith(_OPENS_JSON):
        return FromText(text)
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConfigError(f"--set {key}: not valid JSON: {error}") from None


def _no_color(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
    if value:
        os.environ["NO_COLOR"] = "1"


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
    if value and not ctx.resilient_parsing:
        click.echo(f"leadline {installed_version()}")
        ctx.exit()


def installed_version() -> str:
    """The version of the installed package."""
    try:
        return version("leadline")
    except PackageNotFoundError:
        return "(not installed)"


leadline = LazyGroup(
    name="leadline",
    help="Analytics for tech leads: where code, knowledge and releases are at risk, and what to do about it.",
    epilog=(
        "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 a source could not be reached, 4 partly done, "
        "5 another run holds the warehouse, 130 interrupted."
    ),
    params=[
        *global_options(),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            callback=_print_version,
            expose_value=False,
            help="Show the version and exit.",
        ),
    ],
    context_settings={"help_option_names": ["-h", "--help"]},
    callback=lambda: None,
)
"""The command that holds all others."""
