"""The tables as plain data: for JSON as promised, and as rows for CSV and XLSX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from semcode.evaluate.data import AgreementRow
from semcode.evaluate.modes import ModeReport
from semcode.evaluate.plain import PlainReport
from semcode.evaluate.report import AgreementReport

__all__ = ["flat_rows", "report_json", "row_json"]

Cell = str | int | float | None


def report_json(
    report: AgreementReport | ModeReport | PlainReport, *, by: str = "code"
) -> dict[str, object]:
    """Give `unit`, `mode`, `n_units`, `coders`, `rows` and `overall`, and what else there is.

    `rows` are those of the view `by`; every row has `code` (the label, whatever the view
    compares), `level`, `n`, `prevalence`, the coefficients, `ci` and `undefined`.
    """
    if isinstance(report, ModeReport):
        return {
            "unit": report.unit,
            "mode": report.mode,
            "by": report.by,
            "n_units": report.n_units,
            "coders": list(report.coders),
            "percent_scale": 100,
            "rows": [dict(row) for row in report.rows],
            "overall": dict(report.overall),
            "notes": list(report.notes),
            "methods": " ".join(report.methods),
        }
    if isinstance(report, PlainReport):
        return {
            "unit": "row",
            "mode": "table",
            "by": "category",
            "n_units": report.n_units,
            "n_rows": report.n_rows,
            "coders": list(report.coders),
            "weights": report.weights,
            "rows": [row_json(row) for row in report.rows],
            "overall": {"n_units": report.n_units, **_coefficients(report.overall)},
            "notes": list(report.notes),
            "methods": " ".join(report.methods),
        }
    return _study_json(report, by)


def _study_json(report: AgreementReport, by: str) -> dict[str, object]:
    setting = report.setting
    found: dict[str, object] = {
        "unit": setting.unit,
        "mode": "semcode",
        "by": by,
        "n_units": setting.n_units,
        "coders": list(setting.coders),
        "rows": [row_json(row) for row in report.tables[by]],
        "overall": {
            "n_units": setting.n_units,
            **_coefficients(report.overall),
            "mean_of_codes": {name: value for name, (value, _) in report.mean_of_codes.items()},
        },
        "interviews": list(setting.transcripts),
        "double_coded": report.double_coded,
        "confused": [asdict(item) for item in report.confused],
        "mend_first": [asdict(item) for item in report.mend],
        "more_units": [asdict(item) for item in report.plan],
        "disputed": [
            {
                "transcript": item.place.transcript,
                "participant": item.place.participant,
                "start": item.place.start,
                "end": item.place.end,
                "disagreements": item.n,
                "given": {coder: list(codes) for coder, codes in item.given},
                "text": item.text,
            }
            for item in report.disputed
        ],
        "notes": list(report.notes),
        "methods": " ".join(report.methods),
    }
    if report.drift is not None:
        found["drift"] = asdict(report.drift)
    if report.model is not None:
        found["model"] = {
            "name": report.model.name,
            "n_units": report.model.n_units,
            "pairs": [row_json(row) for row in report.model.pairs],
            "rows": [{"person": person, **row_json(row)} for person, row in report.model.by_code],
            "gaps": [asdict(gap) for gap in report.model.gaps],
            "reason": report.model.reason,
            "notes": list(report.model.notes),
        }
    return found


def row_json(row: AgreementRow) -> dict[str, object]:
    """Give one row with the names that the JSON promises."""
    return {
        "code": row.label,
        "level": row.level,
        "n": row.n,
        "interviews": row.n_interviews,
        "prevalence": row.prevalence,
        "n_positive": row.n_positive,
        **_coefficients(row),
        "warnings": list(row.warnings),
    }


def _coefficients(row: AgreementRow) -> dict[str, object]:
    return {
        **row.values,
        **row.more,
        "ci": {name: list(interval) for name, interval in row.ci.items()},
        "undefined": dict(row.undefined),
        "no_interval": dict(row.no_interval),
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
        cells += [row.values[name], low, high]
    cells += [_cell(row.more.get(key)) for key in extra]
    own = row.more.get("by_coder")
    shares: list[Cell] = [_cell(value) for value in own] if isinstance(own, list) else []
    cells += [*shares[:n_shares], *[None] * (n_shares - len(shares))]
    return [*cells, _said(row.undefined), _said(row.no_interval), " ".join(row.warnings)]


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _said(reasons: Mapping[str, str]) -> str:
    """Write each reason once, with the coefficients that it is about."""
    about: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        about.setdefault(reason, []).append(name)
    return " ".join(f"{', '.join(names)}: {reason}" for reason, names in about.items())
