"""Lay out how good suggestions are as tables of text for the page."""

from __future__ import annotations

from collections.abc import Sequence

from semcode.evaluate.beside_coders import Disputed, PairRow
from semcode.evaluate.fairness import AttributeTest, GroupError
from semcode.evaluate.learning_curve import Curve
from semcode.evaluate.model_quality import MEASURES, Estimate, Quality
from semcode.evaluate.probabilities import Reliability
from semcode.evaluate.words import number
from semcode.findings.model_plots import by_level
from semcode.findings.tables import Cell, Table
from semcode.wording import counted

__all__ = [
    "curve_table",
    "disputed_table",
    "fairness_table",
    "pair_table",
    "quality_table",
    "reliability_table",
]

_HEADS = ("Precision", "Recall", "F1", "Average precision")


def quality_table(
    caption: str,
    head: str,
    rows: Sequence[Quality],
    *,
    sort: bool = False,
    together: bool = False,
) -> Table:
    """Tabulate the four measures with intervals, and why there is none.

    Rows of codes `together` count codings, of which a segment may hold several.
    """
    return Table(
        caption,
        (head, "Coded", "Suggested", *_HEADS),
        tuple(
            (
                Cell(row.label, note=_note(row), slug=_slug(row.level)),
                Cell(
                    f"{row.n_positive:,}",
                    note="" if together else f"of {row.n:,}",
                ),
                Cell(f"{row.n_given:,}"),
                *(_value(row.values.get(name)) for name in MEASURES),
            )
            for row in (by_level(rows) if sort else rows)
        ),
        numeric=tuple(range(1, 7)),
    )


def reliability_table(found: Reliability) -> Table:
    """Tabulate the bins of the reliability diagram."""
    return Table(
        "Decisions (segment by code) by their stated probability, and how many people coded.",
        ("Probability", "Decisions", "Stated on average", "Coded by people", "Interval"),
        tuple(
            (
                Cell(f"{b.low:.1f} to {b.high:.1f}"),
                Cell(f"{b.n:,}"),
                Cell(f"{b.stated:.3f}"),
                Cell(f"{b.true:.3f}"),
                Cell(_between(b.interval)),
            )
            for b in found.bins
        ),
        numeric=(1, 2, 3, 4),
    )


def pair_table(pairs: Sequence[PairRow]) -> Table:
    """Tabulate F1 between each two who gave codes."""
    return Table(
        "F1 between each two: twice what both gave, divided by what the one and what the other "
        "gave in all. The model never saw the participant whom it judges here.",
        ("Who and who", "Segments", "All decisions", "Mean over codes"),
        tuple(
            (
                Cell(f"{row.one} and {row.other}"),
                Cell(f"{row.n:,}"),
                _value(row.pooled),
                _value(row.mean),
            )
            for row in pairs
        ),
        numeric=(1, 2, 3),
    )


def disputed_table(rows: Sequence[Disputed]) -> Table:
    """Tabulate how often the model gives what all, some or no coders gave."""
    return Table(
        "Decisions of two coders or more, and how often the model gave the code.",
        ("Decisions where", "Number", "The model gave it"),
        tuple(
            (
                Cell(row.kind),
                Cell(f"{row.n:,}"),
                Cell(f"{row.given / row.n:.1%}" if row.n else "–"),
            )
            for row in rows
        ),
        numeric=(1, 2),
    )


def curve_table(curve: Curve) -> Table:
    """Tabulate the points of the learning curve and what is foretold."""
    measured = tuple(
        (
            Cell(f"{counted(p.participants, 'participant')}"),
            Cell(f"{p.units:,.0f}"),
            Cell(f"{p.labels:,.0f}"),
            Cell(number(p.value)),
            Cell(_between(p.interval)),
        )
        for p in curve.points
    )
    told = tuple(
        (
            Cell(f"{f.times:g} times what there is", note="foretold"),
            Cell(f"{f.units:,.0f}"),
            Cell("–"),
            Cell(number(f.value)),
            Cell(_between(f.interval)),
        )
        for f in curve.forecasts
    )
    return Table(
        "Mean F1 over codes on participants left out, by how much was learned from.",
        ("Learned from", "Segments", "Judgements", "Mean F1", "Interval"),
        (*measured, *told),
        numeric=(1, 2, 3, 4),
    )


def fairness_table(tests: Sequence[AttributeTest]) -> Table:
    """Tabulate errors by attribute, with the test; groups too small are not shown."""
    return Table(
        "Errors by participants’ attributes. Missed: of what people coded, what the model did "
        "not give. Wrong: of what it gave, what people did not code.",
        ("Attribute", "Error", "Groups", "Difference", "p", "p after Holm"),
        tuple(
            (
                Cell(test.attribute, note=test.reason),
                Cell(test.kind),
                Cell("; ".join(_group(group) for group in test.groups)),
                Cell(f"{test.difference:.0%}" if test.difference is not None else "–"),
                Cell(f"{test.p:.3f}" if test.p is not None else "–"),
                Cell(f"{test.p_adjusted:.3f}" if test.p_adjusted is not None else "–"),
            )
            for test in tests
        ),
        numeric=(3, 4, 5),
    )


def _group(group: GroupError) -> str:
    if group.error is None:
        return f"{group.value}: too few to show"
    within = f" [{group.interval[0]:.0%}, {group.interval[1]:.0%}]" if group.interval else ""
    return f"{group.value} ({group.participants}): {group.error:.0%}{within}"


def _value(found: Estimate | None) -> Cell:
    if found is None:
        return Cell("")
    if found.lower is None or found.upper is None:
        return Cell(number(found.value))
    return Cell(number(found.value), note=f"{number(found.lower)} to {number(found.upper)}")


def _between(interval: tuple[float, float] | None) -> str:
    return f"{number(interval[0])} to {number(interval[1])}" if interval else "–"


def _note(row: Quality) -> str:
    reasons = [text for e in row.values.values() for text in (e.reason, e.why) if text]
    return " ".join(dict.fromkeys(reasons))


def _slug(level: str | None) -> str:
    return level.replace(" ", "-") if level else ""
