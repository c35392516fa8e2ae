"""How many people would have to leave before more than half of the files have no author (Avelino et al. 2016).

The method removes the person who authors most files (a tie goes to who made more changes) while at least half of the
files keep an author, and counts the removed; those who author under a tenth of the first one's files are then not
counted. Removing a person never changes what the others author, so the order of leaving is known at once: a file is
orphaned when its last author in that order leaves, and the truck factor is the moment at which half are.
Hence no loop: ranks and one sorted list for all repositories, folders and teams together.

Misread: it tells how concentrated authorship is, not who is good; an author by this measure may have left long ago
(see `active_authors`), and a young project with few files has 1 by nature.
"""

from datetime import datetime

import polars as pl

from metrics.code.file_scopes import SCOPE
from metrics.coordination.window import members_now
from metrics.coordination.window import sizes as sizes_of_teams
from metrics.nesting import with_teams_above
from metrics.registry import Metric, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

FOLDER_FILES = 10
"""Smaller folders get no truck factor: it would nearly always be 1."""
MINOR_PART = 0.1
FILE = ["file_repo_id", "path"]


class TruckFactor(Table):
    """One row per repository, folder (first and second level, at least 10 files), service, and team not too small."""

    repo_id = col.key("Repository; `*` for a team, whose files can lie in several")
    scope_kind = col.key("`repository`, `folder`, `service` or `team`")
    scope = col.key("Id of the repository, folder, service, or team")
    truck_factor = col.number("People whose leaving would leave more than half of the files without an author")
    files = col.number("Files at the head that are people's work")
    authored_files = col.number("Of these, files that have an author at all")
    authors = col.number("People who author at least one of them")
    active_authors = col.number("Of these, people active in the last 90 days")
    person_ids = col.persons("The people counted, the one with most files first")


@pipeline(TruckFactor)
def truck_factor(
    file_scopes: pl.LazyFrame,
    ownership: pl.LazyFrame,
    team_members: pl.LazyFrame,
    teams: pl.LazyFrame,
    *,
    as_of: datetime,
    minimum_group: int,
) -> pl.LazyFrame:
    """The truck factor of every repository, folder, service and team with enough members to be told of."""
    groups = sizes_of_teams(with_teams_above(members_now(team_members, as_of), teams), minimum_group)
    told = pl.concat(
        [
            file_scopes.filter(pl.col("scope_kind") != "team"),
            file_scopes.filter(pl.col("scope_kind") == "team").join(
                groups.filter("is_shown"), left_on="scope", right_on="team", how="semi"
            ),
        ]
    )
    return _factors(told, ownership)


def _factors(file_scopes: pl.LazyFrame, ownership: pl.LazyFrame) -> pl.LazyFrame:
    sizes = (
        file_scopes.group_by(SCOPE)
        .agg(files=pl.len())
        .filter((pl.col("scope_kind") != "folder") | (pl.col("files") >= FOLDER_FILES))
    )
    authors = ownership.filter(pl.col("is_author")).select(
        "path", "person_id", "credit", "is_active", file_repo_id="repo_id"
    )
    authorship = file_scopes.join(sizes, on=SCOPE, how="semi").join(authors, on=FILE)
    leaving = _order_of_leaving(authorship)
    removed = _removed(sizes, authorship, leaving)
    people = leaving.group_by(SCOPE).agg(authors=pl.len(), active_authors=pl.col("is_active").sum())
    return (
        sizes.join(removed, on=SCOPE, how="left")
        .join(people, on=SCOPE, how="left")
        .join(_counted(leaving, removed), on=SCOPE, how="left")
        .with_columns(
            pl.col("truck_factor", "authored_files", "authors", "active_authors").fill_null(0),
            pl.col("person_ids").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        )
        .select(TruckFactor.column_names())
        .sort(SCOPE)
    )


def _order_of_leaving(authorship: pl.LazyFrame) -> pl.LazyFrame:
    """The authors of every group with their files and their place (from 1) in the order of leaving."""
    return (
        authorship.group_by(*SCOPE, "person_id")
        .agg(own_files=pl.len(), changes=pl.col("credit").sum().round(6), is_active=pl.col("is_active").first())
        .sort(*SCOPE, "own_files", "changes", "person_id", descending=[False] * 3 + [True, True, False])
        .with_columns(place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(SCOPE))
    )


def _removed(sizes: pl.LazyFrame, authorship: pl.LazyFrame, leaving: pl.LazyFrame) -> pl.LazyFrame:
    """How many leave until under half of the files keep an author; 0 where that is so from the start."""
    half = (pl.col("files").first() + 1) // 2
    orphaned = (
        authorship.join(leaving.select(*SCOPE, "person_id", "place"), on=[*SCOPE, "person_id"])
        .group_by(*SCOPE, *FILE)
        .agg(orphaned_at=pl.col("place").max())
        .join(sizes, on=SCOPE)
    )
    return orphaned.group_by(SCOPE).agg(
        authored_files=pl.len(),
        removed=pl.col("orphaned_at").sort(descending=True).get(half - 1, null_on_oob=True).fill_null(0),
    )


def _counted(leaving: pl.LazyFrame, removed: pl.LazyFrame) -> pl.LazyFrame:
    """Those who leave, without the ones who author little beside the first."""
    first = pl.col("own_files").max().over(SCOPE)
    return (
        leaving.join(removed, on=SCOPE)
        .filter(pl.col("place") <= pl.col("removed"), pl.col("own_files") >= MINOR_PART * first)
        .group_by(SCOPE)
        .agg(truck_factor=pl.len(), person_ids=pl.col("person_id").sort_by("place"))
    )


METRICS = (
    Metric(
        name="truck_factor",
        title="Truck factor",
        unit="people",
        direction="higher",
        responsibility="strategy",
        definition=(
            "Remove the person who authors most files (a tie: more changes) while at least half of the files keep "
            "an author; count the removed, without those authoring under a tenth of the first one's files. For "
            "repositories, folders of 10 files or more, and teams."
        ),
        table="truck_factor",
        inputs=(
            "commits",
            "commit_parents",
            "commit_files",
            "head_files",
            "commit_trailers",
            "people",
            "team_scopes",
            "code_owners",
        ),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS; programs."
        ),
        pitfalls=(
            "It tells how concentrated authorship is, whether the authors are still there is another matter "
            "(`active_authors`). Small repositories have 1 by nature."
        ),
        source="Avelino et al. 2016",
    ),
)
