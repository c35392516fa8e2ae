"""GitHub through PyGithub: `collect` yields pages, `page_of` makes one again from its archived answers."""

from collectors.github.budget import Allowance
from collectors.github.client import Client
from collectors.github.collect import collect
from collectors.github.credentials import Credentials
from collectors.github.errors import BudgetSpent, Forbidden, GitHubError, Refused, Unreachable
from collectors.github.pages import page_of
from collectors.github.source import GitHubSource
from collectors.github.standing import removed
from collectors.waiting import OnWait, Patience, Waiting

__all__ = [
    "Allowance",
    "BudgetSpent",
    "Client",
    "Credentials",
    "Forbidden",
    "GitHubError",
    "GitHubSource",
    "OnWait",
    "Patience",
    "Refused",
    "Unreachable",
    "Waiting",
    "collect",
    "page_of",
    "removed",
]
