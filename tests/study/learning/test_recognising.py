"""A model from elsewhere that had learned from people of a study is found out."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from sqlalchemy import delete

from semcode import Study, store
from semcode.classify.persistence import marks_in
from semcode.errors import InputError
from semcode.store import schema
from semcode.study.learning.audit_labels import AuditLabels
from semcode.study.learning.batch_scoring import require_strangers, trained_model
from semcode.study.learning.labels import gather_labels
from semcode.study.learning.recognising import marked, marks_of, recognised
from semcode.study.starter import add_codings, starter_folder

LONG = "I moved in with my aunt and the baby when the rent went up again last spring"


def test_a_passage_is_known_again_by_its_words_and_by_nothing_else():
    marks = marks_of([("P01", LONG), ("P01", "Yeah.")])
    assert len(marks["marks"]) == 1
    assert "aunt" not in str(marks)
    again = f"  {LONG.upper()}, ..."
    assert [marked(marks, text) for text in ("Yeah.", again, LONG + " too")] == [False, True, False]
    assert not marked(marks_of([("P01", "Yeah.")]), "Yeah.")


def test_five_passages_a_transcript_are_marked_and_a_corrected_one_is_known_still():
    said = [f"{LONG} for the {n}th time" for n in range(40)]
    pairs = [("P01", text) for text in said] + [("P02", f"{text}, too") for text in said]
    marks = marks_of(pairs)
    assert len(marks["marks"]) == 10
    assert marks == marks_of(pairs)
    assert sum(marked(marks, text) for text in said) == 5
    other = marks_of([*pairs, ("P03", "another study")])
    assert not set(marks["marks"]) & set(other["marks"])  # another salt


@pytest.fixture(scope="module")
def model(coded_folder, tmp_path_factory):
    """A model that was trained on two interviews of the starter study, P05's and P06's."""
    folder = tmp_path_factory.mktemp("elsewhere") / "study"
    shutil.copytree(coded_folder, folder)
    with Study(folder) as study:
        with study.database.write() as connection:
            rows = store.transcripts.rows(connection)
            gone = [r.id for r in rows if not r.name.startswith(("P05", "P06"))]
            for table in (schema.coding, schema.reading):
                connection.execute(delete(table).where(table.c.transcript_id.in_(gone)))
        study.train(check=False, output=folder / "model.safetensors")
    return folder / "model.safetensors"


@pytest.mark.weights
def test_figures_leave_out_a_model_that_knew_the_people(model, tmp_path):
    assert len(marks_in(model)["marks"]) == 10
    files = starter_folder("postpartum")
    with Study.create(tmp_path / "new", model=model) as study:
        study.add(sorted((files / "transcripts").glob("P0[567]*")))
        add_codings(study.database, files / "codings.csv")
        report = study.evaluate(curve=False, resamples=100, folds=2)
        labels = gather_labels(study.database, study.settings)
        of: dict[str, list[int]] = {}
        for row, name in enumerate(labels.transcripts):
            of.setdefault(name[:3], []).append(row)
        five, six, seven = (labels.groups[of[name][0]] for name in ("P05", "P06", "P07"))
        assert recognised(study.database, None, [five]) == []
        [told] = [note for note in report.notes if "with had learned from" in note]
        assert f"passages of {five}, {six}. " in told
        assert seven not in told
        assert not any("Judged are both" in note for note in report.notes)

        def audit(rows: list[int]) -> AuditLabels:
            return AuditLabels(
                labels.y[rows],
                labels.y[rows][:, :, None],
                [labels.texts[i] for i in rows],
                [labels.groups[i] for i in rows],
                [labels.transcripts[i] for i in rows],
                [labels.segments[i] for i in rows],
                np.ones(len(rows)),
                len(rows),
            )

        scorer = trained_model(study.database, study.settings)
        of = {name: rows[:2] for name, rows in of.items()}  # an audit has few of each
        require_strangers(scorer, study.database, audit(of["P07"]))
        with pytest.raises(InputError, match=rf"from passages of {five}\. .*no error on others"):
            require_strangers(scorer, study.database, audit([*of["P05"], *of["P07"]]))
        done = study.train()
        [told] = [note for note in done.notes if "It had learned from" in note]
        assert f"{five}, {six}:" in told
        assert "what was learned here alone" in told
        own, earlier, _ = done.model.provenance["mix"]
        assert own >= 0.1
        assert earlier > 0
