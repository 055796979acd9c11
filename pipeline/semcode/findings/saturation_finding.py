"""Saturation as a finding: curve, table by level, and what it can and cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.findings.axes import (
    base_layout,
    checked,
    level_color,
    level_slug,
    level_title,
    value_axis,
)
from semcode.findings.blocks import Block, Figure, Finding, Grid
from semcode.findings.coded import CodedStudy
from semcode.findings.data import ReportCode
from semcode.findings.saturation import (
    Accumulation,
    Unseen,
    accumulate,
    estimate_unseen,
    new_information,
)
from semcode.findings.sem_counts import code_order
from semcode.findings.tables import Cell, Table
from semcode.records import Level
from semcode.wording import counted

__all__ = ["incidence_of", "saturation"]

_FEW = 6
_BASE, _RUN = 4, 2

_Part = tuple[str, Level | None, bool, int, Unseen]


def incidence_of(data: CodedStudy, codes: Sequence[ReportCode]) -> NDArray[np.bool_]:
    """Say which code was used in which interview, (n_interviews, n_codes)."""
    column = {code.name: place for place, code in enumerate(codes)}
    row = {item.name: place for place, item in enumerate(data.interviews)}
    found = np.zeros((len(row), len(column)), dtype=bool)
    for item in data.passages:
        if item.code in column:
            found[row[item.transcript], column[item.code]] = True
    return found


def saturation(data: CodedStudy, *, orders: int = 1_000, seed: int = 0) -> Finding:
    """Show how codes accumulate over interviews, and how many are still unseen, by level."""
    codes = code_order(data)
    held = incidence_of(data, codes)
    curve = accumulate(held, orders=orders, seed=seed)
    parts: list[_Part] = [("All codes", None, True, len(codes), estimate_unseen(held))]
    lines: list[tuple[Level | None, Accumulation]] = []
    for level in dict.fromkeys(code.level for code in codes):
        own = [place for place, code in enumerate(codes) if code.level == level]
        parts.append((level_title(level), level, False, len(own), estimate_unseen(held[:, own])))
        lines.append((level, accumulate(held[:, own], orders=orders, seed=seed)))
    runs = new_information(held, base=_BASE, run=_RUN)
    n = len(data.interviews)
    blocks: list[Block] = [_told(data, parts[0][4], n, orders, seed)]
    if n > 1 and data.passages:
        blocks.append(_figure(curve, lines, n))
    blocks += [_table(parts), *_runs(runs, data)]
    return Finding(
        "saturation",
        "Saturation",
        tuple(blocks),
        _grids(curve, parts),
        _json(data, curve, parts, runs, orders, seed),
        (*data.notes, *_cautions(n, parts[0][4], len(codes))),
    )


def _told(data: CodedStudy, unseen: Unseen, n: int, orders: int, seed: int) -> str:
    text = (
        f"{data.basis} {counted(unseen.seen, 'code was', 'codes were')} used in "
        f"{counted(n, 'interview')}, {unseen.once or 'none'} of them in only one interview. The "
        f"curve is the mean over {orders:,} random orders of the interviews (seed {seed}) with "
        "the middle 95% of the orders. "
    )
    if unseen.interval is not None:
        low, high = unseen.interval
        text += (
            f"Chao’s estimate (Chao2) of all codes that such interviews would show is "
            f"{unseen.total:.1f} (95% interval {low:.1f} to {high:.1f})"
        )
        if unseen.coverage is not None:
            text += f"; codes seen so far make up an estimated {unseen.coverage:.0%} of code use"
        text += ". The estimate of all codes is a lower bound."
    return text


def _cautions(n: int, unseen: Unseen, codes: int) -> list[str]:
    notes = []
    if 0 < n < _FEW:
        notes.append(
            f"With {counted(n, 'interview')} a curve and an estimate say little; six is the "
            "least that is reported at all."
        )
    if unseen.seen and codes:
        unused = codes - unseen.seen
        notes.append(
            f"Of {counted(codes, 'code')} in the codebook {unused or 'none'} stayed unused. Where "
            "the codebook was closed before coding, new ideas cannot show up as new codes: the "
            "curve then says when codes were first used, not that nothing new was said."
        )
    return notes


def _table(parts: Sequence[_Part]) -> Table:
    rows = []
    for title, level, whole, codes, unseen in parts:
        low, high = unseen.interval or (None, None)
        rows.append(
            (
                Cell(title, slug="" if whole else level_slug(level)),
                Cell(f"{codes:,}"),
                Cell(f"{unseen.seen:,}"),
                Cell(f"{unseen.once:,}"),
                Cell(f"{unseen.twice:,}"),
                Cell(
                    f"{unseen.total:.1f} ({low:.1f} to {high:.1f})"
                    if low is not None and high is not None
                    else "–"
                ),
                Cell("–" if unseen.coverage is None else f"{unseen.coverage:.0%}"),
            )
        )
    return Table(
        "Codes by the number of interviews that they stand in, and the estimated number in all "
        "(Chao2, 95% interval). Coverage: the estimated share of code use that seen codes make up.",
        (
            "Level",
            "In the codebook",
            "Used",
            "In one interview",
            "In two",
            "Estimated in all",
            "Coverage",
        ),
        tuple(rows),
        numeric=(1, 2, 3, 4, 5, 6),
    )


def _runs(runs: Sequence[tuple[int, float]], data: CodedStudy) -> list[Block]:
    if not runs:
        return []
    text = (
        f"Each run of {_RUN} interviews against the first {_BASE}, in the order of the "
        "transcripts’ names (Guest, Namey and Chen 2020): new codes as a share of the codes of "
        "the first ones. 5% or less is their usual threshold."
    )
    table = Table(
        text,
        ("Run", "New codes"),
        tuple(
            (
                Cell(f"{' and '.join(i.name for i in data.interviews[end - _RUN : end])}"),
                Cell(f"{share:.0%}"),
            )
            for end, share in runs
        ),
        numeric=(1,),
    )
    return [table]


def _figure(
    curve: Accumulation, lines: Sequence[tuple[Level | None, Accumulation]], n: int
) -> Figure:
    x = list(range(1, n + 1))
    traces: list[dict[str, Any]] = [
        {**_line(x, curve.low.tolist(), "var(--heat-1)"), "line": {"width": 0}},
        {
            **_line(x, curve.high.tolist(), "var(--heat-1)"),
            "line": {"width": 0},
            "fill": "tonexty",
            "fillcolor": "var(--heat-1)",
        },
        {
            **_line(x, curve.found.tolist(), "var(--ink)"),
            "mode": "lines+markers",
            "hoverinfo": "text",
            "hovertext": [
                f"{counted(k, 'interview')}: {mean:.1f} codes ({low:.0f} to {high:.0f})"
                for k, mean, low, high in zip(x, curve.found, curve.low, curve.high, strict=True)
            ],
        },
    ]
    ends = [("All codes", float(curve.found[-1]), "var(--ink)")]
    for level, own in lines:
        color = level_color(level)
        traces.append(
            {
                **_line(x, own.found.tolist(), color),
                "hoverinfo": "text",
                "hovertext": [
                    f"{level_title(level)}, {counted(k, 'interview')}: {mean:.1f} codes"
                    for k, mean in zip(x, own.found, strict=True)
                ],
            }
        )
        ends.append((level_title(level), float(own.found[-1]), color))
    layout = base_layout(430)
    layout["margin"] = {"l": 12, "r": 130, "t": 12, "b": 12}
    layout["xaxis"] = {**value_axis(), "title": {"text": "Interviews"}, "range": [0.5, n + 0.3]}
    if n <= 30:
        layout["xaxis"]["dtick"] = 1 if n <= 15 else 2
    layout["yaxis"] = {**value_axis(), "title": {"text": "Codes found"}, "rangemode": "tozero"}
    layout["annotations"] = _labels(ends, float(curve.high[-1]))
    return Figure(
        "saturation",
        "Codes found after each number of interviews: mean over random orders, in all (with "
        "the middle 95% of the orders) and by level.",
        f"Curve of codes found after 1 to {counted(n, 'interview')}; the table holds the numbers.",
        checked(traces, layout),
        Table(
            "Codes found by number of interviews.",
            ("Interviews", "Codes found", "95% of orders", "New in this one"),
            tuple(
                (Cell(f"{k}"), Cell(f"{m:.1f}"), Cell(f"{lo:.0f} to {hi:.0f}"), Cell(f"{new:.2f}"))
                for k, m, lo, hi, new in zip(
                    x, curve.found, curve.low, curve.high, curve.new, strict=True
                )
            ),
            numeric=(1, 2, 3),
        ),
    )


def _labels(ends: Sequence[tuple[str, float, str]], most: float) -> list[dict[str, Any]]:
    """Write each line's name at its end, pushed apart where two would touch."""
    least = max(most, 1) * 0.055
    placed: list[dict[str, Any]] = []
    last = -least
    for text, height, color in sorted(ends, key=lambda end: end[1]):
        last = max(height, last + least)
        placed.append(
            {
                "x": 1,
                "xref": "paper",
                "y": last,
                "yref": "y",
                "text": text,
                "showarrow": False,
                "xanchor": "left",
                "font": {"color": color, "size": 12},
            }
        )
    return placed


def _line(x: list[int], y: list[float], color: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": [round(value, 3) for value in y],
        "line": {"color": color, "width": 2},
        "marker": {"color": color, "size": 6},
        "hoverinfo": "skip",
    }


def _grids(curve: Accumulation, parts: Sequence[_Part]) -> tuple[Grid, ...]:
    steps = tuple(
        (k, float(m), float(lo), float(hi), float(new))
        for k, (m, lo, hi, new) in enumerate(
            zip(curve.found, curve.low, curve.high, curve.new, strict=True), 1
        )
    )
    rows = tuple(
        (
            title,
            codes,
            u.seen,
            u.once,
            u.twice,
            u.total,
            *(u.interval or (None, None)),
            u.coverage,
        )
        for title, _, _, codes, u in parts
    )
    head = ("level", "in the codebook", "used", "in one interview", "in two", "estimated in all")
    return (
        Grid("Saturation", ("interviews", "codes found", "low", "high", "new"), steps),
        Grid("Unseen codes", (*head, "low", "high", "coverage"), rows, (18,)),
    )


def _json(
    data: CodedStudy,
    curve: Accumulation,
    parts: Sequence[_Part],
    runs: Sequence[tuple[int, float]],
    orders: int,
    seed: int,
) -> dict[str, object]:
    return {
        "basis": data.basis,
        "interviews": [item.name for item in data.interviews],
        "orders": orders,
        "seed": seed,
        "curve": [
            {
                "interviews": k,
                "found": float(m),
                "low": float(lo),
                "high": float(hi),
                "new": float(new),
            }
            for k, (m, lo, hi, new) in enumerate(
                zip(curve.found, curve.low, curve.high, curve.new, strict=True), 1
            )
        ],
        "levels": [
            {
                "level": None if whole else level,
                "title": title,
                "codes": codes,
                "used": u.seen,
                "once": u.once,
                "twice": u.twice,
                "estimated": u.total,
                "interval": u.interval,
                "coverage": u.coverage,
            }
            for title, level, whole, codes, u in parts
        ],
        "runs": [
            {"interviews": [i.name for i in data.interviews[end - _RUN : end]], "new": share}
            for end, share in runs
        ],
    }
