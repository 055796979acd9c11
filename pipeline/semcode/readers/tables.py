"""Read tables with an utterance a row, or a person a row, into transcripts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from semcode.errors import ReadError
from semcode.readers.assemble import Utterance, assemble
from semcode.readers.columns import Columns, find_columns, known_columns, missing_columns
from semcode.readers.files import Source
from semcode.readers.sheets import Row, Sheet, cell_text, lines_of, read_sheets
from semcode.records import Role, Speaker, Transcript

__all__ = ["Conversation", "read_table", "table_conversations"]

_HEADER_WITHIN = 10  # rows: exported reports carry a title above the names of the columns
_FRACTION = r"(?:[.,][0-9]{1,9})?"
_CLOCK = rf"(?:[0-9]{{1,3}}:)?[0-9]{{1,3}}:[0-9]{{1,2}}{_FRACTION}|-?[0-9]{{1,9}}{_FRACTION}s?"
_TIME = re.compile(
    rf"[\[(]?(?P<start>{_CLOCK})(?:\s{{0,5}}(?:-->|-|–|—|to)\s{{0,5}}(?P<end>{_CLOCK}))?[\])]?"
)
_EXCEL_EPOCH = datetime(1899, 12, 30)


@dataclass(slots=True)
class Conversation:
    """The utterances of one transcript in a table, before they are joined to turns.

    `value` is what the transcript's column says, or the participant's; '' where the table
    is one transcript. `participant` is set where each row is one person's.
    """

    value: str
    participant: str | None = None
    utterances: list[Utterance] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)
    timeless: list[int] = field(default_factory=list)


def read_table(
    data: bytes, *, name: str, source: Source, columns: Mapping[str, str]
) -> list[Transcript]:
    """Read each transcript that a table holds; a person's rows where it names no speakers.

    `columns` maps kinds of columns (speaker, text, start, end, transcript, utterance,
    participant) to their names; the others are found by name. Several transcripts are
    called `name_value`. Raises ReadError where columns cannot be found, offering a choice.
    """
    found, notes = table_conversations(data, source=source, columns=columns)
    transcripts: list[Transcript] = []
    for conversation in found:
        own = f"{name}_{conversation.value}" if len(found) > 1 else name
        said = [*([] if transcripts else notes), *_notes(conversation)]
        made = assemble(conversation.utterances, name=own, source=source, warnings=said)
        if conversation.participant is not None:
            made = replace(made, speakers=_participants(made, conversation.participant))
        transcripts.append(made)
    return transcripts


def table_conversations(
    data: bytes, *, source: Source, columns: Mapping[str, str]
) -> tuple[list[Conversation], list[str]]:
    """Read a table's utterances, transcript by transcript, with warnings about the file.

    Consecutive rows that repeat an utterance (one for each annotator) are one: equal in
    transcript, speaker, text and utterance id, or start where there is no id. Rows equal
    without either are kept, as people say "Yes." twice. Raises ReadError.
    """
    sheets, notes = read_sheets(data, where=source.name, known=known_columns(columns))
    sheet, at, places = _choose(sheets, columns, where=source.name)
    others = [other.title for other in sheets if other is not sheet and other.rows]
    if others:
        notes.append(f"Sheets that were not read: {', '.join(map(repr, others))}.")
    header, rows = sheet.rows[at], sheet.rows[at + 1 :]
    width = _width(header)
    found: dict[str, Conversation] = {}
    silent: list[int] = []
    before: tuple[str, ...] | None = None
    value = ""
    for row in rows:
        fields = _Fields(row, places, width, delimited=sheet.delimited)
        value = fields.transcript or value  # a merged cell stands in its first row only
        if not fields.text:
            silent.append(row.line)
            continue
        before = _take(found, fields, value, before)
    if silent:
        notes.append(f"Rows without text were left out: {lines_of(silent)}.")
    spoken = [one for one in found.values() if _has_words(one)]
    if not spoken:
        remedy = "Check which column holds the text."
        raise ReadError("the table holds no words.", where=source.name, remedy=remedy)
    return spoken, notes


def _choose(
    sheets: Sequence[Sheet], columns: Mapping[str, str], *, where: str
) -> tuple[Sheet, int, Columns]:
    """Find the first sheet, and the row in it, that names the columns; raise ReadError."""
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
            places = find_columns(row.cells, columns, where=where)
            if places is not None:
                return sheet, at, places
    rows = next((sheet.rows for sheet in sheets if sheet.rows), ())
    raise missing_columns(rows, columns, where=where)


def _width(row: Row) -> int:
    """Count cells up to the last one that holds something."""
    return max((at + 1 for at, cell in enumerate(row.cells) if cell_text(cell)), default=0)


class _Fields:
    """What a row says in each of the columns that are read."""

    def __init__(self, row: Row, places: Columns, width: int, *, delimited: bool) -> None:
        self._cells = row.cells
        self.line = row.line
        self.ragged = _width(row) > width or (delimited and len(row.cells) < width)
        self.text = self._string(places.text)
        self.speaker = self._string(places.speaker)
        self.transcript = " ".join(self._string(places.transcript).split())
        self.utterance = self._string(places.utterance)
        self.person = places.speaker is None and places.participant is not None
        self.participant = " ".join(self._string(places.participant).split())
        self.start = self._string(places.start)
        self.times, self.timeless = self._times(places)

    def _cell(self, place: int | None) -> object:
        return None if place is None or place >= len(self._cells) else self._cells[place]

    def _string(self, place: int | None) -> str:
        return cell_text(self._cell(place)).strip()

    def _times(self, places: Columns) -> tuple[tuple[float | None, float | None], bool]:
        """Give start and end in seconds, and whether one is written that cannot be read."""
        start, range_end = _span(self._cell(places.start))
        end, _ = _span(self._cell(places.end))
        written = bool(self.start), bool(self._string(places.end))
        unread = (written[0] and start is None) or (written[1] and end is None)
        return (start, range_end if end is None else end), unread


def _take(
    found: dict[str, Conversation],
    fields: _Fields,
    value: str,
    before: tuple[str, ...] | None,
) -> tuple[str, ...]:
    """Put a row's utterance where it belongs; give what its repetition would be equal to."""
    participant = (fields.participant or f"row {fields.line}") if fields.person else None
    key = participant or value
    own = found.setdefault(key, Conversation(key, participant))
    identity = (key, fields.speaker, fields.text, fields.utterance or fields.start)
    if fields.ragged:
        own.ragged.append(fields.line)
    if identity == before and identity[-1]:
        own.repeated.append(fields.line)
        return identity
    if fields.timeless:
        own.timeless.append(fields.line)
    speaker = participant or fields.speaker or None
    own.utterances.append(Utterance(speaker, fields.text, *fields.times))
    return identity


def _has_words(conversation: Conversation) -> bool:
    return any(map(str.isalnum, "".join(said.text for said in conversation.utterances)))


def _notes(conversation: Conversation) -> Iterator[str]:
    if conversation.repeated:
        count = len(conversation.repeated)
        yield f"Rows that repeat the utterance above: {count}. Each was read once."
    if conversation.ragged:
        lines = lines_of(conversation.ragged)
        yield f"Rows with more or fewer cells than there are columns: {lines}. Check their text."
    if conversation.timeless:
        yield f"Times that cannot be read were left out: {lines_of(conversation.timeless)}."


def _participants(transcript: Transcript, label: str) -> tuple[Speaker, ...]:
    return tuple(
        replace(speaker, role=Role.PARTICIPANT, participant=label)
        for speaker in transcript.speakers
    )


def _span(cell: object) -> tuple[float | None, float | None]:
    """Give the start, and the end where the cell holds a range; None for what is no time.

    Text is `HH:MM:SS(.mmm)`, `MM:SS` or a number of seconds; Excel has times, durations and,
    beyond 24 hours, dates counted from 1899-12-30. A date of our days is no time in a
    recording.
    """
    if isinstance(cell, str):
        match = _TIME.fullmatch(cell.strip())
        return (_clock(match["start"]), _clock(match["end"])) if match else (None, None)
    return _excel_seconds(cell), None


def _excel_seconds(cell: object) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell) if abs(cell) < 1e9 and math.isfinite(cell) else None
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    if isinstance(cell, date):
        moment = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
        return (moment - _EXCEL_EPOCH).total_seconds() if moment.year <= 1900 else None
    return None


def _clock(text: str | None) -> float | None:
    """Give seconds; the fraction is decimal, with a point or a comma."""
    if not text:
        return None
    seconds = 0.0
    for part in text.rstrip("s").replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
