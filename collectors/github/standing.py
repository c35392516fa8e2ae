"""Which stored repositories leave: those that the configuration no longer means."""

from collections.abc import Iterator

from collectors import listing
from collectors.github import repositories
from collectors.github.source import GitHubSource
from warehouse.tables import Page, State


def removed(source: GitHubSource, state: State) -> Iterator[Page]:
    """The farewell of every stored repository that the configuration no longer means."""
    columns = ["repo_id", "name", "platform_id", "archived", "is_fork"]
    stored = state.rows(listing.STREAM, columns, source=source.name).sort("repo_id")
    for repo_id, name, platform_id, archived, is_fork in stored.iter_rows():
        names = {name, repo_id.removeprefix(f"{source.name}:")}
        if platform_id and not source.wanted.keeps(names, is_archived=archived, is_fork=is_fork):
            yield from repositories.farewell(repo_id, source=source.name, state=state)
