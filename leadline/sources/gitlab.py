"""Sources of kind `gitlab`: the platform's API, and the history of its projects."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from collectors import git, gitlab
from leadline.config import Config, GitLabSource
from leadline.errors import PartlyRead, SourceUnreachable
from leadline.narration import Say
from leadline.sources import failures
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
                    replace(_asked(source), since=_later(source.since, since)), client, state, full=full
                )
        except gitlab.BudgetSpent as error:
            spent = error
        except gitlab.GitLabError as error:
            raise SourceUnreachable(str(error), hint=error.hint) from error
    projects = _projects(source, state)
    if source.git:
        asked = git.GitSource(source.name, named=_addresses(source, projects, access), since=since)
        yield from histories(config, asked, state, failed, full=full, line_counts=line_counts, offline=offline)
    if spent:
        raise PartlyRead(
            failures.once([str(spent), *map(str, failed)]),
            hint=f"what was read is kept; run again after {spent.until:%Y-%m-%d %H:%M} UTC to go on from there",
        ) from spent
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


def connected(source: GitLabSource, access: str, say: Say | None = None) -> gitlab.Client:
    """Return a client for the source; `say` hears of waits."""
    return gitlab.Client(
        access,
        source.base_url,
        patience=gitlab.Patience(longest_wait_seconds=60 * source.wait_minutes),
        on_wait=_telling(source, say),
    )


def token(config: Config, source: GitLabSource) -> str:
    """Return the token that the configuration names.

    Raises SourceUnreachable where the variable or file that should hold it is not there or empty.
    """
    if source.token_file:
        path = Path(config.locate(source.token_file))
        try:
            content = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            content = ""
        if not content:
            raise SourceUnreachable(
                f"{path} is empty or cannot be read", hint="check token_file, and who may read the file"
            )
        return content
    content = os.environ.get(source.token_env or "", "").strip()
    if not content:
        raise SourceUnreachable(
            f"environment variable {source.token_env} is not set",
            hint=f"export {source.token_env}=… before the run, or name another in token_env",
        )
    return content


def _asked(source: GitLabSource) -> gitlab.GitLabSource:
    return gitlab.GitLabSource(
        name=source.name,
        projects=source.projects,
        since=source.since,
        archived=source.archived,
        forks=source.forks,
    )


def _later(*days: date | None) -> date | None:
    return max((day for day in days if day), default=None)


def _telling(source: GitLabSource, say: Say | None) -> gitlab.OnWait:
    def on_wait(waiting: gitlab.Waiting) -> None:
        if say:
            say(
                f"{source.name}: waiting {waiting.seconds:.0f} s, until {waiting.until:%H:%M:%S} UTC: {waiting.reason}",
                event="waiting",
                source=source.name,
                seconds=round(waiting.seconds, 1),
                until=waiting.until,
                reason=waiting.reason,
            )

    return on_wait


def _projects(source: GitLabSource, state: State) -> dict[str, str]:
    """Return the web addresses of the projects that the API told of, by the names the git collector gives them."""
    told = state.rows("repositories", ["repo_id", "url", "platform_id"], source=source.name)
    known = told.drop_nulls().sort("repo_id")
    return {repo_id.removeprefix(f"{source.name}:"): url for repo_id, url, _ in known.iter_rows()}


def _addresses(source: GitLabSource, projects: dict[str, str], access: str | None) -> dict[str, str]:
    """Return where to clone the projects from, with the token where there is a connection."""
    host = urlsplit(source.base_url).hostname
    addresses = {}
    for name, url in projects.items():
        parts = urlsplit(f"{url}.git")
        if access and parts.hostname == host:  # nobody else gets the token
            parts = parts._replace(netloc=f"oauth2:{quote(access, safe='')}@{parts.netloc}")
        addresses[name] = urlunsplit(parts)
    return addresses
