"""Krippendorff's alphas for coders who choose their own spans.

The family of Krippendorff, Mathet, Bouvry and Widlöcher (2016, Quality & Quantity 50,
2347-2364; Krippendorff 2019, Content Analysis, 4th ed., section 12.6). Coincidences are
lengths of text: l_ck is the text that one coder gave c and another gave k, summed over
ordered pairs of coders and divided by their number less one; unmarked text is a value of
its own. Chance pairs every stretch with every other but never a unit with itself:
e_ck = l.. (l_c. l_.k - [c = k] S_c) / (l..^2 - S), S_c the sum of the squared lengths of
the units of c, for unmarked text its length.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.continuum import Continuum, LabelledSpan, continuum
from semcode.agreement.result import Agreement
from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "binary_from_parts",
    "binary_parts",
    "cu_alpha",
    "cu_alpha_domains",
    "ku_alpha",
    "u_alpha",
    "u_alpha_binary",
]

Spans = Mapping[Hashable, Sequence[LabelledSpan]]
NO_CHANCE = 1e-12


def u_alpha(spans: Spans, *, extent: tuple[int, int]) -> Agreement:
    """Give u-alpha: agreement on where spans are and which label they have.

    `spans` are `(start, end, label)` of each coder, `extent` the text that all of them
    read. Raises InputError where one coder's spans of different labels overlap.
    """
    text = continuum(spans, extent=extent)
    _exclusive(text)
    shared, alone = _with_gaps(text)
    return _alpha("u_alpha", text, shared, alone)


def u_alpha_binary(spans: Spans, *, extent: tuple[int, int]) -> Agreement:
    """Give |u-alpha: agreement on which text is marked at all, whatever the label."""
    one = {
        coder: [(start, end, True) for start, end, _ in marked] for coder, marked in spans.items()
    }
    text = continuum(one, extent=extent)
    shared, alone = _with_gaps(text)
    return _alpha("u_alpha_binary", text, shared, alone)


def binary_parts(
    spans: Spans, *, extent: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give what |u-alpha of one text is made of: coincidences (2, 2) and S (2,).

    Both add up over texts that no span crosses, so that `binary_from_parts` of the sums
    is |u-alpha of all of them.
    """
    one = {
        coder: [(start, end, True) for start, end, _ in marked] for coder, marked in spans.items()
    }
    shared, alone = _with_gaps(continuum(one, extent=extent))
    if len(shared) == 2:
        return shared, alone
    return np.diag([0.0, float(shared[0, 0])]), np.array([0.0, float(alone[0])])


def binary_from_parts(
    shared: NDArray[np.float64], alone: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give |u-alpha from coincidences (..., 2, 2) and S (..., 2); NaN where it is undefined."""
    used = shared.sum(axis=-1)
    total = used.sum(axis=-1)
    room = total**2 - alone.sum(axis=-1)
    safe = np.where(room > NO_CHANCE * total**2, room, np.nan)
    expected = (used**2 - alone).sum(axis=-1) / safe
    observed = (shared[..., 0, 0] + shared[..., 1, 1]) / np.where(total > 0, total, np.nan)
    left = np.where(1 - expected > NO_CHANCE, 1 - expected, np.nan)
    return np.asarray((observed - expected) / left)


def cu_alpha(spans: Spans, *, extent: tuple[int, int]) -> Agreement:
    """Give cu-alpha: agreement on labels in the text that coders both marked.

    Undefined, not 1, where no two coders marked the same text or where the shared text
    has one label only. Raises InputError where one coder's labels overlap.
    """
    text = continuum(spans, extent=extent)
    _exclusive(text)
    return _alpha("cu_alpha", text, *_marked_only(text))


def cu_alpha_domains(
    spans: Spans, *, extent: tuple[int, int], domains: Mapping[Hashable, Hashable]
) -> Agreement:
    """Give Cu-alpha: agreement on the semantic domain of the text that coders marked.

    `domains` gives each label's domain. A coder may mark text with several domains; each
    pair of domains of two coders is then compared. Raises InputError for a label without
    a domain.
    """
    missing = sorted(
        {str(span[2]) for marked in spans.values() for span in marked if span[2] not in domains}
    )
    if missing:
        raise InputError(
            f"{', '.join(missing[:5])}: no domain.",
            where="domains",
            remedy="Give every code the domain (its place in the tree) that it belongs to.",
        )
    renamed = {
        coder: [(start, end, domains[label]) for start, end, label in marked]
        for coder, marked in spans.items()
    }
    text = continuum(renamed, extent=extent)
    return _alpha("cu_alpha_domains", text, *_marked_only(text))


def ku_alpha(spans: Spans, *, extent: tuple[int, int]) -> dict[Hashable, Agreement]:
    """Give (k)u-alpha for each label: how reliably that label is told from the others.

    Over the text that coders both marked, as cu-alpha: 1 - (e.k / l.k) (l.k - l_kk) /
    (e.k - e_kk) (Krippendorff 2019, section 12.6.6).
    """
    text = continuum(spans, extent=extent)
    _exclusive(text)
    shared, alone = _marked_only(text)
    total = float(shared.sum())
    chance = _chance(shared, alone)
    found = {}
    for place, label in enumerate(text.labels):
        used, expected = float(shared[:, place].sum()), float(chance[:, place].sum())
        wrong = expected - float(chance[place, place])
        if total == 0 or used == 0:
            found[label] = _record("ku_alpha", text, None, None, None, _NOT_SHARED)
        elif wrong <= NO_CHANCE * total:
            found[label] = _record("ku_alpha", text, None, None, None, _ONE_LABEL)
        else:
            observed = float(shared[place, place]) / used
            by_chance = 1 - wrong / expected
            value = (observed - by_chance) / (1 - by_chance)
            found[label] = _record("ku_alpha", text, value, observed, by_chance, None)
    return found


_NOT_SHARED = (
    "No two coders marked the same text with this label or any other, so that there is "
    "nothing to compare; see whether they agree on what to mark at all (u_alpha_binary)."
)
_ONE_LABEL = (
    "The text that coders both marked has one label only: chance agreement is 1 and the "
    "coefficient is 0/0."
)


def _with_gaps(text: Continuum) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the coincidences with unmarked text as the last value, and S for each value."""
    gaps = np.asarray(~text.marks.any(axis=1, keepdims=True))
    values = np.concatenate([text.marks, gaps], axis=1).astype(np.float64)
    alone = np.zeros(values.shape[1])
    for _, label, first, last in text.units:
        alone[label] += text.lengths[first:last].sum() ** 2
    alone[-1] = float((gaps[:, 0] @ text.lengths).sum())
    return _coincidences(values, text.lengths), alone


def _marked_only(text: Continuum) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the coincidences of marked text; a unit counts as long as it can be paired."""
    values = text.marks.astype(np.float64)
    alone = np.zeros(values.shape[1])
    others = max(len(values) - 1, 1)
    given = values.sum(axis=1)
    everyone = given.sum(axis=0)
    for coder, label, first, last in text.units:
        pairable = (everyone - given[coder])[first:last] / others
        alone[label] += float(text.lengths[first:last] @ pairable) ** 2
    return _coincidences(values, text.lengths), alone


def _coincidences(values: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    shared = np.zeros((values.shape[1], values.shape[1]))
    for one, two in combinations(range(len(values)), 2):
        both = (values[one] * lengths) @ values[two].T
        shared += both + both.T
    return shared / max(len(values) - 1, 1)


def _chance(shared: NDArray[np.float64], alone: NDArray[np.float64]) -> NDArray[np.float64]:
    total = float(shared.sum())
    used = shared.sum(axis=0)
    room = total**2 - float(alone.sum())
    if room <= NO_CHANCE * total**2:
        return np.diag(used)
    return np.asarray(total * (np.outer(used, used) - np.diag(alone)) / room)


def _alpha(
    name: str, text: Continuum, shared: NDArray[np.float64], alone: NDArray[np.float64]
) -> Agreement:
    reason = None
    total = float(shared.sum())
    if len(text.coders) < 2:
        reason = "Only one coder; agreement needs a second coder who read the same text."
    elif not text.units:
        reason = "No coder marked anything in this text."
    elif total == 0:
        reason = _NOT_SHARED
    if reason:
        return _record(name, text, None, None, None, reason)
    observed = float(np.trace(shared)) / total
    expected = float(np.trace(_chance(shared, alone))) / total
    if 1 - expected <= NO_CHANCE:
        return _record(name, text, None, observed, expected, _ONE_LABEL)
    value = (observed - expected) / (1 - expected)
    return _record(name, text, value, observed, expected, None)


def _record(
    name: str,
    text: Continuum,
    value: float | None,
    observed: float | None,
    expected: float | None,
    reason: str | None,
) -> Agreement:
    return Agreement(
        name,
        value,
        observed,
        expected,
        len(text.units),
        len(text.coders),
        len(text.labels),
        weights="length",
        reason=reason,
    )


def _exclusive(text: Continuum) -> None:
    twice = text.marks.sum(axis=1) > 1
    if twice.any():
        coder, stretch = np.argwhere(twice)[0].tolist()
        names = [str(text.labels[place]) for place in np.flatnonzero(text.marks[coder, :, stretch])]
        raise InputError(
            f"the same text has {' and '.join(names)}.",
            where=f"coder {text.coders[coder]}",
            remedy="Compare codes that exclude each other (one domain at a time), or each "
            "code alone with u_alpha_binary.",
        )
