"""Write agreement as one HTML page that opens anywhere and asks nothing of any network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from semcode.evaluate import AgreementReport, AgreementRow, Dispute
from semcode.evaluate.words import number
from semcode.findings import agreement_heatmap as heat
from semcode.findings import agreement_plots as plots
from semcode.findings import agreement_tables as tables
from semcode.findings import page
from semcode.findings.quotes import clip

__all__ = ["AgreementPage", "render_agreement"]

_SHOWN_DISPUTES = 30
_QUOTE = 700


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """What the page is made from; `notice` stands on top of it."""

    study: str
    notice: str | None
    generated_at: datetime
    report: AgreementReport


def render_agreement(data: AgreementPage) -> str:
    """Return the page. Equal data give an equal page; its policy allows no request."""
    report = data.report
    figures = _figures(report)
    scripts = (page.plotly_js(), page.asset("report.js")) if figures else ()
    text: str = (
        page.environment()
        .get_template("agreement.html.jinja")
        .render(
            data=data,
            report=report,
            setting=report.setting,
            overall=report.overall,
            figures=figures,
            heat_width=heat.heatmap_width(len(heat.confused_names(report))),
            tables=_tables(report),
            disputes=[_dispute(item) for item in report.disputed[:_SHOWN_DISPUTES]],
            value=number,
            css=page.asset("report.css") + page.asset("agreement.css"),
            figures_json=page.script_json(figures),
            scripts=scripts,
            policy=page.policy(scripts),
        )
    )
    return text.encode("utf-8", "replace").decode("utf-8")


def _figures(report: AgreementReport) -> dict[str, Any]:
    found: dict[str, Any] = {}
    codes = report.tables.get("code", ())
    if codes:
        found["forest"] = plots.forest(report.codes, codes, report.tables.get("level", ()))
    if heat.confused_names(report):
        found["confusions"] = heat.confusion_heatmap(report)
    if report.model is not None and report.model.gaps:
        found["gaps"] = plots.gap_forest(report.codes, report.model.gaps)
    for name in ("forest", "gaps"):
        if name in found:
            found[f"{name}-narrow"] = plots.narrow(found[name])
    return found


def _tables(report: AgreementReport) -> dict[str, Any]:
    n = len(report.setting.coders)
    found: dict[str, Any] = {
        "code": tables.agreement_table(
            "Agreement by code. A unit counts as having a code or not; intervals stand beneath "
            "the values. Positive and negative: the proportions of specific agreement.",
            "Code",
            report.tables.get("code", ()),
            coders=n,
            codes=report.codes,
        ),
        "level": tables.agreement_table(
            "Agreement by level: a unit has a level where it has any code under it.",
            "Level",
            _titled(report.tables.get("level", ())),
            coders=n,
        ),
        "facet": tables.agreement_table(
            "Agreement on facets, over units to which two coders gave the same code.",
            "Facet",
            report.tables.get("facet", ()),
            coders=n,
        ),
        "overall": tables.pooled_table(
            "All codes together: every unit with every code is one decision.",
            "Coders",
            [_renamed(report.overall, " and ".join(report.setting.coders))],
            coders=n,
        ),
        "confusions": tables.confusion_table(report),
        "mend": tables.mend_table(report),
        "more": tables.more_table(report.plan),
    }
    for name, head, caption in (
        ("pair", "Coders", "Each two coders, on the units that these two have read."),
        ("transcript", "Interview", "Each interview by itself; one interview has no interval."),
        ("time", "Period", "Interviews in the order in which they were coded (or added)."),
    ):
        rows = report.tables.get(name, ())
        found[name] = tables.pooled_table(caption, head, rows, coders=2 if name == "pair" else n)
    if report.model is not None:
        found["model"] = tables.pooled_table(
            f"{report.model.name} and each person, all codes together. This is no reliability.",
            "Model and person",
            report.model.pairs
            if report.model.among is None
            else (report.model.among, *report.model.pairs),
            coders=2,
        )
        overall = report.model.overall
        found["gaps"] = tables.gap_table(
            report.model.gaps if overall is None else (*report.model.gaps, overall)
        )
    return found


def _titled(rows: tuple[AgreementRow, ...]) -> list[AgreementRow]:
    return [_renamed(row, row.label.capitalize()) for row in rows]


def _renamed(row: AgreementRow, label: str) -> AgreementRow:
    return replace(row, label=label)


def _dispute(item: Dispute) -> dict[str, Any]:
    every = [set(codes) for _, codes in item.given]
    shared = set.intersection(*every) if every else set()
    return {
        "text": clip(item.text, _QUOTE),
        "where": item.place,
        "n": item.n,
        "given": [
            (
                coder,
                [(code, code in shared) for code in codes],
            )
            for coder, codes in item.given
        ],
    }
