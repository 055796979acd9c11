"""How common the codes are among the texts that nobody has read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from semcode.classify.calibration import Calibration
from semcode.classify.logistic import sigmoid

__all__ = ["as_unread", "shares_among"]

Floats = NDArray[np.float64]

_RANDOM = 20.0  # what the labelled texts' own shares are worth, in texts drawn at random
_WHOLE = 0.9  # share of labelled texts that must be known for all codes
_ROUNDS = 1000
_CLOSE = 1e-6  # shares that move by less from round to round are found


def as_unread(calibration: Calibration, unread: Floats, y: Floats, weight: Floats) -> Calibration:
    """Shift probabilities to how common each code is among unread texts.

    `unread` (n, n_codes) are the unread texts' log-odds, `y` and `weight` (m, n_codes) the
    labels. Rivals are looked at together, in texts where all are known. Other codes stay as they
    are where only yes or only no is known, and where some texts were asked about some codes only:
    whoever decides on what the model offers, code by code, chooses texts by how they look, and
    then it is not how common a code is that differs, but which texts are difficult.
    """
    p, shift = calibration(unread), calibration.shift.copy()
    rivals = calibration.rivals
    if len(rivals):
        full = weight[:, rivals].all(axis=1)
        shift[rivals] += _moved(p[:, rivals], y[np.ix_(full, rivals)].sum(axis=0))
    asked = weight[:, weight.any(axis=0)] > 0
    if asked.all(axis=1).mean() < _WHOLE:
        return replace(calibration, shift=shift)
    yes, no = (weight * y).sum(axis=0), (weight * (1.0 - y)).sum(axis=0)
    for code in np.setdiff1d(np.flatnonzero((yes > 0) & (no > 0)), rivals):
        both = np.stack([1.0 - p[:, code], p[:, code]], axis=1)
        less, more = _moved(both, np.array([no[code], yes[code]]))
        shift[code] += more - less
    return replace(calibration, shift=shift)


def _moved(unread: Floats, counts: Floats) -> Floats:
    labelled = (counts + 0.5) / (counts + 0.5).sum()
    moved: Floats = np.log(shares_among(unread, counts) / labelled)
    return moved


def shares_among(unread: Floats, counts: Floats) -> Floats:
    """Estimate the shares of codes, of which exactly one applies, among unread texts.

    People read what was chosen for them, so that a rare code is commoner among the labelled
    texts than in the study. `unread` (n, k) are probabilities calibrated on labelled texts,
    `counts` (k,) how many of these each code has. Found are the shares for which the unread texts
    most likely look as they do (by EM: Saerens, Latinne and Decaestecker 2002, Neural
    Computation 14, 21-41; with calibrated probabilities hard to beat: Alexandari, Kundaje and
    Shrikumar 2020, ICML), under a Dirichlet prior: the labelled shares, as if seen in 20 texts
    drawn at random. How the texts of a code look is known from its labelled ones alone, so all
    unread texts together tell no more than k times the harmonic mean of the counts. What is
    found and the labelled shares themselves, which are right if labelled texts were drawn at
    random, are averaged by Akaike's weights (Burnham and Anderson 2002). No share becomes 0.
    """
    counts = counts + 0.5
    labelled, size = counts / counts.sum(), len(counts)
    told, shares = min(size**2 / (1.0 / counts).sum(), len(unread)), labelled
    for _ in range(_ROUNDS):
        likely = unread * (shares / labelled)
        mean = (likely / likely.sum(axis=1, keepdims=True)).mean(axis=0)
        nearer = (told * mean + _RANDOM * labelled) / (told + _RANDOM)
        done = np.abs(nearer - shares).max() < _CLOSE
        shares = nearer
        if done:
            break
    gain = told * np.log(unread @ (shares / labelled)).mean() - (size - 1)
    trust = sigmoid(gain)
    found: Floats = trust * shares + (1.0 - trust) * labelled
    return found
