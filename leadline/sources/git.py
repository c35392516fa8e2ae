"""Sources of kind `git`: repositories that are named by path or address."""

from collections.abc import Iterator
from datetime import date

from collectors import git
from leadline.config import Config, GitSource
from leadline.sources import failures
from warehouse.tables import Page, State


def pages(
    config: Config,
    source: GitSource,
    state: State,
    *,
    since: date | None,
    full: bool,
    line_counts: bool,
    offline: bool,
) -> Iterator[Page]:
    """Yield the pages of the histories; see `leadline.sources.pages`."""
    repositories = tuple(map(config.locate, source.repositories))
    asked = git.GitSource(name=source.name, repositories=repositories, since=since)
    failed: list[Exception] = []
    yield from histories(config, asked, state, failed, full=full, line_counts=line_counts, offline=offline)
    failures.raise_together(failed, len(repositories), (git.RepositoryUnreachable,))


def histories(
    config: Config,
    asked: git.GitSource,
    state: State,
    failed: list[Exception],
    *,
    full: bool,
    line_counts: bool,
    offline: bool,
) -> Iterator[Page]:
    """Yield the pages of histories, of any kind of source; what fails of single repositories is added to `failed`."""
    with failures.told(git.GitError, failed):
        yield from git.collect(
            asked,
            state,
            clones=config.directory / "clones",
            full=full,
            line_counts=line_counts,
            offline=offline,
        )
