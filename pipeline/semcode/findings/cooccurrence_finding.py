"""Co-occurrence as a finding: table, heat map, network, and codes over the interview's course."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from math import cos, pi, sin

from semcode.findings.axes import label_room, level_slug
from semcode.findings.blocks import Block, Drawing, Figure, Finding, Grid, Heading
from semcode.findings.coded import CodedStudy
from semcode.findings.cooccurrence import Course, Pair, Together, code_course, count_together
from semcode.findings.data import ReportCode
from semcode.findings.matrix_plots import code_by_column
from semcode.findings.quotes import clip
from semcode.findings.sem_counts import code_order
from semcode.findings.tables import Cell, Table
from semcode.wording import counted

__all__ = ["cooccurrence"]

_SHOWN = 25  # pairs in the table
_DRAWN = 40  # pairs in the network
_LEAST = 2  # units that two codes share, to be drawn
_PARTS = 5


def cooccurrence(data: CodedStudy) -> Finding:
    """Show which codes meet on the same units, and in which part of interviews codes are used."""
    together = count_together(data)
    codes = [code for code in code_order(data) if together.counts.get(code.name)]
    given = {item.code for item in data.passages}
    used = [code for code in code_order(data) if code.name in given]
    course = code_course(data, used, parts=_PARTS)
    blocks: list[Block] = [
        f"{data.basis} Two codes meet where both stand on one {data.unit} (of "
        f"{together.units:,}); a coding counts for a {data.unit} that it covers by half, or that "
        f"holds half of it. Jaccard: {data.unit}s with both, of those with either."
    ]
    if together.pairs:
        blocks += [_heat(codes, together), _pairs(together, data.unit)]
        if drawn := [pair for pair in together.pairs if pair.both >= _LEAST][:_DRAWN]:
            blocks.append(_network(codes, together, drawn))
    else:
        blocks.append("No two codes stand on one unit.")
    if used:
        blocks += [Heading("Codes over the course of the interview"), _course(course)]
    return Finding(
        "cooccurrence",
        "Codes that occur together",
        tuple(blocks),
        _grids(together, course),
        _json(data, together, course),
        data.notes,
    )


def _heat(codes: Sequence[ReportCode], together: Together) -> Figure:
    known = {frozenset((p.one, p.other)): p for p in together.pairs}
    values: list[list[float | None]] = []
    hover: list[list[str]] = []
    for row in codes:
        met = [known.get(frozenset((row.name, column.name))) for column in codes]
        values.append(
            [
                None if r is row else (p.jaccard if p else 0.0)
                for r, p in zip(codes, met, strict=True)
            ]
        )
        hover.append(
            [
                f"{p.both:,} with both, Jaccard {p.jaccard:.2f}" if p else "never together"
                for p in met
            ]
        )
    names = [code.name for code in codes]
    spec = code_by_column(
        codes,
        [clip(name, 28) for name in names],
        values,
        texts=[[""] * len(codes) for _ in codes],
        hover=hover,
        title="Jaccard",
        percent=False,
    )
    width = 360 + 20 * len(codes) if label_room(names) else 0
    return Figure(
        "cooccurrence",
        "How alike the places of two codes are (Jaccard); the table has the counts.",
        f"Heat map of {len(codes)} by {counted(len(codes), 'code')}; the table lists the pairs.",
        spec,
        width=width,
    )


def _pairs(together: Together, unit: str) -> Table:
    return Table(
        f"The {counted(min(_SHOWN, len(together.pairs)), 'pair')} most alike, of "
        f"{len(together.pairs):,} that meet; the workbook has all.",
        (
            "Code",
            "and",
            f"{unit.capitalize()}s with both",
            "With the first",
            "With the second",
            "Jaccard",
        ),
        tuple(
            (
                Cell(pair.one),
                Cell(pair.other),
                Cell(f"{pair.both:,}"),
                Cell(f"{together.counts[pair.one]:,}"),
                Cell(f"{together.counts[pair.other]:,}"),
                Cell(f"{pair.jaccard:.2f}"),
            )
            for pair in together.pairs[:_SHOWN]
        ),
        numeric=(2, 3, 4, 5),
    )


def _network(codes: Sequence[ReportCode], together: Together, drawn: Sequence[Pair]) -> Drawing:
    met = {name for pair in drawn for name in (pair.one, pair.other)}
    shown = [code for code in codes if code.name in met]
    places = {code.name: 2 * pi * number / len(shown) - pi / 2 for number, code in enumerate(shown)}
    spot = {name: (450 + 230 * cos(a), 330 + 230 * sin(a)) for name, a in places.items()}
    most = max(pair.jaccard for pair in drawn)
    parts = [
        '<svg viewBox="0 0 900 660" role="img" aria-label="Network of codes that occur together; '
        'the table lists the pairs.">'
    ]
    for pair in drawn:
        (x1, y1), (x2, y2) = spot[pair.one], spot[pair.other]
        width = 1 + 7 * pair.jaccard / most
        parts.append(
            f'<path class="tie" fill="none" stroke-opacity="0.6" stroke-width="{width:.1f}" '
            f'd="M{x1:.1f} {y1:.1f} Q450 330 {x2:.1f} {y2:.1f}">'
            f"<title>{_safe(pair.one)} and {_safe(pair.other)}: {pair.both:,} together, Jaccard "
            f"{pair.jaccard:.2f}</title></path>"
        )
    biggest = max(together.counts[name] for name in met)
    parts += [
        _node(code, places[code.name], spot[code.name], together.counts, biggest) for code in shown
    ]
    parts.append("</svg>")
    return Drawing(
        "code-network",
        f"The {counted(len(drawn), 'pair')} most alike, meeting at least {_LEAST} times. The wider "
        "the line, the more alike their places; a dot’s area is the code’s use, its colour the "
        "level.",
        "Network of codes.",
        "".join(parts),
    )


def _node(
    code: ReportCode,
    angle: float,
    spot: tuple[float, float],
    counts: Mapping[str, int],
    biggest: int,
) -> str:
    radius = 4 + 9 * (counts[code.name] / biggest) ** 0.5
    x, y = 450 + 252 * cos(angle), 330 + 252 * sin(angle)
    right = cos(angle) > 0.03
    anchor = "start" if right else "end" if cos(angle) < -0.03 else "middle"
    return (
        f'<circle class="alter alter-{level_slug(code.level)}" cx="{spot[0]:.1f}" '
        f'cy="{spot[1]:.1f}" r="{radius:.1f}"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="13" text-anchor="{anchor}">'
        f"{_safe(clip(code.name, 30))}</text>"
    )


def _course(course: Course) -> Figure:
    titles = [f"{100 * n // _PARTS} to {100 * (n + 1) // _PARTS}%" for n in range(_PARTS)]
    totals = course.counts.sum(axis=1)
    values = [
        [float(n / total) if total else None for n in row]
        for row, total in zip(course.counts, totals, strict=True)
    ]
    spec = code_by_column(
        course.codes,
        titles,
        values,
        texts=[[str(n) if n else "" for n in row] for row in course.counts],
        hover=[
            [f"{n:,} of {counted(total, 'passage')}" for n in row]
            for row, total in zip(course.counts, totals, strict=True)
        ],
        title="Share of the code’s passages",
    )
    return Figure(
        "course",
        "Where in the interview each code is used, from beginning to end; the colour is the "
        "share of the code’s passages, the number their count.",
        f"Heat map of {counted(len(course.codes), 'code')} by fifth of the interview.",
        spec,
        Table(
            "Passages by code and fifth of the interview.",
            ("Code", *titles),
            tuple(
                (Cell(code.name, slug=level_slug(code.level)), *(Cell(f"{n:,}") for n in row))
                for code, row in zip(course.codes, course.counts, strict=True)
            ),
            numeric=tuple(range(1, _PARTS + 1)),
        ),
    )


def _grids(together: Together, course: Course) -> tuple[Grid, ...]:
    rows = tuple(
        (p.one, p.other, p.both, together.counts[p.one], together.counts[p.other], p.jaccard)
        for p in together.pairs
    )
    head = ("code", "and", "both", "with the first", "with the second", "jaccard")
    over: tuple[tuple[str | int, ...], ...] = tuple(
        (code.name, *(int(n) for n in row))
        for code, row in zip(course.codes, course.counts, strict=True)
    )
    fifths = tuple(f"fifth {n + 1}" for n in range(_PARTS))
    return (
        Grid("Co-occurrence", head, rows, (30, 30)),
        Grid("Course", ("code", *fifths), over, (30,)),
    )


def _json(data: CodedStudy, together: Together, course: Course) -> dict[str, object]:
    return {
        "basis": data.basis,
        "unit": data.unit,
        "units": together.units,
        "counts": together.counts,
        "pairs": [
            {"one": p.one, "other": p.other, "both": p.both, "jaccard": p.jaccard}
            for p in together.pairs
        ],
        "course": {
            code.name: [int(n) for n in row]
            for code, row in zip(course.codes, course.counts, strict=True)
        },
    }


def _safe(text: str) -> str:
    return html.escape(text, quote=True)
