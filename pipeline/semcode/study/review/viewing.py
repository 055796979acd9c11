"""Views of a study for one coder: the transcript, the codebook, who codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Code, Codebook
from semcode.records import Transcript
from semcode.store.changes import CodingState, ReadingState
from semcode.store.people import CoderKey
from semcode.store.transcripts import SpeakerRow
from semcode.study.review.desk import CONSENSUS, MOMENT, Desk
from semcode.study.review.live_queue import newcomers_for
from semcode.study.review.meaning import Meanings
from semcode.study.review.near_duplicates import near_duplicates
from semcode.study.review.queueing import STATUSES, Mine, Queues
from semcode.study.review.shown import (
    CodebookView,
    CoderRow,
    CodeView,
    CodingView,
    FacetView,
    SegmentView,
    SuggestionView,
    TranscriptView,
    TurnView,
)

__all__ = ["code_of", "codebook_view", "coder_rows", "coding_view", "transcript_view"]

Span = tuple[int, int]


def coder_rows(desk: Desk) -> list[CoderRow]:
    """List the coders with how much they did."""
    with desk.reading() as connection:
        codings = store.codings.count_by_coder(connection)
        return [
            CoderRow(
                key.name, key.kind, key.role, codings.get(key.name, 0), *desk.ledger.counts(key.id)
            )
            for key in store.people.coder_keys(connection)
        ]


def codebook_view(desk: Desk, *, coder: str | None = None) -> CodebookView:
    """Give the newest codebook with how often each code is used, by all or by one coder."""
    with desk.reading() as connection:
        number, book = desk.codebook(connection)
        counts = store.codings.count_by_code(connection, coder=coder)
        retired = [guid for guid in counts if guid not in book]
        return CodebookView(
            version=number,
            name=book.name,
            codes=tuple(_code(book, code, counts.get(code.guid, 0)) for code in book),
            facets=tuple(FacetView(f.name, f.values, f.definition) for f in book.facets),
            retired=tuple(_retired(desk, connection, guid, counts[guid]) for guid in retired),
            near_duplicates=near_duplicates(book),
        )


def transcript_view(
    desk: Desk, queues: Queues, name: str, coder: str, *, blind: bool
) -> TranscriptView:
    """Give a transcript with codings and suggestions; blind, with this coder's codings alone."""
    if desk.refiner is not None and not blind:
        desk.refiner.settle(MOMENT)
    with desk.reading() as connection:
        who = desk.coder(connection, coder)
        key = desk.transcript_id(connection, name)
        transcript = store.transcripts.load(connection, key)
        people = store.transcripts.speaker_rows(connection, key)
        attributes = {p.label: p.attributes for p in store.people.participants(connection)}
        labels = tuple(dict.fromkeys(p.participant for p in people if p.participant))
        hidden = [p[2:] for p in desk.to_read_blind(connection, who.id) if p[1] == key]
        return TranscriptView(
            name=name,
            text=transcript.text,
            participants=labels,
            turns=_turns(transcript, people),
            segments=_segments(connection, who, key, hidden),
            codings=_codings(desk, connection, who, key, hidden, blind=blind),
            suggestions=() if blind else _suggestions(desk, queues, connection, who, key),
            attributes={label: dict(attributes.get(label, {})) for label in labels},
            decision=desk.ledger.newest,
            model="" if blind else desk.model(connection),
        )


def coding_view(coding: CodingState, meanings: Meanings, *, own: bool) -> CodingView:
    """Give a coding as it is shown."""
    return CodingView(
        guid=coding["guid"],
        start=coding["start"],
        end=coding["end"],
        code=coding["code"],
        coder=coding["coder"],
        facets=tuple(coding["facets"]),
        memo=coding["memo"],
        created_at=coding["created_at"],
        version=coding["version"],
        outdated=meanings.is_outdated(coding["code"], coding["version"]),
        consensus=coding["coder"] == CONSENSUS,
        own=own,
    )


def code_of(desk: Desk, connection: Connection, guid: str) -> Code | None:
    """Give a code as it is, or as it was in the newest version that had it."""
    number, book = desk.codebook(connection)
    for version in range(number, 0, -1):
        found = (book if version == number else desk.codebook_version(connection, version)).get(
            guid
        )
        if found is not None:
            return found
    return None


def _code(book: Codebook, code: Code, count: int) -> CodeView:
    return CodeView(
        guid=code.guid,
        name=code.name,
        parent=book[code.parent].guid if code.parent else None,
        depth=len(book.ancestors(code)),
        level=book.level_of(code),
        definition=code.definition,
        include=code.include,
        exclude=code.exclude,
        examples=code.examples,
        color=book.color_of(code),
        facets=code.facets,
        count=count,
    )


def _retired(desk: Desk, connection: Connection, guid: str, count: int) -> CodeView:
    code = code_of(desk, connection, guid) or Code(name=guid, guid=guid)
    return CodeView(
        guid=guid,
        name=code.name,
        parent=None,
        depth=0,
        level=code.level,
        definition=code.definition,
        include=code.include,
        exclude=code.exclude,
        examples=code.examples,
        color=code.color,
        facets=code.facets,
        count=count,
        retired=True,
    )


def _turns(transcript: Transcript, people: Sequence[SpeakerRow]) -> tuple[TurnView, ...]:
    who = {person.name: person for person in people}
    return tuple(
        TurnView(
            index=index,
            speaker=turn.speaker,
            role=who[turn.speaker].role,
            participant=who[turn.speaker].participant,
            start=turn.start,
            end=turn.end,
            time_start=turn.time_start,
            time_end=turn.time_end,
        )
        for index, turn in enumerate(transcript.turns)
    )


def _segments(
    connection: Connection, who: CoderKey, key: int, hidden: Sequence[Span]
) -> tuple[SegmentView, ...]:
    found = store.changes.readings_in(connection, key)
    read = _joined([reading for reading in found if reading["coder"] == who.name])
    return tuple(
        SegmentView(
            id=segment.id,
            start=segment.start,
            end=segment.end,
            turn=segment.turn,
            context_start=segment.context_start,
            context_end=segment.context_end,
            read=_within(segment.start, segment.end, read),
            blind=any(a < segment.end and segment.start < b for a, b in hidden),
        )
        for segment in store.segments.of_transcript(connection, key)
    )


def _joined(readings: Sequence[ReadingState]) -> list[Span]:
    """Join what was read where it touches, in order."""
    joined: list[Span] = []
    for start, end in sorted((r["start"], r["end"]) for r in readings):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _within(start: int, end: int, spans: Sequence[Span]) -> bool:
    from bisect import bisect_right

    at = bisect_right(spans, (start, end + 1 << 40)) - 1
    return at >= 0 and spans[at][0] <= start and end <= spans[at][1]


def _codings(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    key: int,
    hidden: Sequence[Span],
    *,
    blind: bool,
) -> tuple[CodingView, ...]:
    meanings = Meanings.of(desk, connection)
    found = []
    for coding in store.changes.codings_in(connection, key):
        own = coding["coder"] == who.name
        covered = any(a < coding["end"] and coding["start"] < b for a, b in hidden)
        if not own and (blind or covered):
            continue
        found.append(coding_view(coding, meanings, own=own))
    return tuple(found)


def _suggestions(
    desk: Desk, queues: Queues, connection: Connection, who: CoderKey, key: int
) -> tuple[SuggestionView, ...]:
    mine = queues.mine(connection, who)
    loaded, shown = mine.loaded, mine.shown
    rows = loaded.slices.get(key, slice(0, 0))
    floor = desk.settings.suggest.floor
    wanted = [
        row
        for row in range(rows.start, rows.stop)
        if (mine.score[row] >= floor or shown[row]) and not mine.hidden[row]
    ]
    return tuple(
        SuggestionView(
            segment=int(loaded.segment[row]),
            start=int(loaded.start[row]),
            end=int(loaded.end[row]),
            code=loaded.codes[loaded.code[row]],
            score=float(mine.score[row]),
            status=STATUSES[shown[row]],
        )
        for row in wanted
    ) + tuple(_newcomers(mine, key))


def _newcomers(mine: Mine, key: int) -> Iterator[SuggestionView]:
    """Give what the learner would suggest in a transcript beyond what is stored."""
    if mine.live is None or mine.rows is None:
        return
    segments, codes = mine.live.segments, mine.live.codes
    units = segments.units.get(key, ())
    first = segments.first.get(key, 0)
    found = newcomers_for(mine, mine.live, mine.rows, None)
    here = found.take((found.rows >= first) & (found.rows < first + len(units)))
    for row, column, score in zip(*here, strict=True):
        start, end = units[row - first]
        segment = int(segments.ids[row])
        yield SuggestionView(segment, start, end, codes[column], float(score), STATUSES[0])
