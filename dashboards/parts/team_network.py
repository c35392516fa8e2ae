"""Teams as a network: a dot each, a line where their work depends on each other, hot where they do not talk."""

from typing import Any

import polars as pl

from dashboards.parts import colors, words

LETTERS = 22
"""What fits beside a dot."""


def option(pairs: pl.DataFrame) -> dict[str, Any]:
    """The ECharts option; `pairs` are rows of `metrics.coordination`, those of a team with itself included."""
    across = pairs.filter(pl.col("team_a") != pl.col("team_b"), pl.col("required") > 0)
    ends = [pairs.select(team=f"team_{end}", people=f"people_{end}") for end in ("a", "b")]
    teams = pl.concat(ends).group_by("team").agg(pl.col("people").max()).sort("team")
    most = across.select(pl.col("required").max()).item() or 1
    return {
        "tooltip": {"renderMode": "richText", "confine": True},
        "series": [
            {
                "type": "graph",
                "layout": "circular",
                "left": 120,
                "right": 120,
                "top": 60,
                "bottom": 60,
                "animation": False,
                "emphasis": {"focus": "adjacency"},
                "label": {"show": True, "position": "bottom", "fontSize": 12, "color": colors.text()},
                "lineStyle": {"curveness": 0.12, "opacity": 0.85},
                "data": [_node(row) for row in teams.iter_rows(named=True)],
                "links": [_link(row, most) for row in across.iter_rows(named=True)],
            }
        ],
    }


def _node(row: dict[str, Any]) -> dict[str, Any]:
    people = row["people"]
    told = "too small to show" if people is None else words.count(people, "member")
    return {
        "id": row["team"],
        "name": row["team"] if len(row["team"]) <= LETTERS else f"{row['team'][: LETTERS - 1]}…",
        "symbolSize": min(14 + 3 * (people or 0) ** 0.5 * 2, 60),
        "itemStyle": {"color": colors.category(0)},
        "tooltip": {"formatter": f"{_safe(row['team'])}\n{told}"},
    }


def _link(row: dict[str, Any], most: int) -> dict[str, Any]:
    talk = row["congruence"]
    known = "nobody knows whether they talk" if talk is None else f"{words.share(talk)} of them talk"
    told = f"{words.count(row['required'], 'pair')} of people depend on each other, {known}"
    return {
        "source": row["team_a"],
        "target": row["team_b"],
        "lineStyle": {
            "width": 1.5 + 8 * row["required"] / most,
            "color": colors.category(6) if talk is None else colors.heat(1 - talk),
            "type": "dashed" if talk == 0 else "solid",
        },
        "tooltip": {"formatter": f"{_safe(row['team_a'])} – {_safe(row['team_b'])}\n{told}"},
    }


def _safe(text: str) -> str:
    """A name for a tooltip; braces are placeholders of ECharts."""
    return text.replace("{", "(").replace("}", ")")
