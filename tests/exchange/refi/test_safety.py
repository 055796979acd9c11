"""Files that mean harm or are broken are refused in words, and nothing is written anywhere."""

import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcode.errors import InputError, ReadError
from semcode.exchange.inspecting import inspect
from semcode.exchange.reading import read_project
from semcode.exchange.refi import read_refi

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE Project [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<Project xmlns="urn:QDA-XML:project:1.0" name="&b;"/>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<Project xmlns="urn:QDA-XML:project:1.0" name="x"><Description>&x;</Description></Project>'
)


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE])
def test_entities_are_refused(made, xml):
    with pytest.raises(ReadError, match="not safe to unpack: its XML declares entities"):
        read_refi(made(xml=xml, files={}))


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "sources/../../evil", "C:\\evil"])
def test_members_that_point_outside_are_refused(made, tmp_path, name):
    with pytest.raises(ReadError, match="points outside of it"):
        read_refi(made(files={name: b"x"}))
    assert [path.name for path in tmp_path.iterdir()] == ["p.qdpx"]


def test_a_bomb_in_a_source_or_the_project_is_refused(made, words):
    held = words.source(path="internal://x.txt")
    with pytest.raises(ReadError, match=r"unpack: sources/x\.txt unpacks to 30,000,000"):
        read_refi(made(f"<Sources>{held}</Sources>", files={"sources/x.txt": b"a" * 30_000_000}))
    with pytest.raises(ReadError, match=r"not safe to unpack: project\.qde"):
        read_refi(made(xml=b" " * 30_000_000, files={}))


def test_a_large_film_is_no_bomb_as_it_is_never_unpacked(made):
    project = read_refi(made(files={"sources/film.mp4": b"\0" * 50_000_000}))
    assert project.name == "Pilot"


def test_a_member_without_a_name_is_no_folder(made):
    path = made(files={"QQQQ": b"x"})
    path.write_bytes(path.read_bytes().replace(b"QQQQ", b"\0QQQ"))
    assert read_refi(path).name == "Pilot"


def test_deep_nesting_is_refused(made):
    codes = '<Code guid="c" name="c" isCodable="true">' * 5_000 + "</Code>" * 5_000
    with pytest.raises(ReadError, match="nested more than 300 deep"):
        read_refi(made(f"<CodeBook><Codes>{codes}</Codes></CodeBook>", files={}))


@pytest.mark.parametrize("count", [0, 2])
def test_there_must_be_one_project(tmp_path, count):
    path = tmp_path / "a.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
        for number in range(count):
            archive.writestr(f"{number}.qde", "<Project/>")
    with pytest.raises(ReadError, match=f"holds {'no project' if not count else '2 projects'}"):
        read_project(path)


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ("", "empty"),
        ("<Project", "XML is damaged"),
        ("<html/>", "no project or codebook: it begins with 'html'"),
        ('<?xml version="1.0" encoding="nonsense"?><Project/>', "XML is damaged"),
    ],
)
def test_other_xml_is_refused(made, xml, said):
    with pytest.raises(ReadError, match=said):
        read_refi(made(xml=xml, files={}))


def test_a_file_that_was_cut_off_or_protected_is_refused(made, words):
    path = made(words.codes, f"<Sources>{words.source()}</Sources>")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ReadError, match="damaged or cut off"):
        read_project(path)
    protected = bytearray(data)
    for place in range(len(protected) - 4):
        if protected[place : place + 4] == b"PK\x01\x02":
            protected[place + 8] |= 1
    path.write_bytes(bytes(protected))
    with pytest.raises(ReadError, match="damaged or protected"):
        read_project(path)


def test_sources_that_are_no_text_are_left_out_and_named(made, words):
    for data in (b"", b"%PDF-1.4 x", bytes(range(256)) * 20):
        held = words.source(words.selection(0, 3))
        files = {f"sources/{words.doc}.txt": data}
        project = read_refi(made(words.codes, f"<Sources>{held}</Sources>", files=files))
        assert project.sources[0].text is None
        path = made(f"<Sources>{held}</Sources>", words.codes, files=files)
        assert "Codings of documents that the file names but does not hold: 1" in " ".join(
            inspect(path).lost
        )


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_project(tmp_path / "none.qdpx")


def test_numbers_and_dates_beyond_reason(made, words):
    marks = [
        words.selection("9" * 30, "9" * 5_000, number=1),
        words.selection(-5, 2, number=2).replace("<Coding ", '<Coding creationDateTime="soon" '),
        words.selection(1, 2, number=3).replace(
            "<Coding ", '<Coding creationDateTime="0001-01-01T00:00:00+14:00" '
        ),
    ]
    project = read_refi(made(words.codes, f"<Sources>{words.source(*marks)}</Sources>"))
    assert [(c.start, c.end, c.created_at) for c in project.sources[0].codings] == [
        (0, 2, None),
        (1, 2, None),
    ]


BYTES = st.binary(min_size=1, max_size=12)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_damaged_project_is_read_or_refused_in_words(made, words, data):
    marks = words.selection(41, 51, name="In the car", inside="<Description>x</Description>")
    whole = words.document(
        words.users, words.codes, f"<Sources>{words.source(marks)}</Sources>"
    ).encode()
    place = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.sampled_from([0, 1, 3, 40]))
    broken = whole[:place] + data.draw(BYTES) + whole[place + length :]
    _read_or_refuse(made(xml=broken))


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_damaged_zip_is_read_or_refused_in_words(made, words, data):
    path = made(words.codes, f"<Sources>{words.source(words.selection(41, 51))}</Sources>")
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:place] + data.draw(BYTES) + whole[place + 1 :])
    _read_or_refuse(path)


def _read_or_refuse(path):
    with suppress(InputError):
        for source in read_refi(path).sources:
            for coding in source.codings:
                if source.text and coding.start is not None:
                    assert 0 <= coding.start <= coding.end <= len(source.text)


def test_crc_errors_are_damage(made, words, monkeypatch):
    path = made(words.codes, f"<Sources>{words.source()}</Sources>")
    data = bytearray(path.read_bytes())
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(words.text.encode()) + packed.flush()
    place = bytes(data).rfind(body[:10])
    assert place > 0
    data[place + 4] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(ReadError, match="in the file is damaged"):
        read_project(path)
