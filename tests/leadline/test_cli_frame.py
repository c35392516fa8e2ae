"""The frame of the command line: laziness, global options, errors, exit codes."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

import leadline
from leadline.cli import main
from leadline.cli.app import App
from leadline.cli.commands import COMMANDS
from leadline.cli.group import LazyGroup, accept_global_options
from leadline.cli.output import json_option, narrate, write_json
from leadline.errors import ExitCode, LeadlineError

ROOT = Path(leadline.__file__).parents[1]
HEAVY = ("polars", "duckdb", "streamlit", "pyarrow", "pydantic", "rich", "tomlkit", "jinja2", "dataframely")
SECRET = "ghp_abcdefghij0123456789"  # noqa: S105 - made up


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_list_exists(name: str) -> None:
    command = import_module(COMMANDS[name][0]).command
    assert isinstance(command, click.Command)
    assert command.help


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    probe = (
        "import sys; from leadline.cli import main; code = main(['--help']);"
        f"print(code, [name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = run(sys.executable, "-c", probe, cwd=tmp_path)
    assert done.stderr == "0 []\n"
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


def test_no_command_imports_a_room_before_it_runs(tmp_path: Path) -> None:
    rooms = ("collectors", "dashboards", "metrics", "polars", "duckdb", "streamlit")
    probe = (
        "import sys; from importlib import import_module; from leadline.cli.commands import COMMANDS;"
        "commands = [import_module(COMMANDS[name][0]) for name in COMMANDS];"
        f"print(len(commands) > 9, [name for name in {rooms} if name in sys.modules])"
    )
    assert run(sys.executable, "-c", probe, cwd=tmp_path).stdout == "True []\n"


def test_the_program_ends_with_the_exit_code_and_an_error_is_a_line_and_a_hint(tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "leadline", "config", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"leadline: error: no leadline.toml in {tmp_path} or a folder above it\n"
        "hint: write one with `leadline init`, or name it with --config PATH\n"
    )


def test_a_reader_that_leaves_ends_the_command_quietly(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "leadline", "config", "schema"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.FAILED


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Iterator[click.Group]:
    """A group of commands made for these tests, run as `leadline try …`."""

    @click.group
    def attempt() -> None:
        """Try something."""

    module = type(sys)("leadline_try")
    module.command = attempt  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "leadline_try", module)
    monkeypatch.setitem(COMMANDS, "try", ("leadline_try", "Try something"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield attempt
    os.environ.pop("NO_COLOR", None)


def failing(group: click.Group, error: BaseException) -> None:
    @group.command("it")
    def it() -> None:
        raise error


class Foreign(Exception):  # noqa: N818 - an error of another room
    exit_code = 5
    hint = "wait"


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (LeadlineError("it broke", hint="mend it"), 1, "leadline: error: it broke\nhint: mend it\n"),
        (LeadlineError("it broke"), 1, "leadline: error: it broke\n"),
        (Foreign("busy"), 5, "leadline: error: busy\nhint: wait\n"),
        (KeyboardInterrupt(), 130, "\nleadline: interrupted\n"),
        (click.Abort(), 130, "leadline: interrupted\n"),
        (SystemExit(4), 4, ""),
        (click.UsageError("Bad thing."), 2, "leadline: error: bad thing\nhint: see `leadline try it --help`\n"),
        (LeadlineError(f"refused {SECRET}"), 1, "leadline: error: refused ***\n"),
    ],
)
def test_an_error_becomes_a_line_and_a_code(
    command: click.Group, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, told: str
) -> None:
    failing(command, error)
    assert main(["try", "it"]) == code
    assert capsys.readouterr() == ("", told)


def test_an_unexpected_error_leaves_its_traceback_in_a_file(
    command: click.Group, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    failing(command, ValueError(f"no {SECRET}\nsecond line"))

    assert main(["try", "it"]) == 1

    error = capsys.readouterr().err
    assert error.startswith("leadline: error: unexpected ValueError: no ***\nhint: this is a fault of leadline; ")
    (log,) = tmp_path.iterdir()
    assert str(log) in error
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert SECRET not in log.read_text(encoding="utf-8")


def test_verbose_shows_the_traceback(command: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    failing(command, ValueError(f"no {SECRET}"))
    assert main(["try", "it", "-v"]) == 1
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert SECRET not in error


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["statsu"], 'leadline: error: no command is named "statsu"; did you mean "status"?\n'),
        (["qqqq"], 'leadline: error: no command is named "qqqq"\n'),
        (["--set", "x", "status"], "leadline: error: invalid value for '--set': expected KEY=VALUE, such as warehouse"),
        (["--set", "team=[", "status"], "leadline: error: --set team: not valid JSON: "),
    ],
)
def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    assert main(arguments) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith(told)


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == ExitCode.USAGE
    assert "Usage: leadline" in capsys.readouterr().err


def test_global_options_stand_before_or_after_the_command(
    command: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    @command.command("it")
    @json_option
    @click.pass_obj
    def it(app: App, *, as_json: bool) -> ExitCode:
        narrate("working")
        narrate("closely", detail=True)
        write_json([str(app.config_path), app.overrides, app.quiet, app.verbose, as_json, "NO_COLOR" in os.environ])
        return ExitCode.PARTIAL

    before = ["-v", "--config", "x.toml", "--set", "a.b=1", "--no-color", "try", "it", "--json"]
    assert main(before) == ExitCode.PARTIAL
    first = capsys.readouterr()
    after = ["try", "it", "--json", "-v", "--config", "x.toml", "--set", "a.b=1", "--no-color"]
    assert main(after) == ExitCode.PARTIAL
    assert capsys.readouterr() == first
    assert json.loads(first.out) == ["x.toml", {"a.b": "1"}, False, True, True, True]
    assert first.err == "working\nclosely\n"

    assert main(["try", "-q", "it"]) == ExitCode.PARTIAL
    assert capsys.readouterr().err == ""


def test_a_command_keeps_its_own_option_of_the_same_name() -> None:
    own = click.Command("x", params=[click.Option(["--config"])])
    accept_global_options(own)
    accept_global_options(own)
    assert [param.name for param in own.params].count("config") == 1


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("leadline ")


def test_the_list_keeps_its_order() -> None:
    context = click.Context(LazyGroup())
    assert LazyGroup().list_commands(context) == list(COMMANDS)
