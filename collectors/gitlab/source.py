"""What a `[[source]]` of kind `gitlab` asks for."""

from dataclasses import dataclass
from datetime import date, datetime, time

from collectors.gitlab.discovery import Wanted


@dataclass(frozen=True)
class GitLabSource:
    """A `[[source]]` of kind `gitlab`: which projects, and from when on what changed in them counts."""

    name: str
    projects: tuple[str, ...]
    since: date | None = None
    archived: bool = True
    forks: bool = False

    @property
    def wanted(self) -> Wanted:
        """The projects that are meant."""
        return Wanted(self.projects, self.archived, self.forks)

    @property
    def beginning(self) -> datetime | None:
        """The instant from which on changes count (UTC)."""
        return datetime.combine(self.since, time()) if self.since else None
