"""Sources of kind `jira`: the tickets of a Jira."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from collectors import jira
from leadline.config import Config, JiraSource
from leadline.errors import SourceUnreachable
from leadline.narration import Say
from leadline.sources import failures
from leadline.sources.access import content, later, telling, variable
from warehouse.payloads import Archive
from warehouse.tables import Page, State


def pages(
    config: Config,
    source: JiraSource,
    state: State,
    *,
    since: date | None,
    full: bool,
    offline: bool,
    say: Say | None,
) -> Iterator[Page]:
    """Yield the pages of the API; see `leadline.sources.pages`. None offline: its answers are in the tables already."""
    if offline:
        return
    failed: list[Exception] = []
    has_read = False
    asked = replace(_asked(source), since=later(source.since, since))
    access = credentials(config, source)
    try:
        client = connected(source, access, say)
        with failures.told(jira.JiraError, failed):
            for page in jira.collect(asked, client, state, full=full):
                has_read |= page.stream == "tickets" and page.requests > 0
                yield page
    except jira.BudgetSpent as error:
        raise failures.interrupted(error, error.until, failed) from error
    except jira.JiraError as error:
        raise SourceUnreachable(str(error), hint=error.hint) from error
    # Fields, boards and the search for what is gone can fail beside projects: what counts is whether any was read.
    failures.raise_together(failed, len(failed) + has_read, (jira.Forbidden, jira.Unreachable))


def replayed(source: JiraSource, state: State, archive: Archive) -> Iterator[tuple[Page, datetime]]:
    """Yield the pages of the API again from what was archived; see `leadline.sources.replayed`."""
    asked = _asked(source)
    for kept in archive.pages(source.name):
        if not asked.has(kept.stream, kept.scope):
            continue
        page = jira.page_of(asked, kept.stream, kept.scope, kept.payloads, state)
        # What is known of the server is read out of its answers anew: a new version may read more.
        cursor = page.cursor or kept.cursor
        yield replace(page, cursor=cursor, restart=kept.restart, requests=0, payloads=()), kept.loaded_at


def connected(
    source: JiraSource, access: jira.Credentials, say: Say | None = None, patience: jira.Patience | None = None
) -> jira.Client:
    """Return a client for the source; `say` hears of waits, which `patience` can make shorter than configured.

    Raises jira.Refused for what cannot be a token.
    """
    return jira.Client(
        access,
        source.base_url,
        patience=patience or jira.Patience(longest_wait_seconds=60 * source.wait_minutes),
        on_wait=telling(source.name, say),
    )


def credentials(config: Config, source: JiraSource) -> jira.Credentials:
    """Return the credentials that the configuration names.

    Raises SourceUnreachable where a variable or file that should hold them is not there or empty.
    """
    user = variable(source.user_env, "user_env") if source.user_env else None
    if source.token_file:
        return jira.Credentials(content(config, source.token_file, "token_file"), user)
    return jira.Credentials(variable(source.token_env or "", "token_env"), user)


def _asked(source: JiraSource) -> jira.JiraSource:
    named = source.fields.model_dump()
    return jira.JiraSource(
        name=source.name,
        base_url=source.base_url,
        projects=source.projects or (),
        jql=source.jql,
        since=source.since,
        fields={what: field for what, field in named.items() if field is not None},
    )
