"""What is written is read again as it was, and the schema accepts it."""

import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcode.errors import InputError
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
from semcode.exchange.refi import LAYOUTS, read_refi, write_codebook, write_project
from semcode.exchange.refi.values import fitting_kind

SCHEMAS = Path(__file__).parents[3].parent / "shared" / "data" / "qda" / "schemas"
AT = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
PIECES = ("Maria: ", "slept ", "in", " ", "\n", "\r\n", "é", "e\u0301", "🙂", "<&>\"'", "]]>", "\t")
NAMES = st.text(st.sampled_from("ab é🙂<>&\"'"), min_size=1, max_size=6).map(
    lambda text: " ".join(text.split()) or "x"
)


def guid(number):
    return str(UUID(int=number, version=4))


@st.composite
def projects(draw):
    """Draw a project as our own writer is given it: everything refers to something."""
    users = tuple(User(guid(10 + n), draw(NAMES)) for n in range(draw(st.integers(1, 2))))
    codes = []
    for number in range(draw(st.integers(1, 5))):
        parent = draw(st.sampled_from([None, *(code.guid for code in codes)]))
        details = {"include": "this"} if draw(st.booleans()) else {}
        codes.append(
            ProjectCode(
                guid(100 + number), draw(NAMES), parent, draw(NAMES), "#0a0b0c", False, details
            )
        )
    sources = tuple(draw(documents(number, users, codes)) for number in range(2))
    case = Case(guid(900), "Maria", {"Age": "31"}, (sources[0].guid,), draw(NAMES))
    note = Note(guid(901), "Idea", draw(NAMES), users[0].guid, AT, (codes[0].guid,))
    return Project(
        name=draw(NAMES),
        program="semcode 0.1.0",
        users=users,
        codes=tuple(_tree_order(codes)),
        sources=sources,
        cases=(case,),
        notes=(note,),
        sets=(SourceSet(guid(902), "All", (codes[0].guid, sources[0].guid), "why"),),
        links=(Link(guid(903), "then", codes[0].guid, codes[-1].guid, "OneWay"),),
        variables=(Variable(guid(904), "Age", "Integer", "in years"),),
        description=draw(NAMES),
    )


@st.composite
def documents(draw, number, users, codes):
    text = "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=30)))
    codings, seen = [], set()
    for place in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        user, code = draw(st.sampled_from(users)).guid, draw(st.sampled_from(codes)).guid
        if (start, end, user, code) not in seen:
            seen.add((start, end, user, code))
            memo = draw(st.sampled_from(["", "", "hm", "a\nb", "Facets"]))
            facets = draw(st.sampled_from([(), (), ("current",), ("current", "desired")]))
            made = guid(10_000 * (number + 1) + place)
            codings.append(ProjectCoding(made, code, user, start, end, "", memo, AT, None, facets))
    passages = ()
    if draw(st.booleans()):
        start = draw(st.integers(0, len(text)))
        made = guid(5_000 + number)
        passages = (Passage(made, start, len(text), "mark", "look here", users[0].guid, AT),)
    return Source(guid(500 + number), f"P0{number}", text, tuple(codings), passages=passages)


def _tree_order(codes):
    children = {}
    for code in codes:
        children.setdefault(code.parent, []).append(code)

    def below(parent):
        for code in children.get(parent, ()):
            yield code
            yield from below(code.guid)

    return below(None)


def plain(project):
    """Leave out what only the reading tells, and the order of codings."""
    sources = tuple(
        replace(
            source,
            codings=tuple(sorted(source.codings, key=lambda coding: coding.guid)),
            offsets="",
            original_name="",
            sha256="",
        )
        for source in project.sources
    )
    return replace(project, sources=sources, warnings=(), lost=())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(projects())
def test_a_project_comes_back_as_it_was(tmp_path, project):
    path = tmp_path / "a.qdpx"
    write_project(path, project)
    found = read_refi(path)
    assert plain(found) == plain(project)
    first = path.read_bytes()
    write_project(path, project)
    assert path.read_bytes() == first


@pytest.mark.shared
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(projects())
def test_the_schema_accepts_what_is_written(tmp_path, project):
    etree = pytest.importorskip("lxml.etree")
    write_project(tmp_path / "a.qdpx", project)
    write_codebook(tmp_path / "a.qdc", project)
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        written = etree.fromstring(archive.read("project.qde"))
    etree.XMLSchema(file=SCHEMAS / "Project.xsd").assertValid(written)
    book = etree.parse(tmp_path / "a.qdc")
    etree.XMLSchema(file=SCHEMAS / "Codebook.xsd").assertValid(book)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(projects())
def test_each_layout_keeps_every_word(tmp_path, layout, project):
    path = tmp_path / "a.qdpx"
    write_project(path, project, layout=layout)
    found = read_refi(path)

    def words(given):
        return sorted(
            (coding.guid, "".join(source.text[coding.start : coding.end].split()))
            for source in given.sources
            for coding in source.codings
        )

    assert words(found) == words(project)
    ends = {"atlasti": "\n", "maxqda": "\r\n", "nvivo": "\r\n"}.get(layout)
    if ends:
        text = found.sources[0].text
        assert re.sub(r"\r\n|\r|\n", ends, text) == text


def test_the_zip_is_as_programs_want_it(tmp_path):
    codes = (ProjectCode(guid(1), "A"),)
    source = Source(guid(2), "P01", "one\r\ntwo")
    project = Project("x", "semcode 0.1.0", codes=codes, sources=(source,))
    write_project(tmp_path / "a.qdpx", project)
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        assert archive.namelist() == ["project.qde", f"sources/{guid(2)}.txt"]
        assert archive.read(f"sources/{guid(2)}.txt") == b"one\r\ntwo"
        xml = archive.read("project.qde").decode()
    assert "basePath" not in xml
    assert "richTextPath" not in xml
    assert f'plainTextPath="internal://{guid(2)}.txt"' in xml
    assert [path.name for path in tmp_path.iterdir()] == ["a.qdpx"]


def test_scores_and_facets_are_shared_notes(tmp_path):
    codings = tuple(
        ProjectCoding(guid(50 + n), guid(1), guid(9), n, n + 1, score=0.834, facets=())
        for n in range(3)
    )
    source = Source(guid(2), "P01", "one two", codings)
    model = User(guid(9), "semcode suggestions 0.1.0", "model")
    project = Project(
        "x", "semcode 0.1.0", (model,), codes=(ProjectCode(guid(1), "A"),), sources=(source,)
    )
    write_project(tmp_path / "a.qdpx", project)
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        xml = archive.read("project.qde").decode()
    assert xml.count("<Note ") == 1
    assert "<PlainTextContent>Score 0.83</PlainTextContent>" in xml
    found = read_refi(tmp_path / "a.qdpx")
    assert [coding.score for coding in found.sources[0].codings] == [0.83] * 3
    assert found.users[0].kind == "model"
    assert found.notes == ()


def test_what_xml_cannot_say_is_replaced(tmp_path):
    project = Project("a\x01b", "semcode 0.1.0", codes=(ProjectCode(guid(1), "A\ud800"),))
    write_project(tmp_path / "a.qdpx", project)
    found = read_refi(tmp_path / "a.qdpx")
    assert (found.name, found.codes[0].name) == ("a\ufffdb", "A\ufffd")


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_project(tmp_path / "none" / "a.qdpx", Project("x", "semcode 0.1.0"))


@pytest.mark.parametrize(
    ("kind", "values", "found"),
    [
        ("Integer", ["1", "-20"], "Integer"),
        ("Integer", ["1", "many"], "Text"),
        ("Float", ["1.5", "2"], "Float"),
        ("Date", ["2024-02-30"], "Text"),
        ("Boolean", ["true", "0"], "Boolean"),
        ("Strange", ["1"], "Text"),
        ("", [], "Text"),
    ],
)
def test_a_variable_has_the_type_that_its_values_have(kind, values, found):
    assert fitting_kind(kind, values) == found
