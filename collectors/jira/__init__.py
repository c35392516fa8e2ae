"""Jira, Cloud and Data Center: `collect` yields pages, `page_of` makes one again from its archived answers."""

from collectors.jira.client import Client, Credentials
from collectors.jira.collect import collect
from collectors.jira.errors import BudgetSpent, Forbidden, JiraError, Malformed, Refused, Unreachable
from collectors.jira.pages import JiraSource, page_of
from collectors.jira.server import introduced
from collectors.waiting import OnWait, Patience, Waiting

__all__ = [
    "BudgetSpent",
    "Client",
    "Credentials",
    "Forbidden",
    "JiraError",
    "JiraSource",
    "Malformed",
    "OnWait",
    "Patience",
    "Refused",
    "Unreachable",
    "Waiting",
    "collect",
    "introduced",
    "page_of",
]
