"""From a source of the configuration to the collector that reads it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from leadline.config import Config, GitSource, Source
from leadline.errors import LeadlineError, PartlyRead, SourceUnreachable, refused_by_system
from warehouse.tables import Page, State


def pages(
    config: Config,
    source: Source,
    state: State,
    *,
    since: date | None = None,
    full: bool = False,
    line_counts: bool = True,
    offline: bool = False,
) -> Iterator[Page]:
    """Yield the pages of one source, from where `state` says the last run stopped.

    What can be read is yielded before a failure is raised: PartlyRead where some repositories were read,
    SourceUnreachable where none could be reached or the kind of source cannot be collected, LeadlineError for any
    other failure.
    """
    if not isinstance(source, GitSource):
        raise not_collected(source)

    from collectors import git

    repositories = tuple(map(config.locate, source.repositories))
    with _explained(len(repositories)):
        yield from git.collect(
            git.GitSource(name=source.name, repositories=repositories, since=since),
            state,
            clones=config.directory / "clones",
            full=full,
            line_counts=line_counts,
            offline=offline,
        )


def not_collected(source: Source) -> SourceUnreachable:
    """Return what to tell about a source of a kind that this version knows but does not read."""
    return SourceUnreachable(
        f"sources of kind {source.kind} cannot be collected yet in this version",
        hint='leave it out until then; a source with kind = "git" reads the history of its repositories',
    )


@contextmanager
def _explained(repositories: int) -> Iterator[None]:
    """Turn the failures of single repositories into one error of their source."""
    from collectors.git import GitError, RepositoryUnreachable

    try:
        yield
    except OSError as error:
        message, hint = refused_by_system(error)
        raise LeadlineError(message, hint=hint) from error
    except ExceptionGroup as group:
        failures = [error for error in group.exceptions if isinstance(error, GitError)]
        if len(failures) < len(group.exceptions):
            raise
        unreachable = all(isinstance(error, RepositoryUnreachable) for error in failures)
        kind = PartlyRead if len(failures) < repositories else SourceUnreachable if unreachable else LeadlineError
        raise kind(_once(map(str, failures)), hint=_once(error.hint for error in failures)) from group


def _once(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))
