"""`leadline metrics`: the catalogue, what each figure means."""

import difflib

import click

from leadline.cli.output import json_option, write_json, write_table

_LISTED = {"name": "metric", "title": "title", "unit": "unit", "responsibility": "serves", "table": "items in metrics."}


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Show the catalogue of metrics: definition, unit, inputs, pitfalls, source."""
    if context.invoked_subcommand is None:
        context.invoke(show_list, as_json=False)


@command.command("list")
@json_option
def show_list(*, as_json: bool) -> None:
    """List every metric, a line each."""
    rows = _catalogue()
    if as_json:
        write_json(rows)
    else:
        write_table(rows, _LISTED)


@command.command("show")
@click.argument("name")
@json_option
def show_one(name: str, *, as_json: bool) -> None:
    """Show all that is known about one metric."""
    by_name = {str(row["name"]): row for row in _catalogue()}
    if name not in by_name:
        nearest = difflib.get_close_matches(name, by_name, n=1)
        suggestion = f'; did you mean "{nearest[0]}"?' if nearest else ""
        message = f'no metric is named "{name}"{suggestion}'
        raise click.UsageError(message)
    if as_json:
        write_json(by_name[name])
        return
    width = max(map(len, by_name[name]))
    for field, value in by_name[name].items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        click.echo(click.wrap_text(f"{field:<{width}}  {shown}", subsequent_indent=" " * (width + 2)))


def _catalogue() -> list[dict[str, object]]:
    from dataclasses import asdict

    from metrics.catalogue import METRICS

    return sorted((asdict(metric) for metric in METRICS), key=lambda row: str(row["name"]))
