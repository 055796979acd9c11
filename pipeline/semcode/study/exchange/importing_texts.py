"""Find or add the transcript of each document of a project, and the place of each coding."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.errors import ReadError
from semcode.exchange.anchoring import Anchor, How, Rebased, rebase
from semcode.exchange.inspecting import has_words, without_words
from semcode.exchange.offsets import Marks, choose, fits, from_foreign
from semcode.exchange.project import Project, ProjectCoding, Source
from semcode.readers import SUFFIXES
from semcode.readers.dialogue import read_dialogue
from semcode.readers.files import Source as File
from semcode.readers.files import shown
from semcode.records import Transcript
from semcode.study.adding import with_participants
from semcode.study.progress import Progress
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.study.exchange.importing import Imported

__all__ = ["Place", "Sources", "place_sources"]

_SHOWN = 60  # characters of a quote that are shown


@dataclass(slots=True)
class Place:
    """Where a document of the project is in the study.

    `way` moves its positions; None where the words differ, so that each coding has to be
    found by its words. `counted` settles positions of a document that came without words.
    """

    transcript: str
    guid: str
    text: str
    source_text: str
    way: Rebased | None
    anchor: Anchor | None = None
    counted: dict[tuple[int, int], tuple[int, int]] | None = None


@dataclass(slots=True)
class Sources:
    """The places of a project's documents by guid, and what could not be placed."""

    places: dict[str, Place] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    found: dict[How, int] = field(default_factory=dict)
    alike: list[str] = field(default_factory=list)
    guessed: int = 0

    def span(self, source: str, coding: ProjectCoding, code: str) -> tuple[str, int, int] | None:
        """Give transcript, start and end of a coding; None where it has no place (noted)."""
        place = self.places.get(source)
        if place is None:
            return None
        if coding.start is not None and coding.end is not None and place.way is not None:
            return place.transcript, *place.way.span(coding.start, coding.end)
        quote = coding.quote
        if coding.start is not None and coding.end is not None:
            if place.counted is not None:
                span = place.counted.get((coding.start, coding.end))
                return (place.transcript, *span) if span else None
            quote = place.source_text[coding.start : coding.end]
        return self._by_words(place, quote, coding.start, code)

    def spot(self, source: str, start: int, end: int, what: str) -> tuple[int, int] | None:
        """Give the place of a passage without a code; None where it has none (noted)."""
        place = self.places[source]
        if place.way is not None:
            return place.way.span(start, end)
        found = self._by_words(place, place.source_text[start:end], start, what)
        return found[1:] if found else None

    def notes(self) -> list[str]:
        """Say how codings were found by their words."""
        notes = [f"Codings placed by their words, {how}: {n:,}." for how, n in self.found.items()]
        notes += self.alike
        if self.guessed:
            notes.append(
                f"Words that stand in several places: {counted(self.guessed, 'coding')}; the place "
                "nearest to the old one was taken."
            )
        return notes

    def _by_words(
        self, place: Place, quote: str, near: int | None, code: str
    ) -> tuple[str, int, int] | None:
        if place.anchor is None:
            place.anchor = Anchor(place.text)
        found = place.anchor.place(quote, near=near)
        shown_quote = " ".join(quote.split())[:_SHOWN]
        if found is None:
            self.unplaced.append(
                f"{place.transcript}, {code}: the words {shown_quote!r} were not found."
            )
            return None
        if found.places > 1 and near is None:
            self.unplaced.append(
                f"{place.transcript}, {code}: the words {shown_quote!r} stand "
                f"{counted(found.places, 'time')}; which is meant is not known."
            )
            return None
        self.found[found.how] = self.found.get(found.how, 0) + 1
        self.guessed += found.places > 1
        if found.how is How.ALIKE:
            there = " ".join(place.text[found.start : found.end].split())[:_SHOWN]
            self.alike.append(
                f"{place.transcript}, {code}: the words {shown_quote!r} were placed on {there!r}. "
                "Check it."
            )
        return place.transcript, found.start, found.end


def place_sources(
    connection: Connection, project: Project, done: Imported, *, progress: Progress
) -> Sources:
    """Match each document to a transcript, by guid and then by its words; add the others."""
    sources = Sources()
    if not project.sources:
        return sources
    known = _Known(connection)
    wordless: list[str] = []
    with progress.stage("Reading documents", len(project.sources)) as advance:
        for source in project.sources:
            place = known.match(source)
            if place is not None:
                done.matched.append(place.transcript)
            elif source.text is not None and has_words(source.text):
                place = known.add(source, done)
            elif source.text is not None:
                wordless.append(source.name)
            elif source.codings:
                done.unplaced.append(
                    f"{source.name}: the study has no such transcript, and the file not its "
                    f"words. Without a place: {counted(len(source.codings), 'coding')}."
                )
            if place is not None:
                sources.places[source.guid] = place
                sources.lengths[place.transcript] = len(place.text)
                if place.counted == {} and source.codings:
                    done.unplaced.append(
                        f"{place.transcript}: the file lacks its words, and the positions do not "
                        "fit the study's. Without a place: "
                        f"{counted(len(source.codings), 'coding')}."
                    )
                elif place.way is None and source.text is not None:
                    done.notes.append(
                        f"{place.transcript}: its words differ from the study's; each coding "
                        "was searched for by its words."
                    )
            advance(1)
    done.lost += without_words(wordless)
    return sources


class _Known:
    """The transcripts of the study, to be found by guid, name or words."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        rows = store.transcripts.rows(connection)
        self._ids = {row.name: row.id for row in rows}
        self._guids: dict[str, str] = {}
        self._words: dict[bytes, str] = {}
        for row in rows:
            transcript = store.transcripts.load(connection, row.id)
            self._guids[transcript.guid] = row.name
            self._words[_fingerprint(transcript.text)] = row.name

    def match(self, source: Source) -> Place | None:
        name = self._guids.get(source.guid)
        if name is None and source.text is not None and has_words(source.text):
            name = self._words.get(_fingerprint(source.text))
        if name is None and source.text is None:
            name = self._named(source.name)
        if name is None:
            return None
        transcript = store.transcripts.load(self._connection, self._ids[name])
        text = source.text
        way = rebase(text, transcript.text) if text is not None else None
        place = Place(name, transcript.guid, transcript.text, text or "", way)
        if text is None:
            place.counted = _counted(source, transcript.text)
        return place

    def _named(self, name: str) -> str | None:
        """Find a transcript of a name, with or without the ending of a file."""
        if name in self._ids:
            return name
        plain = _plain(name)
        alike = [known for known in self._ids if _plain(known) == plain]
        return alike[0] if len(alike) == 1 else None

    def add(self, source: Source, done: Imported) -> Place | None:
        text = source.text or ""
        name, number = shown(source.name), 1
        while name in self._ids:
            number += 1
            name = f"{shown(source.name)} ({number})"
        if number > 1:
            done.notes.append(
                f"The study has another text named {source.name!r}: this one is {name!r}."
            )
        made = _transcript(source, name, text, done)
        if made is None:
            return None
        self._ids[name] = store.transcripts.add(self._connection, made)
        self._guids[made.guid] = name
        self._words[_fingerprint(text)] = name
        done.transcripts.append(name)
        return Place(name, made.guid, text, text, Rebased(None, None))


def _transcript(source: Source, name: str, text: str, done: Imported) -> Transcript | None:
    """Find the turns in a text, which stays as it is; None where it has no words."""
    digest = source.sha256 or hashlib.sha256(text.encode()).hexdigest()
    file = File(source.original_name or name, digest, "refi-qda")
    try:
        found = read_dialogue(text, name=name, source=file)
    except ReadError as error:
        done.lost.append(f"{name}: {error.what}")
        if source.codings:
            codings = counted(len(source.codings), "coding")
            done.unplaced.append(f"{name}: without a place are its {codings}.")
        return None
    done.notes += (f"{name}: {warning}" for warning in found.warnings)
    return replace(with_participants(found), guid=source.guid)


def _counted(source: Source, text: str) -> dict[tuple[int, int], tuple[int, int]] | None:
    """Settle positions that came without their words; none where they do not fit the text."""
    spans = [(c.start, c.end) for c in source.codings if c.start is not None and c.end is not None]
    if not spans:
        return None
    marks = Marks.of(spans)
    fit = choose([fits(text, marks, bom=False)])[0]
    if fit is None or fit.poor:
        return {}
    placed = from_foreign(text, fit.rule, marks)
    if placed.outside:
        return {}
    return dict(
        zip(spans, zip(placed.starts.tolist(), placed.ends.tolist(), strict=True), strict=True)
    )


def _plain(name: str) -> str:
    """Write a document's name without a file's ending, in one case."""
    path = PurePath(name.strip())
    return (path.stem if path.suffix.lower() in SUFFIXES else path.name).casefold()


def _fingerprint(text: str) -> bytes:
    """Hash the words of a text without its white space."""
    return hashlib.sha256("".join(text.split()).encode()).digest()
