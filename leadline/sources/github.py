"""Sources of kind `github`: the platform's API, and the history of its repositories."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from urllib.parse import urlsplit

from collectors import git, github
from leadline.config import Config, GitHubSource
from leadline.errors import SourceUnreachable
from leadline.narration import Say
from leadline.sources import clones, failures
from leadline.sources.access import content, later, telling, variable
from leadline.sources.git import histories
from warehouse.payloads import Archive
from warehouse.tables import Page, State


def pages(
    config: Config,
    source: GitHubSource,
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
    spent: github.BudgetSpent | None = None
    client = None if offline else connected(source, credentials(config, source), say)
    if client:
        try:
            with failures.told(github.GitHubError, failed):
                yield from github.collect(
                    replace(_asked(source), since=later(source.since, since)), client, state, full=full
                )
        except github.BudgetSpent as error:
            spent = error
        except github.GitHubError as error:
            raise SourceUnreachable(str(error), hint=error.hint) from error
    repositories = clones.known(source.name, state)
    if source.git:
        asked = git.GitSource(source.name, named=_addresses(source, repositories, client), since=since)
        yield from histories(config, asked, state, failed, full=full, line_counts=line_counts, offline=offline)
    if spent:
        raise failures.interrupted(spent, spent.until, failed) from spent
    unreachable = (git.RepositoryUnreachable, github.Forbidden, github.Unreachable)
    failures.raise_together(failed, len(repositories), unreachable)


def replayed(source: GitHubSource, state: State, archive: Archive) -> Iterator[tuple[Page, datetime]]:
    """Yield the pages of the API again from what was archived; see `leadline.sources.replayed`."""
    asked, last = _asked(source), datetime.min  # noqa: DTZ901 - UTC, as instants are stored
    for kept in archive.pages(source.name):
        page = github.page_of(asked, kept.stream, kept.scope, kept.payloads, state)
        yield replace(page, cursor=kept.cursor, restart=kept.restart, requests=0, payloads=()), kept.loaded_at
        last = kept.loaded_at
    # The answers about many repositories at once stay when one of these leaves.
    for page in github.removed(asked, state):
        yield page, last


def connected(
    source: GitHubSource, access: github.Credentials, say: Say | None = None, patience: github.Patience | None = None
) -> github.Client:
    """Return a client for the source; `say` hears of waits, which `patience` can make shorter than configured."""
    return github.Client(
        access,
        source.base_url,
        owners=_asked(source).owners,
        patience=patience or github.Patience(longest_wait_seconds=60 * source.wait_minutes),
        on_wait=telling(source.name, say),
    )


def credentials(config: Config, source: GitHubSource) -> github.Credentials:
    """Return the credentials that the configuration names.

    Raises SourceUnreachable where the variable or file that should hold them is not there or empty.
    """
    if source.app_id is not None and source.private_key_file:
        key = content(config, source.private_key_file, "private_key_file")
        return github.Credentials.of_app(str(source.app_id), key)
    if source.token_file:
        return github.Credentials.of_tokens(content(config, source.token_file, "token_file"))
    return github.Credentials.of_tokens(variable(source.token_env or "", "token_env"))


def _asked(source: GitHubSource) -> github.GitHubSource:
    return github.GitHubSource(
        name=source.name,
        repositories=source.repositories,
        since=source.since,
        archived=source.archived,
        forks=source.forks,
    )


def _addresses(source: GitHubSource, repositories: dict[str, str], client: github.Client | None) -> dict[str, str]:
    """Return where to clone the repositories from, with credentials where there is a connection."""
    api = urlsplit(source.base_url).hostname
    host = "github.com" if api == "api.github.com" else api

    @cache
    def token(owner: str) -> str | None:
        try:
            return client.token(owner) if client else None
        except github.GitHubError:
            return None

    def of_repository(name: str) -> str | None:
        return token(name.partition("/")[0])

    return clones.addresses(repositories, host=host, user="x-access-token", token=of_repository)
