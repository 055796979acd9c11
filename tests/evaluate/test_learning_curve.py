import numpy as np
import pytest

from semcode.classify import CodeClassifier
from semcode.codebook import Code, Codebook
from semcode.errors import InputError
from semcode.evaluate.beside_coders import beside_coders, disputed
from semcode.evaluate.data import Options
from semcode.evaluate.held_out import answers, held_out, how_many_folds
from semcode.evaluate.learning_curve import curve_steps, extrapolate, learning_curve
from semcode.evaluate.model_quality import Judged
from semcode.evaluate.probabilities import reliability

OPTIONS = Options(resamples=100, cluster="participant")


class Bag:
    """Each word a direction of its own: likeness of words, without weights."""

    def __init__(self):
        self.words = {}

    def __deepcopy__(self, memo):
        return self

    def encode(self, texts):
        out = np.zeros((len(texts), 96), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                out[row, self.words.setdefault(word, len(self.words) % 96)] += 1
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)


BOOK = Codebook((Code("housing", "rent and shelter"), Code("rides", "bus and car")))
TOPICS = ("rent lease", "bus car")


def spoken(people=6, each=14, *, own_words=False, seed=0):
    rng = np.random.default_rng(seed)
    texts, y, groups = [], np.zeros((people * each, 2)), []
    for person in range(people):
        for _ in range(each):
            words = [f"w{rng.integers(30)}" for _ in range(6)]
            for code, topic in enumerate(TOPICS):
                if rng.random() < 0.35:
                    y[len(texts), code] = 1
                    words.append(f"own{person}x{code}" if own_words else rng.choice(topic.split()))
                elif own_words:
                    words.append(f"no{person}x{code}")
            texts.append(" ".join(words[-6:]))
            groups.append(f"P{person}")
    return texts, y, groups


def test_a_power_law_is_found_again_and_told_ahead():
    n = [20, 40, 80, 160]
    truth = 0.7 - 1.5 * np.array([*n, 320.0]) ** -0.5
    assert extrapolate(n, truth[None, :4], [320])[0, 0] == pytest.approx(truth[4], abs=1e-3)


def test_a_flat_or_falling_curve_promises_nothing():
    n, ahead = [20, 40, 80, 160], [160, 320]
    flat, falling = extrapolate(n, np.array([[0.5] * 4, [0.5, 0.48, 0.46, 0.44]]), ahead)
    assert flat[1] - flat[0] == pytest.approx(0, abs=1e-9)
    assert falling[1] < falling[0]


def test_no_curve_goes_beyond_one():
    assert extrapolate([10, 20, 40], np.array([[0.2, 0.6, 0.97]]), [10**6]).max() <= 1 + 1e-9


def test_the_curve_rises_where_there_is_something_to_learn():
    texts, y, groups = spoken(people=6)
    curve = learning_curve(
        CodeClassifier(BOOK, encoder=Bag(), folds=2), texts, y, groups, options=OPTIONS
    )
    sizes = [p.participants for p in curve.points]
    assert sizes == curve_steps(groups) == [1, 2, 3, 4]
    assert curve.points[-1].value > curve.points[0].value
    assert [f.units for f in curve.forecasts] == [126.0, 168.0]
    assert "as many again as now" in curve.said


def test_few_participants_give_no_forecast():
    texts, y, groups = spoken(people=3)
    curve = learning_curve(
        CodeClassifier(BOOK, encoder=Bag(), folds=2), texts, y, groups, options=OPTIONS
    )
    assert not curve.forecasts
    assert "cannot be said" in curve.said


def test_who_is_left_out_was_not_seen():
    """What each person says in words of their own cannot be learned from the others."""
    texts, y, groups = spoken(own_words=True)
    model = CodeClassifier(BOOK, encoder=Bag(), folds=2)
    out, _ = held_out(model, texts, y, groups)
    seen = answers(model.fit(texts, y, groups), texts)
    hits = [(found.p[y > 0].mean() - found.p[y == 0].mean()) for found in (out, seen)]
    assert hits[1] > 0.3
    assert hits[0] < 0.1
    assert (out.n_folds, out.trained_on) == (6, 70)


def test_others_are_asked_of_a_model_without_their_participant():
    texts, y, groups = spoken(own_words=True)
    asked = [texts[0], "own0x0 own0x1 w1"]
    model = CodeClassifier(BOOK, encoder=Bag(), folds=2)
    _, [known] = held_out(model, texts, y, groups, extra=[(asked, ["P0", "P0"])])
    _, [new] = held_out(model, texts, y, groups, extra=[(asked, ["X", "X"])])
    assert (new.p[1] > known.p[1] + 0.15).all()


def test_unread_texts_are_seen_but_none_of_who_is_left_out():
    texts, y, groups = spoken()
    model = CodeClassifier(BOOK, encoder=Bag(), folds=2)
    alone, _ = held_out(model, texts, y, groups)
    more = [texts[i % len(texts)] + f" other{i % 9}" for i in range(60)]
    beside, _ = held_out(model, texts, y, groups, unread=(more, ["P0"] * 60))
    own = np.array(groups) == "P0"
    assert np.array_equal(beside.p[own], alone.p[own])
    assert np.abs(beside.p[~own] - alone.p[~own]).max() > 0.001


def test_one_participant_cannot_be_left_out():
    with pytest.raises(InputError, match="1 participant;") as error:
        how_many_folds(["P1"] * 5)
    assert error.value.remedy
    assert [how_many_folds(range(n)) for n in (2, 12, 13, 40)] == [2, 12, 10, 10]
    for folds in (-3, 0, 1):  # with one, everybody would be judged by a model that learned nothing
        with pytest.raises(InputError, match="nobody would be judged"):
            how_many_folds(range(5), folds)


def test_the_reliability_diagram_is_that_of_its_decisions():
    p = np.array([[0.05, 0.65]] * 40)
    truth = np.zeros((40, 2))
    truth[:2, 0], truth[:26, 1] = 1, 1
    found = reliability(
        Judged(p, p > 0.5, truth, [f"P{i % 5}" for i in range(40)]), options=OPTIONS
    )
    assert [(b.low, b.n, b.stated, b.true) for b in found.bins] == [
        (0.0, 40, pytest.approx(0.05), pytest.approx(0.05)),
        (0.6, 40, pytest.approx(0.65), pytest.approx(0.65)),
    ]
    assert found.error == pytest.approx(0.0, abs=1e-9)
    truth[:, 1] = 0
    worse = reliability(Judged(p, p > 0.5, truth, ["P"] * 40), options=OPTIONS)
    assert worse.error == pytest.approx(0.325)
    assert worse.error_likely == pytest.approx(0.65)


def test_disagreement_is_shown():
    ratings = np.zeros((30, 1, 2), np.int8)
    ratings[:10, 0, :] = 1
    ratings[10:15, 0, 0] = 1
    ratings[25:, :, 1] = -1
    given = np.zeros((30, 1), bool)
    given[:8] = given[12:14] = True
    kinds = {d.kind: (d.n, d.given) for d in disputed(ratings, given)}
    assert list(kinds.values()) == [(10, 8), (5, 2), (10, 0)]
    people = [f"P{i % 5}" for i in range(30)]
    rows = beside_coders(ratings, ("ana", "ben"), given * 1.0, given, people, options=OPTIONS)
    assert [(r.one, r.other, r.people, r.n) for r in rows] == [
        ("ana", "ben", True, 25),
        ("the model", "ana", False, 30),
        ("the model", "ben", False, 25),
    ]
    assert [r.pooled.value for r in rows] == pytest.approx([20 / 25, 20 / 25, 16 / 20])
