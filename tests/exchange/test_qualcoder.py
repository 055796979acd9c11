import sqlite3

import pytest

from semcode.errors import InputError
from semcode.exchange.project import ProjectCode, ProjectCoding, Source
from semcode.exchange.qualcoder import is_qualcoder, read_qualcoder, write_qualcoder

TEXT = "Anna: my \U0001f600 sister drove me.\nThen the bus came."

SCHEMA = """
CREATE TABLE project (databaseversion text, date text, memo text, about text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text,
    owner text, date text, av_text_id integer, unique(name));
CREATE TABLE code_image (imid integer primary key, id integer, cid integer);
CREATE TABLE annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer,
    memo text, owner text, date text);
CREATE TABLE attribute_type (name text primary key, date text, owner text, memo text,
    caseOrFile text, valuetype text);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text,
    id integer, date text, owner text);
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer,
    pos1 integer, owner text, date text, memo text);
CREATE TABLE cases (caseid integer primary key, name text, memo text, owner text, date text);
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text,
    supercatid integer);
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text,
    pos0 integer, pos1 integer, owner text, date text, memo text, avid integer, important integer,
    unique(cid,fid,pos0,pos1,owner));
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text,
    date text, color text{supercid}, unique(name));
CREATE TABLE journal (jid integer primary key, name text, jentry text, date text, owner text);
"""


@pytest.fixture(params=[8, 17], ids=["v8", "v17"])
def qda(tmp_path, request):
    version = request.param
    folder = tmp_path / "peers.qda"
    folder.mkdir()
    db = sqlite3.connect(folder / "data.qda")
    db.executescript(SCHEMA.format(supercid=", supercid integer" if version > 15 else ""))
    if version > 13:
        db.execute("CREATE TABLE coder_names (name text, visibility integer)")
    db.execute("INSERT INTO project VALUES (?, '', 'about it', '')", [f"v{version}"])
    db.execute("INSERT INTO source VALUES (1,'P01.txt',?,NULL,'first','ana','',NULL)", [TEXT])
    db.execute("INSERT INTO source VALUES (2,'song.mp3',NULL,'/a','','ana','',NULL)")
    db.execute("INSERT INTO code_cat VALUES (1,'Relations','ana','','people',NULL)")
    db.execute("INSERT INTO code_cat VALUES (2,'Close','ana','','',1)")
    names = "cid, name, memo, catid, owner, date, color"
    db.execute(f"INSERT INTO code_name ({names}) VALUES (1,'Sister','kin',2,'ana','','#aa0000')")
    db.execute(f"INSERT INTO code_name ({names}) VALUES (2,'Bus','',NULL,'ana','','#00aa00')")
    start = TEXT.index("my")
    end = TEXT.index(" drove")
    row = [start, end, "2024-05-01 09:30:00"]
    db.execute("INSERT INTO code_text VALUES (1,1,1,'',?,?,'ana',?,'warm',NULL,1)", row)
    db.execute("INSERT INTO code_text VALUES (2,2,1,'',0,4,'ben','bad date','',NULL,NULL)")
    db.execute("INSERT INTO cases VALUES (1,'Person 1','','ana','')")
    db.execute("INSERT INTO case_text VALUES (1,1,1,0,9,'ana','','')")
    db.execute("INSERT INTO attribute VALUES (1,'Age','case','31',1,'','ana')")
    db.execute("INSERT INTO annotation VALUES (1,1,0,4,'who is she?','ben','')")
    db.execute("INSERT INTO journal VALUES (1,'Day one','We began.','','ana')")
    db.commit()
    db.close()
    return folder


def test_reads_everything_that_is_text(qda):
    project = read_qualcoder(qda)
    first, song = project.sources
    codes = {code.guid: code for code in project.codes}
    sister, bus = first.codings
    assert first.text[sister.start : sister.end] == "my \U0001f600 sister"
    assert [codes[c.code].name for c in first.codings] == ["Sister", "Bus"]
    assert (sister.memo, sister.created_at.year, bus.created_at) == ("warm", 2024, None)
    assert [user.name for user in project.users] == ["ana", "ben"]
    close = codes[codes[sister.code].parent]
    assert (close.name, close.category, codes[close.parent].name) == ("Close", True, "Relations")
    (case,) = project.cases
    assert (case.name, case.attributes, case.sources) == ("Person 1", {"Age": "31"}, (first.guid,))
    assert {note.text for note in project.notes} == {"who is she?", "We began."}
    assert song.text is None
    assert len(project.lost) == 2  # a file without text, a mark of importance


def test_what_lost_its_code_or_file_is_counted_and_ends_stay_inside(qda):
    db = sqlite3.connect(qda / "data.qda")
    rows = "INSERT INTO code_text VALUES (?,?,?,'',?,?,'ana','','',NULL,NULL)"
    db.executemany(rows, [(7, 99, 1, 0, 4), (8, 1, 77, 0, 4), (9, 2, 1, 10, 900), (10, 2, 1, 4, 0)])
    db.execute("INSERT INTO annotation VALUES (2,77,0,4,'whose?','ben','')")
    db.commit()
    db.close()
    project = read_qualcoder(qda)
    spans = [(c.start, c.end) for c in project.sources[0].codings]
    assert spans[2:] == [(10, len(TEXT)), (0, 4)]
    assert project.warnings == (
        "Codings and notes of files that the project no longer has, left out: 2.",
        "Codings with a code that the project no longer has, left out: 1.",
        "Codings and notes that reach past their text or run backwards, put right: 2.",
    )


def test_reading_twice_gives_the_same_guids(qda):
    assert read_qualcoder(qda) == read_qualcoder(qda / "data.qda")


def test_suggestions_go_into_a_copy(qda, tmp_path):
    before = (qda / "data.qda").read_bytes()
    codes = [ProjectCode("g1", "sister"), ProjectCode("g2", "Walking", description="on foot")]
    codings = (
        ProjectCoding("c1", "g1", None, 0, 4, memo="score 0.81", score=0.81),
        ProjectCoding("c2", "g2", None, 10, 20),
    )
    sources = [Source("s", "P01", TEXT, codings), Source("t", "P09", "Other words.", codings)]
    copy = tmp_path / "with suggestions.qda"
    missed = write_qualcoder(qda, copy, sources, codes=codes, owner="AI: semcode 0.1")
    assert (qda / "data.qda").read_bytes() == before
    assert missed == ["P09: the project has no file with the same text."]
    again = read_qualcoder(copy)
    names = {code.guid: code.name for code in again.codes}
    users = {user.guid: user.name for user in again.users}
    new = [c for c in again.sources[0].codings if users[c.user].startswith("AI")]
    assert [(names[c.code], c.start, c.end) for c in new] == [("Sister", 0, 4), ("Walking", 10, 20)]
    assert new[0].quote == TEXT[0:4]
    assert new[0].memo == "score 0.81"
    with pytest.raises(InputError, match="already"):
        write_qualcoder(qda, copy, sources, codes=codes, owner="x")


def test_old_and_foreign_files_are_refused(qda, tmp_path):
    db = sqlite3.connect(qda / "data.qda")
    db.execute("UPDATE project SET databaseversion = 'v5'")
    db.commit()
    db.close()
    with pytest.raises(InputError, match="old QualCoder"):
        read_qualcoder(qda)
    (tmp_path / "data.qda").write_text("nothing")
    assert not is_qualcoder(tmp_path / "data.qda")
    with pytest.raises(InputError, match="not a database"):
        read_qualcoder(tmp_path / "data.qda")
