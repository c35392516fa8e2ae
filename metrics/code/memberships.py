"""Who is in which team: as the configuration says or, where it names no team at all, by the work that people do.

Without configured teams, a person belongs to the team that CODEOWNERS gives the files to in which they do most of their
work; where no CODEOWNERS names a team, to the tracker's project from which they are assigned most tickets. At least
half of the work of the last 365 days has to be there, and five commits or tickets; who does less is in no team. A
project that is a repository's list of issues makes no team.

Misread: such a team is who works there, not who was hired for it; nobody has moved between teams as far as it knows.
"""

from datetime import datetime, timedelta

import polars as pl

from metrics.registry import pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

YEAR = timedelta(days=365)
ENOUGH = 5
HALF = 0.5
KNOWN_FROM_THE_START = datetime.fromisoformat("1970-01-01")
COMMIT = ["repo_id", "sha"]


class TeamMembers(Table):
    """Who belongs to which team, and who says so."""

    team = col.key("Name of the team")
    person_id = col.key_person("The member")
    valid_from = col.key_instant("Start of the membership (1970-01-01 when it has no known start)")
    valid_to = col.instant("End of the membership; null while it lasts")
    told_by = col.text("`configuration`, `code_owners` or `ticket_project`")


@pipeline(TeamMembers)
def memberships(  # noqa: PLR0917 - one parameter a table
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    file_teams: pl.LazyFrame,
    file_revisions: pl.LazyFrame,
    commit_credits: pl.LazyFrame,
    tickets: pl.LazyFrame,
    repositories: pl.LazyFrame,
    people: pl.LazyFrame,
    *,
    as_of: datetime,
) -> pl.LazyFrame:
    """The members of every team."""
    told = team_members.select("team", "person_id", "valid_from", "valid_to", told_by=pl.lit("configuration"))
    by_code = _most_of_the_work(_changes(file_teams, file_revisions, commit_credits, as_of), people, "code_owners")
    by_ticket = _most_of_the_work(_assigned(tickets, repositories, as_of), people, "ticket_project")
    configured = pl.concat([teams.select(pl.len()), team_members.select(pl.len())]).select(n=pl.col("len").sum())
    owned = file_teams.select(owned=pl.col("team").count())
    silent = configured.join(owned, how="cross")
    derived = [
        by_code.join(silent.filter(pl.col("n") == 0), how="cross"),
        by_ticket.join(silent.filter(pl.col("n") == 0, pl.col("owned") == 0), how="cross"),
    ]
    columns = TeamMembers.column_names()
    return pl.concat([told.select(columns), *(part.select(columns) for part in derived)]).sort(
        TeamMembers.primary_key()
    )


def _changes(
    file_teams: pl.LazyFrame, file_revisions: pl.LazyFrame, credits_: pl.LazyFrame, as_of: datetime
) -> pl.LazyFrame:
    """`person_id`, `team` and `item`: every commit of a person in files of a team, bulk changes left out."""
    return (
        file_revisions.filter(
            pl.col("is_counted"),
            ~pl.col("is_bulk"),
            pl.col("committed_at") > as_of - YEAR,
            pl.col("committed_at") <= as_of,
        )
        .select(*COMMIT, "path")
        .join(file_teams.drop_nulls("team"), on=["repo_id", "path"])
        .select(*COMMIT, "team")
        .unique()
        .join(credits_.select(*COMMIT, "person_id"), on=COMMIT)
        .select("person_id", "team", item=pl.format("{}@{}", *COMMIT))
    )


def _assigned(tickets: pl.LazyFrame, repositories: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """The same of every ticket that a person was assigned last, by its project."""
    at = pl.coalesce("resolved_at", "updated_at", "created_at")
    return (
        tickets.filter(pl.col("project").is_not_null(), at > as_of - YEAR, at <= as_of)
        .join(repositories.select(project="name"), on="project", how="anti")
        .select(person_id="assignee_id", team="project", item="ticket_id")
        .drop_nulls()
    )


def _most_of_the_work(work: pl.LazyFrame, people: pl.LazyFrame, told_by: str) -> pl.LazyFrame:
    """The team in which each human does at least half of their work, the first by name of equals."""
    humans = people.filter(pl.col("kind") == "human").select("person_id")
    n = pl.col("n")
    in_all = work.group_by("person_id").agg(in_all=pl.col("item").n_unique())
    return (
        work.join(humans, on="person_id", how="semi")
        .group_by("person_id", "team")
        .agg(n=pl.len())
        .join(in_all, on="person_id")
        .filter(n >= ENOUGH, n >= HALF * pl.col("in_all"))
        .sort("person_id", "n", "team", descending=[False, True, False])
        .unique("person_id", keep="first", maintain_order=True)
        .select(
            "person_id",
            "team",
            valid_from=pl.lit(KNOWN_FROM_THE_START, dtype=pl.Datetime("us")),
            valid_to=pl.lit(None, dtype=pl.Datetime("us")),
            told_by=pl.lit(told_by),
        )
    )
