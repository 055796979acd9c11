"""How common codes are among unread texts, when labelled ones were chosen by code."""

from __future__ import annotations

import numpy as np
import pytest

from semcode.classify import CodeClassifier
from semcode.classify.prevalence import shares_among
from semcode.codebook import Code, Codebook


def told(
    which: np.ndarray, usual: np.ndarray, rng: np.random.Generator, *, apart: float
) -> np.ndarray:
    """Give honest probabilities of a population with `usual` shares, from noisy evidence."""
    evidence = rng.normal(size=(len(which), len(usual)))
    evidence[np.arange(len(which)), which] += apart
    raised = usual * np.exp(apart * (evidence - apart / 2))
    return raised / raised.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("labels", "near"), [(300, 0.06), (60, 0.16)])
def test_shares_are_found_where_labels_were_drawn_by_code(labels, near):
    rng = np.random.default_rng(labels)
    true, even = np.array([0.65, 0.25, 0.10]), np.full(3, 1 / 3)
    unread = told(rng.choice(3, 2000, p=true), even, rng, apart=2.0)
    which = np.arange(labels) % 3
    held = told(which, even, rng, apart=2.0)
    found = shares_among(unread, held, np.eye(3)[which], even)
    assert found.sum() == pytest.approx(1)
    assert np.abs(found - true).max() < near


def test_evidence_that_tells_nothing_moves_nothing():
    rng = np.random.default_rng(1)
    even = np.full(3, 1 / 3)
    unread = told(rng.choice(3, 2000, p=[0.8, 0.1, 0.1]), even, rng, apart=0.02)
    which = np.arange(30) % 3
    found = shares_among(unread, told(which, even, rng, apart=0.02), np.eye(3)[which], even)
    assert np.abs(found - even).max() < 0.1


def test_a_code_with_one_label_leaves_it_open():
    labelled = np.array([0.5, 0.4, 0.1])
    y = np.eye(3)[[0, 0, 0, 1, 1, 2]]
    p = np.full((6, 3), 1 / 3)
    assert np.array_equal(shares_among(p, p, y, labelled), labelled)


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
