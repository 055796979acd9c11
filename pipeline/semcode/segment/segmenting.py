"""Cut what participants say into segments: units of meaning inside one turn."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semcode.records import Role, Segment, Transcript, Turn
from semcode.segment.context import contexts_of
from semcode.segment.joining import join
from semcode.segment.lexicon import Lexicon, lexicon
from semcode.segment.sentences import Span, find_sentences
from semcode.segment.settings import SegmentSettings, checked
from semcode.segment.units import Speech, units_of
from semcode.segment.windows import pauses_of
from semcode.segment.words import blanked, count_real, words_of

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["SEGMENTER_VERSION", "segment"]

SEGMENTER_VERSION = "1"  # raise it whenever the same text may be cut differently


@dataclass(frozen=True, slots=True)
class _Coded:
    """A turn that is coded: its index, and its text with notes in brackets blanked."""

    index: int
    turn: Turn
    text: str


def segment(
    transcript: Transcript,
    *,
    nlp: Language,
    settings: SegmentSettings,
    roles: Mapping[str, Role] | None = None,
) -> list[Segment]:
    """Cut all turns but the interviewers' into segments, in the order of the text.

    The segments of a turn hold all its characters but the spaces between them. A turn of
    nothing but fillers and notes such as [laughs] gives none. `roles` maps speakers' names
    to roles and goes before the transcript's own; who has no role is coded. Raises
    ConfigError for settings that contradict each other and for an unknown language.
    """
    words = lexicon(checked(settings).language)
    known = {speaker.name: speaker.role for speaker in transcript.speakers} | dict(roles or {})
    asking = [
        index
        for index, turn in enumerate(transcript.turns)
        if known.get(turn.speaker) is Role.INTERVIEWER
    ]
    coded = _coded(transcript, set(asking), words)
    contexts = contexts_of(
        transcript,
        interviewers=asking,
        turns=[one.index for one in coded],
        nlp=nlp,
        settings=settings,
        lexicon=words,
    )
    sentences = find_sentences([one.text for one in coded], nlp=nlp, lexicon=words)
    speeches = [
        Speech(one.text, own, pauses_of(one.turn.times, offset=one.turn.start))
        for one, own in zip(coded, sentences, strict=True)
    ]
    stop = nlp.Defaults.stop_words.__contains__
    units = units_of(speeches, settings=settings, lexicon=words, stop=stop)
    found = []
    for one, own in zip(coded, units, strict=True):
        starts = [own[first].start for first, _ in join(own, settings)]
        found += [
            _segment(one, span, contexts.get(one.index))
            for span in _covering(transcript.text, one.turn, starts)
        ]
    return found


def _coded(transcript: Transcript, asking: set[int], words: Lexicon) -> list[_Coded]:
    turns = [
        _Coded(index, turn, blanked(transcript.text[turn.start : turn.end], words))
        for index, turn in enumerate(transcript.turns)
        if index not in asking
    ]
    return [one for one in turns if count_real([w.text for w in words_of(one.text)], words)]


def _covering(text: str, turn: Turn, starts: list[int]) -> list[Span]:
    """Give spans that begin at `starts`, the first with the turn, and end before spaces."""
    bounds = [turn.start, *(turn.start + start for start in starts[1:]), turn.end]
    spans = []
    for index, begin in enumerate(bounds[:-1]):
        said = text[begin : bounds[index + 1]]
        start = begin + len(said) - len(said.lstrip())
        spans.append((start, begin + len(said.rstrip())))
    return spans


def _segment(one: _Coded, span: Span, context: Span | None) -> Segment:
    turn = one.turn
    anchors = [position for position, _ in turn.times]
    at = bisect_right(anchors, span[0])
    return Segment(
        start=span[0],
        end=span[1],
        turn=one.index,
        context_start=context[0] if context else None,
        context_end=context[1] if context else None,
        time_start=turn.times[at - 1][1] if at else turn.time_start,
    )
