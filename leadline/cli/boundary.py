"""Whatever ends a command, as one line for people and one code for cron."""

import os
import sys
import tempfile
import traceback
from pathlib import Path

import click

from leadline.cli.app import App
from leadline.cli.output import colored
from leadline.errors import ExitCode, refused_by_system
from leadline.interrupt import interrupted
from leadline.redact import redact


def report(error: BaseException, app: App) -> int:
    """Say on stderr what went wrong and what to do about it, and return the exit code; secrets are left out.

    Errors that carry an `exit_code` (and perhaps a `hint`), and what the operating system refuses, are for the user;
    anything else is a fault of the program.
    """
    match error:
        case SystemExit():
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        case _ if interrupted() or isinstance(error, KeyboardInterrupt | click.Abort):
            say("leadline: interrupted")
            code = ExitCode.INTERRUPTED
        case BrokenPipeError():
            _stop_writing()
            code = ExitCode.FAILED
        case click.ClickException():
            code = _refused(error)
        case _ if hasattr(error, "exit_code"):
            _fail(str(error), getattr(error, "hint", None))
            code = int(error.exit_code)
        case OSError() if error.strerror:
            _fail(*refused_by_system(error))
            code = ExitCode.FAILED
        case _:
            _unexpected(error, app)
            code = ExitCode.FAILED
    if app.verbose and isinstance(error, Exception) and not isinstance(error, click.ClickException | BrokenPipeError):
        say(_trace(error).rstrip())
    return code


def _refused(error: click.ClickException) -> int:
    """What click refuses: options and arguments, mostly; without any argument it shows the help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
    else:
        message = error.format_message().rstrip(".")
        context = getattr(error, "ctx", None)
        _fail(message[:1].lower() + message[1:], f"see `{context.command_path} --help`" if context else None)
    return error.exit_code


def say(text: str) -> None:
    """One or more lines on stderr, without secrets."""
    click.echo(redact(text), err=True)


def _fail(message: str, hint: str | None) -> None:
    say(f"leadline: {colored('error:', 'red', err=True)} {message}")
    if hint:
        say(f"hint: {hint}")


def _unexpected(error: BaseException, app: App) -> None:
    message = "".join(traceback.format_exception_only(error)).strip().splitlines()[0]
    hint = "this is a fault of leadline"
    _fail(f"unexpected {message}", hint if app.verbose else f"{hint}; the traceback is in {_write_trace(error)}")


def _write_trace(error: BaseException) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="leadline-error-", suffix=".log", text=True)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(redact(_trace(error)))
    return Path(name)


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def _stop_writing() -> None:
    """The reader of a pipe has left: let the interpreter flush its rest into nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
