"""Add transcripts and participants to a study, file by file, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection

from semcode import readers, store
from semcode.config import Settings
from semcode.errors import ReadError
from semcode.readers.language import language_note
from semcode.records import Role, Transcript
from semcode.store import Database
from semcode.study.progress import Progress

__all__ = ["Added", "add_files", "add_participants", "set_role", "with_participants"]


@dataclass(slots=True)
class Added:
    """What became of each file.

    `transcripts` were added, `skipped` were there already (both by name); `failed` are
    sentences for the person; `notes` are warnings with the transcripts that they concern.
    """

    transcripts: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)


def add_files(
    database: Database,
    files: Iterable[Path],
    *,
    settings: Settings,
    columns: Mapping[str, str],
    progress: Progress,
) -> Added:
    """Read and store transcripts; a bad file is reported and the rest goes on."""
    options = readers.ReadOptions(columns=columns, max_bytes=settings.limits.file_mb * 1_000_000)
    paths = list(files)
    added = Added()
    source = ""
    with progress.stage("Reading transcripts", len(list(readers.files_of(paths)))) as advance:
        for item in readers.read(paths, options=options):
            came_from = str(item.path) if isinstance(item, readers.Failure) else item.source_name
            advance(int(came_from != source))
            source = came_from
            if isinstance(item, readers.Failure):
                added.failed.append(str(item.error))
                continue
            try:
                _store(database, item, added)
            except ReadError as error:
                added.failed.append(str(error))
    return added


def _store(database: Database, transcript: Transcript, added: Added) -> None:
    with database.write() as connection:
        found = store.transcripts.known(connection, transcript.name, transcript.source_sha256)
        for known in found:
            same = known.source_sha256 == transcript.source_sha256
            if same and known.name == transcript.name:
                added.skipped.append(transcript.name)
                return
            if same and known.source_name != transcript.source_name:
                raise ReadError(
                    f"The study has the same content from {known.source_name!r}.",
                    where=transcript.source_name,
                    remedy="Leave it out, or correct the file if it is another interview.",
                )
            if known.name == transcript.name:
                raise ReadError(
                    f"The study has another transcript named {transcript.name!r}.",
                    where=transcript.source_name,
                    remedy="Rename the file if it is another interview; if it is a corrected one, "
                    "use semcode correct.",
                )
        language = store.codebooks.load(connection).language
        store.transcripts.add(connection, with_participants(transcript))
    added.transcripts.append(transcript.name)
    foreign = language_note(transcript.text, language)
    for warning in (*transcript.warnings, *([foreign] if foreign else [])):
        added.notes.setdefault(warning, []).append(transcript.name)


def with_participants(transcript: Transcript) -> Transcript:
    """Name who speaks: as known, else by the transcript, with the speaker's name if several."""
    speaking = [s for s in transcript.speakers if s.role is not Role.INTERVIEWER]
    speakers = []
    for speaker in transcript.speakers:
        alone, among = transcript.name, f"{transcript.name} / {speaker.name}"
        known = speaker.participant not in (None, alone, among)
        label = speaker.participant if known else alone if len(speaking) == 1 else among
        speakers.append(replace(speaker, participant=label if speaker in speaking else None))
    return replace(transcript, speakers=tuple(speakers))


def set_role(connection: Connection, transcript: str, speaker: str, role: Role) -> None:
    """Record a role that a person gave; who answers is a participant, who asks is none."""
    store.transcripts.set_role(connection, transcript, speaker, role)
    outline = next(t for t in store.transcripts.outlines(connection) if t.name == transcript)
    for person in with_participants(outline).speakers:
        store.transcripts.set_participant(connection, transcript, person.name, person.participant)
    store.people.drop_unused(connection)


def add_participants(database: Database, table: Path) -> list[str]:
    """Attach a table of participants to the transcripts; give what could not be attached."""
    rows = readers.read_participants(table)
    with database.write() as connection:
        outlines = store.transcripts.outlines(connection)
        matching = readers.match(rows, outlines)
        store.people.save_participants(connection, [row.participant for row in rows])
        names = {outline.guid: outline.name for outline in outlines}
        for (guid, speaker), label in matching.speakers.items():
            store.transcripts.set_participant(connection, names[guid], speaker, label)
        store.people.drop_unused(connection)
    notes = list(matching.problems)
    there = {outline.name.casefold() for outline in outlines}
    named = {  # in a problem already
        row.participant.label
        for row in rows
        if row.transcripts and not any(name.casefold() in there for name in row.transcripts)
    }
    lost = [label for label in matching.rows if label not in named]
    if lost:
        notes.append(f"No transcript was found for: {', '.join(lost)}.")
    return notes
