"""Find the question before each turn: what a short answer answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from semcode.records import Transcript
from semcode.segment.lexicon import Lexicon
from semcode.segment.sentences import Span, find_sentences
from semcode.segment.settings import SegmentSettings
from semcode.segment.words import blanked, count_real, words_of

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["contexts_of"]

_SAYS = 3  # words: "Right." and "Mm-hmm, okay." ask nothing


def contexts_of(
    transcript: Transcript,
    *,
    interviewers: Iterable[int],
    turns: Iterable[int],
    nlp: Language,
    settings: SegmentSettings,
    lexicon: Lexicon,
) -> Mapping[int, Span]:
    """Give the span of the question before each of `turns`; a turn without one is left out.

    It is the last turn of an interviewer that asks or says something, else the last one.
    Of a long one its last sentences are taken, back to the last question where that is
    near enough, in at most `context_words` words.
    """
    asked = {
        index: blanked(transcript.text[turn.start : turn.end], lexicon)
        for index in sorted(interviewers)
        for turn in (transcript.turns[index],)
    }
    chosen = _chosen(asked, sorted(turns), lexicon)
    used = sorted(set(chosen.values()))
    sentences = find_sentences([asked[index] for index in used], nlp=nlp, lexicon=lexicon)
    spans = {
        index: _shift(_tail(asked[index], own, settings), transcript.turns[index].start)
        for index, own in zip(used, sentences, strict=True)
        if own
    }
    return {turn: spans[index] for turn, index in chosen.items() if index in spans}


def _chosen(asked: Mapping[int, str], turns: Sequence[int], lexicon: Lexicon) -> dict[int, int]:
    chosen: dict[int, int] = {}
    waiting = iter([*asked, None])
    upcoming, last, says = next(waiting), None, False
    for turn in turns:
        while upcoming is not None and upcoming < turn:
            worth = _worth(asked[upcoming], lexicon)
            if worth or not says:
                last, says = upcoming, worth
            upcoming = next(waiting)
        if last is not None:
            chosen[turn] = last
    return chosen


def _worth(text: str, lexicon: Lexicon) -> bool:
    words = [word.text for word in words_of(text)]
    return "?" in text or count_real(words, lexicon) >= _SAYS


def _tail(text: str, sentences: Sequence[Span], settings: SegmentSettings) -> Span:
    end = sentences[-1][1]
    starts = [start for start, _ in sentences]
    fits = [s for s in starts if len(words_of(text[s:end])) <= settings.context_words]
    if fits:
        return fits[0], end
    words = words_of(text[:end])
    return words[-settings.context_words].start, end


def _shift(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by
