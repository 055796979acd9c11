"""Say what an automatic coding lacks: which audit, and how large, is likely to be enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from semcode.evaluate.audit_size import audit_needed, nearly_sure

__all__ = ["Need", "needs"]

Floats = NDArray[np.float64]

#: A code of its name (None: all together), and the segments to audit where the model is sure.
Need = tuple[str | None, int]


def needs(
    p: Floats,
    q: Floats,
    truth: Floats,
    names: Sequence[str],
    *,
    max_error: float,
    confidence: float,
    bold: float,
) -> tuple[int, list[Need]]:
    """Count the segments in which the model is nearly sure, and say what an audit of them takes.

    `p` scores what is to be coded, `q` and `truth` are what was audited so far. The needs are
    of all codes together and of each code that could pass at all, the smallest first.
    """
    sure = nearly_sure(p, max_error, bold=bold)
    rows = p[sure]
    found: list[Need] = []
    if not len(rows):
        return 0, found
    known = ~np.isnan(truth)
    for name, own in [(None, slice(None)), *((n, slice(k, k + 1)) for k, n in enumerate(names))]:
        use = known[:, own]
        wanted = audit_needed(
            q[:, own][use],
            truth[:, own][use] < 0.5,
            None,
            rows[:, own].ravel(),
            max_error,
            confidence,
            0.0,
            bold=bold,
        )
        if wanted is not None:
            found.append((name, -(-wanted // rows[:, own].shape[1])))
    return len(rows), sorted(found, key=lambda need: need[1])
