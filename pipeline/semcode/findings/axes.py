"""Give the report's figures their shared dress: axes, rows under headings, escaped labels."""

from __future__ import annotations

import html
import json
import textwrap
from collections.abc import Sequence
from typing import Any

from semcode.findings.data import ReportCode
from semcode.records import Level

__all__ = [
    "CELL_TEXT_COLUMNS",
    "ROW",
    "base_layout",
    "category_axis",
    "checked",
    "grouped_rows",
    "label_room",
    "level_color",
    "level_slug",
    "level_title",
    "plot_text",
    "row_axis",
    "rows_height",
    "stripe",
    "value_axis",
]

FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Helvetica Neue', Arial, sans-serif"
ROW = 25
CELL_TEXT_COLUMNS = 16
"""Counts are written into the heat map's cells up to this many participants."""


def level_title(level: Level | None) -> str:
    """Return a level's name as a heading."""
    return level.value.capitalize() if level else "No level"


def level_slug(level: Level | None) -> str:
    """Return a level's name in CSS."""
    return level.value.replace(" ", "-") if level else "none"


def plot_text(text: str, *, width: int = 38, lines: int = 2) -> str:
    """Return text that plotly shows as it stands: escaped, wrapped, cut after some lines."""
    pieces = textwrap.wrap(" ".join(text.split()), width) or ["(no name)"]
    if len(pieces) > lines:
        pieces = [*pieces[: lines - 1], pieces[lines - 1][: width - 1].rstrip() + "…"]
    return "<br>".join(html.escape(piece, quote=False) for piece in pieces)


def grouped_rows(codes: Sequence[ReportCode]) -> tuple[dict[int, str], list[int], int]:
    """Return tick labels by row with a heading per level, each code's row, and all rows."""
    ticks: dict[int, str] = {}
    places = []
    place = 0
    for index, code in enumerate(codes):
        if index == 0 or codes[index - 1].level != code.level:
            ticks[place] = f"<b>{level_title(code.level)}</b>"
            place += 1
        ticks[place] = plot_text(code.name)
        places.append(place)
        place += 1
    return ticks, places, place


def rows_height(ticks: dict[int, str], n_rows: int) -> float:
    """Return a figure's height in pixels for rows of one or, where labels wrap, two lines."""
    wrapped = any("<br>" in text for text in ticks.values())
    return n_rows * (ROW + (10 if wrapped else 0)) + 80


def base_layout(height: float) -> dict[str, Any]:
    """Return what every figure's layout shares; colours name the style sheet's variables."""
    return {
        "height": round(height),
        "autosize": True,
        "showlegend": False,
        "dragmode": False,
        "margin": {"l": 12, "r": 12, "t": 12, "b": 12},
        "font": {"family": FONT, "size": 13, "color": "var(--ink)"},
        "paper_bgcolor": "var(--paper)",
        "plot_bgcolor": "var(--paper)",
        "hoverlabel": {
            "align": "left",
            "bgcolor": "var(--raised)",
            "bordercolor": "var(--rule-strong)",
            "font": {"family": FONT, "size": 13, "color": "var(--ink)"},
        },
    }


def value_axis() -> dict[str, Any]:
    """Return an axis of numbers."""
    return {
        "fixedrange": True,
        "automargin": True,
        "gridcolor": "var(--rule)",
        "zeroline": True,
        "zerolinecolor": "var(--rule-strong)",
        "tickfont": {"size": 12},
    }


def row_axis(ticks: dict[int, str], n_rows: int) -> dict[str, Any]:
    """Return a vertical axis of named rows, the first on top."""
    return {
        "tickmode": "array",
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "range": [n_rows - 0.5, -0.5],
        "fixedrange": True,
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 8,
        "tickcolor": "var(--paper)",
    }


def label_room(labels: Sequence[str]) -> int:
    """Return the height in pixels that a horizontal axis needs for names set upright."""
    if len(labels) <= CELL_TEXT_COLUMNS and all(len(label) <= 9 for label in labels):
        return 0
    return 8 * min(20, max(map(len, labels)))


def category_axis(labels: Sequence[str]) -> dict[str, Any]:
    """Return a horizontal axis of named columns, their names upright where they are many."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": [plot_text(label, width=20, lines=1) for label in labels],
        "tickangle": -90 if label_room(labels) else 0,
        "tickfont": {"size": 11 if len(labels) > 40 else 12},
        "range": [-0.5, len(labels) - 0.5],
        "fixedrange": True,
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }


def stripe(color: str, place: int) -> dict[str, Any]:
    """Return the mark of a level beside one row."""
    return {
        "type": "rect",
        "xref": "paper",
        "x0": -0.008,
        "x1": -0.002,
        "yref": "y",
        "y0": place - 0.47,
        "y1": place + 0.47,
        "fillcolor": color,
        "line": {"width": 0},
        "layer": "above",
    }


def level_color(level: Level | None) -> str:
    """Return the name of a level's colour in the style sheet."""
    return f"var(--level-{level_slug(level)})"


def checked(traces: list[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    """Return the figure as plain data after plotly has checked every property."""
    import plotly.graph_objects as go
    from plotly.io import to_json

    figure = go.Figure(data=traces, layout={**layout, "template": "none"})
    plain: dict[str, Any] = json.loads(to_json(figure, validate=True))
    plain["layout"].pop("template", None)
    return plain
