"""A project of another program in a study: all of it, once, or nothing."""

import os
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from semcode import Code, Codebook, Facet, Study, store
from semcode.errors import InputError, StudyError
from semcode.exchange.project import (
    Case,
    Link,
    Note,
    Passage,
    Project,
    ProjectCode,
    ProjectCoding,
    Source,
    SourceSet,
    User,
    Variable,
)
from semcode.exchange.refi import write_project
from semcode.records import CoderKind, Level, Role
from semcode.study.exchange import importing
from semcode.study.exchange.exchanging import study_project
from semcode.study.exchange.importing import study_from_project

AT = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
TEXT = "Interviewer: Where did you live?\n\nMaria: In the car 🙂, then with my sister.\n"


def guid(number):
    return str(UUID(int=number, version=4))


ANA, HOUSING, CAR, DOC = guid(1), guid(2), guid(3), guid(4)


def coding(number, start, end, code=CAR, user=ANA, **more):
    return ProjectCoding(guid(1000 + number), code, user, start, end, created_at=AT, **more)


def project(*, text=TEXT, codings=None, program="Test 1", **more):
    source = Source(DOC, "P01", text, (coding(1, 41, 51),) if codings is None else codings)
    given = {
        "users": (User(ANA, "Ana"),),
        "codes": (
            ProjectCode(HOUSING, "Housing", None, "Where they live.", "#00aa00"),
            ProjectCode(CAR, "Car", HOUSING),
        ),
        "sources": (source,),
    }
    return Project("Pilot", program, **(given | more))


@pytest.fixture
def written(tmp_path):
    """Write projects as .qdpx files."""

    def write(given, name="p.qdpx"):
        write_project(tmp_path / name, given)
        return tmp_path / name

    return write


@pytest.fixture
def study(tmp_path):
    """An empty study with a codebook of its own."""
    book = Codebook(codes=(Code("housing", "Any home."), Code("Money")))
    with Study.create(tmp_path / "study", codebook=book) as made:
        yield made


def quotes(study):
    return [
        (t.text[c.start : c.end], study.codebook()[c.code].name, c.coder)
        for t, codings in study.codings_by_transcript()
        for c in codings
    ]


def test_a_new_study_is_made_of_a_project(tmp_path, written):
    done = study_from_project(tmp_path / "new", written(project()))
    assert done.made
    assert (done.transcripts, done.codes, done.coders) == (["P01"], ["Housing", "Car"], ["Ana"])
    with Study(tmp_path / "new") as study:
        assert quotes(study) == [("In the car", "Car", "Ana")]
        assert study.name == "Pilot"
        book = study.codebook()
        assert [(c.name, c.parent, c.color) for c in book.codes] == [
            ("Housing", None, "#00aa00"),
            ("Car", "Housing", ""),
        ]
        assert [(s.name, s.role) for s in study.speakers()] == [
            ("Interviewer", Role.INTERVIEWER),
            ("Maria", Role.PARTICIPANT),
        ]
        with study.database.read() as connection:
            key = store.transcripts.rows(connection)[0].id
            assert store.transcripts.load(connection, key).text == TEXT
            assert store.people.coders(connection)[0].guid == ANA
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "p.qdpx"]


def state(study):
    """Everything that an import could change."""
    with study.database.read() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).scalars()
        return {
            name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
            for name in list(tables)
        }


FULL = {
    "cases": (Case(guid(5), "Maria", {"Age": "31"}, (DOC,), "quiet"),),
    "notes": (
        Note(guid(6), "Idea", "ask again", ANA, AT, (CAR,)),
        Note(guid(7), "Diary", "day one", ANA, AT),
        Note(guid(8), "Both", "compare", ANA, AT, (CAR, HOUSING)),
    ),
    "sets": (SourceSet(guid(9), "Shelter", (CAR, DOC)),),
    "links": (Link(guid(10), "leads to", CAR, HOUSING, "OneWay"),),
    "variables": (Variable(guid(11), "Age", "Integer"),),
    "description": "A pilot.",
}


def test_the_same_project_a_second_time_changes_nothing(study, written):
    path = written(project(**FULL))
    first = study.import_project(path)
    assert (first.codings, first.memos, first.kept, first.readings) == (1, 4, 3, 1)
    before = state(study)
    again = study.import_project(path)
    assert state(study) == before
    assert (again.codings, again.known, again.matched, again.codes) == (0, 1, ["P01"], [])


def test_one_with_new_guids_is_the_same_project_too(study, written):
    study.import_project(written(project(**FULL)))
    before = state(study)
    fresh = str.maketrans("0123456789", "0718293456")

    def reissued(path, target):
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name.endswith(".qde"):
                    import re

                    data = re.sub(
                        rb"[0-9a-f]{8}-[0-9a-f-]{27}",
                        lambda m: m[0].decode().translate(fresh).encode(),
                        data,
                    )
                    new.writestr(name, data)
                else:
                    new.writestr(name.translate(fresh), data)
        return target

    path = written(project(**FULL), "again.qdpx")
    again = study.import_project(reissued(path, path.with_name("other.qdpx")))
    assert again.matched == ["P01"]
    assert (again.codings, again.known, again.codes, again.transcripts) == (0, 1, [], [])
    after = state(study)
    for table in ("coding", "code", "coder", "transcript", "participant", "memo", "reading"):
        assert after[table] == before[table], table
    assert len(after["extra"]) <= len(before["extra"]) + 3


def test_codes_are_matched_by_name_and_the_studys_stay(study, written):
    done = study.import_project(written(project()))
    book = study.codebook()
    assert [(c.name, c.parent, c.definition) for c in book.codes] == [
        ("housing", None, "Any home."),
        ("Car", "housing", ""),
        ("Money", None, ""),
    ]
    assert quotes(study) == [("In the car", "Car", "Ana")]
    assert any("another description in the file: 1" in note for note in done.notes)


def test_names_that_are_taken_get_their_parents(study, written):
    codes = (
        ProjectCode(guid(20), "Work"),
        ProjectCode(guid(21), "Barriers", guid(20)),
        ProjectCode(guid(22), "Home"),
        ProjectCode(guid(23), "Barriers", guid(22)),
    )
    path = written(project(codes=codes, codings=(coding(1, 0, 3, guid(23)),)))
    done = study.import_project(path)
    assert "Barriers is now Barriers (Home)" in " ".join(done.notes)
    assert quotes(study)[0][1] == "Barriers (Home)"
    before = study.codebook()
    study.import_project(path)
    assert study.codebook() == before
    kept = {code.guid: code.name for code in study_project(study).codes}
    assert kept[guid(23)] == "Barriers"


def test_a_branch_named_as_a_level_has_it(study, written):
    codes = (
        ProjectCode(guid(20), "Public policy"),
        ProjectCode(guid(21), "Laws", guid(20)),
        ProjectCode(guid(22), "Interpersonal level"),
        ProjectCode(guid(23), "Community", guid(22)),
    )
    study.import_project(written(project(codes=codes, codings=())))
    book = study.codebook()
    levels = {c.name: book.level_of(c) for c in book.codes if c.name not in ("housing", "Money")}
    assert levels == {
        "Public policy": Level.PUBLIC_POLICY,
        "Laws": Level.PUBLIC_POLICY,
        "Interpersonal level": Level.INTERPERSONAL,
        "Community": Level.INTERPERSONAL,
    }


def test_codings_go_to_a_transcript_with_the_same_words(study, written, tmp_path):
    (tmp_path / "Maria one.txt").write_bytes(TEXT.replace("\n", "\r\n").encode())
    study.add([tmp_path / "Maria one.txt"])
    done = study.import_project(written(project()))
    assert (done.matched, done.transcripts) == (["Maria one"], [])
    assert quotes(study) == [("In the car", "Car", "Ana")]


def test_a_changed_text_is_searched_for_the_words(study, written):
    study.import_project(written(project(codings=())))
    changed = TEXT.replace("Where did", "So where did").replace("with my sister", "alone")
    alone = changed.index("alone")
    codings = (coding(1, 44, 54), coding(2, alone, alone + 5, HOUSING))
    done = study.import_project(written(project(text=changed, codings=codings)))
    assert quotes(study) == [("In the car", "Car", "Ana")]
    assert len(done.unplaced) == 1
    assert "P01, housing" in done.unplaced[0]
    assert any("its words differ" in note for note in done.notes)


def test_marked_passages_follow_their_words_into_a_changed_text(study, written):
    study.import_project(written(project(codings=())))
    changed = TEXT.replace("Where did", "So where did").replace("with my sister", "alone")
    alone = changed.index("alone")
    marks = (Passage(guid(70), 44, 54, memo="hm"), Passage(guid(71), alone, alone + 5, memo="oh"))
    source = Source(DOC, "P01", changed, (), passages=marks)
    done = study.import_project(written(project(sources=(source,))))
    (kept,) = study_project(study).sources[0].passages
    assert (TEXT[kept.start : kept.end], kept.memo) == ("In the car", "hm")
    assert len(done.unplaced) == 1
    assert "a marked passage: the words 'alone'" in done.unplaced[0]


def test_marked_passages_of_a_document_without_words_are_counted(study, monkeypatch, written):
    source = Source(DOC, "P01", None, passages=(Passage(guid(70), 0, 2, memo="hm"),))
    monkeypatch.setattr(importing, "read_project", lambda _: project(sources=(source,)))
    done = study.import_project("any")
    assert done.unplaced == ["P01: marked passages and notes of it that have no place: 1."]


def test_one_coding_with_the_memos_of_all_that_are_the_same(study, written):
    codings = (coding(1, 41, 51, memo="one"), coding(2, 41, 51, memo="two"), coding(3, 41, 51))
    done = study.import_project(written(project(codings=codings)))
    assert (done.codings, done.known) == (1, 0)
    assert study.codings()[0].memo == "one\n\ntwo"
    assert any("more than once" in note and ": 2;" in note for note in done.notes)


def test_facets_that_nothing_defines_are_told(study, tmp_path):
    (tmp_path / "P01.txt").write_text(TEXT)
    study.add([tmp_path / "P01.txt"])
    table = tmp_path / "own.csv"
    table.write_text("transcript,code,facets,quote\nP01,Car,barrier; now,In the car\n")
    done = study.import_project(table)
    assert done.codings == 1
    told = "Facets of codings that the codebook does not define: 2 (barrier, now)."
    assert told in done.lost


def test_words_that_are_only_alike_are_shown_to_be_checked(study, tmp_path):
    (tmp_path / "P01.txt").write_text(TEXT)
    study.add([tmp_path / "P01.txt"])
    table = tmp_path / "own.csv"
    table.write_text("transcript,code,quote\nP01,Car,In the car then with my sister\n")
    done = study.import_project(table)
    assert any("were placed on 'In the car" in note for note in done.notes)


def test_an_import_that_another_one_overtook_says_so(written, tmp_path, monkeypatch):
    path = written(project())
    store_whole = importing._store

    def overtaken(*given, **more):
        with Study.create(tmp_path / "new"):
            return store_whole(*given, **more)

    monkeypatch.setattr(importing, "_store", overtaken)
    with pytest.raises(StudyError, match="another one made a study"):
        study_from_project(tmp_path / "new", path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new", "p.qdpx"]


def test_what_a_killed_import_left_is_deleted_later(written, tmp_path):
    old, new = tmp_path / ".semcode-import-a", tmp_path / ".semcode-import-b"
    for left in (old, new):
        left.mkdir()
    os.utime(old, (1, 1))
    study_from_project(tmp_path / "made", written(project()))
    assert not old.exists()
    assert new.exists()


def test_a_coding_that_was_moved_elsewhere_stays_as_the_study_has_it(study, written):
    study.import_project(written(project()))
    done = study.import_project(written(project(codings=(coding(1, 41, 47),))))
    assert quotes(study) == [("In the car", "Car", "Ana")]
    assert any("another place, code or coder in the study: 1" in note for note in done.notes)


def test_who_coded_has_read_unless_it_is_said_otherwise(study, written, tmp_path):
    done = study.import_project(written(project()))
    assert done.readings == 1
    with study.database.read() as connection:
        reading = store.codings.readings(connection)[0]
    assert (reading.coder, reading.start, reading.end, reading.blind, reading.at) == (
        "Ana",
        0,
        len(TEXT),
        True,
        AT,
    )
    assert any("--no-readings" in note for note in done.notes)
    done = study_from_project(tmp_path / "other", written(project()), readings=False)
    assert done.readings == 0


def test_a_coder_without_a_name_gets_one(study, written, tmp_path):
    nobody = project(users=(), codings=(coding(1, 41, 51, user=None),))
    done = study.import_project(written(nobody))
    assert done.coders == ["unnamed coder"]
    study_from_project(tmp_path / "other", written(nobody), coder="Ben")
    with Study(tmp_path / "other") as other:
        assert quotes(other)[0][2] == "Ben"


def test_a_person_is_never_taken_for_a_model(study, written):
    with study.database.write() as connection:
        store.people.coder_id(connection, "Ana", CoderKind.MODEL)
    study.import_project(written(project()))
    assert quotes(study)[0][2] == "Ana (2)"


def test_a_consensus_stays_one(study, written, tmp_path):
    people = (User(ANA, "Ana"), User(guid(30), "consensus", "consensus"))
    codings = (coding(1, 41, 51), coding(2, 41, 51, user=guid(30)))
    study.import_project(written(project(users=people, codings=codings)))
    with study.database.read() as connection:
        kinds = {coder.name: coder.kind for coder in store.people.coders(connection)}
    assert kinds == {"Ana": CoderKind.HUMAN, "consensus": CoderKind.CONSENSUS}
    path = study.export(tmp_path / "b.qdpx")
    before = state(study)
    study.import_project(path)
    assert state(study) == before


def test_cases_are_participants_and_speak_in_their_documents(study, written):
    study.import_project(written(project(**FULL)))
    assert [(p.label, p.attributes) for p in study.participants()] == [("Maria", {"Age": "31"})]
    assert [s.participant for s in study.speakers()] == [None, "Maria"]
    with study.database.read() as connection:
        memos = {(m.target_kind, m.target): m.text for m in store.memos.memos(connection)}
    assert memos == {
        ("code", CAR): "ask again",
        ("participant", "Maria"): "quiet",
        ("study", ""): memos[("study", "")],
    }


def test_a_speaker_whom_a_person_named_stays_named(study, written):
    study.import_project(written(project()))
    study.set_participant("P01", "Maria", "M. from the clinic")
    study.import_project(written(project(**FULL), "b.qdpx"))
    assert [s.participant for s in study.speakers()] == [None, "M. from the clinic"]


def test_variables_of_documents_are_the_participants(study, written):
    given = project(variables=(Variable(guid(11), "Age", "Integer"),))
    source = replace(given.sources[0], attributes={"Age": "31"})
    study.import_project(written(replace(given, sources=(source,))))
    assert [(p.label, p.attributes) for p in study.participants()] == [("P01", {"Age": "31"})]


def test_nothing_is_left_behind_when_it_fails(study, written, tmp_path, monkeypatch):
    path = written(project(**FULL))
    before = state(study)

    def fail(*_args, **_more):
        raise StudyError("the disk is full")

    monkeypatch.setattr(importing, "keep_extras", fail)
    with pytest.raises(StudyError, match="disk is full"):
        study.import_project(path)
    assert state(study) == before
    with pytest.raises(StudyError, match="disk is full"):
        study_from_project(tmp_path / "new", path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.qdpx", "study"]


def test_a_file_that_is_no_project_makes_no_study(tmp_path):
    (tmp_path / "a.qdpx").write_text("hello")
    with pytest.raises(InputError):
        study_from_project(tmp_path / "new", tmp_path / "a.qdpx")
    assert [p.name for p in tmp_path.iterdir()] == ["a.qdpx"]


def test_a_standing_study_is_not_made_anew(study, written, tmp_path):
    with pytest.raises(StudyError, match="holds a study already"):
        study_from_project(tmp_path / "study", written(project()))


def test_a_project_without_codes_gets_the_sem(tmp_path, written):
    done = study_from_project(tmp_path / "new", written(project(codes=(), codings=())))
    assert any("`sem`" in note for note in done.notes)
    with Study(tmp_path / "new") as study:
        assert study.codebook().name != "Pilot"


def test_empty_documents_are_told(study, written):
    done = study.import_project(written(project(text=" \n")))
    assert "Documents that are empty: 1 (P01)." in done.lost
    assert study.transcripts() == []


def test_suggestions_come_back_only_when_asked_for(study, written):
    model = User(guid(30), "semcode suggestions 0.1.0", "model")
    given = project(
        users=(User(ANA, "Ana"), model),
        codings=(coding(1, 41, 51), coding(2, 41, 51, user=guid(30), score=0.5)),
        program="semcode 0.1.0",
    )
    done = study.import_project(written(given))
    assert done.codings == 1
    assert any("Suggestions of semcode in the file: 1" in note for note in done.notes)
    done = study.import_project(written(given), suggestions=True)
    assert done.codings == 1
    assert study.status().codings == {"Ana": 1, "semcode suggestions 0.1.0": 1}


def test_a_file_without_its_texts_codes_the_transcripts_of_the_study(study, written, tmp_path):
    path = written(project())
    held = tmp_path / "only-codings.qdpx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(held, "w") as new:
        new.writestr("project.qde", old.read("project.qde"))
    done = study.import_project(held)
    assert done.codings == 0
    assert "Without a place: 1 coding." in done.unplaced[0]
    (tmp_path / "P01.txt").write_text(TEXT, encoding="utf-8")
    study.add([tmp_path / "P01.txt"])
    assert study.import_project(held).codings == 1
    assert quotes(study) == [("In the car", "Car", "Ana")]


def test_positions_that_do_not_fit_the_study_are_not_taken(study, written, tmp_path):
    codings = tuple(coding(n, 3 * n, 3 * n + 900) for n in range(4))
    held = written(project(text=TEXT * 20, codings=codings))
    with zipfile.ZipFile(held) as old:
        xml = old.read("project.qde")
    with zipfile.ZipFile(held, "w") as new:
        new.writestr("project.qde", xml)
    (tmp_path / "P01.txt").write_text(TEXT, encoding="utf-8")
    study.add([tmp_path / "P01.txt"])
    done = study.import_project(held)
    assert done.codings == 0
    assert "positions do not fit the study's. Without a place: 4 codings" in done.unplaced[0]


def test_attributes_that_the_study_has_stay(study, written, tmp_path):
    study.import_project(written(project(**FULL)))
    cases = (Case(guid(5), "Maria", {"Age": "99", "Site": "A"}, (DOC,)),)
    variables = (Variable(guid(11), "Age", "Integer"), Variable(guid(12), "Site"))
    given = project(**{**FULL, "cases": cases, "variables": variables})
    done = study.import_project(written(given, "b.qdpx"))
    assert study.participants()[0].attributes == {"Age": "31", "Site": "A"}
    assert any("Attributes with another value in the file: 1" in note for note in done.notes)


def test_a_retired_code_keeps_its_codings_and_does_not_come_back(study, written, tmp_path):
    study.import_project(written(project()))
    book = study.codebook()
    study.set_codebook(replace(book, codes=tuple(c for c in book.codes if c.name != "Car")))
    path = study.export(tmp_path / "b.qdpx")
    before = state(study)
    study.import_project(path)
    assert state(study) == before
    study_from_project(tmp_path / "two", path)
    with Study(tmp_path / "two") as other:
        assert quotes(other) == [("In the car", "Car", "Ana")]


def test_a_table_of_quotations_finds_its_transcripts(study, written, tmp_path):
    study.import_project(written(project(codings=())))
    table = tmp_path / "quotations.csv"
    table.write_text(
        "ID,Document,Quotation Content,Codes\n"
        "1:1,P01.docx,In the  car,Shelter\n"
        "1:2,P01.docx,never said so at all,Shelter\n"
        "2:1,P99,In the car,Shelter\n",
        encoding="utf-8",
    )
    done = study.import_project(table, coder="Ben")
    assert quotes(study) == [("In the car", "Shelter", "Ben")]
    assert len(done.unplaced) == 2
    assert "P01, Shelter: the words 'never said so at all'" in done.unplaced[1]
    assert "P99: the study has no such transcript" in done.unplaced[0]
    assert done.matched == ["P01"]


def test_how_positions_were_counted_is_told(study, tmp_path):
    text = TEXT.replace("\n", "\r\n") * 3
    place = text.rindex("with my")
    given = project(text=text, codings=(coding(1, place, place + 7), coding(2, 43, 53)))
    write_project(tmp_path / "p.qdpx", replace(given, program="X"), layout="nvivo")
    done = study.import_project(tmp_path / "p.qdpx")
    assert any("Positions count UTF-16 in 1 document" in note for note in done.notes)
    assert quotes(study)[-1][0] == "with my"


PIECES = (
    "Maria: ",
    "I slept ",
    "in the car",
    ".",
    "\n\n",
    "\r\n",
    "é",
    "e\u0301",
    " 🙂 ",
    "Ben: no",
)


@st.composite
def studies(draw):
    """Draw projects with facets, levels, overlapping and empty spans, and odd text."""
    codes = [
        ProjectCode(HOUSING, "Housing", None, "Where.", "", False, {"level": "community"}),
        ProjectCode(CAR, "Car", HOUSING, "", "", False, {"facets": ("resources",)}),
        ProjectCode(guid(40), draw(st.sampled_from(["Car", "Bus"])), None, "", "", True),
    ]
    sources = []
    for number in range(2):
        text = "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=15))) + "x"
        codings = []
        for place in range(draw(st.integers(0, 6))):
            start = draw(st.integers(0, len(text)))
            end = draw(st.integers(start, len(text)))
            codings.append(
                coding(
                    100 * number + place,
                    start,
                    end,
                    draw(st.sampled_from([HOUSING, CAR, guid(40)])),
                    draw(st.sampled_from([ANA, guid(41)])),
                    memo=draw(st.sampled_from(["", "hm", "two\nlines"])),
                    facets=draw(st.sampled_from([(), ("current",), ("desired", "current")])),
                )
            )
        passages = (Passage(guid(60 + number), 0, len(text), "m", "look", ANA, AT),)
        sources.append(
            Source(
                guid(50 + number),
                f"P{number}",
                text + str(number),
                tuple(codings),
                draw(st.sampled_from(["", "on the phone"])),
                passages=passages,
            )
        )
    cases = (Case(guid(5), "Maria", {"Age": "31"}, (guid(50),)),)
    facet = SourceSet(guid(70), "Facet: resources", (CAR,), "current; desired\nNow or wanted.")
    return project(
        program="semcode 0.1.0",
        users=(User(ANA, "Ana"), User(guid(41), "Ben")),
        codes=tuple(codes),
        sources=tuple(sources),
        **{**FULL, "cases": cases, "sets": (*FULL["sets"], facet)},
    )


@settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(studies())
def test_import_export_import_is_the_same_study(tmp_path_factory, given):
    home = tmp_path_factory.mktemp("round")
    write_project(home / "a.qdpx", given)
    study_from_project(home / "one", home / "a.qdpx")
    with Study(home / "one") as study:
        first, book = study_project(study), study.codebook()
        study.export(home / "b.qdpx")
        before = state(study)
        study.import_project(home / "b.qdpx")
        assert state(study) == before
    study_from_project(home / "two", home / "b.qdpx")
    with Study(home / "two") as study:
        second = study_project(study)
        assert study.codebook().codes == book.codes
        assert (
            study.codebook().facets
            == book.facets
            == (Facet("resources", ("current", "desired"), "Now or wanted."),)
        )
    for name in ("users", "codes", "cases", "notes", "links", "variables", "description"):
        assert getattr(second, name) == getattr(first, name), name
    assert {(s.name, s.members) for s in second.sets} == {(s.name, s.members) for s in first.sets}
    for ours, theirs in zip(first.sources, second.sources, strict=True):
        assert (ours.guid, ours.name, ours.text) == (theirs.guid, theirs.name, theirs.text)
        assert set(ours.codings) == set(theirs.codings)
        assert (ours.memo, ours.passages) == (theirs.memo, theirs.passages)
    assert sum(len(s.codings) for s in first.sources) == len(
        {(s.guid, c.start, c.end, c.code, c.user) for s in given.sources for c in s.codings}
    )
