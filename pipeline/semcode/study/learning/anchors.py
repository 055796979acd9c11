"""Keep what nobody read at what the definitions say, so that reviewing suggestions alone teaches.

Who accepts and rejects suggestions sees only passages that looked like a code. A model that
learned from these alone would find codes everywhere: five interviews reviewed in this way made
it state a mean probability of .15 for codes that 3 % of passages have, and the share of right
ones among its suggestions fell from .38 to .13. With 40 passages of each code that nobody read,
each labelled with the score that its definition gives, these were .04 and .41, and the ranking
of passages within codes was no worse (both starter studies).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from semcode.study.learning.labels import Labels

__all__ = ["PASSAGES", "anchored", "wanted"]

Floats = NDArray[np.float64]

#: Passages read for every code from which none need be anchored; else what is missing to it.
PASSAGES = 40
_WHOLE = 0.9  # share of codes that are known of a passage which was read


def wanted(labels: Labels) -> int:
    """Count the passages of each code that are to be anchored: 0 where enough were read."""
    read = (~np.isnan(labels.y)).mean(axis=1) >= _WHOLE if labels.y.size else np.zeros(0, bool)
    return max(PASSAGES - int(read.sum()), 0)


def anchored(labels: Labels, cold: Callable[[], NDArray[np.float32]], *, seed: int = 0) -> Floats:
    """Give the labels with what the definitions say of some passages that nobody read.

    `cold` gives the definitions' scores, (n_segments, n_codes); it is not called where
    enough was read. Only codes that anybody decided on are anchored.
    """
    count, y = wanted(labels), labels.y.copy()
    if not count or not y.size:
        return y
    scores, rng = cold(), np.random.default_rng(seed)
    for code in np.flatnonzero((~np.isnan(labels.y)).any(axis=0)):
        unread = np.flatnonzero(np.isnan(labels.y[:, code]))
        chosen = rng.permutation(unread)[:count]
        y[chosen, code] = scores[chosen, code]
    return y
