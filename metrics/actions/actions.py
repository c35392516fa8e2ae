"""The one ranked list of what to do next.

Rules propose, this list chooses: of several proposals about one item the best stays (those about a whole repository
are about different things in it, and all stay), of one rule at most three a team, and at most ten a team in all, ranked
by days saved × confidence. It is quiet: at most ten of a team are shown for the first time in one week, the best ones.
What is under no team counts as one team.
An action that is no longer proposed is gone; one that comes back, or stays, keeps its identifier. `action_history`
remembers all that were ever shown, and how they ended.
"""

from datetime import datetime

import polars as pl

from metrics.expressions import day, now, today
from metrics.registry import Intermediate, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

MOST_OF_A_RULE = 3
MOST_OF_A_TEAM = 10
_KINDS = (
    "`file`, `folder`, `file_pair`, `repository`, `pull_request`, `deployment`, `workflow`, `ticket`, `project`, "
    "`team`, `team_pair`, `sprint`, `milestone`, `version`"
)
_OF_FILES = ("file", "folder", "file_pair")


class ActionCandidates(Intermediate):
    """What the rules propose."""

    rule = col.key("Name of the rule")
    item_kind = col.key(_KINDS)
    item_id = col.key("`<repository>:<path>`, `<repository>:<workflow>`, or the id or name of the item")
    repo_id = col.text("Repository of the item")
    path = col.text("Path of the item, the first one of a pair; null for what is no file or folder")
    url = col.text("Where to look at it, where the item has an address of its own; else null")
    team = col.text("The team it is for; null where no team owns the item")
    responsibility = col.text("What a tech lead answers for that it serves")
    title = col.text("What is wrong, in one short sentence")
    why = col.text("The numbers and items behind it")
    next_step = col.text("What to do")
    actor_id = col.person("Who can do it, where it is a person's own item")
    actor_team = col.text("The team that can do it")
    days_saved = col.real("Days expected to be saved")
    basis = col.text("How that was estimated")
    confidence = col.real("How sure the rule is, 0 to 1")


_OPTIONAL = ("repo_id", "path", "url", "team", "actor_id", "actor_team")


def candidates(found: pl.LazyFrame, /, *kept: str, **said: pl.Expr | str) -> pl.LazyFrame:
    """One proposal for every row: columns kept as they are, and columns that are said anew.

    Of repo_id, path, url, team, actor_id and actor_team those are null that the rule does not say.
    """
    unsaid = {name: pl.lit(None, dtype=pl.String) for name in _OPTIONAL if name not in {*kept, *said}}
    return found.select(*kept, **said, **unsaid).select(ActionCandidates.column_names()).sort("item_id")


class Actions(Table):
    """What to do next: at most ten a team, best first; one an item, of a repository one a rule."""

    action_id = col.key("`<rule>:<item_id>`: stable as long as rule and item stay the same")
    rule = col.text("Name of the rule")
    responsibility = col.text("What a tech lead answers for that it serves")
    team = col.text("The team it is for; null where no team owns the item")
    item_kind = col.text(_KINDS)
    item_id = col.text("`<repository>:<path>`, `<repository>:<workflow>`, or the id or name of the item")
    repo_id = col.text("Repository of the item")
    url = col.text("Where to look at it; null where not known")
    title = col.text("What is wrong, in one short sentence")
    why = col.text("The numbers and items behind it")
    next_step = col.text("What to do")
    actor_id = col.person("Who can do it, where it is a person's own item")
    actor_team = col.text("The team that can do it")
    days_saved = col.real("Days expected to be saved")
    basis = col.text("How that was estimated")
    confidence = col.real("How sure the rule is, 0 to 1")
    rank = col.number("Place in the team's list, from 1")
    first_seen_at = col.instant("When it was first proposed")


@pipeline(Actions)
def actions(
    action_candidates: pl.LazyFrame,
    repositories: pl.LazyFrame,
    previous_history: pl.LazyFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.LazyFrame:
    """The best proposals of every team, in order."""
    worth = pl.col("days_saved") * pl.col("confidence")
    aspect = pl.when(pl.col("item_kind") == "repository").then("rule")
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    seen = previous_history.select("action_id", seen_at="first_seen_at")
    is_new = pl.col("seen_at").is_null()
    return (
        action_candidates.with_columns(
            worth=worth.round(6), action_id=pl.format("{}:{}", "rule", "item_id"), aspect=aspect
        )
        .sort("worth", "confidence", "action_id", descending=[True, True, False])
        .unique(["item_kind", "item_id", "aspect"], keep="first", maintain_order=True)
        .filter(place.over("team", "rule") <= MOST_OF_A_RULE)
        .join(seen, on="action_id", how="left")
        .join(_shown_this_week(previous_history, as_of, zone), on="team", how="left", nulls_equal=True)
        .sort("worth", "confidence", "action_id", descending=[True, True, False])
        .with_columns(news=is_new.cast(pl.Int64).cum_sum().over("team") + pl.col("shown").fill_null(0))
        .filter(~is_new | (pl.col("news") <= MOST_OF_A_TEAM))
        .with_columns(rank=place.over("team"))
        .filter(pl.col("rank") <= MOST_OF_A_TEAM)
        .join(repositories.select("repo_id", "default_branch", page=_web_page(pl.col("url"))), on="repo_id", how="left")
        .with_columns(url=pl.coalesce("url", _url()), first_seen_at=pl.coalesce("seen_at", now(as_of)))
        .select(Actions.column_names())
        .sort("team", "rank", nulls_last=True)
    )


def _shown_this_week(previous_history: pl.LazyFrame, as_of: datetime, zone: str) -> pl.LazyFrame:
    """`team` and `shown`: how many of each team were shown for the first time in the week of the report."""
    week = day(pl.col("first_seen_at"), zone).dt.truncate("1w")
    return (
        previous_history.filter(week == today(as_of, zone).dt.truncate("1w"))
        .group_by("team")
        .agg(shown=pl.len().cast(pl.Int64))
    )


def _web_page(url: pl.Expr) -> pl.Expr:
    """The page of a repository that is on GitHub or GitLab."""
    return url.str.extract(r"^(https?://[^/@]*git(?:hub|lab)[^/@]*/.+?)(?:\.git)?/?$")


def _url() -> pl.Expr:
    """The page of a file or folder at the head; that of its repository for everything else."""
    page, kind = pl.col("page"), pl.col("item_kind")
    way = pl.concat_str(
        pl.when(page.str.contains("gitlab", literal=True)).then(pl.lit("/-/")).otherwise(pl.lit("/")),
        pl.when(kind == "folder").then(pl.lit("tree/")).otherwise(pl.lit("blob/")),
        pl.col("default_branch"),
        pl.lit("/"),
        pl.col("path"),
    )
    return pl.when(kind.is_in(_OF_FILES)).then(page + way).otherwise(page)
