"""From a source of the configuration to the collector that reads it.

- `git`, `github`, `gitlab`, `jira`: one module a kind.
- `access`: what holds the credentials of a source, and who hears of its waits.
- `access`: what all sources of platforms need; `clones`: where their repositories are cloned from.
- `failures`: what a collector could not read, as one error of its source.
"""

from collections.abc import Iterator
from datetime import date, datetime

from leadline.config import Config, GitHubSource, GitLabSource, GitSource, JiraSource, Source
from leadline.narration import Say
from warehouse.payloads import Archive
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
    say: Say | None = None,
) -> Iterator[Page]:
    """Yield the pages of one source, from where `state` says the last run stopped.

    What can be read is yielded before a failure is raised: PartlyRead where some repositories were read or the rate
    limit is used up, SourceUnreachable where none could be reached, LeadlineError for any other failure. `say` hears of
    waits.
    """
    match source:
        case GitSource():
            from leadline.sources import git

            yield from git.pages(
                config, source, state, since=since, full=full, line_counts=line_counts, offline=offline
            )
        case GitHubSource():
            from leadline.sources import github

            yield from github.pages(
                config, source, state, since=since, full=full, line_counts=line_counts, offline=offline, say=say
            )
        case GitLabSource():
            from leadline.sources import gitlab

            yield from gitlab.pages(
                config, source, state, since=since, full=full, line_counts=line_counts, offline=offline, say=say
            )
        case JiraSource():
            from leadline.sources import jira

            yield from jira.pages(config, source, state, since=since, full=full, offline=offline, say=say)


def replayed(source: Source, state: State, archive: Archive) -> Iterator[tuple[Page, datetime]]:
    """Yield the pages of a source again from what was archived, each with the instant at which it was first loaded."""
    if isinstance(source, GitHubSource):
        from leadline.sources import github

        yield from github.replayed(source, state, archive)
    elif isinstance(source, GitLabSource):
        from leadline.sources import gitlab

        yield from gitlab.replayed(source, state, archive)
    elif isinstance(source, JiraSource):
        from leadline.sources import jira

        yield from jira.replayed(source, state, archive)
