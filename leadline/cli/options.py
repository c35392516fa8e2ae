"""Options that several commands share."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

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
