"""Git history through the `git` program: `collect` yields pages, `check` says what stands in the way."""

from collectors.git.check import Finding, check
from collectors.git.collect import GitSource, collect
from collectors.git.errors import GitError, RepositoryUnreachable

__all__ = ["Finding", "GitError", "GitSource", "RepositoryUnreachable", "check", "collect"]
