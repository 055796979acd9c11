"""Read a project of another program, whichever it is: the file's content decides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from semcode.errors import InputError
from semcode.exchange.project import Project
from semcode.exchange.qda_tables import is_qda_table, read_qda_table
from semcode.exchange.qualcoder import is_qualcoder, read_qualcoder
from semcode.exchange.refi import is_refi, read_refi
from semcode.exchange.taguette import is_taguette, read_taguette
from semcode.readers.files import shown

__all__ = ["read_project"]

#: Each program's test of the content, and its reader.
_READERS: tuple[tuple[Callable[[Path], bool], Callable[[Path], Project]], ...] = (
    (is_refi, read_refi),
    (is_qualcoder, read_qualcoder),
    (is_taguette, read_taguette),
    (is_qda_table, read_qda_table),
)


def read_project(path: Path) -> Project:
    """Read a project. Raises InputError for a file that is missing, damaged or of no kind known."""
    where = shown(path)
    if not path.exists():
        raise InputError("There is no such file.", where=where, remedy="Check the path.")
    for fits, read in _READERS:
        if fits(path):
            return read(path)
    if path.suffix.lower() in (".qdpx", ".qde", ".qdc"):
        return read_refi(path)  # to say what is wrong with it
    if path.suffix.lower() in (".csv", ".tsv", ".xlsx"):
        return read_qda_table(path)  # to say which columns it lacks
    raise InputError(
        "This is no project that can be read.",
        where=where,
        remedy="Export it as REFI-QDA (.qdpx), or as a table of quotations, from its program. "
        "Transcripts come in with semcode add.",
    )
