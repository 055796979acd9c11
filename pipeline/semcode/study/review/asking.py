"""A page of the queue: the next suggestions, or the next segments to read blind."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.store.people import CoderKey
from semcode.store.queue import Place
from semcode.study.learning.held_back import AUDIT
from semcode.study.review.beyond import Cells
from semcode.study.review.desk import MOMENT, Desk, Words
from semcode.study.review.evidence import without_hidden
from semcode.study.review.live_queue import Pair, live_pairs, newcomers_for, ordered_pairs
from semcode.study.review.queueing import (
    ORDERS,
    STATUSES,
    Bools,
    Mine,
    Queues,
    chosen_codes,
    first_rows,
    ranked,
    wanted,
)
from semcode.study.review.shown import Filters, QueueItem, QueuePage

__all__ = ["around", "beyond_stored", "items_of", "pairs_of", "queue_page", "within_turn"]

_AROUND = 400
_WITHIN = 800
_MOST = 1_000
_ALL_READ = "Every segment that is to be read blind is read."


def queue_page(
    desk: Desk,
    queues: Queues,
    coder: str,
    *,
    order: str,
    blind: bool,
    filters: Filters,
    after: str | None,
    limit: int,
) -> QueuePage:
    """Give the next items of a coder's queue; blind or for the audit, segments without code."""
    if order not in ORDERS:
        raise InputError(f"{order!r} is no order.", remedy=f"Use one of: {', '.join(ORDERS)}.")
    limit = max(1, min(limit, _MOST))
    if desk.refiner is not None and not blind:
        desk.refiner.settle(MOMENT)
    with desk.reading() as connection:
        who = desk.coder(connection, coder)
        if blind or order == "audit":
            return _segments(desk, connection, who, order, filters, after, limit)
        mine = queues.mine(connection, who)
        mask = wanted(desk, connection, who, mine, filters)
        more = beyond_stored(desk, connection, mine, filters)
        if more is not None:
            pairs = _live(mine, mask, more, order, after, limit)
        else:
            pairs = _stored(mine, mask, order, after, limit)
        count = int(mask.sum()) + (len(more.rows) if more is not None else 0)
        return QueuePage(
            items_of(desk, connection, mine, pairs),
            count,
            len(mine.loaded),
            "" if count else _why_none(mine, filters),
            desk.model(connection),
        )


def items_of(
    desk: Desk, connection: Connection, mine: Mine, pairs: Sequence[Pair]
) -> tuple[QueueItem, ...]:
    """Make what is shown of some suggestions: segment, code and score each."""
    loaded, shown = mine.loaded, mine.shown
    rows = {pair[:2]: mine.row_of(pair[0], pair[1]) for pair in pairs}
    stored = {pair: int(loaded.suggestion[row]) for pair, row in rows.items() if row is not None}
    evidence = store.queue.evidence(connection, list(stored.values()))
    segments = sorted({pair[0] for pair in pairs})
    places = {p.segment: p for p in store.queue.places_of(connection, segments)}
    now = _now(desk, mine, pairs)
    found = []
    for segment, code, score in pairs:
        if segment not in places:
            continue
        row = rows[segment, code]
        item = _segment(desk, connection, places[segment])
        found.append(
            replace(
                item,
                key=f"{segment}:{code}",
                code=code,
                score=score,
                evidence={
                    **without_hidden(
                        connection, evidence.get(stored.get((segment, code), 0), {}), mine.to_read
                    ),
                    **now.get((segment, code), {}),
                },
                status=STATUSES[shown[row]] if row is not None else STATUSES[0],
            )
        )
    return tuple(found)


def _now(desk: Desk, mine: Mine, pairs: Sequence[Pair]) -> dict[tuple[int, str], dict[str, object]]:
    """Say what the scores of now rest on, beside the evidence that is stored of others."""
    if mine.live is None or desk.refiner is None:
        return {}
    found: dict[tuple[int, str], dict[str, object]] = {}
    moved = desk.refiner.moved([pair[:2] for pair in pairs])
    for (segment, code, score), why in zip(pairs, moved, strict=True):
        row = mine.row_of(segment, code)
        before = None if row is None else float(mine.loaded.score[row])
        if why:
            found[segment, code] = {"now": {"score": score, "before": before, "moved": why}}
    return found


def pairs_of(mine: Mine, rows: Sequence[int]) -> list[Pair]:
    """Give segment, code and score of now of some rows."""
    loaded = mine.loaded
    return [
        (int(loaded.segment[row]), loaded.codes[loaded.code[row]], float(mine.score[row]))
        for row in rows
    ]


def beyond_stored(desk: Desk, connection: Connection, mine: Mine, filters: Filters) -> Cells | None:
    """Give what is likely beyond the stored suggestions; None where the stored scores stand.

    Only filters for codes and levels apply to it: with any other there is none.
    """
    if mine.live is None or mine.rows is None:
        return None
    alone = replace(filters, codes=(), levels=()) == Filters()
    codes = chosen_codes(desk.codebook(connection)[1], filters) if alone else set()
    return newcomers_for(mine, mine.live, mine.rows, codes)


def _live(
    mine: Mine, mask: Bools, more: Cells, order: str, after: str | None, limit: int
) -> list[Pair]:
    """Give the next suggestions with those that the learner adds; what it does not know is last."""
    if mine.live is None or mine.rows is None:
        return []
    wanted = limit if after is None else _MOST
    if order == "useful":
        found = live_pairs(mine, mine.live, mine.rows, mask, more, wanted)
    else:
        by_code = order == "code"
        found = ordered_pairs(mine, mine.live, mine.rows, mask, more, wanted, by_code=by_code)
    known = {pair[:2] for pair in found}
    if len(found) < wanted:
        rest = _stored(mine, mask, order, None, wanted)
        found += [pair for pair in rest if pair[:2] not in known]
    keys = [f"{segment}:{code}" for segment, code, _ in found]
    first = keys.index(after) + 1 if after in keys else 0
    return found[first : first + limit]


def _stored(mine: Mine, mask: Bools, order: str, after: str | None, limit: int) -> list[Pair]:
    """Give the next suggestions in the order of the text, of the codes, or by use."""
    beyond = _row(mine, after)
    return pairs_of(mine, first_rows(mask, ranked(mine, order), beyond, limit))


def around(words: Words, start: int, end: int) -> tuple[str, str]:
    """Give what is said before and after a span, without speakers' labels, cut at words."""
    starts = [turn[0] for turn in words.turns]
    at = max(bisect_right(starts, start) - 1, 0)
    before: list[str] = []
    size = 0
    for begin, stop in reversed(words.turns[: at + 1]):
        part = words.text[begin : min(stop, start)]
        before.insert(0, part)
        size += len(part)
        if size >= _AROUND:
            break
    after: list[str] = []
    size = 0
    for begin, stop in words.turns[at:]:
        part = words.text[max(begin, end) : stop]
        after.append(part)
        size += len(part)
        if size >= _AROUND:
            break
    return _last("\n".join(filter(None, before))), _first("\n".join(filter(None, after)))


def within_turn(words: Words, start: int, end: int) -> tuple[str, str]:
    """Give what the same speaker says right before and after a span, as it stands in the text.

    The page moves the span by words in it, so nothing is left out and no mark is put in.
    """
    at = max(bisect_right([turn[0] for turn in words.turns], start) - 1, 0)
    begin, stop = words.turns[at] if words.turns else (start, end)
    low, high = max(min(begin, start), start - _WITHIN), min(max(stop, end), end + _WITHIN)
    return words.text[low:start], words.text[end:high]


def _last(text: str) -> str:
    if len(text) <= _AROUND:
        return text
    cut = text[-_AROUND:]
    return f"… {cut.partition(' ')[2] or cut}"


def _first(text: str) -> str:
    if len(text) <= _AROUND:
        return text
    cut = text[:_AROUND]
    return f"{cut.rpartition(' ')[0] or cut} …"


def _row(mine: Mine, key: str | None) -> int | None:
    """Find the row of an item's key; None where it is no longer there."""
    segment, _, code = (key or "").partition(":")
    return mine.row_of(int(segment), code) if segment.isdecimal() else None


def _why_none(mine: Mine, filters: Filters) -> str:
    if not len(mine.loaded):
        return "There are no suggestions yet: run semcode suggest."
    if filters == Filters():
        return "Every suggestion is decided."
    return "No suggestion is left under these filters."


def _segments(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    order: str,
    filters: Filters,
    after: str | None,
    limit: int,
) -> QueuePage:
    """Give the segments that are still to be read: drawn for the audit, assigned, or all."""
    if order != "audit" and not store.queue.assigned(connection, who.id):
        return _all_unread(desk, connection, who, filters, after, limit)
    places = _assigned_unread(desk, connection, who, order)
    if filters.transcripts:
        places = [place for place in places if place.transcript in filters.transcripts]
    keys = [f"{place.segment}:" for place in places]
    first = keys.index(after) + 1 if after in keys else 0
    items = tuple(_segment(desk, connection, place) for place in places[first : first + limit])
    note = "" if places else _ALL_READ
    if order == "audit" and not places and not store.sample.drawn(connection, who.id, AUDIT):
        note = "No audit sample is drawn yet."
    return QueuePage(items, len(places), len(places), note)


def _all_unread(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    filters: Filters,
    after: str | None,
    limit: int,
) -> QueuePage:
    """Give the segments that a coder without assignments has not read."""
    names = filters.transcripts
    segment = (after or "").partition(":")[0]
    beyond = store.queue.place_of(connection, int(segment)) if segment.isdecimal() else None
    places = store.queue.unread(connection, who.id, transcripts=names, after=beyond, limit=limit)
    count = store.queue.count_unread(connection, who.id, transcripts=names)
    items = tuple(_segment(desk, connection, place) for place in places)
    return QueuePage(items, count, count, "" if count else _ALL_READ)


def _assigned_unread(desk: Desk, connection: Connection, who: CoderKey, order: str) -> list[Place]:
    """Give the segments of which half or more lies in what is to be read blind."""
    asked = list(desk.to_read_blind(connection, who.id))
    if order == "audit":
        asked = [place for place in asked if place[0].startswith(AUDIT)]
    by_transcript: dict[int, list[tuple[int, int]]] = {}
    for _, transcript, start, end in asked:
        by_transcript.setdefault(transcript, []).append((start, end))
    found = []
    for transcript, spans in by_transcript.items():
        for place in store.queue.places_in(connection, transcript):
            overlaps = [min(b, place.end) - max(a, place.start) for a, b in spans]
            if 2 * max(overlaps) >= place.end - place.start:
                found.append(place)
    return sorted(found, key=lambda place: (place.transcript, place.start))


def _segment(desk: Desk, connection: Connection, place: Place) -> QueueItem:
    words = desk.words(connection, place.transcript_id, place.guid)
    before, after = within_turn(words, place.start, place.end)
    asked = place.context_start
    return QueueItem(
        key=f"{place.segment}:",
        segment=place.segment,
        transcript=place.transcript,
        participant=place.participant,
        start=place.start,
        end=place.end,
        text=words.text[place.start : place.end],
        before=before,
        after=after,
        question=words.text[asked : place.context_end] if asked is not None else "",
        code=None,
        score=None,
        evidence={},
        status="open",
        time_start=place.time_start,
    )
