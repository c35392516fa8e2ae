"""From a source of the configuration to the collector that reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from leadline.config import Config, Source
from leadline.errors import LeadlineError, SourceUnreachable
from warehouse.tables import Page, State


def pages(
    config: Config,
    source: Source,
    state: State,
    *,
    since: date | None = None,
    line_counts: bool = True,
    offline: bool = False,
) -> Iterator[Page]:
    """Yield the pages of one source, from where `state` says the last run stopped.

    What can be read is yielded before a failure is raised: SourceUnreachable where no repository could be reached or
    the kind of source cannot be collected, LeadlineError for any other failure.
    """
    if source.kind != "git":
        message = f"sources of kind {source.kind} cannot be collected yet"
        raise SourceUnreachable(message, hint='a source with kind = "git" reads the history of its repositories')

    from collectors.git import GitSource, collect

    git = GitSource(name=source.name, repositories=tuple(map(config.locate, source.repositories)), since=since)
    with _explained():
        yield from collect(git, state, clones=config.directory / "clones", line_counts=line_counts, offline=offline)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn the failures of single repositories into one error of their source."""
    from collectors.git import GitError, RepositoryUnreachable

    try:
        yield
    except* GitError as group:
        failures = [error for error in group.exceptions if isinstance(error, GitError)]
        unreachable = all(isinstance(error, RepositoryUnreachable) for error in failures)
        raise (SourceUnreachable if unreachable else LeadlineError)(
            "; ".join(map(str, failures)), hint="; ".join(dict.fromkeys(error.hint for error in failures))
        ) from group
