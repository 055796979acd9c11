"""Read a matrix workbook that somebody edited, and refuse what Excel or a slip spoiled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from pathlib import Path

from semcode.archives import DAMAGE, checked_parts
from semcode.errors import InputError
from semcode.findings.coded import CodedStudy
from semcode.findings.rapid_matrix import BASELINE, MATRIX, all_domains
from semcode.readers.sheets import Sheet, cell_text, read_sheets
from semcode.wording import natural

__all__ = ["EXPORT", "read_cells", "some"]

#: What to do where a file cannot be read back.
EXPORT = "Write the matrix again with --xlsx into a new file, and edit that."

_ERRORS = frozenset({"#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!", "#SPILL!"})

Texts = dict[tuple[str, str], str]


def read_cells(path: Path, data: CodedStudy) -> tuple[Texts, Texts, list[str]]:
    """Give each cell by participant and domain's title, its fingerprint as written, and notes.

    Raises InputError for a file that is no matrix of this study, or one with merged cells,
    dates or errors of formulas in it.
    """
    sheets = {sheet.title: sheet for sheet in _sheets(path)}
    matrix = _need(sheets, MATRIX, path)
    written = _baseline(_need(sheets, BASELINE, path), path)
    found, notes = _cells_of(matrix, written, data, path)
    return found, written, notes


def _sheets(path: Path) -> list[Sheet]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The file cannot be read: {error.strerror}.", where=str(path), remedy="Check its name."
        ) from error
    if not data.startswith(b"PK"):
        raise InputError(
            "The matrix is read back from the workbook (.xlsx) only; saved as CSV it has lost the "
            "sheet that says what it was when it was written.",
            where=str(path),
            remedy="Save it in Excel as a workbook under another name, with all its sheets.",
        )
    _check_merged(data, path)
    return read_sheets(data, where=str(path))[0]


def _check_merged(data: bytes, path: Path) -> None:
    """Refuse merged cells: all but one of them would come back as if they had been emptied."""
    try:
        parts = list(checked_parts(data, where=str(path)))
    except DAMAGE:
        return  # read_sheets says so
    merged = [
        ref.decode("ascii", "replace")
        for name, part in parts
        if "worksheets/" in name
        for ref in re.findall(rb'<(?:\w{1,20}:)?mergeCell [^>]*?ref="([^"]{1,40})"', part)
    ]
    if merged:
        raise InputError(
            f"Cells are merged: {some(merged)}. Nothing was stored.",
            where=str(path),
            remedy="Unmerge them in Excel (Home, Merge & Center) and give each cell its text.",
        )


def _need(sheets: Mapping[str, Sheet], name: str, path: Path) -> Sheet:
    if name not in sheets or not sheets[name].rows:
        raise InputError(
            f"The sheet {name!r} is missing, hidden or empty, so this is no matrix that can be "
            "read back.",
            where=str(path),
            remedy=EXPORT,
        )
    return sheets[name]


def _baseline(sheet: Sheet, path: Path) -> dict[tuple[str, str], str]:
    rows = [[cell_text(cell) for cell in row.cells] for row in sheet.rows]
    if rows[0][:3] != ["participant", "domain", "fingerprint"] or any(len(r) < 3 for r in rows):
        raise InputError(f"The sheet {BASELINE!r} was changed.", where=str(path), remedy=EXPORT)
    return {(row[0], row[1]): row[2] for row in rows[1:]}


def _cells_of(
    sheet: Sheet, written: Mapping[tuple[str, str], str], data: CodedStudy, path: Path
) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Read the matrix by participant and domain's title, and say what it lacks."""
    head = [cell_text(cell).strip() for cell in sheet.rows[0].cells]
    known = all_domains(data.codes, data.facets)
    if not head or head[0].casefold() != "participant":
        raise InputError(
            "The first column must be headed Participant.",
            where=f"{path}, row {sheet.rows[0].line}",
            remedy=EXPORT,
        )
    for name in head[1:]:
        if name.casefold() not in known or head.count(name) > 1:
            what = "stands twice" if head.count(name) > 1 else "is no domain of this study"
            raise InputError(
                f"The column {name or 'without a heading'!r} {what}.",
                where=f"{path}, row {sheet.rows[0].line}",
                remedy="Give the columns the headings that they had, and remove added ones.",
            )
    titles = [known[name.casefold()].title for name in head[1:]]
    labels = {person.label for person in data.people}
    gone = [title for title in dict.fromkeys(t for _, t in written) if title not in titles]
    notes = [f"No column of the file, and left as they are: {some(gone)}."] if gone else []
    found: dict[tuple[str, str], str] = {}
    seen: set[str] = set()
    for row in sheet.rows[1:]:
        where = f"{path}, row {row.line}"
        for place, cell in enumerate(row.cells):
            _check_cell(cell, head[place] if place < len(head) else "", where)
        cells = [cell_text(cell).strip() for cell in row.cells]
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
    if missing:
        notes.append(f"Not in the file, and left as they are: {some(missing)}.")
    return found, notes


def _check_cell(cell: object, column: str, where: str) -> None:
    """Refuse what Excel made of somebody's words: a date, or the error of a formula."""
    if isinstance(cell, date | time | timedelta):
        raise InputError(
            f"In the column {column!r} Excel has made a date of what was typed: {cell}.",
            where=where,
            remedy="Format the cell as text (Home, Number), type the words again, and save.",
        )
    if isinstance(cell, str) and cell.strip() in _ERRORS:
        raise InputError(
            f"In the column {column!r} stands {cell.strip()}: Excel took words for a formula, as "
            "it does where they begin with = + - or @.",
            where=where,
            remedy="Type them again with an apostrophe (') before them, and save.",
        )


def some(names: Sequence[str], most: int = 5) -> str:
    """List names, a few of many."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more
