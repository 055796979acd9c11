import numpy as np
import pytest

from semcode import Code, Codebook, Facet, store
from semcode.errors import InputError
from semcode.records import CoderKind, Coding, Participant, Role, Segment, Suggestion


def test_a_transcript_comes_back_as_it_was(database, make_transcript):
    with database.write() as connection:
        key = store.transcripts.add(connection, make_transcript())
    with database.read() as connection:
        assert store.transcripts.load(connection, key) == make_transcript()
        [row] = store.transcripts.rows(connection)
        asks, answers = store.transcripts.speaker_rows(connection)
    assert (row.name, row.turns, row.words) == ("one", 2, len(make_transcript().text.split()))
    assert (asks.words, answers.words, answers.participant) == (4, 8, "one")


def test_roles_and_participants_can_be_corrected(database, make_transcript):
    with database.write() as connection:
        store.transcripts.add(connection, make_transcript())
        store.transcripts.set_role(connection, "one", "I", Role.PARTICIPANT)
        store.transcripts.set_participant(connection, "one", "P", "P07")
        store.people.drop_unused(connection)
        asks, answers = store.transcripts.speaker_rows(connection)
        people = store.people.participants(connection)
    assert (asks.role, asks.guessed) == (Role.PARTICIPANT, False)
    assert answers.participant == "P07"
    assert [p.label for p in people] == ["P07"]
    with pytest.raises(InputError, match="no speaker 'X'"), database.write() as connection:
        store.transcripts.set_role(connection, "one", "X", Role.PARTICIPANT)


def test_attributes_of_a_participant_are_kept_beside_new_ones(database):
    with database.write() as connection:
        store.people.save_participants(connection, [Participant("P1", {"age": "30", "site": "A"})])
        store.people.save_participants(connection, [Participant("P1", {"site": "B"})])
        assert store.people.participants(connection) == [
            Participant("P1", {"age": "30", "site": "B"})
        ]


def test_codebook_versions(database):
    second = Codebook(
        codes=(
            Code("Housing", "Where.", examples=("a couch",), facets=("time",)),
            Code("Kin", "K."),
        ),
        name="second",
        facets=(Facet("time", ("current", "desired"), "When."),),
    )
    with database.write() as connection:
        assert store.codebooks.save(connection, second) == 2
        assert store.codebooks.save(connection, second) == 2
        assert store.codebooks.load(connection) == second
        assert [c.name for c in store.codebooks.load(connection, 1)] == ["Housing"]


def test_a_name_is_one_kind_of_coder(database):
    with database.write() as connection:
        first = store.people.coder_id(connection, "ana")
        assert store.people.coder_id(connection, "ana") == first
        with pytest.raises(InputError, match="is a human"):
            store.people.coder_id(connection, "ana", CoderKind.MODEL)


def test_codings_are_stored_once(database, make_transcript):
    with database.write() as connection:
        store.transcripts.add(connection, make_transcript())
        code = store.codebooks.load(connection).codes[0].guid
        coding = Coding("", "one", 23, 40, code, "ana", ("current",), "a memo")
        assert store.codings.add(connection, [coding, coding]) == 1
        assert store.codings.add(connection, [coding]) == 0
        [found] = store.codings.all_codings(connection)
        assert store.codings.count_by_coder(connection) == {"ana": 1}
    assert (found.start, found.end, found.facets, found.memo) == (23, 40, ("current",), "a memo")
    assert found.codebook_version == 1


def test_vectors_keep_three_digits(database):
    rows = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    keys = [store.vectors.text_hash(t) for t in ("a", "b", "c")]
    with database.write() as connection:
        store.vectors.put(connection, "m", keys[:2], rows[:2])
        store.vectors.put(connection, "m", keys, rows)
        assert store.vectors.missing(connection, "m", [*keys, b"x" * 16]) == {b"x" * 16}
        assert store.vectors.missing(connection, "other", keys) == set(keys)
        found = store.vectors.get(connection, "m", keys)
    for key, row in zip(keys, rows, strict=True):
        np.testing.assert_allclose(found[key], row, rtol=1e-3)


def _run(connection, fingerprint):
    return store.runs.begin(
        connection,
        kind="definitions",
        fingerprint=fingerprint,
        codebook_version=1,
        seed=0,
        provenance={"a": 1},
    )


def test_a_run_goes_on_until_it_is_finished_and_then_replaces_the_last(database, make_transcript):
    with database.write() as connection:
        key = store.transcripts.add(connection, make_transcript())
        store.segments.replace(connection, key, [Segment(23, 40, 1, 3, 16)], "cut-1")
        [segment] = store.segments.of_transcript(connection, key)
        code = store.codebooks.load(connection).codes[0].guid
        for name in ("one", "two"):
            run = _run(connection, name)
            assert _run(connection, name) == run
            store.runs.store_suggestions(
                connection,
                run,
                key,
                [Suggestion(segment.id, code, 0.9, {"words": ["couch"]})],
                segmentation="cut-1",
                segments=1,
            )
            store.runs.finish(connection, run)
        current = store.runs.current(connection)
        assert current is not None
        assert current.fingerprint == "two"
        assert store.runs.done_transcripts(connection, current.id) == {key: "cut-1"}
        assert list(store.runs.suggestions(connection, _run(connection, "one"))) == []
        [row] = store.runs.suggestions(connection, current.id)
    assert (row.text, row.context) == (make_transcript().text[23:40], make_transcript().text[3:16])
    assert (row.participant, row.rank, row.evidence) == ("one", 1, {"words": ["couch"]})


def test_cutting_anew_removes_suggestions_and_keeps_codings(database, make_transcript):
    with database.write() as connection:
        key = store.transcripts.add(connection, make_transcript())
        store.segments.replace(connection, key, [Segment(23, 40, 1)], "cut-1")
        [segment] = store.segments.of_transcript(connection, key)
        code = store.codebooks.load(connection).codes[0].guid
        run = _run(connection, "one")
        store.runs.store_suggestions(
            connection,
            run,
            key,
            [Suggestion(segment.id, code, 0.9)],
            segmentation="cut-1",
            segments=1,
        )
        store.codings.add(connection, [Coding("", "one", 23, 40, code, "ana")])
        store.segments.replace(connection, key, [Segment(23, 30, 1), Segment(31, 40, 1)], "cut-2")
        assert len(store.segments.of_transcript(connection, key)) == 2
        assert list(store.runs.suggestions(connection, run)) == []
        assert store.codings.count(connection) == 1
