"""Draw the report's own SVG (circles, lines, curves, text) onto axes, with its style sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from semcode.findings import page

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_svg"]

_RULE = re.compile(r"\.drawing \.([\w-]+) \{([^}]*)\}")
_NUMBER = re.compile(r"-?[\d.]+")
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}

Color = Callable[[str], str]


def draw_svg(axes: Axes, svg: str, *, color: Color, points: float) -> None:
    """Draw what `svg` holds, in its own units; a unit is so many `points` on paper.

    `color` gives the colour of a value such as var(--ink). Raises ValueError for an element
    that the report's drawings do not have.
    """
    from defusedxml.ElementTree import fromstring

    for order, element in enumerate(fromstring(svg)):
        look = _look(element)
        match element.tag:
            case "circle":
                _circle(axes, look, color, order, points)
            case "line" | "path":
                _line(axes, element, look, color, order, points)
            case "text":
                _text(axes, element, look, color, order, points)
            case other:
                raise ValueError(f"a drawing holds {other!r}")


@cache
def _rules() -> Mapping[str, Mapping[str, str]]:
    return {
        name: dict(re.findall(r"([\w-]+): ([^;]+);", body))
        for name, body in _RULE.findall(page.asset("findings.css"))
    }


def _look(element: Element) -> dict[str, str]:
    """Give an element's style: its classes' rules, then its own attributes."""
    look: dict[str, str] = {}
    for name in element.get("class", "").split():
        look |= _rules().get(name, {})
    return look | dict(element.attrib)


def _circle(axes: Axes, look: Mapping[str, str], color: Color, order: int, points: float) -> None:
    from matplotlib.patches import Circle

    fill = look.get("fill", "none")
    axes.add_patch(
        Circle(
            (float(look["cx"]), float(look["cy"])),
            float(look["r"]),
            facecolor="none" if fill == "none" else color(fill),
            edgecolor=color(look["stroke"]) if "stroke" in look else "none",
            linewidth=float(look.get("stroke-width", 1)) * points,
            zorder=2 + order / 10_000,
        )
    )


def _line(
    axes: Axes, element: Element, look: Mapping[str, str], color: Color, order: int, points: float
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if element.tag == "line":
        spots = [(float(look[f"x{n}"]), float(look[f"y{n}"])) for n in (1, 2)]
        moves = [Path.MOVETO, Path.LINETO]
    else:  # a quadratic curve: M x y Q x y x y
        numbers = [float(number) for number in _NUMBER.findall(look["d"])]
        spots = list(zip(numbers[::2], numbers[1::2], strict=True))
        moves = [Path.MOVETO, Path.CURVE3, Path.CURVE3]
    dashes = [float(n) * points for n in _NUMBER.findall(look.get("stroke-dasharray", ""))]
    axes.add_patch(
        PathPatch(
            Path(spots, moves),
            facecolor="none",
            edgecolor=color(look["stroke"]),
            alpha=float(look.get("stroke-opacity", 1)),
            linewidth=float(look.get("stroke-width", 1)) * points,
            linestyle=(0, dashes) if dashes else "solid",
            zorder=2 + order / 10_000,
        )
    )


def _text(
    axes: Axes, element: Element, look: Mapping[str, str], color: Color, order: int, points: float
) -> None:
    from matplotlib.patheffects import withStroke

    halo = withStroke(linewidth=2, foreground=color("var(--paper)"))
    axes.text(
        float(look["x"]),
        float(look["y"]),
        element.text or "",
        fontsize=float(look["font-size"]) * points,
        fontweight="bold" if float(look.get("font-weight", 400)) > 500 else "normal",
        ha=_ANCHORS[look.get("text-anchor", "start")],
        va="baseline",
        alpha=float(look.get("opacity", 1)),
        color=color("var(--ink)"),
        path_effects=[halo] if "halo" in element.get("class", "") else None,
        zorder=2 + order / 10_000,
    )
