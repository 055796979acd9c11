"""Read the table of participants, and tell which speaker of which transcript is which person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from semcode.errors import InputError
from semcode.readers.files import load, shown
from semcode.readers.sheets import Row, cell_text, read_sheets
from semcode.records import Participant, Role, Speaker, Transcript
from semcode.wording import counted

__all__ = ["Matching", "ParticipantRow", "match", "read_participants"]

_ID_COLUMNS = ("participant", "participant_id", "id", "pid", "case", "name")
_FILE_COLUMNS = frozenset(
    {"transcript", "transcripts", "file", "files", "file_name", "filename", "document"}
    | {"documents", "transcript_file", "transcript_name"}
)
_SUFFIX = re.compile(
    r"\.(?:txt|text|md|markdown|docx|odt|rtf|pdf|vtt|srt|textgrid|json3?|csv|tsv|xlsx)$",
    re.IGNORECASE,
)
_FIX = "Correct the table and read it again."


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """A person and the names (file stems) of the transcripts that the table gives them."""

    participant: Participant
    transcripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """Which person each speaker is.

    `speakers` maps (transcript guid, speaker name) to a participant's label. `rows` are
    labels that no speaker was found for, `transcripts` the names of transcripts whose
    participant is not known, `problems` sentences that say why.
    """

    speakers: Mapping[tuple[str, str], str]
    rows: tuple[str, ...] = ()
    transcripts: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def read_participants(path: Path, *, max_bytes: int = 20_000_000) -> list[ParticipantRow]:
    """Read a .csv, .tsv or .xlsx table with a row for each participant.

    The first row names the columns. The participant's id is in `participant`,
    `participant_id`, `id`, `pid`, `case` or `name`, else in the first column; transcripts
    are in `transcript`, `file` or `document`, several parted by `;`. All other columns are
    attributes, kept as written. Raises InputError with the line at fault.
    """
    where = shown(path)
    rows = _rows(load(path, max_bytes=max_bytes), where)
    header = _header(rows[0], where)
    id_column = _id_column(header)
    found: dict[str, ParticipantRow] = {}
    for row in rows[1:]:
        read = _participant(row, header, id_column, where)
        label = read.participant.label
        if label in found:
            raise _at(f"the id `{label}` comes twice.", where, row.line)
        found[label] = read
    if not found:
        raise InputError("the table holds no participants.", where=where, remedy=_FIX)
    return list(found.values())


def _rows(data: bytes, where: str) -> list[Row]:
    """Give the rows of the first sheet that holds any, their cells as text."""
    sheets, _ = read_sheets(data, where=where)
    for sheet in sheets:
        rows = [Row(row.line, tuple(map(_text, row.cells))) for row in sheet.rows]
        rows = [row for row in rows if any(str(cell).strip() for cell in row.cells)]
        if rows and sheet.delimited:
            return rows
        if rows:  # in Excel a row ends with its last filled cell
            width = len(rows[0].cells)
            return [Row(row.line, row.cells + ("",) * (width - len(row.cells))) for row in rows]
    raise InputError("the table is empty.", where=where, remedy=_FIX)


def _text(cell: object) -> str:
    """Write a cell as a person sees it; a date without its midnight."""
    if isinstance(cell, datetime) and cell.time() == time(0):
        return cell.date().isoformat()
    return cell_text(cell)


def _at(what: str, where: str, line: int) -> InputError:
    return InputError(what, where=f"{where}, line {line}", remedy=_FIX)


def _header(row: Row, where: str) -> list[str]:
    header = [str(cell).strip() for cell in row.cells]
    while header and not header[-1]:
        header.pop()
    if not all(header):
        raise _at(f"column {header.index('') + 1} has no name.", where, row.line)
    twice = [name for name, count in Counter(map(_plain, header)).items() if count > 1]
    if twice:
        raise _at(f"the column `{twice[0]}` comes twice.", where, row.line)
    return header


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


def _id_column(header: Sequence[str]) -> int:
    plain = [_plain(name) for name in header]
    return next((plain.index(name) for name in _ID_COLUMNS if name in plain), 0)


def _participant(row: Row, header: Sequence[str], id_column: int, where: str) -> ParticipantRow:
    cells = [str(cell) for cell in row.cells]
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(header):
        what = f"the row has {counted(len(cells), 'cell')}, the header {len(header)}."
        raise _at(what, where, row.line)
    label = cells[id_column].strip()
    if not label:
        raise _at(f"the id in column `{header[id_column]}` is empty.", where, row.line)
    attributes: dict[str, str] = {}
    transcripts: list[str] = []
    for index, (name, cell) in enumerate(zip(header, cells, strict=True)):
        if index == id_column:
            continue
        if _plain(name) in _FILE_COLUMNS:
            transcripts += [_stem(part) for part in re.split(r"[;\n]", cell) if part.strip()]
        else:
            attributes[name] = cell
    return ParticipantRow(Participant(label, attributes), tuple(dict.fromkeys(transcripts)))


def _stem(name: str) -> str:
    return _SUFFIX.sub("", re.split(r"[/\\]", name.strip())[-1])


def match(rows: Sequence[ParticipantRow], transcripts: Sequence[Transcript]) -> Matching:
    """Match participants to speakers: by the transcript column, else by the id as a token.

    A token is a whole run of letters and digits in the transcript's or the speaker's name
    (`P03` in `2024_P03_final`; `P3` only where no id is written as in the name).
    """
    speakers: dict[tuple[str, str], str] = {}
    problems = _absent(rows, transcripts)
    for transcript in transcripts:
        named = _rows_of(transcript, rows)
        found, problem = _speakers_of(transcript, named, rows)
        speakers.update({(transcript.guid, name): label for name, label in found.items()})
        problems += [problem] if problem else []
    matched = set(speakers.values())
    known = {guid for guid, _ in speakers}
    return Matching(
        speakers=speakers,
        rows=tuple(row.participant.label for row in rows if row.participant.label not in matched),
        transcripts=tuple(found.name for found in transcripts if found.guid not in known),
        problems=tuple(problems),
    )


def _absent(rows: Iterable[ParticipantRow], transcripts: Iterable[Transcript]) -> list[str]:
    known = {transcript.name.casefold() for transcript in transcripts}
    return [
        f"The table gives participant {row.participant.label} the transcript `{name}`, "
        "which was not read."
        for row in rows
        for name in row.transcripts
        if name.casefold() not in known
    ]


def _rows_of(transcript: Transcript, rows: Sequence[ParticipantRow]) -> list[ParticipantRow]:
    """Give the rows that claim a transcript: by name, else by their id in its name."""
    name = transcript.name.casefold()
    named = [row for row in rows if name in {known.casefold() for known in row.transcripts}]
    if named:
        return named
    free = [row for row in rows if not row.transcripts]
    return _with_id_in(transcript.name, free)


def _with_id_in(name: str, rows: Sequence[ParticipantRow]) -> list[ParticipantRow]:
    """Give the rows whose id is in a name, written alike if any is, else but for zeros."""
    for split in (_words, _parts):
        where = split(name)
        found = [row for row in rows if _is_within(split(row.participant.label), where)]
        if found:
            longest = max(len(split(row.participant.label)) for row in found)
            return [row for row in found if len(split(row.participant.label)) == longest]
    return []


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _parts(text: str) -> list[str]:
    """Split at each change from letters to digits as well, without leading zeros."""
    parts = re.findall(r"\d+|[^\W\d_]+", text.casefold())
    return [part.lstrip("0") or "0" if part.isdecimal() else part for part in parts]


def _is_within(wanted: Sequence[str], where: Sequence[str]) -> bool:
    size = len(wanted)
    spans = (where[at : at + size] for at in range(len(where) - size + 1))
    return size > 0 and any(list(span) == list(wanted) for span in spans)


def _speakers_of(
    transcript: Transcript, named: Sequence[ParticipantRow], rows: Sequence[ParticipantRow]
) -> tuple[dict[str, str], str | None]:
    """Give the people among a transcript's speakers, or the reason why they are unknown."""
    people = _people(transcript.speakers)
    found: dict[str, str] = {}
    for speaker in people:
        alike = _with_id_in(speaker.name, named or rows)
        if len(alike) == 1:
            found[speaker.name] = alike[0].participant.label
    if found:
        return found, None
    if len(named) == 1 and len(people) == 1:
        return {people[0].name: named[0].participant.label}, None
    return {}, _reason(transcript, named, people)


def _people(speakers: Sequence[Speaker]) -> list[Speaker]:
    """Give the participants, or whoever may be one where no role is known."""
    for role in (Role.PARTICIPANT, Role.UNKNOWN):
        people = [speaker for speaker in speakers if speaker.role is role]
        if people:
            return people
    return []


def _reason(
    transcript: Transcript, named: Sequence[ParticipantRow], people: Sequence[Speaker]
) -> str:
    if not people:
        return f"Transcript `{transcript.name}` has no speaker who is a participant."
    if not named:
        return f"Transcript `{transcript.name}` fits no participant of the table."
    labels = ", ".join(row.participant.label for row in named)
    names = ", ".join(speaker.name for speaker in people)
    return f"Transcript `{transcript.name}`: who is who is not clear ({labels}; {names})."
