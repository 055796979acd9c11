"""Accept or reject all suggestions that filters let through, as one act with one undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import uuid4

import numpy as np
from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.records import Decision, Verdict
from semcode.store.changes import CodingState
from semcode.store.people import CoderKey
from semcode.study.review.acting import act, new_line
from semcode.study.review.asking import beyond_stored, items_of
from semcode.study.review.changing import Changes
from semcode.study.review.desk import Desk
from semcode.study.review.making import coding_now
from semcode.study.review.queueing import Mine, Queues, wanted
from semcode.study.review.shown import BulkPreview, Filters, Outcome
from semcode.wording import counted

__all__ = ["Previews", "bulk", "preview_bulk"]

_EXAMPLES = 5
_VERDICTS = {"accept": Verdict.ACCEPT, "reject": Verdict.REJECT}


class _One(NamedTuple):
    """A suggestion that is decided on; `suggestion` is 0 where none is stored."""

    segment: int
    transcript: int
    start: int
    end: int
    code: str
    score: float
    suggestion: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a preview listed, by what it was found, and what gave the scores."""

    key: str
    filters: Filters
    basis: tuple[object, ...]
    touched: Sequence[_One]
    model: str


class Previews:
    """The last preview of each coder: what is confirmed is what was shown, moved scores or not."""

    def __init__(self) -> None:
        self._of: dict[str, _Kept] = {}

    def keep(
        self, coder: str, filters: Filters, mine: Mine, touched: Sequence[_One], model: str
    ) -> str:
        """Keep what a coder is shown; give the key to ask for it by."""
        kept = _Kept(uuid4().hex, filters, _basis(mine), touched, model)
        self._of[coder] = kept
        return kept.key

    def find(self, coder: str, key: str, filters: Filters, mine: Mine) -> _Kept | None:
        """Give what a coder was shown; None where codebook, segments or run are others since."""
        kept = self._of.get(coder)
        same = kept is not None and (kept.key, kept.filters) == (key, filters)
        return kept if kept is not None and same and kept.basis == _basis(mine) else None


def _basis(mine: Mine) -> tuple[object, ...]:
    return (mine.loaded.stamp, mine.live.segments.structure if mine.live else None)


def preview_bulk(
    desk: Desk, queues: Queues, previews: Previews, coder: str, verdict: str, filters: Filters
) -> BulkPreview:
    """Say what a bulk decision would touch: how many, which codes, and some examples."""
    _checked(verdict, filters)
    with desk.reading() as connection:
        who = desk.coder(connection, coder)
        mine = queues.mine(connection, who)
        touched = _touched(desk, connection, who, mine, filters)
        book = desk.codebook(connection)[1]
        codes = Counter(book[one.code].name for one in touched)
        places = Counter(one.transcript for one in touched)
        names = Counter({store.queue.name_of(connection, k)[0]: n for k, n in places.items()})
        spread = np.linspace(0, len(touched) - 1, min(_EXAMPLES, len(touched))).astype(int)
        shown = [(one.segment, one.code, one.score) for one in (touched[at] for at in spread)]
        return BulkPreview(
            key=previews.keep(coder, filters, mine, touched, desk.model(connection)),
            verdict=verdict,
            expected=len(touched),
            by_code=tuple(codes.most_common()),
            by_transcript=tuple(names.most_common()),
            examples=items_of(desk, connection, mine, shown),
        )


def bulk(
    desk: Desk,
    queues: Queues,
    previews: Previews,
    coder: str,
    verdict: str,
    filters: Filters,
    *,
    request: str,
    expected: int,
    preview: str = "",
) -> Outcome:
    """Decide on all that the preview listed, or without one on all that the filters let through.

    Raises InputError where that are not `expected` any more since the coder decided between,
    and where the preview is not the coder's last or its codebook, segments or run have changed.
    """
    kind = _checked(verdict, filters)

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        mine = queues.mine(connection, who)
        kept = previews.find(coder, preview, filters, mine)
        if preview and kept is None:
            raise InputError(
                "What the preview listed is not there any more as it was.",
                remedy="Look at the preview again.",
            )
        if kept is None:
            touched = _touched(desk, connection, who, mine, filters)
        else:
            touched = _undecided(desk, connection, who, mine, kept)
        if len(touched) != expected:
            found = counted(len(touched), "suggestion")
            raise InputError(
                f"The filter lets {found} through now, not {expected:,}.",
                remedy="Look at the preview again.",
            )
        model = kept.model if kept is not None else desk.model(connection)
        return _lines(desk, connection, who, mine, touched, kind, model)

    return act(desk, coder, kind, make, request=request)


def _checked(verdict: str, filters: Filters) -> Verdict:
    if verdict not in _VERDICTS:
        raise InputError(
            f"{verdict!r} cannot be done to many at once.", remedy="Use accept or reject."
        )
    if filters.status not in ("open", "skipped", "unsure"):
        raise InputError(
            "Only what is not decided can be decided at once.",
            remedy="Filter for open, skipped or unsure suggestions.",
        )
    return _VERDICTS[verdict]


def _touched(
    desk: Desk, connection: Connection, who: CoderKey, mine: Mine, filters: Filters
) -> list[_One]:
    """Find the suggestions that the filters let through, stored or added by the learner."""
    loaded = mine.loaded
    rows = np.flatnonzero(wanted(desk, connection, who, mine, filters))
    columns = (loaded.segment, loaded.transcript, loaded.start, loaded.end, loaded.code)
    values = (column[rows].tolist() for column in (*columns, mine.score, loaded.suggestion))
    found = [
        _One(segment, key, start, end, loaded.codes[code], score, suggestion)
        for segment, key, start, end, code, score, suggestion in zip(*values, strict=True)
    ]
    more = beyond_stored(desk, connection, mine, filters)
    if mine.live is None or more is None:
        return found
    segments, codes = mine.live.segments, mine.live.codes
    keys = segments.transcripts_of(more.rows).tolist()
    for key, row, column, score in zip(keys, *more, strict=True):
        start, end = segments.units[key][row - segments.first[key]]
        found.append(_One(int(segments.ids[row]), key, start, end, codes[column], float(score), 0))
    return found


def _undecided(
    desk: Desk, connection: Connection, who: CoderKey, mine: Mine, kept: _Kept
) -> list[_One]:
    """Leave out of a preview what the coder has dealt with since; scores may have moved."""
    anything = replace(kept.filters, min_score=0.0, max_score=None)
    allowed = wanted(desk, connection, who, mine, anything)
    column = {guid: n for n, guid in enumerate(mine.live.codes)} if mine.live else {}
    found = []
    for one in kept.touched:
        row = mine.row_of(one.segment, one.code)
        if row is not None:
            still = bool(allowed[row])
        elif mine.live is not None and mine.beyond is not None:
            place = mine.live.segments.rows_of([one.segment])[0]
            still = not mine.beyond.closed[column[one.code], place]
        else:
            still = False
        if still:
            found.append(one)
    return found


def _lines(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    mine: Mine,
    touched: Sequence[_One],
    verdict: Verdict,
    model: str,
) -> list[Decision]:
    version, _ = desk.codebook(connection)
    stored = [one.suggestion for one in touched if one.suggestion]
    evidence = store.queue.evidence(connection, stored)
    names: dict[int, str] = {}
    there: dict[tuple[int, int, int, str], CodingState] = {}
    for key in {one.transcript for one in touched}:
        names[key] = store.queue.name_of(connection, key)[0]
        for coding in store.changes.codings_of(connection, who.id, key):
            there[key, coding["start"], coding["end"], coding["code"]] = coding
    shown = {"shown_by": model} if mine.live is not None else {}
    lines: list[Decision] = []
    made: list[tuple[int, CodingState]] = []
    for one in touched:
        key, start, end, code = one.transcript, one.start, one.end, one.code
        changes = Changes()
        guid = None
        if verdict is Verdict.ACCEPT:
            old = there.get((key, start, end, code))
            new = old or coding_now(who.name, start, end, code, version)
            if old is None:
                changes.codings.append([None, new])
                made.append((key, new))
            guid = new["guid"]
        lines.append(
            new_line(
                who,
                verdict,
                changes=changes,
                transcript=names[key],
                start=start,
                end=end,
                code=code,
                score=one.score,
                evidence={**evidence.get(one.suggestion, {}), **shown},
                run_id=mine.loaded.run or None,
                coding=guid,
                codebook_version=version,
            )
        )
    store.changes.insert_codings(connection, made)
    return lines
