import json
import shutil

import pytest

from semcode.cli import main

DIALOGUE = """\
I: Where do you live?

P: We got evicted, so we sleep on my cousin's couch and look for a place to live.

I: Since when?

P: Since they put us out of the apartment in March.
"""


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def folder(tmp_path, capsys):
    assert run(capsys, "init", tmp_path / "s", "--codebook", "postpartum")[0] == 0
    (tmp_path / "P01.txt").write_text(DIALOGUE)
    return tmp_path / "s"


def test_without_a_command_it_shows_the_help(capsys):
    code, out, _ = run(capsys)
    assert code == 0
    assert "semcode demo" in out


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("semcode 0")


def test_add_reports_what_failed_and_adds_the_rest(folder, capsys, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    code, _, err = run(
        capsys, "add", "--study", folder, tmp_path / "P01.txt", tmp_path / "empty.txt"
    )
    assert code == 1
    assert "empty.txt" in err
    assert "Added 1 transcript" in err


def test_speakers_can_be_shown_set_and_confirmed(folder, capsys, tmp_path):
    run(capsys, "add", "--study", folder, tmp_path / "P01.txt")
    code, out, err = run(capsys, "speakers", "--study", folder)
    assert (code, "participant ?" in out, "--confirm" in err) == (0, True, True)
    run(
        capsys,
        "speakers",
        "--study",
        folder,
        "--set",
        "*:I=participant",
        "--set",
        "P01:P=interviewer",
    )
    code, out, _ = run(capsys, "speakers", "--study", folder, "--json")
    roles = {row["name"]: (row["role"], row["guessed"]) for row in json.loads(out)}
    assert roles == {"I": ("participant", False), "P": ("interviewer", False)}
    run(capsys, "speakers", "--study", folder, "--participant", "P01:I=Ann")
    out = run(capsys, "speakers", "--study", folder, "--json")[1]
    assert json.loads(out)[0]["participant"] == "Ann"


@pytest.mark.parametrize("rule", ["P01=participant", "P01:I", "P01:X=participant", "P01:I=boss"])
def test_a_wrong_rule_is_explained(folder, capsys, tmp_path, rule):
    run(capsys, "add", "--study", folder, tmp_path / "P01.txt")
    code, _, err = run(capsys, "speakers", "--study", folder, "--set", rule)
    assert code == 1
    assert err.startswith("semcode: ")


@pytest.mark.weights
def test_suggest_prints_the_promised_object(folder, capsys, tmp_path):
    run(capsys, "add", "--study", folder, tmp_path / "P01.txt")
    code, out, _ = run(capsys, "suggest", "--study", folder, "--json")
    found = json.loads(out)
    assert (code, found["transcripts"], found["segments"]) == (0, 1, 2)
    first = found["suggestions"][0]
    assert set(first) == {
        *("transcript", "participant", "start", "end", "text", "code", "level", "score"),
        "evidence",
    }
    assert (first["code"], first["level"]) == ("Housing instability", "community")
    assert DIALOGUE[first["start"] : first["end"]] == first["text"]


@pytest.mark.weights
def test_status_codings_codebook_export_report(coded_folder, capsys, tmp_path):
    status = json.loads(run(capsys, "status", "--study", coded_folder, "--json")[1])
    assert status["codings"]
    assert "Next: semcode report" in run(capsys, "status", "--study", coded_folder)[2]
    shown = run(capsys, "codings", "--study", coded_folder, "--code", "Transportation", "--json")[1]
    assert {row["code"] for row in json.loads(shown)} == {"Transportation"}
    assert "Transportation" in run(capsys, "codebook", "--study", coded_folder, "show")[1]
    for name in ("a.csv", "a.xlsx"):
        assert run(capsys, "export", "--study", coded_folder, tmp_path / name)[0] == 0
    assert run(capsys, "report", "--study", coded_folder, tmp_path / "r.html")[0] == 0
    assert {p.name for p in tmp_path.iterdir()} >= {"a.csv", "a.xlsx", "r.html"}


@pytest.mark.weights
def test_codebook_actions(coded_folder, capsys, tmp_path):
    shutil.copytree(coded_folder, tmp_path / "s")
    book = tmp_path / "book.csv"
    assert run(capsys, "codebook", "--study", tmp_path / "s", "export", book)[0] == 0
    assert "in order" in run(capsys, "codebook", "check", book)[2]
    book.write_text("name,definition\nHousing,Where they live.\n")
    code, _, err = run(capsys, "codebook", "--study", tmp_path / "s", "import", book)
    assert (code, "version 2" in err) == (0, True)
    assert run(capsys, "codebook", "export")[0] == 1


def test_an_error_is_one_line_and_code_1(capsys, tmp_path):
    code, out, err = run(capsys, "status", "--study", tmp_path)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "semcode init" in err


@pytest.mark.weights
def test_demo_can_be_called_again(capsys, tmp_path):
    for _ in range(2):
        code, _, err = run(capsys, "demo", tmp_path / "d", "--example", "peer-support")
        assert code == 0
        assert "report.html" in err
    assert {"report.html", "codings.xlsx", "study.db"} <= {
        p.name for p in (tmp_path / "d").iterdir()
    }


def test_another_language_and_a_text_without_speakers_are_told(tmp_path, capsys):
    words = "Pues yo vivo con mi mamá y con mis hijos. Ella me ayuda mucho, no tengo carro. "
    (tmp_path / "P10.txt").write_text(words * 4, encoding="utf-8")
    (tmp_path / "P2.txt").write_text(
        "Interviewer: How?\n\nP2: " + "I was at my mom's and it was hard. " * 9, encoding="utf-8"
    )
    study = str(tmp_path / "study")
    assert main(["init", study]) == 0
    files = [str(tmp_path / name) for name in ("P10.txt", "P2.txt")]
    capsys.readouterr()
    assert main(["add", "--study", study, *files]) == 0
    told = capsys.readouterr().err
    assert "It seems to be in Spanish, and the codebook is in English" in told
    assert told.count("seems to be in") == 1
    for command in ("status", "speakers"):
        assert main([command, "--study", study]) == 0
        assert "no speakers were found in P10:" in capsys.readouterr().err
    assert main(["speakers", "--study", study, "--json"]) == 0
    names = [row["transcript"] for row in json.loads(capsys.readouterr().out)]
    assert names == ["P2", "P2", "P10"]
    assert main(["status", "--study", study, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["transcripts_without_speakers"] == ["P10"]
