from semcode import store
from semcode.records import Coder, CoderKind, Participant


def test_what_is_kept_comes_back_in_order_and_new_data_replaces_old(database):
    with database.write() as connection:
        store.extras.put(connection, "set", {"b": {"name": "B"}, "a": {"name": "A"}})
        store.extras.put(connection, "set", {"b": {"name": "B2"}})
        store.extras.put(connection, "link", {"b": {"name": "L"}})
        store.extras.put(connection, "note", {})
    with database.read() as connection:
        assert list(store.extras.of_kind(connection, "set").items()) == [
            ("b", {"name": "B2"}),
            ("a", {"name": "A"}),
        ]
        assert store.extras.of_kind(connection, "note") == {}


def test_participants_keep_their_guids_and_the_others_get_lasting_ones(database):
    with database.write() as connection:
        store.people.save_participants(connection, [Participant("P1"), Participant("P2")])
        store.identities.set_participant(connection, "P1", "guid-1")
        store.identities.set_participant(connection, "P1", "guid-2")
        store.identities.complete_participants(connection)
        first = store.identities.participant_guids(connection)
        store.identities.complete_participants(connection)
        assert store.identities.participant_guids(connection) == first
    assert first["P1"] == "guid-1"
    assert len(first["P2"]) == 36


def test_a_coder_is_stored_once_with_the_guid_that_is_known(database):
    ana = Coder("guid-ana", "Ana", CoderKind.HUMAN)
    with database.write() as connection:
        key = store.identities.keep_coder(connection, ana)
        assert store.identities.keep_coder(connection, Coder("other", "Ana")) == key
        assert store.people.coders(connection) == [ana]


def test_every_code_there_ever_was_is_known(database):
    with database.read() as connection:
        book = store.codebooks.load(connection)
        assert store.identities.code_guids(connection) == {code.guid: 1 for code in book}
