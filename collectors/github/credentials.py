"""Who asks: one or several tokens, or an App that is installed for the owners of the repositories."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Self

from github import Auth, GithubException, GithubIntegration

from collectors.github.errors import Refused


@dataclass(frozen=True)
class Credentials:
    """Tokens, or an App; shown to nobody."""

    tokens: tuple[str, ...] = field(default=(), repr=False)
    app_id: str | None = None
    private_key: str | None = field(default=None, repr=False)

    @classmethod
    def of_tokens(cls, text: str) -> Self:
        """The tokens of a text, separated by white space or commas."""
        return cls(tokens=tuple(dict.fromkeys(filter(None, re.split(r"[\s,]+", text)))))

    @classmethod
    def of_app(cls, app_id: str, private_key: str) -> Self:
        """An App, by its id and its private key in PEM."""
        return cls(app_id=app_id, private_key=private_key)

    def ways(self, base_url: str, owners: Collection[str]) -> list["Way"]:
        """The ways to ask: each token for every owner, or the App's installation of each owner.

        Raises Refused where the App is not installed for any of them, or its key is refused.
        """
        if self.app_id is None or self.private_key is None:
            return [Way(f"token {n}", Auth.Token(token)) for n, token in enumerate(self.tokens, 1)]
        try:
            app = Auth.AppAuth(self.app_id, self.private_key)
            installations = {
                str(found.raw_data["account"]["login"]).casefold(): found.id
                for found in GithubIntegration(auth=app, base_url=base_url).get_installations()
            }
        except (GithubException, ValueError, TypeError) as error:
            status = getattr(error, "status", None)
            raise Refused(
                f"App {self.app_id}: its key is refused{f' (status {status})' if status else ''}",
                hint="check app_id and private_key_file: the key must be the App's own, in PEM",
            ) from None
        found = [
            Way(f"installation for {owner}", Auth.AppInstallationAuth(app, installations[owner.casefold()]), owner)
            for owner in sorted(set(owners))
            if owner.casefold() in installations
        ]
        if not found:
            raise Refused(
                f"App {self.app_id} is not installed for {', '.join(sorted(set(owners))) or 'anybody'}",
                hint="install the App for the owner of the repositories",
            )
        return found

    def token(self, base_url: str, owner: str) -> str:
        """A token with which git may read the repositories of an owner; raises Refused like `ways`."""
        return next(way for way in self.ways(base_url, [owner]) if way.serves(owner)).auth.token


@dataclass(frozen=True)
class Way:
    """One way to ask, and the budget that goes with it."""

    name: str
    """What to call it in messages; never the token."""
    auth: Auth.Auth = field(repr=False)
    owner: str | None = None
    """The owner whose repositories it reads; None for any."""

    def serves(self, owner: str | None) -> bool:
        """Whether the repositories of an owner can be asked for this way."""
        return self.owner is None or owner is None or self.owner.casefold() == owner.casefold()
