"""The accounts and signatures that items name, as REST and as GraphQL tell them."""

import re
from dataclasses import dataclass, field

from collectors.gitlab.parts import Node, Row, number_of
from warehouse.tables import State

_BOT = re.compile(
    r"(?i)^(project|group)_\d+_bot(_|\d|$)|^service_account_(group|project)?_?\d*|^(support|alert|visual-review|migration|security|automation)-bot\d*$"
)
_GHOST = re.compile(r"(?i)^ghost\d*$")


def is_bot(user: Node) -> bool:
    """Whether an account is a program's, by GitLab's flag or by the names that GitLab gives to tokens and services."""
    return bool(user.get("bot")) or bool(_BOT.search(str(user.get("username") or "")))


def is_ghost(user: Node | None) -> bool:
    """Whether it stands for an account that was deleted: GitLab gives its items to `ghost`."""
    return not user or not user.get("username") or bool(_GHOST.search(str(user["username"])))


@dataclass
class People:
    """What is told of people while the items of a page are read; accounts are known by their number for good."""

    source: str
    identities: dict[str, Row] = field(default_factory=dict)
    signatures: dict[tuple[str, str], Row] = field(default_factory=dict)
    usernames: dict[str, str] = field(default_factory=dict)
    """Identity by user name, in lower case."""
    flagged: set[str] = field(default_factory=set)
    """Identities of accounts of which is told whether they are bots."""
    ghosts: int = 0
    """How many items have no author any more: their accounts were deleted."""

    def account(self, user: Node | None) -> str | None:
        """The identity of an account; None where there is none."""
        if user is None or is_ghost(user):
            return None
        identity_id = f"{self.source}:{number_of(user['id'])}"
        known = self.identities.get(identity_id, {})
        if "bot" in user:
            self.flagged.add(identity_id)
        # REST does not tell the flag of a bot: once told, it stays.
        is_program = is_bot(user) or known.get("platform_type") == "Bot"
        self.identities[identity_id] = {
            "identity_id": identity_id,
            "account": user["username"],
            "name": user.get("name") or known.get("name"),
            "platform_type": "Bot" if is_program else "User",
        }
        self.usernames[str(user["username"]).casefold()] = identity_id
        return identity_id

    def author(self, user: Node | None) -> str | None:
        """Like `account`, of the author of an item; one that is gone is counted."""
        identity_id = self.account(user)
        self.ghosts += identity_id is None
        return identity_id

    def named(self, username: str) -> str | None:
        """The identity of a user name that a text mentions; None where nothing else told of the account."""
        return self.usernames.get(username.casefold())

    def signature(self, commit: Node) -> str | None:
        """Who wrote a commit: the account that GitLab takes the signature for, else the signature itself."""
        name, email = commit.get("authorName") or "", commit.get("authorEmail") or ""
        account_id = self.account(commit.get("author"))
        if not name and not email:
            return account_id
        signature_id = f"{self.source}:{name} <{email}>"
        self.identities[signature_id] = {"identity_id": signature_id, "name": name or None, "email": email or None}
        if account_id:
            self.signatures[signature_id, account_id] = {"signature_id": signature_id, "account_id": account_id}
        return account_id or signature_id

    def rows(self, state: State | None = None) -> dict[str, list[Row]]:
        """The rows of `identities` and `account_signatures`.

        What was told before of accounts, as `state` knows it, stays where it is not told whether they are bots.
        """
        vague = [one for one, row in self.identities.items() if "account" in row and one not in self.flagged]
        if state is not None and vague:
            stored = state.rows("identities", ["identity_id", "platform_type"], identity_id=vague)
            for identity_id, platform_type in stored.iter_rows():
                if platform_type == "Bot":
                    self.identities[identity_id]["platform_type"] = platform_type
        return {"identities": list(self.identities.values()), "account_signatures": list(self.signatures.values())}
