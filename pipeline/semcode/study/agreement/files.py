"""Write agreement as tables and as a page, and read a plain table of ratings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from semcode.errors import InputError
from semcode.evaluate import AgreementReport, ModeReport, Options, PlainReport, plain_report
from semcode.evaluate.output import flat_rows, rounded
from semcode.exchange.ratings import RatingsFile, read_ratings
from semcode.exchange.tables import Cell, Sheet, write_csv, write_text, write_xlsx

__all__ = [
    "AnyReport",
    "table_agreement",
    "write_agreement",
    "write_agreement_page",
    "write_table_page",
]

_NOT_CELLS = frozenset({"sources", "undefined", "no_interval", "ci", "codes"})
_DISPUTE = ("transcript", "participant", "start", "end", "disagreements")

AnyReport = AgreementReport | ModeReport | PlainReport


def table_agreement(
    path: str | Path,
    *,
    coders: Sequence[str] | None = None,
    weights: str | None = None,
    level: str | None = None,
    categories: Sequence[str] | None = None,
    cluster: str | None = None,
    ci: float = 0.95,
    resamples: int = 2_000,
    seed: int = 0,
) -> PlainReport:
    """Compare the coders of a plain table, without a study.

    Units stand in rows and coders in columns of a .csv, .tsv or .xlsx; an empty cell is
    missing. `cluster` names the column with each unit's interview: intervals are then
    bootstrapped over interviews, otherwise analytic. Raises InputError for a table that
    cannot be read or compared.
    """
    file = read_ratings(Path(path), cluster=cluster, coders=coders, categories=categories or ())
    _among(file, categories, path)
    try:
        found = plain_report(
            file.cells,
            coders=file.coders,
            weights=weights,
            level=level,
            categories=categories,
            clusters=file.columns[cluster] if cluster else None,
            options=Options(ci, resamples, seed),
        )
    except InputError as error:
        where = f"{path}: {error.where}" if error.where else str(path)
        raise InputError(error.what, where=where, remedy=error.remedy) from error
    return replace(found, notes=(*file.notes, *found.notes))


def _among(file: RatingsFile, categories: Sequence[str] | None, path: str | Path) -> None:
    """Refuse a rating that is not among the categories, with its line and coder."""
    if categories is None:
        return
    known = {_same(name): name for name in categories}
    loose = {" ".join(name.casefold().split()): name for name in categories}
    for unit, cells in enumerate(file.cells):
        for coder, cell in enumerate(cells):
            if cell is None or _same(cell) in known:
                continue
            near = loose.get(" ".join(cell.casefold().split()))
            hint = f" It differs from {near!r} in capitals or spaces only." if near else ""
            raise InputError(
                f"{cell!r} is not among the categories {', '.join(categories)}.{hint}",
                where=f"{path}, {file.where(unit, coder)}",
                remedy="Correct it in the table, or name it too: --categories "
                f"{','.join([*categories, cell])}",
            )


def _same(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def write_agreement(report: AnyReport, path: str | Path, *, by: str = "code") -> Path:
    """Write a .csv of the table `by`, or an .xlsx of everything."""
    target = Path(path)
    suffix = target.suffix.lower()
    sheets = list(_sheets(report, by))
    if suffix == ".csv":
        write_csv(target, sheets[0])
    elif suffix == ".xlsx":
        write_xlsx(target, sheets)
    else:
        raise InputError(
            f"A table cannot be written as {suffix or 'a file without an ending'}.",
            where=str(target),
            remedy="Name a file that ends in .csv or .xlsx.",
        )
    return target


def write_agreement_page(
    report: AgreementReport, path: str | Path, *, study: str, notice: str = ""
) -> Path:
    """Write agreement as one HTML page that loads nothing from anywhere."""
    from semcode.findings import AgreementPage, render_agreement

    page = AgreementPage(study, notice or None, datetime.now(UTC), report)
    write_text(Path(path), render_agreement(page))
    return Path(path)


def write_table_page(report: PlainReport, path: str | Path, *, table: str | Path) -> Path:
    """Write the agreement of a plain table as one HTML page that loads nothing from anywhere."""
    from semcode.findings import TablePage, render_table_agreement

    page = TablePage(Path(table).name, datetime.now(UTC), report)
    write_text(Path(path), render_table_agreement(page))
    return Path(path)


def _sheets(report: AnyReport, by: str) -> Iterator[Sheet]:
    if isinstance(report, AgreementReport):
        yield from _study_sheets(report, by)
    elif isinstance(report, ModeReport):
        yield from _mode_sheets(report)
    else:
        yield from _plain_sheets(report)


def _study_sheets(report: AgreementReport, by: str) -> Iterator[Sheet]:
    coders = report.setting.coders
    for name in (by, *(view for view in report.tables if view != by)):
        own = () if name in ("pair", "transcript", "time") else coders
        yield Sheet(f"By {name}", *flat_rows(report.tables[name], own), widths=(30, 16))
    yield Sheet("Overall", *flat_rows([report.overall], coders), widths=(16,))
    if report.model is not None:
        yield Sheet("Model and people", *flat_rows(report.model.pairs), widths=(36,))
        header, rows = flat_rows([row for _, row in report.model.by_code])
        people = [person for person, _ in report.model.by_code]
        yield Sheet(
            "Model by code",
            ("person", *header),
            [[person, *row] for person, row in zip(people, rows, strict=True)],
            widths=(16, 30, 16),
        )
        yield _gaps(report)
    yield Sheet(
        "Confused codes",
        ("code", "confused with", "times", "share"),
        [[c.one, c.two, c.count, c.share] for c in report.confused],
        widths=(30, 30),
    )
    yield Sheet(
        "Disputed",
        (*_DISPUTE, *coders, "text", "settled as", "why"),
        [
            [
                *(d.place.transcript, d.place.participant, d.place.start, d.place.end, d.n),
                *("; ".join(codes) or "no code" for _, codes in d.given),
                *(d.text, "", ""),
            ]
            for d in report.disputed
        ],
        widths=(18, 12, 8, 8, 8, *(30 for _ in coders), 80, 30, 40),
    )
    yield Sheet(
        "What to mend",
        ("code", "level", "disagreements", "share", "positive agreement", "advice"),
        [
            [m.code, m.level, m.disagreements, m.share, m.positive_agreement, m.advice]
            for m in report.mend
        ],
        widths=(30, 16, 12, 10, 12, 90),
    )
    yield Sheet(
        "How much more",
        ("code", "level", "half-width now", "wanted", "units needed", "more", "share", "enough"),
        [
            [
                p.code,
                p.level,
                p.half_width,
                p.wanted,
                p.needed,
                p.more,
                p.share,
                "yes" if p.enough else "no",
            ]
            for p in report.plan
        ],
        widths=(30, 16),
    )
    yield _words((*report.summary, *report.notes, *report.methods))


def _gaps(report: AgreementReport) -> Sheet:
    rows: list[list[Cell]] = []
    model = report.model
    gaps = () if model is None else (*model.gaps, *((model.overall,) if model.overall else ()))
    for gap in gaps:
        low, high = gap.interval or (None, None)
        rows.append(
            [
                *map(
                    _cell,
                    (
                        gap.code,
                        gap.level,
                        gap.people,
                        gap.model,
                        gap.gap,
                        low,
                        high,
                        gap.people_positive,
                        gap.model_positive,
                    ),
                ),
                gap.verdict,
                gap.reason,
            ]
        )
    header = (
        "code",
        "level",
        "people",
        "model",
        "difference",
        "low",
        "high",
        "positive: people",
        "positive: model",
        "verdict",
        "reason",
    )
    return Sheet("Model less people", header, rows, widths=(30, 16))


def _mode_sheets(report: ModeReport) -> Iterator[Sheet]:
    plain = list(dict.fromkeys(key for row in report.rows for key in row if key not in _NOT_CELLS))
    rows: list[list[Cell]] = [
        [*(_cell(row.get(key)) for key in plain), *_bounds(row), _reasons(row)]
        for row in report.rows
    ]
    bounds = ("u_alpha_low", "u_alpha_high") if report.unit == "span" else ()
    yield Sheet(
        report.mode if report.unit != "span" else "Spans",
        (*plain, *bounds, "undefined"),
        rows,
        widths=(30, 16),
    )
    own = {key: value for key, value in report.overall.items() if key not in _NOT_CELLS}
    yield Sheet(
        "Overall", (*own, "undefined"), [[*map(_cell, own.values()), _reasons(report.overall)]]
    )
    sources = [
        [str(row["code"]), *(_cell(value) for key, value in source.items() if key != "note")]
        for row in report.rows
        for source in _list(row.get("sources"))
    ]
    if sources:
        header = ("transcript", "size", "percent", "both", "neither", "only_first", "only_second")
        yield Sheet("Sources", ("code", *header, "cohen_kappa"), sources, widths=(30, 18))
    yield _words((*report.notes, *report.methods))


def _bounds(row: Mapping[str, object]) -> list[Cell]:
    """Give the bounds of u-alpha where the table has them."""
    found = row.get("ci")
    if "u_alpha" not in row:
        return []
    bounds = found.get("u_alpha") if isinstance(found, Mapping) else None
    return [_cell(bounds[0]), _cell(bounds[1])] if bounds else [None, None]


def _plain_sheets(report: PlainReport) -> Iterator[Sheet]:
    rows: list[list[Cell]] = [
        [
            *map(_cell, (name, found.value, interval.lower, interval.upper, found.se)),
            *map(_cell, (found.observed, found.expected, found.n_units)),
            found.reason or interval.reason or "",
        ]
        for name, found, interval in report.results
    ]
    header = (
        "coefficient",
        "value",
        "low",
        "high",
        "se",
        "observed",
        "expected",
        "units",
        "reason",
    )
    yield Sheet("Coefficients", header, rows, widths=(22, 10, 10, 10, 10, 10, 10, 10, 80))
    if report.rows:
        yield Sheet("By category", *flat_rows(report.rows, report.coders), widths=(24,))
    yield _words((*report.notes, *report.methods))


def _words(sentences: Sequence[str]) -> Sheet:
    return Sheet("In words", ("sentence",), [[text] for text in sentences], widths=(140,))


def _list(value: object) -> list[Mapping[str, object]]:
    return value if isinstance(value, list) else []


def _reasons(row: Mapping[str, object]) -> str:
    found = row.get("undefined")
    return " ".join(f"{k}: {v}" for k, v in found.items()) if isinstance(found, Mapping) else ""


def _cell(value: object) -> Cell:
    value = rounded(value)
    return value if isinstance(value, str | int | float) or value is None else str(value)
