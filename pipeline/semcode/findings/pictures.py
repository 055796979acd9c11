"""Draw figures as pictures, for documents: what a page draws with plotly, at 200 dots an inch."""

from __future__ import annotations

import html
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any

from semcode.findings import page
from semcode.findings.blocks import Drawing, Figure
from semcode.findings.drawn import draw_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["drawing_pictures", "figure_pictures"]

_DPI = 200
_ROW = 0.19  # inches of a row of a heat map, for labels of 7.5 points
_MOST_ROWS = 27  # of a picture that fits on a page laid on its side
_LABEL = 38
_LETTER = 0.075  # inches of a letter of 7.5 points, on average
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_AREAS = {"circle": "o", "diamond": "D", "square": "s", "triangle-up": "^", "cross": "P"}
_LOCK = threading.Lock()  # matplotlib's settings are those of the process


def figure_pictures(figure: Figure, *, width: float) -> tuple[bytes, ...]:
    """Draw a heat map or lines as PNG, `width` inches wide; a tall heat map as several."""
    spec = figure.spec
    traces: Sequence[Mapping[str, Any]] = spec["data"]
    if traces[0]["type"] == "heatmap":
        return _heat_maps(traces[0], spec["layout"], width)
    height = min(width * 0.62, spec["layout"]["height"] / 96)

    def draw(axes: Axes) -> None:
        _scatter(axes, traces, spec["layout"])

    return (_picture(draw, width, height),)


def drawing_pictures(drawing: Drawing, *, width: float) -> tuple[bytes, ...]:
    """Draw a drawing as PNG, `width` inches wide."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing.svg)
    if box is None:
        raise ValueError("a drawing has no viewBox")
    across, down = float(box[1]), float(box[2])

    def draw(axes: Axes) -> None:
        axes.set_axis_off()
        axes.set(xlim=(0, across), ylim=(down, 0))
        axes.set_position((0, 0, 1, 1))
        draw_svg(axes, drawing.svg, color=_color, points=width * 72 / across)

    return (_picture(draw, width, width * down / across, tight=False),)


def _picture(
    draw: Callable[[Axes], None], width: float, height: float, *, tight: bool = True
) -> bytes:
    with _settings():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Canvas

        canvas = Canvas(figsize=(width, height), dpi=_DPI, layout="constrained" if tight else None)
        FigureCanvasAgg(canvas)
        draw(canvas.add_subplot())
        whole = BytesIO()
        canvas.savefig(whole, format="png", metadata={"Software": None})
    return whole.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    """Take text as text, dollar signs too; a letter that the font lacks becomes a box, silently."""
    import matplotlib as mpl

    chosen: Any = {"text.parse_math": False, "font.family": "DejaVu Sans", "font.size": 8}
    with _LOCK, mpl.rc_context(chosen), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


@cache
def _colors() -> Mapping[str, str]:
    """Read the light colours of the report's style sheet, where they are said once."""
    sheet = page.asset("report.css")
    root = sheet[: sheet.index("}")]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-fA-F]{3,8});", root))


def _color(value: str) -> str:
    found = _VARIABLE.fullmatch(value)
    return _colors()[found[1]] if found else value


def _plain(text: str) -> str:
    """Give what plotly shows: its line breaks and escaped text, without marks for bold."""
    broken = text.replace("<br>", "\n").replace("<b>", "").replace("</b>", "")
    return html.unescape(broken)


def _heat_maps(
    trace: Mapping[str, Any], layout: Mapping[str, Any], width: float
) -> tuple[bytes, ...]:
    rows = len(trace["z"])
    parts = ceil(rows / _MOST_ROWS)
    size = ceil(rows / parts)
    made = []
    for first in range(0, rows, size):
        last = min(first + size, rows)
        longest = max(len(_plain(text)) for text in layout["xaxis"]["ticktext"])
        head = 0.35 + (_LETTER * longest if _upright(layout, width) else 0.15)

        def draw(axes: Axes, first: int = first, last: int = last) -> None:
            _heat_map(axes, trace, first, last)
            _named(axes, layout, first, last, upright=_upright(layout, width))

        made.append(_picture(draw, width, _ROW * (last - first) + head))
    return tuple(made)


def _upright(layout: Mapping[str, Any], width: float) -> bool:
    """Tell whether columns are too narrow for their names."""
    names = [_plain(text) for text in layout["xaxis"]["ticktext"]]
    return _LETTER * max(map(len, names)) > 0.68 * width / len(names)


def _heat_map(axes: Axes, trace: Mapping[str, Any], first: int, last: int) -> None:
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap

    values = np.array(trace["z"], dtype=float)[first:last]
    stops = [(at, _color(color)) for at, color in trace["colorscale"]]
    scale = LinearSegmentedColormap.from_list("", stops)
    whole = scale.with_extremes(bad=_color("var(--paper)"))
    drawn = axes.pcolormesh(
        np.arange(values.shape[1] + 1) - 0.5,
        np.arange(first, last + 1) - 0.5,
        np.ma.masked_invalid(values),
        cmap=whole,
        vmin=trace["zmin"],
        vmax=trace["zmax"],
        edgecolors=_color("var(--paper)"),
        linewidth=1.2,
    )
    axes.set_ylim(last - 0.5, first - 0.5)
    for row, texts in enumerate(trace["text"][first:last], first):
        for column, text in enumerate(texts):
            if text:
                axes.text(column, row, _plain(text), ha="center", va="center", fontsize=7)
    bar = axes.figure.colorbar(drawn, ax=axes, fraction=0.05, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    told = trace["colorbar"]
    bar.ax.tick_params(labelsize=7, length=2)
    if told["tickformat"].endswith("%"):
        from matplotlib.ticker import PercentFormatter

        bar.ax.yaxis.set_major_formatter(PercentFormatter(1, int(told["tickformat"][1])))


def _named(axes: Axes, layout: Mapping[str, Any], first: int, last: int, *, upright: bool) -> None:
    """Write the rows' names with headings of levels in bold, and the columns' above."""
    from matplotlib.patches import Rectangle

    across, down = layout["xaxis"], layout["yaxis"]
    axes.xaxis.tick_top()
    axes.set_xticks(
        across["tickvals"],
        [_plain(text) for text in across["ticktext"]],
        rotation=90 if upright else 0,
        fontsize=7.5,
    )
    named = [
        (row, text)
        for row, text in zip(down["tickvals"], down["ticktext"], strict=True)
        if first <= row < last
    ]
    labels = [_plain(text).replace("\n", " ") for _, text in named]
    cut = [t if len(t) <= _LABEL else t[: _LABEL - 1].rstrip() + "…" for t in labels]
    axes.set_yticks([row for row, _ in named], cut, fontsize=7.5)
    for label, (_, text) in zip(axes.get_yticklabels(), named, strict=True):
        label.set_fontweight("bold" if text.startswith("<b>") else "normal")
    axes.tick_params(length=0)
    axes.tick_params(axis="y", pad=11)
    axes.spines[:].set_visible(False)
    for shape in layout.get("shapes", ()):
        middle = (shape["y0"] + shape["y1"]) / 2
        if first <= middle < last:
            axes.add_patch(
                Rectangle(
                    (-0.012, shape["y0"]),
                    0.008,
                    shape["y1"] - shape["y0"],
                    transform=axes.get_yaxis_transform(),
                    color=_color(shape["fillcolor"]),
                    clip_on=False,
                )
            )


def _scatter(axes: Axes, traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> None:
    from matplotlib.ticker import MaxNLocator

    before: Mapping[str, Any] | None = None
    for trace in traces:
        if trace.get("fill") == "tonexty" and before is not None:
            shade = _color(trace["fillcolor"])
            axes.fill_between(trace["x"], before["y"], trace["y"], color=shade, linewidth=0)
        elif trace["mode"] == "markers":
            _points(axes, trace)
        elif trace["line"].get("width"):
            mark = "o" if "markers" in trace["mode"] else ""
            color = _color(trace["line"]["color"])
            axes.plot(trace["x"], trace["y"], color=color, linewidth=1.5, marker=mark, markersize=3)
        before = trace
    if layout.get("showlegend"):
        axes.set_axis_off()
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, fontsize=6.5, frameon=False
        )
        return
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=_color("var(--rule)"), linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(layout["xaxis"]["title"]["text"])
    axes.set_ylabel(layout["yaxis"]["title"]["text"])
    axes.set_xlim(*layout["xaxis"]["range"])
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for note in layout.get("annotations", ()):
        axes.annotate(
            _plain(note["text"]),
            (1, note["y"]),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=_color(note["font"]["color"]),
            annotation_clip=False,
        )


def _points(axes: Axes, trace: Mapping[str, Any]) -> None:
    look = trace["marker"]
    axes.plot(
        trace["x"],
        trace["y"],
        linestyle="",
        marker=_AREAS[look["symbol"]],
        markersize=look["size"] / 2,
        markeredgewidth=0,
        alpha=look["opacity"],
        color=_color(look["color"]),
        label=_plain(trace["name"]),
    )
