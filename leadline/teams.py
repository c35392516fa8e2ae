"""The teams and services of the configuration as rows of the core tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from leadline.config import Config
from leadline.identity import Matched, resolve_members
from warehouse.tables import CORE

KNOWN_FROM_THE_START = datetime(1970, 1, 1)  # noqa: DTZ001 - instants are stored as naive UTC


def team_tables(config: Config, matched: Matched, hosts: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """Return `teams`, `team_members`, `team_scopes` and `service_scopes` as the configuration says.

    `hosts` says where the accounts of a source live, as in the IdentityRules.

    Members that no collected identity answers to are left out here; `leadline.people.strangers` tells which.
    """
    teams = [{"team": team.name, "parent": team.parent} for team in config.team]
    scopes = [
        {"team": team.name, "kind": kind, "pattern": pattern}
        for team in config.team
        for kind, patterns in (
            ("repository", team.repositories),
            ("path", team.paths),
            ("ticket_project", team.ticket_projects),
        )
        for pattern in patterns
    ]
    services = [
        {"service": service.name, "repository": service.repository, "pattern": pattern}
        for service in config.service
        for pattern in service.paths or ("",)
    ]
    return {
        "teams": _frame("teams", teams),
        "team_members": _members(config, matched, hosts),
        "team_scopes": _frame("team_scopes", scopes).unique(maintain_order=True),
        "service_scopes": _frame("service_scopes", services).unique(maintain_order=True),
    }


def _members(config: Config, matched: Matched, hosts: Mapping[str, str]) -> pl.DataFrame:
    """One row per membership; a person named twice with the same start is a member once."""
    named = pl.DataFrame(
        [(team.name, member.id, member.start, member.end) for team in config.team for member in team.members],
        schema={"team": pl.String, "member": pl.String, "start": pl.Date, "end": pl.Date},
        orient="row",
    )
    found = named.join(resolve_members(matched, named["member"].unique().to_list(), hosts), on="member")
    return (
        found.select(
            "team",
            "person_id",
            pl.col("start").cast(pl.Datetime("us")).fill_null(KNOWN_FROM_THE_START).alias("valid_from"),
            # The last day of a membership is part of it.
            pl.col("end").cast(pl.Datetime("us")).dt.offset_by("1d").alias("valid_to"),
        )
        .drop_nulls("person_id")
        .unique(["team", "person_id", "valid_from"], keep="first", maintain_order=True)
    )


def _frame(table: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    return CORE[table].cast(pl.DataFrame(rows, schema=CORE[table].column_names(), orient="row"))
