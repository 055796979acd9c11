"""Lay out agreement as tables of text for the page."""

from __future__ import annotations

from collections.abc import Sequence

from semcode.evaluate import AgreementReport, AgreementRow, MoreUnits
from semcode.evaluate.data import CodeName
from semcode.evaluate.model import GapRow
from semcode.evaluate.words import number
from semcode.findings.axes import level_slug
from semcode.findings.quotes import clip
from semcode.findings.tables import Cell, Table

__all__ = [
    "agreement_table",
    "confusion_table",
    "gap_table",
    "mend_table",
    "more_table",
    "pooled_table",
]

_SHORT = {
    "krippendorff_alpha": "Alpha",
    "cohen_kappa": "Cohen’s kappa",
    "conger_kappa": "Conger’s kappa",
    "gwet_ac1": "AC1",
    "percent": "Percent",
}
_VERDICTS = {
    "behind": "agrees less than people do",
    "ahead": "agrees more than people do",
    "open": "left open",
    "unknown": "cannot be said",
}


def agreement_table(
    caption: str,
    head: str,
    rows: Sequence[AgreementRow],
    *,
    coders: int,
    codes: Sequence[CodeName] = (),
) -> Table:
    """Tabulate has-it-or-not rows: use, coefficients with intervals, and why there is none."""
    names = _names(coders)
    level = {code.name: level_slug(code.level) for code in codes}
    return Table(
        caption,
        (
            head,
            "Units with it",
            *(_SHORT[name] for name in names),
            "Positive",
            "Negative",
            "Bias index",
        ),
        tuple(
            (
                Cell(row.label, note=_note(row), slug=level.get(row.label, "")),
                Cell(
                    f"{row.n_positive:,} of {row.n:,}",
                    note="" if row.prevalence is None else f"{row.prevalence:.1%} of ratings",
                ),
                *(_value(row, name) for name in names),
                *(
                    Cell(number(_float(row, key)))
                    for key in ("positive_agreement", "negative_agreement", "bias_index")
                ),
            )
            for row in rows
        ),
        numeric=tuple(range(1, 5 + len(names))),
    )


def pooled_table(caption: str, head: str, rows: Sequence[AgreementRow], *, coders: int) -> Table:
    """Tabulate rows over all codes: pairs of coders, transcripts, periods, the model."""
    names = _names(coders)
    return Table(
        caption,
        (head, "Units", "Interviews", *(_SHORT[name] for name in names), "Positive"),
        tuple(
            (
                Cell(row.label, note=_note(row)),
                Cell(f"{row.n:,}"),
                Cell(f"{row.n_interviews:,}"),
                *(_value(row, name) for name in names),
                Cell(number(_float(row, "positive_agreement"))),
            )
            for row in rows
        ),
        numeric=tuple(range(1, 4 + len(names))),
    )


def gap_table(gaps: Sequence[GapRow]) -> Table:
    """Tabulate alpha among people, with the model, and the difference."""
    return Table(
        "Krippendorff’s alpha among people, between the model and people (means over pairs), and "
        "the difference with its interval; beside them positive agreement.",
        (
            *("Code", "People", "Model and people", "Difference"),
            *("Positive: people", "Positive: model", "The model"),
        ),
        tuple(
            (
                Cell(gap.code, slug=gap.level.replace(" ", "-") if gap.level else "none"),
                Cell(number(gap.people)),
                Cell(number(gap.model)),
                Cell(
                    number(gap.gap),
                    note=f"{number(gap.interval[0])} to {number(gap.interval[1])}"
                    if gap.interval
                    else "",
                ),
                Cell(number(gap.people_positive)),
                Cell(number(gap.model_positive)),
                Cell(_VERDICTS[gap.verdict], note=gap.reason or ""),
            )
            for gap in gaps
        ),
        numeric=(1, 2, 3, 4, 5),
    )


def confusion_table(report: AgreementReport, most: int = 20) -> Table:
    """List the pairs of codes that were confused most often."""
    return Table(
        "Pairs of codes that coders put in each other’s place, most often first.",
        ("Code", "and", "Times", "Share of confusions"),
        tuple(
            (Cell(pair.one), Cell(pair.two), Cell(f"{pair.count:,}"), Cell(f"{pair.share:.0%}"))
            for pair in report.confused[:most]
        ),
        numeric=(2, 3),
    )


def mend_table(report: AgreementReport, most: int = 15) -> Table:
    """List codes by how much disagreement they cause, with what would help."""
    slugs = {code.name: level_slug(code.level) for code in report.codes}
    return Table(
        "Codes by the disagreements that they cause: begin at the top.",
        ("Code", "Disagreements", "Share of all", "Positive agreement", "What to do"),
        tuple(
            (
                Cell(item.code, slug=slugs.get(item.code, "none")),
                Cell(f"{item.disagreements:,}"),
                Cell(f"{item.share:.0%}"),
                Cell(number(item.positive_agreement)),
                Cell(clip(item.advice, 600)),
            )
            for item in report.mend[:most]
        ),
        numeric=(1, 2, 3),
    )


def more_table(plan: Sequence[MoreUnits]) -> Table:
    """Say how many units each code needs for the wanted precision."""
    wanted = plan[0].wanted if plan else 0.1
    return Table(
        f"Units that both coders need for an interval of ± {wanted:g} around alpha.",
        ("Code", "Now", "Units needed", "More than now", "Of this study"),
        tuple(
            (
                Cell(item.code, note=f"from {item.basis}"),
                Cell("–" if item.half_width is None else f"± {item.half_width:.2f}"),
                Cell("–" if item.needed is None else f"{item.needed:,}"),
                Cell("–" if item.more is None else f"{item.more:,}" if item.more else "none"),
                Cell(_share(item)),
            )
            for item in plan
        ),
        numeric=(1, 2, 3, 4),
    )


def _share(item: MoreUnits) -> str:
    if item.needed is None or item.share is None:
        return "–"
    return f"{item.share:.0%}" if item.enough else "more than there is"


def _names(coders: int) -> tuple[str, ...]:
    kappa = "cohen_kappa" if coders == 2 else "conger_kappa"
    return ("krippendorff_alpha", kappa, "gwet_ac1", "percent")


def _value(row: AgreementRow, name: str) -> Cell:
    interval = row.ci.get(name)
    note = f"{number(interval[0])} to {number(interval[1])}" if interval else ""
    return Cell(number(row.values[name]), note=note)


def _note(row: AgreementRow) -> str:
    """Say once why the row has no alpha, or no interval."""
    if "krippendorff_alpha" in row.undefined:
        return row.undefined["krippendorff_alpha"]
    return row.no_interval.get("krippendorff_alpha", "")


def _float(row: AgreementRow, key: str) -> float | None:
    value = row.more.get(key)
    return value if isinstance(value, float) else None
