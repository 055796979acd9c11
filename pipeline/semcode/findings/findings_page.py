"""Write findings as one HTML page that opens anywhere and asks for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from semcode.findings import page
from semcode.findings.blocks import Block, Drawing, Figure, Finding, Heading, QuoteList
from semcode.findings.tables import Table

__all__ = ["render_findings"]


def render_findings(
    findings: Sequence[Finding],
    *,
    study: str,
    notice: str | None,
    generated_at: datetime,
    kicker: str = "Findings",
) -> str:
    """Return the page. Equal findings give an equal page; its policy allows no request."""
    figures: dict[str, Any] = {}
    sections = []
    for finding in findings:
        views = []
        for number, block in enumerate(finding.blocks):
            key = f"{finding.kind}-{number}"
            views.append(_view(block, key))
            if isinstance(block, Figure):
                figures[key] = block.spec
        sections.append({"key": finding.kind, "finding": finding, "views": views})
    scripts = (page.plotly_js(), page.asset("report.js")) if figures else ()
    text: str = (
        page.environment()
        .get_template("findings.html.jinja")
        .render(
            study=study,
            notice=notice,
            generated_at=generated_at,
            kicker=kicker,
            sections=sections,
            css=page.asset("report.css") + page.asset("findings.css"),
            figures_json=page.script_json(figures),
            scripts=scripts,
            policy=page.policy(scripts),
        )
    )
    return text.encode("utf-8", "replace").decode("utf-8")


def _view(block: Block, key: str) -> dict[str, Any]:
    kinds: tuple[tuple[type, str], ...] = (
        (str, "text"),
        (Heading, "heading"),
        (Table, "table"),
        (QuoteList, "quotes"),
        (Figure, "figure"),
        (Drawing, "drawing"),
    )
    kind = next(name for type_, name in kinds if isinstance(block, type_))
    return {"kind": kind, "key": key, "block": block}
