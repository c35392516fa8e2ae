"""GitLab through python-gitlab: `collect` yields pages, `page_of` makes one again from its archived answers."""

from collectors.gitlab.client import Client
from collectors.gitlab.collect import GitLabSource, collect, page_of
from collectors.gitlab.errors import BudgetSpent, Forbidden, GitLabError, Refused, Unreachable
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
]
