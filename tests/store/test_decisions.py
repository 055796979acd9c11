from datetime import UTC, datetime

import pytest

from semcode import store
from semcode.errors import StudyError
from semcode.records import Decision, Verdict


@pytest.fixture
def ready(database, make_transcript):
    with database.write() as connection:
        store.transcripts.add(connection, make_transcript())
        for name in ("ana", "ben"):
            store.people.coder_id(connection, name)
    return database


def line(coder="ana", verdict=Verdict.ACCEPT, **more):
    fields = {"transcript": "one", "start": 23, "end": 40, "code": "g", "score": 0.5}
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return Decision(coder, verdict, at=at, codebook_version=1, **{**fields, **more})


def test_lines_come_back_as_they_were(ready):
    sent = line(request="r", note="n", detail={"a": [1]}, evidence={"words": ["x"]}, seconds=1.5)
    with ready.write() as connection:
        [key] = store.decisions.append(connection, [sent])
    with ready.read() as connection:
        [found] = store.decisions.all_decisions(connection)
        assert store.decisions.by_request(connection, "r") == found
        assert store.decisions.by_request(connection, "s") is None
        assert store.decisions.fetch(connection, [key]) == [found]
        assert store.decisions.newest(connection) == key
        assert store.decisions.seen(connection) == (key, 1, 0, 0, 0, "")
    assert found.id == key
    assert (found.note, found.detail, found.evidence, found.at) == (
        "n",
        {"a": [1]},
        {"words": ["x"]},
        sent.at,
    )


def test_history_is_newest_first_and_filtered(ready):
    with ready.write() as connection:
        ids = store.decisions.append(connection, [line(), line("ben"), line(verdict=Verdict.SKIP)])
    with ready.read() as connection:

        def found(**more):
            return [d.id for d in store.decisions.history(connection, **more)]

        assert found() == ids[::-1]
        assert found(coder="ben") == [ids[1]]
        assert found(transcript="two") == []
        assert found(limit=1, before=ids[2]) == [ids[1]]
        assert [one.id for one in store.decisions.since(connection, ids[0])] == ids[1:]


def test_a_request_is_stored_once_whoever_asks(ready):
    with pytest.raises(StudyError), ready.write() as connection:
        store.decisions.append(connection, [line(request="r"), line("ben", request="r")])
    with ready.read() as connection:
        assert store.decisions.newest(connection) == 0


def test_a_coding_changes_and_goes(ready):
    state = {
        "guid": "c1",
        "coder": "ana",
        "start": 23,
        "end": 40,
        "code": "g",
        "facets": ["now"],
        "memo": "",
        "created_at": store.codebooks.now(),
        "version": 1,
    }
    with ready.write() as connection:
        store.changes.apply_coding(connection, 1, None, state)
        assert store.changes.get_coding(connection, "c1") == (1, state)
        changed = {**state, "memo": "more", "end": 38}
        store.changes.apply_coding(connection, 1, state, changed)
        assert store.changes.codings_in(connection, 1) == [changed]
        store.changes.delete_codings(connection, ["c1"])
        store.changes.insert_codings(connection, [(1, state)])
        assert store.changes.existing(connection, ["c1", "c2"]) == {"c1": (1, state)}
        store.changes.apply_coding(connection, 1, state, None)
        assert store.changes.codings_in(connection, 1) == []
