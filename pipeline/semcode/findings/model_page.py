"""Write how good the model is as one HTML page that opens anywhere and asks for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from semcode.evaluate.model_report import ModelReport, Section, shown
from semcode.findings import model_plots as plots
from semcode.findings import model_tables as tables
from semcode.findings import page

__all__ = ["ModelPage", "render_model"]


@dataclass(frozen=True, slots=True)
class ModelPage:
    """What the page is made from; `notice` stands on top of it."""

    study: str
    notice: str | None
    generated_at: datetime
    report: ModelReport


def render_model(data: ModelPage) -> str:
    """Return the page. Equal data give an equal page; its policy allows no request."""
    report = data.report
    parts = [part for part in (report.audit, report.left_out) if part is not None]
    figures: dict[str, Any] = {}
    for part in parts:
        figures[f"codes-{_key(part)}"] = plots.code_forest(part.codes)
        figures[f"reliability-{_key(part)}"] = plots.reliability_figure(part.reliability)
    if report.curve is not None and report.curve.points:
        figures["curve"] = plots.curve_figure(report.curve)
    scripts = (page.plotly_js(), page.asset("report.js")) if figures else ()
    text: str = (
        page.environment()
        .get_template("model.html.jinja")
        .render(
            data=data,
            report=report,
            main=report.main,
            parts=[_part(part) for part in parts],
            figures=figures,
            tables=_tables(report),
            shown=shown,
            css=page.asset("report.css") + page.asset("agreement.css"),
            figures_json=page.script_json(figures),
            scripts=scripts,
            policy=page.policy(scripts),
        )
    )
    return text.encode("utf-8", "replace").decode("utf-8")


def _key(part: Section) -> str:
    return part.basis.replace(" ", "-")


def _part(part: Section) -> dict[str, Any]:
    title = "The audit sample" if part.basis == "audit" else "Participants left out"
    return {
        "key": _key(part),
        "title": title,
        "section": part,
        "codes": tables.quality_table(
            f"{title}: each code. Coded counts the segments that somebody gave the code.",
            "Code",
            part.codes,
            sort=True,
        ),
        "levels": tables.quality_table(
            f"{title}: each level. A segment has a level where it has any code of it.",
            "Level",
            part.levels,
        ),
        "whole": tables.quality_table(
            f"{title}: all codes together. The mean weighs codes alike, pooling weighs decisions. "
            "Coded and suggested count every code of a segment.",
            "Over",
            (part.macro, part.micro),
            together=True,
        ),
        "reliability": tables.reliability_table(part.reliability),
    }


def _tables(report: ModelReport) -> dict[str, Any]:
    return {
        "pairs": tables.pair_table(report.pairs),
        "disputed": tables.disputed_table(report.disputed),
        "curve": tables.curve_table(report.curve) if report.curve else None,
        "fairness": tables.fairness_table(report.fairness),
    }
