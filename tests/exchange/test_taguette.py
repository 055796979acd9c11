import json
import sqlite3

import pytest

from semcode.errors import InputError
from semcode.exchange.taguette import is_taguette, read_taguette

HTML = (
    "<p>Ána said: <b>my \U0001f600 sister</b> helps.</p><p>Second &amp; more</p><ul><li>é</li></ul>"
)
WORDS = "Ána said: my \U0001f600 sister helps.Second & moreé"


def project(path, *, highlights, projects=("Peers",)):
    """Write a project as Taguette 1.5 does, with highlights (start, end, tag) in bytes."""
    db = sqlite3.connect(path)
    db.executescript(
        """
        CREATE TABLE projects (id INTEGER PRIMARY KEY, name, description, created);
        CREATE TABLE documents (id INTEGER PRIMARY KEY, name, description, filename, created,
            project_id, text_direction, contents);
        CREATE TABLE highlights (id INTEGER PRIMARY KEY, document_id, start_offset, end_offset,
            snippet);
        CREATE TABLE tags (id INTEGER PRIMARY KEY, project_id, path, description);
        CREATE TABLE highlight_tags (highlight_id, tag_id);
        CREATE TABLE commands (id INTEGER PRIMARY KEY, date, user_login, project_id, document_id,
            payload);
        """
    )
    for name in projects:
        db.execute("INSERT INTO projects (name, description) VALUES (?, 'about')", [name])
    db.execute(
        "INSERT INTO documents VALUES (1, 'P01', 'memo', 'p01.docx', '', 1, 'LEFT_TO_RIGHT', ?)",
        [HTML],
    )
    tags = [(1, "people", "who"), (2, "people.family", ""), (3, "Dr. Ruiz", "")]
    db.executemany("INSERT INTO tags VALUES (?, 1, ?, ?)", tags)
    for number, (start, end, tag) in enumerate(highlights, start=1):
        db.execute("INSERT INTO highlights VALUES (?, 1, ?, ?, '')", [number, start, end])
        if tag:
            db.execute("INSERT INTO highlight_tags VALUES (?, ?)", [number, tag])
        payload = json.dumps({"type": "highlight_add", "highlight_id": number})
        row = ["2026-03-01 10:00:00", "ana" if number % 2 else "ben", payload]
        db.execute("INSERT INTO commands VALUES (NULL, ?, ?, 1, 1, ?)", row)
    db.commit()
    db.close()
    return path


def at(words):
    start = WORDS.index(words)
    return len(WORDS[:start].encode()), len(WORDS[: start + len(words)].encode())


@pytest.mark.parametrize("words", ["my \U0001f600 sister", "helps.", "Second & more", "é", "Ána"])
def test_bytes_without_tags_become_code_points(tmp_path, words):
    read = read_taguette(project(tmp_path / "p.sqlite3", highlights=[(*at(words), 1)]))
    (source,) = read.sources
    (coding,) = source.codings
    assert source.text[coding.start : coding.end] == words
    assert source.text.splitlines()[:2] == [
        "Ána said: my \U0001f600 sister helps.",
        "Second & more",
    ]


def test_tags_with_dots_are_a_tree_only_under_a_tag_that_exists(tmp_path):
    codes = read_taguette(project(tmp_path / "p.sqlite3", highlights=[])).codes
    people, family, doctor = codes
    assert (family.name, family.parent) == ("family", people.guid)
    assert (doctor.name, doctor.parent) == ("Dr. Ruiz", None)


def test_who_coded_comes_from_the_log_of_commands(tmp_path):
    marks = [(*at("helps."), 1), (*at("Second"), 2), (*at("more"), None)]
    read = read_taguette(project(tmp_path / "p.sqlite3", highlights=marks))
    names = {user.guid: user.name for user in read.users}
    assert [names[coding.user] for coding in read.sources[0].codings] == ["ana", "ben"]
    assert read.sources[0].codings[0].created_at.year == 2026
    assert read.lost == ("1 highlights without a tag.",)


def test_the_same_file_gives_the_same_guids(tmp_path):
    first = read_taguette(project(tmp_path / "a.sqlite3", highlights=[(*at("helps."), 1)]))
    again = read_taguette(project(tmp_path / "b.sqlite3", highlights=[(*at("helps."), 1)]))
    assert first == again


def test_several_projects_are_refused_by_name(tmp_path):
    path = project(tmp_path / "p.sqlite3", highlights=[], projects=("One", "Two"))
    with pytest.raises(InputError, match="'One', 'Two'"):
        read_taguette(path)


def test_other_files_are_not_taken_for_taguette(tmp_path):
    (tmp_path / "x.sqlite3").write_bytes(b"SQLite format 3\0" + b"\0" * 50)
    (tmp_path / "y.sqlite3").write_text("no")
    assert not is_taguette(tmp_path / "y.sqlite3")
    with pytest.raises(InputError, match="cannot be read"):
        read_taguette(tmp_path / "x.sqlite3")
