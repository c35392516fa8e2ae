"""The lists of a repository that GraphQL tells: how each is read, and what tells that there is something new in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

RECENT = timedelta(days=3)
"""A deployment that has not ended after so long is not asked for again and again."""


@dataclass(frozen=True)
class Stream:
    """A list of a repository."""

    name: str
    most: int
    """Elements of a page, at most."""
    field: str
    """The instant that the list is ordered by."""
    overlap: timedelta
    """How far behind the newest element that was read to look again."""
    field_in_repository: str
    """Where the pulse holds its newest element."""
    grows_anywhere: bool = False
    """Whether a new element can be an old one in the list's order: then its number tells that it is there."""


STREAMS = (
    Stream("pull_requests", 25, "updatedAt", timedelta(minutes=2), "pullRequests"),
    Stream("tickets", 50, "updatedAt", timedelta(minutes=2), "issues"),
    Stream("deployments", 50, "createdAt", RECENT, "deployments"),
    # A release is as old as the commit that it releases.
    Stream("releases", 100, "createdAt", timedelta(days=30), "releases", grows_anywhere=True),
    Stream("milestones", 100, "updatedAt", timedelta(minutes=2), "milestones"),
)
"""The lists that GraphQL tells; workflow runs come from REST."""

FIELDS: Mapping[str, str] = {stream.name: stream.field for stream in STREAMS}
"""The instant that each list is ordered by."""
