"""A corrected transcript file: codings, readings and assignments move with their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from semcode import readers, store
from semcode.errors import InputError
from semcode.records import Transcript
from semcode.store.changes import CodingState, ReadingState
from semcode.study.adding import with_participants
from semcode.study.review.anchoring import Piece, align, anchored, insertions, kept
from semcode.study.review.desk import Desk
from semcode.study.review.shown import Correction, Moved
from semcode.study.review.viewing import code_of

__all__ = ["correct", "preview_correction"]

Span = tuple[int, int]

#: A file of which less than this share is left of the old text is another interview.
_LEAST = 0.5
#: So many words that stand in for nothing have to be read again.
_UNREAD_WORDS = 8


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a correction does, before it is done."""

    key: int
    old: Transcript
    new: Transcript
    pieces: Sequence[Piece]
    codings: Sequence[tuple[CodingState, CodingState | None]]
    readings: Sequence[ReadingState]
    before: Sequence[ReadingState]
    unread: int

    def span(self, start: int, end: int) -> Span | None:
        """Give where a span is in the new text."""
        return _placed((start, end), self.pieces, self.new.text)


def preview_correction(desk: Desk, transcript: str, file: Path) -> Correction:
    """Say what a corrected file would do; nothing is stored.

    Raises InputError for an unknown transcript, ReadError for a file that cannot be read.
    """
    new = _read(desk, transcript, file)
    with desk.reading() as connection:
        return _told(desk, connection, _plan(desk, connection, transcript, new))


def correct(desk: Desk, coder: str, transcript: str, file: Path) -> Correction:
    """Put a corrected file in place of a transcript's text.

    The old text is kept, with the codings that could not be placed. Raises InputError where
    nothing differs, or so much that it is another interview.
    """
    new = _read(desk, transcript, file)
    with desk.writing() as connection:
        who = desk.coder(connection, coder) if coder else None
        plan = _plan(desk, connection, transcript, new)
        _refuse(connection, plan)
        told = _told(desk, connection, plan)
        by = who.name if who else ""
        spans = {old["guid"]: _span_of(new) for old, new in plan.codings if old != new}
        last = store.decisions.newest(connection)
        moved = store.corrections.move(connection, plan.key, codings=spans, spans=plan.span)
        store.changes.replace_readings(connection, plan.key, plan.readings)
        mapping = _mapping(plan, last, moved)
        store.corrections.replace_text(connection, plan.key, plan.new, by=by, mapping=mapping)
        store.people.drop_unused(connection)
    return told


def _plan(desk: Desk, connection: Connection, name: str, file: Transcript) -> _Plan:
    key = desk.transcript_id(connection, name)
    old = store.transcripts.load(connection, key)
    new = _with_speakers(old, file)
    pieces = align(old.text, new.text)
    readings = store.changes.readings_in(connection, key)
    fresh = [span for span in insertions(pieces) if _words(new.text, span) >= _UNREAD_WORDS]
    after = _moved_readings(readings, pieces, new.text, fresh)
    return _Plan(
        key,
        old,
        new,
        pieces,
        _moved_codings(store.changes.codings_in(connection, key), pieces, new.text),
        after,
        readings,
        sum(_words(new.text, span) for span in fresh),
    )


def _read(desk: Desk, name: str, file: Path) -> Transcript:
    options = readers.ReadOptions(max_bytes=desk.settings.limits.file_mb * 1_000_000)
    found = list(readers.read([file], options=options))
    for item in found:
        if isinstance(item, readers.Failure):
            raise item.error
    transcripts = [item for item in found if isinstance(item, Transcript)]
    if len(transcripts) > 1:
        transcripts = [item for item in transcripts if item.name == name]
    if len(transcripts) != 1:
        raise InputError(
            f"The file does not hold the transcript {name!r}.",
            where=str(file),
            remedy="Name a file with this one interview.",
        )
    return transcripts[0]


def _with_speakers(old: Transcript, new: Transcript) -> Transcript:
    """Keep name and guid, and what people said of speakers whose name is the same."""
    known = {speaker.name.casefold(): speaker for speaker in old.speakers}
    speakers = []
    for speaker in new.speakers:
        before = known.get(speaker.name.casefold())
        if before is not None:
            speaker = replace(
                speaker,
                role=before.role,
                guessed=before.guessed,
                participant=before.participant,
            )
        speakers.append(speaker)
    named = replace(new, guid=old.guid, name=old.name, speakers=tuple(speakers))
    labelled = with_participants(named)
    people = {s.name: s.participant for s in speakers if s.participant is not None}
    return replace(
        labelled,
        speakers=tuple(
            replace(s, participant=people.get(s.name, s.participant)) for s in labelled.speakers
        ),
    )


def _moved_codings(
    codings: Sequence[CodingState], pieces: Sequence[Piece], text: str
) -> list[tuple[CodingState, CodingState | None]]:
    """Place each coding; where two become equal, the second has no place."""
    taken: set[tuple[Span, str, str]] = set()
    found: list[tuple[CodingState, CodingState | None]] = []
    for coding in codings:
        span = _placed((coding["start"], coding["end"]), pieces, text)
        key = (span or (0, 0), coding["code"], coding["coder"])
        if span is None or key in taken:
            found.append((coding, None))
            continue
        taken.add(key)
        found.append((coding, {**coding, "start": span[0], "end": span[1]}))
    return found


def _moved_readings(
    readings: Sequence[ReadingState], pieces: Sequence[Piece], text: str, fresh: Sequence[Span]
) -> list[ReadingState]:
    """Place each reading, leaving out what was not there to be read."""
    found: dict[tuple[str, Span], ReadingState] = {}
    for reading in readings:
        span = _placed((reading["start"], reading["end"]), pieces, text)
        if span is None:
            continue
        for start, end in _without(span, fresh):
            part: ReadingState = {**reading, "start": start, "end": end}
            found.setdefault((reading["coder"], (start, end)), part)
    return list(found.values())


def _without(span: Span, holes: Sequence[Span]) -> list[Span]:
    start, end = span
    parts = []
    for begin, stop in holes:
        if begin < end and start < stop:
            parts.append((start, begin))
            start = stop
    return [(a, b) for a, b in (*parts, (start, end)) if a < b]


def _placed(span: Span, pieces: Sequence[Piece], text: str) -> Span | None:
    """Give where a span is, without white space at its edges."""
    found = anchored(span, pieces)
    if found is None:
        return None
    words = text[found[0] : found[1]]
    start = found[0] + len(words) - len(words.lstrip())
    end = found[1] - len(words) + len(words.rstrip())
    return (start, end) if start < end else None


def _refuse(connection: Connection, plan: _Plan) -> None:
    if plan.old.text == plan.new.text:
        raise InputError(
            "The file has the same text; nothing was changed.",
            where=plan.new.source_name,
            remedy="Correct the file and save it first.",
        )
    if kept(plan.pieces) < _LEAST:
        raise InputError(
            f"Only {kept(plan.pieces):.0%} of {plan.old.name} is in the file: this is another "
            "interview, or another form of it.",
            where=plan.new.source_name,
            remedy="Correct the file that the transcript came from.",
        )
    for known in store.transcripts.known(connection, plan.old.name, plan.new.source_sha256):
        if known.name != plan.old.name:
            raise InputError(
                f"The file is the transcript {known.name!r} of this study.",
                where=plan.new.source_name,
                remedy="Name the corrected file.",
            )


def _mapping(plan: _Plan, last: int, moved: Sequence[tuple[int, int, int]]) -> dict[str, object]:
    """Make what is kept of a correction, enough to replay it."""
    before = {(r["coder"], r["start"], r["end"]) for r in plan.before}
    after = {(r["coder"], r["start"], r["end"]) for r in plan.readings}
    gone = [[r, None] for r in plan.before if (r["coder"], r["start"], r["end"]) not in after]
    come = [[None, r] for r in plan.readings if (r["coder"], r["start"], r["end"]) not in before]
    return {
        "after": last,
        "pieces": [list(piece) for piece in plan.pieces],
        "changes": {
            "codings": [[old, new] for old, new in plan.codings if old != new],
            "readings": [*gone, *come],
        },
        "unplaced": [
            {**old, "text": plan.old.text[old["start"] : old["end"]]}
            for old, new in plan.codings
            if new is None
        ],
        "decisions": [list(line) for line in moved],
    }


def _span_of(coding: CodingState | None) -> Span | None:
    return (coding["start"], coding["end"]) if coding else None


def _told(desk: Desk, connection: Connection, plan: _Plan) -> Correction:
    names: dict[str, str] = {}
    for old, _ in plan.codings:
        if old["code"] not in names:
            code = code_of(desk, connection, old["code"])
            names[old["code"]] = code.name if code else old["code"]
    moves = [_moved(plan, names, old, new) for old, new in plan.codings]
    placed = [move for move in moves if move.start is not None]
    same = [move for move in placed if move.text == move.old_text]
    return Correction(
        transcript=plan.old.name,
        kept=round(kept(plan.pieces), 4),
        words_before=len(plan.old.text.split()),
        words_after=len(plan.new.text.split()),
        unmoved=sum(move.start == move.old_start for move in same),
        moved=tuple(move for move in same if move.start != move.old_start),
        changed=tuple(move for move in placed if move.text != move.old_text),
        unplaced=tuple(move for move in moves if move.start is None),
        readings=len(plan.readings),
        unread=plan.unread,
        notes=tuple(_notes(plan)),
    )


def _moved(
    plan: _Plan, names: Mapping[str, str], old: CodingState, new: CodingState | None
) -> Moved:
    text = plan.new.text[new["start"] : new["end"]] if new else ""
    return Moved(
        guid=old["guid"],
        code_name=names[old["code"]],
        coder=old["coder"],
        old_start=old["start"],
        old_end=old["end"],
        start=new["start"] if new else None,
        end=new["end"] if new else None,
        old_text=plan.old.text[old["start"] : old["end"]],
        text=text,
    )


def _notes(plan: _Plan) -> list[str]:
    said = []
    if plan.old.text == plan.new.text:
        return ["The file has the same text."]
    if kept(plan.pieces) < _LEAST:
        said.append("So little is left of the transcript that this is another interview.")
    known = {speaker.name.casefold() for speaker in plan.old.speakers}
    new = [s.name for s in plan.new.speakers if s.name.casefold() not in known]
    if new:
        said.append(f"New speakers: {', '.join(new)}. Check who asks: semcode speakers.")
    if plan.unread:
        words = "1 added word counts" if plan.unread == 1 else f"{plan.unread:,} added words count"
        said.append(f"{words} as not read.")
    said.append("Suggest again afterwards: semcode suggest.")
    return said


def _words(text: str, span: Span) -> int:
    return len(text[span[0] : span[1]].split())
