import sqlite3
import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from semcode import store
from semcode.errors import StudyBusyError, StudyError
from semcode.store import database as module
from semcode.store import schema


def test_migrations_make_the_tables_that_the_code_uses(database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_a_study_of_an_earlier_version_opens(tmp_path, version):
    path = tmp_path / "study.db"
    old = sqlite3.connect(path)
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(module._MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()
    old.execute(f"PRAGMA application_id = {module._APPLICATION_ID}")
    old.execute(
        "INSERT INTO coder (id, guid, name, kind, created_at) "
        "VALUES (1, 'g', 'ana', 'human', '2026-01-01T00:00:00+00:00')"
    )
    old.execute("INSERT INTO participant (id, label, attributes) VALUES (1, 'P01', '{}')")
    old.commit()
    old.close()
    database = store.Database(path)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        assert [coder.name for coder in store.people.coders(connection)] == ["ana"]
        assert [person.label for person in store.people.participants(connection)] == ["P01"]
    database.close()


def test_power_loss_settings(database):
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_failed_block_leaves_nothing(database):
    def fail():
        with database.write() as connection:
            store.people.coder_id(connection, "ana")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as connection:
        assert store.people.coders(connection) == []


def test_writers_wait_for_each_other(database):
    def work(first):
        for number in range(10):
            with database.write() as connection:
                store.people.coder_id(connection, f"{first}-{number}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert len(store.people.coders(connection)) == 40


def test_a_study_held_by_another_says_so(tmp_path, monkeypatch, database):
    monkeypatch.setattr(module, "_BUSY_SECONDS", 0.1)
    other = store.Database(database.path)
    busy = pytest.raises(StudyBusyError, match="Another program")
    with database.write(), busy, other.write():
        pass
    other.close()


@pytest.mark.parametrize(
    "content", [b"this is not a database" * 100, b"SQLite format 3\0" + b"x" * 500]
)
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "study.db"
    path.write_bytes(content)
    with pytest.raises(StudyError, match="damaged") as caught:
        store.Database(path)
    assert str(path) in str(caught.value)


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "study.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(StudyError, match="not a study"):
        store.Database(path)


def test_a_later_version_asks_for_an_update(database):
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StudyError, match="later version"):
        store.Database(database.path)
