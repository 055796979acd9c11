import sqlite3

import pytest
from docx import Document

from semcode import Code, Codebook, Study
from semcode.errors import InputError
from semcode.exchange.qualcoder import read_qualcoder
from semcode.study.exchange.importing import study_from_project

TEXT = """Interviewer: How do you get to the clinic?

Participant: The bus never comes on time, so my mother drives me there every single week.

Interviewer: And who is with the baby then?

Participant: My sister keeps the baby, because nobody else in the family can take the day off.
"""


@pytest.fixture
def qda(tmp_path):
    """A QualCoder project of schema 11 with one document and one coding."""
    folder = tmp_path / "peers.qda"
    folder.mkdir()
    db = sqlite3.connect(folder / "data.qda")
    db.executescript(
        """
        CREATE TABLE project (databaseversion text, date text, memo text, about text);
        CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text,
            memo text, owner text, date text, av_text_id integer, risid integer, unique(name));
        CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer,
            owner text, date text, color text, unique(name));
        CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text,
            pos0 integer, pos1 integer, owner text, date text, memo text, avid integer,
            important integer, unique(cid,fid,pos0,pos1,owner));
        INSERT INTO project VALUES ('v11', '', '', '');
        INSERT INTO code_name VALUES (1, 'Transport', 'buses, rides and cars to the clinic', NULL,
            'ana', '', '#aa0000');
        INSERT INTO code_name VALUES (2, 'Childcare', 'who looks after the baby', NULL, 'ana', '',
            '#00aa00');
        """
    )
    db.execute("INSERT INTO source VALUES (1, 'P01', ?, NULL, '', 'ana', '', NULL, NULL)", [TEXT])
    start, end = TEXT.index("The bus"), TEXT.index(" so my mother")
    row = [TEXT[start:end], start, end]
    db.execute(
        "INSERT INTO code_text VALUES (1, 1, 1, ?, ?, ?, 'ana', '2025-01-01 10:00:00', '', "
        "NULL, NULL)",
        row,
    )
    db.commit()
    db.close()
    return folder


@pytest.mark.weights
def test_from_qualcoder_to_suggestions_and_back(qda, tmp_path):
    folder = tmp_path / "study"
    study_from_project(folder, qda)
    with Study(folder) as study:
        (coding,) = study.codings()
        assert coding.coder == "ana"
        assert TEXT[coding.start : coding.end].startswith("The bus never comes")
        assert [code.name for code in study.codebook()] == ["Transport", "Childcare"]
        study.suggest()
        suggested = {(row.start, row.end) for row in study.suggestions()}
        assert suggested
        copy = tmp_path / "with suggestions.qda"
        assert study.export_into_qualcoder(qda, copy) == []
        with pytest.raises(InputError, match="already"):
            study.export_into_qualcoder(qda, copy)
    project = read_qualcoder(copy)
    users = {user.guid: user.name for user in project.users}
    new = [c for c in project.sources[0].codings if users[c.user].startswith("AI: semcode")]
    assert {(c.start, c.end) for c in new} == suggested
    assert all(c.memo.startswith("Score 0.") for c in new)
    old = [c for c in project.sources[0].codings if users[c.user] == "ana"]
    assert len(old) == 1


def test_the_codebook_in_word_counts_its_codings(tmp_path):
    book = Codebook((Code("Bus", definition="rides"),), name="Peers")
    with Study.create(tmp_path / "s", codebook=book) as study:
        study.export_codebook(tmp_path / "book.docx")
    texts = [p.text for p in Document(tmp_path / "book.docx").paragraphs]
    assert "Version 1, 1 code." in texts
    assert "0 codings" in texts


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("x.docx", {"table": "cases"}, ".csv or .xlsx"),
        ("x.csv", {"table": "people"}, "no table"),
        ("x.csv", {"layout": "nvivo"}, "Only a project"),
        ("x.odt", {}, "cannot be written"),
    ],
)
def test_what_cannot_be_exported_says_so(tmp_path, name, options, told):
    with (
        Study.create(tmp_path / "s", codebook="sem") as study,
        pytest.raises(InputError, match=told),
    ):
        study.export(tmp_path / name, **options)


@pytest.mark.parametrize("table", ["segments", "cases", "quotations"])
def test_tables_open_as_csv_and_excel(coded, tmp_path, table):
    for ending in ("csv", "xlsx"):
        path = coded.export(tmp_path / f"{table}.{ending}", table=table)
        assert path.stat().st_size > 1_000
