"""`leadline doctor`: is everything in place for a run, and if not, what to do."""

from dataclasses import asdict

import click

from leadline.cli.app import App
from leadline.cli.check import Check
from leadline.cli.checks import all_checks
from leadline.cli.output import cell, colored, json_option, write_json
from leadline.errors import ExitCode

_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command
@json_option
@click.pass_obj
def command(app: App, *, as_json: bool) -> ExitCode:
    """Check configuration, sources, credentials, warehouse and freshness.

    Ends with 0 where nothing failed, 2 for a wrong configuration, 3 for a source that cannot be collected or has no
    credentials, and 1 for anything else.
    """
    checks = []
    for check in all_checks(app):
        checks.append(check)
        if not as_json:
            _show(check)
    if as_json:
        write_json([{key: value for key, value in asdict(check).items() if key != "exit_code"} for check in checks])
    return _worst(checks)


def _show(check: Check) -> None:
    status = colored(f"{check.status:<4}", _COLORS[check.status])
    click.echo(f"{status}  {cell(check.name)}: {cell(check.detail)}")
    if check.hint:
        click.echo(f"      hint: {cell(check.hint)}")


def _worst(checks: list[Check]) -> ExitCode:
    codes = {check.exit_code for check in checks}
    return next((code for code in (ExitCode.USAGE, ExitCode.SOURCE, ExitCode.FAILED) if code in codes), ExitCode.OK)
