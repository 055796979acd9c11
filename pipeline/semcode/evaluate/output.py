"""The tables as plain data: for JSON as promised, and as rows for CSV and XLSX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from semcode.evaluate.advice import Dispute
from semcode.evaluate.data import AgreementRow
from semcode.evaluate.measures import NAMES
from semcode.evaluate.mode_data import ModeReport
from semcode.evaluate.model import ModelTable
from semcode.evaluate.plain import PlainReport
from semcode.evaluate.report import AgreementReport

__all__ = ["flat_rows", "report_json", "rounded", "row_json"]

Cell = str | int | float | None
_DECIMALS = 12


_USE = (
    *("positive_agreement", "negative_agreement", "prevalence_index", "bias_index", "pabak"),
    *("by_coder", "span_agreement", "n_decisions", "n_positive_decisions", "n_codes"),
)
_SETS = (
    *("set_alpha_masi", "set_alpha_masi_ci", "set_alpha_jaccard", "set_alpha_jaccard_ci"),
    "set_alpha_reason",
)
_TOP = (
    *("interviews", "double_coded", "confused", "mend_first", "more_units", "disputed"),
    *("drift", "model", "n_rows", "weights", "level", "batch", "batches"),
)


def report_json(
    report: AgreementReport | ModeReport | PlainReport, *, by: str = "code"
) -> dict[str, object]:
    """Give `unit`, `mode`, `n_units`, `coders`, `rows` and `overall`, and what else there is.

    `rows` are those of the view `by`; every row has `code` (the label, whatever the view
    compares), `level`, `n`, `prevalence`, the coefficients, `ci`, `undefined` and
    `details`. The keys are the same for every kind of report, null where they do not
    apply. `percent_scale` is 100 where percentages run from 0 to 100. Numbers are rounded
    to 12 decimals.
    """
    found = dict.fromkeys(_TOP) | {"percent_scale": 1, "by": by}
    if isinstance(report, ModeReport):
        found |= _mode_json(report)
    elif isinstance(report, PlainReport):
        found |= _plain_json(report)
    else:
        found |= _study_json(report, by)
    first = ("unit", "mode", "by", "n_units", "coders", "rows", "overall")
    ordered = {key: found[key] for key in (*first, *(key for key in found if key not in first))}
    return {key: rounded(value) for key, value in ordered.items()}


def rounded(value: object) -> object:
    """Round every float in plain data to 12 decimals, and turn -0.0 into 0.0."""
    if isinstance(value, float):
        return round(value, _DECIMALS) + 0.0
    if isinstance(value, Mapping):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value


def _mode_json(report: ModeReport) -> dict[str, object]:
    keys = dict.fromkeys(key for row in report.rows for key in row)
    return {
        "unit": report.unit,
        "mode": report.mode,
        "by": report.by,
        "n_units": report.n_units,
        "coders": list(report.coders),
        "percent_scale": 100,
        "rows": [_blank() | dict.fromkeys(keys) | dict(row) for row in report.rows],
        "overall": _blank() | dict.fromkeys(_SETS) | dict(report.overall),
        "interviews": list(report.transcripts),
        "notes": list(report.notes),
        "methods": " ".join(report.methods),
    }


def _plain_json(report: PlainReport) -> dict[str, object]:
    rows = [row_json(row) for row in report.rows]
    if not report.clustered:
        rows = [row | {"interviews": None} for row in rows]
    return {
        "unit": "row",
        "mode": "table",
        "by": "category",
        "n_units": report.n_units,
        "n_rows": report.n_rows,
        "coders": list(report.coders),
        "weights": report.weights,
        "level": report.level,
        "rows": rows,
        "overall": {
            "n_units": report.n_units,
            **dict.fromkeys((*_USE, *_SETS)),
            **_coefficients(report.overall),
            "mean_of_codes": None,
        },
        "notes": list(report.notes),
        "methods": " ".join(report.methods),
    }


def _study_json(report: AgreementReport, by: str) -> dict[str, object]:
    setting = report.setting
    return {
        "unit": setting.unit,
        "mode": "semcode",
        "n_units": setting.n_units,
        "coders": list(setting.coders),
        "rows": [row_json(row) for row in report.tables[by]],
        "overall": {
            "n_units": setting.n_units,
            **dict.fromkeys((*_USE, *_SETS, "n_categories")),
            **_coefficients(report.overall),
            "mean_of_codes": {name: value for name, (value, _) in report.mean_of_codes.items()},
        },
        "interviews": list(setting.transcripts),
        "double_coded": report.double_coded,
        "confused": [asdict(item) for item in report.confused],
        "mend_first": [asdict(item) for item in report.mend],
        "more_units": [asdict(item) for item in report.plan],
        "disputed": [_dispute(item) for item in report.disputed],
        "drift": None if report.drift is None else asdict(report.drift),
        "model": None if report.model is None else _model_json(report.model),
        "batch": setting.batch or None,
        "batches": [asdict(batch) for batch in report.batches],
        "notes": list(report.notes),
        "methods": " ".join(report.methods),
    }


def _dispute(item: Dispute) -> dict[str, object]:
    return {
        "transcript": item.place.transcript,
        "participant": item.place.participant,
        "start": item.place.start,
        "end": item.place.end,
        "disagreements": item.n,
        "given": {coder: list(codes) for coder, codes in item.given},
        "text": item.text,
    }


def _model_json(model: ModelTable) -> dict[str, object]:
    return {
        "name": model.name,
        "n_units": model.n_units,
        "people": None if model.among is None else row_json(model.among),
        "pairs": [row_json(row) for row in model.pairs],
        "rows": [{"person": person, **row_json(row)} for person, row in model.by_code],
        "gaps": [asdict(gap) for gap in model.gaps],
        "overall_gap": None if model.overall is None else asdict(model.overall),
        "reason": model.reason,
        "notes": list(model.notes),
    }


def row_json(row: AgreementRow) -> dict[str, object]:
    """Give one row with the names that the JSON promises."""
    return _blank() | {
        "code": row.label,
        "level": row.level,
        "n": row.n,
        "interviews": row.n_interviews,
        "prevalence": row.prevalence,
        "n_positive": row.n_positive,
        **_coefficients(row),
        "warnings": list(row.warnings),
    }


def _blank() -> dict[str, object]:
    """Give every key of a row, with nothing in it."""
    names = ("code", "level", "n", "interviews", "prevalence", "n_positive", *NAMES, *_USE)
    empty: dict[str, object] = {"ci": {}, "undefined": {}, "no_interval": {}, "details": {}}
    return dict.fromkeys(names) | empty | {"warnings": []}


def _coefficients(row: AgreementRow) -> dict[str, object]:
    return {
        **row.values,
        **row.more,
        "ci": {name: list(interval) for name, interval in row.ci.items()},
        "undefined": dict(row.undefined),
        "no_interval": dict(row.no_interval),
        "details": {name: dict(parts) for name, parts in row.details.items()},
    }


def flat_rows(
    rows: Sequence[AgreementRow], coders: Sequence[str] = ()
) -> tuple[tuple[str, ...], list[list[Cell]]]:
    """Give a header and rows of cells: each coefficient with its bounds, reasons at the end."""
    if not rows:
        return ("code", "level", "n"), []
    names = list(rows[0].values)
    extra = [key for key in rows[0].more if key != "by_coder" and not key.endswith("_ci")]
    shares = [f"share_{coder}" for coder in coders]
    header = ["code", "level", "n", "interviews", "prevalence", "n_positive"]
    for name in names:
        header += [name, f"{name}_low", f"{name}_high"]
    header += [*extra, *shares, "undefined", "no_interval", "warnings"]
    return tuple(header), [_cells(row, names, extra, len(shares)) for row in rows]


def _cells(
    row: AgreementRow, names: Sequence[str], extra: Sequence[str], n_shares: int
) -> list[Cell]:
    cells: list[Cell] = [
        row.label,
        row.level,
        row.n,
        row.n_interviews,
        row.prevalence,
        row.n_positive,
    ]
    for name in names:
        low, high = row.ci.get(name, (None, None))
        cells += [_cell(row.values[name]), _cell(low), _cell(high)]
    cells += [_cell(row.more.get(key)) for key in extra]
    own = row.more.get("by_coder")
    shares: list[Cell] = [_cell(value) for value in own] if isinstance(own, list) else []
    cells += [*shares[:n_shares], *[None] * (n_shares - len(shares))]
    return [*cells, _said(row.undefined), _said(row.no_interval), " ".join(row.warnings)]


def _cell(value: object) -> Cell:
    value = rounded(value)
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _said(reasons: Mapping[str, str]) -> str:
    """Write each reason once, with the coefficients that it is about."""
    about: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        about.setdefault(reason, []).append(name)
    return " ".join(f"{', '.join(names)}: {reason}" for reason, names in about.items())
