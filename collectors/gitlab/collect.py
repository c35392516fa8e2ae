"""From projects to pages: what is there, what is new in it, and all that belongs to that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from collectors.gitlab import changed, discovery, issues, lists, merge_requests, pipelines, projects, standing
from collectors.gitlab.client import Client
from collectors.gitlab.lists import PipelineCursor
from collectors.gitlab.pages import numbers, page_told
from collectors.gitlab.reading import Job, Reading
from collectors.gitlab.source import GitLabSource
from collectors.listing import is_news, unreachable
from collectors.parallel import merged
from warehouse.tables import Page, State


def collect(source: GitLabSource, client: Client, state: State, *, full: bool = False) -> Iterator[Page]:
    """The pages that bring the warehouse up to date with what GitLab knows of the projects.

    Pages are loaded in the order they come in; each is, or none after it is. First comes one page with the projects
    themselves; then those of their streams, several at a time. `full` reads everything again. A project that cannot be
    read does not stop the others: when they are done, an ExceptionGroup of GitLabError is raised. BudgetSpent and
    Refused end everything at once; what was yielded before is complete.
    """
    before = client.requests
    since = lists.last_looked(source.name, state)
    found = discovery.find(client, source.wanted, projects.stored(source.name, state), since)
    known = projects.identified(found.nodes, found.forks, source=source.name, state=state)
    page = projects.page(known, source=source.name, state=state)
    news = is_news(page, source=source.name, state=state)
    payloads = projects.remembered(found.payloads, known) if news else ()
    yield replace(page, payloads=payloads, requests=client.requests - before)
    yield from standing.removed(source, state)
    yield from unreachable(source.name, {project.repo_id for project in known}, state)
    failures = list(found.failures)
    there = {one.number for one in projects.stored(source.name, state)}
    readings = [
        Reading(source, client, project, state, full=full, failures=failures, now=found.told_at)
        for project in known
        if project.platform_id in there
    ]
    yield from _pages(source, client, [job for reading in readings for job in reading.jobs()], state)
    if any(reading.has_looked for reading in readings) and not any(reading.is_looking for reading in readings):
        # Quiet projects keep their place; without this, what is new would be asked from there on for all of them.
        looked = PipelineCursor(looked_at=changed.written(found.told_at))
        yield Page(pipelines.STREAM, lists.SCOPE, cursor=str(looked))
    # Only when all that is new is loaded do more items than there are mean that some are gone.
    for stream in (merge_requests.STREAM, issues.STREAM):
        counted = numbers(stream, source.name, state)
        sweeps = [job for one in readings for job in one.sweep(stream, counted.get(one.project.repo_id, []))]
        yield from _pages(source, client, sweeps, state)
    if failures:
        raise ExceptionGroup(f"{len(failures)} parts of {source.name} could not be read", failures)


def _pages(source: GitLabSource, client: Client, jobs: Sequence[Job], state: State) -> Iterator[Page]:
    """The pages of what jobs tell, as it comes."""
    for told in merged(jobs, min(client.workers, len(jobs)), client.stop):
        yield page_told(source, told, state)
