"""Where spans of a text are after the text was corrected."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Piece", "Pieces", "align", "anchored", "insertions", "kept"]

Span = tuple[int, int]

_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")

#: Less than this share of a span's own characters must be left for it to be placed.
_LEAST = 0.5


class Piece(NamedTuple):
    """A stretch of the old text and what stands for it in the new one."""

    start: int
    end: int
    new_start: int
    new_end: int
    same: bool


Pieces = Sequence[Piece]


def align(old: str, new: str) -> list[Piece]:
    """Divide two texts into stretches that are the same and stretches that differ.

    Words are compared first and the letters of short differences after, so that the time
    grows with the length of the text for a few corrections. The stretches cover both texts
    without a gap, in order.
    """
    from rapidfuzz.distance import Indel

    a, b = _TOKENS.findall(old), _TOKENS.findall(new)
    starts_a, starts_b = _starts(a), _starts(b)
    found: list[Piece] = []
    for part in Indel.opcodes(a, b):
        piece = Piece(
            starts_a[part.src_start],
            starts_a[part.src_end],
            starts_b[part.dest_start],
            starts_b[part.dest_end],
            part.tag == "equal",
        )
        _add(found, piece)
    return [fine for piece in found for fine in _finer(piece, old, new)]


def anchored(span: Span, pieces: Pieces) -> Span | None:
    """Give where a span is in the new text; None where too little of it is left.

    What was inserted at its edges stays outside.
    """
    start, end = span
    if end <= start or not pieces:
        return None
    first = max(bisect_right([p.start for p in pieces], start) - 1, 0)
    survived, touched = 0, []
    for piece in pieces[first:]:
        if piece.start >= end:
            break
        overlap = min(end, piece.end) - max(start, piece.start)
        if overlap <= 0:
            continue
        touched.append(piece)
        survived += overlap if piece.same else 0
    if not touched or survived < _LEAST * (end - start):
        return None
    begin = _into(touched[0], start, at_start=True)
    stop = _into(touched[-1], end, at_start=False)
    return (begin, stop) if begin < stop else None


def kept(pieces: Pieces) -> float:
    """Give the share of the old text that is in the new one as it was."""
    total = sum(p.end - p.start for p in pieces)
    return sum(p.end - p.start for p in pieces if p.same) / total if total else 1.0


def insertions(pieces: Pieces) -> Iterator[Span]:
    """Give the spans of the new text that stand for nothing, or for much less, in the old."""
    for piece in pieces:
        if not piece.same and piece.new_end - piece.new_start > 2 * (piece.end - piece.start):
            yield piece.new_start, piece.new_end


def _starts(tokens: Sequence[str]) -> list[int]:
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    return starts


def _add(found: list[Piece], piece: Piece) -> None:
    """Join an insertion and a deletion that stand side by side into one difference."""
    if found and not piece.same and not found[-1].same:
        last = found.pop()
        piece = Piece(last.start, piece.end, last.new_start, piece.new_end, False)
    found.append(piece)


def _finer(piece: Piece, old: str, new: str) -> Iterator[Piece]:
    """Compare a difference of a few words letter by letter."""
    from rapidfuzz.distance import Indel

    a, b = old[piece.start : piece.end], new[piece.new_start : piece.new_end]
    if piece.same or not a or not b or len(a) + len(b) > 200:
        yield piece
        return
    if Indel.normalized_similarity(a, b) < _LEAST:
        yield piece
        return
    fine: list[Piece] = []
    for part in Indel.opcodes(a, b):
        _add(
            fine,
            Piece(
                piece.start + part.src_start,
                piece.start + part.src_end,
                piece.new_start + part.dest_start,
                piece.new_start + part.dest_end,
                part.tag == "equal",
            ),
        )
    yield from fine


def _into(piece: Piece, position: int, *, at_start: bool) -> int:
    """Give the new place of a position inside a stretch, or at its edge."""
    if piece.same:
        return piece.new_start + position - piece.start
    if position == piece.start:
        return piece.new_start
    if position == piece.end:
        return piece.new_end
    return piece.new_start if at_start else piece.new_end
