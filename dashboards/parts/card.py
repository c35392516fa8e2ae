"""A card: a heading that says what is seen, its definition, the way to its SQL and its CSV, and the content."""

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import streamlit as st

from dashboards.parts import links


@contextmanager
def card(title: str, *, sql: str, frame: pl.DataFrame, note: str | None = None, key: str) -> Iterator[None]:
    """Draw the frame of a card around what the block draws.

    `title` says what is seen, `note` how to read it; `sql` gives `frame`, which can be downloaded.
    """
    with st.container(border=True, key=f"card-{key}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
            st.markdown(f"**{title}**", help=note, width="stretch")
            links.to_sql(sql, key)
            st.download_button(
                "CSV",
                data=lambda: csv(frame),
                file_name=f"leadline-{key}.csv",
                mime="text/csv",
                key=f"csv-{key}",
                on_click="ignore",
                type="tertiary",
                disabled=frame.is_empty(),
                help="Download the rows behind this card",
            )
        yield


def csv(frame: pl.DataFrame) -> bytes:
    """A frame as CSV, lists joined with a comma."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(", ")).write_csv().encode()
