"""Draw which codes or categories stand in each other's place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from semcode.evaluate import AgreementReport
from semcode.findings.axes import (
    base_layout,
    category_axis,
    checked,
    level_color,
    plot_text,
    row_axis,
    rows_height,
    stripe,
)
from semcode.wording import counted

__all__ = ["confused_names", "confusion_heatmap", "heatmap", "heatmap_width"]

_MOST_CODES = 40


def confused_names(report: AgreementReport) -> list[int]:
    """Choose the codes that were confused with any other (the worst, where they are many)."""
    matrix = report.matrix
    crossed = matrix.sum(axis=1) - matrix.diagonal()
    found = [index for index in range(len(report.codes)) if crossed[index]]
    if len(found) > _MOST_CODES:
        found = sorted(sorted(found, key=lambda index: -int(crossed[index]))[:_MOST_CODES])
    return found


def confusion_heatmap(report: AgreementReport) -> dict[str, Any]:
    """Draw how often two codes stand in each other's place; agreements on the diagonal."""
    chosen = confused_names(report)
    codes = [report.codes[index] for index in chosen]
    counts = report.matrix[chosen][:, chosen]
    return heatmap(
        [code.name for code in codes],
        counts.tolist(),
        colors=[level_color(code.level) for code in codes],
        both="both coders gave it",
    )


def heatmap(
    labels: Sequence[str], counts: Sequence[Sequence[int]], *, colors: Sequence[str], both: str
) -> dict[str, Any]:
    """Draw a symmetric table of counts; `both` says what the diagonal counts."""
    n = len(labels)
    names = [plot_text(label, width=60, lines=2) for label in labels]
    shown: list[list[int | None]] = [
        [None if row == column else counts[row][column] for column in range(n)] for row in range(n)
    ]
    hover = [
        [
            f"<b>{names[row]}</b><br>{both} {counted(counts[row][row], 'time')}"
            if row == column
            else f"<b>{names[row]}</b> for <b>{names[column]}</b><br>"
            f"{counted(counts[row][column], 'time')}"
            for column in range(n)
        ]
        for row in range(n)
    ]
    cells = [
        [
            str(counts[row][column]) if row != column and counts[row][column] else ""
            for column in range(n)
        ]
        for row in range(n)
    ]
    trace = {
        "type": "heatmap",
        "x": list(range(n)),
        "y": list(range(n)),
        "z": shown,
        "zmin": 0,
        "zmax": max((value for row in shown for value in row if value), default=1),
        "text": cells,
        "texttemplate": "%{text}",
        "textfont": {"color": "var(--ink)"},
        "hovertext": hover,
        "hoverinfo": "text",
        "hoverongaps": False,
        "xgap": 1.5,
        "ygap": 1.5,
        "showscale": False,
        "colorscale": [[0, "var(--heat-0)"], [0.5, "var(--heat-1)"], [1, "var(--heat-2)"]],
    }
    ticks = {place: plot_text(label) for place, label in enumerate(labels)}
    layout = base_layout(rows_height(ticks, n) + 40 + 7 * min(28, max(map(len, labels))))
    layout["xaxis"] = {
        **category_axis(labels),
        "side": "top",
        "ticktext": [plot_text(label, width=28, lines=1) for label in labels],
        "tickangle": -90,
    }
    layout["yaxis"] = row_axis(ticks, n)
    layout["shapes"] = [
        *(stripe(color, place) for place, color in enumerate(colors)),
        *(_diagonal(place, n) for place in range(n)),
    ]
    layout["annotations"] = [
        {
            "x": place,
            "y": place,
            "text": f"{counts[place][place]}",
            "showarrow": False,
            "font": {"size": 12, "color": "var(--soft)"},
        }
        for place in range(n)
    ]
    return checked([trace], layout)


def heatmap_width(n: int) -> int:
    """Return the width in pixels below which labels of n columns would touch."""
    return 300 + 24 * n


def _diagonal(place: int, n: int) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": place - 0.47,
        "x1": place + 0.47,
        "y0": place - 0.47,
        "y1": min(place + 0.47, n - 0.5),
        "line": {"color": "var(--rule)", "width": 1},
        "layer": "below",
    }
