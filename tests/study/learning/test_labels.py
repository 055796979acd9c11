"""What people did becomes labels; what they did not see, did not mean or took back does not."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from semcode import Code, Codebook, Study, store
from semcode.errors import InputError
from semcode.records import CoderKind, Coding, Decision, Reading, Segment, Verdict
from semcode.study.learning.labels import gather_labels, standing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = "We got evicted in March. The bus never comes here. My mother keeps the girls. I sing."
TEXT = f"I: How are you?\n\nP: {WORDS}\n"
BOOK = Codebook(
    (
        Code("money", "what things cost"),
        Code("housing", "where people live", parent="money"),
        Code("transport", "how people get about"),
        Code("family", "mothers and daughters"),
    )
)
MONEY, HOUSING, TRANSPORT, FAMILY = range(4)


@pytest.fixture
def study(tmp_path):
    (tmp_path / "P1.txt").write_text(TEXT)
    with Study.create(tmp_path / "study", codebook=BOOK) as made:
        made.add([tmp_path / "P1.txt"])
        with made.database.write() as connection:
            [row] = store.transcripts.rows(connection)
            text = store.transcripts.load(connection, row.id).text
            cuts = [text.index(s) for s in ("We got", "The bus", "My mother", "I sing")]
            ends = [*(cut - 1 for cut in cuts[1:]), text.index("I sing") + len("I sing.")]
            question = text.index("How"), text.index("How") + len("How are you?")
            store.segments.replace(
                connection,
                row.id,
                [Segment(a, b, 1, *question) for a, b in zip(cuts, ends, strict=True)],
                "by hand",
            )
        yield made


def spans(study):
    with study.database.read() as connection:
        return [(s.start, s.end) for s in store.segments.of_transcript(connection, 1)]


def code(study, place, name, coder, *, kind=CoderKind.HUMAN, facets=()):
    start, end = spans(study)[place]
    with study.database.write() as connection:
        guid = BOOK[name].guid
        made = Coding("", "P1", start, end, guid, coder, facets)
        store.codings.add(connection, [made], kinds={coder: kind})


def read(study, coder, places=(0, 1, 2, 3)):
    with study.database.write() as connection:
        store.people.coder_id(connection, coder)
        store.codings.add_readings(
            connection, [Reading(coder, "P1", *spans(study)[p], NOW) for p in places]
        )


def decide(study, coder, verdict, place, name, *, undoes=None):
    start, end = spans(study)[place]
    with study.database.write() as connection:
        store.people.coder_id(connection, coder)
        line = Decision(
            *(coder, verdict, "P1", start, end, BOOK[name].guid, 0.5, NOW),
            codebook_version=1,
            undoes=undoes,
        )
        return store.decisions.append(connection, [line])[0]


def labels(study, **options):
    return gather_labels(study.database, study.settings, **options)


def same(found, wanted):
    return np.array_equal(found, np.array(wanted, float), equal_nan=True)


UNKNOWN = [np.nan] * 4


def test_nothing_done_nothing_known(study):
    assert labels(study).y.shape == (0, 4)


def test_unread_is_unknown_and_read_without_the_code_is_a_no(study):
    code(study, 2, "family", "ana")
    assert same(labels(study).y[2], [np.nan, np.nan, np.nan, 1])
    assert np.isnan(labels(study).y[[0, 1, 3]]).all()
    read(study, "ana", (1, 2))
    found = labels(study).y
    assert same(found[1:3], [[0, 0, 0, 0], [0, 0, 0, 1]])
    assert same(found[3], UNKNOWN)


def test_a_child_is_also_its_parent(study):
    read(study, "ana")
    code(study, 0, "housing", "ana")
    assert same(labels(study).y[0], [1, 1, 0, 0])


def test_rejected_changed_and_removed_are_no_and_not_sure_is_unknown(study):
    decide(study, "ana", Verdict.REJECT, 0, "transport")
    decide(study, "ana", Verdict.CHANGE, 1, "family")
    decide(study, "ana", Verdict.REMOVE, 2, "housing")
    decide(study, "ana", Verdict.SKIP, 3, "housing")
    found = labels(study).y
    assert (found[0, TRANSPORT], found[1, FAMILY], found[2, HOUSING]) == (0, 0, 0)
    assert np.isnan(found).sum() == 16 - 3
    read(study, "ana", (3,))
    decide(study, "ana", Verdict.UNSURE, 3, "housing")
    assert same(labels(study).y[3], [0, np.nan, 0, 0])


def test_what_was_taken_back_does_not_count_until_it_is_done_again(study):
    line = decide(study, "ana", Verdict.REJECT, 0, "transport")
    undone = decide(study, "ana", Verdict.UNDO, 0, "transport", undoes=line)
    assert np.isnan(labels(study).y).all()
    decide(study, "ana", Verdict.UNDO, 0, "transport", undoes=undone)
    assert labels(study).y[0, TRANSPORT] == 0
    with study.database.read() as connection:
        kept = standing(list(store.decisions.all_decisions(connection)))
    assert [line.verdict for line in kept] == [Verdict.REJECT]


def test_a_coding_that_stands_outweighs_a_reject(study):
    decide(study, "ana", Verdict.REJECT, 1, "transport")
    code(study, 1, "transport", "ana")
    assert labels(study).y[1, TRANSPORT] == 1


def test_coders_who_differ_are_shares_and_counted(study):
    for coder in ("ana", "ben"):
        read(study, coder)
    code(study, 1, "transport", "ana")
    found = labels(study)
    assert found.y[1, TRANSPORT] == 0.5
    assert found.disputed.tolist() == [0, 0, 1, 0]
    assert [c.tolist() for c in found.counts()] == [[0, 0, 1, 0], [4, 4, 3, 4]]
    assert labels(study, coders=["ben"]).y[1, TRANSPORT] == 0
    with pytest.raises(InputError, match="ana, ben"):
        labels(study, coders=["eve"])


def test_what_was_settled_counts_alone(study):
    for coder in ("ana", "ben"):
        read(study, coder)
    code(study, 1, "transport", "ana")
    code(study, 1, "family", "ben")
    code(study, 1, "transport", "consensus", kind=CoderKind.CONSENSUS)
    decide(study, "ana", Verdict.SETTLE, 1, "transport")
    found = labels(study)
    assert same(found.y[1], [0, 0, 1, 0])
    assert found.disputed.sum() == 0


def test_a_model_teaches_nothing(study):
    code(study, 1, "transport", "semcode", kind=CoderKind.MODEL)
    assert labels(study).known.sum() == 0


def test_a_coding_of_less_than_half_a_segment_does_not_give_it_the_code(study):
    (start, _), (_, end) = spans(study)[0], spans(study)[1]
    read(study, "ana")
    with study.database.write() as connection:
        transport = BOOK["transport"].guid
        whole = Coding("", "P1", start + 20, end, transport, "ana")
        store.codings.add(connection, [whole])
    assert labels(study).y[:2, TRANSPORT].tolist() == [0, 1]


def test_read_to_the_end_can_be_assumed(study):
    code(study, 2, "family", "ana")
    found = labels(study, assume_read=True).y
    assert same(found[:, FAMILY], [0, 0, 1, 0])
    assert not np.isnan(found).any()


def test_codes_that_left_the_codebook_are_told(study):
    code(study, 2, "family", "ana")
    study.set_codebook(Codebook(BOOK.codes[:3]))
    found = labels(study)
    assert found.known.sum() == 0
    assert "1 coding has a code that is not in the newest codebook" in found.notes[0]


def test_texts_go_with_their_question_and_person(study):
    code(study, 2, "family", "ana")
    found = labels(study)
    assert found.texts[2][0] == "How are you?"
    assert "My mother keeps the girls." in found.texts[2][1]
    assert set(found.groups) == {"P1"}
