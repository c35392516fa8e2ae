"""What a `[[source]]` of kind `github` asks for."""

from dataclasses import dataclass
from datetime import date

from collectors.github.discovery import Wanted


@dataclass(frozen=True)
class GitHubSource:
    """A `[[source]]` of kind `github`: which repositories, and from when on what changed in them counts."""

    name: str
    repositories: tuple[str, ...]
    since: date | None = None
    archived: bool = True
    forks: bool = False

    @property
    def wanted(self) -> Wanted:
        """The repositories that are meant."""
        return Wanted(self.repositories, self.archived, self.forks)

    @property
    def owners(self) -> tuple[str, ...]:
        """The owners of the repositories."""
        return tuple(dict.fromkeys(pattern.partition("/")[0] for pattern in self.repositories))
