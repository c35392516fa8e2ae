"""The questions of `leadline doctor`: whether git is there, and whether every repository answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collectors.git import address
from collectors.git.clone import remote_git, remote_refs
from collectors.git.collect import GitSource
from collectors.git.errors import GitError, without_credentials
from collectors.git.process import Git, reading_environment

OLDEST = (2, 30)
"""The first version of git that has everything the collector uses."""


@dataclass(frozen=True)
class Finding:
    """One line of the check."""

    name: str
    """`git`, or the name of a repository."""
    ok: bool
    detail: str
    hint: str | None = None
    """The next step, where it is not ok."""


def check(source: GitSource, *, timeout_seconds: float = 30.0) -> Iterator[Finding]:
    """One finding about the git program, then one about each repository; nothing is fetched."""
    try:
        yield _version(timeout_seconds)
    except GitError as error:
        yield Finding("git", ok=False, detail=str(error), hint=error.hint)
        return
    for text in source.repositories:
        yield _repository(text, timeout_seconds)


def _version(timeout_seconds: float) -> Finding:
    answer = Git("-", reading_environment(), timeout_seconds).output("--version").decode().strip()
    numbers = re.search(r"(\d+)\.(\d+)", answer)
    ok = numbers is not None and (int(numbers[1]), int(numbers[2])) >= OLDEST
    hint = None if ok else f"install git {OLDEST[0]}.{OLDEST[1]} or later"
    return Finding("git", ok=ok, detail=answer, hint=hint)


def _repository(text: str, timeout_seconds: float) -> Finding:
    name = without_credentials(text)
    try:
        where = address.parse(text)
        name = where.short_name
        refs = remote_refs(remote_git(where, name, timeout_seconds=timeout_seconds), where.url)
    except GitError as error:
        return Finding(name, ok=False, detail=str(error), hint=error.hint)
    branches = sum(ref.startswith("refs/heads/") for ref in refs.shas)
    return Finding(name, ok=True, detail=f"{where.url}: {branches} branches, {len(refs.shas) - branches} tags")
