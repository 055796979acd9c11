"""Choose what to review next: uncertain first, varied, and rare codes not starved."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from semcode.errors import InputError

__all__ = ["blend", "next_to_review", "uncertainty"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

T = TypeVar("T", bound=Hashable)

_END = object()
#: What a participant who was chosen already costs, beside the likeness of what was said.
_AGAIN = 0.1


def uncertainty(p: Floats, threshold: Floats | float) -> Floats:
    """Give how far calibrated probabilities are from their codes' thresholds, in log-odds.

    At 0 the model is least sure. Log-odds, since 0.01 and 0.05 are as far apart for a rare
    code as 0.2 and 0.57 are for a frequent one.
    """
    sound, cut = np.clip(p, 1e-12, 1 - 1e-12), np.clip(threshold, 1e-12, 1 - 1e-12)
    away: Floats = np.abs(np.log(sound) - np.log1p(-sound) - np.log(cut) + np.log1p(-cut))
    return away


def next_to_review(
    margins: Floats,
    codes: Rows,
    rows: Rows,
    *,
    n: int,
    vectors: Array | None = None,
    participants: Sequence[Hashable] | None = None,
    positives: Floats | None = None,
    diversity: float = 0.5,
    seed: int = 0,
) -> Rows:
    """Choose n of the candidates, most useful first; give their positions.

    A candidate is a pair of a segment (`rows`) and a code (`codes`); `margins` are how far
    the model is from unsure of it (`uncertainty`); `vectors` the segment's features and
    `participants` its owner. Places go to codes in turn, those with few `positives`
    (n_codes,) so far more often: as the root of their number. Within a code the choice is by
    maximal marginal relevance (Carbonell and Goldstein 1998): `diversity` (0 to 1) is what
    likeness to those chosen before counts for against uncertainty. A segment comes once.
    Equal ones are ordered by `seed`. Raises InputError for arrays of different lengths.
    """
    _require(margins, codes, rows, vectors, participants, diversity)
    if not len(margins) or n < 1:
        return np.zeros(0, np.intp)
    useful = (1 - diversity) * np.exp(-np.maximum(margins, 0.0))
    useful += 1e-9 * np.random.default_rng(seed).random(len(margins))
    unit = None if vectors is None else _unit(vectors)
    owners = None if participants is None else _numbered(participants)
    cost = np.zeros(len(margins))
    open_ = np.ones(len(margins), bool)
    turns = _Turns(codes, positives)
    chosen: list[int] = []
    while len(chosen) < n and open_.any():
        code = turns.next(codes[open_])
        able = np.flatnonzero(open_ & (codes == code))
        best = int(able[np.argmax(useful[able] - cost[able])])
        chosen.append(best)
        open_ &= rows != rows[best]
        if unit is not None:
            np.maximum(cost, diversity * np.maximum(unit @ unit[best], 0.0), out=cost)
        if owners is not None:
            cost += diversity * _AGAIN * (owners == owners[best])
    return np.array(chosen, np.intp)


def blend(useful: Sequence[T], chance: Sequence[T], *, share: float = 0.25) -> list[T]:
    """Put what was drawn at random among what is most useful, `share` of the places, in turn.

    Only asked what it doubts, a learner comes to think all is doubtful: with a quarter of
    random ones its probabilities stay those of the study. Each comes once; where one list
    ends, the other goes on.
    """
    if not 0 <= share <= 1:
        raise InputError(f"A share of {share} cannot be.", remedy="Use 0 to 1.")
    sources = (iter(useful), iter(chance))
    blended: dict[T, None] = {}
    for place in range(len(useful) + len(chance)):
        by_chance = int((place + 1) * share) > int(place * share)
        first, second = sources[by_chance], sources[not by_chance]
        item = next(first, _END)
        blended[next(second) if item is _END else item] = None  # type: ignore[index]
    return list(blended)


class _Turns:
    """Whose turn it is: the code that got the least of what it is due (Sainte-Laguë)."""

    def __init__(self, codes: Rows, positives: Floats | None) -> None:
        count = int(codes.max()) + 1
        had = np.zeros(count) if positives is None else np.asarray(positives, np.float64)[:count]
        self._due = 1.0 / np.sqrt(1.0 + had)
        self._got = np.zeros(count)

    def next(self, codes: Rows) -> int:
        """Give the code, of those that have something left, that is due next."""
        able = np.unique(codes)
        code = int(able[np.argmax(self._due[able] / (2 * self._got[able] + 1))])
        self._got[code] += 1
        return code


def _numbered(participants: Sequence[Hashable]) -> Rows:
    number: dict[Hashable, int] = {}
    return np.array([number.setdefault(one, len(number)) for one in participants], np.intp)


def _unit(vectors: Array) -> Array:
    unit: Array = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit


def _require(
    margins: Floats,
    codes: Rows,
    rows: Rows,
    vectors: Array | None,
    participants: Sequence[Hashable] | None,
    diversity: float,
) -> None:
    counts = {len(one) for one in (margins, codes, rows, vectors, participants) if one is not None}
    if len(counts) > 1:
        raise InputError(
            f"The candidates' numbers differ: {sorted(counts)}.",
            remedy="Give margins, codes, rows, vectors and participants of the same candidates.",
        )
    if not np.isfinite(margins).all():
        raise InputError(
            "A candidate's uncertainty is not a number.",
            where=f"candidate {int(np.argmin(np.isfinite(margins)))}",
        )
    if not 0 <= diversity <= 1:
        raise InputError(f"A diversity of {diversity} cannot be.", remedy="Use 0 to 1.")
