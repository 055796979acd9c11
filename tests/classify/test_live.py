"""Live ranking: what a decision teaches at once is what a full refit would teach."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcode.classify import CodeClassifier
from semcode.classify.deciding import learner_of
from semcode.classify.live import LiveRanking
from semcode.classify.logistic import Cells, fit_codes, rotate
from semcode.classify.opening import Fresh, fresh_fit, opened, relearned
from semcode.errors import InputError, ModelError

LABELLED = 60
_kept: list[Fresh] = []


@pytest.fixture
def texts(spoken):
    return spoken(220, seed=7)


@pytest.fixture
def fresh(codebook, encoder, texts):
    if not _kept:  # one fit for all tests: live ranking never changes the classifier
        _kept.append(fitted(codebook, encoder, texts))
    return _kept[0]


def fitted(codebook, encoder, texts):
    """Fit a classifier to the first texts and encode them all."""
    pairs, y, groups = texts
    known = np.full(y.shape, np.nan)
    known[:LABELLED] = y[:LABELLED]
    model = CodeClassifier(codebook, encoder=encoder).fit(pairs, known, groups)
    encoded = model.encode(pairs)
    return Fresh(model, encoded.features, encoded.definition, range(LABELLED))


def refitted(live):
    """Fit all codes anew, by the other algorithm, and score every segment with them."""
    taught = live._state.taught
    x, y, weight, definition = taught.learner.refiner.rows
    weights, _ = fit_codes(
        rotate(x, taught.learner.refiner.scale),
        Cells(y, weight, definition),
        taught.learner.refiner.prior,
        tolerance=1e-10,
    )
    columns, every = taught.columns, np.arange(live._state.shape[0])
    features = columns.features.take(every)
    return weights.scores(features, columns.definition(every).astype(np.float64))


def full_top(live, code):
    """Give a code's queue by scoring everything."""
    state = live._state
    every = np.arange(state.shape[0])
    scores = live.scores(every)[:, code]
    opened = np.array([state.taught.columns.is_open(int(row), code) for row in every])
    if state._likely:
        return every[opened][np.lexsort((every[opened], -scores[opened]))]
    away = np.abs(scores - state._targets[code]) * state._slope[code] // 0.25
    lot = state.taught.columns._lot
    return every[opened][np.lexsort((lot[opened], away[opened]))]


def shortlist(live, code):
    """Give what the ranking holds of a code, as a set."""
    return {row for row, _ in live.now.top(10_000, code=code)}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # never changed by live ranking
)
@given(
    order=st.sampled_from(["uncertain", "likely"]),
    said=st.lists(
        st.tuples(st.integers(0, 219), st.integers(0, 3), st.sampled_from([0.0, 1.0, 0.5, None])),
        min_size=1,
        max_size=12,
    ),
)
def test_any_decisions_equal_a_refit_and_a_full_scan(order, said, fresh):
    live = LiveRanking(fresh, order=order, depth=10)
    expected = live.decisions
    for row, code, label in said:
        if label is None and (row, code) not in expected:
            with pytest.raises(InputError, match="Nothing was decided"):
                live.decide(row, code, None)
            continue
        live.decide(row, code, label)
        expected.pop((row, code), None)
        expected |= {} if label is None else {(row, code): label}
    assert live.decisions == expected
    assert np.abs(live.scores(range(220)) - refitted(live)).max() < 1e-4
    for code in range(4):
        assert shortlist(live, code) == set(full_top(live, code)[:10].tolist())


def test_undoing_gives_back_what_was(fresh):
    live = LiveRanking(fresh)
    scores, before = live.scores(range(220)), live.now
    live.decide(100, 3, 1)  # a child's yes is its parent's
    assert (100, 3) not in live.now.top(1_000)
    assert np.abs(live.scores(range(220)) - scores).max() > 0.01
    after = live.decide(100, 3, None)
    assert np.abs(live.scores(range(220)) - scores).max() < 1e-4
    assert after.top(1_000) == before.top(1_000)
    assert after.version == before.version + 2


def test_the_same_decision_twice_changes_nothing(fresh):
    live = LiveRanking(fresh)
    once = live.decide(100, 0, 1)
    assert live.decide(100, 0, 1) is once
    assert live.decide(100, 0, 0).version == once.version + 1
    assert live.decisions[100, 0] == 0


def test_what_the_classifier_learned_from_is_decided_already(fresh, texts):
    live = LiveRanking(fresh)
    assert all(row >= LABELLED for row, _ in live.now.top(1_000))
    assert live.decisions[0, 0] == texts[1][0, 0]
    live.decide(0, 0, 1 - texts[1][0, 0])
    assert np.abs(live.scores(range(220)) - refitted(live)).max() < 1e-4


def test_decisions_that_the_classifier_has_not_learned_are_learned_at_the_start(fresh):
    live = LiveRanking(fresh, decided={(150, 1): 1.0})
    later = LiveRanking(fresh)
    later.decide(150, 1, 1.0)
    assert np.abs(live.scores(range(220)) - later.scores(range(220))).max() < 1e-6
    assert live.now.top(500) == later.now.top(500)


def test_the_tree_is_kept(fresh):
    live = LiveRanking(fresh)
    live.decide(100, 2, 0)  # a parent's no is its child's
    left = live.now.top(1_000)
    assert (100, 2) not in left
    assert (100, 3) not in left
    p = live.probabilities(range(220))
    assert (p[:, 3] <= p[:, 2] + 1e-12).all()
    assert np.abs(live.scores(range(220)) - refitted(live)).max() < 1e-4


def test_a_closed_segment_comes_no_more(fresh):
    live = LiveRanking(fresh)
    row, code = live.now.top(1)[0]
    assert all(found != row for found, _ in live.close([row]).top(1_000))
    live.decide(row, code, 1)
    assert all(found != row for found, _ in live.decide(row, code, None).top(1_000))


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_a_code_with_only_one_kind_of_label(fresh, label):
    live = LiveRanking(fresh)
    for row in range(LABELLED):
        live.decide(row, 1, label)
    assert np.isfinite(live.scores(range(220))).all()
    assert np.isfinite(live.now.margins).all()
    assert np.abs(live.scores(range(220)) - refitted(live)).max() < 1e-4


@pytest.mark.parametrize(
    ("row", "code", "label", "said"),
    [
        (220, 0, 1, "no segment 220"),
        (-1, 0, 1, "no segment -1"),
        (0, 4, 1, "code 4"),
        (100, 0, 2, "outside 0 to 1"),
        (100, 0, float("nan"), "outside 0 to 1"),
        (100, 0, None, "Nothing was decided"),
    ],
)
def test_what_is_no_decision_is_refused(fresh, row, code, label, said):
    live = LiveRanking(fresh)
    with pytest.raises(InputError, match=said):
        live.decide(row, code, label)
    assert live.now.version == 0


def test_features_must_fit_the_classifier(fresh):
    with pytest.raises(ModelError, match="Encode the segments with this model"):
        LiveRanking(Fresh(fresh.model, fresh.features[:, :-1], fresh.definition))
    with pytest.raises(InputError, match="by the definitions"):
        LiveRanking(Fresh(fresh.model, fresh.features, fresh.definition[:-1]))
    bad = fresh.features.copy()
    bad[9, 0] = np.nan
    with pytest.raises(InputError, match="not a number"):
        LiveRanking(Fresh(fresh.model, bad, fresh.definition))


def test_no_open_segments(fresh):
    live = LiveRanking(Fresh(fresh.model, fresh.features[:0], fresh.definition[:0]))
    assert live.now.top(10) == []
    assert live.scores([]).shape == (0, 4)
    with pytest.raises(InputError, match="there are 0 open segments"):
        live.decide(0, 0, 1)


def test_it_starts_from_definitions_alone(codebook, encoder, texts):
    pairs, y, groups = texts
    model = CodeClassifier(codebook, encoder=encoder)
    live = LiveRanking(fresh_fit(model, pairs, {}, groups), order="likely")
    said = model.fit(pairs, np.full(y.shape, np.nan)).scores(model.encode(pairs))
    assert np.abs(live.scores(range(220)) - said).max() < 1e-4
    for row in range(20):
        live.decide(row, 0, y[row, 0])
    found = [row for row, _ in live.now.top(10, code=0)]
    assert y[found, 0].mean() > 0.7


def test_a_saved_model_without_rows_is_refused(trained, encoder, tmp_path):
    trained.save(tmp_path / "m.safetensors")
    again = CodeClassifier.load(tmp_path / "m.safetensors", encoder=encoder)
    with pytest.raises(ModelError, match="without the rows"):
        learner_of(again, again.features_.width)


def test_a_refit_loses_no_decision(fresh, codebook, encoder, texts):
    pairs, y, groups = texts
    live = LiveRanking(fresh)
    live.decide(100, 0, 1)
    live.decide(101, 0, 1)
    begun, go_on = threading.Event(), threading.Event()

    def build(decided):
        begun.set()
        assert go_on.wait(60)
        return fresh_fit(fresh.model, pairs, decided, groups)

    future = live.refit(build)
    assert live.refit(build) is future
    assert begun.wait(60)
    for row in range(110, 130):
        live.decide(row, 1, y[row, 1])
    live.decide(101, 0, None)
    live.close([140])
    expected = live.decisions
    go_on.set()
    assert future.result(120) == live.now.version
    assert live.decisions == expected
    assert np.abs(live.scores(range(220)) - refitted(live)).max() < 1e-4
    for code in range(4):
        assert shortlist(live, code) == set(full_top(live, code)[:24].tolist())
    assert all(row != 140 for row, _ in live.now.top(1_000))
    live.decide(150, 1, 1)
    live.shut()


def test_relearning_is_a_fit_without_the_features(fresh, texts):
    pairs, y, groups = texts
    live = LiveRanking(fresh)
    for row in range(100, 110):
        live.decide(row, 3, y[row, 3])
    quick = relearned(fresh, pairs, live.decisions, groups)
    slow = fresh_fit(fresh.model, pairs, live.decisions, groups)
    assert np.abs(quick.features - slow.features).max() < 1e-6
    encoded = slow.model.encode(pairs)
    expected = slow.model.proba_encoded(encoded)
    assert np.abs(quick.model.proba_encoded(encoded) - expected).max() < 1e-6
    assert quick.model.keys() == slow.model.keys()
    assert list(quick.places) == list(slow.places)
    assert quick.model is not fresh.model
    assert live.refit(lambda known: relearned(fresh, pairs, known, groups)).result(60) == 11
    live.shut()


def test_relearning_needs_features(fresh, texts):
    learner = learner_of(fresh.model, fresh.features.shape[1])
    bare = Fresh(learner, fresh.features, fresh.definition)
    with pytest.raises(ModelError, match="Begin with fresh_fit"):
        relearned(bare, texts[0], {(0, 0): 1.0}, texts[2])


def test_cells_at_random_are_open(fresh):
    live = LiveRanking(fresh)
    live.close(range(100, 218))
    drawn = live.at_random(200, seed=1)
    assert drawn == live.at_random(200, seed=1)
    assert len(drawn) == len(set(drawn)) <= 4 * 42
    assert all(LABELLED <= row < 100 or row >= 218 for row, _ in drawn)
    assert len(live.at_random(5, seed=2)) == 5


def test_a_failed_refit_changes_nothing(fresh):
    live = LiveRanking(fresh)

    def build(decided):
        raise ModelError("The weights are gone.")

    with pytest.raises(ModelError, match="gone"):
        live.refit(build).result(60)
    short = Fresh(fresh.model, fresh.features[:100], fresh.definition[:100], range(LABELLED))
    with pytest.raises(ModelError, match="Start live ranking anew"):
        live.refit(lambda decided: short).result(60)
    assert live.decide(100, 0, 1).version == 1
    live.shut()


def test_readers_see_whole_states(fresh):
    live = LiveRanking(fresh)
    stop, wrong = threading.Event(), []

    def read():
        while not stop.wait(0.001):
            now = live.now
            if len({len(now.rows), len(now.codes), len(now.scores), len(now.margins)}) > 1:
                wrong.append(now.version)
            if (np.diff(now.margins) < 0).any():
                wrong.append(now.version)

    def write(code):
        for row in range(100, 112):
            live.decide(row, code, row % 2)

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(code,)) for code in range(3)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    assert not wrong
    assert live.now.version == 36
    assert np.abs(live.scores(range(220)) - refitted(live)).max() < 1e-4


def test_what_is_opened_block_by_block_is_what_a_fit_sees(fresh, texts):
    pairs, _, groups = texts
    told = []
    begun = opened(fresh.model, pairs, advance=told.append)
    assert sum(told) == len(pairs)
    assert np.abs(begun.features.astype(np.float32) - fresh.features).max() < 1e-3
    assert np.allclose(begun.definition, fresh.definition, atol=1e-4)
    live = LiveRanking(fresh)
    quick = relearned(begun, None, live.decisions, groups)
    assert np.abs(quick.model.weights_.w - fresh.model.weights_.w).max() < 0.05
    with pytest.raises(ModelError, match="cannot be updated"):
        quick.model.update(pairs[:1], np.ones((1, 4)))


def test_without_closing_what_was_decided_is_still_asked(fresh):
    live = LiveRanking(fresh, closing=False, order="likely", depth=300)
    closing = LiveRanking(fresh, order="likely", depth=300)
    live.decide(100, 3, 0.0)
    closing.decide(100, 3, 0.0)
    assert (100, 3) in live.now.top(10_000)
    assert (100, 3) not in closing.now.top(10_000)
    for code in range(4):
        scores = live.scores(range(220))[:, code]
        assert np.abs(live.every(code) - scores).max() < 1e-4
        assert len(live.now.top(10_000, code=code)) == 220
    assert np.abs(live.weights - closing.weights).max() < 1e-9
