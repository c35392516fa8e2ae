"""Colours that a chart has to compute for itself, for the light and the dark theme."""

from collections.abc import Sequence

import streamlit as st

_HEAT = {
    "light": ("#E4EAEE", "#BFD4DF", "#F2C879", "#E58A34", "#B23A12"),
    "dark": ("#22303B", "#2F5163", "#8A6A2C", "#D2762B", "#FFB36B"),
}

CATEGORIES = {
    "light": ("#0072B2", "#D55E00", "#009E73", "#B0568C", "#8A6D00", "#3A9BD1", "#5B6776"),
    "dark": ("#4FA9DE", "#F0803C", "#2FC39A", "#DD8FBB", "#D9B23C", "#8CCBEF", "#9BA8B5"),
}
"""The categorical colours of `theme/config.toml`, for what needs them by name."""

_INK = {"light": "#17212B", "dark": "#FFFFFF"}


def mode() -> str:
    """`light` or `dark`, as the reader's theme is."""
    return "dark" if st.context.theme.type == "dark" else "light"


def category(position: int) -> str:
    """The colour of the n-th category; they repeat after seven."""
    palette = CATEGORIES[mode()]
    return palette[position % len(palette)]


def heat(share: float) -> str:
    """A colour between cold (0) and hot (1)."""
    stops = _HEAT[mode()]
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    lower = min(int(place), len(stops) - 2)
    return _mixed(stops[lower], stops[lower + 1], place - lower)


def heat_scale() -> Sequence[str]:
    """The stops from cold to hot."""
    return _HEAT[mode()]


def ink(background: str) -> str:
    """Black or white, whichever reads better on a colour."""
    red, green, blue = _parts(background)
    return "#10171E" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#FFFFFF"  # noqa: PLR2004 - of 255


def text() -> str:
    """The colour of text in the reader's theme."""
    return _INK[mode()]


def surface() -> str:
    """The background of the page in the reader's theme."""
    return "#10171E" if mode() == "dark" else "#FFFFFF"


def _mixed(first: str, second: str, place: float) -> str:
    mixed = (round(a + (b - a) * place) for a, b in zip(_parts(first), _parts(second), strict=True))
    return "#" + "".join(f"{part:02X}" for part in mixed)


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
