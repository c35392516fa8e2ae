"""Which stored projects leave: those that the configuration no longer means."""

from collections.abc import Iterator

from collectors import listing
from collectors.gitlab import projects
from collectors.gitlab.source import GitLabSource
from warehouse.tables import Page, State


def removed(source: GitLabSource, state: State) -> Iterator[Page]:
    """The farewell of every stored project that the configuration no longer means."""
    columns = ["repo_id", "name", "platform_id", "archived", "is_fork"]
    stored = state.rows(listing.STREAM, columns, source=source.name).sort("repo_id")
    for repo_id, name, platform_id, archived, is_fork in stored.iter_rows():
        names = {name, repo_id.removeprefix(f"{source.name}:")}
        if platform_id and not source.wanted.keeps(names, is_archived=archived, is_fork=is_fork):
            yield from projects.farewell(repo_id, source=source.name, state=state)
