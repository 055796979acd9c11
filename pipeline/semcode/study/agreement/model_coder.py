"""The model as one more coder: its suggestions as codings of segments that it has all read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from semcode import store
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate import Source
from semcode.records import Coding, Reading
from semcode.store import Database

__all__ = ["ModelCoder"]

Span = tuple[int, int]


@dataclass(frozen=True)
class ModelCoder:
    """The model as one more coder, who has read every segment; nobody without suggestions."""

    names: tuple[str, ...] = ()
    codings: Mapping[str, Sequence[Coding]] | None = None
    segments: Mapping[str, Sequence[Span]] | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, database: Database, settings: Settings) -> ModelCoder:
        """Take the current suggestions. Raises InputError where there are none."""
        with database.read() as connection:
            run = store.runs.current(connection)
        if run is None:
            raise InputError(
                "There are no suggestions to compare with.",
                where="model",
                remedy="Run semcode suggest first.",
            )
        made = run.provenance.get("model")
        model = made.get("name") if isinstance(made, Mapping) else None
        floor = settings.suggest.floor
        name = f"semcode ({model or run.kind})"
        codings: dict[str, list[Coding]] = {}
        segments: dict[str, list[Span]] = {}
        with database.read() as connection:
            for row in store.runs.suggestions(connection, run.id):
                if row.score >= floor:
                    coding = Coding("", row.transcript, row.start, row.end, row.code, name)
                    codings.setdefault(row.transcript, []).append(coding)
            for transcript in store.transcripts.rows(connection):
                segments[transcript.name] = [
                    (s.start, s.end)
                    for s in store.segments.of_transcript(connection, transcript.id)
                ]
        notes = [
            f"The model gives a segment every code with a score of {floor:g} or more (the "
            "study's setting). Another threshold gives other numbers."
        ]
        if run.kind != "definitions":
            notes.append(
                "The model learned from codings in this study: it has seen some of what it is "
                "compared with, so that these numbers are too high."
            )
        return cls((name,), codings, segments, tuple(notes))

    def added(self, sources: Iterator[Source]) -> Iterator[Source]:
        """Add the model's codings and readings to each transcript."""
        at = datetime.now(UTC)
        for source in sources:
            if not self.names or self.codings is None or self.segments is None:
                yield source
                continue
            read = [
                Reading(self.names[0], source.name, start, end, at, blind=True)
                for start, end in self.segments.get(source.name, ())
            ]
            yield replace(
                source,
                codings=[*source.codings, *self.codings.get(source.name, ())],
                readings=[*source.readings, *read],
            )
