"""Draw the map of segments, coloured by topic; the quote is shown under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from semcode.findings.axes import base_layout, checked, plot_text

__all__ = ["COLORS", "MapGroup", "topics_map"]

#: Told apart on white and on dark, by colour-blind readers together with the marker's form.
COLORS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7e57c2", "#8d6e63",
    "#e53935", "#607d8b",
)  # fmt: skip

_FORMS = ("circle", "diamond", "square", "triangle-up", "cross")
_MANY = 5_000  # points from which the graphics card draws


@dataclass(frozen=True, slots=True)
class MapGroup:
    """The points of a topic: places in [0, 1], and what is shown under the pointer.

    `name` is None for segments in no topic.
    """

    name: str | None
    x: Sequence[float]
    y: Sequence[float]
    people: Sequence[str]
    texts: Sequence[str]


def topics_map(groups: Sequence[MapGroup]) -> dict[str, Any]:
    """Draw the groups; segments in no topic are grey and lie under the others."""
    points = sum(len(group.x) for group in groups)
    kind = "scattergl" if points > _MANY else "scatter"
    named = [group for group in groups if group.name is not None]
    traces = [
        _trace(group, kind, "var(--rule-strong)", "circle", 5)
        for group in groups
        if group.name is None
    ]
    for number, group in enumerate(named):
        form = _FORMS[number // len(COLORS) % len(_FORMS)]
        traces.append(_trace(group, kind, COLORS[number % len(COLORS)], form, 7))
    layout = base_layout(560)
    for axis in ("xaxis", "yaxis"):
        layout[axis] = {
            "visible": False,
            "fixedrange": True,
            # As on the review page, where what lies low on the map has a high y.
            "range": [-0.03, 1.03] if axis == "xaxis" else [1.03, -0.03],
        }
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "y": -0.02, "font": {"size": 12}}
    layout["hovermode"] = "closest"
    return checked(traces, layout)


def _trace(group: MapGroup, kind: str, color: str, form: str, size: int) -> dict[str, Any]:
    name = "no topic" if group.name is None else plot_text(group.name, width=40, lines=1)
    return {
        "type": kind,
        "mode": "markers",
        "name": name,
        "x": list(group.x),
        "y": list(group.y),
        "marker": {"color": color, "symbol": form, "size": size, "opacity": 0.8},
        "hovertext": [
            f"<b>{name}</b><br>{plot_text(text, width=60, lines=5)}<br>{plot_text(who)}"
            for who, text in zip(group.people, group.texts, strict=True)
        ],
        "hoverinfo": "text",
    }
