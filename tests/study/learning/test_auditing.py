"""The audit sample, what is measured on it, and automatic coding: on the starter study."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import delete, select

from semcode import store
from semcode.errors import InputError
from semcode.evaluate.model_report import report_of
from semcode.records import CoderKind, Coding, Decision, Reading, Verdict
from semcode.store import schema
from semcode.study.learning.audit_labels import audit_labels
from semcode.study.learning.batch_coding import runs_of
from semcode.study.learning.evaluating import level_truth
from semcode.study.learning.evaluation_files import write_evaluation, write_evaluation_page
from semcode.study.learning.labels import gather_labels

pytestmark = pytest.mark.weights

NEW = ("P05_interview", "P06_interview", "P07_interview")
ANA = "coder_ana"


@pytest.fixture
def half(own_coded):
    """The starter study with three interviews that nobody has coded; also their codings."""
    t = schema.transcript
    with own_coded.database.write() as connection:
        kept = [c for c in store.codings.all_codings(connection) if c.transcript in NEW]
        keys = [r.id for r in connection.execute(select(t.c.id).where(t.c.name.in_(NEW)))]
        for table in (schema.coding, schema.reading):
            connection.execute(delete(table).where(table.c.transcript_id.in_(keys)))
    assert kept
    return own_coded, kept


def read(study, kept, drawn, *, blind=True, coder=ANA):
    """Code the drawn segments as the coder of the starter study did."""
    with study.database.write() as connection:
        at = datetime.now(UTC)
        store.codings.add_readings(
            connection, [Reading(coder, name, a, b, at, blind=blind) for name, a, b in drawn]
        )
        own = [
            replace(c, guid="", start=max(c.start, a), end=min(c.end, b))
            for c in kept
            for name, a, b in drawn
            if c.coder == coder and c.transcript == name and c.start < b and a < c.end
        ]
        store.codings.add(connection, own)


def test_the_sample_is_random_blind_and_held_back(half):
    study, kept = half
    before = gather_labels(study.database, study.settings).known.sum()
    sample = study.audit([ANA], segments=30, seed=1)
    assert sample.batch.startswith("audit ")
    assert {name for name, _, _ in sample.drawn} <= set(NEW)
    with study.database.read() as connection:
        items = store.assignments.all_assignments(connection, batch=sample.batch)
    assert all(item.blind for item in items)
    assert sorted((i.transcript, i.start, i.end) for i in items) == sorted(sample.drawn)
    assert [(p.drawn, p.read) for p in study.audit_progress()] == [(30, 0)]
    study.train(check=False)
    read(study, kept, sample.drawn)
    with study.database.write() as connection:
        name, start, end = sample.drawn[0]
        rejected = Decision(
            *(ANA, Verdict.REJECT, name, start, end, kept[0].code),
            *(None, datetime.now(UTC)),
            codebook_version=1,
        )
        store.decisions.append(connection, [rejected])
    assert not study.untrained()  # nothing that could be learned
    assert [(p.drawn, p.read) for p in study.audit_progress()] == [(30, 30)]
    assert gather_labels(study.database, study.settings).known.sum() == before
    assert gather_labels(study.database, study.settings, audit=True).known.sum() > before
    found = audit_labels(study.database, study.settings)
    assert found.n_read == 30
    assert found.weights == pytest.approx(sample.population / 30)


def test_participants_get_their_share_and_other_seeds_other_segments(half):
    study, _ = half
    one = study.audit([ANA], segments=40, seed=1)
    two = study.audit(["eve"], segments=40, seed=2)
    assert not set(one.drawn) & set(two.drawn)
    share = {n: c / 40 for n, c in one.participants.items()}
    assert max(share.values()) - min(share.values()) < 0.35
    assert two.population == one.population - 40
    assert "New to this study: eve" in two.notes[0]


def test_what_was_not_read_blind_does_not_count(half):
    study, kept = half
    sample = study.audit([ANA], segments=10)
    read(study, kept, sample.drawn[:5], blind=False)
    read(study, kept, sample.drawn[5:8])
    found = audit_labels(study.database, study.settings)
    assert found.n_read == 3
    assert "Of the 10 segments of the audit sample, 3 have been read" in found.notes[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"coders": [], "segments": 5}, "who is to code"),
        ({"coders": [ANA], "segments": 0}, "Nothing is to be drawn"),
        ({"coders": [ANA], "segments": 9999}, "more than the"),
        ({"coders": [ANA], "segments": 5, "transcripts": ["Z"]}, "no transcript"),
    ],
)
def test_what_cannot_be_drawn_is_said(half, options, said):
    with pytest.raises(InputError, match=said) as error:
        half[0].audit(options.pop("coders"), **options)
    assert error.value.remedy


def test_evaluate_keeps_the_audit_and_left_out_participants_apart(half, tmp_path):
    study, kept = half
    sample = study.audit([ANA], segments=50, seed=1)
    read(study, kept, sample.drawn)
    report = study.evaluate(curve=False, folds=2, resamples=100, least_group=2)
    assert (report.audit.n_units, report.audit.n_participants) == (50, 3)
    assert report.left_out.n_participants == 4
    assert report.main is report.audit
    assert "drawn at random and coded blind" in report.summary[0]
    assert not any("No random blind audit" in note for note in report.notes)
    assert {(r.one, r.other) for r in report.pairs} == {
        (ANA, "coder_ben"),
        ("the model", ANA),
        ("the model", "coder_ben"),
    }
    people = next(r for r in report.pairs if r.people)
    assert people.pooled.value > max(r.pooled.value for r in report.pairs if not r.people)
    assert [d.given / d.n for d in report.disputed] == sorted(
        (d.given / d.n for d in report.disputed), reverse=True
    )
    assert any(t.p is not None for t in report.fairness)
    page = write_evaluation_page(report, tmp_path / "m.html", study=study.name, notice="<b>")
    text = page.read_text(encoding="utf-8")
    assert "For whom it errs" in text
    assert "<b>" not in text
    assert json.loads(json.dumps(report_of(report)))["audit"]["n_units"] == 50
    assert write_evaluation(report, tmp_path / "m.xlsx").stat().st_size > 5_000
    with pytest.raises(InputError, match="cannot be written"):
        write_evaluation(report, tmp_path / "m.pdf")


def test_without_an_audit_it_says_so(own_coded):
    report = own_coded.evaluate(curve=False, folds=2, resamples=100)
    assert report.audit is None
    assert not any("The study began with" in note for note in report.notes)
    assert "No random blind audit sample" in " ".join(report.notes)
    assert all(t.p is None for t in report.fairness)  # no attribute with two groups of five
    assert "cannot be said" in report.summary[-1]


def test_nothing_coded_is_nothing_to_evaluate(half):
    study, _ = half
    with study.database.write() as connection:
        connection.execute(delete(schema.coding))
        connection.execute(delete(schema.reading))
    with pytest.raises(InputError, match="Nobody has coded"):
        study.evaluate()
    with pytest.raises(InputError, match="no trained model"):
        study.code()


def test_a_small_audit_refuses_and_a_loose_bound_codes_and_is_taken_back(half):
    study, kept = half
    sample = study.audit([ANA], segments=60, seed=1, new_interviews=True)
    read(study, kept, sample.drawn)
    study.train(check=False)
    strict = study.code()
    assert (strict.codings, strict.covered, strict.basis) == (0, 0, "same interviews")
    assert all(o.threshold is None and o.reason for o in strict.outcomes)
    dry = study.code(max_error=0.7, confidence=0.6, together=True, dry=True)
    assert dry.codings > 0
    assert not runs_of(study.database)
    done = study.code(max_error=0.7, confidence=0.6, together=True)
    assert (done.codings, set(done.transcripts)) == (dry.codings, set(NEW))
    with study.database.read() as connection:
        made = [c for c in store.codings.all_codings(connection) if c.coder == done.coder]
        kinds = {c.name: c.kind for c in store.people.coders(connection)}
    assert len(made) == done.codings
    assert kinds[done.coder] is CoderKind.MODEL
    drawn = {(n, a, b) for n, a, b in sample.drawn}
    assert not {(c.transcript, c.start, c.end) for c in made} & drawn
    assert done.coder not in gather_labels(study.database, study.settings).coders
    with pytest.raises(InputError, match="coded by the model already"):
        study.code(transcripts=[NEW[0]])
    assert study.undo_code(done.coder) == len(made)
    with pytest.raises(InputError, match="no automatic coding"):
        study.undo_code(ANA)


def test_an_audit_where_the_model_is_sure_is_for_coding_alone(half):
    study, kept = half
    study.train(check=False)
    everywhere = study.audit([ANA], segments=5, seed=3, new_interviews=True)
    read(study, kept, everywhere.drawn)
    sure = study.audit([ANA], segments=20, where_sure=0.4, new_interviews=True)
    more = study.audit([ANA], segments=10, where_sure=0.4, new_interviews=True)
    assert sure.population - 20 == more.population < everywhere.population - 5
    assert "serves semcode code alone" in " ".join(sure.notes)
    assert gather_labels(study.database, study.settings).known.sum() > 0
    assert audit_labels(study.database, study.settings).n_read == 5
    options = {"max_error": 0.7, "confidence": 0.6, "together": True, "dry": True}
    assert study.code(**options).audited == 5  # nothing of the others was read yet
    read(study, kept, (*sure.drawn, *more.drawn))
    found = study.code(**options)
    assert (found.audited, found.basis) == (30, "same interviews, where sure")
    assert 0 < found.covered <= more.population - 10
    assert any("only those can be coded" in text for text in found.assumptions)
    assert study.evaluate(curve=False, folds=2, resamples=100).audit.n_units == 5
    with pytest.raises(InputError, match="nearly sure of a code"):
        study.audit([ANA], segments=more.population, where_sure=0.4, new_interviews=True)


def test_an_audit_of_other_interviews_assumes_they_are_alike(half):
    study, kept = half
    sample = study.audit([ANA], segments=40, seed=1, transcripts=list(NEW[:2]))
    read(study, kept, sample.drawn)
    found = study.code(transcripts=[NEW[2]], max_error=0.7, confidence=0.6, together=True, dry=True)
    assert (found.basis, found.audited) == ("other interviews", 40)
    assert any("as if drawn from one pot" in text for text in found.assumptions)


def test_a_code_is_not_given_beside_its_child():
    from semcode.codebook import Code, Codebook
    from semcode.study.learning.batch_basis import Target
    from semcode.study.learning.batch_coding import _codings

    book = Codebook((Code("rides", "", guid="r"), Code("buses", "", guid="b", parent="rides")))
    target = Target(("T",), [("T", 0, 5), ("T", 6, 9)], [("", "a"), ("", "b")], 0)
    given = np.array([[True, True], [True, False]])
    found = _codings(book, target, np.full((2, 2), 0.9), given, "m")
    assert [(c.start, c.code) for c in found] == [(0, "b"), (6, "r")]
    assert isinstance(found[0], Coding)


def test_a_level_is_given_by_any_of_its_codes_and_denied_by_all():
    nan = np.nan
    said = np.array([[[1, 0], [0, 0]], [[nan, 0], [0, 0]], [[nan, nan], [nan, nan]]])
    shares = np.array([[0.5, 0.0], [0.0, 0.0], [1.0, nan]])
    found = level_truth(said, [[0, 1]], shares)[:, 0]
    assert found.tolist() == [0.5, 0.0, 1.0]
