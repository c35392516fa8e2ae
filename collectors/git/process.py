"""How the `git` program is called: without a shell, without prompts, bounded in time, and never left running."""

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from collectors.git.errors import GitError, without_credentials

BLOCK = 8 * 1024 * 1024
"""Bytes of output that are handled at a time."""

_KEPT = ("GIT_SSH", "GIT_SSL_", "GIT_ASKPASS", "GIT_CONFIG", "GIT_HTTP_", "GIT_EXEC_PATH")
_ALWAYS = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone could name any program as the place to fetch from
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_SAFE = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.alternateRefsCommand=true",
    "submodule.recurse=false",
)


def reaching_environment(protocols: str) -> dict[str, str]:
    """For talking to a source: the user's proxy, ssh and credential helpers, but no prompt and only these protocols."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_KEPT)}
    return {"GIT_ASKPASS": "", **inherited, **_ALWAYS, "GIT_ALLOW_PROTOCOL": protocols}


def reading_environment() -> dict[str, str]:
    """For reading a clone: no configuration of the user or the machine changes what git says."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k == "GIT_EXEC_PATH"}
    # Git maps and unmaps memory for every file it compares; keeping it instead saves the GNU C library some 7 %.
    keep_memory = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000"}
    nowhere = {"HOME": os.devnull, "XDG_CONFIG_HOME": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull}
    return {**inherited, **_ALWAYS, **keep_memory, **nowhere, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "none"}


class CommandError(GitError):
    """A git process ended with an error, or was ended because it took too long."""

    def __init__(self, message: str, *, hint: str, timed_out: bool) -> None:
        super().__init__(message, hint=hint)
        self.timed_out = timed_out


@dataclass
class Git:
    """The git program, bound to one repository and to how it may be called."""

    repository: str
    """Name of the repository, for messages."""
    environment: Mapping[str, str]
    timeout_seconds: float
    directory: Path | None = None
    """The bare clone that is worked on."""
    settings: tuple[str, ...] = ()
    """`key=value` configuration for every process."""
    hint: str = "see what git says about the repository, mend it, and collect again"
    _running: set["_Process"] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def output(self, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> bytes:
        """All that one process writes; an error exit raises CommandError."""
        return b"".join(self.blocks(*arguments, stdin=stdin, extra=extra))

    def complaints(self, *arguments: str) -> str:
        """What one process that ends well writes to its error output."""
        with self._process(arguments, b"", {}) as process:
            process.stdout.read()
            self._finish(process, arguments)
            return process.complaints()

    def blocks(
        self, *arguments: str, stdin: bytes = b"", boundary: bytes = b"", extra: Mapping[str, str] | None = None
    ) -> Iterator[bytes]:
        """The output in blocks of some megabytes, each of which ends just before a `boundary`.

        The last block comes only after the process has ended well, so nothing half-written gets through.
        """
        with self._process(arguments, stdin, extra or {}) as process:
            pending: list[bytes] = []
            while block := process.stdout.read(BLOCK):
                cut = block.rfind(boundary) if boundary and len(block) == BLOCK else -1
                if cut > 0:
                    yield b"".join([*pending, block[:cut]])
                    pending = [block[cut:]]
                else:
                    pending.append(block)
            self._finish(process, arguments)
            if pending:
                yield b"".join(pending)

    def stop(self) -> None:
        """End every process that is still running, with its children."""
        with self._lock:
            for process in self._running:
                process.end()

    @contextmanager
    def _process(self, arguments: tuple[str, ...], stdin: bytes, extra: Mapping[str, str]) -> Iterator["_Process"]:
        settings = [part for setting in (*_SAFE, *self.settings) for part in ("-c", setting)]
        place = [f"--git-dir={self.directory}"] if self.directory else []
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
            given.write(stdin)
            given.seek(0)
            process = _Process(
                ["git", "--no-pager", *settings, *place, *arguments], {**self.environment, **extra}, given, errors
            )
            with self._lock:
                self._running.add(process)
            alarm = threading.Timer(self.timeout_seconds, process.time_out)
            alarm.daemon = True
            alarm.start()
            try:
                yield process
            finally:
                alarm.cancel()
                process.end()
                process.stdout.close()
                with self._lock:
                    self._running.discard(process)

    def _finish(self, process: "_Process", arguments: tuple[str, ...]) -> None:
        if process.wait() == 0:
            return
        command = next((argument for argument in arguments if not argument.startswith("-")), "")
        if process.timed_out:
            raise CommandError(
                f"repository {self.repository}: git {command} took longer than {self.timeout_seconds:g} s",
                hint="check the connection and the load of the machine; the next run tries again",
                timed_out=True,
            )
        raise CommandError(
            f"repository {self.repository}: git {command} failed: {_essence(process.complaints())}",
            hint=self.hint,
            timed_out=False,
        )


class _Process:
    """One git process, leader of its own process group so that its children end with it."""

    def __init__(self, command: list[str], environment: dict[str, str], given: IO[bytes], errors: IO[bytes]) -> None:
        try:
            self._popen = subprocess.Popen(
                command, stdin=given, stdout=subprocess.PIPE, stderr=errors, env=environment, start_new_session=True
            )
        except FileNotFoundError as error:
            raise GitError("the git program was not found", hint="install git 2.30 or later") from error
        assert self._popen.stdout is not None  # noqa: S101
        self.stdout = self._popen.stdout
        self.timed_out = False
        self._errors = errors

    def wait(self) -> int:
        return self._popen.wait()

    def time_out(self) -> None:
        self.timed_out = True
        self.end()

    def end(self) -> None:
        """End the whole group, if it has not ended by itself; any thread may ask for it, the reader closes the pipe."""
        if self._popen.poll() is None:
            with suppress(ProcessLookupError):  # its reader has just seen it end
                os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()

    def complaints(self) -> str:
        self._errors.seek(0)
        return without_credentials(self._errors.read().decode("utf-8", "backslashreplace"))


def _essence(complaints: str) -> str:
    """The lines that say what went wrong, without git's progress and advice."""
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:", "ssh:"))] or lines
    return "; ".join(dict.fromkeys(telling))[:1000] or "it gave no reason"
