"""Another program's SQLite file: read whole tables, and append rows to a copy.

The file is not trusted: it is opened read-only, and nothing that its schema defines
(views, triggers, functions) is run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from semcode.errors import InputError

__all__ = ["append_rows", "is_sqlite", "read_tables"]

_HEADER = b"SQLite format 3\0"

Row = dict[str, object]


def is_sqlite(path: Path) -> bool:
    """Tell whether a file is an SQLite database by its first bytes."""
    try:
        with path.open("rb") as handle:
            return handle.read(len(_HEADER)) == _HEADER
    except OSError:
        return False


def read_tables(path: Path, wanted: Iterable[str] | None = None) -> dict[str, list[Row]]:
    """Give the rows of the wanted tables (all where None) that the file has, in their order.

    Raises InputError for a file that is damaged or no database.
    """
    with _errors(path), closing(_open(path, "mode=ro")) as connection:
        present = _tables(connection)
        names = present if wanted is None else [name for name in wanted if name in present]
        return {name: _rows(connection, name) for name in names}


def append_rows(path: Path, rows: Mapping[str, Sequence[Row]]) -> None:
    """Add rows to tables in one transaction; a row that breaks a unique rule is left out.

    Columns that the file's version lacks are left out. Raises InputError where the file
    cannot be written.
    """
    with _errors(path), closing(_open(path, "mode=rw")) as connection, connection:
        for table, new in rows.items():
            known = _columns(connection, table)
            for row in new:
                kept = {name: value for name, value in row.items() if name in known}
                names = ", ".join(_quoted(name) for name in kept)
                marks = ", ".join("?" * len(kept))
                connection.execute(
                    f"INSERT OR IGNORE INTO {_quoted(table)} ({names}) VALUES ({marks})",  # noqa: S608
                    list(kept.values()),
                )


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, sqlite3.Warning, UnicodeDecodeError) as error:
        raise InputError(
            f"The database cannot be read: {error}.",
            where=str(path),
            remedy="Close the program that uses it, or take the file from a backup.",
        ) from error


def _open(path: Path, mode: str) -> sqlite3.Connection:
    if not is_sqlite(path):
        raise InputError(
            "This is not a database.", where=str(path), remedy="Name the project's own file."
        )
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return [str(row[0]) for row in found]


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    found = connection.execute(f"PRAGMA table_info({_quoted(table)})")
    return {str(row[1]) for row in found}


def _rows(connection: sqlite3.Connection, table: str) -> list[Row]:
    found = connection.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608 - a name of the file's own
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
