"""The accounts that tickets name."""

import re
from dataclasses import dataclass, field

from collectors.jira.values import Item
from collectors.rows import Row

_GONE = re.compile(r"(?i)^(former user|unknown|anonymous|user-[0-9a-f]{4,}|jirauser\d+)$")
"""Names that stand for whoever is gone: they are nobody's, and no two of them are the same person's."""

_TYPES = {"atlassian": "User", "customer": "User", "app": "Bot"}


@dataclass
class People:
    """What is told of people while the tickets of a page are read; accounts are known by their id for good."""

    source: str
    identities: dict[str, Row] = field(default_factory=dict)
    ghosts: int = 0
    """How many tickets have no author any more."""

    def account(self, user: Item | None) -> str | None:
        """The identity of an account; None where there is none.

        Cloud knows accounts by their account id and tells no login; Server and Data Center know them by a key that
        stays when the login changes.
        """
        if not user:
            return None
        native = user.get("accountId") or user.get("key") or user.get("name")
        if not native or native == "unknown":
            return None
        identity_id = f"{self.source}:{native}"
        known = self.identities.get(identity_id, {})
        self.identities[identity_id] = {
            "identity_id": identity_id,
            "account": user.get("accountId") or user.get("name") or native,
            "name": _name(user) or known.get("name"),
            "email": _email(user) or known.get("email"),
            "platform_type": _TYPES.get(user.get("accountType") or "atlassian", "User"),
        }
        return identity_id

    def author(self, user: Item | None) -> str | None:
        """Like `account`, of the author of a ticket; one that is gone is counted."""
        identity_id = self.account(user)
        self.ghosts += identity_id is None
        return identity_id

    def rows(self) -> list[Row]:
        """The rows of `identities`."""
        return list(self.identities.values())


def _name(user: Item) -> str | None:
    name = str(user.get("displayName") or "").strip()
    return None if not name or _GONE.match(name) else name


def _email(user: Item) -> str | None:
    """The address, where it is shown and not masked as `ana at acme dot example`."""
    email = str(user.get("emailAddress") or "").strip()
    return email if "@" in email and not email.lower().endswith("@?") else None
