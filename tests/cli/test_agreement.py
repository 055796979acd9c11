import csv
import json
from pathlib import Path

import pytest

from semcode import store
from semcode.cli import main

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "agreement"
NAMES = {
    "pa": "percent",
    "cohen": "cohen_kappa",
    "scott": "scott_pi",
    "conger": "conger_kappa",
    "fleiss": "fleiss_kappa",
    "bp": "brennan_prediger",
    "AC": "gwet_ac1",
    "AC1": "gwet_ac1",
    "AC2": "gwet_ac1",
    "alpha": "krippendorff_alpha",
    "nominal": "krippendorff_alpha",
    "interval": "krippendorff_alpha",
}
LEVELS = {"ordinal", "interval", "ratio"}


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def overall(capsys, *arguments):
    code, out, err = run(capsys, "agreement", *arguments, "--json")
    assert code == 0, err
    return json.loads(out)["overall"]


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["unit", *(f"coder {n}" for n in range(1, len(rows[0]) + 1))])
        writer.writerows([n, *row] for n, row in enumerate(rows, 1))
    return path


def rows_of(entry):
    """Turn the shapes in which tables are published into units x coders."""
    data, name = entry["data"], entry["name"]
    if name.startswith(("cont3x3", "likert")):
        return [[i, j] for i, r in enumerate(data) for j, n in enumerate(r) for _ in range(n)]
    if name.startswith("distrib"):
        return [[k for k, n in enumerate(row) for _ in range(n)] for row in data]
    if name.startswith("Wikipedia"):
        return [list(column) for column in zip(*data, strict=True)]
    return data


@pytest.mark.shared
def test_published_tables_have_their_published_numbers(capsys, tmp_path):
    checked = 0
    for entry in json.loads((SHARED / "reference_values.json").read_text(encoding="utf-8")):
        if "sets" in entry["name"] or "unitizing" in entry["name"]:
            continue  # no units x coders table
        path = write(tmp_path / "r.csv", rows_of(entry))
        for key, value in entry["expected"].items():
            base, _, level = key.partition("_")
            if base not in NAMES or (level and level not in LEVELS):
                continue
            options = ["--level", level or key] if (level or key) in LEVELS else []
            if "quadratic" in entry["name"] or key == "AC2":
                options = ["--weights", "quadratic"]
            found = overall(capsys, "--table", path, *options)[NAMES[base]]
            digits = len(str(value).partition(".")[2])
            assert found == pytest.approx(value, abs=0.6 * 10**-digits), (entry["name"], key)
            checked += 1
    assert checked > 35


def test_a_small_table_by_hand(capsys, tmp_path):
    path = write(tmp_path / "r.csv", [["x", "x"], ["x", "x"], ["x", "y"], ["y", "y"], ["y", ""]])
    found = overall(capsys, "--table", path)
    assert (found["n_units"], found["percent"], found["cohen_kappa"]) == (4, 0.75, 0.5)
    assert {
        *("n_units", "percent", "cohen_kappa", "conger_kappa", "fleiss_kappa", "scott_pi"),
        *("brennan_prediger", "gwet_ac1", "krippendorff_alpha"),
    } <= set(found)
    code, out, _ = run(capsys, "agreement", "--table", path)
    assert (code, "Krippendorff" in out) == (0, True)


def test_a_tables_interviews_files_and_faults(capsys, tmp_path):
    path = tmp_path / "r.csv"
    lines = [f"{n},P{n // 4},{n % 2},{n % 3 % 2}" for n in range(20)]
    path.write_text("unit,who,a,b\n" + "\n".join(lines))
    found = overall(capsys, "--table", path, "--cluster", "who", "--resamples", 200)
    assert len(found["ci"]["krippendorff_alpha"]) == 2
    for name in ("t.csv", "t.xlsx"):
        flag = f"--{name.partition('.')[2]}"
        code, _, _ = run(
            capsys, "agreement", "--table", path, "--cluster", "who", flag, tmp_path / name
        )
        assert code == 0
        assert (tmp_path / name).stat().st_size > 100
    path.write_text("unit,a,b\n1,1,x\n")
    code, out, err = run(capsys, "agreement", "--table", path)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "line 2" in err
    assert run(capsys, "agreement", "--table", path, "--model")[0] == 1
    assert run(capsys, "agreement", "--study", tmp_path, "--weights", "linear")[0] == 1


@pytest.mark.weights
def test_the_promised_object(coded_folder, capsys):
    code, out, _ = run(
        capsys, "agreement", "--study", coded_folder, "--resamples", 200, "--json", "--model"
    )
    found = json.loads(out)
    assert code == 0
    assert {"unit", "mode", "n_units", "coders", "rows", "overall", "model"} <= set(found)
    assert {row["code"] for row in found["rows"]} >= {"Stigma", "Transportation"}
    row = next(row for row in found["rows"] if row["code"] == "Stigma")
    assert row["level"] == "community"
    assert row["ci"]["krippendorff_alpha"][0] < row["krippendorff_alpha"]


@pytest.mark.weights
@pytest.mark.parametrize("by", ["level", "facet", "transcript", "pair", "time"])
def test_every_table_is_shown(coded_folder, capsys, by):
    code, out, err = run(
        capsys, "agreement", "--study", coded_folder, "--by", by, "--resamples", 200
    )
    assert code == 0
    assert by in out
    assert "Krippendorff’s alpha" in err


@pytest.mark.weights
@pytest.mark.parametrize("mode", ["nvivo", "maxqda", "atlas"])
def test_every_mode_is_shown_and_written(coded_folder, capsys, tmp_path, mode):
    code, out, err = run(
        capsys, "agreement", "--study", coded_folder, "--mode", mode, "--xlsx", tmp_path / "m.xlsx"
    )
    assert (code, "Stigma" in out, "overall" in err) == (0, True, True)
    shown = json.loads(
        run(capsys, "agreement", "--study", coded_folder, "--mode", mode, "--json")[1]
    )
    assert (shown["mode"], shown["percent_scale"]) == (mode, 100)
    page = tmp_path / "x.html"
    assert run(capsys, "agreement", "--study", coded_folder, "--mode", mode, "--html", page)[0] == 1


@pytest.mark.weights
def test_page_workbook_and_table_are_written(coded_folder, capsys, tmp_path):
    from openpyxl import load_workbook

    files = {name: tmp_path / f"a.{name}" for name in ("html", "xlsx", "csv")}
    flags = [part for name, path in files.items() for part in (f"--{name}", path)]
    code, _, _ = run(
        capsys, "agreement", "--study", coded_folder, "--resamples", 200, "--model", *flags
    )
    assert code == 0
    book = load_workbook(files["xlsx"], read_only=True)
    assert {"By code", "By time", "Overall", "Disputed", "What to mend"} <= set(book.sheetnames)
    book.close()
    lines = files["csv"].read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("code,level,n,")
    assert len(lines) == 31
    assert "Content-Security-Policy" in files["html"].read_text(encoding="utf-8")


@pytest.mark.weights
def test_a_draw_is_shown_and_as_json(own_coded, capsys):
    where = ["--study", own_coded.folder, "--coders", "dee,eve"]
    code, out, err = run(capsys, "reliability-sample", *where, "--segments", 40)
    assert (code, "±" in out, "dee has 40 to read" in err) == (0, True, True)
    code, out, _ = run(capsys, "reliability-sample", *where, "--transcripts", 2, "--json")
    found = json.loads(out)
    assert len(found["drawn"]) == 2
    assert found["n_units"] == found["assigned"]["dee"]
    assert run(capsys, "reliability-sample", *where, "--segments", 99999)[0] == 1


@pytest.mark.parametrize(
    ("text", "extra", "coders"),
    [
        ("interview,turn,ana,ben\n1,1,1,1\n1,2,2,2\n2,1,1,2\n2,2,2,2\n", (), ["ana", "ben"]),
        ("participant,ana,ben\n101,a,a\n101,a,b\n102,b,b\n", (), ["ana", "ben"]),
        ("turn,line\n1,1\n2,2\n1,2\n", (), ["turn", "line"]),
    ],
)
def test_a_column_that_names_places_is_no_coder(tmp_path, capsys, text, extra, coders):
    table = tmp_path / "t.csv"
    table.write_text(text)
    assert main(["agreement", "--table", str(table), "--json", *extra]) == 0
    assert json.loads(capsys.readouterr().out)["coders"] == coders


def test_perfect_agreement_or_two_clusters_give_no_interval_but_a_reason(tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text("interview,ana,ben\nA,x,x\nA,x,y\nB,y,y\nB,x,x\n")
    main(["agreement", "--table", str(table), "--cluster", "interview", "--json"])
    overall = json.loads(capsys.readouterr().out)["overall"]
    assert overall["ci"] == {}
    assert "too few" in overall["no_interval"]["krippendorff_alpha"]
    table.write_text("ana,ben\nx,x\ny,y\nx,x\n")
    main(["agreement", "--table", str(table), "--json"])
    overall = json.loads(capsys.readouterr().out)["overall"]
    assert overall["krippendorff_alpha"] == 1
    assert overall["ci"] == {}
    assert "no variation" in overall["no_interval"]["krippendorff_alpha"]


def test_an_empty_cluster_is_named_by_its_line(tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text("interview,ana,ben\nA,x,x\n,x,y\nB,y,y\n")
    assert main(["agreement", "--table", str(table), "--cluster", "interview"]) == 1
    assert "line 3" in capsys.readouterr().err


TABLE = "unit,who,ana,ben\n" + "".join(
    f"{n},P{n // 4},{'xyx'[n % 3]},{'xyy'[n % 3]}\n" for n in range(24)
)


@pytest.mark.parametrize(
    "flags",
    [
        ["--unit", "turn"],
        ["--by", "code"],
        ["--mode", "nvivo"],
        ["--mode", "semcode"],
        ["--overlap", "0.5"],
        ["--half-width", "0.1"],
        ["--include-not-blind"],
        ["--batch", "latest"],
        ["--model"],
        ["--resamples", "300"],
        ["--seed", "0"],
    ],
)
def test_an_option_without_effect_on_a_table_is_refused(tmp_path, capsys, flags):
    (tmp_path / "t.csv").write_text(TABLE)
    code, out, err = run(capsys, "agreement", "--table", tmp_path / "t.csv", *flags)
    assert (code, out) == (1, "")
    assert f"{flags[0]} has no effect with --table" in err


@pytest.mark.parametrize(
    ("mode", "flags"),
    [
        ("nvivo", ["--unit", "segment"]),
        ("nvivo", ["--overlap", "0.5"]),
        ("maxqda", ["--model"]),
        ("maxqda", ["--by", "code"]),
        ("atlas", ["--by", "level"]),
        ("atlas", ["--overlap", "0.5"]),
        ("atlas", ["--ci", "0.9"]),
        ("atlas", ["--batch", "latest"]),
        ("nvivo", ["--cluster", "participant"]),
        ("maxqda", ["--html", "a.html"]),
        ("nvivo", ["--level", "ordinal"]),
    ],
)
def test_an_option_without_effect_on_a_mode_is_refused(tmp_path, capsys, mode, flags):
    code, out, err = run(capsys, "agreement", "--study", tmp_path, "--mode", mode, *flags)
    assert (code, out) == (1, "")
    assert f"{flags[0]} has no effect with --mode {mode}" in err


def test_other_units_refuse_what_they_cannot_use(tmp_path, capsys):
    for unit, flag in (("character", "--overlap"), ("span", "--half-width")):
        _, _, err = run(capsys, "agreement", "--study", tmp_path, "--unit", unit, flag, "0.5")
        assert f"{flag} has no effect with --unit {unit}" in err


def test_a_tables_json_says_what_each_coefficient_rests_on(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("unit,a,b,c\n1,x,x,x\n2,y,x,y\n3,x,x,\n4,y,y,\n")
    found = overall(capsys, "--table", tmp_path / "t.csv")
    assert set(found["details"]["scott_pi"]) == {"units", "observed", "expected", "se"}
    assert found["details"]["scott_pi"]["units"] == 2
    assert found["details"]["gwet_ac1"]["units"] == found["n_units"] == 4
    _, _, err = run(capsys, "agreement", "--table", tmp_path / "t.csv")
    assert "rests on the 2 units that all coders rated" in err
    assert "Cohen’s kappa: It compares two coders" in err
    assert "Cohen's kappa: Cohen" not in err


def test_the_shape_of_the_json_does_not_change(tmp_path, capsys):
    (tmp_path / "t.csv").write_text(TABLE)
    path = tmp_path / "t.csv"
    plain = json.loads(run(capsys, "agreement", "--table", path, "--json")[1])
    clustered = json.loads(
        run(capsys, "agreement", "--table", path, "--cluster", "who", "--json")[1]
    )
    assert set(plain) == set(clustered) >= {"drift", "model", "batch", "batches"}
    assert plain["drift"] is None
    assert set(plain["rows"][0]) == set(clustered["rows"][0])
    assert plain["rows"][0]["interviews"] is None
    assert clustered["rows"][0]["interviews"] == 6


def test_a_category_that_was_not_named_is_told_by_line_and_coder(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("unit,ana,ben\n1,x,y\n2,x,Y\n")
    _, _, err = run(capsys, "agreement", "--table", tmp_path / "t.csv", "--categories", "x,y")
    assert "line 3, ben: 'Y' is not among the categories x, y. It differs from 'y'" in err


def test_a_table_has_a_page_and_a_workbook(tmp_path, capsys):
    (tmp_path / "t.csv").write_text(TABLE)
    page = tmp_path / "t.html"
    code, _, err = run(
        capsys, "agreement", "--table", tmp_path / "t.csv", "--cluster", "who", "--html", page
    )
    assert code == 0, err
    html = page.read_text(encoding="utf-8")
    assert "Content-Security-Policy" in html
    for said in ("Agreement by category", "Methods paragraph", 'data-figure="confusions"'):
        assert said in html
    assert "2 coders (ana, ben) were compared on 24 units" in html


def test_a_table_without_shared_units_is_an_error_and_no_table(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("unit,a,b\n1,x,\n2,,y\n")
    code, out, err = run(capsys, "agreement", "--table", tmp_path / "t.csv")
    assert (code, out) == (1, "")
    assert "no unit was rated by two coders" in err


def test_a_kappa_out_of_range_is_named_and_nothing_is_assigned(own_coded, capsys):
    where = ["--study", own_coded.folder, "--coders", "dee,eve", "--segments", "9"]
    code, _, err = run(capsys, "reliability-sample", *where, "--kappa", "1.5")
    assert code == 1
    assert "kappa: 1.5 is out of range. Give a number from 0 to below 1" in err
    with own_coded.database.read() as connection:
        assert store.assignments.batches(connection) == []


@pytest.mark.weights
def test_rows_of_every_mode_have_the_same_keys(coded_folder, capsys):
    shapes = {}
    for mode in ("semcode", "nvivo", "maxqda", "atlas"):
        flags = ["--resamples", 200] if mode == "semcode" else []
        _, out, _ = run(
            capsys, "agreement", "--study", coded_folder, "--mode", mode, *flags, "--json"
        )
        shapes[mode] = json.loads(out)
    for found in shapes.values():
        assert set(found) == set(shapes["semcode"])
        assert set(shapes["semcode"]["rows"][0]) <= set(found["rows"][0])
        assert len({frozenset(row) for row in found["rows"]}) == 1
    assert {"percent", "holsti", "alpha_binary"} <= set(shapes["atlas"]["overall"])


@pytest.mark.weights
def test_reasons_stand_on_the_screen(coded_folder, capsys):
    where = ["agreement", "--study", coded_folder]
    _, _, err = run(capsys, *where, "--by", "transcript", "--resamples", 200)
    assert "no interval: P01_interview" in err
    assert "All units come from one interview" in err
    assert "decisions (every unit with every code)" in err
    _, out, err = run(capsys, *where, "--mode", "atlas")
    assert "kind" in out
    assert "undefined: cu alpha (" in err


@pytest.mark.weights
def test_the_model_stands_beside_people_with_the_difference(coded_folder, capsys):
    code, out, _ = run(capsys, "agreement", "--study", coded_folder, "--model", "--resamples", 200)
    assert code == 0
    for said in ("difference", "positive: people", "coder_ana and coder_ben", "the model"):
        assert said in out


@pytest.mark.weights
def test_a_workbook_says_yes_or_no(coded_folder, capsys, tmp_path):
    from openpyxl import load_workbook

    path = tmp_path / "a.xlsx"
    run(capsys, "agreement", "--study", coded_folder, "--resamples", 200, "--xlsx", path)
    book = load_workbook(path, read_only=True)
    column = [row[-1] for row in book["How much more"].iter_rows(values_only=True)]
    book.close()
    assert column[0] == "enough"
    assert set(column[1:]) <= {"yes", "no"}
