"""Which stored repositories leave, and which cannot be read any more though they are still meant."""

import json
from collections.abc import Iterator, Sequence

from collectors.github import budget, repositories
from collectors.github.source import GitHubSource
from collectors.github.units import Repository
from warehouse.tables import Page, State

UNREACHABLE = "repository_unreachable"


def removed(source: GitHubSource, state: State) -> Iterator[Page]:
    """The farewell of every stored repository that the configuration no longer means."""
    columns = ["repo_id", "name", "platform_id", "archived", "is_fork"]
    stored = state.rows(repositories.STREAM, columns, source=source.name).sort("repo_id")
    for repo_id, name, platform_id, archived, is_fork in stored.iter_rows():
        names = {name, repo_id.removeprefix(f"{source.name}:")}
        if platform_id and not source.wanted.keeps(names, is_archived=archived, is_fork=is_fork):
            yield from repositories.farewell(repo_id, source=source.name, state=state)


def unreachable(source: str, known: Sequence[Repository], state: State) -> Iterator[Page]:
    """Pages that count every stored repository that was not told, once, and uncount those that are told again.

    The rows stay. The cursor of the repository's own stream remembers that it is counted, and since when.
    """
    there = {repository.repo_id for repository in known}
    stored = state.rows(repositories.STREAM, ["repo_id", "platform_id"], source=source).drop_nulls()
    for repo_id in stored["repo_id"].sort():
        is_counted = state.cursor(repositories.STREAM, repo_id) is not None
        if repo_id in there and is_counted:
            yield Page(repositories.STREAM, repo_id, restart=(repositories.STREAM,))
        elif repo_id not in there and not is_counted:
            since = json.dumps({"unreachable_since": f"{budget.now():%Y-%m-%dT%H:%M:%SZ}"})
            yield Page(repositories.STREAM, repo_id, cursor=since, quality={UNREACHABLE: 1})
