"""The queue as the learner ranks it: what it would ask next, also beyond the stored suggestions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from semcode.sampling import blend, next_to_review, uncertainty
from semcode.study.learning.live_scores import LiveScores
from semcode.study.review.beyond import Cells
from semcode.study.review.live_rows import LiveRows
from semcode.study.review.queueing import OPEN, Bools, Mine

__all__ = ["Pair", "live_pairs", "newcomers_for", "ordered_pairs"]

#: A segment, a code, and the score that the learner gives it now.
Pair = tuple[int, str, float]

_DEPTH = 24  # candidates of each code: those it is least sure of


def newcomers_for(mine: Mine, live: LiveScores, rows: LiveRows, codes: set[str] | None) -> Cells:
    """Give what is likely beyond the stored suggestions and this coder has not dealt with.

    `codes` None are all.
    """
    found = rows.newcomers(live)
    kept = np.ones(len(found.rows), np.bool_)
    if mine.beyond is not None:
        kept &= ~mine.beyond.closed[found.columns, found.rows]
    for transcript, start, end in mine.to_read:
        first = live.segments.first.get(transcript)
        if first is not None:
            units = live.segments.units[transcript]
            hidden = [first + n for n, (a, b) in enumerate(units) if a < end and start < b]
            kept &= ~np.isin(found.rows, hidden)
    if codes is not None:
        wanted = [n for n, guid in enumerate(live.codes) if guid in codes]
        kept &= np.isin(found.columns, wanted)
    return found.take(kept)


def live_pairs(
    mine: Mine, live: LiveScores, rows: LiveRows, mask: Bools, more: Cells, limit: int
) -> list[Pair]:
    """Give what is most useful to decide on next, at most `limit`.

    Where the model is least sure, varied, codes in turn and rare ones more often; a quarter
    of the places goes to any open suggestion, by lot.
    """
    every, _ = _with_stored(mine, rows, mask & (mine.status == OPEN), more)
    pool = every.take(_least_sure(every))
    useful = pool.take(_in_turn(pool, live, limit))
    chance = every.take(_by_lot(every, limit))
    pairs = blend(_pairs(useful, live), _pairs(chance, live))
    return pairs[:limit]


def ordered_pairs(
    mine: Mine,
    live: LiveScores,
    rows: LiveRows,
    mask: Bools,
    more: Cells,
    limit: int,
    *,
    by_code: bool,
) -> list[Pair]:
    """Give the first suggestions in the order of the text or of the codes, at most `limit`.

    The likeliest come first in a passage or code. What was skipped comes last.
    """
    every, chosen = _with_stored(mine, rows, mask, more)
    place = every.columns - every.scores / 2 if by_code else every.rows.astype(np.float64)
    place[: len(chosen)] += (mine.status[chosen] != OPEN) * float(
        len(live.segments.ids) + len(live.codes)
    )
    if len(place) > limit:
        near = np.flatnonzero(place <= np.partition(place, limit - 1)[limit - 1])
        every, place = every.take(near), place[near]
    order = np.lexsort((every.rows if by_code else -every.scores, place))
    return list(_pairs(every.take(order[:limit]), live))


def _with_stored(
    mine: Mine, rows: LiveRows, mask: Bools, more: Cells
) -> tuple[Cells, NDArray[np.intp]]:
    """Put the wanted stored suggestions that the learner knows before those it adds.

    The second are the rows of the former.
    """
    chosen = np.flatnonzero(mask & (rows.row >= 0))
    stored = Cells(rows.row[chosen], rows.column[chosen], mine.score[chosen])
    return Cells(*(np.concatenate(pair) for pair in zip(stored, more, strict=True))), chosen


def _least_sure(cells: Cells) -> NDArray[np.intp]:
    """Choose the candidates: of each code those that the model is least sure of."""
    away = np.abs(cells.scores - 0.5)
    by_code = np.argsort(cells.columns.astype(np.int16), kind="stable")
    edges = np.flatnonzero(np.diff(cells.columns[by_code])) + 1
    found = [np.zeros(0, np.intp)]
    for own in np.split(by_code, edges):
        if len(own) > _DEPTH:
            own = own[np.argpartition(away[own], _DEPTH)[:_DEPTH]]
        found.append(own[np.lexsort((cells.rows[own], away[own]))])
    return np.concatenate(found)


def _in_turn(pool: Cells, live: LiveScores, limit: int) -> NDArray[np.intp]:
    return next_to_review(
        uncertainty(pool.scores, 0.5),
        pool.columns,
        pool.rows,
        n=limit,
        vectors=live.vectors(pool.rows) if len(pool.rows) else None,
        participants=[live.segments.groups[int(row)] for row in pool.rows],
        positives=live.positives,
    )


def _by_lot(cells: Cells, limit: int) -> NDArray[np.intp]:
    """Draw some; a cell's lot stays the same, so that pages go on where they ended."""
    lots = (cells.rows.astype(np.uint64) << np.uint64(16)) + cells.columns.astype(np.uint64)
    lots *= np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hash
    lots ^= lots >> np.uint64(29)
    count = min(limit, len(lots))
    chosen = np.argpartition(lots, count - 1)[:count] if count else np.zeros(0, np.intp)
    return chosen[np.argsort(lots[chosen])]


def _pairs(cells: Cells, live: LiveScores) -> Sequence[Pair]:
    ids, codes = live.segments.ids, live.codes
    return [
        (int(ids[row]), codes[column], float(score))
        for row, column, score in zip(*cells, strict=True)
    ]
