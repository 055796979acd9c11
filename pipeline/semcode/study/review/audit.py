"""Suggestions against what a coder coded blind in a random sample of segments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import store
from semcode.store.people import CoderKey
from semcode.store.sample import Span
from semcode.study.learning.held_back import AUDIT, WHERE_SURE
from semcode.study.review.beyond import suggested_now
from semcode.study.review.desk import Desk
from semcode.study.review.shown import AuditPulse
from semcode.wording import counted

__all__ = ["audit_of"]

_FEWEST = 10
_FEWEST_INTERVIEWS = 3
_RESAMPLES = 1_000


def audit_of(desk: Desk, connection: Connection, who: CoderKey) -> AuditPulse:
    """Compare suggestions, as they are scored now, with a coder's blind audit codings.

    Nothing of the sample is ever learned from, so that it can measure.
    """
    drawn = store.sample.drawn(connection, who.id, AUDIT, WHERE_SURE)
    if not drawn:
        return AuditPulse(reason="No audit sample is drawn yet.")
    read = [span for span, done in drawn.items() if done]
    if len(read) < _FEWEST:
        left = f"Read blind: {len(read)} of {counted(len(drawn), 'passage')} of the audit sample"
        return AuditPulse(
            drawn=len(drawn), n=len(read), reason=f"{left}; {_FEWEST} are needed at least."
        )
    counts = _counts(desk, connection, who, read)
    right, suggested, coded = (int(total) for total in counts.sum(axis=0))
    few = len(counts) < _FEWEST_INTERVIEWS
    return AuditPulse(
        drawn=len(drawn),
        n=len(read),
        suggested=suggested,
        coded=coded,
        precision=right / suggested if suggested else None,
        precision_interval=None if few else _interval(counts[:, 0], counts[:, 1]),
        recall=right / coded if coded else None,
        recall_interval=None if few else _interval(counts[:, 0], counts[:, 2]),
        reason=_reason(suggested, coded, few=few),
    )


def _reason(suggested: int, coded: int, *, few: bool) -> str:
    if not suggested:
        return "Nothing was suggested for the segments of the sample."
    if not coded:
        return "Nothing was coded in the sample."
    return "An interval needs segments of three interviews at least." if few else ""


def _counts(
    desk: Desk, connection: Connection, who: CoderKey, read: Sequence[Span]
) -> NDArray[np.int64]:
    """Count right, suggested and coded pairs of segment and code, by interview: (n, 3).

    A coding that came from accepting a suggestion is not blind and counts as none.
    """
    book = {code.guid for code in desk.codebook(connection)[1]}
    coded, suggested = defaultdict[Span, set[str]](set), defaultdict[Span, set[str]](set)
    for given in store.sample.coded(connection, who.id, AUDIT, WHERE_SURE):
        if not desk.ledger.is_from_suggestion(str(given.key)):
            coded[given.span].add(given.code)
    live, run = desk.live(), desk.run(connection)
    if live is not None:
        suggested.update((span, suggested_now(live, span)) for span in read)
    elif run is not None:
        floor = desk.settings.suggest.floor
        for given in store.sample.suggested(connection, who.id, AUDIT, WHERE_SURE, floor=floor):
            if given.key == run.id:
                suggested[given.span].add(given.code)
    by_interview: dict[int, list[int]] = {}
    for span in read:
        given_there, said_there = coded[span] & book, suggested[span] & book
        own = by_interview.setdefault(span[0], [0, 0, 0])
        own[0] += len(given_there & said_there)
        own[1] += len(said_there)
        own[2] += len(given_there)
    return np.array(list(by_interview.values()), dtype=np.int64)


def _interval(right: NDArray[np.int64], total: NDArray[np.int64]) -> tuple[float, float] | None:
    """Give the 95 % bounds of a share, resampling interviews (percentiles widened for few)."""
    from semcode.agreement.resampling import draw_bounds, resampling_weights

    weights = resampling_weights(len(total), _RESAMPLES, seed=0)
    below = weights @ total
    shares = np.full(_RESAMPLES, np.nan)
    np.divide(weights @ right, below, out=shares, where=below > 0)
    lower, upper, _ = draw_bounds(shares, n_clusters=len(total), level=0.95, method="expanded")
    return None if np.isnan(lower) else (float(lower), float(upper))
