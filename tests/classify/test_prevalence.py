"""How common codes are among unread texts, when labelled ones were chosen by code."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import softmax
from scipy.stats import hmean

from semcode.classify import CodeClassifier
from semcode.classify.calibration import Calibration
from semcode.classify.prevalence import as_unread, shares_among
from semcode.codebook import Code, Codebook


def told(
    which: np.ndarray, usual: np.ndarray, rng: np.random.Generator, *, apart: float
) -> np.ndarray:
    """Give honest probabilities of a population with `usual` shares, from noisy evidence."""
    evidence = rng.normal(size=(len(which), len(usual)))
    evidence[np.arange(len(which)), which] += apart
    raised = usual * np.exp(apart * (evidence - apart / 2))
    return raised / raised.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("labels", "near"), [(100, 0.06), (20, 0.16)])
def test_shares_are_found_where_labels_were_drawn_by_code(labels, near):
    rng = np.random.default_rng(labels)
    true = np.array([0.65, 0.25, 0.10])
    unread = told(rng.choice(3, 2000, p=true), np.full(3, 1 / 3), rng, apart=2.0)
    found = shares_among(unread, np.full(3, labels))
    assert found.sum() == pytest.approx(1)
    assert np.abs(found - true).max() < near


def test_the_shares_are_the_likeliest_of_all():
    """The same maximum as SciPy finds of the likelihood and the prior, written out."""
    rng = np.random.default_rng(2)
    counts = np.array([45, 27, 18])
    labelled = (counts + 0.5) / (counts + 0.5).sum()
    unread = told(rng.choice(3, 400, p=[0.2, 0.2, 0.6]), labelled, rng, apart=1.0)

    def likelihood(shares: np.ndarray) -> float:
        return 3 * hmean(counts + 0.5) * np.log(unread @ (shares / labelled)).mean()

    def loss(theta: np.ndarray) -> float:
        shares = softmax(np.append(theta, 0.0))
        return -likelihood(shares) - 20 * labelled @ np.log(shares)

    best = softmax(np.append(minimize(loss, np.zeros(2), tol=1e-12).x, 0.0))
    trust = 1 / (1 + np.exp(2 - likelihood(best)))
    assert 0.9 < trust < 0.9999
    expected = trust * best + (1 - trust) * labelled
    assert shares_among(unread, counts) == pytest.approx(expected, abs=1e-4)


def test_a_random_sample_is_believed():
    """200 texts of 3,000, drawn at random, then read: their shares are hardly moved."""
    rng, true = np.random.default_rng(4), np.array([0.6, 0.25, 0.1, 0.05])
    moved = []
    for _ in range(20):
        counts = rng.multinomial(200, true)
        labelled = (counts + 0.5) / (counts + 0.5).sum()
        unread = told(rng.choice(4, 2800, p=true), labelled, rng, apart=1.0)
        moved.append(np.abs(shares_among(unread, counts) - labelled).max())
    assert np.mean(moved) < 0.01


def test_evidence_that_tells_nothing_moves_nothing():
    rng = np.random.default_rng(1)
    unread = told(rng.choice(3, 2000, p=[0.8, 0.1, 0.1]), np.full(3, 1 / 3), rng, apart=0.02)
    assert np.abs(shares_among(unread, np.full(3, 10)) - 1 / 3).max() < 0.1


def test_no_code_vanishes():
    """All unread texts look like one of eight codes: the others keep a share."""
    rng = np.random.default_rng(3)
    unread = told(np.zeros(2000, int), np.full(8, 1 / 8), rng, apart=2.0)
    found = shares_among(unread, np.full(8, 12))
    assert found[0] > 0.6
    assert found[1:].min() > 0.02


def test_a_code_with_one_label_leaves_it_open():
    counts, rng = np.array([300, 240, 1]), np.random.default_rng(5)
    labelled = (counts + 0.5) / (counts + 0.5).sum()
    unread = told(rng.choice(3, 2000, p=[0.2, 0.6, 0.2]), labelled, rng, apart=1.0)
    assert np.abs(shares_among(unread, counts) - labelled).max() < 0.05


def test_each_code_alone_is_as_common_as_it_looks():
    """Two codes in half of the labels, one of them rare among the unread; one never denied."""
    rng = np.random.default_rng(6)
    y = np.stack([np.arange(200) % 2, np.arange(200) // 2 % 2, np.ones(200)], axis=1)
    unread = rng.random((2000, 3)) < [0.5, 0.05, 0.3]
    scores = 2.0 * rng.normal(size=unread.shape) + np.where(unread, 2.0, -2.0)
    same = Calibration(np.ones(3), np.zeros(3), np.zeros(0, int))
    found = as_unread(same, scores, y, np.ones_like(y))
    assert found.shift[[0, 2]] == pytest.approx(0, abs=0.2)
    prior = 20 / 220 * 0.5  # 20 texts' worth of the labelled share, beside 200
    assert found(scores)[:, 1].mean() == pytest.approx(0.05 + prior, abs=0.02)
    assert same(scores)[:, 1].mean() > 0.15
    asked = np.ones_like(y)
    asked[:40, 1] = 0  # as in a queue, where people decide code by code
    assert np.array_equal(as_unread(same, scores, y, asked).shift, same.shift)


def test_a_classifier_expects_what_is_unread(encoder):
    """Labels drawn evenly; among the texts without labels nine in ten are of one code."""
    rng = np.random.default_rng(0)
    words = {"yes": "sure okay fine right", "no": "never nothing nowhere none"}
    book = Codebook(tuple(Code(name) for name in words))

    def say(which: np.ndarray) -> list[str]:
        fillers = ["well", "you", "know", "like", "just", "then", "there"]
        parts = [list(words.values())[w].split() + 2 * fillers for w in which]
        return [" ".join(rng.choice(part, 4)) for part in parts]

    labelled, unread = np.arange(80) % 2, (rng.random(400) < 0.1).astype(int)
    texts = say(labelled) + say(unread)
    y = np.vstack([np.eye(2)[labelled], np.full((400, 2), np.nan)])
    alone = CodeClassifier(book, encoder=encoder).fit(texts[:80], y[:80])
    both = CodeClassifier(book, encoder=encoder).fit(texts, y)
    true = unread.mean()
    p_alone, p_both = (m.predict_proba(texts[80:])[:, 1].mean() for m in (alone, both))
    assert abs(p_both - true) < 0.5 * abs(p_alone - true)
