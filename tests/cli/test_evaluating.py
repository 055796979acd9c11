import json

import pytest

from semcode.cli import main

pytestmark = pytest.mark.weights


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_evaluate_prints_and_writes(own_coded, capsys, tmp_path):
    code, out, err = run(
        capsys,
        *("evaluate", "--study", own_coded.folder, "--no-curve", "--folds", 2),
        *("--resamples", 100, "--html", tmp_path / "m.html", "--xlsx", tmp_path / "m.xlsx"),
    )
    assert code == 0
    assert "participants left out" in out
    assert "mean over codes" in out
    assert "No random blind audit sample" in err
    assert (tmp_path / "m.html").is_file()
    assert (tmp_path / "m.xlsx").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", "--html", "nowhere/m.html"),
        ("evaluate", "--xlsx", "nowhere/m.xlsx"),
        ("evaluate", "--folds", 1),
        ("train", "--output", "nowhere/m.safetensors"),
        ("train", "--diagram", "nowhere/m.svg"),
        ("check-codings", "--csv", "nowhere/m.csv"),
    ],
)
def test_what_cannot_end_is_refused_before_the_work(own_coded, capsys, arguments):
    code, _, err = run(capsys, *arguments, "--study", own_coded.folder)
    assert code == 1
    assert "no such folder" in err or "nobody would be judged" in err
    assert " done in " not in err


def test_audit_says_what_to_do_and_how_far_it_is(own_coded, capsys, tmp_path):
    folder = own_coded.folder
    code, _, err = run(capsys, "audit", "--study", folder)
    assert (code, "No audit sample has been drawn" in err) == (0, True)
    code, _, err = run(capsys, "audit", "--study", folder, "--segments", 5)
    assert (code, "--coder ana" in err) == (1, True)
    code, _, err = run(capsys, "audit", "--study", folder, "--segments", 5, "--coder", "ana")
    assert (code, "more than the 0" in err) == (1, True)  # everything was read in this study
    new = tmp_path / "N1.txt"
    new.write_text("I: How was it?\n\nP: We had no bus and no ride to the clinic at all.\n")
    run(capsys, "add", "--study", folder, new)
    run(capsys, "suggest", "--study", folder)
    code, out, err = run(capsys, "audit", "--study", folder, "--segments", 1, "--coder", "ana")
    assert (code, "Drew 1 of 1" in err) == (0, True)
    code, out, _ = run(capsys, "audit", "--study", folder, "--json")
    assert [(row["coder"], row["drawn"], row["read"]) for row in json.loads(out)] == [("ana", 1, 0)]


def test_code_adds_new_files_and_says_what_it_refused(own_coded, capsys, tmp_path):
    new = tmp_path / "N1.txt"
    new.write_text("I: How was it?\n\nP: We had no bus and no ride to the clinic at all.\n")
    folder = own_coded.folder
    code, _, err = run(capsys, "code", new, "--study", folder)
    assert code == 0
    assert "0 of 1 segment (0%) of 1 interview got a code" in err
    assert "nothing was audited" in err
    assert "Not audited." in err
    assert "nearly sure" in err
    code, _, err = run(capsys, "code", new, "--study", folder, "--dry-run", "--together")
    assert (code, "semcode remove takes them out" in err) == (0, True)
    code, _, err = run(capsys, "code", "--study", folder, "--undo", "nobody")
    assert (code, "no automatic coding" in err) == (1, True)
    code, _, err = run(capsys, "code", "--study", folder, "--max-error", 5)
    assert (code, "is no share" in err) == (1, True)
