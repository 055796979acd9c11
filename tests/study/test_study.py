import json
from pathlib import Path

import pytest

from semcode import Code, Codebook, Level, Study
from semcode.errors import CodebookError, InputError, StudyBusyError, StudyError
from semcode.records import Role
from semcode.store import vectors

DIALOGUE = """\
Interviewer: Where are you living now?

Participant: We got evicted from our apartment in March. I been sleeping on my cousin's couch \
since then, and there is no place of our own to live.

Interviewer: How do you get to your appointments?

Participant: There's one bus an hour. If I miss it I miss the whole group, and they write me up.
"""


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "P01.txt").write_text(DIALOGUE)
    (folder / "P02.txt").write_text(DIALOGUE.replace("cousin", "aunt").replace("bus", "van"))
    return folder


@pytest.fixture
def study(tmp_path):
    with Study.create(tmp_path / "study", codebook="postpartum") as made:
        yield made


def test_a_folder_without_a_study_says_how_to_make_one(tmp_path):
    with pytest.raises(StudyError, match="semcode init"):
        Study(tmp_path)


def test_a_study_is_not_made_twice(tmp_path, study):
    with pytest.raises(StudyError, match="already"):
        Study.create(study.folder)


def test_a_faulty_codebook_leaves_no_folder(tmp_path):
    (tmp_path / "bad.toml").write_text("[[code]]\nname = 'x'\n")
    with pytest.raises(CodebookError):
        Study.create(tmp_path / "study", codebook=tmp_path / "bad.toml")
    assert not (tmp_path / "study").exists()


def test_files_are_added_once(study, files):
    assert study.add([files]).transcripts == ["P01", "P02"]
    again = study.add([files])
    assert (again.transcripts, again.skipped) == ([], ["P01", "P02"])


def test_another_file_of_the_same_name_is_refused_and_the_rest_goes_on(study, files, tmp_path):
    study.add([files / "P01.txt"])
    other = tmp_path / "other"
    other.mkdir()
    (other / "P01.txt").write_text(DIALOGUE.replace("March", "May"))
    (other / "P03.txt").write_text(DIALOGUE.replace("March", "June"))
    added = study.add([other])
    assert added.transcripts == ["P03"]
    assert "another transcript named 'P01'" in added.failed[0]


def test_participants_are_attached_and_unmatched_rows_named(study, files, tmp_path):
    study.add([files])
    table = tmp_path / "participants.csv"
    table.write_text("participant,transcript,age\nA,P01;P02,30\nB,P09,40\n")
    notes = study.add_participants(table)
    assert notes == ["The table gives participant B the transcript `P09`, which was not read."]
    assert {s.participant for s in study.speakers() if s.role == Role.PARTICIPANT} == {"A"}
    assert {p.label: p.attributes for p in study.participants()} == {
        "A": {"age": "30"},
        "B": {"age": "40"},
    }


def test_who_is_not_among_a_transcripts_speakers_is_named(study, files, tmp_path):
    study.add([files])
    table = tmp_path / "participants.csv"
    table.write_text("participant,transcript\nParticipant,P01\nB,P01\n")
    assert study.add_participants(table) == ["No transcript was found for: B."]


@pytest.mark.weights
def test_a_corrected_role_changes_what_is_coded(study, files):
    study.add([files / "P01.txt"])
    first = study.suggest()
    study.set_role("P01", "Interviewer", "participant")
    study.set_role("P01", "Participant", "interviewer")
    second = study.suggest()
    spans = {row.text for row in study.suggestions(include_weak=True)}
    assert first.segments == second.segments == 2
    assert "Where are you living now?" in spans
    assert [s.participant for s in study.speakers()] == ["P01", None]
    with pytest.raises(InputError, match="not a role"):
        study.set_role("P01", "Interviewer", "boss")


@pytest.mark.weights
def test_suggestions_are_on_the_right_words(study, files):
    study.add([files])
    summary = study.suggest()
    assert (summary.transcripts, summary.segments, summary.scored) == (2, 4, 2)
    book = study.codebook()
    best = {(r.transcript, r.text[:8]): book[r.code] for r in study.suggestions() if r.rank == 1}
    assert best["P01", "We got e"].name == "Housing instability"
    assert best["P01", "There's "].name == "Transportation"
    assert book.level_of(best["P01", "There's "]) is Level.COMMUNITY
    [row] = [r for r in study.suggestions() if r.transcript == "P01" and r.rank == 1][:1]
    assert row.context == "Where are you living now?"
    assert row.evidence["definition"]
    assert row.participant == "P01"


@pytest.mark.weights
def test_a_second_run_does_nothing_and_a_new_file_only_itself(study, files):
    study.add([files / "P01.txt"])
    study.suggest()
    run = study.run()
    assert study.suggest().scored == 0
    assert study.run() == run
    study.add([files / "P02.txt"])
    summary = study.suggest()
    assert (summary.scored, summary.transcripts) == (1, 2)
    assert study.run().id == run.id


@pytest.mark.weights
def test_the_same_study_gives_the_same_suggestions(tmp_path, files):
    found = []
    for name in ("a", "b"):
        with Study.create(tmp_path / name) as study:
            study.add([files])
            study.suggest()
            found.append([(r.transcript, r.start, r.code, r.score) for r in study.suggestions()])
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.weights
def test_a_changed_codebook_is_a_new_version_and_a_new_run(study, files):
    study.add([files])
    study.suggest()
    before = study.run()
    only = Codebook(codes=(Code("Transportation", "No car, no license, waiting for the bus."),))
    assert study.set_codebook(only) == 2
    assert study.suggest().embedded == 0
    after = study.run()
    assert (after.codebook_version, after.id != before.id) == (2, True)
    rows = list(study.suggestions(include_weak=True))
    assert [study.codebook()[row.code].name for row in rows] == ["Transportation"] * 4


@pytest.mark.weights
def test_settings_of_the_study_hold(study, files):
    (study.folder / "semcode.toml").write_text("[suggest]\nfloor = 0.9999\n")
    study.add([files])
    with Study(study.folder) as again:
        again.suggest()
        assert list(again.suggestions()) == []
        assert len(list(again.suggestions(include_weak=True))) == 4
        assert again.status().suggestions == 0


def test_two_at_once_are_told_apart(study):
    with study._lock(), pytest.raises(StudyBusyError, match="Another semcode"):
        Study(study.folder).suggest()


@pytest.mark.weights
def test_starter_codings_are_all_placed(coded):
    status = coded.status()
    assert status.notice.startswith("Invented")
    assert (status.transcripts, status.participants, status.pending) == (7, 7, 0)
    table = Path(__file__).resolve().parents[2] / "data/starter/postpartum/codings.csv"
    lines = table.read_text(encoding="utf-8-sig").count("\n")
    assert 400 < sum(status.codings.values()) <= lines
    for transcript, codings in coded.codings_by_transcript():
        for coding in codings:
            words = transcript.text[coding.start : coding.end]
            assert words == words.strip()
            assert words


@pytest.mark.weights
def test_each_segment_is_its_span_of_the_text(coded):
    with coded.database.read() as connection:
        from semcode import store

        for row in coded.transcripts():
            transcript = store.transcripts.load(connection, row.id)
            segments = store.segments.of_transcript(connection, row.id)
            assert segments
            for segment in segments:
                turn = transcript.turns[segment.turn]
                assert turn.start <= segment.start < segment.end <= turn.end
                assert transcript.text[segment.start : segment.end].strip()


@pytest.mark.weights
def test_what_people_coded_is_evidence_from_elsewhere(coded):
    rows = [row for row in coded.suggestions() if "nearest" in row.evidence]
    assert len(rows) > 50
    from semcode import store

    with coded.database.read() as connection:
        texts = {
            row.name: store.transcripts.load(connection, row.id).text
            for row in store.transcripts.rows(connection)
        }
    for row in rows:
        for quote in row.evidence["nearest"]:
            name, start, end = quote["at"]
            assert texts[name][start:end] == quote["text"]
            assert quote["text"] not in row.text or quote["participant"] != row.participant


@pytest.mark.weights
def test_suggestions_beat_chance_on_the_starter_study(coded):
    """The suggested code was given by a coder there far more often than its base rate."""
    codings = coded.codings()
    hits = rate = total = 0
    for row in coded.suggestions():
        if row.rank != 1:
            continue
        there = {
            c.code
            for c in codings
            if c.transcript == row.transcript and c.start < row.end and row.start < c.end
        }
        hits += row.code in there
        rate += len(there) / len(coded.codebook())
        total += 1
    assert hits / total > 5 * rate / total


def test_vectors_are_keyed_by_text():
    assert vectors.text_hash("a") != vectors.text_hash("a ")
    assert len(vectors.text_hash("a")) == 16


@pytest.mark.weights
def test_provenance_tells_how_the_run_came_about(coded):
    run = coded.run()
    made = json.loads(json.dumps(dict(run.provenance)))
    assert made["model"]["name"] == "all-MiniLM-L6-v2"
    assert any(len(value) == 64 for value in made["model"]["sha256"].values())
    assert made["settings"]["suggest"]["floor"] == 0.2
    assert made["versions"]["semcode"]
    assert run.finished_at >= run.started_at


@pytest.mark.weights
def test_what_was_added_by_mistake_can_be_removed(study, files):
    study.add([files])
    study.suggest()
    study.remove("P02")
    assert [row.name for row in study.transcripts()] == ["P01"]
    assert [p.label for p in study.participants()] == ["P01"]
    assert {row.transcript for row in study.suggestions(include_weak=True)} == {"P01"}
    assert study.add([files]).transcripts == ["P02"]
    with pytest.raises(InputError, match="no transcript 'P09'"):
        study.remove("P09")


@pytest.mark.weights
def test_what_people_worked_on_is_not_removed(own_coded):
    with pytest.raises(InputError, match="people have worked on it"):
        own_coded.remove("P01_interview")
    assert own_coded.status().transcripts == 7


@pytest.mark.weights
@pytest.mark.parametrize("change", ["codebook", "settings", "role"])
def test_status_says_when_suggestions_are_stale(study, files, change):
    study.add([files])
    assert study.status().pending == 2
    study.suggest()
    assert study.status().pending == 0
    if change == "codebook":
        study.set_codebook("peer-support")
    elif change == "role":
        study.set_role("P01", "Interviewer", "participant")
    else:
        (study.folder / "semcode.toml").write_text("[suggest]\nper_segment = 1\n")
    with Study(study.folder) as again:
        assert again.status().pending == (1 if change == "role" else 2)


def test_a_table_of_codes_keeps_the_heading(study, tmp_path):
    before = study.codebook()
    study.set_codebook(study.export_codebook(tmp_path / "book.xlsx"))
    assert study.codebook() == before
    assert study.status().codebook_version == 1
