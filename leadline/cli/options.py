"""Options that several commands share."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

from leadline.cli.app import App

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A calendar date, written `2026-01-31`."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date; anything else is refused."""
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            self.fail(f'"{value}" is not a date such as 2026-01-31', param, ctx)


class Moment(click.ParamType[date]):
    """A calendar date, or an instant, written `2026-01-31T12:00` with or without an offset from UTC."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date or the instant; anything else is refused."""
        text = str(value)
        try:
            return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        except ValueError:
            message = f'"{value}" is neither a date such as 2026-01-31 nor an instant such as 2026-01-31T12:00Z'
            self.fail(message, param, ctx)


def as_of(command: F) -> F:
    """Give a command that reads what is published the option --as-of."""
    return click.option(
        "--as-of",
        type=Moment(),
        metavar="DATE",
        expose_value=False,
        callback=_keep_moment,
        help="As it could be known at the end of this day, or at this instant; computed where it is not there yet.",
    )(command)


def _keep_moment(ctx: click.Context, param: click.Parameter, value: date | None) -> None:  # noqa: ARG001
    """Let the App read everything as of then."""
    if value is not None:
        ctx.ensure_object(App).as_of = value


def collecting(command: F) -> F:
    """Give a command the options of a collection: sources, --full, --since, --no-line-counts."""
    for option in (
        click.option("--no-line-counts", is_flag=True, help="Stop git after commits and files; count no lines."),
        click.option("--since", type=Day(), metavar="DATE", help="Leave out commits applied before this day."),
        click.option("--full", is_flag=True, help="Read everything again instead of what is new."),
        click.argument("sources", nargs=-1, metavar="[SOURCE]…"),
    ):
        command = option(command)
    return command
