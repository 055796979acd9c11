import csv
import json
import shutil
from io import StringIO

import pytest
from sqlalchemy import delete

from semcode import Study, store
from semcode.cli import main
from semcode.store import schema

pytestmark = pytest.mark.weights


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def folder(coded_folder, tmp_path_factory):
    """The starter study with what was coded of two participants."""
    made = tmp_path_factory.mktemp("learning") / "study"
    shutil.copytree(coded_folder, made)
    with Study(made) as study, study.database.write() as connection:
        ids = [row.id for row in store.transcripts.rows(connection)][2:]
        for table in (schema.coding, schema.reading):
            connection.execute(delete(table).where(table.c.transcript_id.in_(ids)))
    return made


def test_train_suggest_and_begin_another_study(folder, tmp_path, capsys):
    code, out, _ = run(capsys, "status", "--study", folder)
    assert "definitions alone; more was decided since (semcode train)" in out
    assert "codings by coder_ana" in out
    code, _, err = run(capsys, "suggest", "--study", folder)
    assert f"semcode train --study {folder}" in err
    model, drawn = tmp_path / "m.safetensors", tmp_path / "r.svg"
    code, out, err = run(capsys, "train", "--study", folder, "--output", model, "--diagram", drawn)
    assert code == 0, err
    assert "Learned from coder_ana" in err
    assert "Legal system" in out
    assert "from the definitions alone" in err
    assert "Only what people happened to read" in err
    assert "<circle" in drawn.read_text()
    code, out, err = run(capsys, "suggest", "--study", folder, "--json")
    rows = json.loads(out)["suggestions"]
    assert rows
    assert {row["evidence"]["method"] for row in rows} == {"learned-1"}
    code, out, _ = run(capsys, "status", "--study", folder, "--json")
    assert json.loads(out)["model"].startswith("trained 20")
    table = tmp_path / "t.csv"
    run(capsys, "export", "--study", folder, table)
    states = {row["state"] for row in csv.DictReader(StringIO(table.read_text("utf-8-sig")))}
    assert states >= {"", "not sure"}
    run(capsys, "report", "--study", folder, tmp_path / "r.html")
    assert "learner that was trained on what people decided in this study" in " ".join(
        (tmp_path / "r.html").read_text().split()
    )
    code, _, err = run(capsys, "init", tmp_path / "new", "--model", model)
    assert code == 0
    assert "learned elsewhere" in err
    code, out, _ = run(capsys, "status", "--study", tmp_path / "new")
    assert "m.safetensors, trained elsewhere" in out


def test_check_codings_as_table_and_json(folder, tmp_path, capsys):
    listed = tmp_path / "look.csv"
    code, out, err = run(
        capsys, "check-codings", "--study", folder, "--csv", listed, "--json", "--limit", "5"
    )
    assert code == 0, err
    looks = json.loads(out)
    rows = list(csv.DictReader(StringIO(listed.read_text("utf-8-sig"))))
    assert len(rows) == len(looks) > 0
    assert sum(look["kind"] == "unlike" for look in looks) <= 5
    assert {"kind", "code", "probability", "text", "participant"} <= looks[0].keys()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "--output", "model.pkl"), "written as .safetensors"),
        (("train", "--diagram", "x.png", "--no-check"), "written as .svg"),
        (("train", "--coders", "eve"), "no coder 'eve'"),
        (("check-codings", "--limit", "0"), "A list of none"),
    ],
)
def test_what_cannot_be_done_is_explained(folder, capsys, arguments, said):
    code, _, err = run(capsys, *arguments, "--study", folder)
    assert code == 1
    assert said in err


def test_a_model_and_an_example_do_not_go_together(tmp_path, capsys):
    code, _, err = run(
        capsys, "init", tmp_path / "x", "--example", "postpartum", "--model", "m.safetensors"
    )
    assert (code, "Leave --example out" in err) == (1, True)
    code, _, err = run(capsys, "init", tmp_path / "x", "--model", "m.safetensors")
    assert (code, "no such file" in err) == (1, True)
    assert not (tmp_path / "x").exists()
