"""Tables, figures and the report: what a study's suggestions look like to its readers."""

from __future__ import annotations

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
    "CodedSegment",
    "HumanCoding",
    "ReportCode",
    "ReportData",
    "TranscriptSummary",
    "UncodedSegment",
    "render_report",
]
