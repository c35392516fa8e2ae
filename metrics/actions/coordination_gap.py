"""Two teams whose work meets in the same files and whose people do not talk."""

import polars as pl

from metrics.actions.actions import ActionCandidates, candidates
from metrics.actions.wording import MOST_DAYS, counted, number, short
from metrics.registry import Rule, pipeline

MIN_GAPS = 3
LOW = 0.5
PATHS = 3
TWO_HOURS = 0.25
NAME = "coordination_gap"


@pipeline(ActionCandidates)
def propose_coordination_gap(coordination: pl.LazyFrame) -> pl.LazyFrame:
    """One action for every such pair of teams; nobody is named."""
    paths = pl.col("paths").list.head(PATHS)
    first = _path(paths.list.first())
    return coordination.filter(
        pl.col("team_a") != pl.col("team_b"), pl.col("gaps") >= MIN_GAPS, pl.col("congruence") < LOW
    ).pipe(
        candidates,
        team="team_a",
        rule=pl.lit(NAME),
        item_kind=pl.lit("team_pair"),
        item_id=pl.format("{}|{}", "team_a", "team_b"),
        responsibility=pl.lit("team_coordination"),
        title=pl.format("{} and {} change the same code and hardly talk", "team_a", "team_b"),
        why=pl.format(
            "In the last 90 days {} of people, one of each team, changed the same files or files that keep "
            "changing together; {} of them left a trace of talking in a review, a ticket or a joint commit. {} "
            "who did not need each other most, above all because of {}.",
            counted(pl.col("required"), "pair"),
            pl.when(pl.col("satisfied") == 0).then(pl.lit("none")).otherwise(number(pl.col("satisfied"))),
            counted(pl.col("gaps"), "pair"),
            paths.list.eval(_path(pl.element())).list.join(", "),
        ),
        next_step=pl.format(
            "Let somebody of the other team review the next change of {}, and settle which team it belongs to.",
            first,
        ),
        actor_team="team_a",
        days_saved=(pl.col("gaps") * TWO_HOURS).clip(0.1, MOST_DAYS).round(1),
        basis=pl.lit("two hours of work done twice or undone for each of these pairs, at most 5 days"),
        confidence=pl.lit(0.4),
    )


def _path(file: pl.Expr) -> pl.Expr:
    """The end of the path in `<source>:<name>:<path>`."""
    return short(file.str.extract(r"^[^:]*:[^:]*:(.*)$"))


RULE = Rule(
    name=NAME,
    title="Coordination gap between teams",
    responsibility="team_coordination",
    definition=(
        f"Pairs of teams with {MIN_GAPS} or more pairs of people who need each other strongly (top quartile of all "
        "requirements of the last 90 days) and left no trace of talking, where fewer than half of all required pairs "
        "did; teams that are too small to be shown left out."
    ),
    propose=propose_coordination_gap,
)
