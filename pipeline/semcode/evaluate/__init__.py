"""How far coders agree in a study: units, tables with intervals, the model apart, what to mend."""

from __future__ import annotations

from semcode.evaluate.advice import Confusion, Dispute, Mend, MoreUnits
from semcode.evaluate.data import (
    UNITS,
    AgreementRow,
    CodeName,
    Comparison,
    Options,
    Place,
    Source,
    drop,
    select,
)
from semcode.evaluate.measures import NAMES
from semcode.evaluate.mode_data import ModeReport, ModeText
from semcode.evaluate.model import GapRow, ModelTable, model_table
from semcode.evaluate.modes import MODES, in_view, mode_report
from semcode.evaluate.plain import LEVELS, PlainReport, plain_report
from semcode.evaluate.rating import compare, readable
from semcode.evaluate.report import AgreementReport, Batch, agreement_report, common_units
from semcode.evaluate.sampling import Candidate, Draw, Precision, draw, precision
from semcode.evaluate.spans import SpanCounts, count_spans, span_agreement
from semcode.evaluate.unitized import unitized_report
from semcode.evaluate.views import VIEWS, Drift
from semcode.evaluate.words import TITLES, Setting

__all__ = [
    "LEVELS",
    "MODES",
    "NAMES",
    "TITLES",
    "UNITS",
    "VIEWS",
    "AgreementReport",
    "AgreementRow",
    "Batch",
    "Candidate",
    "CodeName",
    "Comparison",
    "Confusion",
    "Dispute",
    "Draw",
    "Drift",
    "GapRow",
    "Mend",
    "ModeReport",
    "ModeText",
    "ModelTable",
    "MoreUnits",
    "Options",
    "Place",
    "PlainReport",
    "Precision",
    "Setting",
    "Source",
    "SpanCounts",
    "agreement_report",
    "common_units",
    "compare",
    "count_spans",
    "draw",
    "drop",
    "in_view",
    "mode_report",
    "model_table",
    "plain_report",
    "precision",
    "readable",
    "select",
    "span_agreement",
    "unitized_report",
]
