"""The reference page of the command line, generated from the commands themselves."""

import inspect
from collections.abc import Iterator

import click

from leadline.cli.commands import COMMANDS
from leadline.cli.group import global_options, leadline

_INTRODUCTION = """\
# Command line

stdout is data, stderr is narration: what a command finds can be piped, what it says about its work can be silenced with
`--quiet`. `NO_COLOR` is respected, and no token is ever printed.

| exit code | meaning |
|---|---|
| 0 | ok |
| 1 | failed |
| 2 | usage or configuration |
| 3 | a source could not be reached or refused the credentials |
| 4 | partly done: some sources failed, the rest is published |
| 5 | another run holds the warehouse |
| 130 | interrupted |

## Options of every command

They may stand before or after the name of the command.
"""


def markdown() -> str:
    """The page in Markdown; it imports every command."""
    with click.Context(leadline, info_name="leadline") as context:
        parts = [_INTRODUCTION, *_options(global_options(), context)]
        for name in COMMANDS:
            command = leadline.get_command(context, name)
            if command is not None:
                parts += _command(command, name, context)
    return "\n".join(parts)


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    with click.Context(command, info_name=name, parent=parent) as context:
        usage = " ".join(command.collect_usage_pieces(context))
        yield f"## `{context.command_path} {usage}`".replace(" [OPTIONS]", "") + "\n"
        yield f"{_paragraphs(command.help or '')}\n"
        yield from _options(command.params, context)
        if isinstance(command, click.Group):
            for part in command.commands:
                yield from _command(command.commands[part], part, context)


def _options(params: list[click.Option] | list[click.Parameter], context: click.Context) -> Iterator[str]:
    options = [param for param in params if isinstance(param, click.Option)]
    records = [record for option in options if (record := option.get_help_record(context))]
    if records:
        yield "| option | meaning |\n|---|---|"
        for names, meaning in records:
            yield f"| `{_cell(names)}` | {_cell(meaning)} |"
        yield ""


def _paragraphs(text: str) -> str:
    """The help text in Markdown; what click must not wrap (after a backspace mark) becomes a block of code."""
    parts = []
    for part in inspect.cleandoc(text).split("\n\n"):
        marked = part.startswith("\b\n")
        parts.append(f"```\n{part[2:]}\n```" if marked else " ".join(part.split()))
    return "\n\n".join(parts)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
