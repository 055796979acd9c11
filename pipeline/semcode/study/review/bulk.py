"""Accept or reject all suggestions that filters let through, as one act with one undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.records import Decision, Verdict
from semcode.store.changes import CodingState
from semcode.store.people import CoderKey
from semcode.study.review.acting import act, new_line
from semcode.study.review.asking import items_of, pairs_of
from semcode.study.review.changing import Changes
from semcode.study.review.desk import Desk
from semcode.study.review.making import coding_now
from semcode.study.review.queueing import Mine, Queues, wanted
from semcode.study.review.shown import BulkPreview, Filters, Outcome

__all__ = ["bulk", "preview_bulk"]

_EXAMPLES = 5
_VERDICTS = {"accept": Verdict.ACCEPT, "reject": Verdict.REJECT}


def preview_bulk(
    desk: Desk, queues: Queues, coder: str, verdict: str, filters: Filters
) -> BulkPreview:
    """Say what a bulk decision would touch: how many, which codes, and some examples."""
    _checked(verdict, filters)
    with desk.reading() as connection:
        who = desk.coder(connection, coder)
        mine = queues.mine(connection, who)
        rows = _rows(desk, connection, who, mine, filters)
        book = desk.codebook(connection)[1]
        codes = Counter(book[mine.loaded.codes[mine.loaded.code[row]]].name for row in rows)
        places = Counter(int(mine.loaded.transcript[row]) for row in rows)
        names = Counter({store.queue.name_of(connection, k)[0]: n for k, n in places.items()})
        spread = np.linspace(0, len(rows) - 1, min(_EXAMPLES, len(rows))).astype(int)
        shown = [rows[at] for at in spread]
        return BulkPreview(
            verdict=verdict,
            expected=len(rows),
            by_code=tuple(codes.most_common()),
            by_transcript=tuple(names.most_common()),
            examples=items_of(desk, connection, mine, pairs_of(mine, shown)),
        )


def bulk(
    desk: Desk,
    queues: Queues,
    coder: str,
    verdict: str,
    filters: Filters,
    *,
    request: str,
    expected: int,
) -> Outcome:
    """Decide on all that the filters let through.

    Raises InputError where that are not `expected` any more: somebody decided between.
    """
    kind = _checked(verdict, filters)

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        mine = queues.mine(connection, who)
        rows = _rows(desk, connection, who, mine, filters)
        if len(rows) != expected:
            raise InputError(
                f"There are {len(rows):,} suggestions now, not {expected:,}.",
                remedy="Look at the preview again.",
            )
        return _lines(desk, connection, who, mine, rows, kind)

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


def _rows(
    desk: Desk, connection: Connection, who: CoderKey, mine: Mine, filters: Filters
) -> list[int]:
    return [int(row) for row in np.flatnonzero(wanted(desk, connection, who, mine, filters))]


def _lines(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    mine: Mine,
    rows: Sequence[int],
    verdict: Verdict,
) -> list[Decision]:
    loaded = mine.loaded
    version, _ = desk.codebook(connection)
    evidence = store.queue.evidence(connection, [int(loaded.suggestion[row]) for row in rows])
    names: dict[int, str] = {}
    there: dict[tuple[int, int, int, str], CodingState] = {}
    for key in {int(loaded.transcript[row]) for row in rows}:
        names[key] = store.queue.name_of(connection, key)[0]
        for coding in store.changes.codings_of(connection, who.id, key):
            there[key, coding["start"], coding["end"], coding["code"]] = coding
    shown = {"shown_by": desk.model(connection)} if mine.live is not None else {}
    lines: list[Decision] = []
    made: list[tuple[int, CodingState]] = []
    for row in rows:
        key, start, end = (int(a[row]) for a in (loaded.transcript, loaded.start, loaded.end))
        code = loaded.codes[loaded.code[row]]
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
                score=float(mine.score[row]),
                evidence={**evidence.get(int(loaded.suggestion[row]), {}), **shown},
                run_id=loaded.run or None,
                coding=guid,
                codebook_version=version,
            )
        )
    store.changes.insert_codings(connection, made)
    return lines
