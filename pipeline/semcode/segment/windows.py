"""Cut a run of words that is too long: at pauses, clause marks, and never after "the"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from semcode.segment.lexicon import Lexicon
from semcode.segment.words import Word

__all__ = ["cut_windows", "pauses_of"]

_EVEN = 4.0  # what a window of twice the size costs, where a clause mark is worth 0.6
_SILENCE = 0.5  # seconds beyond the usual pace that count as a pause


def cut_windows(
    text: str,
    words: Sequence[Word],
    *,
    size: int,
    longest: int,
    shortest: int,
    lexicon: Lexicon,
    pauses: Mapping[int, float],
) -> list[int]:
    """Give the positions where windows of about `size` words begin, but for the first.

    No window is longer than `longest` words, and only the first may be shorter than
    `shortest`. `pauses` are seconds of silence before a position, as `pauses_of` finds
    them. The best cuts of all are found, by dynamic programming over the words.
    """
    count = len(words)
    fit = [0.0, *(_fitness(text, words, at, lexicon, pauses) for at in range(1, count)), 0.0]
    uneven = [_EVEN * (length / size - 1) ** 2 for length in range(longest + 1)]
    best, previous = [0.0], [0]
    for end in range(1, count + 1):
        reach = range(max(0, end - longest), max(0, end - shortest) + 1)
        cost, cut = min((best[start] + uneven[end - start], start) for start in reach)
        best.append(cost - fit[end])
        previous.append(cut)
    return _walk(previous, words)


def _walk(previous: Sequence[int], words: Sequence[Word]) -> list[int]:
    cuts = []
    at = previous[-1]
    while at > 0:
        cuts.append(words[at].start)
        at = previous[at]
    return cuts[::-1]


def pauses_of(times: Sequence[tuple[int, float]], *, offset: int = 0) -> dict[int, float]:
    """Estimate the silence before each anchor: the time beyond the usual pace of speech.

    Anchors say when speech starts and never when it ends, so the pace is the median of
    seconds a character. Positions are given less `offset`.
    """
    steps = [(b[0] - a[0], b[1] - a[1], b[0]) for a, b in pairwise(times) if b[0] > a[0]]
    if not steps:
        return {}
    pace = median(seconds / characters for characters, seconds, _ in steps)
    return {
        position - offset: max(0.0, seconds - characters * pace)
        for characters, seconds, position in steps
    }


def _fitness(
    text: str, words: Sequence[Word], at: int, lexicon: Lexicon, pauses: Mapping[int, float]
) -> float:
    """Rate a cut before word `at`, from hanging (below 0) over plain (0) to a long pause."""
    before, word = words[at - 1], words[at]
    between = text[before.end : word.start]
    value = 0.0
    if any(mark in between for mark in ".?!…"):
        value += 1.5
    elif any(mark in between for mark in ",;:—–-"):
        value += 0.6
    if word.text in lexicon.joiners:
        value += 0.4
    if before.text in lexicon.hanging:
        value -= 1.0
    pause = max((pauses.get(p, 0.0) for p in range(before.end, word.start + 1)), default=0.0)
    return value + (min(2.0, 1.0 + pause) if pause > _SILENCE else 0.0)
