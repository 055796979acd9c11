"""Draw agreement: a forest plot by code, the model's distance to people, a confusion heat map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from semcode.evaluate import AgreementReport, AgreementRow, CodeName, GapRow
from semcode.evaluate.words import number, with_interval
from semcode.findings.axes import (
    base_layout,
    category_axis,
    checked,
    grouped_rows,
    level_color,
    level_title,
    plot_text,
    row_axis,
    rows_height,
    stripe,
    value_axis,
)
from semcode.findings.data import ReportCode
from semcode.records import Level

__all__ = ["confused_names", "confusion_heatmap", "forest", "gap_forest", "heatmap_width"]

_MARKS = (0.667, 0.8)
_MOST_CODES = 40


def forest(
    codes: Sequence[CodeName], rows: Sequence[AgreementRow], levels: Sequence[AgreementRow]
) -> dict[str, Any]:
    """Draw alpha with its interval for each code, and for each level beside its heading."""
    ticks, places, n_rows = grouped_rows(_report_codes(codes))
    heads = _heads(codes, places)
    by_level = {row.label: row for row in levels}
    traces = [
        _points(
            [
                (heads[level], row, _hover(row, level_title(level)))
                for level in heads
                if level is not None and (row := by_level.get(level.value)) is not None
            ],
            [level_color(level) for level in heads if level and level.value in by_level],
            symbol="diamond",
            size=12,
        ),
        _points(
            [
                (place, row, _hover(row, code.name))
                for code, place, row in zip(codes, places, rows, strict=True)
            ],
            [level_color(code.level) for code in codes],
            symbol="circle",
            size=9,
        ),
    ]
    low = min((row.ci["krippendorff_alpha"][0] for row in rows if _has(row)), default=0.0)
    low = min([low, *(v for row in rows if (v := row.values["krippendorff_alpha"]) is not None)])
    layout = _forest_layout(ticks, n_rows, min(-0.05, low - 0.05), 1.04, "Krippendorff’s alpha")
    layout["shapes"] = [
        *(
            stripe(level_color(code.level), place)
            for code, place in zip(codes, places, strict=True)
        ),
        *(_line(value, n_rows, dashed=True) for value in _MARKS),
    ]
    layout["annotations"] = [
        {
            "x": layout["xaxis"]["range"][0],
            "y": place,
            "xanchor": "left",
            "text": "not used" if not row.n_positive else "undefined",
            "showarrow": False,
            "font": {"size": 12, "color": "var(--soft)"},
        }
        for place, row in zip(places, rows, strict=True)
        if row.values["krippendorff_alpha"] is None
    ]
    return checked(traces, layout)


def gap_forest(codes: Sequence[CodeName], gaps: Sequence[GapRow]) -> dict[str, Any]:
    """Draw, for each code, how far the model's agreement with people is from theirs."""
    ticks, places, n_rows = grouped_rows(_report_codes(codes))
    known = [
        (place, code, gap)
        for code, place, gap in zip(codes, places, gaps, strict=True)
        if gap.gap is not None
    ]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [gap.gap for _, _, gap in known],
        "y": [place for place, _, _ in known],
        "error_x": _errors([(gap.gap, gap.interval) for _, _, gap in known]),
        "marker": {
            "color": [level_color(code.level) for _, code, _ in known],
            "size": 9,
            "symbol": ["circle" if gap.interval else "circle-open" for _, _, gap in known],
        },
        "hovertext": [
            f"<b>{plot_text(code.name, width=60)}</b><br>people {number(gap.people)}, model "
            f"{number(gap.model)}, difference {number(gap.gap)}"
            for _, code, gap in known
        ],
        "hoverinfo": "text",
    }
    ends = [end for _, _, gap in known for end in (gap.interval or (gap.gap, gap.gap))]
    low = min([-0.2, *(end for end in ends if end is not None)])
    high = max([0.2, *(end for end in ends if end is not None)])
    layout = _forest_layout(
        ticks, n_rows, low - 0.05, high + 0.05, "Alpha with the model less alpha among people"
    )
    layout["shapes"] = [
        *(
            stripe(level_color(code.level), place)
            for code, place in zip(codes, places, strict=True)
        ),
        _line(0, n_rows, dashed=False),
    ]
    return checked([trace], layout)


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
    n = len(codes)
    names = [plot_text(code.name, width=60, lines=2) for code in codes]
    shown: list[list[int | None]] = [
        [None if row == column else int(counts[row, column]) for column in range(n)]
        for row in range(n)
    ]
    hover = [
        [
            f"<b>{names[row]}</b><br>both coders gave it {int(counts[row, row]):,} times"
            if row == column
            else f"<b>{names[row]}</b> for <b>{names[column]}</b><br>{int(counts[row, column]):,} "
            "times"
            for column in range(n)
        ]
        for row in range(n)
    ]
    cells = [
        [
            str(int(counts[row, column])) if row != column and counts[row, column] else ""
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
    ticks = {place: plot_text(code.name) for place, code in enumerate(codes)}
    labels = [code.name for code in codes]
    layout = base_layout(rows_height(ticks, n) + 40 + 7 * min(28, max(map(len, labels))))
    layout["xaxis"] = {
        **category_axis(labels),
        "side": "top",
        "ticktext": [plot_text(label, width=28, lines=1) for label in labels],
        "tickangle": -90,
    }
    layout["yaxis"] = row_axis(ticks, n)
    layout["shapes"] = [
        *(stripe(level_color(code.level), place) for place, code in enumerate(codes)),
        *(_diagonal(place, n) for place in range(n)),
    ]
    layout["annotations"] = [
        {
            "x": place,
            "y": place,
            "text": f"{int(counts[place, place])}",
            "showarrow": False,
            "font": {"size": 12, "color": "var(--soft)"},
        }
        for place in range(n)
    ]
    return checked([trace], layout)


def heatmap_width(report: AgreementReport) -> int:
    """Return the width in pixels below which two codes' labels would touch."""
    return 300 + 24 * len(confused_names(report))


def _report_codes(codes: Sequence[CodeName]) -> list[ReportCode]:
    return [ReportCode(code.name, code.level, (code.name,), "") for code in codes]


def _heads(codes: Sequence[CodeName], places: Sequence[int]) -> Mapping[Level | None, int]:
    """Give the row of each level's heading: the one above its first code."""
    heads: dict[Level | None, int] = {}
    for code, place in zip(codes, places, strict=True):
        heads.setdefault(code.level, place - 1)
    return heads


def _has(row: AgreementRow) -> bool:
    return "krippendorff_alpha" in row.ci


def _points(
    items: Sequence[tuple[int, AgreementRow, str]],
    colors: Sequence[str],
    *,
    symbol: str,
    size: int,
) -> dict[str, Any]:
    """Draw values with their intervals; hollow where there is no interval."""
    kept = [
        (place, row, hover, color)
        for (place, row, hover), color in zip(items, colors, strict=True)
        if row.values["krippendorff_alpha"] is not None
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row.values["krippendorff_alpha"] for _, row, _, _ in kept],
        "y": [place for place, _, _, _ in kept],
        "error_x": _errors(
            [
                (row.values["krippendorff_alpha"], row.ci.get("krippendorff_alpha"))
                for _, row, _, _ in kept
            ]
        ),
        "marker": {
            "color": [color for _, _, _, color in kept],
            "size": size,
            "symbol": [symbol if _has(row) else f"{symbol}-open" for _, row, _, _ in kept],
        },
        "cliponaxis": False,
        "hovertext": [hover for _, _, hover, _ in kept],
        "hoverinfo": "text",
    }


def _errors(
    values: Sequence[tuple[float | None, tuple[float, float] | None]],
) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [i[1] - v if i and v is not None else 0 for v, i in values],
        "arrayminus": [v - i[0] if i and v is not None else 0 for v, i in values],
        "thickness": 1.6,
        "width": 0,
        "color": "var(--soft)",
    }


def _hover(row: AgreementRow, name: str) -> str:
    positive = row.more.get("positive_agreement")
    return (
        f"<b>{plot_text(name, width=60)}</b><br>alpha {with_interval(row, 'krippendorff_alpha')}"
        f"<br>AC1 {with_interval(row, 'gwet_ac1')}<br>positive agreement "
        f"{number(positive if isinstance(positive, float) else None)}<br>on {row.n_positive:,} of "
        f"{row.n:,} units"
    )


def _forest_layout(
    ticks: dict[int, str], n_rows: int, low: float, high: float, title: str
) -> dict[str, Any]:
    layout = base_layout(rows_height(ticks, n_rows) + 20)
    layout["xaxis"] = {
        **value_axis(),
        "range": [low, high],
        "title": {"text": title},
        "side": "top",
        "nticks": 8,
        "tickformat": ".1f",
    }
    layout["yaxis"] = row_axis(ticks, n_rows)
    return layout


def _line(value: float, n_rows: int, *, dashed: bool) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": value,
        "x1": value,
        "y0": -0.5,
        "y1": n_rows - 0.5,
        "line": {"color": "var(--rule-strong)", "width": 1, "dash": "dot" if dashed else "solid"},
        "layer": "below",
    }


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
