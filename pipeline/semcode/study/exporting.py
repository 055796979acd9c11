"""The study as tables: suggestions, segments, codings, codebook, participants, provenance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from semcode.codebook import Codebook, rows_of, to_toml
from semcode.errors import InputError
from semcode.exchange.tables import (
    Cell,
    Sheet,
    write_csv,
    write_text,
    write_xlsx,
)
from semcode.study.reporting import participant_at

if TYPE_CHECKING:
    from semcode.store.runs import SuggestionRow
    from semcode.study.study import Study

__all__ = ["export", "export_codebook"]

_HEADER = (
    *("kind", "coder", "transcript", "participant", "start", "end", "time", "text", "question"),
    *("code", "level", "code_path", "score", "rank", "facets", "memo", "why", "nearest_quote"),
)
_WIDTHS = (11, 14, 18, 12, 7, 7, 9, 70, 40, 26, 15, 34, 7, 6, 12, 24, 50, 50)

_CODEBOOK_WIDTHS = (26, 15, 26, 70, 50, 50, 60, 9, 24, 38)


def export(study: Study, path: Path) -> Path:
    """Write a .csv of suggestions and codings, or an .xlsx of everything."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_csv(path, Sheet("codings", _header(study), _all_rows(study)))
    elif suffix == ".xlsx":
        write_xlsx(path, _sheets(study))
    else:
        raise InputError(
            f"A table cannot be written as {suffix or 'a file without an ending'}.",
            where=str(path),
            remedy="Name a file that ends in .csv or .xlsx.",
        )
    return path


def export_codebook(codebook: Codebook, path: Path) -> Path:
    """Write the codebook as .toml, .csv or .xlsx, to be read in again."""
    rows = rows_of(codebook)
    sheet = Sheet("Codebook", rows[0], rows[1:], _CODEBOOK_WIDTHS)
    suffix = path.suffix.lower()
    if suffix == ".toml":
        write_text(path, to_toml(codebook))
    elif suffix == ".csv":
        write_csv(path, sheet)
    elif suffix == ".xlsx":
        write_xlsx(path, [sheet])
    else:
        raise InputError(
            "A codebook is written as .toml, .csv or .xlsx.",
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
        "",
        "",
        str(row.evidence.get("definition", "")),
        str(nearest.get("text", "")),
    ]


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
                *(None, None, "; ".join(coding.facets), coding.memo, "", ""),
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
