"""Faulty and hostile input through the command line: each fault is named, the rest goes on."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from semcode import Study
from semcode.cli import main
from semcode.store import Database

LINUX = sys.platform.startswith("linux")
GOOD = (
    "Interviewer: How did you get to the clinic?\n"
    "Maria: I took two buses with the baby and it was raining the whole way there.\n"
    "Interviewer: And then what happened?\n"
    "Maria: Then I waited three hours, and the housing office was closed already.\n"
    "Interviewer: What would help?\n"
    "Maria: A van, childcare, somebody who calls me back when they said they would.\n"
)
CODEBOOK = """\
[[code]]
name = "Transport"
level = "community"
definition = "Getting to appointments: buses, rides, distance, weather."

[[code]]
name = "Waiting"
level = "organizational"
definition = "Offices that keep people waiting, are closed, or never call back."
"""
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_GROWING = "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12))
LAUGHS = f"<!DOCTYPE x [<!ENTITY a 'ha'>{_GROWING}]>"


# ---------------------------------------------------------------- running semcode


class Ran:
    """What a command gave back: exit code, standard output, standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def fails(self, *words: str) -> None:
        """Check that it is a stated error that holds these words."""
        assert self.code == 1, self.err or self.out
        assert "Traceback" not in self.err
        for word in words:
            assert word in self.err


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process and in a folder of its own: a traceback is a failed test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run


def spawn(*arguments: str | Path, python: tuple[str, ...] = ("-m", "semcode")) -> Ran:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, *python, *map(os.fspath, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def study(run: Run, tmp_path: Path) -> Path:
    """A study with a small codebook and no transcripts."""
    (tmp_path / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
    assert run("init", "study", "--codebook", "codebook.toml").code == 0
    return tmp_path / "study"


def query(study: Path, sql: str) -> list[tuple]:
    connection = sqlite3.connect(study / "study.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def names(study: Path) -> list[str]:
    return [row[0] for row in query(study, "SELECT name FROM transcript ORDER BY name")]


def text_of(study: Path, name: str) -> str:
    return next(text for text, n in query(study, "SELECT text, name FROM transcript") if n == name)


def good(path: Path, mark: str = "") -> Path:
    """Write an interview that is in order, different from others by its mark."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(GOOD + (f"Interviewer: Thank you, {mark}.\n" if mark else ""), "utf-8")
    return path


# ---------------------------------------------------------------- files that are at fault


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def docx(
    body: str = "<w:p><w:r><w:t>Hello there.</w:t></w:r></w:p>",
    *,
    dtd: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{DOCUMENT}" Target="word/document.xml"/></Relationships>'
    )
    document = f'{dtd}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return zipped({"_rels/.rels": rels, "word/document.xml": document, **(more or {})})


def odt(body: str, *, dtd: str = "") -> bytes:
    content = (
        f'{dtd}<o:document-content xmlns:o="{OPEN}:office:1.0" xmlns:text="{OPEN}:text:1.0">'
        f"<o:body><o:text>{body}</o:text></o:body></o:document-content>"
    )
    return zipped({"META-INF/manifest.xml": "<manifest/>", "content.xml": content})


def xlsx(rows: str, *, dtd: str = "") -> bytes:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    def rels(kind: str, target: str) -> str:
        link = f'<Relationship Id="r" Type="{office}/{kind}" Target="{target}"/>'
        return f'<Relationships xmlns="{package}/relationships">{link}</Relationships>'

    types = (
        f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kinds}.sheet.main+xml"/><Override PartName="/xl/worksheets/s.xml" '
        f'ContentType="{kinds}.worksheet+xml"/></Types>'
    )
    book = f'<workbook xmlns="{SHEET}" xmlns:r="{office}"><sheets><sheet name="S" '
    return zipped(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": rels("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": f'{book}sheetId="1" r:id="r"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": rels("worksheet", "worksheets/s.xml"),
            "xl/worksheets/s.xml": f'{dtd}<worksheet xmlns="{SHEET}"><sheetData>{rows}'
            "</sheetData></worksheet>",
        }
    )


def pdf(content: bytes = b"", *, pages: int = 1) -> bytes:
    """Make a PDF whose pages share one compressed content stream."""
    font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    kids = " ".join(f"{3 + n} 0 R" for n in range(pages))
    packed = zlib.compress(content, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        *[
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Resources {font} "
            f"/Contents {3 + pages} 0 R >>".encode()
        ]
        * pages,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return out + head + table + tail % (len(objects) + 1, len(out))


def scanned_pdf() -> bytes:
    from pypdf import PdfWriter

    writer, stream = PdfWriter(), io.BytesIO()
    for _ in range(3):
        writer.add_blank_page(width=200, height=200)
    writer.write(stream)
    return stream.getvalue()


def locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer, stream = PdfWriter(), io.BytesIO()
    writer.append(PdfReader(io.BytesIO(pdf(b"BT /F 9 Tf (Hello) Tj ET"))))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(stream)
    return stream.getvalue()


def locked_docx() -> bytes:
    """Set the flag "encrypted" on every member of an archive."""
    data = bytearray(docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            data[found.start() + offset] |= 1
    return bytes(data)


def lying_docx() -> bytes:
    """Say in the directory that the document unpacks to 100 bytes; it has 60 million."""
    data = docx(f"<w:p><w:r><w:t>{'a ' * 30_000_000}</w:t></w:r></w:p>")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("word/document.xml").file_size.to_bytes(4, "little")
    return data.replace(size, (100).to_bytes(4, "little"))


def entity(name: str = "secret.txt") -> str:
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{name}">]>'


PARAGRAPH = "<w:p><w:r><w:t>%s</w:t></w:r></w:p>"
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row>'
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 16

#: name of the file -> (its bytes, words that the message must hold)
BAD: dict[str, tuple[Callable[[], bytes] | bytes, str]] = {
    "empty.txt": (b"", "empty"),
    "blank.txt": (b" \n\t\r\n  \n", "no words"),
    "mark_only.txt": (b"\xef\xbb\xbf", "no words"),
    "zeros.txt": (b"\0" * 5000, "binary"),
    "dots.txt": (b"... --- ...\n" * 9, "no words"),
    "noise.txt": (bytes(range(256)) * 20, "binary"),
    "zip.txt": (docx, "zip"),
    "pdf.txt": (pdf, "PDF"),
    "empty.docx": (b"", "empty"),
    "wordless.docx": (lambda: docx("<w:p/>"), "no words"),
    "bomb.docx": (lambda: docx(PARAGRAPH % ("a " * 60_000_000)), "not safe"),
    "lying.docx": (lying_docx, "damaged"),
    "laughs.docx": (lambda: docx(PARAGRAPH % "&m;", dtd=LAUGHS), "not safe"),
    "outside.docx": (lambda: docx(PARAGRAPH % "&e;", dtd=entity()), "not safe"),
    "climbing.docx": (lambda: docx(more={"../../x.txt": "x"}), "not safe"),
    "swarm.docx": (lambda: docx(more={f"m{n}": "" for n in range(6000)}), "not safe"),
    "locked.docx": (locked_docx, "password"),
    "cut.docx": (lambda: docx()[:-200], "damaged"),
    "word97.docx": (OLD_WORD, "Word's old format"),
    "html.docx": (b"<html><body><p>Hello there</p></body></html>", "damaged"),
    "pdf.docx": (pdf, "damaged"),
    "other_zip.docx": (lambda: zipped({"hello.txt": "hi"}), "incomplete"),
    "laughs.odt": (lambda: odt("<text:p>&m;</text:p>", dtd=LAUGHS), "not safe"),
    "outside.odt": (lambda: odt("<text:p>&e;</text:p>", dtd=entity()), "not safe"),
    "cut.odt": (lambda: odt("<text:p>Hello</text:p>")[:100], "damaged"),
    "scanned.pdf": (scanned_pdf, "no text"),
    "locked.pdf": (locked_pdf, "password"),
    "cut.pdf": (lambda: pdf(b"BT /F 9 Tf (Hello) Tj ET")[:300], "PDF"),
    "html.pdf": (b"<html>", "PDF"),
    "plain.rtf": (b"Interviewer: hello", "RTF"),
    "no_cues.vtt": (b"WEBVTT\n\nHello\n", "no cue"),
    "deep.json": (b"[" * 100_000, "nested"),
    "cut.json": (b'{"segments": [', "JSON"),
    "other.json": (b'{"a": 1}', "other.json"),
    "strange.csv": (b"a,b\n1,2\n3,4\n", "'a', 'b'"),
    "open_quote.csv": (b'speaker,text\nA,"hello\nB,there\n', "quotation mark"),
    "laughs.xlsx": (lambda: xlsx(CELL % "&m;", dtd=LAUGHS), "not safe"),
    "noise.xlsx": (b"PK\x03\x04" + bytes(range(256)), "damaged"),
    "bomb.xlsx": (lambda: xlsx(CELL % ("a" * 150_000_000)), "not safe"),
    "cut.TextGrid": (b'File type = "ooTextFile"\nObject class = "TextGrid"\n', "TextGrid"),
    "old.doc": (OLD_WORD, ".docx"),
    "talk.mp3": (b"ID3" + bytes(100), "transcribed"),
    "no_ending": (b"hello", "no ending"),
}
_MADE: dict[str, bytes] = {}


def made(name: str) -> bytes:
    """Give the bytes of a bad file; the large ones are made once."""
    if name not in _MADE:
        content = BAD[name][0]
        _MADE[name] = content if isinstance(content, bytes) else content()
    return _MADE[name]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_and_the_good_one_is_added(
    name: str, run: Run, study: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("password of the clinic")
    bad = tmp_path / name
    bad.write_bytes(made(name))
    done = run("add", "--study", study, bad, good(tmp_path / "good.txt"))
    done.fails(name, BAD[name][1])
    assert names(study) == ["good"]
    assert b"password of the clinic" not in (study / "study.db").read_bytes()
    assert run("status", "--study", study, "--json").code == 0


@pytest.mark.weights
def test_a_batch_of_bad_files_leaves_the_good_ones_suggested(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    for name in BAD:
        (folder / name).write_bytes(made(name))
    (folder / "folder.docx").mkdir()
    (folder / "nowhere.txt").symlink_to("not there.txt")
    good(folder / "A.txt", "A")
    good(folder / "Z.txt", "Z")
    files = sorted(folder.iterdir())
    done = spawn("add", "--study", study, *files, folder / "missing.vtt")
    done.fails(*BAD, "folder.docx", "nowhere.txt", "missing.vtt")
    assert names(study) == ["A", "Z"]
    suggested = spawn("suggest", "--study", study, "--json")
    assert suggested.code == 0, suggested.err
    found = json.loads(suggested.out)
    assert (found["transcripts"], found["segments"] > 0) == (2, True)
    assert {s["transcript"] for s in found["suggestions"]} == {"A", "Z"}


# The process's own peak: ru_maxrss would begin with that of the process which started it.
PEAK = """
import sys
from semcode.cli import main
code = main(sys.argv[1:])
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("PEAK", int(peak) // 1024, code)
"""
SPACES = '<text:s text:c="1000"/>' * 400_000  # 23 kB packed, 400 million spaces when spelt out
GREEDY: dict[str, Callable[[], bytes]] = {
    "bomb.docx": lambda: made("bomb.docx"),
    "lying.docx": lambda: made("lying.docx"),
    "laughs.odt": lambda: made("laughs.odt"),
    "spaces.odt": lambda: odt(f"<text:p>Hello{SPACES}there</text:p>"),
    "bomb.xlsx": lambda: made("bomb.xlsx"),
    "far.xlsx": lambda: xlsx('<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>'),
    "bomb.pdf": lambda: pdf(b" " * 300_000_000),
}


@pytest.mark.skipif(not LINUX, reason="only Linux tells a process its own peak")
@pytest.mark.parametrize("name", ["large.txt", *GREEDY])
def test_a_greedy_file_is_refused_quickly_and_in_little_memory(
    name: str, study: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    if name == "large.txt":
        with path.open("wb") as stream:
            stream.write(GOOD.encode())
            stream.truncate(200_000_000)
    else:
        path.write_bytes(GREEDY[name]())
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "add", "--study", study, path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert name in done.stderr
    _, peak, code = done.stdout.split()
    assert (int(code), names(study)) == (1, [])
    assert int(peak) < 300, "megabytes"


# ---------------------------------------------------------------- encodings

ACCENTED = GOOD.replace("Maria", "José").replace("the baby", "the baby’s “café”")


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("cp1252", b""),
        ("mac_roman", b""),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_text_is_read_in_whatever_encoding(
    codec: str, mark: bytes, ends: str, run: Run, study: Path, tmp_path: Path
) -> None:
    text = ACCENTED.replace("\n", ends)
    (tmp_path / "P01.txt").write_bytes(mark + text.encode(codec))
    done = run("add", "--study", study, tmp_path / "P01.txt")
    assert done.code == 0, done.err
    assert text_of(study, "P01") == text
    assert ("P01" in done.err and codec in done.err) == (codec in ("cp1252", "mac_roman"))
    assert "José" in run("speakers", "--study", study, "--json").out


def test_a_broken_letter_in_a_sound_text_is_replaced_and_reported(
    run: Run, study: Path, tmp_path: Path
) -> None:
    text = ACCENTED * 3
    whole = text.encode()
    (tmp_path / "P01.txt").write_bytes(whole.replace(b"raining", b"rain\xe9ng", 1))
    done = run("add", "--study", study, tmp_path / "P01.txt")
    assert done.code == 0
    assert "P01" in done.err
    assert "\ufffd" in done.err
    assert text_of(study, "P01") == text.replace("raining", "rain\ufffdng", 1)


def test_times_before_the_start_are_reported_and_never_stored(
    run: Run, study: Path, tmp_path: Path
) -> None:
    cues = (
        "WEBVTT\n\n-00:00:05.000 --> 00:00:02.000\n<v Ana>Hello there, how are you?\n\n"
        "00:00:09.000 --> 00:00:06.000\n<v Bob>This one runs backwards.\n\n"
        "00:00:10.000 --> 00:00:12.000\n<v Ana>And this is fine.\n"
    )
    (tmp_path / "call.vtt").write_text(cues)
    done = run("add", "--study", study, tmp_path / "call.vtt")
    assert done.code == 0
    assert "call" in done.err
    assert "before the recording" in done.err
    times = query(study, "SELECT time_start, time_end FROM turn ORDER BY position")
    assert len(times) >= 2
    assert all(0 <= start <= end for start, end in times)


# ---------------------------------------------------------------- names and paths

NAMES = ("two words", "emoji 😀", 'it\'s "quoted"', "per%41cent", "what?", "a#b", "a&b=c", "-dash")
ODD_NAMES = (*NAMES, "new\nline") if sys.platform != "win32" else ("two words", "emoji 😀", "a#b")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_files_and_studies_may_have_odd_names(name: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "codebook.toml").write_text(CODEBOOK)
    study = tmp_path / "studies" / name
    study.parent.mkdir()
    made = run("init", study, "--codebook", "codebook.toml")
    assert made.code == 0, made.err
    assert [path.name for path in study.parent.iterdir()] == [name]
    path = good(tmp_path / f"{name}.txt")
    done = run("add", "--study", study, path)
    assert done.code == 0, done.err
    assert names(study) == [name]
    table = study / f"{name}.csv"
    assert run("export", "--study", study, table).code == 0
    assert table.is_file()


@pytest.mark.skipif(not LINUX, reason="only Linux allows names that are not UTF-8")
def test_a_name_that_is_no_text_is_a_stated_error(run: Run, study: Path, tmp_path: Path) -> None:
    bad = tmp_path / os.fsdecode(b"na\xffme.txt")
    bad.write_text(GOOD + "Interviewer: Bye.\n")
    done = run("add", "--study", study, bad, good(tmp_path / "good.txt"))
    assert "good" in names(study)
    if done.code:  # refused: then by name; or else added under a name that can be written
        done.fails("na")
    else:
        assert len(names(study)) == 2
    folder = tmp_path / os.fsdecode(b"stu\xffdy")
    made = run("init", folder)
    assert made.code in (0, 1)
    assert run("status", "--study", folder).code == made.code


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such name")
def test_a_name_cannot_steer_the_terminal(run: Run, study: Path, tmp_path: Path) -> None:
    bad = tmp_path / "a\x1b[2Jb.txt"
    bad.write_bytes(b"")
    done = run("add", "--study", study, bad)
    done.fails("empty")
    assert "\x1b" not in done.err


@pytest.mark.parametrize("what", ["study", "file", "codebook", "model"])
def test_an_overlong_name_is_a_stated_error(
    what: str, run: Run, study: Path, tmp_path: Path
) -> None:
    long = "x" * 300
    if what == "model":
        (study / "semcode.toml").write_text(f'[embed]\nmodel = "{long}"\n')
        good(tmp_path / "good.txt")
        run("add", "--study", study, tmp_path / "good.txt")
    commands: dict[str, tuple[str | Path, ...]] = {
        "study": ("status", "--study", long),
        "file": ("add", "--study", study, f"{long}.txt"),
        "codebook": ("init", "other", "--codebook", f"{long}.toml"),
        "model": ("suggest", "--study", study),
    }
    run(*commands[what]).fails("xxx")


def test_two_files_of_one_name_are_told_apart_by_their_folders(
    run: Run, study: Path, tmp_path: Path
) -> None:
    good(tmp_path / "site1" / "P01.txt", "one")
    second = good(tmp_path / "site2" / "P01.txt", "two")
    good(tmp_path / "site2" / "P02.txt", "three")
    done = run("add", "--study", study, tmp_path / "site1", tmp_path / "site2")
    done.fails(str(second))
    assert names(study) == ["P01", "P02"]
    assert "one" in text_of(study, "P01")


def test_the_same_file_twice_changes_nothing(run: Run, study: Path, tmp_path: Path) -> None:
    path = good(tmp_path / "files" / "P01.txt")
    assert run("add", "--study", study, path, path, path.parent).code == 0
    before = query(study, "SELECT * FROM transcript")
    again = run("add", "--study", study, path)
    assert (again.code, "P01" in again.err) == (0, True)
    assert query(study, "SELECT * FROM transcript") == before


@pytest.mark.parametrize("calls", [1, 2])
def test_one_interview_under_two_names_is_not_counted_twice(
    calls: int, run: Run, study: Path, tmp_path: Path
) -> None:
    first, second = good(tmp_path / "P01.txt"), good(tmp_path / "copy of P01.txt")
    batches = [[first, second]] if calls == 1 else [[first], [second]]
    done = [run("add", "--study", study, *batch) for batch in batches][-1]
    assert names(study) == ["P01"]
    assert "copy of P01" in done.err
    assert "P01.txt" in done.err.replace("copy of P01.txt", "")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_folder_gives_nothing_from_outside_of_it_unsaid(
    run: Run, study: Path, tmp_path: Path
) -> None:
    good(tmp_path / "outside" / "secret.txt", "secret")
    inside = good(tmp_path / "mine" / "P01.txt").parent
    (inside / "loop").symlink_to(inside, target_is_directory=True)
    (inside / "away").symlink_to(tmp_path / "outside", target_is_directory=True)
    (inside / "linked.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    done = run("add", "--study", study, inside)
    assert names(study) == ["P01"]
    done.fails("away", "linked.txt")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_path_that_a_person_names_may_lead_anywhere(
    run: Run, study: Path, tmp_path: Path
) -> None:
    good(tmp_path / "outside" / "P01.txt", "one")
    (tmp_path / "P02.txt").symlink_to(good(tmp_path / "outside" / "two.txt", "two"))
    (tmp_path / "here").mkdir()
    files = (tmp_path / "here" / ".." / "outside" / "P01.txt", tmp_path / "P02.txt")
    assert run("add", "--study", study, *files).code == 0
    assert names(study) == ["P01", "P02"]


def test_a_name_inside_a_table_leads_nowhere(run: Run, study: Path, tmp_path: Path) -> None:
    table = "transcript,speaker,text\n../../up,Ana,Hello there my friend\n/abs,Bo,And so on\n"
    (tmp_path / "table.csv").write_text(table)
    before = {path for path in tmp_path.rglob("*") if path.parent != study}
    assert run("add", "--study", study, tmp_path / "table.csv").code == 0
    assert len(names(study)) == 2
    assert {path for path in tmp_path.rglob("*") if path.parent != study} == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.timeout(20)
def test_what_is_no_file_is_not_waited_for(run: Run, study: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "endless.txt").symlink_to("/dev/zero")
    done = run("add", "--study", study, tmp_path / "pipe.txt", tmp_path / "endless.txt")
    done.fails("pipe.txt", "endless.txt")


# Root reads and writes whatever it wants: give that up (PR_CAPBSET_DROP of CAP_DAC_OVERRIDE,
# CAP_DAC_READ_SEARCH and CAP_FOWNER), then become semcode.
WITHOUT_RIGHTS = """
import ctypes, os, sys
for capability in (1, 2, 3):
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-m", "semcode", *sys.argv[1:]])
"""


@pytest.fixture
def as_anyone() -> Run:
    """Run a command as somebody whom permissions bind."""
    if sys.platform == "win32":
        pytest.skip("Windows has other permissions")
    if os.geteuid():
        return spawn
    if not LINUX:
        pytest.skip("root is bound by no permissions here")
    return lambda *arguments: spawn(*arguments, python=("-c", WITHOUT_RIGHTS))


def test_a_file_that_may_not_be_read_is_named(as_anyone: Run, study: Path, tmp_path: Path) -> None:
    bad = good(tmp_path / "locked.txt", "locked")
    bad.chmod(0)
    people = tmp_path / "people.csv"
    people.write_text("id,age\ngood,30\n")
    people.chmod(0)
    book = tmp_path / "book.toml"
    book.write_text(CODEBOOK)
    book.chmod(0)
    done = as_anyone("add", "--study", study, bad, good(tmp_path / "good.txt"))
    if names(study) == ["good", "locked"]:
        pytest.skip("permissions bind nobody here")
    done.fails("locked.txt")
    assert names(study) == ["good"]
    as_anyone("add", "--study", study, "--participants", people).fails("people.csv")
    as_anyone("init", tmp_path / "other", "--codebook", book).fails("book.toml")
    (study / "semcode.toml").chmod(0)
    as_anyone("status", "--study", study).fails("semcode.toml")


@pytest.mark.weights
def test_a_study_that_may_not_be_written_is_a_stated_error(
    as_anyone: Run, run: Run, study: Path, tmp_path: Path
) -> None:
    run("add", "--study", study, good(tmp_path / "P01.txt"))
    more = good(tmp_path / "P02.txt", "two")
    (study / "study.db").chmod(0o444)
    study.chmod(0o555)
    try:
        for arguments in (("suggest",), ("add", more)):
            done = as_anyone(*arguments, "--study", study)
            if done.code == 0:
                pytest.skip("permissions bind nobody here")
            done.fails("study", "write")
        for arguments in (("status",), ("export", tmp_path / "x.csv")):
            done = as_anyone(*arguments, "--study", study)
            assert (done.code in (0, 1), "Traceback" in done.err) == (True, False)
    finally:
        study.chmod(0o755)
        (study / "study.db").chmod(0o644)
    assert names(study) == ["P01"]
    study.chmod(0)
    try:
        as_anyone("status", "--study", study).fails(str(study))
    finally:
        study.chmod(0o755)


@pytest.mark.weights
def test_a_lock_that_cannot_be_taken_is_a_stated_error(
    run: Run, study: Path, tmp_path: Path
) -> None:
    run("add", "--study", study, good(tmp_path / "P01.txt"))
    (study / ".semcode.lock").unlink(missing_ok=True)
    (study / ".semcode.lock").mkdir()
    run("suggest", "--study", study).fails(".semcode.lock")


# ---------------------------------------------------------------- what goes out


@pytest.mark.parametrize("name", ["P01.docx", "P01.txt", "study/study.db", "study/semcode.toml"])
@pytest.mark.parametrize("command", ["report", "export"])
def test_output_never_replaces_what_it_cannot_be(
    command: str, name: str, run: Run, study: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    if path.parent == tmp_path:
        path.write_text("the only copy")
    before = path.read_bytes()
    run(command, "--study", study, path).fails(name)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["none/x.csv", "none/x.xlsx", "none/x.html", "d.csv", "d.html"])
def test_output_that_cannot_be_written_leaves_nothing_behind(
    name: str, run: Run, study: Path, tmp_path: Path
) -> None:
    for folder in ("d.csv", "d.html"):
        (tmp_path / folder).mkdir()
    before = sorted(tmp_path.rglob("*"))
    command = "report" if name.endswith(".html") else "export"
    run(command, "--study", study, tmp_path / name).fails(name)
    assert [p for p in sorted(tmp_path.rglob("*")) if p.parent != study] == [
        p for p in before if p.parent != study
    ]


TAG = "<script>alert(1)</script>"
IMAGE = '<img src="https://evil.example/x" onerror="alert(2)">'
FORMULAS = (
    '=HYPERLINK("https://evil.example/";"here") was what I said about the bus to them.',
    "+1+cmd|' /C calc'!A0 is what they wrote about waiting at the office again.",
    "-2+3 is how the bus number goes, and I wait for it every single day there.",
    "@SUM(1+1) is the name of the office that never calls me back at all, never.",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A coded study whose every text tries to be markup or a formula; gives its folder."""
    root = tmp_path_factory.mktemp("hostile")
    names = (f"=1+1 {TAG}", f"@x </script>{IMAGE}", "Transport & <b>buses</b>")
    (root / "book.csv").write_text(
        'name,level,definition\n"{}",community,"=2+2 the bus, rides {}"\n'
        '"{}",organizational,waiting at offices\n"{}",community,the bus\n'.format(
            names[0], TAG, names[1].replace('"', '""'), names[2]
        ),
        encoding="utf-8",
    )
    said = [("Interviewer", "And what do you say about that?")]
    for number, formula in enumerate(FORMULAS):
        said += [(f"{TAG} {IMAGE}", f"{formula} {TAG} {IMAGE} Part {number}."), said[0]]
    with (root / "talk.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("speaker", "text"), *said])
    with (root / "people.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [
                ("id", "transcript", "=cmd|' /C calc'!A0", f"job {TAG}"),
                (f"=P01{TAG}", "talk", "\t=1+1", IMAGE),
            ]
        )
    study = Study.create(root / "study", codebook=root / "book.csv", name=f"Study {TAG}")
    with study:
        study.add([root / "talk.csv"])
        assert study.add_participants(root / "people.csv") == []
    (root / "study" / "semcode.toml").write_text("[suggest]\nfloor = 0.0\nper_segment = 3\n")
    with Study(root / "study") as study:
        assert study.suggest().segments >= len(FORMULAS)
        for name in ("out.csv", "out.xlsx", "out.toml", "book_out.csv"):
            (study.export_codebook if "book" in name or "toml" in name else study.export)(
                root / name
            )
        study.report(root / "out.html")
    return root


@pytest.mark.weights
@pytest.mark.parametrize("name", ["out.csv", "book_out.csv"])
def test_no_cell_of_a_csv_is_a_formula(name: str, hostile: Path) -> None:
    with (hostile / name).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    cells = [cell for row in rows for cell in row]
    assert [c for c in cells if re.match(r"[=+\-@\t\r|]", c) and not _is_number(c)] == []
    assert any("=1+1" in cell for cell in cells)
    if name == "out.csv":
        for formula in FORMULAS:
            assert any(formula in cell for cell in cells)


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


@pytest.mark.weights
def test_no_cell_of_a_workbook_is_a_formula(hostile: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(hostile / "out.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    values = [str(cell.value) for cell in cells]
    for formula in (*FORMULAS, "=cmd|' /C calc'!A0"):
        assert any(value.startswith(formula) for value in values)
    with zipfile.ZipFile(hostile / "out.xlsx") as archive:
        sheets = [n for n in archive.namelist() if "worksheets/" in n]
        assert not any(b"<f>" in archive.read(n) or b"<f " in archive.read(n) for n in sheets)


@pytest.mark.weights
def test_an_exported_codebook_is_read_back_as_it_was(hostile: Path) -> None:
    from semcode.codebook import load_codebook

    first = load_codebook(hostile / "book.csv")
    for name in ("out.toml", "book_out.csv"):
        assert load_codebook(hostile / name).codes == first.codes


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.text: list[str] = []
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside = tag
        if tag == "script":
            self.scripts.append((self.tags[-1][1], ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            kind, before = self.scripts[-1]
            self.scripts[-1] = (kind, before + data)
        elif self.inside != "style":
            self.text.append(data)


@pytest.mark.weights
def test_nothing_in_a_study_becomes_a_part_of_the_report(hostile: Path) -> None:
    source = (hostile / "out.html").read_text(encoding="utf-8")
    page = Page(source)
    policy = next(a["content"] for t, a in page.tags if "Content-Security-Policy" in str(a))
    for kind, code in page.scripts:
        if kind.get("type", "") == "application/json":
            assert "<" not in code
            strings = list(_strings(json.loads(code)))
            assert not [s for s in strings if re.search(r"<(script|img|b>buses)", s)]
        else:
            digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
    for tag, attributes in page.tags:
        assert tag not in {"iframe", "object", "embed", "base", "form"}
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "action", "srcset", "xlink:href"):
            assert re.match(r"#|data:(image/|,)|$", attributes.get(name, ""))
    shown = "".join(page.text)
    assert shown.count(TAG) > len(FORMULAS)
    assert IMAGE in shown
    assert f"Study {TAG}" in shown


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *_strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


@pytest.mark.weights
@pytest.mark.parametrize("command", ["suggest", "speakers", "codings", "status"])
def test_json_holds_hostile_text_as_text(command: str, hostile: Path) -> None:
    done = spawn(command, "--study", hostile / "study", "--json")
    assert (done.code, "Traceback" in done.err) == (0, False)
    assert TAG in done.out or command == "codings"
    json.loads(done.out)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
@pytest.mark.weights
def test_a_reader_that_goes_away_is_no_error(hostile: Path) -> None:
    command = [sys.executable, "-m", "semcode", "suggest", "--json", "--study", "study"]
    process = subprocess.Popen(
        command, cwd=hostile, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    process.wait(60)
    assert "Traceback" not in said
    assert "Exception ignored" not in said


# ---------------------------------------------------------------- people and speakers


@pytest.mark.weights
def test_a_study_without_transcripts_can_do_everything(
    run: Run, study: Path, tmp_path: Path
) -> None:
    found = run("suggest", "--study", study, "--json")
    assert json.loads(found.out) == {"transcripts": 0, "segments": 0, "suggestions": []}
    for arguments in (("status",), ("speakers",), ("codings",), ("suggest",)):
        assert run(*arguments, "--study", study).code == 0
    for command, name in (("export", "x.csv"), ("export", "x.xlsx"), ("report", "x.html")):
        assert run(command, "--study", study, name).code == 0
        assert (tmp_path / name).stat().st_size > 0


@pytest.mark.weights
def test_a_study_in_which_only_interviewers_speak_says_so(
    run: Run, study: Path, tmp_path: Path
) -> None:
    run("add", "--study", study, good(tmp_path / "P01.txt"))
    run("speakers", "--study", study, "--set", "P01:Maria=interviewer")
    found = run("suggest", "--study", study, "--json")
    assert json.loads(found.out) == {"transcripts": 1, "segments": 0, "suggestions": []}
    done = run("suggest", "--study", study)
    assert done.code == 0
    assert "no transcripts" not in done.err
    assert run("report", "--study", study, "x.html").code == 0


@pytest.mark.weights
def test_one_speaker_is_the_participant(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("I took two buses, and then the office was closed. " * 3)
    (tmp_path / "P02.txt").write_text("Maria: I took two buses.\nMaria: It was closed again.\n")
    assert run("add", "--study", study, tmp_path / "diary.txt", tmp_path / "P02.txt").code == 0
    found = json.loads(run("suggest", "--study", study, "--json").out)
    assert {s["participant"] for s in found["suggestions"]} == {"diary", "P02"}


def test_one_question_and_one_long_answer_are_two_speakers(
    run: Run, study: Path, tmp_path: Path
) -> None:
    answer = "I grew up by the river, and then we moved. " * 40
    (tmp_path / "P01.txt").write_text(f"Interviewer: Tell me your story.\nMaria: {answer}\n")
    assert run("add", "--study", study, tmp_path / "P01.txt").code == 0
    rows = json.loads(run("speakers", "--study", study, "--json").out)
    assert {row["name"]: row["role"] for row in rows} == {
        "Interviewer": "interviewer",
        "Maria": "participant",
    }


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("id,age\nP01,30\nP01,31\n", ("line 3", "P01")),
        ("id,age\nP01\n", ("line 2",)),
        ("id,age\nP01,30,31\n", ("line 2",)),
        ("id,age\n,30\n", ("line 2",)),
        ("id,age,age\nP01,1,2\n", ("age",)),
        ("id,age\n", ("no participants",)),
        ("", ("empty",)),
        (b"\0\1\2" * 999, ("binary",)),
        (b"PK\x03\x04" + bytes(99), ("damaged",)),
        (xlsx(CELL % "&m;", dtd=LAUGHS), ("not safe",)),
        (None, ("no such file",)),
    ],
    ids=[
        *("id twice", "short", "long", "no id", "column twice", "header alone", "empty"),
        *("noise", "cut zip", "entities", "missing"),
    ],
)
def test_a_faulty_table_of_participants_hides_no_other_fault(
    table: str | bytes | None, words: tuple[str, ...], run: Run, study: Path, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    if table is not None:
        path.write_bytes(table if isinstance(table, bytes) else table.encode())
    (tmp_path / "empty.txt").write_bytes(b"")
    files = (good(tmp_path / "P01.txt"), tmp_path / "empty.txt")
    done = run("add", "--study", study, *files, "--participants", path)
    done.fails("people.csv", *words)
    assert "empty.txt" in done.err, "the other fault of the batch must be named too"
    assert names(study) == ["P01"]


def test_a_participant_without_a_transcript_is_reported(
    run: Run, study: Path, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("id,transcript\nX,P01\nLost,nowhere.docx\n")
    done = run(
        *("add", "--study", study, good(tmp_path / "P01.txt")),
        *("--participants", tmp_path / "people.csv"),
    )
    assert done.code == 0
    assert "Lost" in done.err
    assert "nowhere" in done.err
    people = query(study, "SELECT label FROM participant ORDER BY label")
    assert [row[0] for row in people] == ["X"] or ("Lost",) in people


def test_unknown_columns_are_offered_and_can_be_named(
    run: Run, study: Path, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("qui,mots\nAna,Hello there my friend\nBo,And so it goes\n")
    run("add", "--study", study, "t.csv").fails("'qui', 'mots'", "--columns")
    run("add", "--study", study, "t.csv", "--columns", "text=nope").fails("nope")
    run("add", "--study", study, "t.csv", "--columns", "txt=mots").fails("txt")
    run("add", "--study", study, "t.csv", "--columns", "text").fails("text")
    assert run("add", "--study", study, "t.csv", "--columns", "speaker=qui,text=mots").code == 0


# ---------------------------------------------------------------- studies, codebooks, settings


def _later(study: Path) -> None:
    _sql(study, "UPDATE alembic_version SET version_num = '9999'")


def _sql(study: Path, statement: str) -> None:
    connection = sqlite3.connect(study / "study.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def spoil(study: Path) -> None:
        path = study / "study.db"
        path.write_bytes(change(path.read_bytes()))

    return spoil


def _other(study: Path) -> None:
    (study / "study.db").unlink()
    _sql(study, "CREATE TABLE recipes (name)")


def _unfilled(study: Path) -> None:
    (study / "study.db").unlink()
    Database(study / "study.db", create=True).close()


SPOILT: dict[str, tuple[Callable[[Path], None], str]] = {
    "no file": (lambda study: (study / "study.db").unlink(), "no study"),
    "noise": (_bytes(lambda data: bytes(range(256)) * 40), "damaged"),
    "text": (_bytes(lambda data: b"hello"), "damaged"),
    "empty": (_bytes(lambda data: b""), "study.db"),
    "half": (_bytes(lambda data: data[: len(data) // 2]), "damaged"),
    "first page": (_bytes(lambda data: data[:4096]), "damaged"),
    "later": (_later, "later version"),
    "another program's": (_other, "not a study"),
    "tables only": (_unfilled, "study.db"),
    "no study row": (lambda study: _sql(study, "DELETE FROM study"), "study.db"),
    "bad json": (lambda study: _sql(study, "UPDATE code SET examples = '{'"), "damaged"),
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("command", ["status", "suggest", "export"])
def test_a_spoilt_study_is_a_stated_error_and_left_as_it_is(
    how: str, command: str, run: Run, study: Path, tmp_path: Path
) -> None:
    run("add", "--study", study, good(tmp_path / "P01.txt"))
    SPOILT[how][0](study)
    path = study / "study.db"
    before = path.read_bytes() if path.exists() else None
    done = run(command, *(["x.csv"] if command == "export" else []), "--study", study)
    done.fails(SPOILT[how][1], study.name)
    assert (path.read_bytes() if path.exists() else None) == before
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("where", ["a file", "a file/below", "not there", ""])
def test_a_folder_that_is_no_study_is_a_stated_error(where: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("hello")
    run("status", "--study", where).fails("There is no study", "init")
    if where.startswith("a file"):
        run("init", where).fails(where)


def test_a_study_is_not_made_twice(run: Run, study: Path, tmp_path: Path) -> None:
    run("add", "--study", study, good(tmp_path / "P01.txt"))
    run("init", study).fails("holds a study already")
    assert names(study) == ["P01"]


CODE = '[[code]]\nname = "%s"\ndefinition = "%s"\n'
HEADER = "name,level,parent,definition,color,facets\n"
FAULTS: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "no toml": ("toml", "[[code]\n", ("line 1", "TOML")),
    "empty": ("toml", "", ("no code",)),
    "no codes": ("toml", '[codebook]\nname = "x"\n', ("no code",)),
    "codebook is a number": ("toml", f"codebook = 3\n{CODE % ('A', 'a')}", ("codebook",)),
    "code is text": ("toml", 'code = "x"\n', ("[[code]]",)),
    "codes are numbers": ("toml", "code = [1, 2]\n", ("code",)),
    "facet is a number": ("toml", f"facet = 3\n{CODE % ('A', 'a')}", ("facet",)),
    "facets are numbers": ("toml", f"facet = [1]\n{CODE % ('A', 'a')}", ("facet",)),
    "facet twice": (
        "toml",
        '[[facet]]\nname = "t"\nvalues = ["a"]\n' * 2 + CODE % ("A", "a"),
        ("'t'",),
    ),
    "no name": ("toml", '[[code]]\ndefinition = "a"\n', ("line 1", "name")),
    "name is a number": ("toml", '[[code]]\nname = 3\ndefinition = "a"\n', ("line 1", "name")),
    "no definition": ("toml", CODE % ("A", "a") + CODE % ("B", " "), ("line 4", "'B'")),
    "twice": ("toml", CODE % ("A", "a") + CODE % ("a", "b"), ("line 4", "'a'")),
    "no such parent": ("toml", CODE % ("A", "a") + 'parent = "Z"\n', ("line 1", "'Z'")),
    "own parent": ("toml", CODE % ("A", "a") + 'parent = "A"\n', ("line 1", "A > A")),
    "no such level": ("toml", CODE % ("A", "a") + 'level = "planet"\n', ("line 1", "planet")),
    "no such colour": ("toml", CODE % ("A", "a") + 'color = "red"\n', ("line 1", "red")),
    "no such key": ("toml", CODE % ("A", "a") + 'colour = "red"\n', ("line 1", "colour")),
    "not UTF-8": ("toml", (CODE % ("A", "café")).encode("cp1252"), ("UTF-8",)),
    "noise": ("toml", bytes(range(256)), ("UTF-8",)),
    "empty table": ("csv", "", ("empty",)),
    "header alone": ("csv", HEADER, ("code",)),
    "no name column": ("csv", "a,b\n1,2\n", ("line 1", "name")),
    "no definition in a row": ("csv", f"{HEADER}A,,,,,\n", ("line 2", "'A'")),
    "circle": ("csv", f"{HEADER}A,,B,a,,\nB,,A,b,,\n", ("line 2", "A > B > A")),
    "colour in a table": ("csv", f"{HEADER}A,,,a,red,\n", ("line 2", "red")),
    "open quote": ("csv", f'{HEADER}"A,,,a,,\nB,,,b,,\n', ("line",)),
    "column twice": ("csv", "name,name,definition\nA,B,a\n", ("name",)),
    "no zip": ("xlsx", b"hello", ("workbook",)),
    "another zip": ("xlsx", zipped({"a": "b"}), ("workbook",)),
    "entities": ("xlsx", xlsx(CELL % "&m;", dtd=LAUGHS), ("book.xlsx",)),
    "broken sheet": ("xlsx", xlsx("<row"), ("book.xlsx",)),
    "no such string": (
        "xlsx",
        xlsx('<row r="1"><c r="A1" t="s"><v>9</v></c></row>'),
        ("book.xlsx",),
    ),
    "no date": ("xlsx", xlsx('<row r="1"><c r="A1" t="d"><v>z</v></c></row>'), ("book.xlsx",)),
    "other kind": ("docx", docx(), (".toml",)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_codebook_names_file_and_line_and_makes_no_study(
    fault: str, run: Run, tmp_path: Path
) -> None:
    suffix, content, words = FAULTS[fault]
    path = tmp_path / f"book.{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    run("init", "new", "--codebook", path).fails(path.name, *words)
    assert not (tmp_path / "new" / "study.db").exists()


def test_a_codebook_that_is_a_bomb_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(made("bomb.xlsx"))
    run("init", "new", "--codebook", "book.xlsx").fails("book.xlsx", "not safe")


def test_a_codebook_that_is_not_there_is_a_stated_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for name in ("nowhere.toml", "folder.toml", "postpartem"):
        run("init", "new", "--codebook", name).fails(name)
    assert not (tmp_path / "new").exists()


SETTINGS = {
    "no toml": ("[suggest\n", "line 1"),
    "no such section": ("[sugest]\n", "'suggest'"),
    "no such key": ("[suggest]\nflor = 1\n", "'floor'"),
    "outside a section": ("floor = 0.1\n", "floor"),
    "wrong kind": ('[suggest]\nfloor = "high"\n', "floor"),
    "truth value": ("[suggest]\nper_segment = true\n", "per_segment"),
    "no whole number": ("[segment]\nmax_words = 80.5\n", "max_words"),
    "below zero": ("[suggest]\nfloor = -0.1\n", "floor"),
    "above one": ("[suggest]\nfloor = 5.0\n", "floor"),
    "no number": ("[suggest]\nfloor = nan\n", "floor"),
    "endless": ("[segment]\nshift_weight = inf\n", "shift_weight"),
    "no codes at all": ("[suggest]\nper_segment = 0\n", "per_segment"),
    "too large": ("[suggest]\nseed = 99999999999999999999999\n", "seed"),
    "against each other": ("[segment]\nmax_words = 5\n", "max_words"),
    "no such model": ('[embed]\nmodel = "nope"\n', "nope"),
    "no such home": ('[embed]\nmodel = "~nobody-of-that-name/x"\n', "nobody-of-that-name"),
    "from the hub": ('[embed]\nmodel = "hub:a/b"\n', "allow_download"),
    "no such language": ('[segment]\nlanguage = "xx"\n', "xx"),
}


@pytest.mark.weights
@pytest.mark.parametrize("fault", SETTINGS)
def test_faulty_settings_name_the_key(fault: str, run: Run, study: Path, tmp_path: Path) -> None:
    run("add", "--study", study, good(tmp_path / "P01.txt"))
    (study / "semcode.toml").write_text(SETTINGS[fault][0])
    done = run("suggest", "--study", study)
    done.fails(SETTINGS[fault][1])
    assert query(study, "SELECT count(*) FROM suggestion") == [(0,)]
    (study / "semcode.toml").write_text("")
    assert run("status", "--study", study).code == 0


@pytest.mark.parametrize("content", [bytes(range(256)), "[suggest]\n".encode("utf-16")])
def test_settings_that_are_no_text_are_a_stated_error(
    content: bytes, run: Run, study: Path
) -> None:
    (study / "semcode.toml").write_bytes(content)
    run("status", "--study", study).fails("semcode.toml")
