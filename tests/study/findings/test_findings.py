import json
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import insert, select

from semcode import Study
from semcode.cli import main
from semcode.cli.findings_options import KINDS as OFFERED
from semcode.errors import InputError
from semcode.findings.rapid_matrix import all_domains, cell_target
from semcode.findings.tables import Table
from semcode.records import CoderKind, Coding
from semcode.store import codings as stored
from semcode.store import memos, people, schema
from semcode.study.findings.coded import MACHINE, coded_study
from semcode.study.findings.finding import KINDS, FindingOptions, find
from semcode.study.review import Review

TEXT = "Interviewer: Where?\n\nMaria: In the car with my mother. We talked all the way home.\n"


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("findings") / "study"
    with Study.from_starter(folder, "postpartum") as study:
        yield study


@pytest.fixture
def tiny(tmp_path):
    (tmp_path / "P01.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "P02.txt").write_text(TEXT.replace("mother", "sister"), encoding="utf-8")
    with Study.create(tmp_path / "study", codebook="postpartum") as study:
        study.add([tmp_path / "P01.txt", tmp_path / "P02.txt"])
        yield study


def put(study, *codings, kinds=None):
    book = study.codebook()
    with study.database.write() as connection:
        rows = [
            Coding("", t, start, end, book[code].guid, coder)
            for t, start, end, code, coder in codings
        ]
        stored.add(connection, rows, kinds=kinds)


def place(words):
    start = TEXT.index(words)
    return start, start + len(words)


def test_the_kinds_offered_are_those_there_are():
    assert OFFERED == KINDS


def test_every_coding_of_the_starter_study_counts(starter):
    data = coded_study(starter)
    assert sum(p.codings for p in data.passages) == len(starter.codings())
    assert data.coders == ("coder_ana", "coder_ben")
    assert "nothing was settled" in data.basis
    one = coded_study(starter, coders=["coder_ben"])
    assert {c for p in one.passages for c in p.coders} == {"coder_ben"}
    assert len(one.passages) == sum(c.coder == "coder_ben" for c in starter.codings())


def test_an_unknown_coder_or_facet_is_refused(starter):
    with pytest.raises(InputError, match="coder_ana, coder_ben"):
        coded_study(starter, coders=["nobody"])
    with pytest.raises(InputError, match="Use one of: barrier"):
        coded_study(starter, facet="blue")


def test_consensus_stands_where_something_was_settled(tiny):
    whole, part = place("In the car with my mother. We talked"), place("In the car with my mother.")
    put(tiny, ("P01", *whole, "Transportation", "ana"), ("P01", *part, "Stigma", "ben"))
    put(
        tiny,
        ("P01", *part, "Family relationships", "consensus"),
        kinds={"consensus": CoderKind.CONSENSUS},
    )
    coder, reading = schema.coder, schema.reading
    with tiny.database.write() as connection:
        who = connection.execute(select(coder.c.id).where(coder.c.name == "consensus")).scalar()
        where = connection.execute(
            select(schema.transcript.c.id).where(schema.transcript.c.name == "P01")
        ).scalar()
        span = {"start": part[0], "end": part[1], "at": "2026-01-01", "blind": False}
        connection.execute(insert(reading).values(coder_id=who, transcript_id=where, **span))
    data = coded_study(tiny)
    assert [(p.code, p.coders) for p in data.passages] == [("Family relationships", ("consensus",))]
    assert "settled by consensus" in data.basis
    assert any("P02" in note for note in data.notes)
    assert len(coded_study(tiny, coders=["ana"]).passages) == 1


def test_a_model_is_no_coder_and_is_marked_when_asked_for(tiny):
    put(
        tiny,
        ("P01", *place("In the car"), "Transportation", "robot"),
        kinds={"robot": CoderKind.MODEL},
    )
    with pytest.raises(InputError, match="Nothing is coded here yet"):
        coded_study(tiny)
    with pytest.raises(InputError, match="is a model"):
        coded_study(tiny, coders=["robot"])
    put(tiny, ("P01", *place("my mother"), "Family relationships", "ana"))
    assert {p.code for p in coded_study(tiny).passages} == {"Family relationships"}


def test_what_only_an_interviewer_said_is_not_counted(tiny):
    put(
        tiny,
        ("P01", *place("Where?"), "Stigma", "ana"),
        ("P01", *place("my mother"), "Stigma", "ana"),
    )
    for row in tiny.speakers():
        tiny.set_role(
            row.transcript, row.name, "interviewer" if row.name == "Interviewer" else "participant"
        )
    data = coded_study(tiny)
    assert len(data.passages) == 1
    assert any("1 coding of what only an interviewer said" in note for note in data.notes)


def test_participants_need_no_codings(tiny):
    found = find(tiny, "participants")
    assert found.findings[0].data["participants"] == 2


def test_options_that_mean_nothing_are_refused(starter):
    with pytest.raises(InputError, match="too small"):
        find(starter, "sem", FindingOptions(smallest=0))
    with pytest.raises(InputError, match="no findings 'magic'"):
        find(starter, "magic")


@pytest.mark.parametrize("kind", ["sem", "participants", "saturation", "cooccurrence"])
def test_each_kind_is_written_in_every_form(starter, tmp_path, kind, capsys):
    files = [tmp_path / f"f.{end}" for end in ("html", "docx", "xlsx")]
    arguments = [f"--{f.suffix[1:]}={f}" for f in files]
    folder = str(starter.folder)
    assert main(["findings", kind, "--study", folder, *arguments]) == 0
    assert all(f.stat().st_size > 1_000 for f in files)
    assert openpyxl.load_workbook(files[2]).sheetnames[-1] == "Notes"
    capsys.readouterr()
    assert main(["findings", kind, "--study", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == kind


def test_a_wrong_ending_writes_nothing(starter, tmp_path, capsys):
    wrong = tmp_path / "f.pdf"
    assert main(["findings", "sem", "--study", str(starter.folder), "--html", str(wrong)]) == 1
    assert "ends in .html" in capsys.readouterr().err
    assert not wrong.exists()


@pytest.fixture(scope="module")
def reported(starter, tmp_path_factory):
    import semcode.study.findings.report as made

    patch = pytest.MonkeyPatch()
    patch.setattr(made, "passage_vectors", lambda *_: None)
    found = find(starter, "report", FindingOptions(orders=50))
    patch.undo()
    return found


def test_the_report_has_its_sections_and_figures(reported, tmp_path):
    kinds = [finding.kind for finding in reported.findings]
    assert kinds[:5] == ["glance", "methods", "participants", "results", "sem"]
    assert kinds[-2:] == ["checklist", "provenance"]
    text = " ".join(b for b in reported.findings[1].blocks if isinstance(b, str))
    assert "7 interviews with 7 participants" in text
    assert "coder_ana 295; coder_ben 260" in text
    assert "Krippendorff’s alpha" in text
    page = reported.write(tmp_path / "r.html").read_text(encoding="utf-8")
    assert len(page) < 10_000_000
    assert "src=" not in page.split("<script", 1)[0]
    assert reported.write(tmp_path / "r.docx").stat().st_size > 10_000
    assert reported.write(tmp_path / "r.xlsx").stat().st_size > 10_000


def test_the_checklist_claims_only_what_is_known(reported):
    grid, other = next(f for f in reported.findings if f.kind == "checklist").grids
    items = {row[2]: row[3] for row in grid.rows}
    assert len(items) == 32
    assert items["Sampling"] == "to be filled in"
    assert items["Participant checking"] == "to be filled in"
    assert items["Number of data coders"].startswith("2 (coder_ana, coder_ben)")
    assert "Chao2" in items["Data saturation"]
    srqr = {row[2]: row[3] for row in other.rows}
    assert len(srqr) == 21
    assert {row[0] for row in other.rows} == {f"S{n}" for n in range(1, 22)}
    left = {"Title", "Context", "Ethical issues pertaining to human subjects", "Limitations"}
    assert {srqr[item] for item in left} == {"to be filled in"}
    assert "How participants were chosen: to be filled in" in srqr["Sampling strategy"]
    assert "coder_ana, coder_ben" in srqr["Techniques to enhance trustworthiness"]


def test_results_name_counts_that_the_matrix_has(reported, starter):
    results = next(f for f in reported.findings if f.kind == "results")
    matrix = find(starter, "sem").findings[0]
    stigma = next(r for r in matrix.data["rows"] if r["code"] == "Stigma")
    n = stigma["cells"][0]["participants"]
    titles = [b.title for b in results.blocks if hasattr(b, "quotes")]
    people = "all 7 participants" if n == 7 else f"{n} of 7 participants"
    assert any(t.startswith(f"Stigma: {people}") for t in titles)


def test_the_findings_at_a_glance_are_those_of_the_matrix(reported, starter):
    glance, matrix = reported.findings[0], find(starter, "sem").findings[0]
    levels, people = (b for b in glance.blocks if isinstance(b, Table))
    assert levels.head == (
        *("Level", "Participants", "Valence: barrier", "Valence: facilitator"),
        "Time: desired",
    )
    rows = [r for r in matrix.data["rows"] if r["code"] is None]
    counts = [f"{r['cells'][0]['participants']} ({r['share']['value']:.0%})" for r in rows]
    assert [row[1].text for row in levels.rows] == counts
    stigma = next(r for r in matrix.data["rows"] if r["code"] == "Stigma")
    barriers = next(c for c in stigma["cells"] if c["value"] == "barrier")
    assert f"Stigma ({barriers['participants']})" in levels.rows[3][2].text
    total = sum(int(row[-1].text) for row in people.rows)
    assert total == len(coded_study(starter).passages)


def test_what_people_wrote_in_the_matrix_is_in_the_report(tiny, monkeypatch):
    import semcode.study.findings.report as made

    monkeypatch.setattr(made, "passage_vectors", lambda *_: None)
    put(tiny, ("P01", *place("my mother"), "Family relationships", "ana"))
    data = coded_study(tiny)
    assert made.summaries_section(tiny, data, None) == ()
    domain = all_domains(data.codes, data.facets)["interpersonal"]
    with tiny.database.write() as connection:
        memos.write(
            connection,
            coder_id=people.coder_id(connection, "Dana"),
            target_kind="cell",
            target=cell_target("P01", domain),
            text="Her mother drives her.",
            guid=str(uuid4()),
        )
    (section,) = made.summaries_section(tiny, data, None)
    (table,) = (b for b in section.blocks if isinstance(b, Table))
    assert table.head == ("Participant", "Interpersonal")
    assert table.rows[0][1].text == "Her mother drives her."
    assert "written by Dana" in table.rows[0][1].note


def test_nobody_has_coded_is_said(tmp_path, capsys):
    with Study.create(tmp_path / "study", codebook="sem"):
        pass
    assert main(["findings", "sem", "--study", str(tmp_path / "study")]) == 1
    assert "has no transcripts" in capsys.readouterr().err


def test_suggestions_are_marked_and_leave_when_rejected(own_coded):
    marked = coded_study(own_coded, include_suggestions=True)
    machine = [p for p in marked.passages if p.machine]
    assert machine
    assert all(p.score is not None and p.coders == (MACHINE,) for p in machine)
    assert "Suggestions are no findings" in marked.notes[0]
    assert not any(p.machine for p in coded_study(own_coded).passages)
    places = {(p.transcript, p.start, p.end, p.code) for p in machine}
    names = {code.guid: code.name for code in own_coded.codebook()}
    first = next(
        row
        for row in own_coded.suggestions()
        if (row.transcript, row.start, row.end, names[row.code]) in places
    )
    review = Review(own_coded)
    try:
        review.reject("coder_ana", segment_of(own_coded, first), first.code, request=str(uuid4()))
        after = coded_study(own_coded, include_suggestions=True).passages
        place = (first.transcript, first.start, first.end, names[first.code])
        assert place not in {(p.transcript, p.start, p.end, p.code) for p in after if p.machine}
        review.undo("coder_ana", request=str(uuid4()))
        assert len(coded_study(own_coded, include_suggestions=True).passages) == len(
            marked.passages
        )
    finally:
        review.close()


def segment_of(study, row):
    with study.database.read() as connection:
        s, t = schema.segment, schema.transcript
        return connection.execute(
            select(s.c.id)
            .join(t, s.c.transcript_id == t.c.id)
            .where(t.c.name == row.transcript, s.c.start == row.start)
        ).scalar_one()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "network"])
def test_one_coding_of_one_participant_breaks_nothing(tiny, tmp_path, kind, monkeypatch):
    import semcode.study.findings.report as made
    import semcode.study.findings.typical as typical

    for module in (made, typical):
        monkeypatch.setattr(module, "passage_vectors", lambda *_: None)
    put(tiny, ("P01", *place("my mother"), "Family relationships", "ana"))
    tiny.remove("P02")
    found = find(tiny, kind, FindingOptions(orders=10))
    assert any("one participant" in note for note in found.findings[0].notes) or (
        kind == "participants"
    )
    for end in ("html", "docx", "xlsx"):
        assert found.write(tmp_path / f"f.{end}").exists()


def test_a_language_without_words_for_relations_leaves_the_network_out(tiny):
    from dataclasses import replace

    put(tiny, ("P01", *place("my mother"), "Family relationships", "ana"))
    from semcode.study.findings.report import network_section

    data = coded_study(tiny)
    tiny.set_codebook(replace(tiny.codebook(), language="xx"))
    section = network_section(tiny, data)
    assert "no words for relations in the language 'xx'" in section.notes[0]
