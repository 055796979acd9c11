"""The parts of training that need no weights: folds, measures, anchors, mixing, rare words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from semcode.classify import CodeClassifier
from semcode.codebook import Code, Codebook, Facet
from semcode.findings.reliability import reliability_svg
from semcode.records import Segment
from semcode.study.learning.anchors import PASSAGES, anchored, wanted
from semcode.study.learning.facets import facet_labels
from semcode.study.learning.labels import FacetMark, Labels
from semcode.study.learning.mixing import Mix, fit_mix, mixed_apart
from semcode.study.learning.quality import CrossFit, cross_fit, folds, measure
from semcode.study.learning.sharing import without_rare_words

BOOK = Codebook(
    (Code("a", "rent", facets=("time",)), Code("b", "bus")),
    facets=(Facet("time", ("now", "then"), "now: at present. then: in the past."),),
)


def made(y, groups=None, texts=None, marks=()):
    y = np.asarray(y, float)
    n = len(y)
    return Labels(
        codebook=BOOK,
        y=y,
        texts=texts or [("", f"text {row}") for row in range(n)],
        groups=groups or [f"P{row}" for row in range(n)],
        transcripts=["t"] * n,
        segments=[Segment(row, row + 1, 0) for row in range(n)],
        coders={"ana": 0},
        disputed=np.zeros(2, int),
        marks=marks,
    )


class Letters:
    """Tells texts apart by their letters."""

    def encode(self, texts):
        out = np.zeros((len(texts), 26), np.float32)
        for row, text in enumerate(texts):
            for letter in text.lower():
                if letter.isascii() and letter.isalpha():
                    out[row, ord(letter) - 97] += 1
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)


def test_folds_are_of_whole_participants_and_one_alone_gives_none():
    groups = ["a"] * 4 + ["b"] * 2 + ["c"] * 3 + ["d"]
    found = folds(groups, 3)
    assert sorted(int(row) for rows in found for row in rows) == list(range(10))
    owners = [{groups[int(row)] for row in rows} for rows in found]
    assert sum(len(who) for who in owners) == 4
    assert max(map(len, found)) - min(map(len, found)) <= 1
    assert folds(["a"] * 5) == []


def test_average_precision_and_calibration_by_hand():
    y = [[1, 0], [0, 0], [1, 0], [0, 0], [1, 0], [0, 0]]
    p = np.array([[0.9, 0.1], [0.8, 0.1], [0.7, 0.1], [0.2, 0.1], [0.9, 0.1], [0.1, 0.1]])
    found = measure(made(y), CrossFit(p, 1 - p, np.array([0, 0, 0, 0, 1, 1])), floor=0.5)
    [code] = found.codes
    assert (code.code, code.n_given, code.usual) == (BOOK["a"].guid, 3, 0.5)
    # First fold: right at ranks 1 and 3 of 4; second fold: right at rank 1 of 2.
    assert code.average_precision == pytest.approx((2 * (1 + 2 / 3) / 2 + 1) / 3)
    assert code.by_definition == pytest.approx((2 * (1 / 2 + 2 / 4) / 2 + 1 / 2) / 3)
    assert found.mean_average_precision == code.average_precision
    assert sum(b.n for b in found.bins) == 12
    stated = {round(b.stated, 2): (b.observed, b.n) for b in found.bins}
    assert stated == {0.1: (0, 7), 0.2: (0, 1), 0.7: (1, 1), 0.8: (0, 1), 0.9: (1, 2)}
    assert found.ece == pytest.approx((7 * 0.1 + 0.2 + 0.3 + 0.8 + 2 * 0.1) / 12)
    assert found.ece_shown == pytest.approx((0.3 + 0.8 + 2 * 0.1) / 4)


def test_nobody_is_foretold_from_their_own_words():
    """Each participant has words of their own: they must not help on that participant."""
    rng = np.random.default_rng(0)
    yes, no = ("zzzz", "xxxx", "qqqq", "jjjj"), ("eeee", "oooo", "uuuu", "iiii")
    texts, groups, y = [], [], []
    for row in range(160):
        who = row % 4
        has = rng.random() < 0.5
        texts.append(("", yes[who] if has else no[who]))
        groups.append(f"P{who}")
        y.append([float(has), 0.0])
    labels = made(y, groups, texts)

    def make():
        return CodeClassifier(BOOK, encoder=Letters())

    found = cross_fit(labels, make, most=4)
    assert found.folds == 4
    assert not np.isnan(found.p).any()
    # Their word is new to a model of the others; in the same participant it would be plain.
    own_model = make().fit(labels.texts, labels.y, labels.groups)
    given = labels.y[:, 0] == 1
    assert own_model.predict_proba(labels.texts)[given, 0].mean() > found.p[given, 0].mean() + 0.2


def test_what_nobody_read_is_anchored_at_the_definitions_until_enough_was_read():
    y = np.full((100, 2), np.nan)
    y[:3, 0], y[3:5, 0] = 1, 0
    labels = made(y)
    assert wanted(labels) == PASSAGES
    cold = np.full((100, 2), 0.03, np.float32)
    found = anchored(labels, lambda: cold)
    assert np.array_equal(found[:5, 0], y[:5, 0])
    assert (found[5:, 0] == np.float32(0.03)).sum() == PASSAGES
    assert np.isnan(found[:, 1]).all()
    assert np.array_equal(found, anchored(labels, lambda: cold), equal_nan=True)
    y[:PASSAGES] = 0
    read = made(y)
    assert wanted(read) == 0
    assert np.array_equal(anchored(read, lambda: pytest.fail("not needed")), y, equal_nan=True)


def test_the_mix_begins_with_the_earlier_model_and_follows_the_better_one():
    rng = np.random.default_rng(1)
    z = rng.normal(size=(400, 2)) * 2
    y = (rng.random(z.shape) < 1 / (1 + np.exp(-z))).astype(float)
    good, noise = 1 / (1 + np.exp(-z)), rng.random(z.shape)
    few = fit_mix(noise[:1], good[:1], y[:1])
    assert few.earlier == pytest.approx(1, abs=0.2)
    assert few.own == pytest.approx(0, abs=0.2)
    here = fit_mix(good, noise, y)
    assert here.own == pytest.approx(1, abs=0.2)
    assert here.earlier == pytest.approx(0, abs=0.15)
    assert np.allclose(Mix(0.0, 1.0, 0.0)(noise, good), good, atol=1e-3)


def test_no_model_speaks_backwards_in_a_mix_and_every_decision_is_heard():
    rng = np.random.default_rng(2)
    z = rng.normal(size=(400, 2)) * 2
    y = (rng.random(z.shape) < 1 / (1 + np.exp(-z))).astype(float)
    good, reversed_ = 1 / (1 + np.exp(-z)), 1 / (1 + np.exp(z))
    mix = fit_mix(reversed_, good, y)
    assert mix.own == pytest.approx(0.1)
    assert mix.earlier > 0.8
    assert fit_mix(good, reversed_, y).earlier == pytest.approx(0)


def test_who_is_left_out_has_no_say_in_how_his_answers_are_mixed():
    rng = np.random.default_rng(3)
    z = rng.normal(size=(300, 2)) * 2
    y = (rng.random(z.shape) < 1 / (1 + np.exp(-z))).astype(float)
    own, earlier = 1 / (1 + np.exp(-z)), rng.random(z.shape)
    fold = np.repeat([0, 1, 2], 100)
    p, mix = mixed_apart(own, earlier, y, fold)
    changed = y.copy()
    changed[fold == 1] = 1 - y[fold == 1]
    q, other = mixed_apart(own, earlier, changed, fold)
    assert np.array_equal(p[fold == 1], q[fold == 1])
    assert not np.allclose(p[fold == 0], q[fold == 0])
    assert mix.own > other.own
    rest = fold != 2
    alone = fit_mix(own[rest], earlier[rest], y[rest])
    assert np.array_equal(p[fold == 2], alone(own[fold == 2], earlier[fold == 2]))


def test_a_facet_is_learned_where_there_are_enough_of_two_participants():
    marks = [FacetMark(row, 0, "ana", ("now",) if row % 2 else ("then",)) for row in range(24)]
    y = [[1, 0]] * 24
    groups = ["P1"] * 12 + ["P2"] * 12
    found = facet_labels(made(y, groups, marks=marks))
    assert [code.name for code in found.codebook.codes] == ["time: now", "time: then"]
    assert [code.definition for code in found.codebook.codes] == ["at present.", "in the past."]
    assert found.counts == {"time: now": (12, 12), "time: then": (12, 12)}
    alone = facet_labels(made(y, ["P1"] * 24, marks=marks))
    assert not len(alone.codebook)
    assert "two participants" in alone.left_out["time: now"]


def test_a_coder_who_never_uses_a_facet_says_nothing_about_it():
    marks = [FacetMark(row, 0, "ana", ("now",)) for row in range(20)]
    marks += [FacetMark(row, 0, "ben", ()) for row in range(20)]
    found = facet_labels(made([[1, 0]] * 20, ["P1", "P2"] * 10, marks=marks))
    assert found.counts["time: now"] == (20, 0)
    silent = [replace(mark, facets=()) for mark in marks[:3]]
    found = facet_labels(made([[1, 0]] * 20, ["P1", "P2"] * 10, marks=[*silent, *marks[3:]]))
    assert found.counts["time: now"] == (17, 3)


def test_words_of_few_participants_do_not_leave_the_study():
    people = [f"P{n}" for n in range(8) for _ in range(10)]
    texts = [f"we pay the rent with {'marco' if who == 'P0' else 'family'}" for who in people]
    y = [[float(row % 3 == 0), 0.0] for row in range(len(texts))]
    model = CodeClassifier(BOOK, encoder=Letters()).fit(texts, y, people)
    shared, gone = without_rare_words(model, texts, people)
    words = set(shared.features_.terms["word"]) | set(shared.features_.terms["char"])
    assert gone > 0
    assert "marco" in model.features_.terms["word"]
    assert not [word for word in words if "marc" in word]
    assert {"family", "rent"} <= words
    assert shared.features_.projection.shape[0] == sum(map(len, shared.features_.terms.values()))
    changed = np.abs(shared.predict_proba(texts) - model.predict_proba(texts))
    assert changed[10:].max() < 0.1
    assert "marco" in model.features_.terms["word"]


def test_the_reliability_diagram_places_its_points_and_loads_nothing():
    svg = reliability_svg([(0.1, 0.0, 90), (0.9, 1.0, 10)], error=0.1)
    assert svg.count("<circle") == 2
    assert 'cx="394.0" cy="50.0"' in svg
    assert "0.90 stated, 1.00 found" in svg
    assert "href" not in svg
