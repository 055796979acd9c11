"""Find where the sentences of a spoken text begin, whatever its punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from semcode.errors import ConfigError
from semcode.segment.lexicon import Lexicon
from semcode.segment.words import PARAGRAPH, count_real, words_of

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["Span", "ended", "find_sentences"]

Span = tuple[int, int]

_ENDS = re.compile(r"[.?!…。！？][\"'”’)\]]*(?=\s|$)")
_ENDED = re.compile(r"[.?!…。！？:][\"'”’)\]]*\s*$")
_OPENING = "\"'“‘«([¿¡#@$€£"
_PIECE = 20_000  # characters a model sees at once
_UNPUNCTUATED = 60  # words a sentence end: above, the text comes from a recogniser


def find_sentences(texts: Sequence[str], *, nlp: Language, lexicon: Lexicon) -> list[list[Span]]:
    """Give the sentences of each (blanked) text as spans that leave no word out.

    A paragraph with hardly any punctuation is one span: a model's guess would be noise
    there. Fillers alone are no sentence. Raises ConfigError where `nlp` finds none.
    """
    pieces = [(index, span) for index, text in enumerate(texts) for span in _pieces(text)]
    starts: list[list[int]] = [[] for _ in texts]
    asked = []
    for index, (start, end) in pieces:
        starts[index].append(start)
        if _punctuated(texts[index][start:end]):
            asked.append((texts[index][start:end], (index, start)))
    for doc, (index, start) in nlp.pipe(asked, as_tuples=True, batch_size=64):
        if not doc.has_annotation("SENT_START"):
            raise ConfigError(
                "This spaCy pipeline finds no sentences.",
                where="nlp",
                remedy="Use semcode.embed.spacy_pipeline(), or add a senter or a parser.",
            )
        starts[index] += [start + sentence.start_char for sentence in doc.sents]
    return [_spans(text, sorted(set(s)), lexicon) for text, s in zip(texts, starts, strict=True)]


def ended(text: str) -> bool:
    """Say whether a text ends as a sentence does."""
    return _ENDED.search(text[-40:]) is not None


def _pieces(text: str) -> Iterator[Span]:
    """Cut a text into paragraphs, and a paragraph without end at a space."""
    start = 0
    for match in [*PARAGRAPH.finditer(text), None]:
        end = match.start() if match else len(text)
        while end - start > _PIECE:
            space = text.rfind(" ", start + 1, start + _PIECE)
            cut = space + 1 if space > 0 else start + _PIECE
            yield start, cut
            start = cut
        if text[start:end].strip():
            yield start, end
        start = match.end() if match else end


def _punctuated(text: str) -> bool:
    words = len(text.split())
    return words <= _UNPUNCTUATED or len(_ENDS.findall(text)) * _UNPUNCTUATED > words


def _spans(text: str, starts: Sequence[int], lexicon: Lexicon) -> list[Span]:
    """Keep the starts that may begin a sentence, and trim each span to its characters."""
    kept: list[int] = []
    for raw in starts:
        start = raw + len(text[raw:]) - len(text[raw:].lstrip())
        if start == len(text) or (kept and start <= kept[-1]):
            continue
        if not kept or (_may_begin(text, start) and _real(text[kept[-1] : start], lexicon)):
            kept.append(start)
    while len(kept) > 1 and not _real(text[kept[-1] :], lexicon):
        kept.pop()
    ends = [*kept[1:], len(text)][: len(kept)]
    return [
        (start, start + len(text[start:end].rstrip()))
        for start, end in zip(kept, ends, strict=True)
    ]


def _may_begin(text: str, start: int) -> bool:
    """Say whether a sentence may begin here: after a space, with a letter or an opening."""
    before, first = text[start - 1], text[start]
    if not (before.isspace() or before in "。！？"):
        return False
    if unicodedata.category(first)[0] not in "LN" and first not in _OPENING:
        return False
    paragraph = "\n" in text[len(text[:start].rstrip()) : start]
    return not (paragraph and first.islower() and not ended(text[max(0, start - 40) : start]))


def _real(text: str, lexicon: Lexicon) -> bool:
    return count_real([word.text for word in words_of(text)], lexicon) > 0
