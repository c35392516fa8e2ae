"""Who asks: one or several tokens, or an App that is installed for the owners of the repositories."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import requests
from github import Auth, GithubException, GithubIntegration

from collectors.github.errors import Refused, Unreachable


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

        Raises Refused where a token cannot be one, the App is not installed for any of the owners, or its key is
        refused; Unreachable where its installations cannot be listed.
        """
        if self.app_id is None or self.private_key is None:
            return list(self._ways_of_tokens())
        app = self._app()
        installed = self._installations(app, base_url)
        found = [
            Way(
                f"installation for {owner}",
                Auth.AppInstallationAuth(app, installed[owner.casefold()].id),
                owner,
                installed[owner.casefold()].permissions,
            )
            for owner in sorted(set(owners))
            if owner.casefold() in installed
        ]
        if not found:
            raise Refused(
                f"App {self.app_id} is not installed for {', '.join(sorted(set(owners))) or 'anybody'}",
                hint="install the App for the owner of the repositories",
            )
        return found

    def _ways_of_tokens(self) -> Iterator["Way"]:
        if not self.tokens:
            raise Refused("there is no token", hint="check what token_env or token_file holds")
        for number, token in enumerate(self.tokens, 1):
            if not (token.isascii() and token.isprintable()):
                hint = "check what token_env or token_file holds: letters, digits and underscores"
                raise Refused(f"token {number} cannot be a token of GitHub", hint=hint)
            yield Way(f"token {number}", Auth.Token(token))

    def _app(self) -> Auth.AppAuth:
        try:
            app = Auth.AppAuth(str(self.app_id), str(self.private_key))
            app.create_jwt()
        except Exception:  # noqa: BLE001 - whatever the libraries below say of a key: it could show the key
            raise Refused(f"App {self.app_id}: its key cannot be used", hint=_KEY_HINT) from None
        return app

    def _installations(self, app: Auth.AppAuth, base_url: str) -> dict[str, "_Installed"]:
        """The installations of the App by owner, in lower case."""
        try:
            asking = GithubIntegration(auth=app, base_url=base_url, per_page=100, retry=None)
            told = [installation.raw_data for installation in asking.get_installations()]
        except GithubException as error:
            if error.status in {401, 403, 404}:
                raise Refused(
                    f"App {self.app_id}: its key is refused (status {error.status})", hint=_KEY_HINT
                ) from None
            raise unlisted(f"App {self.app_id}: its installations cannot be listed", error) from None
        except (requests.RequestException, AssertionError, RuntimeError, ValueError, TypeError) as error:
            raise unlisted(f"App {self.app_id}: its installations cannot be listed", error) from None
        return {
            str(one["account"]["login"]).casefold(): _Installed(one["id"], _permissions(one))
            for one in told
            if (one.get("account") or {}).get("login")
        }


@dataclass(frozen=True)
class Way:
    """One way to ask, and the budget that goes with it."""

    name: str
    """What to call it in messages; never the token."""
    auth: Auth.Auth = field(repr=False)
    owner: str | None = None
    """The owner whose repositories it reads; None for any."""
    permissions: str | None = None
    """What an installation may do; None where that is not told."""

    def serves(self, owner: str | None) -> bool:
        """Whether the repositories of an owner can be asked for this way."""
        return self.owner is None or owner is None or self.owner.casefold() == owner.casefold()


@dataclass(frozen=True)
class _Installed:
    """An installation of an App."""

    id: int
    permissions: str | None


_KEY_HINT = "check app_id and private_key_file: the key must be the App's own, in PEM"


def _permissions(installation: dict[str, Any]) -> str | None:
    given = installation.get("permissions")
    if not isinstance(given, dict):
        return None
    return f"permissions: {', '.join(f'{name} {level}' for name, level in sorted(given.items())) or 'none'}"


def unlisted(message: str, error: Exception) -> Unreachable:
    """What to say of an App's question that had no answer: its kind, because its text can hold what was asked."""
    kind = f"status {error.status}" if isinstance(error, GithubException) else type(error).__name__
    return Unreachable(f"{message}: {kind}", hint="check the network, the proxy and base_url; the next run goes on")
