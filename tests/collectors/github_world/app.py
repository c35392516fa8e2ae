"""An App as GitHub knows it: it signs its questions with its key, and each of its installations gets a token."""

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.collectors.fault_server import Asked, Reply
from tests.collectors.github_world.server import Server


@dataclass
class App:
    """A rule of a server: gives tokens to installations, and each of them reads only its owner's repositories."""

    server: Server
    installations: dict[str, int]
    """Id of the installation of each owner."""
    app_id: str = "12"
    lifetime_seconds: float = 3600
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False)
    given: list[str] = field(default_factory=list)
    """Owners whose installations got a token, in order."""
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict, repr=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    @property
    def pem(self) -> str:
        """The private key as it is downloaded."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        ).decode()

    def __call__(self, asked: Asked) -> Reply | None:
        """What the App's own addresses answer, and the refusal of what an installation may not read."""
        path = asked.path.partition("?")[0]
        if path.startswith("/app/"):
            return self._own(asked.method, path, asked.token)
        owner, ends = self._tokens.get(asked.token, ("", 0.0))
        if time.time() > ends:
            return Reply(401, {"message": "Bad credentials"})
        other = self._owner_asked_for(asked)
        if other is None or other.casefold() == owner.casefold():
            return None
        hidden = {"type": "NOT_FOUND", "message": "Could not resolve to a Repository."}
        is_query = asked.method == "POST"
        return Reply(body={"data": None, "errors": [hidden]}) if is_query else Reply(404, {"message": "Not Found"})

    def _own(self, method: str, path: str, token: str) -> Reply:
        try:
            signed = jwt.decode(token, self.key.public_key(), algorithms=["RS256"], issuer=self.app_id)
        except jwt.InvalidTokenError as error:
            return Reply(401, {"message": f"A JSON web token could not be decoded: {error}"})
        if signed["exp"] > time.time() + 600:
            return Reply(401, {"message": "'Expiration time' claim ('exp') is too far in the future"})
        if (method, path) == ("GET", "/app/installations"):
            return Reply(body=[{"id": each, "account": {"login": name}} for name, each in self.installations.items()])
        owner = next((name for name, each in self.installations.items() if f"/{each}/access_tokens" in path), None)
        if method != "POST" or owner is None:
            return Reply(404, {"message": "Not Found"})
        return self._token(owner)

    def _token(self, owner: str) -> Reply:
        token, ends = f"ghs_{next(self._numbers)}{owner}", time.time() + self.lifetime_seconds
        self._tokens[token] = owner, ends
        self.given.append(owner)
        self.server.tokens.add(token)
        return Reply(201, {"token": token, "expires_at": f"{datetime.fromtimestamp(ends, UTC):%Y-%m-%dT%H:%M:%SZ}"})

    def _owner_asked_for(self, asked: Asked) -> str | None:
        """Whose repositories a question is about; None where it does not say."""
        if asked.method == "GET":
            _, kind, named, *_ = *asked.path.partition("?")[0].split("/"), "", ""
            by_number = {str(item["databaseId"]): name for name, item in self.server.world.repositories.items()}
            name = by_number.get(named, "") if kind == "repositories" else named
            return name.partition("/")[0] or None
        variables = json.loads(asked.body)["variables"]
        item = self.server.world.nodes.get(variables.get("id") or variables.get("i0"))
        if item:
            return str(item.get("repository", item)["nameWithOwner"]).partition("/")[0]
        owner: str | None = variables.get("owner") or variables.get("o0")
        return owner
