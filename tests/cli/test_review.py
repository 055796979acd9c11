import csv
import json

import pytest

from semcode import Code, Codebook, Study, store
from semcode.cli import main
from semcode.records import Segment
from semcode.study.review import Review

TEXT = "Interviewer: Where do you live?\n\nP: We lost the flat in March. My aunt took us in.\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "P01.txt").write_text(TEXT)
    with Study.create(tmp_path / "s", codebook=Codebook((Code("Kin", "k"),))) as study:
        study.add([tmp_path / "P01.txt"])
        with study.database.write() as connection:
            a, b = TEXT.index("We lost"), TEXT.index(" My aunt")
            cut = [Segment(a, b, 1), Segment(b + 1, len(TEXT) - 1, 1)]
            store.segments.replace(connection, 1, cut, "cut")
        review = Review(study)
        review.join("ana")
        review.code("ana", "P01", a, b, "Kin", request="one")
        review.code("ana", "P01", b + 1, b + 8, "Kin", request="two")
        review.undo("ana", request="three")
        review.close()
    return tmp_path / "s"


def test_history_shows_what_was_taken_back(folder, capsys):
    assert main(["history", "--study", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "undo of line 2" in out
    assert "code (taken back)" in out
    assert main(["history", "--study", str(folder), "--json", "--limit", "1"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["verdict"], row["undoes"], row["coder"]) == ("undo", 2, "ana")


def test_history_as_a_table_and_checked(folder, tmp_path, capsys):
    table = tmp_path / "h.csv"
    assert main(["history", "--study", str(folder), "--csv", str(table), "--limit", "1"]) == 0
    with table.open(encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["id"] for row in rows] == ["3", "2", "1"]
    assert main(["history", "--study", str(folder), "--check"]) == 0
    with Study(folder) as study, study.database.write() as connection:
        connection.exec_driver_sql("UPDATE coding SET memo = 'from elsewhere'")
    assert main(["history", "--study", str(folder), "--check"]) == 1
    assert "differ in 1 place" in capsys.readouterr().err


def test_history_of_nobody(folder, capsys):
    assert main(["history", "--study", str(folder), "--coder", "zoe"]) == 1
    assert "There are: ana" in capsys.readouterr().err


def test_assign(folder, capsys):
    arguments = ["assign", "--study", str(folder), "--coders", "ana, ben"]
    assert main([*arguments, "--transcripts", "P01", "--blind", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(r["coder"], r["segments"], r["blind"]) for r in rows] == [
        ("ana", 2, True),
        ("ben", 2, True),
    ]
    assert main([*arguments, "--segments", "1"]) == 0
    assert "Assigned 2 segments to 2 coders" in capsys.readouterr().err
    assert main(arguments) == 1
    assert "Say what is to be read" in capsys.readouterr().err


def test_correct(folder, tmp_path, capsys):
    file = tmp_path / "P01.txt"
    file.write_text(
        TEXT.replace("the flat", "the old flat").replace("Interviewer", "\nInterviewer")
    )
    arguments = ["correct", "--study", str(folder), "P01", str(file)]
    assert main([*arguments, "--dry-run"]) == 0
    said = capsys.readouterr()
    assert "Nothing was changed" in said.err
    assert "We lost the old flat" in said.out
    assert main([*arguments, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["changed"]) == 1
    assert main(arguments) == 1
    assert "same text" in capsys.readouterr().err
    with Study(folder) as study:
        [coding] = study.codings()
        text = next(study.codings_by_transcript())[0].text
    assert text[coding.start : coding.end] == "We lost the old flat in March."
