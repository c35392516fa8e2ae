"""What `leadline doctor` asks the platforms: whether they take the credentials, what these may read, what is left."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadline.cli.check import Check, fail
from leadline.errors import ExitCode

if TYPE_CHECKING:
    from collectors.waiting import Patience
    from leadline.config import Config, GitHubSource, GitLabSource, JiraSource, Source


def of(source: "Source", config: "Config") -> Iterator[Check]:
    """What the platform of a source says of the credentials; nothing of a source of git."""
    if source.kind == "github":
        yield from _github(source, config)
    elif source.kind == "gitlab":
        yield from _gitlab(source, config)
    elif source.kind == "jira":
        yield from _jira(source, config)


def _little_patience() -> "Patience":
    """Who asks what is wrong wants to hear of the first fault."""
    from collectors.waiting import Patience

    return Patience(longest_wait_seconds=0, timeout_seconds=20, attempts=1)


def _github(source: "GitHubSource", config: "Config") -> Iterator[Check]:
    """Whether GitHub takes the credentials, what they may read, and how much may still be asked."""
    from collectors.github import GitHubError
    from leadline.errors import SourceUnreachable
    from leadline.sources.github import connected, credentials

    try:
        found = connected(source, credentials(config, source), patience=_little_patience()).allowances()
    except SourceUnreachable:
        return  # the credentials are not there, which is said already
    except GitHubError as error:
        yield fail(source.name, str(error), error.hint, ExitCode.SOURCE)
        return
    is_served = any(allowance.problem is None for allowance in found)
    for allowance in found:
        if problem := allowance.problem:
            check = fail(source.name, str(problem), problem.hint, ExitCode.SOURCE)
            yield Check("warn", check.name, check.detail, check.hint) if is_served else check
            continue
        left = ", ".join(
            f"{b.resource} {b.remaining:,} of {b.limit:,} until {b.resets_at:%H:%M} UTC" for b in allowance.budgets
        )
        is_low = any(budget.free_at for budget in allowance.budgets)
        yield Check(
            "warn" if is_low else "ok",
            source.name,
            f"{allowance.name} ({allowance.may or 'permissions of its own'}); budget left: {left or 'not limited'}",
            "a run waits or stops until the budget is renewed" if is_low else None,
        )


def _gitlab(source: "GitLabSource", config: "Config") -> Iterator[Check]:
    """Whether GitLab takes the token, whose it is, what it may read, and how much may still be asked."""
    from collectors.gitlab import GitLabError
    from leadline.errors import SourceUnreachable
    from leadline.sources.gitlab import connected, token

    try:
        client = connected(source, token(config, source), patience=_little_patience())
        who, scopes = client.introduced()
    except SourceUnreachable:
        return  # the token is not there, which is said already
    except GitLabError as error:
        yield fail(source.name, str(error), error.hint, ExitCode.SOURCE)
        return
    budget = client.budget
    left = f"{budget.remaining:,} of {budget.limit:,} until {budget.resets_at:%H:%M} UTC" if budget else "not limited"
    may = f"scopes: {', '.join(scopes)}" if scopes else "its scopes are not told"
    lacks = bool(scopes) and not {"api", "read_api"} & set(scopes)
    is_low = budget is not None and budget.free_at is not None
    hint = "a run waits or stops until the budget is renewed" if is_low else None
    yield Check(
        "warn" if is_low or lacks else "ok",
        source.name,
        f"token of {who} ({may}); budget left: {left}",
        "the token needs the scope read_api" if lacks else hint,
    )


def _jira(source: "JiraSource", config: "Config") -> Iterator[Check]:
    """Whether Jira takes the credentials, what kind of Jira it is, and by whose clock it reads dates."""
    from collectors.jira import JiraError, introduced
    from leadline.errors import SourceUnreachable
    from leadline.sources.jira import connected, credentials

    try:
        kind, version, who = introduced(connected(source, credentials(config, source), patience=_little_patience()))
    except SourceUnreachable:
        return  # the credentials are not there, which is said already
    except JiraError as error:
        yield fail(source.name, str(error), error.hint, ExitCode.SOURCE)
        return
    yield Check("ok", source.name, f"{kind} {version}, as {who.name} (time zone {who.zone or 'not told'})")
