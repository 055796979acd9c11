"""Draw the matrices of findings as heat maps with colours left to the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from semcode.findings.axes import (
    base_layout,
    category_axis,
    checked,
    grouped_rows,
    label_room,
    level_color,
    plot_text,
    row_axis,
    rows_height,
    stripe,
)
from semcode.findings.blocks import Figure
from semcode.findings.data import ReportCode
from semcode.findings.sem_counts import Column, SemRow
from semcode.wording import counted

__all__ = ["code_by_column", "sem_figure"]


def sem_figure(rows: Sequence[SemRow], columns: Sequence[Column], n: int) -> Figure:
    """Draw the share of participants for each code in each column."""
    own = [row for row in rows if row.code is not None]
    codes = [row.code for row in own if row.code is not None]
    values = [[len(cell.participants) / n for cell in row.cells] for row in own]
    texts = [
        [f"{len(cell.participants)}" if cell.passages else "" for cell in row.cells] for row in own
    ]
    hover = [
        [
            f"{len(cell.participants):,} of {counted(n, 'participant')}<br>"
            f"{counted(len(cell.passages), 'passage')}"
            for cell in row.cells
        ]
        for row in own
    ]
    spec = code_by_column(
        codes,
        [column.title for column in columns],
        values,
        texts=texts,
        hover=hover,
        title="Share of participants",
    )
    return Figure(
        "sem",
        f"Participants (of {n:,}) who spoke of each code, in all and by facet. The colour is "
        "their share, the number their count.",
        f"Heat map of {counted(len(codes), 'code')} by {counted(len(columns), 'column')} of "
        "facets; "
        "the table holds every number.",
        spec,
    )


def code_by_column(
    codes: Sequence[ReportCode],
    columns: Sequence[str],
    values: Sequence[Sequence[float | None]],
    *,
    texts: Sequence[Sequence[str]],
    hover: Sequence[Sequence[str]],
    title: str,
    percent: bool = True,
) -> dict[str, Any]:
    """Draw codes (rows, under headings of levels) by columns; `hover` is HTML, escaped."""
    ticks, places, n_rows = grouped_rows(codes)
    width = len(columns)
    shares: list[list[float | None]] = [[None] * width for _ in range(n_rows)]
    said = [[""] * width for _ in range(n_rows)]
    cells = [[""] * width for _ in range(n_rows)]
    for row, place in enumerate(places):
        shares[place] = [None if v is None else round(v, 4) for v in values[row]]
        name = plot_text(codes[row].name, width=60, lines=4)
        said[place] = [
            f"<b>{name}</b><br>{plot_text(column, width=60)}<br>{text}"
            for column, text in zip(columns, hover[row], strict=True)
        ]
        cells[place] = list(texts[row])
    height = rows_height(ticks, n_rows)
    length = min(320, height - 80)
    most = max((v for row in shares for v in row if v), default=1)
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
        "hovertext": said,
        "hoverinfo": "text",
        "hoverongaps": False,
        "xgap": 1.5,
        "ygap": 1.5,
        "colorscale": [[0, "var(--heat-0)"], [0.5, "var(--heat-1)"], [1, "var(--heat-2)"]],
        "colorbar": {
            "title": {"text": title if length > 240 else "", "side": "right", "font": {"size": 12}},
            "tickformat": (".0%" if most >= 0.05 else ".1%") if percent else "~g",
            "thickness": 12,
            "outlinewidth": 0,
            "len": length,
            "lenmode": "pixels",
            "y": 1,
            "yanchor": "top",
            "nticks": 6 if length > 240 else 3,
        },
    }
    layout = base_layout(height + 40 + label_room(columns))
    layout["xaxis"] = {**category_axis(columns), "side": "top"}
    layout["yaxis"] = row_axis(ticks, n_rows)
    layout["shapes"] = [
        stripe(level_color(code.level), place) for code, place in zip(codes, places, strict=True)
    ]
    return checked([trace], layout)
