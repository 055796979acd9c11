"""Write how good the suggestions are as a workbook and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from semcode.errors import InputError
from semcode.evaluate.model_quality import MEASURES, Quality
from semcode.evaluate.model_report import ModelReport, Section
from semcode.exchange.tables import Cell, Sheet, write_text, write_xlsx

__all__ = ["write_evaluation", "write_evaluation_page"]


def write_evaluation(report: ModelReport, path: str | Path) -> Path:
    """Write every table to an .xlsx. Raises InputError for another ending."""
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise InputError(
            f"A workbook cannot be written as {target.suffix or 'a file without an ending'}.",
            where=str(target),
            remedy="Name a file that ends in .xlsx.",
        )
    write_xlsx(target, list(_sheets(report)))
    return target


def write_evaluation_page(
    report: ModelReport, path: str | Path, *, study: str, notice: str = ""
) -> Path:
    """Write one HTML page that loads nothing from anywhere."""
    from semcode.findings.model_page import ModelPage, render_model

    page = ModelPage(study, notice or None, datetime.now(UTC), report)
    write_text(Path(path), render_model(page))
    return Path(path)


def _sheets(report: ModelReport) -> Iterator[Sheet]:
    for part in (report.audit, report.left_out):
        if part is not None:
            yield from _section(part)
    yield Sheet(
        "Coders",
        ("one", "other", "segments", *_bounds("F1 all decisions"), *_bounds("mean F1")),
        [
            [
                row.one,
                row.other,
                row.n,
                *(row.pooled.value, row.pooled.lower, row.pooled.upper),
                *(row.mean.value, row.mean.lower, row.mean.upper),
            ]
            for row in report.pairs
        ],
        widths=(20, 20),
    )
    if report.curve is not None:
        yield _curve(report)
    yield Sheet("Attributes", *_fairness(report), widths=(24, 12, 24))
    words = [("summary", text) for text in report.summary]
    words += [("caution", text) for text in report.notes]
    words += [("methods", text) for text in report.methods]
    yield Sheet("In words", ("kind", "text"), words, widths=(12, 100))


def _section(part: Section) -> Iterator[Sheet]:
    name = "Audit" if part.basis == "audit" else "Left out"
    rows = [*part.codes, part.macro, part.micro]
    header = (
        *("code", "level", "segments", "coded", "suggested", "participants with it"),
        *(head for measure in MEASURES for head in _bounds(measure)),
        "reasons",
    )
    yield Sheet(f"{name} by code", header, [_line(row) for row in rows], widths=(30, 16))
    yield Sheet(f"{name} by level", header, [_line(row) for row in part.levels], widths=(30, 16))
    yield Sheet(
        f"{name} probabilities",
        ("from", "to", "decisions", "stated", "coded", "lower", "upper"),
        [
            [b.low, b.high, b.n, b.stated, b.true, *(b.interval or (None, None))]
            for b in part.reliability.bins
        ],
    )


def _bounds(name: str) -> tuple[str, str, str]:
    return name.replace("_", " "), "lower", "upper"


def _line(row: Quality) -> list[Cell]:
    cells: list[Cell] = [row.label, row.level, row.n, row.n_positive, row.n_given, row.n_clusters]
    reasons = []
    for name in MEASURES:
        found = row.values.get(name)
        cells += [found.value, found.lower, found.upper] if found else [None, None, None]
        reasons += [text for text in (found.reason, found.why) if text] if found else []
    return [*cells, " ".join(dict.fromkeys(reasons))]


def _curve(report: ModelReport) -> Sheet:
    curve = report.curve
    rows: list[Sequence[Cell]] = []
    if curve is not None:
        rows += [
            [p.participants, p.units, p.labels, p.value, *(p.interval or (None, None)), "measured"]
            for p in curve.points
        ]
        rows += [
            [None, f.units, None, f.value, *(f.interval or (None, None)), "foretold"]
            for f in curve.forecasts
        ]
    header = ("participants", "segments", "judgements", "mean F1", "lower", "upper", "kind")
    return Sheet("Learning curve", header, rows)


def _fairness(report: ModelReport) -> tuple[Sequence[str], list[Sequence[Cell]]]:
    header = (
        *("attribute", "error", "value", "participants", "share", "lower", "upper"),
        *("difference", "p", "p after Holm", "detectable", "reason"),
    )
    rows: list[Sequence[Cell]] = []
    for test in report.fairness:
        tail = (test.difference, test.p, test.p_adjusted, test.detectable, test.reason)
        for group in test.groups:
            shown = group.error is not None
            rows.append(
                [
                    test.attribute,
                    test.kind,
                    group.value if shown else "too few to show",
                    group.participants if shown else None,
                    group.error,
                    *(group.interval or (None, None)),
                    *tail,
                ]
            )
    return header, rows
