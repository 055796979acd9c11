"""Find quoted words again in a text: as they are, then but for white space, then alike."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Anchor", "How", "Placed", "Rebased", "rebase"]

_ALIKE = 90.0  # percent of letters that must agree
_RUN = 3  # letters in a row that are no chance
_SHORT = 12  # letters below which "alike" would be chance
_PLAIN = str.maketrans("‘’‚‛“”„‟–—‐‑‒−", "''''\"\"\"\"------")


class How(StrEnum):
    """How a quote was found."""

    EXACT = "exact"
    SPACES = "but for white space"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a quote stands; `places` counts how often it does, `share` how alike it is."""

    start: int
    end: int
    how: How
    places: int = 1
    share: float = 1.0


class Anchor:
    """Find quotes in one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._letters: str | None = None
        self._at: list[int] = []

    def place(self, quote: str, *, near: int | None = None) -> Placed | None:
        """Find a quote; None where nothing is like it. `near` picks among several places.

        Without `near` the first place is taken; `places` then tells that there are others.
        """
        if not quote.strip():
            return None
        return self._exact(quote, near) or self._spaced(quote, near) or self._alike(quote)

    def _exact(self, quote: str, near: int | None) -> Placed | None:
        starts = _all(self.text, quote)
        if not starts:
            return None
        start = _nearest(starts, near)
        return Placed(start, start + len(quote), How.EXACT, len(starts))

    def _spaced(self, quote: str, near: int | None) -> Placed | None:
        wanted = _bare(quote)
        starts = _all(self._stripped(), wanted)
        if not starts:
            return None
        start = _nearest([self._at[place] for place in starts], near)
        first = bisect_left(self._at, start)
        return Placed(start, self._at[first + len(wanted) - 1] + 1, How.SPACES, len(starts))

    def _alike(self, quote: str) -> Placed | None:
        from rapidfuzz.fuzz import partial_ratio_alignment

        wanted, letters = _bare(quote), self._stripped()
        if not _SHORT <= len(wanted) <= len(letters):
            return None
        found = partial_ratio_alignment(wanted, letters, score_cutoff=_ALIKE)
        if found is None or found.dest_end <= found.dest_start:
            return None
        first, last = _ends(wanted, letters, found.dest_start, found.dest_end)
        start, end = self._at[first], self._at[last - 1] + 1
        start, end = self._whole_words(start, end)
        return Placed(start, end, How.ALIKE, 1, found.score / 100)

    def _whole_words(self, start: int, end: int) -> tuple[int, int]:
        """Stretch a span over the words that it cuts, by a few letters at most."""
        text = self.text
        for _ in range(8):
            if start > 0 and text[start - 1].isalnum() and text[start].isalnum():
                start -= 1
            if end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
                end += 1
        return start, end

    def _stripped(self) -> str:
        """Give the text without white space, made once; `_at` says where each letter stands."""
        if self._letters is None:
            self._at = [n for n, letter in enumerate(self.text) if not letter.isspace()]
            self._letters = _bare(self.text)
        return self._letters


def _ends(wanted: str, letters: str, start: int, end: int) -> tuple[int, int]:
    """Find where a quote begins and ends about a window that is as long as the quote.

    Letters that the quote lacks or has more would else be made up for at an end.
    """
    from rapidfuzz.distance import Levenshtein

    room = len(wanted) // 10 + 1
    low, high = max(0, start - room), min(len(letters), end + room)
    alike = [
        block
        for block in Levenshtein.opcodes(wanted, letters[low:high])
        if block.tag == "equal" and block.src_end - block.src_start >= _RUN
    ]
    if not alike:
        return start, end
    first = low + alike[0].dest_start - alike[0].src_start
    last = low + alike[-1].dest_end + len(wanted) - alike[-1].src_end
    return max(low, first), min(high, last)


@dataclass(frozen=True, slots=True)
class Rebased:
    """A way from the positions of one text to those of another."""

    starts: tuple[int, ...] | None
    ends: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Move a span."""
        if self.starts is None or self.ends is None:
            return start, end
        first = self.starts[start]
        return first, max(first, self.ends[end])


def rebase(old: str, new: str) -> Rebased | None:
    """Find the way between two texts that differ in white space alone; None if in more.

    A boundary beside a letter stays beside it.
    """
    if old == new:
        return Rebased(None, None)
    if _bare(old, plain=False) != _bare(new, plain=False):
        return None
    at = [n for n, letter in enumerate(new) if not letter.isspace()]
    starts, ends, seen = [], [], 0
    for letter in [*old, ""]:
        starts.append(at[seen] if seen < len(at) else len(new))
        ends.append(at[seen - 1] + 1 if seen else 0)
        seen += bool(letter) and not letter.isspace()
    _keep_equal_beginning(old, new, starts, ends)
    return Rebased(tuple(starts), tuple(ends))


def _keep_equal_beginning(old: str, new: str, starts: list[int], ends: list[int]) -> None:
    r"""Map the white space too, line end by line end, where only `\r` differs."""
    if _lined(old) != _lined(new):
        return
    first, second = _line_edges(old), _line_edges(new)
    place = {edge: position for position, edge in reversed(list(enumerate(second)))}
    for position, edge in enumerate(first):
        starts[position] = ends[position] = place[edge]


def _line_edges(text: str) -> list[int]:
    r"""Give the position of each boundary if every line end were one `\n`."""
    edges, at = [0], 0
    for n, letter in enumerate(text):
        at += not (letter == "\r" and text[n + 1 : n + 2] == "\n")
        edges.append(at)
    return edges


def _lined(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bare(text: str, *, plain: bool = True) -> str:
    """Take white space out; with `plain`, write quotation marks and dashes in one way."""
    bare = "".join(text.split())
    return bare.translate(_PLAIN) if plain else bare


def _all(text: str, wanted: str) -> list[int]:
    starts: list[int] = []
    start = text.find(wanted) if wanted else -1
    while start >= 0 and len(starts) < 10_000:
        starts.append(start)
        start = text.find(wanted, start + 1)
    return starts


def _nearest(starts: list[int], near: int | None) -> int:
    return starts[0] if near is None else min(starts, key=lambda start: abs(start - near))
