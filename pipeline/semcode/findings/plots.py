"""Draw the report's figures as plotly figures, with colours left to the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from semcode.findings.axes import (
    CELL_TEXT_COLUMNS,
    ROW,
    base_layout,
    category_axis,
    checked,
    grouped_rows,
    label_room,
    level_color,
    level_slug,
    level_title,
    plot_text,
    row_axis,
    rows_height,
    stripe,
    value_axis,
)
from semcode.findings.summary import CodeCount, Coverage, LevelCount, Matrix
from semcode.wording import counted

__all__ = [
    "Ring",
    "code_bars",
    "code_heatmap",
    "coverage_bars",
    "least_width",
    "level_bars",
    "rings",
]


@dataclass(frozen=True, slots=True)
class Ring:
    """One ellipse of the nested levels, in the drawing's units; `count` is what is written."""

    slug: str
    cx: float
    cy: float
    rx: float
    ry: float
    label_y: float
    title: str
    count: LevelCount


def rings(levels: Sequence[LevelCount]) -> tuple[Ring, ...]:
    """Place the five levels as nested ellipses on one foot, the outermost first."""
    drawn = []
    for place, row in enumerate([row for row in levels if row.level][::-1]):
        height, width = 452 - 82 * place, 748 - 118 * place
        top = 460 - height
        drawn.append(
            Ring(
                slug=level_slug(row.level),
                cx=380,
                cy=460 - height / 2,
                rx=width / 2,
                ry=height / 2,
                label_y=top + (38 if place < 4 else 54),
                title=level_title(row.level),
                count=row,
            )
        )
    return tuple(drawn)


def level_bars(levels: Sequence[LevelCount]) -> dict[str, Any]:
    """Draw segments and participants per level, side by side."""
    rows = list(range(len(levels)))
    ticks = [level_title(row.level) for row in levels]
    colors = [level_color(row.level) for row in levels]
    return _two_panels(
        rows,
        (
            (
                "Segments",
                [row.segments for row in levels],
                [
                    f"<b>{title}</b><br>{counted(row.segments, 'segment')} ({row.share:.0%} of all)"
                    for title, row in zip(ticks, levels, strict=True)
                ],
            ),
            (
                "Participants",
                [row.participants for row in levels],
                [
                    f"<b>{title}</b><br>{counted(row.participants, 'participant')}"
                    for title, row in zip(ticks, levels, strict=True)
                ],
            ),
        ),
        colors=colors,
        ticks=dict(zip(rows, ticks, strict=True)),
        height=ROW * len(levels) * 1.6 + 70,
        n_rows=len(levels),
    )


def code_bars(counts: Sequence[CodeCount]) -> dict[str, Any]:
    """Draw segments and participants per code under headings of levels."""
    ticks, places, n_rows = grouped_rows([row.code for row in counts])
    hover = [
        f"<b>{plot_text(row.code.name, width=60, lines=4)}</b><br>{level_title(row.code.level)}"
        f"<br>{counted(row.segments, 'segment')}, {counted(row.participants, 'participant')}"
        for row in counts
    ]
    return _two_panels(
        places,
        (
            ("Segments", [row.segments for row in counts], hover),
            ("Participants", [row.participants for row in counts], hover),
        ),
        colors=[level_color(row.code.level) for row in counts],
        ticks=ticks,
        height=rows_height(ticks, n_rows),
        n_rows=n_rows,
    )


def code_heatmap(table: Matrix) -> dict[str, Any]:
    """Draw each participant's share of segments per code; raw counts are in the hover text."""
    ticks, places, n_rows = grouped_rows(table.codes)
    width = len(table.participants)
    shares: list[list[float | None]] = [[None] * width for _ in range(n_rows)]
    hover = [[""] * width for _ in range(n_rows)]
    cells = [[""] * width for _ in range(n_rows)]
    for row, place in enumerate(places):
        name = plot_text(table.codes[row].name, width=60, lines=4)
        for column, person in enumerate(table.participants):
            n, of, share = (
                table.counts[row][column],
                table.segments[column],
                table.share(row, column),
            )
            shares[place][column] = round(share, 4)
            hover[place][column] = (
                f"<b>{name}</b><br>{plot_text(person, width=60)}<br>"
                f"{n:,} of {counted(of, 'segment')} ({share:.1%})"
            )
            cells[place][column] = str(n) if n and width <= CELL_TEXT_COLUMNS else ""
    length = min(320, rows_height(ticks, n_rows) - 80)
    most = max((share for row in shares for share in row if share), default=1)
    trace = {
        "type": "heatmap",
        "x": list(range(width)),
        "y": list(range(n_rows)),
        "z": shares,
        "zmin": 0,
        "zmax": most,
        "text": cells,
        "texttemplate": "%{text}",
        "textfont": {"color": "var(--ink)"},
        "hovertext": hover,
        "hoverinfo": "text",
        "hoverongaps": False,
        "xgap": 1.5,
        "ygap": 1.5,
        "colorscale": [[0, "var(--heat-0)"], [0.5, "var(--heat-1)"], [1, "var(--heat-2)"]],
        "colorbar": {
            "title": {
                "text": "Share of the participant’s segments" if length > 240 else "",
                "side": "right",
                "font": {"size": 12},
            },
            "tickformat": ".0%" if most >= 0.05 else ".1%",
            "thickness": 12,
            "outlinewidth": 0,
            "len": length,
            "lenmode": "pixels",
            "y": 1,
            "yanchor": "top",
            "nticks": 6 if length > 240 else 3,
        },
    }
    layout = base_layout(rows_height(ticks, n_rows) + 40 + label_room(table.participants))
    layout["xaxis"] = {**category_axis(table.participants), "side": "top"}
    layout["yaxis"] = row_axis(ticks, n_rows)
    layout["shapes"] = [
        stripe(level_color(code.level), place)
        for code, place in zip(table.codes, places, strict=True)
    ]
    return checked([trace], layout)


def least_width(participants: int) -> int:
    """Return the width in pixels below which a participant's label would touch the next."""
    return 340 + 13 * participants if participants > CELL_TEXT_COLUMNS else 0


def coverage_bars(rows: Sequence[Coverage]) -> dict[str, Any]:
    """Draw the share of each participant's segments that has no suggestion."""
    trace = {
        "type": "bar",
        "x": list(range(len(rows))),
        "y": [round(row.share, 4) for row in rows],
        "text": [f"{row.share:.0%}" for row in rows] if len(rows) <= CELL_TEXT_COLUMNS else None,
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": [
            f"<b>{plot_text(row.participant, width=60)}</b><br>"
            f"{row.uncoded:,} of {counted(row.segments, 'segment')} ({row.share:.1%}) not coded"
            for row in rows
        ],
        "hoverinfo": "text",
        "width": 0.66 if len(rows) > 4 else 0.3,
        "marker": {"color": "var(--muted-bar)"},
    }
    labels = [row.participant for row in rows]
    layout = base_layout(300 + label_room(labels))
    layout["xaxis"] = category_axis(labels)
    layout["yaxis"] = {
        **value_axis(),
        "tickformat": ".0%",
        "range": [0, max(0.05, max((row.share for row in rows), default=0) * 1.2)],
        "title": {"text": "Segments not coded"},
    }
    return checked([trace], layout)


def _two_panels(
    rows: Sequence[int],
    panels: Sequence[tuple[str, Sequence[int], Sequence[str]]],
    *,
    colors: Sequence[str],
    ticks: dict[int, str],
    height: float,
    n_rows: int,
) -> dict[str, Any]:
    layout = base_layout(height)
    traces = []
    for number, ((title, values, hover), domain) in enumerate(
        zip(panels, ([0, 0.6], [0.68, 1]), strict=True), start=1
    ):
        suffix = "" if number == 1 else str(number)
        most = max(1, *values)
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": title,
                "x": list(values),
                "y": list(rows),
                "xaxis": f"x{suffix}",
                "yaxis": "y",
                "text": [f"{value:,}" for value in values],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertext": list(hover),
                "hoverinfo": "text",
                "width": 0.68,
                "marker": {"color": list(colors)},
            }
        )
        layout[f"xaxis{suffix}"] = {
            **value_axis(),
            "domain": domain,
            "range": [0, most * 1.16],
            "title": {"text": title},
            "side": "top",
            **({"dtick": 1} if most <= 6 else {"nticks": 6}),
            "tickformat": ",d",
        }
    layout["yaxis"] = row_axis(ticks, n_rows)
    return checked(traces, layout)
