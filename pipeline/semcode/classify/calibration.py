"""From held-out scores to probabilities that mean what they say, and to decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semcode.classify.hierarchy import deepest_first
from semcode.classify.logistic import fit_line, sigmoid

__all__ = [
    "Calibration",
    "Cutoffs",
    "answers_from",
    "calibrate",
    "cutoffs",
    "expected_calibration_error",
]

Floats = NDArray[np.float64]

_LEAST = 0.3  # a flatter map than this would forget the order of texts
_LOWEST = 0.02  # no code is given from a lower probability: so far down they are guesses
_SURE = 6.0  # how many labels the whole study's map is worth beside a code's own


@dataclass(frozen=True, slots=True)
class Calibration:
    """A slope and shift for each code; `rivals` are the codes of which exactly one applies."""

    slope: Floats  # (n_codes,)
    shift: Floats  # (n_codes,)
    rivals: NDArray[np.intp]

    def __call__(self, scores: Floats) -> Floats:
        """Turn log-odds into probabilities; those of rivals sum to 1."""
        z = scores * self.slope + self.shift
        p = sigmoid(z)
        if len(self.rivals):
            p[:, self.rivals] = _softmax(z[:, self.rivals])
        return p


def calibrate(
    scores: Floats | None,
    y: Floats,
    weight: Floats,
    *,
    rivals: Sequence[int] = (),
) -> Calibration:
    """Fit Platt's map for each code on left-out scores, drawn towards the one of all codes.

    Shapes (n_texts, n_codes). The pooled map has a prior at the identity. `rivals`, codes
    of which exactly one applies, are mapped together, so that they sum to 1. A code that
    nobody said no of is taken to be as common as it is among the texts of which anything is
    known: yeses alone do not tell how common it is. None for the scores gives the identity.
    """
    codes = y.shape[1]
    same = Calibration(np.ones(codes), np.zeros(codes), np.asarray(rivals, np.intp))
    if scores is None or not weight.any():
        return same
    size = max(float(np.sqrt((weight * scores**2).sum() / weight.sum())), 1e-9)
    silent = _never_denied(y, weight)
    told = np.where(silent, 0.0, weight)
    slope, shift = fit_line(scores / size, y, told, start=(1.0, 0.0), firm=(4.0, 0.5))
    slope = max(slope, _LEAST) / size
    slopes, shifts = np.full(codes, slope), np.full(codes, shift)
    for code in np.flatnonzero((weight * y).sum(axis=0) > 0):
        slopes[code], shifts[code] = fit_line(
            scores[:, code],
            y[:, code],
            weight[:, code],
            start=(slope, shift),
            firm=(_SURE / slope**2, _SURE / 4),
        )
    slopes = np.maximum(slopes, _LEAST * slope)
    for code in np.flatnonzero(silent):
        slopes[code] = slope
        read = weight.any(axis=1)
        share = float((weight * y)[:, code].sum() / read.sum())
        shifts[code] = _shift_to(slope * scores[read, code], share)
    chosen = np.asarray(rivals, np.intp)
    if len(chosen):
        apart = scores[:, chosen] * slope
        slopes[chosen], shifts[chosen] = _together(apart, y[:, chosen], weight[:, chosen])
        slopes[chosen] *= slope
    return Calibration(slopes, shifts, chosen)


def _never_denied(y: Floats, weight: Floats) -> NDArray[np.bool_]:
    """Say of which codes only yes is known, while other texts were read, (n_codes,)."""
    noes, known = (weight * (1.0 - y)).sum(axis=0), (weight > 0).sum(axis=0)
    silent: NDArray[np.bool_] = (noes == 0) & (known > 0) & (known < weight.any(axis=1).sum())
    return silent


def _shift_to(z: Floats, share: float) -> float:
    """Give the shift of log-odds (n,) whose mean probability is `share`, by bisection."""
    low, high = -40.0 - float(z.max()), 40.0 - float(z.min())
    for _ in range(60):
        middle = (low + high) / 2
        if float(sigmoid(z + middle).mean()) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _together(z: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Fit softmax(a_j z_j + b_j) with a prior at a = 0.7, b = 0, by scipy's L-BFGS.

    Rivals' scores are learned apart, each against the rest; what is left of that under a
    softmax is a slope below 1.
    """
    from scipy.optimize import minimize

    size = z.shape[1]
    shares = weight.min(axis=1, keepdims=True) * y
    start = np.repeat([0.7, 0.0], size)
    firm = np.repeat([_SURE, _SURE / 4], size)

    def loss(theta: Floats) -> tuple[float, Floats]:
        p = _softmax(theta[:size] * z + theta[size:])
        error = p * shares.sum(axis=1, keepdims=True) - shares
        away = theta - start
        value = -(shares * np.log(np.maximum(p, 1e-12))).sum() + 0.5 * (firm * away**2).sum()
        gradient = np.concatenate([(error * z).sum(axis=0), error.sum(axis=0)]) + firm * away
        return float(value), gradient

    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return np.maximum(found[:size], _LEAST), found[size:]


def _softmax(z: Floats) -> Floats:
    raised = np.exp(z - z.max(axis=1, keepdims=True))
    p: Floats = raised / raised.sum(axis=1, keepdims=True)
    return p


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """From which probability a code is given; for rivals, how their gains are weighed."""

    threshold: Floats  # (n_codes,)
    scale: Floats  # (n_codes,)


def cutoffs(
    p: Floats, *, rivals: NDArray[np.intp], labelled: int | None = None, doubt: float = 60.0
) -> Cutoffs:
    """Find the cut-offs that make the expected F1 of each code greatest.

    `p` are calibrated probabilities of left-out or unread texts; `labelled` says on how
    many labelled texts they rest (None: as many as there are). The best threshold is half of the
    best F1 that can be reached (Lipton, Elkan and Naryanaswamy 2014). Of rivals exactly one
    is given: the one that adds most to the mean of the expected F1. With few texts this is
    drawn towards the likeliest, by `doubt` texts' worth.
    """
    codes = p.shape[1]
    threshold, scale = np.full(codes, 0.5), np.ones(codes)
    for code in range(codes):
        ranked = np.sort(p[:, code])[::-1]
        hits, total = np.cumsum(ranked), ranked.sum()
        best = (2 * hits / (np.arange(1, len(p) + 1) + total)).max(initial=0.0)
        threshold[code] = min(max(best / 2, _LOWEST), 0.5) if len(p) else 0.5
    if len(rivals) and len(p):
        halves, gains = _among_rivals(p[:, rivals])
        known = len(p) if labelled is None else labelled
        trust = known / (known + doubt)
        threshold[rivals] = halves - (1 - trust) * (halves - halves.mean())
        scale[rivals] = gains**trust * np.exp(np.log(gains).mean()) ** (1 - trust)
    return Cutoffs(threshold, scale)


def answers_from(
    p: Floats, cut: Cutoffs, *, rivals: NDArray[np.intp], parents: list[int]
) -> NDArray[np.int8]:
    """Say 1 or 0 from probabilities, (n_texts, n_codes): of rivals one, no child without parent."""
    given = (p >= cut.threshold).astype(np.int8)
    if len(rivals):
        gain = (p - cut.threshold) * cut.scale
        given[:, rivals] = 0
        given[np.arange(len(p)), rivals[gain[:, rivals].argmax(axis=1)]] = 1
    for code in reversed(deepest_first(parents)):
        if parents[code] >= 0:
            given[:, code] &= given[:, parents[code]]
    return given


def _among_rivals(p: Floats) -> tuple[Floats, Floats]:
    """Iterate the first-order condition (p - F/2) / (expected + given); keep the best met."""
    expected = np.maximum(p.mean(axis=0), 1e-9)
    best, kept = -1.0, (np.full(p.shape[1], 0.5), np.ones(p.shape[1]))
    for power in (0.0, 0.5, 1.0):
        given = (p / expected**power).argmax(axis=1)
        for _ in range(20):
            counts = np.bincount(given, minlength=p.shape[1]) / len(p)
            hits = np.bincount(given, p[np.arange(len(p)), given], minlength=p.shape[1]) / len(p)
            scale = 1.0 / (expected + counts)
            f1 = 2 * hits * scale
            again = ((p - f1 / 2) * scale).argmax(axis=1)
            if f1.mean() > best:
                best, kept = float(f1.mean()), (f1 / 2, scale)
            if (again == given).all():
                break
            given = again
    return kept


def expected_calibration_error(
    p: Floats, y: Floats, *, weight: Floats | None = None, bins: int = 10
) -> float:
    """Give the mean distance of stated and true share over bins of equal width.

    Cells are pooled; those of weight 0 are left out (Naeini, Cooper and Hauskrecht 2015).
    """
    flat_p, flat_y = np.ravel(p), np.ravel(y)
    w = np.ones_like(flat_p) if weight is None else np.ravel(weight)
    bin_of = np.minimum((flat_p * bins).astype(int), bins - 1)
    gap = np.bincount(bin_of, w * np.nan_to_num(flat_y - flat_p), minlength=bins)
    return float(np.abs(gap).sum() / max(w.sum(), 1e-12))
