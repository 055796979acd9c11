"""The queue as the learner ranks it: what it would ask next, also beyond the stored suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from semcode.records import Verdict
from semcode.store.people import CoderKey
from semcode.study.review.desk import Desk
from semcode.study.review.queueing import Bools, Mine
from semcode.study.review.shown import Filters

__all__ = ["Pair", "live_pairs"]

#: A segment, a code, and the score that the learner gives it now.
Pair = tuple[int, str, float]

_MOST = 4_096
_UNDECIDED = (Verdict.SKIP,)


def live_pairs(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    mine: Mine,
    mask: Bools,
    filters: Filters,
    after: str | None,
    limit: int,
) -> list[Pair] | None:
    """Give what the learner would ask next; None where the stored order has to do.

    It knows no filter but that for one code.
    """
    alone = len(filters.codes) <= 1 and replace(filters, codes=()) == Filters()
    if desk.refiner is None or not alone or not len(mine.loaded):
        return None
    code = desk.code(connection, filters.codes[0]).guid if filters.codes else None
    n, found = 2 * limit + 16, list[Pair]()
    while n <= _MOST:
        top = desk.refiner.top(n, coder=who.name, skip=mine.decided, code=code)
        found = _beyond([p for p in top if _is_open(desk, who, mine, mask, p)], after)
        if len(found) >= limit or len(top) < n:
            break
        n *= 4
    return found[:limit] or None


def _is_open(desk: Desk, who: CoderKey, mine: Mine, mask: Bools, pair: Pair) -> bool:
    """Tell whether this coder has yet to decide, and may see it."""
    segment, code, _ = pair
    row = mine.row_of(segment, code)
    if row is not None:
        return bool(mask[row])
    place = mine.loaded.spans.get(segment)
    if place is None or mine.is_hidden(*place):
        return False
    stands = desk.ledger.standing((who.id, *place, code))
    return stands is None or stands.verdict in _UNDECIDED


def _beyond(pairs: Sequence[Pair], after: str | None) -> list[Pair]:
    keys = [f"{segment}:{code}" for segment, code, _ in pairs]
    return list(pairs[keys.index(after) + 1 :] if after in keys else pairs)
