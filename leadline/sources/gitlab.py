"""Sources of kind `gitlab`: the platform's API, and the history of its projects."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import urlsplit

from collectors import git, gitlab
from leadline.config import Config, GitLabSource
from leadline.errors import SourceUnreachable
from leadline.narration import Say
from leadline.sources import clones, failures
from leadline.sources.access import content, later, telling, variable
from leadline.sources.git import histories
from warehouse.payloads import Archive
from warehouse.tables import Page, State


def pages(
    config: Config,
    source: GitLabSource,
    state: State,
    *,
    since: date | None,
    full: bool,
    line_counts: bool,
    offline: bool,
    say: Say | None,
) -> Iterator[Page]:
    """Yield the pages of the API, then those of the histories; see `leadline.sources.pages`.

    What is said offline comes from the clones alone: the API's answers are in the tables already.
    """
    failed: list[Exception] = []
    spent: gitlab.BudgetSpent | None = None
    access = None if offline else token(config, source)
    if access:
        client = connected(source, access, say)
        try:
            with failures.told(gitlab.GitLabError, failed):
                yield from gitlab.collect(
                    replace(_asked(source), since=later(source.since, since)), client, state, full=full
                )
        except gitlab.BudgetSpent as error:
            spent = error
        except gitlab.GitLabError as error:
            raise SourceUnreachable(str(error), hint=error.hint) from error
    projects = clones.known(source.name, state)
    if source.git:
        asked = git.GitSource(source.name, named=_addresses(source, projects, access), since=since)
        yield from histories(config, asked, state, failed, full=full, line_counts=line_counts, offline=offline)
    if spent:
        raise failures.interrupted(spent, spent.until, failed) from spent
    unreachable = (git.RepositoryUnreachable, gitlab.Forbidden, gitlab.Unreachable)
    failures.raise_together(failed, len(projects), unreachable)


def replayed(source: GitLabSource, state: State, archive: Archive) -> Iterator[tuple[Page, datetime]]:
    """Yield the pages of the API again from what was archived; see `leadline.sources.replayed`."""
    asked, last = _asked(source), datetime.min  # noqa: DTZ901 - UTC, as instants are stored
    for kept in archive.pages(source.name):
        page = gitlab.page_of(asked, kept.stream, kept.scope, kept.payloads, state)
        yield replace(page, cursor=kept.cursor, restart=kept.restart, requests=0, payloads=()), kept.loaded_at
        last = kept.loaded_at
    # The answers about many projects at once stay when one of these leaves.
    for page in gitlab.removed(asked, state):
        yield page, last


def connected(
    source: GitLabSource, access: str, say: Say | None = None, patience: gitlab.Patience | None = None
) -> gitlab.Client:
    """Return a client for the source; `say` hears of waits, which `patience` can make shorter than configured."""
    return gitlab.Client(
        access,
        source.base_url,
        patience=patience or gitlab.Patience(longest_wait_seconds=60 * source.wait_minutes),
        on_wait=telling(source.name, say),
    )


def token(config: Config, source: GitLabSource) -> str:
    """Return the token that the configuration names.

    Raises SourceUnreachable where the variable or file that should hold it is not there or empty.
    """
    if source.token_file:
        return content(config, source.token_file, "token_file")
    return variable(source.token_env or "", "token_env")


def _asked(source: GitLabSource) -> gitlab.GitLabSource:
    return gitlab.GitLabSource(
        name=source.name,
        projects=source.projects,
        since=source.since,
        archived=source.archived,
        forks=source.forks,
    )


def _addresses(source: GitLabSource, projects: dict[str, str], access: str | None) -> dict[str, str]:
    """Return where to clone the projects from, with the token where there is a connection."""
    host = urlsplit(source.base_url).hostname
    return clones.addresses(projects, host=host, user="oauth2", token=lambda _: access)
