"""From repositories to pages: what is there, what is new in it, and all that belongs to that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from collectors.github import discovery, repositories, standing
from collectors.github.client import Client
from collectors.github.pages import issue_counts, page_told
from collectors.github.reading import Job, Reading
from collectors.github.source import GitHubSource
from collectors.listing import is_news, unreachable
from collectors.parallel import merged
from warehouse.tables import Page, State


def collect(source: GitHubSource, client: Client, state: State, *, full: bool = False) -> Iterator[Page]:
    """The pages that bring the warehouse up to date with what GitHub knows of the repositories.

    Pages are loaded in the order they come in; each is, or none after it is. First comes one page with the repositories
    themselves; then those of their streams, several at a time. `full` reads everything again. A repository that cannot
    be read does not stop the others: when they are done, an ExceptionGroup of GitHubError is raised. BudgetSpent and
    Refused end everything at once; what was yielded before is complete.
    """
    before = client.requests
    found = discovery.find(client, source.wanted, repositories.stored_ids(source.name, state))
    known = repositories.identified(list(found.nodes.values()), source=source.name, state=state)
    page = repositories.page(known, source=source.name, state=state)
    news = is_news(page, source=source.name, state=state)
    payloads = repositories.remembered(found.payloads, known) if news else ()
    yield replace(page, payloads=payloads, requests=client.requests - before)
    yield from standing.removed(source, state)
    yield from unreachable(source.name, {repository.repo_id for repository in known}, state)
    failures = list(found.failures)
    there = repositories.stored_ids(source.name, state)
    readings = [
        Reading(source, client, repository, state, full, failures)
        for repository in known
        if repository.platform_id in there
    ]
    yield from _pages(source, client, [job for reading in readings for job in reading.jobs()], state)
    # Only when all that is new is loaded do more issues than there are mean that some are gone.
    stored = issue_counts(source.name, state)
    sweeps = [job for reading in readings for job in reading.sweep(stored.get(reading.repository.repo_id, 0))]
    yield from _pages(source, client, sweeps, state)
    if failures:
        raise ExceptionGroup(f"{len(failures)} parts of {source.name} could not be read", failures)


def _pages(source: GitHubSource, client: Client, jobs: Sequence[Job], state: State) -> Iterator[Page]:
    """The pages of what jobs tell, as it comes."""
    for told in merged(jobs, min(client.workers, len(jobs)), client.stop):
        yield page_told(source, told, state)
