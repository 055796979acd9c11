"""Join sentences to segments: the cheapest division of a turn, found exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from semcode.segment.settings import SegmentSettings

__all__ = ["Unit", "join"]

_BOUND = 0.3  # what any bound costs
_SHIFT = 2.0  # what a drop of cohesion by 1 takes off
_MARKER = 0.25  # what a word that opens a topic takes off, or one that carries on adds
_PARAGRAPH = 0.5  # what a new paragraph takes off
_BROKEN = 0.6  # what a bound inside a sentence adds
_FRAGMENT = 20.0
_OVERFLOW = 5.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or window, and what speaks for a bound before it.

    `words` counts all words and `real` those that are no fillers. `depth` is the drop of
    cohesion (0 to 2), `marker` 1 where it opens a topic and -1 where it carries on. A
    `window` begins inside a long run of words, where a bound was sought out: it costs nothing.
    """

    start: int
    end: int
    words: int
    real: int
    depth: float = 0.0
    marker: int = 0
    paragraph: bool = False
    broken: bool = False
    window: bool = False


def join(units: Sequence[Unit], settings: SegmentSettings) -> list[tuple[int, int]]:
    """Give the segments as (first unit, unit after the last).

    The cost of a division is the sum over its segments of how far their length lies from
    the target, and over its bounds of how little speaks for them; the least is found by
    dynamic programming over the units. Of equal divisions the one with the earlier last
    bound wins.
    """
    best, previous = [0.0], [0]
    for end in range(1, len(units) + 1):
        words = real = 0
        cost, cut = float("inf"), end - 1
        for start in range(end - 1, -1, -1):
            words += units[start].words
            real += units[start].real
            bound = _bound_cost(units[start], settings) if start else 0.0
            candidate = best[start] + bound + _length_cost(words, real, settings)
            if candidate <= cost:
                cost, cut = candidate, start
            if words > settings.max_words and real >= settings.min_words:
                break
        best.append(cost)
        previous.append(cut)
    return _walk(previous)


def _walk(previous: Sequence[int]) -> list[tuple[int, int]]:
    spans = []
    end = len(previous) - 1
    while end > 0:
        spans.append((previous[end], end))
        end = previous[end]
    return spans[::-1]


def _length_cost(words: int, real: int, settings: SegmentSettings) -> float:
    cost = (words / settings.target_words - 1) ** 2
    if real < settings.min_words:
        cost += _FRAGMENT * (2 - real / settings.min_words)
    if words > settings.max_words:
        cost += _OVERFLOW * words / settings.max_words
    return cost


def _bound_cost(unit: Unit, settings: SegmentSettings) -> float:
    if unit.window:
        return -settings.shift_weight * _SHIFT * unit.depth
    evidence = _SHIFT * unit.depth + _MARKER * unit.marker
    return (
        _BOUND
        - settings.shift_weight * evidence
        - _PARAGRAPH * unit.paragraph
        + _BROKEN * unit.broken
    )
