"""Draw agreement: forest plots by code and of coefficients, the model's distance to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from semcode.evaluate import AgreementRow, CodeName, GapRow
from semcode.evaluate.words import number, with_interval
from semcode.findings.axes import (
    base_layout,
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
from semcode.wording import counted

__all__ = [
    "coefficient_forest",
    "forest",
    "gap_forest",
    "narrow",
]

_MARKS = (0.667, 0.8)
_NARROW_ROW = 44


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


def coefficient_forest(
    title: str,
    items: Sequence[tuple[str, float | None, tuple[float, float] | None]],
) -> dict[str, Any]:
    """Draw named values with their intervals, one a row, the first on top."""
    n = len(items)
    ticks = {place: plot_text(name) for place, (name, _, _) in enumerate(items)}
    known = [
        (place, name, value, interval)
        for place, (name, value, interval) in enumerate(items)
        if value is not None
    ]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [value for _, _, value, _ in known],
        "y": [place for place, _, _, _ in known],
        "error_x": _errors([(value, interval) for _, _, value, interval in known]),
        "marker": {
            "color": "var(--accent)",
            "size": 9,
            "symbol": ["circle" if interval else "circle-open" for _, _, _, interval in known],
        },
        "cliponaxis": False,
        "hovertext": [
            f"<b>{plot_text(name, width=60)}</b><br>{number(value)}"
            + (f" [{number(interval[0])}, {number(interval[1])}]" if interval else "")
            for _, name, value, interval in known
        ],
        "hoverinfo": "text",
    }
    ends = [end for _, _, value, interval in known for end in (interval or (value, value))]
    layout = _forest_layout(ticks, n, min([-0.05, *(end - 0.05 for end in ends)]), 1.04, title)
    layout["shapes"] = [_line(value, n, dashed=True) for value in _MARKS]
    layout["annotations"] = [
        {
            "x": layout["xaxis"]["range"][0],
            "y": place,
            "xanchor": "left",
            "text": "undefined",
            "showarrow": False,
            "font": {"size": 12, "color": "var(--soft)"},
        }
        for place, (_, value, _) in enumerate(items)
        if value is None
    ]
    return checked([trace], layout)


def narrow(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Return a forest plot for a narrow screen: each name above its line, not beside it."""
    found = deepcopy(dict(figure))
    layout = found["layout"]
    axis = layout["yaxis"]
    names = list(zip(axis["tickvals"], axis["ticktext"], strict=True))
    layout["annotations"] = [
        *layout.get("annotations", ()),
        *(
            {
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "y": place - 0.36,
                "text": text.replace("<br>", " "),
                "showarrow": False,
                "font": {"size": 12},
            }
            for place, text in names
        ),
    ]
    axis["showticklabels"] = False
    axis["ticks"] = ""
    axis["range"] = [axis["range"][0], axis["range"][1] - 0.4]
    layout["height"] = round(_NARROW_ROW * len(names) + 90)
    layout["xaxis"]["nticks"] = 5
    return found


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
        f"{counted(row.n, 'unit')}"
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
