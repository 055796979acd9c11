"""What programs really write, as seen in their files."""

from datetime import UTC, datetime

import pytest

from semcode.errors import ReadError
from semcode.exchange.reading import read_project
from semcode.exchange.refi import is_refi, read_refi


def spans(project):
    return [
        (source.text[coding.start : coding.end], coding.code)
        for source in project.sources
        for coding in source.codings
    ]


def test_a_project_as_the_standard_has_it(made, words):
    inside = "<Description> moved often </Description>"
    mark = words.selection(41, 51, inside=inside)
    project = read_project(
        made(words.users, words.codes, f"<Sources>{words.source(mark)}</Sources>")
    )
    assert (project.name, project.program) == ("Pilot", "Test 1")
    assert [(user.guid, user.name) for user in project.users] == [
        (words.ana, "Ana"),
        (words.ben, "Ben"),
    ]
    assert [(c.guid, c.name, c.parent, c.color, c.description) for c in project.codes] == [
        (words.home, "Housing", None, "#0a0", "Where they live."),
        (words.car, "Car", words.home, "", ""),
    ]
    assert spans(project) == [("In the car", words.car)]
    coding = project.sources[0].codings[0]
    assert (coding.user, coding.memo) == (words.ana, "moved often")
    assert project.lost == project.warnings == ()


def test_marked_passages_without_their_words_and_backward_ones_are_told(made, words):
    memo = words.selection(3, 9, code="", inside="<Description>ask again</Description>")
    held = f"<Sources>{words.source(memo)}</Sources>"
    project = read_refi(made(words.codes, held, files={}))
    told = "Marked passages with a memo in documents without words are left out: 1."
    assert told in project.warnings
    turned = f"<Sources>{words.source(words.selection(51, 41))}</Sources>"
    project = read_refi(made(words.codes, turned))
    assert spans(project) == [("In the car", words.car)]
    assert any("end before they begin" in warning for warning in project.warnings)


@pytest.mark.parametrize(
    ("qde", "files", "path"),
    [
        ("Project.qde", "Sources/x.txt", "internal://x.txt"),
        ("Meine Daten.QDE", "sources/X.TXT", "internal://x.txt"),
        ("project.qde", "x.txt", "x.txt"),
        ("project.qde", "sources/x.txt", "x.txt"),
        ("project.qde", "sources/x.txt", "relative:///x.txt"),
        ("sub/project.qde", "sub/sources/x.txt", "internal://x.txt"),
        ("project.qde", "sources\\x.txt", "internal://x.txt"),
        ("project.qde", "sources/ein text.txt", "internal://ein%20text.txt"),
    ],
)
def test_files_lie_where_programs_put_them(made, words, qde, files, path):
    inside = {files: words.text.encode(), "sources/.root": b""}
    held = words.source(words.selection(41, 51), path=path)
    project = read_refi(made(words.codes, f"<Sources>{held}</Sources>", qde=qde, files=inside))
    assert spans(project) == [("In the car", words.car)]


@pytest.mark.parametrize("path", ["absolute:///etc/passwd", "internal://../p.qdpx", "../../x.txt"])
def test_files_outside_of_the_project_are_never_opened(made, words, path):
    held = words.source(words.selection(41, 51), path=path)
    project = read_refi(made(words.codes, f"<Sources>{held}</Sources>"))
    assert project.sources[0].text is None
    assert any("lie outside of the project: 1 (P01)" in line for line in project.lost)


def test_a_qde_finds_the_sources_beside_it_and_nothing_above(tmp_path, words):
    (tmp_path / "secret.txt").write_text("not for you")
    home = tmp_path / "home"
    (home / "sources").mkdir(parents=True)
    (home / "sources" / "x.txt").write_text(words.text)
    (home / "sources" / "link.txt").symlink_to(tmp_path / "secret.txt")
    for path, text in (("internal://x.txt", words.text), ("internal://link.txt", None)):
        held = words.source(path=path)
        (home / "a.qde").write_text(words.document(f"<Sources>{held}</Sources>"))
        assert read_refi(home / "a.qde").sources[0].text == text


def test_nvivo_counts_utf_16_units_after_the_mark(made, words):
    text = words.text.replace("\n", "\r\n") * 3
    data = b"\xef\xbb\xbf" + text.encode()
    places = [text.index("with my"), text.rindex("with my")]
    units = [len(text[:place].encode("utf-16-le")) // 2 for place in places]
    marks = [words.selection(u, u + 7, number=n) for n, u in enumerate(units)]
    project = read_refi(
        made(
            words.codes,
            f"<Sources>{words.source(*marks)}</Sources>",
            files={f"sources/{words.doc}.txt": data},
            origin="NVivo 12",
        )
    )
    assert spans(project) == [("with my", words.car)] * 2
    assert project.sources[0].offsets == "UTF-16"
    assert project.sources[0].text == text


def test_atlas_counts_one_for_a_line_end_of_two(made, words):
    text = words.text.replace("\n", "\r\n") * 3
    place = words.text.index("with my") + 2 * len(words.text)
    mark = words.selection(place, place + 7, name="with my sister. ...")
    project = read_refi(
        made(
            words.codes,
            f"<Sources>{words.source(mark)}</Sources>",
            files={f"sources/{words.doc}.txt": text.encode()},
            origin="ATLAS.ti 8",
        )
    )
    assert spans(project) == [("with my", words.car)]
    assert project.sources[0].offsets == "code points, LF"


def test_empty_names_zero_lengths_and_memos_without_a_code(made, words):
    memo = words.selection(
        0, 11, None, number=2, inside="<Description>who asks?</Description>", name="Interviewer"
    )
    inside = words.source(words.selection(41, 41), memo, words.selection(3, 5, None, number=3))
    project = read_refi(made(words.users, words.codes, f"<Sources>{inside}</Sources>"))
    found = project.sources[0]
    assert [(coding.start, coding.end) for coding in found.codings] == [(41, 41)]
    assert [(p.start, p.end, p.memo) for p in found.passages] == [(0, 11, "who asks?")]
    assert project.warnings == ("Marked passages carry neither code nor memo and are left out: 1.",)


def test_notes_on_codings_become_memos_and_others_stay_notes(made, words):
    coded = words.selection(41, 51).replace(
        "</Coding>", '<NoteRef targetGUID="00000000-0000-4000-8000-000000000001"/></Coding>'
    )
    notes = "".join(
        f'<Note guid="00000000-0000-4000-8000-00000000000{n}" name="{name}">'
        f"<PlainTextContent>{text}</PlainTextContent></Note>"
        for n, name, text in [(1, "Idea", "ask again"), (2, "Diary", "day one"), (3, "", "x")]
    )
    code = words.codes.replace(
        "live.</Description>",
        'live.</Description><NoteRef targetGUID="00000000-0000-4000-8000-000000000003"/>',
    )
    project = read_refi(
        made(code, f"<Sources>{words.source(coded)}</Sources>", f"<Notes>{notes}</Notes>")
    )
    assert project.sources[0].codings[0].memo == "Idea\nask again"
    assert [(note.name, note.text, note.targets) for note in project.notes] == [
        ("Diary", "day one", ()),
        ("", "x", (words.home,)),
    ]


def test_a_link_to_a_note_says_what_the_note_is_about(made, words):
    note, link = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000009"
    project = read_refi(
        made(
            words.codes,
            f"<Sources>{words.source()}</Sources>",
            f'<Notes><Note guid="{note}"><PlainTextContent>hm</PlainTextContent></Note></Notes>',
            f'<Links><Link guid="{link}" originGUID="{words.doc}" targetGUID="{note}"/></Links>',
        )
    )
    assert project.notes[0].targets == (words.doc,)
    assert project.links == ()


def test_variables_stand_on_cases_and_on_sources(made, words):
    age, sex, case = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2, 3))

    def value(guid, kind, text):
        return (
            f'<VariableValue><VariableRef targetGUID="{guid}"/><{kind}>{text}</{kind}>'
            "</VariableValue>"
        )

    project = read_refi(
        made(
            f'<Variables><Variable guid="{age}" name="Age" typeOfVariable="Integer"/>'
            f'<Variable guid="{sex}" name="Sex" typeOfVariable="Text"/></Variables>',
            f'<Cases><Case guid="{case}" name="Maria">{value(age, "IntegerValue", "31")}'
            f'<SourceRef targetGUID="{words.doc}"/></Case></Cases>',
            f"<Sources>{words.source(value(sex, 'TextValue', 'f'))}</Sources>",
        )
    )
    assert [(c.name, c.attributes, c.sources) for c in project.cases] == [
        ("Maria", {"Age": "31"}, (words.doc,))
    ]
    assert project.sources[0].attributes == {"Sex": "f"}


def test_a_pdf_is_its_text_and_pairs_are_one_coding(made, words):
    region = (
        '<PDFSelection guid="5e1ec710-0000-4000-8000-000000000001" page="0" firstX="1" firstY="1" '
        'secondX="2" secondY="2"><Coding guid="c0d10000-0000-4000-8000-0000000000ff" '
        f'creatingUser="{words.ana}"><CodeRef targetGUID="{words.car}"/></Coding></PDFSelection>'
        '<PDFSelection guid="5e1ec710-0000-4000-8000-0000000000aa" page="0" firstX="1" firstY="1" '
        'secondX="2" secondY="2"><Representation guid="5e1ec710-0000-4000-8000-0000000000ab">'
        "<PlainTextContent>with my sister</PlainTextContent></Representation>"
        f'<Coding guid="c0d10000-0000-4000-8000-0000000000fe"><CodeRef targetGUID="{words.home}"/>'
        "</Coding></PDFSelection>"
    )
    text = words.source(words.selection(41, 51), tag="Representation")
    pdf = f'<PDFSource guid="{words.doc}" name="a.pdf" path="internal://a.pdf">{region}{text}</PDFSource>'
    project = read_refi(made(words.codes, f"<Sources>{pdf}</Sources>"))
    found = project.sources[0]
    assert found.name == "a.pdf"
    assert [(c.start, c.end, c.quote, c.code) for c in found.codings] == [
        (41, 51, "", words.car),
        (None, None, "with my sister", words.home),
    ]


def test_a_transcript_of_a_recording_is_a_document(made, words):
    points = "".join(
        f'<SyncPoint guid="0000000{n}-0000-4000-8000-000000000000" position="{p}" timeStamp="{n}"/>'
        for n, p in ((1, 41), (2, 51))
    )
    mark = (
        '<TranscriptSelection guid="5e1ec710-0000-4000-8000-000000000001" '
        'fromSyncPoint="00000001-0000-4000-8000-000000000000" '
        'toSyncPoint="00000002-0000-4000-8000-000000000000">'
        f'<Coding guid="c0d10000-0000-4000-8000-000000000001"><CodeRef targetGUID="{words.car}"/>'
        "</Coding></TranscriptSelection>"
    )
    audio = (
        f'<AudioSource guid="{words.home}" name="a.m4a">'
        f"{words.source(points, mark, tag='Transcript')}</AudioSource>"
    )
    project = read_refi(made(words.codes, f"<Sources>{audio}</Sources>"))
    assert spans(project) == [("In the car", words.car)]
    assert "Recordings (sound or video): 1 (a.m4a)." in project.lost


def test_text_is_taken_from_the_document_where_plain_text_is_missing(made, words):
    docx = pytest.importorskip("docx")
    from io import BytesIO

    held = BytesIO()
    written = docx.Document()
    written.add_paragraph("Maria: In the car.")
    written.save(held)
    rich = f'<TextSource guid="{words.doc}" name="P" richTextPath="internal://a.docx"/>'
    files = {"sources/a.docx": held.getvalue()}
    project = read_refi(made(words.codes, f"<Sources>{rich}</Sources>", files=files))
    assert project.sources[0].text == "Maria: In the car.\n"
    assert any("not from plain text" in line for line in project.warnings)


def test_code_names_of_other_namespaces_and_made_up_identifiers(made, words):
    xml = (
        '<CodeBook xmlns="urn:QDA-XML:codebook:1:0" origin="NVivo"><Codes>'
        '<Code guid="c1" name="A" isCodable="false" color="red">'
        '<b:Code xmlns:b="urn:QDA-XML:codebook:0:4" guid="c1" name="B" isCodable="true"/></Code>'
        "</Codes><Sets/></CodeBook>"
    )
    path = made(files={}, name="x.qdpx")
    path = path.with_name("a.qdc")
    path.write_text(xml)
    project = read_project(path)
    first, second = project.codes
    assert (first.name, first.category, first.color, second.parent) == ("A", True, "", first.guid)
    assert first.guid != second.guid
    text = " ".join(project.warnings)
    assert "urn:QDA-XML:codebook:1:0" in text
    assert "no GUID" in text
    assert "(red)" in text
    assert read_project(path) == project


def test_references_that_lead_nowhere_are_counted(made, words):
    held = words.source(words.selection(0, 5, "ffffffff-0000-4000-8000-000000000000"))
    twice = words.selection(41, 51, number=2) + words.selection(41, 47, number=2)
    other = words.source(twice)
    project = read_refi(made(words.codes, f"<Sources>{held}{other}</Sources>"))
    text = " ".join(project.warnings)
    assert "Codings name a code that is not in the file and are left out: 1." in text
    assert "Documents have a GUID that another has too and get a new one: 1" in text
    assert "Codings have a GUID that another has too and get a new one: 1." in text
    assert "Users are named by codings only: 1" in text
    guids = [c.guid for s in project.sources for c in s.codings]
    assert len(set(guids)) == len(guids) == 2
    assert len({source.guid for source in project.sources}) == 2


def test_selections_past_the_end_are_cut_and_counted(made, words):
    held = words.source(words.selection(70, 9_999), words.selection("x", 3, number=2))
    project = read_refi(made(words.codes, f"<Sources>{held}</Sources>"))
    coding = project.sources[0].codings[0]
    assert coding.end == len(words.text)
    text = " ".join(project.warnings)
    assert "past the end of their text and were cut: 1 (P01)" in text
    assert "no position and are left out: 1" in text


def test_times_are_kept_in_utc(made, words):
    mark = words.selection(41, 51).replace(
        "<Coding ", '<Coding creationDateTime="2024-05-01T10:00:00+02:00" '
    )
    project = read_refi(made(words.codes, f"<Sources>{words.source(mark)}</Sources>"))
    assert project.sources[0].codings[0].created_at == datetime(2024, 5, 1, 8, tzinfo=UTC)


def test_a_code_on_a_whole_document_covers_its_text(made, words):
    whole = f'<Coding guid="{words.ana}"><CodeRef targetGUID="{words.car}"/></Coding>'
    project = read_refi(made(words.codes, f"<Sources>{words.source(whole)}</Sources>"))
    assert spans(project) == [(words.text, words.car)]


def test_a_project_with_nothing_in_it(made):
    project = read_refi(made(files={}))
    assert project.codes == project.sources == project.users == ()


def test_other_files_are_no_projects(tmp_path, made):
    (tmp_path / "a.txt").write_text("Maria: hello")
    assert not is_refi(tmp_path / "a.txt")
    assert not is_refi(tmp_path)
    assert is_refi(made(files={}))
    (tmp_path / "a.qdpx").write_text("Maria: hello")
    with pytest.raises(ReadError, match="XML is damaged"):
        read_project(tmp_path / "a.qdpx")


def test_a_text_that_is_not_the_one_that_was_coded_is_told(made, words):
    text = "Participant: the programme helped considerably throughout. " * 40
    marks = [words.selection(7 * n, 7 * n + 20, number=n) for n in range(30)]
    files = {f"sources/{words.doc}.txt": text.encode()}
    held = f"<Sources>{words.source(*marks)}</Sources>"
    project = read_refi(made(words.codes, held, files=files))
    assert any(
        "do not fit their codings well" in line and "P01:" in line for line in project.warnings
    )
