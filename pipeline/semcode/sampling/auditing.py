"""Draw the random blind audit sample, from which alone metrics are reported."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semcode.errors import InputError

__all__ = ["AuditSample", "audit_sample"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class AuditSample:
    """Segments drawn at random, in a random order, and how likely each was to be drawn.

    A metric weighs a segment by 1 / `probability`: then the sample stands for all segments
    that it was drawn from (Horvitz and Thompson 1952).
    """

    rows: Rows
    probability: Floats


def audit_sample(
    participants: Sequence[Hashable],
    n: int,
    *,
    read: NDArray[np.bool_] | None = None,
    least: int = 0,
    seed: int = 0,
) -> AuditSample:
    """Draw n segments at random from those that nobody has read, stratified by participant.

    `participants` gives the owner of each segment, `read` which were read already: they are
    never drawn, so draw the sample before the queue is worked on, for it to stand for the
    whole study. Each participant gives at least `least` (or all there are); the rest is
    drawn evenly through all others, so that a participant's part is that of their segments, up to
    one (systematic sampling from a random start in random order; Madow 1949). Fewer than n
    unread segments are all drawn. Raises InputError for an n below 1, for a `read` of another
    length, where nothing is left, and for a `least` that n cannot hold.
    """
    owners = list(participants)
    unread = np.ones(len(owners), bool) if read is None else ~np.asarray(read, bool)
    _require(owners, n, unread, least)
    rng = np.random.default_rng(seed)
    strata = _strata(owners, unread)
    probability = np.zeros(len(owners))
    drawn: list[int] = []
    rest: list[Rows] = []
    for rows in strata:
        rng.shuffle(rows)
        sure = min(least, len(rows))
        drawn += [int(row) for row in rows[:sure]]
        probability[rows] = sure / len(rows)
        rest.append(rows[sure:])
    left = np.concatenate([rest[int(one)] for one in rng.permutation(len(rest))])
    wanted = min(n, int(unread.sum())) - len(drawn)
    if wanted > 0:
        share = wanted / len(left)
        places = np.floor((rng.random() + np.arange(wanted)) / share).astype(int)
        drawn += [int(row) for row in left[np.minimum(places, len(left) - 1)]]
        probability += (1 - probability) * share
    chosen = rng.permutation(np.array(drawn, np.intp))
    return AuditSample(chosen, probability[chosen])


def _strata(owners: Sequence[Hashable], unread: NDArray[np.bool_]) -> list[Rows]:
    rows: dict[Hashable, list[int]] = {}
    for row in np.flatnonzero(unread):
        rows.setdefault(owners[int(row)], []).append(int(row))
    return [np.array(found, np.intp) for found in rows.values()]


def _require(owners: Sequence[Hashable], n: int, unread: NDArray[np.bool_], least: int) -> None:
    if n < 1:
        raise InputError(f"{n} segments cannot be drawn.", remedy="Draw one or more.")
    if len(unread) != len(owners):
        raise InputError(
            f"It is said of {len(unread):,} segments whether they were read; there are "
            f"{len(owners):,}.",
            where="read",
        )
    if not unread.any():
        raise InputError(
            "There is nothing left to draw for the audit: every segment was read already.",
            remedy="Add transcripts, and draw the audit before anybody reads them.",
        )
    owned: dict[Hashable, int] = {}
    for row in np.flatnonzero(unread):
        owned[owners[int(row)]] = owned.get(owners[int(row)], 0) + 1
    needed = sum(min(least, count) for count in owned.values())
    if needed > n:
        raise InputError(
            f"{least} segments of each of {len(owned)} participants are {needed}, more than the "
            f"{n} to be drawn.",
            where="least",
            remedy=f"Draw {needed} or more, or fewer of each.",
        )
