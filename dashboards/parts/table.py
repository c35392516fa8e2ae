"""Tables of items: the columns that are named, in their order, as high as their rows, numbers as people read them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import polars as pl
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboards.parts import words

ROW = 30
"""Height of a row in pixels."""

Kind = Literal[
    "text", "count", "percent", "change", "bar", "seconds", "span", "hours", "flag", "list", "instant", "day", "link"
]


_NUMBER, _TIME = st.column_config.NumberColumn, st.column_config.DatetimeColumn

_KINDS: Mapping[Kind, Callable[..., ColumnConfig]] = {
    "text": st.column_config.TextColumn,
    "count": partial(_NUMBER, format="localized"),
    "percent": partial(_NUMBER, format="%.0f %%"),
    "change": _NUMBER,
    "bar": partial(st.column_config.ProgressColumn, min_value=0, max_value=100, format="%.0f %%"),
    "seconds": partial(_NUMBER, format="%.1f s"),
    "span": _NUMBER,
    "hours": _NUMBER,
    "flag": st.column_config.CheckboxColumn,
    "list": st.column_config.ListColumn,
    "instant": partial(_TIME, format="D MMM YYYY, HH:mm"),
    "day": partial(st.column_config.DateColumn, format="D MMM YYYY"),
    "link": partial(st.column_config.LinkColumn, display_text=":material/open_in_new:"),
}

_WORDS: Mapping[str, Callable[[float], str]] = {
    "change": words.change,
    "span": words.span,
    "hours": partial(words.span, working=True),
}


@dataclass(frozen=True)
class Column:
    """How one column is shown: its heading, kind, width in pixels, and what it means."""

    title: str
    kind: Kind = "text"
    width: int | None = None
    help: str | None = None


def table(
    frame: pl.DataFrame,
    columns: Mapping[str, Column],
    *,
    alt: str,
    rows: int = 14,
    key: str | None = None,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Draw the named columns of a frame; at most `rows` rows are seen without scrolling.

    Columns of kind `percent`, `change` and `bar` hold shares, 1 being the whole; those of kind `span` hold seconds and
    those of kind `hours` seconds of the working clock; of kind `link` only web addresses are shown. With `on_select`, a
    row can be chosen.
    """
    shown = frame.select(*columns)
    shares = [name for name, column in columns.items() if column.kind in {"percent", "bar"}]
    links = [name for name, column in columns.items() if column.kind == "link"]
    web = [pl.when(pl.col(name).str.contains(r"^https?://")).then(pl.col(name)).alias(name) for name in links]
    st.dataframe(
        _styled(shown.with_columns(pl.col(shares) * 100, *web), columns),
        hide_index=True,
        row_height=ROW,
        height=ROW * min(frame.height + 1, rows + 1) + 3,
        column_config={name: _config(column) for name, column in columns.items()},
        placeholder=words.MISSING,
        alt=alt,
        key=key,
        on_select=on_select or "ignore",
        selection_mode="single-row",
    )


def _styled(frame: pl.DataFrame, columns: Mapping[str, Column]) -> Any:
    """The frame, with changes and spans of time in words where it has some: they stay numbers to be sorted by."""
    told = {name: _WORDS[column.kind] for name, column in columns.items() if column.kind in _WORDS}
    return frame.to_pandas().style.format(told, na_rep=words.MISSING) if told else frame


def short(path: str, letters: int) -> pl.Expr:
    """A column of paths with their beginning cut off where they are longer than a cell: the name stays to be seen."""
    column = pl.col(path)
    return (
        pl.when(column.str.len_chars() > letters).then("…" + column.str.tail(letters - 1)).otherwise(column).alias(path)
    )


def _config(column: Column) -> ColumnConfig:
    return _KINDS[column.kind](column.title, width=column.width, help=column.help)
