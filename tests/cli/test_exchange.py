import json
import zipfile

import pytest

from semcode import Study
from semcode.cli import main
from semcode.exchange.project import Project, ProjectCode, ProjectCoding, Source, User
from semcode.exchange.refi import write_project

A, B, C, D = (f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 5))
TEXT = "Interviewer: Where?\n\nMaria: In the car."


@pytest.fixture
def file(tmp_path):
    coding = ProjectCoding(D, B, A, 28, 38)
    project = Project(
        "Pilot",
        "Test 1",
        (User(A, "Ana"),),
        (ProjectCode(B, "Car"),),
        (Source(C, "P01", TEXT, (coding,)), Source(D, "P02", None)),
    )
    write_project(tmp_path / "p.qdpx", project)
    return str(tmp_path / "p.qdpx")


def test_import_makes_a_study_and_says_what_it_did(file, tmp_path, capsys):
    folder = str(tmp_path / "study")
    assert main(["import", "--study", folder, file]) == 0
    shown = capsys.readouterr()
    assert f"Made {folder} from 'Pilot' (Test 1)." in shown.err
    assert "no place for: Documents without words: 1 (P02)." in shown.err
    assert "--no-readings" in shown.err
    assert "semcode speakers" in shown.err
    assert "codings" in shown.out
    assert main(["import", "--study", folder, file]) == 0
    assert "codings there already" in capsys.readouterr().out


def test_import_as_json(file, tmp_path, capsys):
    arguments = ["--study", str(tmp_path / "s"), "--json", "--no-readings", "--coder", "Ben"]
    assert main(["import", *arguments, file]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["made"], done["codings"], done["readings"]) == (True, 1, 0)


def test_import_into_no_folder_asks_for_one(file, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["import", file]) == 1
    assert "Name the study's folder with --study" in capsys.readouterr().err


def test_inspect_tells_and_changes_nothing(file, tmp_path, capsys):
    assert main(["inspect", file]) == 0
    shown = capsys.readouterr()
    assert "written by Test 1" in shown.err
    assert "code points" in shown.out
    assert "no place for" in shown.err
    assert [path.name for path in tmp_path.iterdir()] == ["p.qdpx"]
    assert main(["inspect", "--json", file]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["documents"][0] == {
        "name": "P01",
        "characters": len(TEXT),
        "codings": 1,
        "positions": "code points",
    }


def test_inspect_of_something_else(tmp_path, capsys):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert main(["inspect", str(tmp_path / "a.pdf")]) == 1
    assert "no project that can be read" in capsys.readouterr().err


def test_export_for_other_programs(file, tmp_path, capsys):
    folder = str(tmp_path / "study")
    main(["import", "--study", folder, file])
    for name in ("a.qdpx", "a.qdc"):
        assert main(["export", "--study", folder, str(tmp_path / name)]) == 0
    assert main(["export", "--study", folder, "--for", "nvivo", str(tmp_path / "a.csv")]) == 1
    assert "Only a project (.qdpx)" in capsys.readouterr().err
    target = str(tmp_path / "b.qdpx")
    arguments = ["--for", "maxqda", "--no-suggestions"]
    assert main(["export", "--study", folder, *arguments, target]) == 0
    with zipfile.ZipFile(target) as archive:
        assert archive.read(f"sources/{C}.txt") == TEXT.replace("\n", "\r\n").encode()
    with Study(folder) as study:
        assert study.codings()[0].guid == D


def test_only_what_holds_suggestions_asks_for_them(file, tmp_path, capsys):
    folder = str(tmp_path / "study")
    main(["import", "--study", folder, file])
    wanted = {"a.qdc": False, "a.qdpx": True, "a.csv": True}
    for name, asked in wanted.items():
        capsys.readouterr()
        assert main(["export", "--study", folder, str(tmp_path / name)]) == 0
        assert ("no suggestions" in capsys.readouterr().err) is asked
    assert main(["export", "--study", folder, "--table", "cases", str(tmp_path / "b.csv")]) == 0
    assert "no suggestions" not in capsys.readouterr().err
