"""Files of different folders or teams that cannot be changed one without the other."""

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.wording import MOST_DAYS, number, percent, short
from metrics.registry import Rule, pipeline

MIN_RECENT = 5
MIN_DEGREE = 50
NAME = "hidden_coupling"


@pipeline(ActionCandidates)
def propose_hidden_coupling(change_coupling: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every such pair."""
    crosses_team = pl.col("crosses_team").fill_null(value=False)
    minutes = pl.when(crosses_team).then(60).otherwise(15)
    return change_coupling.filter(
        pl.col("class_a") == "source",
        pl.col("class_b") == "source",
        pl.col("crosses_folder") | crosses_team,
        pl.col("degree") >= MIN_DEGREE,
        pl.col("shared_12m") >= MIN_RECENT,
    ).pipe(
        candidates,
        "repo_id",
        path="path_a",
        team="team_a",
        rule=pl.lit(NAME),
        item_kind=pl.lit("file_pair"),
        item_id=pl.format("{}:{}|{}", "repo_id", "path_a", "path_b"),
        responsibility=pl.when(crosses_team).then(pl.lit("bridging")).otherwise(pl.lit("problem_solving")),
        title=pl.format("{} and {} change together", _name("path_a", "path_b"), _name("path_b", "path_a")),
        why=pl.format(
            "{} commits touched both {} and {}, {} of them in the last 12 months: {} of the changes of the first "
            "and {} of the second.{}",
            number(pl.col("shared")),
            "path_a",
            "path_b",
            number(pl.col("shared_12m")),
            percent(pl.col("confidence_ab")),
            percent(pl.col("confidence_ba")),
            pl.when(crosses_team)
            .then(pl.format(" They belong to the teams {} and {}.", "team_a", "team_b"))
            .otherwise(pl.lit("")),
        ),
        next_step=pl.lit(
            "Find what one has to know of the other, and move it to one side or behind an interface; until "
            "then, name each in the other's header."
        ),
        actor_team="team_a",
        days_saved=(pl.col("shared_12m") * minutes / 480).clip(0.1, MOST_DAYS).round(1),
        basis=pl.lit("a quarter of an hour for each joint change in a year, an hour across teams, at most 5 days"),
        confidence=pl.when(crosses_team).then(0.6).otherwise(0.4),
    )


def _name(path: str, other: str) -> pl.Expr:
    """The end of a path, or all of it where the other one ends alike."""
    ends_alike = short(pl.col(path)) == short(pl.col(other))
    return pl.when(ends_alike).then(path).otherwise(short(pl.col(path)))


RULE = Rule(
    name=NAME,
    title="Coupling across folders or teams",
    responsibility="problem_solving",
    definition=(
        f"Pairs of source files in different folders or of different teams, with a degree of {MIN_DEGREE} or more and "
        f"{MIN_RECENT} joint changes or more in the last 12 months."
    ),
    propose=propose_hidden_coupling,
)
