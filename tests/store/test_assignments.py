from semcode import store
from semcode.store.assignments import Assignment


def test_assignments_are_stored_once_and_read_by_batch(database, make_transcript):
    with database.write() as connection:
        store.transcripts.add(connection, make_transcript("two"))
        items = [Assignment("b1", "ana", "two", 0, 9), Assignment("b1", "ben", "two", 0, 9, False)]
        assert store.assignments.add(connection, items) == 2
        assert store.assignments.add(connection, items) == 0
        assert store.assignments.add(connection, [Assignment("b2", "ana", "two", 0, 9)]) == 1
        assert store.assignments.add(connection, []) == 0
    with database.read() as connection:
        assert store.assignments.all_assignments(connection, batch="b1") == items
        assert len(store.assignments.all_assignments(connection)) == 3
        assert store.assignments.batches(connection) == ["b1", "b2"]
