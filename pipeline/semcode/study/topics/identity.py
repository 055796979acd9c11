"""Know topics again after they were found anew, so that they keep their ids and decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from semcode.topics import match_topics

__all__ = ["Named", "new_ids", "recognise"]

_MOST = 0.5  # share of a topic that lies within an earlier one


@dataclass(frozen=True, slots=True)
class Named:
    """The id of each new topic, and the decided topic that most of an unknown one was in."""

    ids: tuple[str, ...]
    within: Mapping[str, str]


def recognise(
    known: Mapping[str, Collection[int]],
    found: Sequence[Collection[int]],
    *,
    decided: Collection[str],
    used: Collection[str],
) -> Named:
    """Name new topics by the known ones that they go on; all are given as rows of segments.

    `decided` are known topics that people decided on: a new topic that lies mostly within
    one of them says so. `used` are ids that no new topic may have.
    """
    before = list(known)
    goes_on = match_topics([known[key] for key in before], found)
    fresh = iter(new_ids({*used, *known}, len(found)))
    ids, within = [], {}
    for number, rows in enumerate(found):
        if number in goes_on:
            ids.append(before[goes_on[number]])
            continue
        ids.append(next(fresh))
        shares = {key: len(set(rows) & set(known[key])) / len(rows) for key in decided}
        best = max(shares, key=lambda key: (shares[key], key), default=None)
        if best is not None and shares[best] >= _MOST:
            within[ids[-1]] = best
    return Named(tuple(ids), within)


def new_ids(used: Collection[str], count: int) -> list[str]:
    """Give the next ids: T1, T2, ... beyond all that were used."""
    last = max((int(key[1:]) for key in used if key[1:].isdigit()), default=0)
    return [f"T{last + place}" for place in range(1, count + 1)]
