"""Write the agreement of a plain table of ratings as one HTML page, without a study."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from semcode.evaluate import TITLES, PlainReport
from semcode.evaluate.words import number
from semcode.findings import agreement_heatmap as heat
from semcode.findings import agreement_plots as plots
from semcode.findings import page
from semcode.findings.agreement_tables import agreement_table
from semcode.findings.tables import Cell, Table

__all__ = ["TablePage", "render_table_agreement"]

_CONFUSED = 20


@dataclass(frozen=True, slots=True)
class TablePage:
    """What the page is made from; `table` is the file's name."""

    table: str
    generated_at: datetime
    report: PlainReport


def render_table_agreement(data: TablePage) -> str:
    """Return the page. Equal data give an equal page; its policy allows no request."""
    report = data.report
    figures = _figures(report)
    scripts = (page.plotly_js(), page.asset("report.js"))
    text: str = (
        page.environment()
        .get_template("agreement_table.html.jinja")
        .render(
            data=data,
            report=report,
            figures=figures,
            heat_width=heat.heatmap_width(len(report.matrix)),
            tables=_tables(report),
            value=number,
            css=page.asset("report.css") + page.asset("agreement.css"),
            figures_json=page.script_json(figures),
            scripts=scripts,
            policy=page.policy(scripts),
        )
    )
    return text.encode("utf-8", "replace").decode("utf-8")


def _figures(report: PlainReport) -> dict[str, Any]:
    found = {
        "forest": plots.coefficient_forest(
            "Coefficient",
            [
                (_title(name, report), own.value, report.overall.ci.get(name))
                for name, own, _ in report.results
            ],
        )
    }
    if report.rows:
        found["categories"] = plots.coefficient_forest(
            "Krippendorff’s alpha",
            [
                (row.label, row.values["krippendorff_alpha"], row.ci.get("krippendorff_alpha"))
                for row in report.rows
            ],
        )
    for name in tuple(found):
        found[f"{name}-narrow"] = plots.narrow(found[name])
    if _confusions(report):
        found["confusions"] = heat.heatmap(
            [str(category) for category in report.categories],
            report.matrix,
            colors=["var(--rule-strong)"] * len(report.matrix),
            both="two coders chose it",
        )
    return found


def _tables(report: PlainReport) -> dict[str, Table]:
    units = "Units"
    return {
        "coefficients": Table(
            "Every coefficient over the whole table, with what it rests on.",
            ("Coefficient", "Value", "Interval", units, "Observed", "By chance"),
            tuple(
                (
                    Cell(_title(name, report), note=own.reason or interval.reason or ""),
                    Cell(number(own.value)),
                    Cell(
                        "–"
                        if interval.lower is None
                        else f"{number(interval.lower)} to {number(interval.upper)}"
                    ),
                    Cell("–" if own.value is None else f"{own.n_units:,}"),
                    Cell(number(own.observed)),
                    Cell(number(own.expected)),
                )
                for name, own, interval in report.results
            ),
            numeric=(1, 2, 3, 4, 5),
        ),
        "categories": agreement_table(
            "Each category against all others; intervals stand beneath the values.",
            "Category",
            report.rows,
            coders=len(report.coders),
        ),
        "confusions": Table(
            "Pairs of categories that two coders gave to one unit, most often first.",
            ("Category", "and", "Times"),
            tuple(
                (Cell(one), Cell(two), Cell(f"{n:,}"))
                for one, two, n in _confusions(report)[:_CONFUSED]
            ),
            numeric=(2,),
        ),
    }


def _confusions(report: PlainReport) -> list[tuple[str, str, int]]:
    found = [
        (str(report.categories[one]), str(report.categories[two]), report.matrix[one][two])
        for one in range(len(report.matrix))
        for two in range(one + 1, len(report.matrix))
        if report.matrix[one][two]
    ]
    return sorted(found, key=lambda item: -item[2])


def _title(name: str, report: PlainReport) -> str:
    if report.weights == "identity":
        return TITLES[name]
    return "Gwet’s AC2" if name == "gwet_ac1" else f"{TITLES[name]}, weighted"
