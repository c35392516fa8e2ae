"""Everything the configuration says about single people: members of teams, and what the matcher is told."""

from collections.abc import Iterator

from leadline.config.model import Config
from leadline.config.origins import Key


def named_people(config: Config) -> Iterator[tuple[Key, str]]:
    """Each text that is to mean a person, an account or a program, with its key; `config.origin` knows its place."""
    for position, team in enumerate(config.team):
        for index, member in enumerate(team.members):
            yield ("team", position, "members", index), member.id
    for name, groups in (("merge", config.identities.merge), ("not_same", config.identities.not_same)):
        for position, group in enumerate(groups):
            for index, text in enumerate(group):
                yield ("identities", name, position, index), text
    for index, text in enumerate(config.identities.bots):
        yield ("identities", "bots", index), text
