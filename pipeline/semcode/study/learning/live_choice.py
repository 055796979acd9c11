"""Which codes each segment would be suggested now, kept up to date as scores move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from semcode.classify.hierarchy import parents_of
from semcode.codebook import Codebook
from semcode.config import SuggestSettings

__all__ = ["LiveChoice", "choice_after", "nothing_chosen"]

Array = NDArray[np.float32]
Bools = NDArray[np.bool_]

#: Segments that are chosen for at once: few enough to need little memory.
_BLOCK = 65_536


@dataclass(frozen=True)
class LiveChoice:
    """What `suggest.choose` gives for every segment; its best code below the floor is left out.

    `offered` is (n_codes, n_segments). `least`, (n_segments,), is the score that had the last
    place, infinite where all codes from the floor up had one.
    """

    floor: float
    most: int
    children: tuple[tuple[int, ...], ...]
    offered: Bools
    least: Array


def nothing_chosen(codebook: Codebook, segments: int, settings: SuggestSettings) -> LiveChoice:
    """Begin with so many segments whose scores are all below the floor."""
    parents = parents_of(codebook)
    codes = range(len(parents))
    return LiveChoice(
        settings.floor,
        min(settings.per_segment, len(parents)),
        tuple(tuple(child for child in codes if parents[child] == code) for code in codes),
        np.zeros((len(parents), segments), np.bool_),
        np.full(segments, np.inf, np.float32),
    )


def choice_after(
    choice: LiveChoice, before: Sequence[Array], after: Sequence[Array], moved: Iterable[int]
) -> LiveChoice:
    """Choose anew where it can make a difference that some codes' scores moved.

    That is where a code passed the floor, and where one was or is among those that contend
    for the last place. `before` and `after` hold each code's scores, (n_segments,).
    """
    rows = np.flatnonzero(_touched(choice, before, after, moved))
    if not len(rows):
        return choice
    offered, least = choice.offered.copy(), choice.least.copy()
    for first in range(0, len(rows), _BLOCK):
        part = rows[first : first + _BLOCK]
        scores = np.stack([column[part] for column in after])
        offered[:, part], least[part] = _chosen(choice, scores)
    return replace(choice, offered=offered, least=least)


def _touched(
    choice: LiveChoice, before: Sequence[Array], after: Sequence[Array], moved: Iterable[int]
) -> Bools:
    found = np.zeros(len(choice.least), np.bool_)
    for code in moved:
        found |= (before[code] >= choice.floor) != (after[code] >= choice.floor)
        found |= np.maximum(before[code], after[code]) >= choice.least
    return found


def _chosen(choice: LiveChoice, scores: Array) -> tuple[Bools, Array]:
    """Choose by scores, (n_codes, n): the likeliest of the most specific, of equals the first."""
    likely = scores >= choice.floor
    specific = likely.copy()
    for code, children in enumerate(choice.children):
        for child in children:
            specific[code] &= ~likely[child]
    ranked = np.where(specific, scores, np.float32(-np.inf))
    last = np.partition(ranked, -choice.most, axis=0)[-choice.most]
    offered = ranked > last
    equal = specific & (ranked == last)
    offered |= equal & (np.cumsum(equal, axis=0) <= choice.most - offered.sum(axis=0))
    crowded = specific.sum(axis=0) > choice.most
    return offered, np.where(crowded, last, np.float32(np.inf))
