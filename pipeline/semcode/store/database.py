"""Open the study's database: migrations, transactions that survive a power cut, clear errors."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from semcode.errors import StudyBusyError, StudyError

__all__ = ["Database"]

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30

#: Stands in the header of every study (SQLite's application_id): "semc".
_APPLICATION_ID = 0x73656D63
_HEADER = b"SQLite format 3\0"


class Database:
    """One SQLite file: many readers, one writer at a time.

    Write-ahead log with `synchronous=FULL`: what a committed transaction wrote is there
    after a power cut. Writers begin with BEGIN IMMEDIATE, since a deferred transaction that
    reads and then writes fails when another one wrote between.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the file; with `create`, make it where it is missing or empty.

        Raises StudyError for a file that is damaged, of another program, or of a later
        version; such a file is left untouched.
        """
        _refuse_foreign(path, create=create)
        self.path = path
        self._engine = _engine(path)
        try:
            with self._errors():
                _migrate(self._engine, path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection; the last one folds the log into the file."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging state."""
        with self._errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are all stored, or none if the block raises.

        Raises StudyBusyError when another process holds the study for 30 seconds, and
        StudyError when the disk is full or the file is damaged.
        """
        writing = self._engine.execution_options(semcode_write=True)
        with self._errors(), writing.begin() as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise _explain(error, self.path) from error
        except sqlite3.DatabaseError as error:
            raise _explain(error, self.path) from error
        except json.JSONDecodeError as error:
            raise _damaged(self.path) from error


def _refuse_foreign(path: Path, *, create: bool) -> None:
    """Look at a file's first bytes before SQLite may write to it."""
    if path.with_name(path.name + "-wal").exists():
        return  # what counts may still be in the log: SQLite has to look
    try:
        with path.open("rb") as handle:
            head = handle.read(100)
    except FileNotFoundError:
        if create:
            return
        raise
    if not head and create:
        return
    if len(head) < 100 or not head.startswith(_HEADER):
        raise _damaged(path)
    if int.from_bytes(head[68:72], "big") != _APPLICATION_ID:
        raise StudyError(
            "This database is not a study of semcode.",
            where=str(path),
            remedy="Name another folder.",
        )


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("semcode_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _migrate(engine: Engine, path: Path) -> None:
    with engine.connect() as connection:
        version = _stored_version(connection)
    known = sorted(p.stem.split("_")[0] for p in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    if version == known[-1]:
        return
    if version is not None and version not in known:
        raise StudyError(
            f"The study was written by a later version of semcode (schema {version}).",
            where=str(path),
            remedy="Update semcode: pip install --upgrade semcode",
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.execution_options(semcode_write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION_ID}")


def _stored_version(connection: Connection) -> str | None:
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
    if "alembic_version" in tables:
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None


def _damaged(path: Path) -> StudyError:
    return StudyError(
        "The study file is damaged or is not a study.",
        where=str(path),
        remedy="Put back a copy from your backup of the folder.",
    )


def _explain(error: Exception, path: Path) -> StudyError:
    original = getattr(error, "orig", None) or error
    text = str(original)
    where = str(path)
    if "locked" in text or "busy" in text:
        return StudyBusyError(
            "Another program is writing to the study.",
            where=where,
            remedy="Wait until it is done, then run the same command again; nothing is lost.",
        )
    if "disk is full" in text or "disk I/O" in text:
        return StudyError(
            "The disk is full or cannot be written to.",
            where=where,
            remedy="Free some space and run the same command again; what was stored is safe.",
        )
    if "readonly" in text or "unable to open" in text:
        return StudyError(
            "The study cannot be opened for writing.",
            where=where,
            remedy="Check that you may write to its folder and that it is not on a read-only disk.",
        )
    if "not a database" in text or "malformed" in text:
        return _damaged(path)
    if isinstance(error, OperationalError):
        return StudyError(f"The study's database says: {text}.", where=where)
    return StudyError(f"The study's database refused this: {text}.", where=where)
