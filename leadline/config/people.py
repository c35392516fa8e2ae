"""Members of teams checked against the identities that were collected."""

from collections.abc import Iterable

from leadline.config.model import Config
from leadline.config.origins import dotted
from leadline.config.problems import nearest_to
from leadline.errors import Problem


def unknown_members(config: Config, identities: Iterable[str]) -> list[Problem]:
    """The members that are none of the identities, each with its place in the file and the nearest identity.

    `identities` are all names by which people are known: e-mail addresses, `github:login`, `Name <e-mail>`.
    Case does not count.
    """
    known = {identity.casefold() for identity in identities}
    return [
        Problem(
            str(config.origin("team", position, "members", index, "id")),
            dotted(("team", position, "members", index)),
            f'no collected identity is "{member.id}"',
            nearest_to(member.id, sorted(known)),
        )
        for position, team in enumerate(config.team)
        for index, member in enumerate(team.members)
        if member.id.casefold() not in known
    ]
