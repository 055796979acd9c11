"""What people did makes suggestions better, with real weights, on a starter study."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
from sklearn.metrics import average_precision_score
from sqlalchemy import delete

from semcode import Code, Codebook, Study, store
from semcode.errors import InputError, ModelError
from semcode.evaluate.held_out import answers, held_out
from semcode.records import Coding, Decision, Reading, Verdict
from semcode.store import schema
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.audit_labels import AuditLabels
from semcode.study.learning.batch_scoring import ask, audit_scores, elsewhere, trained_model
from semcode.study.learning.earlier import both_models
from semcode.study.learning.evaluating import lesson_of, new_model
from semcode.study.learning.labels import gather_labels
from semcode.study.learning.learned import open_scorer
from semcode.study.starter import add_codings, starter_folder

pytestmark = pytest.mark.weights

ANA = "coder_ana"
OTHERS = ("P06_interview", "P07_interview")


def forget(study, transcripts):
    """Take away what was coded and read in some transcripts."""
    with study.database.write() as connection:
        ids = [r.id for r in store.transcripts.rows(connection) if r.name in transcripts]
        for table in (schema.coding, schema.reading):
            connection.execute(delete(table).where(table.c.transcript_id.in_(ids)))


@pytest.fixture(scope="module")
def truth(coded):
    """What Ana coded in the two interviews from which nothing is learned."""
    return gather_labels(coded.database, coded.settings, coders=[ANA], transcripts=OTHERS)


@pytest.fixture(scope="module")
def trained_folder(coded_folder, tmp_path_factory):
    """The starter study, trained on what Ana coded in five interviews; not to be changed."""
    folder = tmp_path_factory.mktemp("trained") / "study"
    shutil.copytree(coded_folder, folder)
    with Study(folder) as study:
        forget(study, OTHERS)
        study.train(coders=[ANA], check=False, output=folder / "model.safetensors")
    return folder


@pytest.fixture
def trained(trained_folder, tmp_path):
    """A copy of the trained study, to be changed at will."""
    shutil.copytree(trained_folder, tmp_path / "trained")
    with Study(tmp_path / "trained") as study:
        yield study


def judged(study, labels):
    encoder = CachedEncoder(study.database, study.settings)
    scorer = open_scorer(study.database, study.model(), encoder, study.codebook())
    cold = scorer.model.encode(labels.texts).cold
    return scorer.judge(labels.texts, cold), cold


def mean_average_precision(labels, scores):
    codes = [c for c in range(len(labels.codebook)) if (labels.y[:, c] == 1).any()]
    assert len(codes) > 15
    return np.mean([average_precision_score(labels.y[:, c], scores[:, c]) for c in codes])


def test_what_one_coder_did_in_five_interviews_ranks_the_other_two_better(trained, truth):
    learned, cold = judged(trained, truth)
    before, after = (mean_average_precision(truth, s) for s in (cold, learned.p))
    assert after > before + 0.02, (before, after)


def test_no_code_is_likelier_than_what_stands_above_it(trained, truth):
    learned, _ = judged(trained, truth)
    book = trained.codebook()
    place = {code.guid: n for n, code in enumerate(book.codes)}
    above = [(c, place[a.guid]) for c, code in enumerate(book.codes) for a in book.ancestors(code)]
    assert above
    for child, parent in above:
        assert (learned.p[:, child] <= learned.p[:, parent] + 1e-12).all()
    for column, code in enumerate(book.codes):
        assert (learned.p[:, column] <= learned.levels[book.level_of(code)] + 1e-12).all()


def test_a_reject_lowers_the_code_on_similar_passages(trained, truth):
    before = judged(trained, truth)[0].p
    wrong = np.where(truth.y == 0, before, 0.0)
    column = int(np.sort(wrong, axis=0)[-8:].sum(axis=0).argmax())
    likely = np.argsort(-wrong[:, column])[:8]
    rejected, alike = likely[::2], likely[1::2]
    guid = truth.codebook.codes[column].guid
    with trained.database.write() as connection:
        lines = [
            Decision(
                *(ANA, Verdict.REJECT, truth.transcripts[row]),
                *(truth.segments[row].start, truth.segments[row].end, guid),
                *(float(before[row, column]), datetime(2026, 1, 1, tzinfo=UTC)),
                codebook_version=1,
            )
            for row in rejected
        ]
        store.decisions.append(connection, lines)
    assert trained.untrained()
    trained.train(coders=[ANA], check=False)
    assert not trained.untrained()
    after = judged(trained, truth)[0].p
    assert (after[rejected, column] < before[rejected, column]).all()
    assert after[alike, column].mean() < before[alike, column].mean()


def test_suggestions_come_from_the_model_and_say_what_they_rest_on(trained):
    definitions = trained.run()
    assert definitions.kind == "definitions"
    assert trained.status().pending == 7
    done = trained.suggest()
    assert (done.learned, done.new_codes, done.scored) == (True, (), 7)
    run = trained.run()
    assert run.kind == "learned"
    assert run.provenance["learner"]["sha256"] == trained.model().sha256
    rows = list(trained.suggestions(include_weak=True))
    book = trained.codebook()
    assert {row.evidence["method"] for row in rows} == {"learned-1"}
    for row in rows:
        seen = row.evidence
        assert (seen["state"] == "code") == (row.score >= 0.9)
        assert seen["level"]["name"] == book.level_of(book[row.code])
        assert seen["level"]["probability"] >= row.score - 1e-3
        for above in seen.get("above", ()):
            assert above["probability"] >= row.score - 1e-3
    strong = [row for row in rows if row.score >= trained.settings.suggest.floor]
    assert all(row.evidence["moved"].keys() >= {"definition", "meaning", "words"} for row in strong)
    said = [
        word.casefold() in row.text.casefold() or row.evidence.get("question")
        for row in strong
        for word, _ in row.evidence["words_for"]
    ]
    assert said
    assert all(said)
    assert any("nearest" in row.evidence for row in strong)
    facets = [row.evidence["facets"] for row in strong if "facets" in row.evidence]
    assert facets
    assert all(0 <= p <= 1 for told in facets for p in told.values())
    assert any(told.get("barrier", 0) > 0.5 for told in facets)
    weak = {row.evidence["state"] for row in rows if row.score < trained.settings.suggest.floor}
    assert weak <= {"no code", "not sure"}


def test_a_code_that_is_new_since_training_goes_on_from_its_definition(trained):
    book = trained.codebook()
    new = Code("Music", "The person sings or plays music.", level=book.level_of(book.codes[0]))
    trained.set_codebook(Codebook((new, *book.codes), name=book.name, facets=book.facets))
    done = trained.suggest()
    assert done.new_codes == ("Music",)
    rows = list(trained.suggestions(include_weak=True))
    known = [row for row in rows if row.code != new.guid]
    assert all("moved" in row.evidence for row in known)
    from_definition = [row.evidence for row in rows if row.code == new.guid]
    assert from_definition
    assert all(e["learned_from"] is None and "moved" not in e for e in from_definition)


def test_another_study_begins_with_the_model(trained_folder, tmp_path, truth):
    with Study.create(tmp_path / "new", model=trained_folder / "model.safetensors") as study:
        assert study.codebook().digest == truth.codebook.digest
        assert not study.untrained()
        learned, cold = judged(study, truth)
        assert mean_average_precision(truth, learned.p) > mean_average_precision(truth, cold)
        assert study.model().provenance["origin"] == "model.safetensors"
    with pytest.raises(InputError, match="own codebook"):
        Study.create(tmp_path / "x", model=trained_folder / "model.safetensors", codebook="sem")


def test_what_is_learned_here_counts_beside_the_model_begun_with(trained_folder, tmp_path):
    files = starter_folder("postpartum")
    with Study.create(tmp_path / "new", model=trained_folder / "model.safetensors") as study:
        study.add([*sorted((files / "transcripts").glob("P0[67]*"))])
        add_codings(study.database, files / "codings.csv")
        assert study.untrained()
        done = study.train()
        own, earlier, _ = done.model.provenance["mix"]
        assert earlier > 0.3
        assert own > 0
        assert any("The study began with model.safetensors" in note for note in done.notes)
        study.suggest()
        strong = [row.evidence for row in study.suggestions() if "moved" in row.evidence]
        assert strong
        assert all("earlier model" in evidence["moved"] for evidence in strong)


def test_judged_is_what_suggests_also_in_a_study_that_began_with_a_model(trained_folder, tmp_path):
    files = starter_folder("postpartum")
    with Study.create(tmp_path / "new", model=trained_folder / "model.safetensors") as study:
        study.add([*sorted((files / "transcripts").glob("P0[67]*"))])
        add_codings(study.database, files / "codings.csv")
        report = study.evaluate(curve=False, resamples=100)
        [told] = [note for note in report.notes if "The study began with" in note]
        assert "not fitted to the labels of whoever is left out" in told
        assert told.endswith("once you train: semcode train.")
        assert "learning curve" not in told
        lesson = lesson_of(study.database, study.settings)
        labels = lesson.labels
        model = new_model(labels, study.database, study.settings)
        own, _ = held_out(model, labels.texts, lesson.teach, labels.groups)
        both = both_models(study.database, study.settings, labels, own)
        mixed = both.left_out()
        known = labels.take(np.flatnonzero(labels.known))
        rows = np.flatnonzero(labels.known)
        sure = (known.y >= 0.5).astype(float)
        alone, together = (
            average_precision_score(sure[:, sure.any(axis=0)], a.p[rows][:, sure.any(axis=0)])
            for a in (own, mixed)
        )
        assert together > alone + 0.02, (alone, together)
        codes = [code for code in report.left_out.codes if code.n_given]
        assert len(codes) > 5
        for code in codes:
            column = [c.name for c in labels.codebook].index(code.label)
            assert code.n_given == mixed.given[rows, column].sum()
        read = rows[:20]
        audit = AuditLabels(
            *(labels.y[read], labels.y[read][:, :, None], [labels.texts[i] for i in read]),
            *([labels.groups[i] for i in read], [labels.transcripts[i] for i in read]),
            *([labels.segments[i] for i in read], np.ones(20), 20),
        )

        def scores(*, trained: bool) -> tuple[np.ndarray, np.ndarray]:
            scorer = trained_model(study.database, study.settings)
            assert ("origin" in scorer.row.provenance) is not trained
            assert elsewhere(scorer).origin == "model.safetensors"
            asked = ask(scorer, study.database, study.settings, audit.texts)
            given = (scorer, study.database, study.settings, audit)
            return asked, audit_scores(*given, same=False, seed=0)

        strange, audited = scores(trained=False)  # nothing was learned of anybody here
        assert np.array_equal(strange, audited)
        study.train(check=False)
        learned, audited = scores(trained=True)
        assert not np.allclose(learned, audited, atol=0.01)  # learned from the audit's people
        assert np.corrcoef(audited.ravel(), mixed.p[read].ravel())[0, 1] > 0.98


def test_with_one_participant_or_none_the_model_begun_with_speaks(trained_folder, tmp_path):
    files = starter_folder("postpartum")
    with Study.create(tmp_path / "new", model=trained_folder / "model.safetensors") as study:
        study.add([*sorted((files / "transcripts").glob("P0[67]*"))])
        study.suggest()
        lesson = lesson_of(study.database, study.settings)
        none = both_models(study.database, study.settings, lesson.labels, None)
        assert "alone" in none.told(trained=False, curve=False)
        add_codings(study.database, files / "codings.csv")
        labels = gather_labels(study.database, study.settings)
        texts = labels.texts[:30]
        scorer = trained_model(study.database, study.settings)
        cold = scorer.model.encode(texts).cold
        own = answers(new_model(labels, study.database, study.settings), texts)
        judged_here = none.new(own, texts)
        assert np.allclose(judged_here.p, scorer.judge(texts, cold).p)
        for level, p in scorer.judge(texts, cold).levels.items():
            assert np.array_equal(judged_here.levels[level], p)
        forget(study, ["P07_interview"])
        alone = lesson_of(study.database, study.settings).labels
        assert len(set(alone.groups)) == 1
        both = both_models(study.database, study.settings, alone, None)
        assert "half" in both.told(trained=True, curve=False)
        half = both.new(own, texts).p
        assert not np.allclose(half, judged_here.p, atol=0.01)
        with pytest.raises(InputError, match="Nobody can be left out"):
            both.left_out()


def test_a_codebook_without_levels_is_evaluated(tmp_path):
    files = starter_folder("postpartum")
    book = Codebook(
        (Code(name="Family", definition="Parents, partner, children."), Code(name="Work"))
    )
    with Study.create(tmp_path / "plain", codebook=book) as study:
        study.add([*sorted((files / "transcripts").glob("P0[67]*"))])
        study.suggest()
        codes, now = study.codebook().codes, datetime.now(UTC)
        with study.database.write() as connection:
            spans = [
                (row.name, s.start, s.end)
                for row in store.transcripts.rows(connection)
                for s in store.segments.of_transcript(connection, row.id)
            ]
            given = [
                Coding("", *span, codes[n % 2].guid, ANA) for n, span in enumerate(spans) if n % 3
            ]
            store.codings.add(connection, given)
            store.codings.add_readings(connection, [Reading(ANA, *span, now) for span in spans])
        report = study.evaluate(curve=False, resamples=100)
        assert report.left_out.levels == ()
        assert {code.label for code in report.left_out.codes} == {"Family", "Work"}


@pytest.mark.parametrize("name", ["model.safetensors", "model.facets.safetensors"])
def test_a_changed_model_file_makes_no_study(trained_folder, tmp_path, name):
    for file in trained_folder.glob("model*"):
        shutil.copy(file, tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    content[-300] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match="changed after it was written"):
        Study.create(tmp_path / "new", model=tmp_path / "model.safetensors")
    assert not (tmp_path / "new").exists()


def test_a_model_file_holds_no_passage_and_no_rare_word(trained_folder, trained, truth):
    content = (trained_folder / "model.safetensors").read_bytes().decode("latin-1").casefold()
    labels = gather_labels(trained.database, trained.settings, coders=[ANA])
    codebook = str(trained.codebook()).casefold()
    people: dict[str, set[str]] = {}
    for pair, who in zip(labels.texts, labels.groups, strict=True):
        for word in re.findall(r"\w{6,}", " ".join(pair).casefold()):
            if word not in codebook:
                people.setdefault(word, set()).add(who)
    rare = [word for word, who in people.items() if len(who) == 1]
    assert len(rare) > 100
    assert not [word for word in rare if f'\\"{word}\\"' in content]
    assert not [
        said for _, said in labels.texts if len(said) > 60 and said[:60].casefold() in content
    ]


def test_too_little_to_learn_from_says_how_much_is_wanted(tmp_path, coded_folder):
    shutil.copytree(coded_folder, tmp_path / "s")
    with Study(tmp_path / "s") as study:
        forget(study, [row.name for row in study.transcripts()])
        with pytest.raises(InputError, match=r"0 passages .* needs 8 or more.*Code or accept 8"):
            study.train()


def test_reviewing_suggestions_alone_does_not_find_codes_everywhere(coded_folder, tmp_path, truth):
    shutil.copytree(coded_folder, tmp_path / "s")
    with Study(tmp_path / "s") as study:
        said = gather_labels(study.database, study.settings, coders=[ANA])
        row = {
            (t, s.start): n
            for n, (t, s) in enumerate(zip(said.transcripts, said.segments, strict=True))
        }
        place = {code.guid: n for n, code in enumerate(said.codebook.codes)}
        verdicts = [
            Decision(
                *("cara", Verdict.ACCEPT if yes else Verdict.REJECT, s.transcript),
                *(s.start, s.end, s.code, s.score, datetime(2026, 1, 1, tzinfo=UTC)),
                codebook_version=1,
            )
            for s in study.suggestions()
            for yes in [said.y[row[s.transcript, s.start], place[s.code]] == 1]
            if s.transcript not in OTHERS
        ]
        accepted = [
            Coding("", d.transcript, d.start, d.end, d.code, "cara")
            for d in verdicts
            if d.verdict is Verdict.ACCEPT
        ]
        with study.database.write() as connection:
            store.codings.add(connection, accepted)
            store.decisions.append(connection, verdicts)
        done = study.train(coders=["cara"], check=False)
        learned, cold = judged(study, truth)
    assert any("--assume-read" in note for note in done.notes)
    usual = np.nanmean(truth.y)
    assert learned.p.mean() < 2 * usual
    assert mean_average_precision(truth, learned.p) > mean_average_precision(truth, cold)


@pytest.fixture
def two_people(coded_folder, tmp_path):
    """The starter study with what was coded of two participants only."""
    shutil.copytree(coded_folder, tmp_path / "two")
    with Study(tmp_path / "two") as study:
        forget(study, [r.name for r in study.transcripts()][2:])
        yield study


def test_checked_on_participants_that_were_left_out(two_people):
    done = two_people.train()
    assert (done.quality.participants, done.quality.folds) == (2, 2)
    assert 0 < done.quality.mean_average_precision <= 1
    assert sum(b.n for b in done.quality.bins) == done.segments * len(done.codes)
    assert any("says little" in note for note in done.notes)
    assert {code.why_not for code in done.codes} == {""}


def test_one_participant_is_learned_from_but_says_nothing_of_others(two_people):
    forget(two_people, [two_people.transcripts()[1].name])
    done = two_people.train()
    assert done.quality is None
    assert "one participant" in done.notes[0]
    with pytest.raises(InputError, match="Code a second participant"):
        two_people.check_codings()


def test_a_coding_that_fits_nowhere_is_listed_for_a_second_look(two_people):
    with two_people.database.write() as connection:
        wrong = store.codings.all_codings(connection)[0]
        housing = two_people.codebook()["Housing instability"].guid
        c = schema.coding
        connection.execute(c.update().where(c.c.guid == wrong.guid).values(code_guid=housing))
    looks = two_people.check_codings(limit=30)
    unlike = [look for look in looks if look.kind == "unlike"]
    assert any(
        look.code == "Housing instability"
        and look.transcript == wrong.transcript
        and look.start < wrong.end
        and wrong.start < look.end
        for look in unlike
    )
    assert all(look.probability < look.usual for look in unlike)
    assert all(look.probability >= 0.5 for look in looks if look.kind == "left out")
    assert all(look.text for look in looks)
