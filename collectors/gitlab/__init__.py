"""GitLab through python-gitlab: `collect` yields pages, `page_of` makes one again from its archived answers."""

from collectors.gitlab.client import Client
from collectors.gitlab.collect import collect
from collectors.gitlab.errors import BudgetSpent, Forbidden, GitLabError, Refused, Unreachable
from collectors.gitlab.pages import page_of
from collectors.gitlab.source import GitLabSource
from collectors.gitlab.standing import removed
from collectors.waiting import OnWait, Patience, Waiting

__all__ = [
    "BudgetSpent",
    "Client",
    "Forbidden",
    "GitLabError",
    "GitLabSource",
    "OnWait",
    "Patience",
    "Refused",
    "Unreachable",
    "Waiting",
    "collect",
    "page_of",
    "removed",
]
