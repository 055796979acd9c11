"""The rapid-analysis matrix in the study: drafts, what people wrote instead, and comments."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid4, uuid5

from semcode import store
from semcode.errors import InputError
from semcode.exchange.word import WordHeading, WordQuote, WordTable, WordText, write_word
from semcode.findings.coded import CodedStudy
from semcode.findings.printing import about
from semcode.findings.rapid_matrix import (
    BASELINE,
    MATRIX,
    Comment,
    Domain,
    MatrixCell,
    all_domains,
    cell_target,
    fingerprint,
)
from semcode.readers.sheets import Sheet, cell_text, read_sheets
from semcode.store.memos import Memo
from semcode.wording import natural

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = [
    "MatrixRead",
    "comment",
    "comments",
    "keep_copy",
    "read_matrix",
    "with_edits",
    "write_templates",
]

_CELL, _COMMENT = "cell", "comment"
_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:matrix-cell")
_EXPORT = "Write the matrix again with --xlsx into a new file, and edit that."
_LONGEST = 32_000


@dataclass(frozen=True, slots=True)
class MatrixRead:
    """What reading a matrix back did: cells stored, cells given back to the draft, left alone."""

    changed: tuple[str, ...]
    emptied: tuple[str, ...]
    unchanged: int
    notes: tuple[str, ...]


def with_edits(study: Study, cells: Sequence[MatrixCell]) -> tuple[MatrixCell, ...]:
    """Put what people wrote in place of the drafts."""
    written = _written(study)
    made = []
    for cell in cells:
        memo = written.get(cell_target(cell.participant, cell.domain))
        made.append(
            cell
            if memo is None
            else replace(cell, text=memo.text, edited_by=memo.coder, edited_at=memo.at)
        )
    return tuple(made)


def read_matrix(
    study: Study, path: Path, cells: Sequence[MatrixCell], data: CodedStudy, *, coder: str
) -> MatrixRead:
    """Store the cells that somebody edited in a matrix workbook; all of them or none.

    `cells` are those of every domain as they are now. Every wording that is replaced stays
    in the study. Raises InputError for a file that is not a matrix of this study, or where
    a cell was changed both in the file and, since, in the study.
    """
    if not coder.strip():
        raise InputError("Nobody is named who edited.", remedy="Add --as NAME.")
    sheets = {sheet.title: sheet for sheet in _sheets(path)}
    matrix = _need(sheets, MATRIX, path)
    written = _baseline(_need(sheets, BASELINE, path), path)
    found, notes = _cells_of(matrix, data, path)
    now = {(cell.participant, cell.domain.title): cell for cell in cells}
    edits: list[tuple[MatrixCell, str]] = []
    clashes: list[str] = []
    for key, text in found.items():
        cell = now[key]
        if key not in written:
            raise InputError(
                f"The file does not say what {key[0]}, {key[1]} was when it was written.",
                where=str(path),
                remedy=_EXPORT,
            )
        if fingerprint(text) in (written[key], fingerprint(cell.text)):
            continue
        if cell.edited_by and fingerprint(cell.text) != written[key]:
            clashes.append(f"{key[0]}, {key[1]}")
        if len(text) > _LONGEST:
            raise InputError(
                f"{key[0]}, {key[1]} has more than {_LONGEST:,} characters.",
                where=str(path),
                remedy="Make it shorter.",
            )
        edits.append((cell, text))
    if clashes:
        raise InputError(
            f"Changed in this file and, since it was written, in the study too: {_some(clashes)}. "
            "Nothing was stored.",
            where=str(path),
            remedy="Write the matrix again with --xlsx into a new file, and bring both together.",
        )
    _store(study, edits, coder.strip())
    names = [(f"{cell.participant}, {cell.domain.title}", text) for cell, text in edits]
    return MatrixRead(
        changed=tuple(name for name, text in names if text),
        emptied=tuple(name for name, text in names if not text),
        unchanged=len(found) - len(edits),
        notes=tuple(notes),
    )


def comment(study: Study, text: str, *, on: str, coder: str, data: CodedStudy) -> None:
    """Keep what a reviewer said of a participant, of `participant:domain`, or ("") of all.

    Raises InputError for nothing said, nobody named, or somebody who is not there.
    """
    if not text.strip() or not coder.strip():
        raise InputError(
            "A comment needs words and a name.", remedy="Write --comment TEXT --as NAME."
        )
    person, _, title = on.partition(":")
    labels = {p.label for p in data.people}
    domains = all_domains(data.codes, data.facets)
    if on and person not in labels:
        raise InputError(
            f"There is no participant {person!r} in the matrix.",
            where="--on",
            remedy=f"Use one of: {_some(sorted(labels, key=natural))}.",
        )
    if title and title.strip().casefold() not in domains:
        raise InputError(f"There is no domain {title.strip()!r}.", where="--on", remedy=_EXPORT)
    target = on
    if title:
        target = f"{person}:{domains[title.strip().casefold()].title}"
    if len(target) > 64:
        raise InputError(
            "The names are too long for a comment on one cell.",
            where="--on",
            remedy="Comment on the participant, and name the domain in the comment.",
        )
    with study.database.write() as connection:
        store.memos.write(
            connection,
            coder_id=store.people.coder_id(connection, coder.strip()),
            target_kind=_COMMENT,
            target=target,
            text=text.strip(),
            guid=str(uuid4()),
        )


def comments(study: Study) -> tuple[Comment, ...]:
    """List what reviewers said, the oldest first."""
    with study.database.read() as connection:
        memos = store.memos.memos(connection, target_kind=_COMMENT)
    return tuple(
        Comment(memo.target or "the whole", memo.text, memo.coder, memo.at)
        for memo in reversed(memos)
    )


def keep_copy(path: Path) -> Path | None:
    """Copy a file that is about to be written over, and name the copy; None where none is."""
    if not path.exists():
        return None
    stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    copy = path.with_name(f"{path.stem} (until {stamp}){path.suffix}")
    try:
        shutil.copy2(path, copy)
    except OSError as error:
        raise InputError(
            f"The file that is there cannot be copied: {error.strerror}.",
            where=str(path),
            remedy="Close it, or name another file.",
        ) from error
    return copy


def write_templates(
    data: CodedStudy, domains: Sequence[Domain], cells: Sequence[MatrixCell], folder: Path
) -> list[Path]:
    """Write a summary sheet for each participant: what is there, quotes, and room to write.

    Raises InputError where a sheet is there already: it may have been filled in.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder cannot be made: {error.strerror}.", where=str(folder)
        ) from error
    paths = {p.label: folder / f"{_file_name(p.label)} summary.docx" for p in data.people}
    there = [path.name for path in paths.values() if path.exists()]
    if there or len(set(paths.values())) < len(paths):
        raise InputError(
            f"Already there: {_some(there) or 'two names make one file'}. Nothing was written.",
            where=str(folder),
            remedy="Name an empty folder with --templates.",
        )
    found = {(cell.participant, cell.domain.key): cell for cell in cells}
    for person in data.people:
        own = [found[person.label, domain.key] for domain in domains]
        spoken = [i.name for i in data.interviews if person.label in i.participants]
        write_word(
            paths[person.label],
            [
                WordHeading(f"{data.study}: summary of {person.label}", 0),
                *([WordText(data.notice, "italic")] if data.notice else []),
                WordTable(
                    "To be filled in by whoever summarises.",
                    ("Interview", "Participant", "Summarised by", "Date"),
                    ((", ".join(spoken), about(person) or person.label, "", ""),),
                ),
                *(part for cell in own for part in _template(cell)),
                WordHeading("What stood out, and what does not fit a domain", 1),
                WordText("\n\n\n"),
            ],
        )
    return list(paths.values())


def _template(cell: MatrixCell) -> list[WordHeading | WordText | WordQuote]:
    parts: list[WordHeading | WordText | WordQuote] = [WordHeading(cell.domain.title, 1)]
    if cell.edited_by:
        parts.append(WordText(cell.text))
    parts.append(WordText("Summary in three to five sentences:", "italic"))
    parts.append(WordText("\n\n"))
    for item in cell.passages:
        facets = f" [{', '.join(item.facets)}]" if item.facets else ""
        told = f"— {item.code}{facets}"
        parts.append(WordQuote(item.text, f"{told}; {item.transcript}, {item.start} to {item.end}"))
    if not cell.passages:
        parts.append(WordText("Nothing was coded here.", "italic"))
    return parts


def _written(study: Study) -> Mapping[str, Memo]:
    with study.database.read() as connection:
        memos = store.memos.memos(connection, target_kind=_CELL)
    return {memo.target: memo for memo in memos}


def _store(study: Study, edits: Sequence[tuple[MatrixCell, str]], coder: str) -> None:
    if not edits:
        return
    with study.database.write() as connection:
        who = store.people.coder_id(connection, coder)
        for cell, text in edits:
            if not text and not cell.edited_by:
                continue  # a draft that was emptied is a draft again
            target = cell_target(cell.participant, cell.domain)
            store.memos.write(
                connection,
                coder_id=who,
                target_kind=_CELL,
                target=target,
                text=text,
                guid=str(uuid5(_NAMESPACE, target)),
            )


def _sheets(path: Path) -> list[Sheet]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The file cannot be read: {error.strerror}.", where=str(path), remedy="Check its name."
        ) from error
    return read_sheets(data, where=str(path))[0]


def _need(sheets: Mapping[str, Sheet], name: str, path: Path) -> Sheet:
    if name not in sheets or not sheets[name].rows:
        raise InputError(
            f"The sheet {name!r} is missing or empty, so this is no matrix that can be read back.",
            where=str(path),
            remedy=_EXPORT,
        )
    return sheets[name]


def _baseline(sheet: Sheet, path: Path) -> dict[tuple[str, str], str]:
    rows = [[cell_text(cell) for cell in row.cells] for row in sheet.rows]
    if rows[0][:3] != ["participant", "domain", "fingerprint"] or any(len(r) < 3 for r in rows):
        raise InputError(f"The sheet {BASELINE!r} was changed.", where=str(path), remedy=_EXPORT)
    return {(row[0], row[1]): row[2] for row in rows[1:]}


def _cells_of(
    sheet: Sheet, data: CodedStudy, path: Path
) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Read the matrix by participant and domain's title, and say what it lacks."""
    head = [cell_text(cell).strip() for cell in sheet.rows[0].cells]
    known = all_domains(data.codes, data.facets)
    if not head or head[0].casefold() != "participant":
        raise InputError(
            "The first column must be headed Participant.",
            where=f"{path}, row {sheet.rows[0].line}",
            remedy=_EXPORT,
        )
    for name in head[1:]:
        if name.casefold() not in known or head.count(name) > 1:
            what = "stands twice" if head.count(name) > 1 else "is no domain of this study"
            raise InputError(
                f"The column {name!r} {what}.",
                where=f"{path}, row {sheet.rows[0].line}",
                remedy="Give the columns the headings that they had, and remove added ones.",
            )
    titles = [known[name.casefold()].title for name in head[1:]]
    labels = {person.label for person in data.people}
    found: dict[tuple[str, str], str] = {}
    seen: set[str] = set()
    for row in sheet.rows[1:]:
        cells = [cell_text(cell).strip() for cell in row.cells]
        where = f"{path}, row {row.line}"
        if cells[0] not in labels or cells[0] in seen:
            what = "stands twice" if cells[0] in seen else "is nobody in this matrix"
            raise InputError(
                f"The participant {cells[0] or 'without a name'!r} {what}.",
                where=where,
                remedy="Give the row the participant that it had, and remove added rows.",
            )
        if len(cells) > len(head):
            raise InputError(
                "A cell stands right of the last heading.", where=where, remedy="Remove it."
            )
        seen.add(cells[0])
        cells += [""] * (len(head) - len(cells))
        found |= {(cells[0], title): text for title, text in zip(titles, cells[1:], strict=True)}
    missing = sorted(labels - seen, key=natural)
    return found, [f"Not in the file, and left as they are: {_some(missing)}."] if missing else []


def _file_name(label: str) -> str:
    return "".join(c if c.isalnum() or c in " -_" else "_" for c in label).strip() or "_"


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more
