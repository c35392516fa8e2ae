"""From collected identities to people and teams: the step between collecting and computing."""

import polars as pl

from leadline.config import Config
from leadline.config import unknown_members as config_unknown_members
from leadline.errors import Problem
from leadline.identity import IdentityRules, Matched, match, resolve_members
from leadline.teams import team_tables
from warehouse.store import Warehouse


def resolve(warehouse: Warehouse, config: Config) -> Matched:
    """Match all identities of the warehouse anew and store people, teams and who is who."""
    rules = IdentityRules(
        merge=config.identities.merge, not_same=config.identities.not_same, bots=config.identities.bots
    )
    matched = match(warehouse.read("identities"), warehouse.read("mailmap"), rules)
    for table, frame in {
        "people": matched.people,
        "identities": matched.identities,
        "identity_edges": matched.edges,
        "identity_suspects": matched.suspects,
        **team_tables(config, matched),
    }.items():
        warehouse.replace(table, frame)
    return matched


def unknown_members(config: Config, matched: Matched) -> list[Problem]:
    """Return the team members whom no person, or more than one, answers to, each with its place in the file."""
    members = resolve_members(matched, [member.id for team in config.team for member in team.members])
    unresolved = members.filter(pl.col("person_id").is_null())["member"]
    known = {*members["member"], *matched.identities["email"].drop_nulls()} - set(unresolved)
    return config_unknown_members(config, known)
