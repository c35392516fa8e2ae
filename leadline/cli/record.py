"""`leadline record`: report a deployment or an incident from any pipeline or pager."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click

from leadline.cli.app import App
from leadline.cli.output import narrate
from leadline.inbox import reports
from leadline.inbox.box import Inbox

_READS = """
\b
With - or --stdin, reports are read from standard input as NDJSON: one JSON object
a line, with the names of the flags as keys (started_at for --started-at).

A report with an id adds to earlier ones of the same id: what it says wins, what it leaves out stays. It is kept on disk
at once, also while a run holds the warehouse, and loaded by the next run. The id of each report is written on stdout.
"""


@click.group
def command() -> None:
    """Report a deployment or an incident from any pipeline or pager; the next run loads it."""


def _command(kind: reports.Kind, help_text: str) -> None:
    def run(app: App, source: str | None, *, stdin: bool, **flags: str | None) -> None:
        now = datetime.now(UTC)
        given = {name: value for name, value in flags.items() if value is not None}
        if stdin or source:
            if given:
                named = ", ".join(f"--{name.replace('_', '-')}" for name in given)
                raise click.UsageError(f"{named} cannot be combined with reports on standard input")
            found = reports.of_lines(kind, sys.stdin.buffer, now)
        else:
            if not given:
                raise click.UsageError(
                    f"nothing to report: say what was recorded, such as --{_FIRST[kind]}, or - for stdin"
                )
            found = [reports.of_flags(kind, given, now)]
        Inbox(app.config.directory).put(found, now)
        for report in found:
            click.echo(report["id"])
        narrate(
            f"recorded {len(found):,} {kind}{'s' if len(found) > 1 else ''}; the next run loads {_THEM[len(found) > 1]}"
        )

    decorated: Callable[..., None] = click.pass_obj(run)
    for option in (
        click.option("--stdin", is_flag=True, help="Read NDJSON from standard input; - does the same."),
        *(
            click.option(f"--{field.name.replace('_', '-')}", field.name, metavar=_metavar(field.name), help=field.help)
            for field in reversed(reports.FIELDS[kind])
        ),
        click.argument("source", type=click.Choice(["-"]), required=False, metavar="[-]"),
    ):
        decorated = option(decorated)
    command.command(kind, help=f"{help_text}\n{_READS}")(decorated)


_FIRST = {"deployment": "repository", "incident": "title"}
_THEM = {False: "it", True: "them"}


def _metavar(name: str) -> str:
    return "TIME" if name.endswith("_at") else {"url": "ADDRESS", "id": "ID"}.get(name, "TEXT")


_command("deployment", "Report that a commit was deployed, is being deployed, or failed to be.")
_command("incident", "Report that an incident began, or that it was resolved.")
