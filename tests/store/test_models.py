import pytest
from sqlalchemy import update

from semcode import store
from semcode.codebook import Code, Codebook
from semcode.errors import ModelError
from semcode.store import schema


@pytest.fixture
def connection(database):
    with database.write() as connection:
        store.codebooks.save(connection, Codebook((Code("a", "b"),)))
        yield connection


def add(connection, content, kind="codes"):
    return store.models.add(
        connection, content, kind=kind, codebook_version=1, provenance={"labels": 3}
    )


def test_the_newest_of_a_kind_is_found_with_its_data(connection):
    assert store.models.newest(connection) is None
    add(connection, b"one")
    last = add(connection, b"two")
    add(connection, b"three", kind="facets")
    found = store.models.newest(connection)
    assert found == last
    assert store.models.data(connection, found) == b"two"
    assert found.provenance["labels"] == 3


def test_changed_data_is_refused(connection):
    row = add(connection, b"one")
    connection.execute(update(schema.model).values(data=b"two"))
    with pytest.raises(ModelError, match="changed after it was stored"):
        store.models.data(connection, row)


def test_only_the_newest_are_kept_of_each_kind(connection):
    for content in (b"1", b"2", b"3"):
        add(connection, content)
    add(connection, b"4", kind="facets")
    store.models.keep_newest(connection, 2)
    kept = store.models.rows(connection)
    assert [(r.kind, store.models.data(connection, r)) for r in kept] == [
        ("facets", b"4"),
        ("codes", b"3"),
        ("codes", b"2"),
    ]
