"""`leadline forecast`: when, or how many, and how often such promises held."""

from dataclasses import asdict
from datetime import date

import click

from leadline.cli.app import App
from leadline.cli.options import Day, as_of
from leadline.cli.output import json_option, write_json


@click.command
@click.option("--items", type=click.IntRange(1, 100_000), metavar="N", help="When will the next N tickets be finished?")
@click.option("--by", type=Day(), metavar="DATE", help="How many tickets will be finished by the end of this day?")
@click.option(
    "--milestone", metavar="M", help="When will this milestone, version, epic or sprint be finished? By title or id."
)
@click.option("--team", metavar="TEAM", help="What this team finishes; everything together where it is left out.")
@click.option(
    "--growth",
    type=click.FloatRange(0, 10),
    metavar="G",
    help="With --items: tickets that come in for each one finished, in place of what was measured.",
)
@click.option(
    "--capacity",
    type=click.FloatRange(1, 500),
    metavar="PERCENT",
    help="With --items or --by: what the team will finish, in percent of what it did.",
)
@json_option
@as_of
@click.pass_obj
def command(  # noqa: PLR0917 - one parameter an option
    app: App,
    items: int | None,
    by: date | None,
    milestone: str | None,
    team: str | None,
    growth: float | None,
    capacity: float | None,
    *,
    as_json: bool,
) -> None:
    """Say when work will be done, or how much by a date, with 50, 70, 85 and 95 % confidence.

    Forecasts draw from what was finished in a window of the past, and tell how often such promises came true.
    """
    if sum(asked is not None for asked in (items, by, milestone)) != 1:
        raise click.UsageError("ask one question: --items N, --by DATE or --milestone M")
    if growth is not None and items is None:
        raise click.UsageError("--growth goes with --items")
    if capacity is not None and milestone is not None:
        raise click.UsageError("--capacity goes with --items or --by")

    from leadline import forecasting

    part = (100 if capacity is None else capacity) / 100
    if items is not None:
        found = forecasting.when(app.config, items, team=team, growth=growth, capacity=part)
    elif by is not None:
        found = forecasting.how_many(app.config, by, team=team, capacity=part)
    else:
        found = forecasting.named(app.config, str(milestone), team=team)
    if as_json:
        write_json(asdict(found))
    else:
        click.echo(forecasting.text(found))
