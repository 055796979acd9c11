from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import semcode.readers
from semcode.readers import SUFFIXES, Failure, ReadOptions, read
from semcode.records import Transcript

TALK = "I: What?\nP1: This.\nI: And?\nP1: {}.\n"
VTT = (
    "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>What is it?\n\n"
    "00:03.000 --> 00:04.000\n<v Bob>This.\n"
)
GRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 2\ntiers? <exists>\n'
    'size = 1\nitem []:\n    item [1]:\n        class = "IntervalTier"\n        name = "{}"\n'
    "        xmin = 0\n        xmax = 2\n        intervals: size = 1\n        intervals [1]:\n"
    '            xmin = {}\n            xmax = 2\n            text = "hello there"\n'
)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", ".").replace("_in_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(found: list[Transcript | Failure]) -> list[str]:
    return [f"! {item.path.name}" if isinstance(item, Failure) else item.name for item in found]


def test_every_kind_of_file(tmp_path: Path, check_transcript: Callable[[Transcript], None]) -> None:
    write(
        tmp_path,
        a__txt=TALK.format("a"),
        b__vtt=VTT,
        c__srt="1\n00:00:01,000 --> 00:00:02,000\nAnn: Hello\n",
        d__json='{"segments": [{"start": 0.0, "end": 1.0, "text": "Hello there"}]}',
        e__csv="speaker,text\nAnn,What is it?\nBob,This.\n",
        f__TextGrid=GRID.format("Ann", 0),
    )
    found = list(read([tmp_path]))
    assert names(found) == ["a", "b", "c", "d", "e", "f"]
    for item in found:
        assert isinstance(item, Transcript)
        check_transcript(item)
    formats = [item.format for item in found if isinstance(item, Transcript)]
    assert formats == ["txt", "vtt", "srt", "json", "csv", "textgrid"]


def test_a_bad_file_ends_nothing(tmp_path: Path) -> None:
    write(tmp_path, a__txt="", b__vtt="no cues", c__txt=TALK.format("c"), d__docx="no zip")
    found = list(read([tmp_path]))
    assert names(found) == ["! a.txt", "! b.vtt", "c", "! d.docx"]
    assert all(item.error.remedy for item in found if isinstance(item, Failure))


def test_what_a_folder_gives(tmp_path: Path) -> None:
    write(
        tmp_path,
        b__txt=TALK.format("b"),
        a_in_c__txt=TALK.format("c"),
        readme__xyz="x",
        participants__csv="id,age\nP1,3\n",
        README__md="About this study.",
    )
    write(tmp_path, **{".hidden__txt": TALK, "~$b__txt": "lock", ".git_in_x__txt": TALK})
    assert names(list(read([tmp_path]))) == ["b", "c"]


def test_names_that_a_person_gave_are_answered(tmp_path: Path) -> None:
    write(tmp_path, a__xyz="x", b__doc="x", c__mp3="x", noending="x", e_in_f__xyz="x")
    paths = [tmp_path / name for name in ("a.xyz", "b.doc", "c.mp3", "noending", "gone.txt", "e")]
    found = list(read(paths))
    words = [".xyz", "save it as .docx", "add the transcript", "no ending", "no such", "no trans"]
    for item, word in zip(found, words, strict=True):
        assert isinstance(item, Failure)
        assert word in str(item.error)


def test_the_same_content_twice(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TALK.format("a"), b__txt=TALK.format("a"), c__txt=TALK.format("c"))
    found = list(read([tmp_path, tmp_path / "a.txt"]))
    assert names(found) == ["a", "! b.txt", "c"]
    assert isinstance(found[1], Failure)
    assert "same content as" in str(found[1].error)
    assert str(tmp_path / "a.txt") in str(found[1].error)


def test_one_path_in_many_ways_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, f_in_a__txt=TALK.format("a"), g__xyz="x")
    path = tmp_path / "f" / "a.txt"
    again = tmp_path / "f" / ".." / "f" / "a.txt"
    bad = tmp_path / "g.xyz"
    assert names(list(read([path, tmp_path / "f", again, path, bad, bad]))) == ["a", "! g.xyz"]


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, one_in_a__txt=TALK.format("a"), two_in_a__txt=TALK.format("b"))
    found = list(read([tmp_path / "one", tmp_path / "two"]))
    assert names(found) == ["a", "! a.txt"]
    error = found[1].error if isinstance(found[1], Failure) else None
    assert error is not None
    assert error.where == str(tmp_path / "two" / "a.txt")
    assert str(tmp_path / "one" / "a.txt") in error.what
    assert isinstance(found[0], Transcript)
    assert found[0].source_name == "a.txt"


def test_a_failure_names_the_whole_path(tmp_path: Path) -> None:
    write(tmp_path, one_in_a__vtt="no cues", two_in_a__txt="...")
    write(tmp_path, b__csv='speaker,text\nA,"hello\n', c1_doctor__TextGrid=GRID.format("doctor", 0))
    write(tmp_path, c1_patient__TextGrid="nothing")
    found = list(read([tmp_path]))
    wheres = [str(item.error.where) for item in found if isinstance(item, Failure)]
    b, c = tmp_path / "b.csv", tmp_path / "c1_patient.TextGrid"
    assert wheres == [
        f"{b}, line 2",
        str(c),
        *(str(tmp_path / name) for name in ("one/a.vtt", "two/a.txt")),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_inside_a_folder_are_named_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path, mine_in_a__txt=TALK.format("a"), away_in_b__txt=TALK.format("b"))
    mine, away = tmp_path / "mine", tmp_path / "away"
    (mine / "loop").symlink_to(mine)
    (mine / "way").symlink_to(away)
    (mine / "link.txt").symlink_to(away / "b.txt")
    (mine / "readme.txt").symlink_to(away / "b.txt")
    found = list(read([mine]))
    assert names(found) == ["a", "! loop", "! way", "! link.txt"]
    assert all("not followed" in str(item.error) for item in found if isinstance(item, Failure))
    named = list(read([mine, mine / "link.txt"]))
    assert names(named) == ["a", "! loop", "! way", "link"]
    (tmp_path / "door").symlink_to(away)
    assert names(list(read([tmp_path / "door"]))) == ["b"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux allows such names")
@pytest.mark.parametrize("ending", ["txt", "vtt", "csv", "TextGrid"])
def test_names_that_are_no_text(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / os.fsdecode(b"s\xffte")
    folder.mkdir()
    content = {"csv": "speaker,text\nAnn,What?\n", "TextGrid": GRID.format("Ann", 0), "vtt": VTT}
    path = folder / os.fsdecode(b"na\xffme." + ending.encode())
    path.write_text(content.get(ending, TALK))
    (folder / os.fsdecode(b"\xfe.txt")).touch()
    found = list(read([folder]))
    item = next(item for item in found if isinstance(item, Transcript))
    assert (item.name, item.source_name) == ("na?me", f"na?me.{ending}")
    failure = next(item for item in found if isinstance(item, Failure))
    assert "s?te" in str(failure.error).encode("utf-8").decode()


def test_textgrids_of_one_conversation(tmp_path: Path) -> None:
    write(tmp_path, a1_doctor__TextGrid=GRID.format("doctor", 0))
    write(tmp_path, a1_patient__TextGrid=GRID.format("patient", 1), a2__txt=TALK)
    found = list(read([tmp_path]))
    assert names(found) == ["a1", "a2"]
    grid = found[0]
    assert isinstance(grid, Transcript)
    assert grid.source_name == "a1_doctor.TextGrid, a1_patient.TextGrid"
    assert len(grid.speakers) == 2


def test_the_largest_file(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TALK)
    found = list(read([tmp_path / "a.txt"], options=ReadOptions(max_bytes=10)))
    assert isinstance(found[0], Failure)
    assert "more than the 10 allowed" in str(found[0].error)


def test_columns_of_a_table(tmp_path: Path) -> None:
    write(tmp_path, a__csv="wer,was\nAnn,What is it?\nBob,This is it.\n")
    options = ReadOptions(columns={"speaker": "wer", "text": "was"})
    found = list(read([tmp_path / "a.csv"], options=options))
    assert isinstance(found[0], Transcript)
    assert [speaker.name for speaker in found[0].speakers] == ["Ann", "Bob"]


def test_reading_twice_is_equal(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TALK, b__vtt=VTT)
    assert list(read([tmp_path])) == list(read([tmp_path]))


@pytest.mark.parametrize(
    "suffix", [".docx", ".txt", ".vtt", ".textgrid", ".csv", ".xlsx", ".json3"]
)
def test_suffixes(suffix: str) -> None:
    assert suffix in SUFFIXES


def test_all_is_sorted_and_there() -> None:
    shown = semcode.readers.__all__
    constants = [name for name in shown if name.isupper()]
    assert shown == sorted(constants) + sorted(set(shown) - set(constants))
    assert all(hasattr(semcode.readers, name) for name in shown)
