"""Frames of identities for tests, written as people would write them down."""

from collections.abc import Sequence

import polars as pl

from leadline.identity import IdentityRules, Matched, match
from warehouse.tables.people import Identities, Mailmap


def git(*signatures: str, source: str = "git") -> list[dict[str, str]]:
    """Return git authors from `Name <email>` texts."""
    parts = [signature.removesuffix(">").rpartition(" <") for signature in signatures]
    return [
        {"identity_id": f"{source}:{name} <{email}>", "source": source, "name": name, "email": email}
        for name, _, email in parts
    ]


def account(login: str, number: int, source: str = "github", **more: str) -> dict[str, str]:
    """Return an account of a platform."""
    return {"identity_id": f"{source}:{number}", "source": source, "account": login, **more}


def identities(rows: Sequence[dict[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=Identities.create_empty().schema)


def mailmap(rows: dict[str, tuple[str, str]], repo: str = "git:app") -> pl.DataFrame:
    """Return what `.mailmap` says: signature -> name and address."""
    return pl.DataFrame(
        [
            {"source": "git", "repo_id": repo, "identity_id": f"git:{raw}", "mapped_name": name, "mapped_email": email}
            for raw, (name, email) in rows.items()
        ],
        schema=Mailmap.create_empty().schema,
    )


def matched(
    rows: Sequence[dict[str, str]], rules: IdentityRules | None = None, mapped: pl.DataFrame | None = None
) -> Matched:
    return match(identities(rows), mailmap({}) if mapped is None else mapped, rules or IdentityRules())


def groups(found: Matched) -> set[frozenset[str]]:
    """Return who is together, without the source."""
    by_person = found.identities.group_by("person_id").agg(pl.col("identity_id").str.replace(r"^git:", ""))
    return {frozenset(ids) for ids in by_person["identity_id"].to_list()}


def together(found: Matched) -> set[frozenset[str]]:
    return {group for group in groups(found) if len(group) > 1}


def reasons(found: Matched) -> set[str]:
    return set(found.suspects["reason"])
