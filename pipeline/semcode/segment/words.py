"""Words of a spoken text, and the same text with notes in brackets blanked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from semcode.segment.lexicon import Lexicon

__all__ = ["PARAGRAPH", "Word", "begins", "blanked", "count_real", "skip_fillers", "words_of"]

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,40}>")
_BRACKETS = re.compile(r"\[[^\[\]]{0,80}\]|\([^()]{0,80}\)")
_LINE = re.compile(r"[^\S ]")
PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*|\u2029\s*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case with its span."""

    text: str
    start: int
    end: int


def blanked(text: str, lexicon: Lexicon) -> str:
    """Replace tags and notes such as [laughs] by spaces, so that every offset stays.

    What stands in brackets and is no such note ([Name], an aside) keeps its words. Line
    breaks become spaces, except between paragraphs.
    """
    text = _TAG.sub(lambda match: " " * len(match.group()), text)
    text = _BRACKETS.sub(lambda match: _bracket(match.group(), lexicon), text)
    kept = {at for match in PARAGRAPH.finditer(text) for at in range(*match.span())}
    return _LINE.sub(lambda match: match.group() if match.start() in kept else " ", text)


def words_of(text: str) -> list[Word]:
    """List the words of a text; numbers are words, hyphens and apostrophes stay inside."""
    return [
        Word(match.group().lower().replace("’", "'"), match.start(), match.end())
        for match in _WORD.finditer(text)
    ]


def skip_fillers(words: Sequence[str], lexicon: Lexicon, start: int = 0) -> int:
    """Give the index of the first word from `start` on that is no filler."""
    while start < len(words) and words[start] in lexicon.fillers:
        phrases = lexicon.fillers[words[start]]
        phrase = next((p for p in phrases if begins(words, start, p)), None)
        if phrase is None:
            break
        start += len(phrase)
    return start


def count_real(words: Sequence[str], lexicon: Lexicon) -> int:
    """Count the words that are no fillers."""
    count, index = 0, 0
    while (index := skip_fillers(words, lexicon, index)) < len(words):
        count, index = count + 1, index + 1
    return count


def begins(words: Sequence[str], start: int, phrase: tuple[str, ...]) -> bool:
    """Say whether a phrase stands at this word."""
    return tuple(words[start : start + len(phrase)]) == phrase


def _bracket(found: str, lexicon: Lexicon) -> str:
    inside = found[1:-1].lower()
    spoken = any(character.isalpha() for character in inside)
    starts = tuple(f" {event}" for event in lexicon.events)
    if not spoken or any(start in f" {inside}" for start in starts):
        return " " * len(found)
    return f" {found[1:-1]} " if found.startswith("[") else found
