"""Write the report: one HTML file that opens anywhere and asks nothing of any network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from semcode.findings import axes, page, plots, quotes, tables
from semcode.findings.data import CodedSegment, ReportCode, ReportData
from semcode.findings.provenance import group_provenance, methods_sentences
from semcode.findings.quotes import Quote
from semcode.findings.sample import describe_participants
from semcode.findings.summary import (
    CodeCount,
    Totals,
    coder_counts,
    count_codes,
    count_levels,
    coverage,
    matrix,
    totals,
)

__all__ = ["render_report"]


@dataclass(frozen=True, slots=True)
class CodeQuotes:
    """A code with its strongest passages; `number` makes its address in the page."""

    number: int
    code: ReportCode
    segments: int
    quotes: tuple[Quote, ...]


def render_report(data: ReportData) -> str:
    """Return the report as one HTML page.

    The page holds its style, its figures and plotly.js; its Content-Security-Policy allows
    these scripts by hash and no request at all. Text from the study is escaped wherever it
    stands. Equal data give an equal page.
    """
    total = totals(data)
    view = _counted(data, total)
    drawn = view["figures"]
    scripts = (page.plotly_js(), page.asset("report.js")) if drawn else ()
    text: str = (
        page.environment()
        .get_template("report.html.jinja")
        .render(
            **view,
            data=data,
            total=total,
            quoted=_quoted(data, view["codes"]),
            sample=describe_participants(data.participants),
            provenance=group_provenance(data.provenance),
            methods=methods_sentences(data, total),
            learner=data.provenance.get("learner"),
            css=page.asset("report.css"),
            figures_json=page.script_json(drawn),
            scripts=scripts,
            policy=page.policy(scripts),
        )
    )
    return text.encode("utf-8", "replace").decode("utf-8")


def _counted(data: ReportData, total: Totals) -> dict[str, Any]:
    levels, codes = count_levels(data), count_codes(data)
    table, cover = matrix(data), coverage(data)
    per_coder = coder_counts(data)
    figures: dict[str, Any] = {}
    if total.coded:
        figures["levels"] = plots.level_bars(levels)
        figures["codes"] = plots.code_bars(codes)
    if total.coded and len(table.participants) > 1:
        figures["matrix"] = plots.code_heatmap(table)
    if len(cover) > 1:
        figures["uncoded"] = plots.coverage_bars(cover)
    return {
        "levels": levels,
        "level_words": "; ".join(
            f"{axes.level_title(row.level)}: {row.segments:,} and {row.participants:,}"
            for row in levels
        ),
        "rings": plots.rings(levels),
        "codes": codes,
        "matrix": table,
        "least_width": plots.least_width(len(table.participants)),
        "coverage": cover,
        "figures": figures,
        "level_table": tables.level_table(levels, total),
        "code_table": tables.code_table(codes),
        "matrix_table": tables.matrix_table(table),
        "coverage_table": tables.coverage_table(cover),
        "longest": tables.uncoded_table(
            "The longest passages without a suggestion.", quotes.longest(data.uncoded)
        ),
        "far": tables.uncoded_table(
            "The passages least like any code (lowest best score; 12 words or more).",
            quotes.far(data.uncoded),
        ),
        "coder_table": tables.coder_table(per_coder, data.codings),
        "transcript_table": tables.transcript_table(data.transcripts),
    }


def _quoted(
    data: ReportData, codes: Sequence[CodeCount]
) -> list[tuple[str, str, list[CodeQuotes]]]:
    """Return (level's title, its slug, codes with passages) for levels that have any."""
    best = quotes.strongest(data.suggestions)
    people = {person.label: person for person in data.participants}

    def shaped(items: Sequence[CodedSegment]) -> tuple[Quote, ...]:
        return tuple(quotes.quote(item, people) for item in items)

    found = [
        CodeQuotes(number, row.code, row.segments, shaped(best[row.code.name]))
        for number, row in enumerate(codes, start=1)
        if row.code.name in best
    ]
    return [
        (axes.level_title(level), axes.level_slug(level), list(group))
        for level, group in groupby(found, key=lambda item: item.code.level)
    ]
