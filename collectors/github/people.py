"""The accounts and signatures that items name."""

from dataclasses import dataclass, field

from collectors.rows import Node, Row


@dataclass
class People:
    """What is told of people while the items of a page are read; accounts are known by their number for good."""

    source: str
    identities: dict[str, Row] = field(default_factory=dict)
    signatures: dict[tuple[str, str], Row] = field(default_factory=dict)
    ghosts: int = 0
    """How many items have no author any more: their accounts were deleted."""

    def account(self, actor: Node | None) -> str | None:
        """The identity of an account; None where there is none."""
        if not actor or not actor.get("login"):
            return None
        number = actor.get("databaseId")
        identity_id = f"{self.source}:{number if number is not None else actor['login']}"
        known = self.identities.get(identity_id, {})
        self.identities[identity_id] = {
            "identity_id": identity_id,
            "account": actor["login"],
            "name": actor.get("name") or known.get("name"),
            "platform_type": actor.get("__typename"),
        }
        return identity_id

    def author(self, actor: Node | None) -> str | None:
        """Like `account`, of the author of an item; one that is gone is counted."""
        identity_id = self.account(actor)
        self.ghosts += identity_id is None
        return identity_id

    def signature(self, author: Node | None) -> str | None:
        """Who wrote a commit: the account that the platform takes the signature for, else the signature itself."""
        if not author:
            return None
        name, email = author.get("name") or "", author.get("email") or ""
        signature_id = f"{self.source}:{name} <{email}>" if name or email else None
        account_id = self.account(author.get("user"))
        if signature_id:
            self.identities[signature_id] = {
                "identity_id": signature_id,
                "name": name or None,
                "email": email or None,
            }
            if account_id:
                self.signatures[signature_id, account_id] = {"signature_id": signature_id, "account_id": account_id}
        return account_id or signature_id

    def rows(self) -> dict[str, list[Row]]:
        """The rows of `identities` and `account_signatures`."""
        return {"identities": list(self.identities.values()), "account_signatures": list(self.signatures.values())}


def is_person(actor: Node | None) -> bool:
    """Whether an account is a person's, as far as the platform says; who is who is for the matcher to decide."""
    return actor is not None and actor.get("__typename") == "User" and not str(actor.get("login")).endswith("[bot]")
