"""Lexical cohesion: how deep the shared vocabulary drops between two sentences.

Hearst, M. (1997): TextTiling: segmenting text into multi-paragraph subtopic passages.
Computational Linguistics 23(1), 33-64. Blocks are counted in content words instead of
pseudo-sentences, as spoken sentences differ much in length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import log, sqrt

from semcode.segment.lexicon import Lexicon

__all__ = ["content_stems", "depths", "rarity", "similarities"]

_BLOCK = 20  # content words on either side of a gap


def content_stems(
    words: Iterable[str], *, stop: Callable[[str], bool], lexicon: Lexicon
) -> list[str]:
    """Give the stems of the words that say what is talked about."""
    stems = []
    for word in words:
        bare = word.partition("'")[0]
        if len(bare) > 2 and not (stop(bare) or bare in lexicon.vague):
            stems.append(_stem(bare, lexicon))
    return stems


def rarity(sentences: Sequence[Sequence[str]]) -> dict[str, float]:
    """Weigh each stem by in how few sentences it stands: log(1 + n / sentences with it)."""
    counts = Counter(stem for stems in sentences for stem in set(stems))
    return {stem: log(1 + len(sentences) / count) for stem, count in counts.items()}


def similarities(
    sentences: Sequence[Sequence[str]], weights: Mapping[str, float]
) -> list[float | None]:
    """Compare the blocks on either side of each gap: cosine, None where one holds nothing."""
    return [
        _cosine(
            _block(sentences[gap - 1 :: -1], weights),
            _block(sentences[gap:], weights),
        )
        for gap in range(1, len(sentences))
    ]


def depths(values: Sequence[float | None]) -> list[float]:
    """Give each gap's depth below the peaks to its left and right, 0 to 2 (Hearst 1997).

    A gap without a value has depth 0 and is passed over in search of the peaks.
    """
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    plain = [value for _, value in known]
    found = [0.0] * len(values)
    for place, (index, value) in enumerate(known):
        left = _climb(plain[place::-1])
        right = _climb(plain[place:])
        found[index] = (left - value) + (right - value)
    return found


def _climb(values: Sequence[float]) -> float:
    peak = values[0]
    for value in values[1:]:
        if value < peak:
            break
        peak = value
    return peak


def _block(sentences: Iterable[Sequence[str]], weights: Mapping[str, float]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for stems in sentences:
        counts.update(stems)
        if counts.total() >= _BLOCK:
            break
    return {stem: count * weights.get(stem, 1.0) for stem, count in counts.items()}


def _cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float | None:
    if not a or not b:
        return None
    dot = sum(value * b[stem] for stem, value in sorted(a.items()) if stem in b)
    return dot / (_norm(a) * _norm(b))


def _norm(block: Mapping[str, float]) -> float:
    return sqrt(sum(value * value for value in block.values()))


def _stem(word: str, lexicon: Lexicon) -> str:
    """Take off endings, one after the other, while four letters or more stay."""
    for ending, replacement in lexicon.endings:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending) + replacement
            break
    word = word.removesuffix("e") if len(word) > 3 else word
    doubled = len(word) > 3 and word[-1] == word[-2]
    return word[:-1] if doubled else word
