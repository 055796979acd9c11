"""Draw how good suggestions are: F1 by code, stated and true shares, and the learning curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from semcode.evaluate.learning_curve import Curve
from semcode.evaluate.model_quality import Estimate, Quality
from semcode.evaluate.model_report import shown
from semcode.evaluate.probabilities import Reliability
from semcode.findings.axes import (
    base_layout,
    checked,
    grouped_rows,
    level_color,
    plot_text,
    row_axis,
    rows_height,
    stripe,
    value_axis,
)
from semcode.findings.data import ReportCode
from semcode.records import Level
from semcode.wording import counted

__all__ = ["by_level", "code_forest", "curve_figure", "reliability_figure"]

Interval = tuple[float, float] | None


def by_level(rows: Sequence[Quality]) -> list[Quality]:
    """Order codes by level, as every page does; codes without one come last."""
    order = {level.value: place for place, level in enumerate(Level)}
    return sorted(rows, key=lambda row: order.get(row.level or "", len(order)))


def code_forest(rows: Sequence[Quality]) -> dict[str, Any]:
    """Draw F1 with its interval for each code, grouped by level."""
    ordered = by_level(rows)
    levels = [Level(row.level) if row.level else None for row in ordered]
    codes = [
        ReportCode(row.label, level, (row.label,), "")
        for row, level in zip(ordered, levels, strict=True)
    ]
    ticks, places, n_rows = grouped_rows(codes)
    known = [
        (place, row, level, row.values["f1"])
        for place, row, level in zip(places, ordered, levels, strict=True)
        if row.values["f1"].value is not None
    ]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [f1.value for _, _, _, f1 in known],
        "y": [place for place, _, _, _ in known],
        "error_x": _spread([(f1.value or 0.0, _interval(f1)) for _, _, _, f1 in known]),
        "marker": {
            "color": [level_color(level) for _, _, level, _ in known],
            "size": 9,
            "symbol": ["circle" if f1.lower is not None else "circle-open" for *_, f1 in known],
        },
        "hovertext": [_hover(row) for _, row, _, _ in known],
        "hoverinfo": "text",
    }
    layout = base_layout(rows_height(ticks, n_rows) + 20)
    layout["xaxis"] = _share_axis("F1") | {"side": "top"}
    layout["yaxis"] = row_axis(ticks, n_rows)
    layout["shapes"] = [
        stripe(level_color(level), place) for level, place in zip(levels, places, strict=True)
    ]
    layout["annotations"] = [
        {
            "x": 0,
            "y": place,
            "xanchor": "left",
            "text": "nobody gave it",
            "showarrow": False,
            "font": {"size": 12, "color": "var(--soft)"},
        }
        for place, row in zip(places, ordered, strict=True)
        if row.values["f1"].value is None
    ]
    return checked([trace], layout)


def reliability_figure(found: Reliability) -> dict[str, Any]:
    """Draw the share that people coded against the stated probability."""
    bins = found.bins
    diagonal = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": "var(--rule-strong)", "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [b.stated for b in bins],
        "y": [b.true for b in bins],
        "error_y": _spread([(b.true, b.interval) for b in bins]),
        "marker": {"color": "var(--ink)", "size": 9},
        "hovertext": [
            f"stated {b.stated:.2f}, true {b.true:.2f}<br>{counted(b.n, 'decision')}" for b in bins
        ],
        "hoverinfo": "text",
    }
    layout = base_layout(420)
    layout["xaxis"] = _share_axis("stated probability")
    layout["yaxis"] = _share_axis("share that people coded")
    return checked([diagonal, points], layout)


def curve_figure(curve: Curve) -> dict[str, Any]:
    """Draw the mean F1 against the number of segments learned from, and what is foretold."""
    measured = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [p.units for p in curve.points],
        "y": [p.value for p in curve.points],
        "error_y": _spread([(p.value, p.interval) for p in curve.points]),
        "marker": {"color": "var(--ink)", "size": 9},
        "line": {"color": "var(--ink)", "width": 1.5},
        "hovertext": [
            f"{counted(p.participants, 'participant')}, {p.units:,.0f} segments<br>"
            f"mean F1 {p.value:.2f}"
            for p in curve.points
        ],
        "hoverinfo": "text",
    }
    told = {
        "type": "scatter",
        "mode": "markers",
        "x": [f.units for f in curve.forecasts],
        "y": [f.value for f in curve.forecasts],
        "error_y": _spread([(f.value, f.interval) for f in curve.forecasts]),
        "marker": {"color": "var(--soft)", "size": 9, "symbol": "circle-open"},
        "hovertext": [
            f"{f.units:,.0f} segments, foretold<br>mean F1 {f.value:.2f}" for f in curve.forecasts
        ],
        "hoverinfo": "text",
    }
    layout = base_layout(380)
    layout["xaxis"] = {**value_axis(), "title": {"text": "segments learned from"}}
    layout["xaxis"]["rangemode"] = "tozero"
    layout["yaxis"] = _share_axis("mean F1 over codes")
    return checked([measured, told] if curve.forecasts else [measured], layout)


def _share_axis(title: str) -> dict[str, Any]:
    return {
        **value_axis(),
        "range": [-0.02, 1.02],
        "title": {"text": title},
        "tickformat": ".1f",
        "nticks": 8,
    }


def _interval(estimate: Estimate) -> Interval:
    if estimate.lower is None or estimate.upper is None:
        return None
    return estimate.lower, estimate.upper


def _spread(values: Sequence[tuple[float, Interval]]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(i[1] - v, 0) if i else 0 for v, i in values],
        "arrayminus": [max(v - i[0], 0) if i else 0 for v, i in values],
        "thickness": 1.6,
        "width": 0,
        "color": "var(--soft)",
    }


def _hover(row: Quality) -> str:
    return (
        f"<b>{plot_text(row.label, width=60)}</b><br>F1 {shown(row.values['f1'])}<br>precision "
        f"{shown(row.values['precision'])}<br>recall {shown(row.values['recall'])}<br>coded "
        f"{counted(row.n_positive, 'time')} in {counted(row.n, 'segment')}"
    )
