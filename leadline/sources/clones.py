"""Where the repositories that a platform told of are cloned from."""

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from warehouse.tables import State

Token = Callable[[str], str | None]
"""The token for the repository of a name; None where there is none: git then says what it may not read."""


def known(source: str, state: State) -> dict[str, str]:
    """Return the web addresses of the repositories that the API told of, by the names the git collector gives them."""
    told = state.rows("repositories", ["repo_id", "url", "platform_id"], source=source).drop_nulls().sort("repo_id")
    return {repo_id.removeprefix(f"{source}:"): url for repo_id, url, _ in told.iter_rows()}


def addresses(repositories: Mapping[str, str], *, host: str | None, user: str, token: Token) -> dict[str, str]:
    """Return where git finds the repositories, with the credentials `user` and `token` where they are on `host`."""
    return {name: _address(f"{url}.git", name, host, user, token) for name, url in repositories.items()}


def _address(url: str, name: str, host: str | None, user: str, token: Token) -> str:
    parts = urlsplit(url)
    # Nobody but the host of the API gets the token.
    if parts.hostname == host and (found := token(name)):
        parts = parts._replace(netloc=f"{user}:{quote(found, safe='')}@{parts.netloc}")
    return urlunsplit(parts)
