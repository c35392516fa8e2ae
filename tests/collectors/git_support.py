"""A repository made on the spot, and what is collected from it, for the tests of the git collector."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from memory import Memory

from collectors.git import GitSource, collect
from warehouse.tables import Page


class Repository:
    """A git repository in a folder; every commit gets its own minute, so that histories repeat."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        self.minute = 0
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *arguments: str, stdin: bytes | None = None, check: bool = True, **extra: str) -> str:
        date = f"{1_700_000_000 + 60 * self.minute} +0100"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ana Doe",
            "GIT_AUTHOR_EMAIL": "ana@acme.example",
            "GIT_COMMITTER_NAME": "Ben Roe",
            "GIT_COMMITTER_EMAIL": "ben@acme.example",
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
            **extra,
        }
        done = subprocess.run(
            ["git", "-C", str(self.path), "-c", "protocol.file.allow=always", *arguments],
            input=stdin,
            capture_output=True,
            env=environment,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode(errors="surrogateescape").strip()

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            target = os.fsencode(self.path) + b"/" + os.fsencode(name)
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 - names that are not text
            with open(target, "wb") as file:  # noqa: PTH123
                file.write(content if isinstance(content, bytes) else content.encode())

    def commit(self, message: str = "change", files: dict[str, str | bytes] | None = None, **extra: str) -> str:
        self.minute += 1
        self.write(files or {})
        self.git("add", "--all")
        self.git(
            "commit", "--quiet", "--allow-empty", "--file=-", "--cleanup=verbatim", stdin=message.encode(), **extra
        )
        return self.git("rev-parse", "HEAD")

    def raw_commit(self, author: bytes, committer: bytes, message: bytes, *, headers: bytes = b"") -> str:
        """A commit as no git program would write it, on top of `main`."""
        tree, parent = self.git("rev-parse", "main^{tree}"), self.git("rev-parse", "main")
        content = f"tree {tree}\nparent {parent}\n".encode() + b"author " + author + b"\ncommitter " + committer + b"\n"
        content += headers + b"\n" + message
        sha = self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=content)
        self.git("update-ref", "refs/heads/main", sha)
        return sha


def collected(
    clones: Path,
    *repositories: Path | str,
    into: Memory | None = None,
    stop_after: int | None = None,
    **options: object,
) -> Memory:
    """A warehouse after collecting the repositories as source `local`; it can stop after some pages, as if killed."""
    memory = into or Memory()
    source = GitSource("local", tuple(str(repository) for repository in repositories))
    pages: Iterable[Page] = collect(source, memory, clones=clones, **options)  # type: ignore[arg-type]
    for number, page in enumerate(pages):
        if number == stop_after:
            pages.close()  # type: ignore[attr-defined]
            break
        memory.load(page, "local")
    return memory
