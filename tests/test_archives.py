from __future__ import annotations

import io
import os
import zipfile

import pytest

from semcode.archives import check_xml, check_zip, checked_parts, parse_xml
from semcode.errors import ReadError


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_check_zip_takes_an_ordinary_archive() -> None:
    check_zip(zipped({"word/document.xml": b"<a/>" * 100}), where="a")


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "c:\\evil", "..\\evil"])
def test_check_zip_refuses_names_that_point_outside(name: str) -> None:
    with pytest.raises(ReadError, match="outside"):
        check_zip(zipped({name: b"x"}), where="a")


def test_check_zip_refuses_bombs() -> None:
    with pytest.raises(ReadError, match="unpacks to 20,000,000"):
        check_zip(zipped({"a": bytes(20_000_000)}), where="a")
    with pytest.raises(ReadError, match="unpacks to 2,000"):
        check_zip(zipped({"a": bytes(1_000), "b": bytes(1_000)}), where="a", max_unpacked=1_500)
    with pytest.raises(ReadError, match="6,000 files"):
        check_zip(zipped({str(n): b"" for n in range(6_000)}), where="a")


def test_check_zip_refuses_a_cut_file() -> None:
    whole = zipped({"a": os.urandom(1_000)})
    for size in (0, 10, len(whole) // 2, len(whole) - 5):
        with pytest.raises(ReadError, match="damaged"):
            check_zip(whole[:size], where="a")


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://localhost/x.dtd"><a/>',
        b"<a><b></a>",
        b"<a>",
        b"",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
    ],
)
def test_check_xml_refuses(xml: bytes) -> None:
    with pytest.raises(ReadError):
        check_xml(xml, where="a")


def test_parse_xml_hands_over_pieces() -> None:
    class Names:
        def __init__(self) -> None:
            self.found: list[str] = []

        def start(self, tag: str, attributes: dict[str, str], /) -> None:
            self.found.append(tag)

        def end(self, tag: str, /) -> None:
            self.found.append(f"/{tag}")

        def data(self, data: str, /) -> None:
            self.found.append(data)

    names = Names()
    parse_xml(b'<a xmlns="n">x<b/></a>', names, where="a")
    assert names.found == ["{n}a", "x", "{n}b", "/{n}b", "/{n}a"]


def test_checked_parts_gives_xml_alone() -> None:
    data = zipped({"a.xml": b"<a/>", "b.rels": b"<b/>", "c.png": b"no xml"})
    assert dict(checked_parts(data, where="x")) == {"a.xml": b"<a/>", "b.rels": b"<b/>"}
    with pytest.raises(ReadError, match="damaged"):
        list(checked_parts(zipped({"a.xml": b"<a>"}), where="x"))
