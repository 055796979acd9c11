"""Tables, figures and the report: what a study's suggestions look like to its readers."""

from __future__ import annotations

from semcode.findings.agreement_page import AgreementPage, render_agreement
from semcode.findings.agreement_table_page import TablePage, render_table_agreement
from semcode.findings.data import (
    CodedSegment,
    HumanCoding,
    ReportCode,
    ReportData,
    TranscriptSummary,
    UncodedSegment,
)
from semcode.findings.report import render_report

__all__ = [
    "AgreementPage",
    "CodedSegment",
    "HumanCoding",
    "ReportCode",
    "ReportData",
    "TablePage",
    "TranscriptSummary",
    "UncodedSegment",
    "render_agreement",
    "render_report",
    "render_table_agreement",
]
