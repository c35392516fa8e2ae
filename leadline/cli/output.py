"""How commands speak: data on stdout as a table or JSON, narration on stderr."""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import click

from leadline.cli.app import App
from leadline.redact import redact

F = TypeVar("F", bound=Callable[..., Any])
Row = Mapping[str, object]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_MISSING = "–"


def json_option(command: F) -> F:
    """Give a command the flag `--json`, as parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")(command)


def narrate(
    text: str,
    *,
    detail: bool = False,
    problem: bool = False,
    event: str = "told",  # noqa: ARG001 - for programs
    **facts: object,  # noqa: ARG001
) -> None:
    """Say what happens, on stderr: with `--quiet` only problems, details only with `--verbose`, secrets never."""
    context = click.get_current_context(silent=True)
    app = (context.find_object(App) if context else None) or App()
    if problem or (not app.quiet and (app.verbose or not detail)):
        click.echo(redact(text), err=True)


def narrate_json(
    text: str,
    *,
    detail: bool = False,  # noqa: ARG001 - a program hears everything
    problem: bool = False,
    event: str = "told",
    **facts: object,
) -> None:
    """Say what happens to a program: one JSON object a line on stdout, with the event and its facts; no secrets."""
    line = {"event": event, "problem": problem, "message": text, **facts}
    click.echo(redact(json.dumps(line, ensure_ascii=False, default=_plain_json)))


def progress_option(command: F) -> F:
    """Give a command the flag `--json`, as parameter `as_json`, for a run that tells a program how it goes."""
    text = "Tell what happens as JSON, one event a line, on stdout."
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def colored(text: str, color: str, *, err: bool = False) -> str:
    """The text in bold colour where the stream is a terminal and colour is wanted; colour never says anything alone."""
    stream = sys.stderr if err else sys.stdout
    wanted = stream.isatty() and not os.environ.get("NO_COLOR")
    return click.style(text, fg=color, bold=True) if wanted else text


def write_json(value: object) -> None:
    """A value as JSON on stdout; dates as ISO 8601, what JSON does not know as text."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain_json))


def write_table(rows: Sequence[Row], columns: Mapping[str, str]) -> None:
    """Rows as a table on stdout: drawn on a terminal, aligned text when piped.

    `columns` are the headings by key, in order. Numbers are aligned to the right.
    """
    cells = [[cell(row.get(key)) for key in columns] for row in rows]
    numeric = [all(row.get(key) is None or _is_number(row.get(key)) for row in rows) for key in columns]
    if sys.stdout.isatty():
        _draw(list(columns.values()), cells, numeric)
    else:
        _align([list(columns.values()), *cells], numeric)


def cell(value: object) -> str:
    """A value as people read it; control characters are replaced, so that data cannot steer the terminal."""
    match value:
        case None:
            return _MISSING
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case list() | tuple() | set() | frozenset():
            return ", ".join(cell(part) for part in value)
        case _:
            return _CONTROL.sub(" ", str(value))


def _number(value: float) -> str:
    """A number with thousands apart; a fraction with as many digits as say something."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3g}"  # noqa: PLR2004 - from 10 on, one digit is enough


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _draw(headings: list[str], cells: list[list[str]], numeric: list[bool]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading, is_number in zip(headings, numeric, strict=True):
        table.add_column(Text(heading), justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)


def _align(lines: list[list[str]], numeric: list[bool]) -> None:
    from rich.cells import cell_len

    widths = [max(cell_len(line[position]) for line in lines) for position in range(len(numeric))]
    for line in lines:
        padded = []
        for text, width, is_number in zip(line, widths, numeric, strict=True):
            space = " " * (width - cell_len(text))
            padded.append(space + text if is_number else text + space)
        click.echo("  ".join(padded).rstrip())


def _plain_json(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case set() | frozenset():
            return sorted(map(str, value))
        case _:
            return str(value)
