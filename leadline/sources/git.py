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
    failed: list[Exception] = []
    with failures.told(git.GitError, failed):
        yield from git.collect(
            git.GitSource(name=source.name, repositories=repositories, since=since),
            state,
            clones=config.directory / "clones",
            full=full,
            line_counts=line_counts,
            offline=offline,
        )
    failures.raise_together(failed, len(repositories), (git.RepositoryUnreachable,))
