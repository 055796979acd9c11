"""Real files of other programs: read, brought into a study, written as the schema says."""

import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcode import Study
from semcode.errors import InputError, ReadError
from semcode.exchange.reading import read_project
from semcode.exchange.refi import read_refi
from semcode.study.exchange.importing import study_from_project

QDA = Path(__file__).parents[3].parent / "shared" / "data" / "qda"
SAMPLES = {
    "atlasti8_mac_testproject.qdpx": (14, 8),
    "blank-atlas-project.qdpx": (0, 0),
    "example_codebook.qdc": (44, 0),
    "f4_valid-document.qde": (1, 4),
    "nvivo15_mac.qdpx": (262, 2),
    "qc_demo.qdpx": (262, 2),
    "taguette_codebook.qdc": (3, 0),
    "target-atlas-project.qdpx": (3, 0),
}

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("name", SAMPLES)
def test_what_the_file_holds(name):
    project = read_project(QDA / name)
    assert (len(project.codes), len(project.sources)) == SAMPLES[name]


def test_every_coding_of_the_real_project_starts_at_a_line():
    project = read_project(QDA / "qc_demo.qdpx")
    coded = next(source for source in project.sources if source.codings)
    assert len(coded.codings) == 205
    assert coded.offsets == "code points"
    assert all(c.start == 0 or coded.text[c.start - 1] == "\n" for c in coded.codings)


def test_a_project_that_lacks_its_texts_says_what_is_lost():
    project = read_project(QDA / "atlasti8_mac_testproject.qdpx")
    text = " ".join(project.lost)
    for said in (
        "not in the file: 8",
        "Pictures: 1",
        "Recordings (sound or video): 3",
        "graphs): 1",
    ):
        assert said in text
    assert len(project.notes) == 2
    assert len(project.sets) == 16


def test_a_defective_codebook_is_refused():
    with pytest.raises(ReadError, match="XML is damaged"):
        read_project(QDA / "example_codebook_defect.qdc")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_study_made_of_it_is_written_as_the_schema_says(name, tmp_path):
    etree = pytest.importorskip("lxml.etree")
    study_from_project(tmp_path / "study", QDA / name)
    with Study(tmp_path / "study") as study:
        first = study.export(tmp_path / "a.qdpx").read_bytes()
        assert study.export(tmp_path / "a.qdpx").read_bytes() == first
        book = study.export(tmp_path / "a.qdc")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        written = etree.fromstring(archive.read("project.qde"))
    etree.XMLSchema(file=QDA / "schemas" / "Project.xsd").assertValid(written)
    etree.XMLSchema(file=QDA / "schemas" / "Codebook.xsd").assertValid(etree.parse(book))
    before, after = read_project(QDA / name), read_project(tmp_path / "a.qdpx")
    if before.codes:
        assert {c.guid: c.name for c in after.codes} == {c.guid: c.name for c in before.codes}
    assert [(u.guid, u.name) for u in after.users] == [
        (u.guid, u.name)
        for u in before.users
        if any(u.guid == c.user for s in before.sources for c in s.codings if s.text)
        or any(u.guid == n.user for n in before.notes)
    ]
    words = {s.guid: s.text for s in before.sources if s.text and s.text.strip()}
    assert {s.guid: s.text for s in after.sources} == words
    assert {replace(c, created_at=None) for s in after.sources for c in s.codings} == {
        replace(c, created_at=None)
        for s in before.sources
        if s.text
        for c in s.codings
        if c.start is not None
    }


@pytest.mark.parametrize("name", ["atlasti8_mac_testproject.qdpx", "qc_demo.qdpx"])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_damaged_real_project_is_read_or_refused_in_words(name, tmp_path, data):
    with zipfile.ZipFile(QDA / name) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    member = next(part for part in parts if part.lower().endswith(".qde"))
    whole = parts[member]
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        cut = data.draw(st.sampled_from([0, 1, 5, 200]))
        whole = whole[:place] + data.draw(st.binary(max_size=6)) + whole[place + cut :]
    with zipfile.ZipFile(tmp_path / "a.qdpx", "w") as archive:
        for part, content in (parts | {member: whole}).items():
            archive.writestr(part, content)
    with suppress(InputError):
        assert len(read_refi(tmp_path / "a.qdpx").codes) <= 300
