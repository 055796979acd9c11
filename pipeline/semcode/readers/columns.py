"""Find which columns of a table hold the speaker, the text and the times."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from semcode.errors import ReadError
from semcode.readers.sheets import Row, cell_text, column_key

__all__ = ["COLUMNS", "Columns", "find_columns", "known_columns", "missing_columns"]

# The best names first; each column serves once.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("utterance_text", "text", "utterance", "content", "speech", "transcription"),
        *("transcript_text", "sentence", "freetext", "free_text", "response", "answer"),
        *("comment", "comments", "message", "body", "quote", "words", "transcript"),
    ),
    "speaker": (
        *("speaker", "interlocutor", "speaker_name", "speaker_label", "speaker_id"),
        *("role", "name", "who", "person"),
    ),
    "start": (
        *("start", "start_time", "time_start", "starttime", "start_s", "start_seconds"),
        *("begin", "begin_time", "timestamp", "timespan", "timecode", "time_code", "time"),
    ),
    "end": ("end", "end_time", "time_end", "endtime", "end_s", "end_seconds", "stop", "finish"),
    "transcript": (
        *("transcript_id", "transcript", "transcript_name", "interview_id", "interview"),
        *("file", "file_name", "filename", "document", "document_name", "document_id"),
        *("session", "session_id", "recording", "conversation", "conversation_id", "source"),
    ),
    "utterance": (
        *("utterance_id", "utterance_no", "utterance_number", "utterance_index"),
        *("turn_id", "segment_id"),
    ),
    "participant": (
        *("participant", "participant_id", "case", "case_id", "pid", "respondent"),
        *("respondent_id", "subject", "subject_id", "record_id", "response_id", "id"),
    ),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The place of each column in a row, from 0; None where the table has none."""

    text: int
    speaker: int | None = None
    start: int | None = None
    end: int | None = None
    transcript: int | None = None
    utterance: int | None = None
    participant: int | None = None


def known_columns(chosen: Mapping[str, str]) -> frozenset[str]:
    """List every name that a column is looked for by."""
    names = [*chosen.values(), *(name for names in COLUMNS.values() for name in names)]
    return frozenset(column_key(name) for name in names if name)


def find_columns(
    header: Sequence[object], chosen: Mapping[str, str], *, where: str
) -> Columns | None:
    """Find the columns by their names; None where the text, or who speaks, is not found.

    `chosen` maps a kind (a key of COLUMNS) to the name that a person gave; an empty name
    leaves that kind out. A table without speakers will do where each row is a participant,
    or where a person chose the text. Raises ReadError for a kind that does not exist.
    """
    for kind in chosen:
        if kind not in COLUMNS:
            what = f"there is no kind of column named {kind!r}."
            raise ReadError(what, where=where, remedy=f"Choose among {', '.join(COLUMNS)}.")
    places = _places([column_key(cell_text(cell)) for cell in header], chosen)
    text = places.pop("text", None)
    if text is None or any(name and kind not in places for kind, name in _others(chosen)):
        return None
    if places.keys().isdisjoint({"speaker", "participant"}) and not chosen.get("text"):
        return None
    return Columns(text=text, **places)


def _others(chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(kind, name) for kind, name in chosen.items() if kind != "text"]


def _places(keys: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """Give each kind of column the place of its best name that is still free."""
    names: dict[str, tuple[str, ...]] = {kind: (column_key(name),) for kind, name in chosen.items()}
    names |= {kind: best for kind, best in COLUMNS.items() if kind not in chosen}
    places: dict[str, int] = {}
    for kind, best in names.items():
        free = {key: at for at, key in enumerate(keys) if key and at not in places.values()}
        found = [free[name] for name in best if name in free]
        if found:
            places[kind] = found[0]
    return places


def missing_columns(rows: Sequence[Row], chosen: Mapping[str, str], *, where: str) -> ReadError:
    """Say which columns there are and offer the likeliest choice, ready to paste."""
    names = [cell_text(cell).strip() for cell in rows[0].cells] if rows else []
    listed = ", ".join(repr(name[:40]) for name in names[:30] if name) or "none"
    lost = [
        name for name in chosen.values() if name and column_key(name) not in map(column_key, names)
    ]
    what = f"the columns to read were not found; the table has {listed}."
    if lost:
        what = f"there is no column {', '.join(map(repr, lost))}; the table has {listed}."
    offer = _offer(names, rows[1:200], chosen)
    remedy = f"Say which to read: {offer}" if offer else "Give it a first row with names."
    return ReadError(what, where=where, remedy=remedy)


def _offer(names: Sequence[str], rows: Sequence[Row], chosen: Mapping[str, str]) -> str:
    """Guess the columns by their names' likeness, then by what they hold."""
    guess = {kind: _closest(name, names) for kind, name in chosen.items() if name}
    free = [at for at, name in enumerate(names) if name and name not in guess.values()]
    held = {at: _held(rows, at) for at in free}
    if not guess.get("text") and free:
        text = max(free, key=lambda at: sum(map(len, held[at])) / (len(held[at]) or 1))
        guess["text"] = names[text]
        free.remove(text)
    few = [at for at in free if 1 < len(set(held[at])) <= max(2, len(held[at]) // 2)]
    if not guess.get("speaker") and (few or free):
        best = min(few or free, key=lambda at: sum(map(len, set(held[at]))))
        guess["speaker"] = names[best]
    pairs = [f"{kind}={guess[kind]}" for kind in COLUMNS if guess.get(kind)]
    mapping = ",".join(sorted(pairs, key=lambda pair: not pair.startswith("speaker=")))
    quoted = f'"{mapping}"' if re.search(r"[^\w=,.-]", mapping) else mapping
    return f"--columns {quoted}" if mapping else ""


def _closest(name: str, names: Sequence[str]) -> str:
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    return found[0] if found else ""


def _held(rows: Sequence[Row], at: int) -> list[str]:
    cells = (cell_text(row.cells[at]).strip() for row in rows if at < len(row.cells))
    return [cell for cell in cells if cell]
