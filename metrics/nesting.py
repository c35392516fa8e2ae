"""Teams inside teams: what belongs to a team belongs to the teams above it, too, and counts there once."""

import polars as pl

DEPTH = 8
"""How many teams above a team are looked at: enough for any company, and the end of parents in a circle."""


def with_teams_above(rows: pl.LazyFrame, teams: pl.LazyFrame, team: str = "team") -> pl.LazyFrame:
    """The rows, and each of them again for every team above its own; none of them twice."""
    above = teams.drop_nulls("parent").select(pl.col("team").alias(team), "parent")
    levels = [rows]
    for _ in range(DEPTH):
        higher = levels[-1].join(above, on=team).with_columns(pl.col("parent").alias(team)).drop("parent")
        levels.append(higher.select(rows.collect_schema().names()))
    return pl.concat(levels).unique()
