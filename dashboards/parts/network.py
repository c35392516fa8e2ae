"""Files that change together, as a circle: files in the order of their folders, an arc for each pair."""

from typing import Any

import polars as pl

from dashboards.parts import colors, words

PAIRS = 60
"""Pairs that are drawn: the strongest."""

LETTERS = 15
"""What fits beside the circle."""


def option(pairs: pl.DataFrame) -> dict[str, Any]:
    """The ECharts option; `pairs` has path_a, path_b, folder_a, folder_b, degree, shared."""
    shown = pairs.head(PAIRS)
    files = (
        pl.concat(
            [
                shown.select(path="path_a", folder="folder_a", shared="shared"),
                shown.select(path="path_b", folder="folder_b", shared="shared"),
            ]
        )
        .group_by("path", "folder")
        .agg(pl.col("shared").sum())
        .sort("folder", "path")
    )
    folders = files["folder"].unique(maintain_order=True).to_list()
    return {
        "tooltip": {"renderMode": "richText", "confine": True},
        "series": [
            {
                "type": "graph",
                "layout": "circular",
                "circular": {"rotateLabel": True},
                "left": 110,
                "right": 110,
                "top": 90,
                "bottom": 90,
                "animation": False,
                "emphasis": {"focus": "adjacency"},
                "label": {"show": True, "position": "right", "fontSize": 11, "color": colors.text()},
                "lineStyle": {"curveness": 0.35, "opacity": 0.6},
                "labelLayout": {"hideOverlap": True},
                "data": [_node(row, folders.index(row["folder"])) for row in files.iter_rows(named=True)],
                "links": [_link(row, folders.index(row["folder_a"])) for row in shown.iter_rows(named=True)],
            }
        ],
    }


def _node(row: dict[str, Any], folder: int) -> dict[str, Any]:
    name = row["path"].rpartition("/")[2]
    return {
        "id": row["path"],
        "name": name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…",
        "symbolSize": min(8 + row["shared"] ** 0.5, 24),
        "itemStyle": {"color": colors.category(folder)},
        "tooltip": {"formatter": f"{_safe(row['path'])}\nfolder {_safe(row['folder'] or '(root)')}"},
    }


def _link(row: dict[str, Any], folder: int) -> dict[str, Any]:
    told = f"{row['degree']:.0f} % coupled, {words.count(row['shared'], 'shared commit')}"
    return {
        "source": row["path_a"],
        "target": row["path_b"],
        "lineStyle": {"width": max(row["degree"] / 22, 1), "color": colors.category(folder)},
        "tooltip": {"formatter": f"{_safe(row['path_a'])}\n{_safe(row['path_b'])}\n{told}"},
    }


def _safe(text: str) -> str:
    """A path for a tooltip; braces are placeholders of ECharts."""
    return text.replace("{", "(").replace("}", ")")


def takeaway(pairs: pl.DataFrame) -> str:
    """What the pairs say, in a sentence."""
    first = pairs.row(0, named=True)
    across = pairs["crosses_folder"].sum()
    return (
        f"{words.count(pairs.height, 'pair')} of files change together, {across:,} of them across folders; "
        f"the strongest is {first['path_a']} with {first['path_b']} at {first['degree']:.0f} %"
    )
