"""What views of teams share: pairs of two, short paths, and what to say where there is nothing."""

from collections.abc import Mapping

import polars as pl

from dashboards import data
from dashboards.parts import empty
from dashboards.queries import coordination


def across(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of two different teams."""
    return pairs.filter(pl.col("team_a") != pl.col("team_b"))


def short_files(column: str, repositories: Mapping[str, str], frame: pl.DataFrame) -> pl.Series:
    """Lists of `<repo_id>:<path>` as one text, repositories as they are called and only where there are several."""
    several = len(repositories) > 1

    def told(file: str) -> str:
        repo_id = max((one for one in repositories if file.startswith(f"{one}:")), key=len, default="")
        path = file[len(repo_id) + 1 :] if repo_id else file
        return f"{repositories[repo_id].rpartition('/')[2]}: {path}" if several and repo_id else path

    texts = [None if files is None else ", ".join(told(file) for file in files) for files in frame[column]]
    return pl.Series(texts, dtype=pl.String)


def nothing(why: str) -> None:
    """A card without content: why, or how teams come here where none is known at all."""
    if data.rows(coordination.KNOWN)["is_known"][0]:
        empty.nothing_here(why)
    else:
        empty.nothing_here(
            "No team is known whose people changed code lately: add `[[team]]` sections to leadline.toml.",
            "leadline run",
        )
