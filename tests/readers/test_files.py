from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.errors import ReadError
from semcode.readers.files import (
    clean,
    decode,
    guid_of,
    load,
    source_of,
)

PLAIN = "I said: café, naïve — “yes”.\r\nNext line 😀\n"


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_load_gives_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\x00abc")
    assert load(path, max_bytes=5) == b"\xff\x00abc"


def test_load_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "large.txt").write_bytes(b"x" * 11)
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    for name, word in {
        "missing.txt": "no such file",
        "empty.txt": "empty",
        "large.txt": "11 bytes",
        "link.txt": "link",
        ".": "not a file",
        "nul\0.txt": "cannot be opened",
    }.items():
        with pytest.raises(ReadError, match=word) as caught:
            load(tmp_path / name, max_bytes=10)
        assert caught.value.where
        assert caught.value.remedy


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read every file")
def test_load_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(ReadError, match="cannot be opened"):
        load(path, max_bytes=10)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_decode_with_and_without_a_mark(encoding: str) -> None:
    assert decode(PLAIN.encode(encoding), where="a") == (PLAIN, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_decode_utf16_without_a_mark(encoding: str) -> None:
    assert decode(PLAIN.encode(encoding), where="a") == (PLAIN, [])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("I can’t say — “really”, café", "cp1252"),
        ("I can’t say — “really”, café", "mac_roman"),
        ("Größe und Übung müssen schön sein", "cp1252"),
        ("L’été à la plage. Où est-il ? Déjà là-bas, élève.", "cp1252"),
        ("L’été à la plage. Où est-il ? Déjà là-bas, élève.", "mac_roman"),
        ("Dziękuję bardzo, było świetne. Źle się czułem, ale już lepiej. Żona też.", "cp1250"),
        ("Привет, как дела? Всё хорошо, спасибо большое за вопрос, я живу", "cp1251"),
    ],
)
def test_decode_guesses_old_encodings_and_says_so(text: str, encoding: str) -> None:
    found, warnings = decode(text.encode(encoding), where="a")
    assert found == text
    assert len(warnings) == 1
    assert encoding in warnings[0]


def test_decode_keeps_utf8_with_a_broken_byte() -> None:
    text, warnings = decode(("é" * 20).encode() + b"\xe9 end", where="a")
    assert text == "é" * 20 + "\ufffd end"
    assert "UTF-8" in warnings[0]


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04abc", b"%PDF-1.7\n", b"\x89PNG\r\n", b"ID3abc", bytes(100), bytes(range(256)) * 4],
)
def test_decode_refuses_binary(data: bytes) -> None:
    with pytest.raises(ReadError):
        decode(data, where="a")


def test_decode_replaces_nul_one_for_one() -> None:
    text, warnings = decode(b"abc\0def" * 3, where="a")
    assert text == "abc\ufffddef" * 3
    assert warnings == ["3 characters that are no text were replaced by \ufffd."]


@settings(deadline=None)
@given(st.text())
def test_clean_keeps_every_position(text: str) -> None:
    cleaned, warnings = clean(text)
    assert len(cleaned) == len(text)
    cleaned.encode()
    assert clean(cleaned) == (cleaned, [])
    assert (cleaned == text.replace("\x0b", "\n").replace("\x0c", "\n")) == (not warnings)


def test_clean_replaces_lone_surrogates() -> None:
    assert clean("a\ud800b\x0cc")[0] == "a\ufffdb\nc"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_decode_gives_text_or_a_read_error(data: bytes) -> None:
    try:
        text, _ = decode(data, where="a")
    except ReadError:
        return
    text.encode()


def test_guid_depends_on_content_and_name() -> None:
    one = source_of("a.txt", b"one", "txt")
    assert guid_of(one, "a") == guid_of(source_of("b.txt", b"one", "txt"), "a")
    assert (
        len({guid_of(one, "a"), guid_of(one, "b"), guid_of(source_of("a", b"2", "txt"), "a")}) == 3
    )
