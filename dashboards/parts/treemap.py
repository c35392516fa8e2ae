"""The hotspot map: files as areas by size, folder by folder, coloured by how often they change."""

from typing import Any

import polars as pl

from dashboards.parts import colors, words
from dashboards.parts.charts import total

FILES = 1500
"""Files that are drawn on their own; the smaller ones of a folder are drawn as one."""

STEPS = (0, 1, 4, 9, 24)
"""Changes in 12 months up to which a colour reaches; the last colour is for more."""

WIDTH = 900
"""Pixels that the map is taken to be wide, to tell which tiles have room for a name."""

LETTERS, LETTER = 7, 6.0
"""As many letters have to fit into a tile, and how wide one is."""

LABELS = ("none", "1", "2–4", "5–9", "10–24", "25 or more")


def option(files: pl.DataFrame, *, repositories: dict[str, str], height: int) -> dict[str, Any]:
    """The ECharts option; `files` has repo_id, folder, path, lines, revisions_12m."""
    shown = _folded(files.filter(pl.col("lines") > 0))
    pixels = WIDTH * height / max(total(shown, "lines"), 1)
    tree = [
        _node(repositories.get(repo_id, repo_id), _inside(rows, pixels))
        for (repo_id,), rows in shown.group_by("repo_id", maintain_order=True)
    ]
    return {
        "tooltip": {"renderMode": "richText", "confine": True},
        "visualMap": {
            "type": "piecewise",
            "seriesIndex": [],
            "pieces": [{"value": n, "label": label, "color": _color(n)} for n, label in enumerate(LABELS)],
            "selectedMode": False,
            "orient": "horizontal",
            "bottom": 0,
            "left": "center",
            "itemWidth": 14,
            "itemHeight": 10,
            "itemGap": 14,
            "textStyle": {"color": colors.text()},
        },
        "series": [_series(tree[0]["children"] if len(tree) == 1 else tree)],
    }


def _series(tree: Any) -> dict[str, Any]:
    border = colors.surface()
    return {
        "type": "treemap",
        "name": "All files",
        "data": tree,
        "left": 0,
        "right": 0,
        "top": 26,
        "bottom": 32,
        "roam": False,
        "nodeClick": "zoomToNode",
        "squareRatio": 1.2,
        "visibleMin": 40,
        "animation": False,
        "breadcrumb": {
            "top": 0,
            "left": 0,
            "height": 20,
            "itemStyle": {"color": colors.heat(0), "textStyle": {"color": colors.text()}},
        },
        "label": {"show": True, "overflow": "truncate", "fontSize": 11, "padding": [2, 3]},
        "upperLabel": {"show": True, "height": 19, "color": colors.text(), "fontSize": 12, "overflow": "truncate"},
        "itemStyle": {"borderColor": border, "borderWidth": 1, "gapWidth": 1},
        "levels": [
            {"upperLabel": {"show": False}, "itemStyle": {"gapWidth": 4, "borderWidth": 0, "borderColor": border}},
            {"itemStyle": {"gapWidth": 1, "borderWidth": 2, "borderColor": border}},
            {"itemStyle": {"gapWidth": 1, "borderWidth": 1, "borderColor": border}},
        ],
    }


def step(revisions: int) -> int:
    """Which colour a number of changes gets."""
    return sum(revisions > limit for limit in STEPS)


def _color(place: int) -> str:
    return colors.heat(place / (len(LABELS) - 1))


def _folded(files: pl.DataFrame) -> pl.DataFrame:
    """The largest files as they are, the smaller ones of each folder as one row."""
    ranked = files.sort("lines", "path", descending=[True, False])
    rest = (
        ranked.slice(FILES)
        .group_by("repo_id", "folder")
        .agg(pl.len(), pl.col("lines").sum(), pl.col("revisions_12m").max())
        .with_columns(path=pl.format("{} smaller files", "len"))
    )
    kept = ["repo_id", "folder", "path", "lines", "revisions_12m"]
    return pl.concat([ranked.head(FILES).select(kept), rest.select(kept)]).sort("repo_id", "folder", "path")


def _inside(rows: pl.DataFrame, pixels: float) -> list[dict[str, Any]]:
    """The first-level folders of a repository, in them the second-level ones, in these the files."""
    parts = pl.col("folder").str.split("/")
    split = rows.with_columns(first=parts.list.first(), second=parts.list.get(1, null_on_oob=True))
    nodes = []
    for (first,), of_first in split.group_by("first", maintain_order=True):
        inner: list[dict[str, Any]] = []
        for (second,), of_second in of_first.group_by("second", maintain_order=True):
            leaves = [_leaf(row, pixels) for row in of_second.iter_rows(named=True)]
            inner += [_node(str(second), leaves)] if second else leaves
        nodes += [_node(str(first), inner)] if first else inner
    return nodes


def _node(name: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    """A folder; where it is too small to open, it has the colour of its hottest file."""
    hottest = max((child["step"] for child in children), default=0)
    return {"name": name, "children": children, "step": hottest, "itemStyle": {"color": _color(hottest)}}


def _leaf(row: dict[str, Any], pixels: float) -> dict[str, Any]:
    place = step(row["revisions_12m"] or 0)
    name = row["path"].rpartition("/")[2]
    width = (row["lines"] * pixels) ** 0.5
    return {
        "name": name,
        "value": row["lines"],
        "step": place,
        "itemStyle": {"color": _color(place)},
        "label": {"show": width > min(len(name), LETTERS) * LETTER, "color": colors.ink(_color(place))},
        "tooltip": {"formatter": _tip(row)},
    }


def _tip(row: dict[str, Any]) -> str:
    # Braces are placeholders of ECharts: a path that holds some is shown with round brackets.
    path = row["path"].replace("{", "(").replace("}", ")")
    changes = words.count(row["revisions_12m"] or 0, "change")
    return f"{path}\n{words.count(row['lines'], 'line')}, {changes} in 12 months"


def takeaway(files: pl.DataFrame) -> str:
    """What the map says, in a sentence."""
    most = max(files["revisions_12m"].drop_nulls(), default=0)
    if most <= STEPS[-1]:
        changed = words.count(files.filter(pl.col("revisions_12m") > 0).height, "file")
        told = f", none more than {words.count(most, 'time')}" if most else ""
        return f"{changed} of {files.height:,} changed in 12 months{told}"
    busy = files.filter(pl.col("revisions_12m") > STEPS[-1])
    changes, hot = total(files, "revisions_12m"), total(busy, "revisions_12m")
    return (
        f"{words.count(busy.height, 'file')} of {files.height:,} changed more than {STEPS[-1]} times in 12 months "
        f"and took {words.share(hot / changes)} of all changes"
    )
