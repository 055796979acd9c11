"""Make units of a turn's sentences: windows where they are too long, and what parts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from semcode.segment.cohesion import content_stems, depths, rarity, similarities
from semcode.segment.joining import Unit
from semcode.segment.lexicon import Lexicon
from semcode.segment.sentences import Span, ended
from semcode.segment.settings import SegmentSettings
from semcode.segment.windows import cut_windows
from semcode.segment.words import begins, count_real, skip_fillers, words_of

__all__ = ["Speech", "units_of"]


@dataclass(frozen=True, slots=True)
class Speech:
    """One turn: its blanked text, its sentences, and the pauses in it."""

    text: str
    sentences: Sequence[Span]
    pauses: Mapping[int, float]


def units_of(
    speeches: Sequence[Speech],
    *,
    settings: SegmentSettings,
    lexicon: Lexicon,
    stop: Callable[[str], bool],
) -> list[list[Unit]]:
    """Give the units of each turn; how rare a word is, is counted over all the turns."""
    spans = [list(_spans(speech, settings, lexicon)) for speech in speeches]
    words = [
        [[word.text for word in words_of(speech.text[a:b])] for a, b, _ in own]
        for speech, own in zip(speeches, spans, strict=True)
    ]
    stems = [[content_stems(one, stop=stop, lexicon=lexicon) for one in own] for own in words]
    weights = rarity([one for own in stems for one in own])
    turns = zip(speeches, spans, words, stems, strict=True)
    return [
        _turn_units(speech.text, own, said, depths(similarities(meant, weights)), lexicon)
        for speech, own, said, meant in turns
    ]


def _spans(
    speech: Speech, settings: SegmentSettings, lexicon: Lexicon
) -> Iterator[tuple[int, int, bool]]:
    """Give (start, end, whether it goes on inside a sentence)."""
    for start, end in speech.sentences:
        words = words_of(speech.text[start:end])
        if len(words) <= settings.max_words:
            yield start, end, False
            continue
        cuts = cut_windows(
            speech.text[start:end],
            words,
            size=settings.window_words,
            longest=settings.max_words,
            shortest=settings.min_words,
            lexicon=lexicon,
            pauses={position - start: pause for position, pause in speech.pauses.items()},
        )
        bounds = [start, *(start + cut for cut in cuts), end]
        for index, begin in enumerate(bounds[:-1]):
            yield begin, bounds[index + 1], index > 0


def _turn_units(
    text: str,
    spans: Sequence[tuple[int, int, bool]],
    words: Sequence[Sequence[str]],
    drops: Sequence[float],
    lexicon: Lexicon,
) -> list[Unit]:
    units = []
    for index, (start, end, inside) in enumerate(spans):
        gap = text[spans[index - 1][1] : start] if index else ""
        units.append(
            Unit(
                start=start,
                end=end,
                words=len(words[index]),
                real=count_real(words[index], lexicon),
                depth=drops[index - 1] if index else 0.0,
                marker=_marker(words[index], lexicon),
                paragraph="\n" in gap,
                window=inside,
                broken=not ("\n" in gap or ended(text[max(0, start - 40) : start])),
            )
        )
    return units


def _marker(words: Sequence[str], lexicon: Lexicon) -> int:
    """Give 1 where the words open another topic, -1 where they carry one on, else 0."""
    first = skip_fillers(words, lexicon)
    at = first
    while at < len(words) and (words[at] in lexicon.joiners or words[at] in {"okay", "well"}):
        at = skip_fillers(words, lexicon, at + 1)
    if any(begins(words, place, opener) for place in (first, at) for opener in lexicon.openers):
        return 1
    return -1 if first < len(words) and words[first] in lexicon.continuers else 0
