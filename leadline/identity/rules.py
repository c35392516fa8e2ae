"""The rules that join identities, in order of trust, and what the configuration adds to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Rule = Literal["config", "mailmap", "platform", "no_reply", "email", "name", "login"]

RULES: dict[Rule, str] = {
    "config": "the configuration says so (`[identities] merge`)",
    "mailmap": "a repository's `.mailmap` says so",
    "platform": "the platform takes the author of a commit for the account",
    "no_reply": "the same platform account, by its no-reply address",
    "email": "the same e-mail address",
    "name": "the same full name",
    "login": "a name that equals a login or the first part of an address",
}
"""What each rule goes by, the most trusted first."""

TRUSTED: tuple[Rule, ...] = ("config", "mailmap", "platform", "no_reply")
"""Rules by which somebody, or the platform, says so: they may join two accounts of one platform."""

PROBABLE: tuple[Rule, ...] = ("name", "login")
"""Rules that can be wrong: two people can share a name."""


@dataclass(frozen=True)
class IdentityRules:
    """What the matcher cannot know: section `[identities]` of the configuration."""

    merge: Sequence[Sequence[str]] = ()
    """Groups of identities that are one person."""
    not_same: Sequence[Sequence[str]] = ()
    """Pairs of identities that are two people, whatever they share."""
    bots: Sequence[str] = ()
    """Logins, names or any other identity of programs."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Where the accounts of a source live (`github.com`, `gitlab.example.org`), by the source's name."""
