import pytest

from semcode import store
from semcode.errors import InputError, ReadError
from semcode.study.review.rebuilding import check


@pytest.fixture
def file(folder):
    return folder.parent / "study-in" / "T1.txt"


def edit(file, *pairs):
    text = file.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)


@pytest.fixture
def coded(review, study, new):
    """Code the first four sentences by hand, and accept and reject suggestions."""
    view = review.transcript("T1", "ana")
    for segment, code in zip(view.segments, ("Kin", "Money", "Couch", "Housing"), strict=False):
        review.code("ana", "T1", segment.start, segment.end, code, request=new())
    review.reject("ana", view.segments[4].id, study.codebook()["Kin"].guid, request=new())
    review.read("ana", [s.id for s in view.segments], request=new())
    review.assign(["ben"], transcripts=["T1"], blind=True)
    return view


def test_codings_move_with_their_words(review, study, file, coded, resuggest):
    edit(
        file,
        ("Interviewer:", "[10:02]\n\nInterviewer:"),
        ("the flat in March", "the house in March"),
        ("My aunt took us in, we sleep on her couch, all three of us. ", ""),
    )
    seen = review.preview_correction("T1", file)
    assert len(study.codings()) == 4
    assert (len(seen.moved), len(seen.changed), len(seen.unplaced)) == (2, 1, 1)
    assert review.correct("ana", "T1", file) == seen
    with study.database.read() as connection:
        text = store.queue.text_and_turns(connection, 1)[0]
        [old] = store.corrections.corrections(connection)
        places = store.assignments.all_assignments(connection)
        read = store.codings.readings(connection)
    assert sorted(text[c.start : c.end][:20] for c in study.codings()) == [
        "One day I want a doo",
        "She asks for nothing",
        "We lost the house in",
    ]
    [gone] = old.unplaced
    assert (gone["coder"], gone["text"][:7]) == ("ana", "My aunt")
    assert old.by == "ana"
    assert len(places) == len(read) == 5
    assert all(text[r.start : r.end] == text[r.start : r.end].strip() for r in (*read, *places))
    assert check(study.database) == []
    line = review.history(transcript="T1")[1]
    assert (line.verdict, line.text[:7]) == ("reject", "One day")


def test_undo_goes_on_after_a_correction(review, study, file, coded, new):
    guid = next(c.guid for c in study.codings() if c.code == study.codebook()["Kin"].guid)
    review.remove("ana", guid, request=new())
    edit(file, ("Interviewer:", "Recorded at home.\n\nInterviewer:"))
    review.correct("", "T1", file)
    review.undo("ana", request=new())
    back = next(c for c in study.codings() if c.guid == guid)
    with study.database.read() as connection:
        text = store.queue.text_and_turns(connection, 1)[0]
    assert text[back.start : back.end].startswith("We lost the flat")
    assert check(study.database) == []
    for _ in range(6):
        review.undo("ana", request=new())
    assert study.codings() == []
    assert check(study.database) == []


def test_what_is_added_is_not_read(review, study, file, coded):
    more = "My brother came too, with the dog and all of his boxes and chairs."
    edit(file, ("all three of us.", f"all three of us. {more}"))
    done = review.correct("ana", "T1", file)
    assert done.unread == 14
    with study.database.read() as connection:
        text = store.queue.text_and_turns(connection, 1)[0]
        read = store.codings.readings(connection)
    at = text.index(more)
    assert not any(r.start < at + len(more) and at < r.end for r in read)


def test_suggestions_come_back_when_codes_are_suggested_anew(review, study, file, coded, resuggest):
    edit(file, ("in March", "in April"))
    review.correct("ana", "T1", file)
    assert {i.transcript for i in review.queue("ana", limit=99).items} == {"T2"}
    assert review.transcript("T1", "ana").segments == ()
    resuggest(study)
    assert {i.transcript for i in review.queue("ana", limit=99).items} == {"T1", "T2"}


def test_roles_and_participants_stay(review, study, file, coded):
    study.set_participant("T1", "P", "Person 7")
    edit(file, ("in March", "in April"), ("P: One day", "Neighbour: One day"))
    seen = review.correct("ana", "T1", file)
    assert any("New speakers: Neighbour" in note for note in seen.notes)
    rows = {
        s.name: (s.role, s.participant, s.guessed) for s in study.speakers() if s.transcript == "T1"
    }
    assert rows["P"] == ("participant", "Person 7", False)
    assert rows["Interviewer"][0] == "interviewer"
    assert rows["Neighbour"][2]


def test_a_second_correction_follows_the_first(review, study, file, coded, new):
    edit(file, ("Interviewer:", "One.\n\nInterviewer:"))
    review.correct("ana", "T1", file)
    edit(file, ("One.\n\n", "One and two and three.\n\n"))
    review.correct("ana", "T1", file)
    with study.database.read() as connection:
        text = store.queue.text_and_turns(connection, 1)[0]
        assert [v.number for v in store.corrections.corrections(connection)] == [1, 2]
    assert {text[c.start : c.end].split()[0] for c in study.codings()} == {"We", "My", "She", "One"}
    assert check(study.database) == []


def test_another_interview_is_refused(review, study, file, coded, tmp_path):
    with pytest.raises(InputError, match="same text"):
        review.correct("ana", "T1", file)
    assert review.preview_correction("T1", file).notes == ("The file has the same text.",)
    other = tmp_path / "other.txt"
    other.write_text("Interviewer: And?\n\nP: Nothing of what was said before is in here.\n")
    assert "another interview" in " ".join(review.preview_correction("T1", other).notes)
    with pytest.raises(InputError, match="another interview"):
        review.correct("ana", "T1", other)
    with pytest.raises(InputError, match="is the transcript 'T2'"):
        review.correct("ana", "T1", file.with_name("T2.txt"))
    with pytest.raises(InputError, match="no transcript 'T9'"):
        review.correct("ana", "T9", file)
    with pytest.raises(ReadError):
        review.correct("ana", "T1", tmp_path / "missing.txt")
    assert len(study.codings()) == 4
