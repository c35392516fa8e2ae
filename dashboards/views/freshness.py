"""How fresh the data is, and how the last runs went."""

import polars as pl

from dashboards import data
from dashboards.parts import empty, words
from dashboards.parts.card import card
from dashboards.parts.table import Column, table
from dashboards.queries import about


def draw() -> None:
    """Draw the sources, the runs and the streams."""
    sql = about.FRESHNESS
    sources = data.rows(sql)
    with card("Sources", sql=sql, frame=sources, key="sources"):
        if sources.is_empty():
            empty.nothing_here("Nothing was collected yet.", "leadline collect")
        else:
            _sources(sources)
    runs = data.rows(about.RUNS)
    with card("Runs, the last one first", sql=about.RUNS, frame=runs, key="runs"):
        table(
            runs,
            {
                "started_at": Column("Began (UTC)", "instant", width=128),
                "status": Column("Outcome", width=62),
                "seconds": Column("Took", "seconds", width=55),
                "rows": Column("Rows", "count", width=62),
                "requests": Column("Requests", "count", width=70),
                "error": Column("What went wrong", width=520),
            },
            alt="The last runs with their outcome",
            rows=12,
        )
    streams = data.rows(about.STREAMS)
    with card("When each stream last had something new", sql=about.STREAMS, frame=streams, key="streams"):
        table(
            streams,
            {
                "scope": Column("Repository or project", width=170),
                "stream": Column("Stream", width=100),
                "updated_at": Column("Changed (UTC)", "instant", width=135),
                "source": Column("Source", width=80),
            },
            alt="The streams of each source and when they last had something new",
            rows=12,
        )


def _sources(sources: pl.DataFrame) -> None:
    shown = sources.with_columns(
        ago=pl.Series([words.ago(changed_at) for changed_at in sources["changed_at"]], dtype=pl.String)
    )
    table(
        shown,
        {
            "source": Column("Source", width=85),
            "ago": Column("Last news", width=100, help="When it last had something new"),
            "changed_at": Column("At (UTC)", "instant", width=140),
            "status": Column("Last run", width=80),
            "scopes": Column("Repositories, projects", "count", width=140),
            "requests": Column("Requests", "count", width=70, help="Of all runs that are known"),
            "error": Column("What went wrong", width=380),
        },
        alt="When each source last had something new and how its last run went",
    )
