"""The starter studies that travel with semcode: invented interviews, coded by two coders."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from semcode import store
from semcode.errors import InputError
from semcode.exchange.quotes import read_quotes
from semcode.records import Reading, Role, Transcript
from semcode.resources import locate
from semcode.store import Database

__all__ = ["NOTICE", "STARTERS", "add_codings", "starter_folder"]

#: The starter studies by name; each is coded with the codebook of the same name.
STARTERS = ("peer-support", "postpartum")

NOTICE = "Invented starter data: no interview took place, no real person is described."


def starter_folder(name: str) -> Path:
    """Find a starter study's files. Raises InputError for an unknown name."""
    if name not in STARTERS:
        raise InputError(
            f"There is no starter study {name!r}.", remedy=f"Use one of: {', '.join(STARTERS)}."
        )
    return locate(f"data/starter/{name}")


def add_codings(database: Database, table: Path) -> list[str]:
    """Add the codings in a table of quotes, whose coders read every transcript in it.

    Gives a sentence for each row that could not be placed.
    """
    with database.write() as connection:
        loaded = {
            row.name: store.transcripts.load(connection, row.id)
            for row in store.transcripts.rows(connection)
        }
        codebook = store.codebooks.load(connection)
        quoted = read_quotes(table, transcripts=loaded, codebook=codebook)
        store.codings.add(connection, quoted.codings)
        people = {(c.coder, c.transcript) for c in quoted.codings}
        at = datetime.now(UTC)
        readings = [
            Reading(coder, name, turn.start, turn.end, at, blind=True)
            for coder, name in sorted(people)
            for turn in loaded[name].turns
            if _roles(loaded[name])[turn.speaker] is not Role.INTERVIEWER
        ]
        store.codings.add_readings(connection, readings)
    return list(quoted.unplaced)


def _roles(transcript: Transcript) -> dict[str, Role]:
    return {speaker.name: speaker.role for speaker in transcript.speakers}
