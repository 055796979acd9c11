"""Krippendorff's earlier alpha for unitizing, which squares the differences of spans' ends."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.continuum import LabelledSpan, continuum, merged
from semcode.agreement.result import Agreement

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["u_alpha_1995"]

Spans = Mapping[Hashable, Sequence[LabelledSpan]]


def u_alpha_1995(
    spans: Spans, *, extent: tuple[int, int], label: Hashable | None = None
) -> Agreement:
    """Give the alpha of Krippendorff (1995, Sociological Methodology 25, 47-76; 2004, chapter 11).

    For one label, or for all of them together: 1 less the sum of observed over the sum
    of expected disagreements. `observed` and `expected` are one less these sums. It was
    replaced by the family in `semcode.agreement.unitizing`, since it behaves unexpectedly
    with more than two coders; it is here for comparison with DKPro and older studies.
    """
    text = continuum(spans, extent=extent)  # checks the spans
    labels = text.labels if label is None else (label,)
    size = float(extent[1] - extent[0])
    seen = expected = 0.0
    for one in labels:
        units = [
            np.array(
                merged([(s, e) for s, e, found in marked if found == one], touching=False),
                dtype=np.float64,
            ).reshape(-1, 2)
            for marked in spans.values()
        ]
        seen += _observed(units) / size**2
        expected += _expected(units, extent) / size
    reason = None
    if len(spans) < 2:
        reason = "Only one coder; agreement needs a second coder who read the same text."
    elif expected == 0:
        reason = "No coder marked anything with this label."
    value = None if reason else 1 - seen / expected
    return Agreement(
        "u_alpha_1995",
        value,
        None if reason else 1 - seen,
        None if reason else 1 - expected,
        len(text.units),
        len(spans),
        len(labels),
        weights="length",
        reason=reason,
    )


def _observed(units: list[NDArray[np.float64]]) -> float:
    """Sum the squared differences over ordered pairs of coders, divided by their number."""
    total = 0.0
    for one, two in permutations(range(len(units)), 2):
        first, second = units[one], units[two]
        if not len(first):
            continue
        starts = first[:, None, 0] - second[None, :, 0]
        ends = first[:, None, 1] - second[None, :, 1]
        crossing = np.minimum(first[:, None, 1], second[None, :, 1]) > np.maximum(
            first[:, None, 0], second[None, :, 0]
        )
        total += float(((starts**2 + ends**2) * crossing).sum())
        alone = ~crossing.any(axis=1)
        lengths = first[:, 1] - first[:, 0]
        total += 2 * float((lengths[alone] ** 2).sum())
    n = len(units)
    return total / (n * (n - 1)) if n > 1 else 0.0


def _expected(units: list[NDArray[np.float64]], extent: tuple[int, int]) -> float:
    """Place every unit at random over all coders' units and gaps (Krippendorff 1995)."""
    begin, end = extent
    n_coders, size = len(units), float(end - begin)
    lengths = np.concatenate([unit[:, 1] - unit[:, 0] for unit in units])
    gaps = np.concatenate(
        [np.append(unit[:, 0], end) - np.append(begin, unit[:, 1]) for unit in units]
    )
    inside = (len(lengths) - 1) / 3 * (2 * lengths**3 - 3 * lengths**2 + lengths)
    room = np.where(gaps[:, None] >= lengths, gaps[:, None] - lengths + 1, 0.0)
    room *= gaps[:, None] > 0
    outside = lengths**2 * room.sum(axis=0)
    everywhere = n_coders * size * (n_coders * size - 1) - float((lengths * (lengths - 1)).sum())
    return 2 * float((inside + outside).sum()) / everywhere
