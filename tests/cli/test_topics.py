import json
import shutil

import pytest
from openpyxl import load_workbook

from semcode import Study
from semcode.cli import main

pytestmark = pytest.mark.weights


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def folder(coded_folder, tmp_path_factory):
    made = tmp_path_factory.mktemp("topics") / "study"
    shutil.copytree(coded_folder, made)
    return made


def test_topics_are_found_shown_written_and_decided_on(folder, tmp_path, capsys):
    page, book = tmp_path / "t.html", tmp_path / "t.xlsx"
    more = ["--no-stability", "--html", page, "--xlsx", book, "--json"]
    code, out, err = run(capsys, "topics", "--study", folder, *more)
    assert code == 0, err
    found = json.loads(out)
    assert set(found) == {"topics", "outliers", "stability"}
    keys = {"id", "size", "participants", "terms", "quotes", "level", "covered_by", "status"}
    assert all(set(topic) == keys for topic in found["topics"])
    assert found["stability"] is None
    whole = page.read_text(encoding="utf-8")
    assert "default-src &#39;none&#39;" in whole
    assert 'src="http' not in whole
    assert all(topic["id"] in whole for topic in found["topics"])
    assert (
        '<summary><span class="mark' not in whole
    )  # a level's colour would be taken for a topic's on the map
    sheet = load_workbook(book)["Topics"]
    assert sheet.max_row == len(found["topics"]) + 1

    first, second, third = (topic["id"] for topic in found["topics"][:3])
    code, _, err = run(capsys, "topics", "--study", folder, "--draft", first)
    assert code == 0
    assert "DRAFT" in err
    name = ["--as-code", "Rides", "--level", "community"]
    code, _, err = run(capsys, "topics", "--study", folder, "--accept", first, *name, "--as", "ana")
    assert code == 0, err
    assert "'Rides'" in err
    code, _, err = run(
        capsys, "topics", "--study", folder, "--reject", second, "--as", "ana", "--note", "no"
    )
    assert code == 0, err
    code, out, err = run(
        capsys, "topics", "--study", folder, "--rename", f"{third}=Home", "--as", "ana", "--json"
    )
    states = {topic["id"]: topic["status"] for topic in json.loads(out)["topics"]}
    assert (states[first], states[second], states[third]) == ("accepted", "rejected", "open")
    code, out, err = run(capsys, "topics", "--study", folder, "--no-stability")
    assert "Rides" in out
    assert "Home" in out
    with Study(folder) as study:
        assert study.codebook()["Rides"].level == "community"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--html", "t.pdf"], "ends in .html"),
        (["--as-code", "Rides"], "--accept makes"),
        (["--accept", "T1", "--under", "A", "--level", "community"], "the level of that one"),
        (["--merge-into", "T1", "--as", "ana"], "says nothing"),
        (["--split", "T1=many", "--as", "ana"], "no number of parts"),
        (["--reject", "T1"], "Nobody is named"),
        (["--reject", "T999", "--as", "ana"], "no topic"),
    ],
)
def test_what_cannot_be_says_so(folder, capsys, given, told):
    with Study(folder) as study:
        study.find_topics(stability=False)
    code, _, err = run(capsys, "topics", "--study", folder, *given)
    assert code == 1
    assert told in err


def test_where_every_passage_stands_alone_that_is_said(tmp_path, capsys):
    said = (
        "I lost my job in the spring and never found another one.",
        "My mother keeps the baby on weekends at her house.",
        "The clinic on Main Street gave me a hard time about the forms.",
        "We sleep in the car when the shelter is full.",
        "Church people brought us soup and a heavy coat.",
        "The judge said I have to come back in June.",
        "My sponsor calls every night around nine o'clock.",
        "Bus fare went up again and I cannot pay it.",
        "I paint little birds when I feel nervous.",
        "They changed my medicine twice in one month.",
        "The neighbours fight and the police come by.",
        "My son wants a dog but we cannot have one.",
        "School sends letters that I do not understand.",
        "I ran a race once, a long time ago.",
    )
    for number in range(2):
        talk = (f"Interviewer: And then?\n\nP{number}: {one}" for one in said[number::2])
        (tmp_path / f"I{number}.txt").write_text("\n\n".join(talk), encoding="utf-8")
    with Study.create(tmp_path / "study", codebook="sem") as study:
        study.add([tmp_path / "I0.txt", tmp_path / "I1.txt"])
        study.suggest()
    page = tmp_path / "t.html"
    asked = ["topics", "--study", tmp_path / "study", "--topics", "7", "--html", page]
    code, out, err = run(capsys, *asked)
    assert (code, out) == (0, ""), err
    assert "No topic was found: every passage stands alone." in err
    assert "14 passages, all in no topic. Next: ask for fewer" in err
    assert "not stable" not in err
    assert "No topic was found" in page.read_text(encoding="utf-8")
    _, out, _ = run(capsys, *asked[:3], "--json")
    assert json.loads(out) == {"topics": [], "outliers": 14, "stability": None}
