"""The rapid-analysis matrix in the study: drafts, what people wrote instead, and comments."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from semcode import store
from semcode.errors import InputError
from semcode.findings.coded import CodedStudy
from semcode.findings.rapid_matrix import (
    MatrixCell,
    cell_target,
    fingerprint,
)
from semcode.store.memos import Memo
from semcode.study.findings.matrix_file import EXPORT, read_cells, some

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = [
    "CELL",
    "LONGEST",
    "MatrixRead",
    "cell_guid",
    "keep_copy",
    "read_matrix",
    "with_edits",
]

CELL = "cell"
_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:matrix-cell")
LONGEST = 32_000


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
    found, written, notes = read_cells(path, data)
    now = {(cell.participant, cell.domain.title): cell for cell in cells}
    edits: list[tuple[MatrixCell, str]] = []
    clashes: list[str] = []
    for key, text in found.items():
        cell = now[key]
        if key not in written:
            raise InputError(
                f"The file does not say what {key[0]}, {key[1]} was when it was written.",
                where=str(path),
                remedy=EXPORT,
            )
        if fingerprint(text) in (written[key], fingerprint(cell.text)):
            continue
        if cell.edited_by and fingerprint(cell.text) != written[key]:
            clashes.append(f"{key[0]}, {key[1]}")
        if len(text) > LONGEST:
            raise InputError(
                f"{key[0]}, {key[1]} has more than {LONGEST:,} characters.",
                where=str(path),
                remedy="Make it shorter.",
            )
        _check_place(key, text, written, path)
        edits.append((cell, text))
    if clashes:
        raise InputError(
            f"Changed in this file and, since it was written, in the study too: {some(clashes)}. "
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


def _check_place(
    key: tuple[str, str], text: str, written: Mapping[tuple[str, str], str], path: Path
) -> None:
    """Refuse a cell that holds what was written for another person: a sort of one column alone."""
    mark = fingerprint(text)
    own = [who for (who, title), m in written.items() if m == mark and title == key[1]]
    if text and own and key[0] not in own:
        raise InputError(
            f"{key[0]}, {key[1]} holds what was written for {own[0]}, as if a column had been "
            "sorted without the others. Nothing was stored.",
            where=str(path),
            remedy="Undo the sorting, or write the cell in other words.",
        )


def cell_guid(target: str) -> str:
    """Give the guid under which every wording of a cell is kept."""
    return str(uuid5(_NAMESPACE, target))


def keep_copy(path: Path) -> Path | None:
    """Copy a file that is about to be written over, and name the copy; None where none is."""
    if not path.exists():
        return None
    stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    copy = path.with_name(f"{path.stem} (until {stamp}){path.suffix}")
    number = 2
    while copy.exists():
        copy = path.with_name(f"{path.stem} (until {stamp}, {number}){path.suffix}")
        number += 1
    try:
        shutil.copy2(path, copy)
    except OSError as error:
        raise InputError(
            f"The file that is there cannot be copied: {error.strerror}.",
            where=str(path),
            remedy="Close it, or name another file.",
        ) from error
    return copy


def _written(study: Study) -> Mapping[str, Memo]:
    with study.database.read() as connection:
        memos = store.memos.memos(connection, target_kind=CELL)
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
                target_kind=CELL,
                target=target,
                text=text,
                guid=cell_guid(target),
            )
