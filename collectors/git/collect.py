"""From repositories to pages: history first, then what the head says, then line counts."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from collectors.git import address
from collectors.git.clone import Clone
from collectors.git.errors import GitError
from collectors.git.reading import Reading
from collectors.git.removal import removed
from warehouse.tables import Page, State


@dataclass(frozen=True)
class GitSource:
    """A `[[source]]` of kind `git`: where its repositories are, and from when on their commits count."""

    name: str
    repositories: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    """Addresses of further repositories by the names that a platform's collector gave them."""
    since: date | None = None


def collect(
    source: GitSource,
    state: State,
    *,
    clones: Path,
    full: bool = False,
    line_counts: bool = True,
    offline: bool = False,
    timeout_seconds: float = 3600.0,
    workers: int | None = None,
) -> Iterator[Page]:
    """The pages that bring the warehouse up to date with the repositories.

    Pages are loaded in the order they come in; each is, or none after it is. For every repository come
    pages of stream `commits` (the last one holds the final cursor), and after those of all repositories pages of stream
    `line_counts`. A run that ends anywhere is completed by the next one.

    `clones` is the folder for bare clones; `offline` reads them as they are, `full` reads everything again.
    `timeout_seconds` bounds each git process, `workers` is the number of processes at a time (default: one per
    processor).

    A repository that is no longer named leaves the warehouse. One that fails does not stop the others: when they are
    done, an ExceptionGroup of GitError is raised.
    """
    failures: list[GitError] = []
    addresses: list[address.Address] = []
    named: dict[str, address.Address] = {}
    for name, text in [*((None, text) for text in source.repositories), *source.named.items()]:
        try:
            where = address.parse(text)
        except GitError as error:
            failures.append(error)
            continue
        if name is None:
            addresses.append(where)
        else:
            named[name] = where
    readings = [
        Reading(
            source=source.name,
            since=source.since,
            name=name,
            clone=Clone(where, name, clones, timeout_seconds=timeout_seconds),
            state=state,
            workers=workers or os.cpu_count() or 1,
        )
        for name, where in {**address.named(addresses), **named}.items()
    ]
    if not failures:  # a repository whose address cannot be read is still wanted
        yield from removed(source.name, [reading.name for reading in readings], state)
    readable = []
    for reading in readings:
        try:
            yield from reading.history(full=full, offline=offline, line_counts=line_counts)
            readable.append(reading)
        except GitError as error:
            failures.append(error)
    for reading in readable if line_counts else []:
        try:
            yield from reading.counts()
        except GitError as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup(
            f"{len(failures)} of {len(source.repositories) + len(source.named)} repositories of {source.name} failed",
            failures,
        )
