"""Sources of kind `jira`: the tickets of a Jira."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from collectors import jira
from leadline.config import Config, JiraSource
from leadline.errors import PartlyRead, SourceUnreachable
from leadline.narration import Say
from leadline.sources import failures
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
    asked = _asked(source)
    client = connected(source, credentials(config, source), say)
    try:
        with failures.told(jira.JiraError, failed):
            yield from jira.collect(replace(asked, since=_later(source.since, since)), client, state, full=full)
    except jira.BudgetSpent as error:
        raise PartlyRead(
            failures.once([str(error), *map(str, failed)]),
            hint=f"what was read is kept; run again after {error.until:%Y-%m-%d %H:%M} UTC to go on from there",
        ) from error
    except jira.JiraError as error:
        raise SourceUnreachable(str(error), hint=error.hint) from error
    # Beside the projects there are the boards and the search for what is gone: the rest was read if only one fails.
    failures.raise_together(failed, max(len(source.projects or ()), 1), (jira.Forbidden, jira.Unreachable))


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


def connected(source: JiraSource, access: jira.Credentials, say: Say | None = None) -> jira.Client:
    """Return a client for the source; `say` hears of waits."""
    return jira.Client(
        access,
        source.base_url,
        patience=jira.Patience(longest_wait_seconds=60 * source.wait_minutes),
        on_wait=_telling(source, say),
    )


def credentials(config: Config, source: JiraSource) -> jira.Credentials:
    """Return the credentials that the configuration names.

    Raises SourceUnreachable where a variable or file that should hold them is not there or empty.
    """
    user = _variable(source.user_env, "user_env") if source.user_env else None
    if source.token_file:
        return jira.Credentials(_content(config, source.token_file), user)
    return jira.Credentials(_variable(source.token_env or "", "token_env"), user)


def _variable(name: str, key: str) -> str:
    content = os.environ.get(name, "").strip()
    if not content:
        raise SourceUnreachable(
            f"environment variable {name} is not set",
            hint=f"export {name}=… before the run, or name another in {key}",
        )
    return content


def _content(config: Config, file: str) -> str:
    path = Path(config.locate(file))
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        content = ""
    if not content:
        raise SourceUnreachable(f"{path} is empty or cannot be read", hint="check token_file, and who may read it")
    return content


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


def _later(*days: date | None) -> date | None:
    return max((day for day in days if day), default=None)


def _telling(source: JiraSource, say: Say | None) -> jira.OnWait:
    def on_wait(waiting: jira.Waiting) -> None:
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
