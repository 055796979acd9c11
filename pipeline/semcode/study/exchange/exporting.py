"""The study as tables: suggestions, segments, codings, codebook, participants, provenance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from semcode.codebook import Codebook, rows_of, to_toml
from semcode.errors import InputError
from semcode.exchange.codebook_docx import write_codebook_docx
from semcode.exchange.project import ProjectCoding
from semcode.exchange.qualcoder import write_qualcoder
from semcode.exchange.tables import (
    Cell,
    Sheet,
    write_csv,
    write_text,
    write_xlsx,
)
from semcode.study.exchange.exchanging import export_codebook_qdc, export_project, study_project
from semcode.study.exchange.matrices import case_matrix, quotations, segment_matrix, variable_labels
from semcode.study.reporting import participant_at

if TYPE_CHECKING:
    from semcode.store.runs import SuggestionRow
    from semcode.study.study import Study

__all__ = ["TABLES", "export", "export_codebook", "export_into_qualcoder", "likely_facets"]

TABLES = ("codings", "segments", "cases", "quotations")

_HEADER = (
    *("kind", "coder", "transcript", "participant", "start", "end", "time", "text", "question"),
    *("code", "level", "code_path", "score", "rank", "facets", "memo", "why", "nearest_quote"),
    "state",
)
_WIDTHS = (11, 14, 18, 12, 7, 7, 9, 70, 40, 26, 15, 34, 7, 6, 12, 24, 50, 50, 9)

_CODEBOOK_WIDTHS = (26, 15, 26, 70, 50, 50, 60, 9, 24, 38)


def export(
    study: Study,
    path: Path,
    *,
    suggestions: bool = True,
    layout: str = "refi",
    table: str = "codings",
) -> Path:
    """Write .csv, .xlsx, or for other programs .qdpx or .qdc, as the ending says.

    `suggestions` and `layout` (of LAYOUTS) are for .qdpx alone, `table` (of TABLES) for
    .csv and .xlsx.
    """
    suffix = path.suffix.lower()
    if table != "codings":
        return _export_table(study, path, table)
    if suffix != ".qdpx" and (layout != "refi" or not suggestions):
        raise InputError(
            "Only a project (.qdpx) can leave suggestions out or be laid out for a program.",
            where=str(path),
            remedy="Name a file that ends in .qdpx, or leave --for and --no-suggestions out.",
        )
    if suffix == ".csv":
        write_csv(path, Sheet("codings", _header(study), _all_rows(study)))
    elif suffix == ".xlsx":
        write_xlsx(path, _sheets(study))
    elif suffix == ".qdpx":
        export_project(study, path, suggestions=suggestions, layout=layout)
    elif suffix == ".qdc":
        export_codebook_qdc(study, path)
    else:
        raise InputError(
            f"A study cannot be written as {suffix or 'a file without an ending'}.",
            where=str(path),
            remedy="Name a file that ends in .csv or .xlsx, or in .qdpx or .qdc.",
        )
    return path


def _export_table(study: Study, path: Path, table: str) -> Path:
    if table not in TABLES:
        raise InputError(
            f"There is no table {table!r}.", where="--table", remedy=f"Use {', '.join(TABLES)}."
        )
    made = {"segments": segment_matrix, "cases": case_matrix, "quotations": quotations}[table]
    if path.suffix.lower() == ".csv":
        write_csv(path, made(study))
    elif path.suffix.lower() == ".xlsx":
        explained = [] if table == "quotations" else [variable_labels(study)]
        write_xlsx(path, [made(study), *explained])
    else:
        raise InputError(
            f"The table of {table} is written as .csv or .xlsx.",
            where=str(path),
            remedy="Name a file with one of these endings.",
        )
    return path


def export_into_qualcoder(study: Study, original: Path, copy: Path) -> list[str]:
    """Write the suggestions into a copy of a QualCoder project, under an owner of their own.

    Gives a sentence for each document that the project does not hold. Raises InputError for
    no QualCoder project, and where the copy exists already.
    """
    project = study_project(study)
    models = {user.guid for user in project.users if user.kind == "model"}
    sources = [
        replace(source, codings=tuple(_scored(c) for c in source.codings if c.user in models))
        for source in project.sources
    ]
    owner = f"AI: semcode {version('semcode')}"
    return write_qualcoder(original, copy, sources, codes=project.codes, owner=owner)


def _scored(coding: ProjectCoding) -> ProjectCoding:
    return coding if coding.score is None else replace(coding, memo=f"Score {coding.score:.2f}")


def export_codebook(
    codebook: Codebook, path: Path, *, counts: Mapping[str, int], number: int
) -> Path:
    """Write the codebook as .toml, .csv or .xlsx, to be read in again, or .docx, to be read.

    `counts` are the codings of each code by guid, `number` is that of the version.
    """
    rows = rows_of(codebook)
    sheet = Sheet("Codebook", rows[0], rows[1:], _CODEBOOK_WIDTHS)
    suffix = path.suffix.lower()
    if suffix == ".toml":
        write_text(path, to_toml(codebook))
    elif suffix == ".csv":
        write_csv(path, sheet)
    elif suffix == ".xlsx":
        write_xlsx(path, [sheet])
    elif suffix == ".docx":
        write_codebook_docx(codebook, path, counts=counts, version=number)
    else:
        raise InputError(
            "A codebook is written as .toml, .csv, .xlsx or .docx.",
            where=str(path),
            remedy="Name a file with one of these endings.",
        )
    return path


def _sheets(study: Study) -> list[Sheet]:
    header = _header(study)
    codebook = rows_of(study.codebook())
    people = study.participants()
    names = _attributes(study)
    who = [[p.label, *(p.attributes.get(n, "") for n in names)] for p in people]
    return [
        Sheet("Suggestions", header, _suggestion_rows(study, weak=False), _WIDTHS),
        Sheet("Not coded", header, _not_coded(study), _WIDTHS),
        Sheet("Codings", header, _coding_rows(study), _WIDTHS),
        Sheet("Codebook", codebook[0], codebook[1:], _CODEBOOK_WIDTHS),
        Sheet("Participants", ["participant", *names], who, [16] * (1 + len(names))),
        Sheet("Provenance", ["key", "value"], _provenance(study), (30, 90)),
    ]


def _attributes(study: Study) -> list[str]:
    return list(dict.fromkeys(name for p in study.participants() for name in p.attributes))


def _header(study: Study) -> list[str]:
    return [*_HEADER, *_attributes(study)]


def _all_rows(study: Study) -> Iterator[Sequence[Cell]]:
    yield from _suggestion_rows(study, weak=False)
    yield from _coding_rows(study)


def _suggestion_rows(study: Study, *, weak: bool) -> Iterator[Sequence[Cell]]:
    codebook = study.codebook()
    people = {p.label: p.attributes for p in study.participants()}
    names = _attributes(study)
    for row in study.suggestions(include_weak=weak):
        if row.code in codebook:
            told = people.get(row.participant or "", {})
            yield [*_suggestion(row, codebook), *(told.get(n, "") for n in names)]


def _not_coded(study: Study) -> Iterator[Sequence[Cell]]:
    floor = study.settings.suggest.floor
    score = _HEADER.index("score")
    for row in _suggestion_rows(study, weak=True):
        value = row[score]
        if isinstance(value, float) and value < floor:
            yield ["not coded", *row[1:]]


def _suggestion(row: SuggestionRow, codebook: Codebook) -> list[Cell]:
    code = codebook[row.code]
    near = row.evidence.get("nearest")
    nearest = near[0] if isinstance(near, list) and near else {}
    return [
        "suggestion",
        "semcode",
        row.transcript,
        row.participant or "",
        row.start,
        row.end,
        _clock(row.time_start),
        row.text,
        row.context,
        code.name,
        codebook.level_of(code) or "",
        " > ".join(codebook.path(code)),
        row.score,
        row.rank,
        "; ".join(likely_facets(row.evidence)),
        "",
        str(row.evidence.get("definition", "")),
        str(nearest.get("text", "")),
        str(row.evidence.get("state", "")),
    ]


def likely_facets(evidence: Mapping[str, object]) -> list[str]:
    """Name the facets' values that a trained model finds likelier than not."""
    found = evidence.get("facets")
    told = found.items() if isinstance(found, Mapping) else ()
    return [str(value) for value, p in told if isinstance(p, float) and p >= 0.5]


def _coding_rows(study: Study) -> Iterator[Sequence[Cell]]:
    codebook = study.codebook()
    people = {p.label: p.attributes for p in study.participants()}
    names = _attributes(study)
    for transcript, codings in study.codings_by_transcript():
        for coding in codings:
            code = codebook.get(coding.code)
            who = participant_at(transcript, coding.start)
            told = people.get(who, {})
            text = transcript.text[coding.start : coding.end]
            yield [
                *("coding", coding.coder, coding.transcript, who, coding.start, coding.end),
                *("", text, ""),
                code.name if code else coding.code,
                (codebook.level_of(code) or "") if code else "",
                " > ".join(codebook.path(code)) if code else "",
                *(None, None, "; ".join(coding.facets), coding.memo, "", "", ""),
                *(told.get(n, "") for n in names),
            ]


def _provenance(study: Study) -> Iterable[Sequence[Cell]]:
    run = study.run()
    yield ["study", study.name]
    if study.notice:
        yield ["notice", study.notice]
    if run is None:
        return
    yield ["run started", run.started_at.isoformat()]
    yield ["run finished", run.finished_at.isoformat() if run.finished_at else ""]
    yield ["seed", run.seed]
    for key, value in run.provenance.items():
        yield [key, value if isinstance(value, (str, int, float)) else json.dumps(value)]


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return ""
    whole = int(seconds)
    return f"{whole // 3600:d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
