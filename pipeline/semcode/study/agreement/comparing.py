"""Gather who read and coded what in a study, and compare the coders."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from semcode import store
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate import (
    UNITS,
    VIEWS,
    AgreementReport,
    CodeName,
    Dispute,
    ModelTable,
    ModeReport,
    Options,
    Source,
    SpanCounts,
    agreement_report,
    compare,
    count_spans,
    drop,
    in_view,
    model_table,
    span_agreement,
)
from semcode.records import CoderKind, Coding, Level, Reading, Role, Segment, Transcript
from semcode.store import Database
from semcode.study.agreement.batches import Draws, restricted
from semcode.study.agreement.model_coder import ModelCoder
from semcode.study.agreement.programs import SPAN, grouped, mode_texts, span_tables
from semcode.wording import counted

if TYPE_CHECKING:
    from spacy.language import Language

    from semcode.store.transcripts import TranscriptRow

__all__ = ["Gathered", "code_names", "compare_coders", "gather", "readers", "with_texts"]

Span = tuple[int, int]
Sentences = Callable[[Sequence[str]], list[list[Span]]]

_MATCH_SPANS = 0.5


@dataclass(frozen=True)
class Gathered:
    """What is known of a study without its texts; transcripts are loaded one at a time."""

    database: Database
    settings: Settings
    rows: Sequence[TranscriptRow]
    codebook: Codebook
    codings: Mapping[str, Sequence[Coding]]
    readings: Mapping[str, Sequence[Reading]]
    order: Mapping[str, tuple[str, int]]

    def sources(self, unit: str) -> Iterator[Source]:
        """Load each transcript with its units; one that was never cut is cut, not stored."""
        sentences = _sentences(self.settings) if unit == "sentence" else None
        cut = _cutter(self.settings)
        for row in self.rows:
            with self.database.read() as connection:
                transcript = store.transcripts.load(connection, row.id)
                segments = store.segments.of_transcript(connection, row.id)
            if unit == "segment" and row.segmentation is None:
                segments = cut(transcript)
            yield self._source(transcript, segments, unit, sentences)

    def _source(
        self,
        transcript: Transcript,
        segments: Sequence[Segment],
        unit: str,
        sentences: Sentences | None,
    ) -> Source:
        who = {speaker.name: speaker for speaker in transcript.speakers}
        turns = [t for t in transcript.turns if who[t.speaker].role is not Role.INTERVIEWER]
        cut = [(segment.start, segment.end) for segment in segments]
        starts = sorted(start for start, _ in cut)
        own = [t for t in turns if bisect_left(starts, t.start) < bisect_left(starts, t.end)]
        return Source(
            name=transcript.name,
            text=transcript.text,
            speech=[(t.start, t.end) for t in turns],
            people=[who[t.speaker].participant or transcript.name for t in turns],
            units=_units(
                transcript.text, unit, cut, [(t.start, t.end) for t in own or turns], sentences
            ),
            codings=self.codings.get(transcript.name, ()),
            readings=self.readings.get(transcript.name, ()),
            order=self.order[transcript.name],
            codable=cut,
        )


def compare_coders(
    database: Database,
    settings: Settings,
    *,
    coders: Sequence[str] | None = None,
    unit: str = "segment",
    by: str | Sequence[str] = "code",
    mode: str = "semcode",
    ci: float = 0.95,
    resamples: int = 2_000,
    seed: int = 0,
    cluster: str = "interview",
    overlap: float | None = None,
    blind_only: bool = True,
    model: bool = False,
    half_width: float = 0.1,
    batch: str | None = None,
) -> AgreementReport | ModeReport:
    """Compare coders; see `Study.agreement`."""
    views = (by,) if isinstance(by, str) else tuple(by)
    _check(unit, views)
    options = Options(ci, resamples, seed, cluster)
    found = gather(database, settings)
    shown = 0
    if blind_only:
        found, shown = _without_shown(found)
    if mode != "semcode" or unit == SPAN:
        return _as_program(found, coders, mode, unit, views, overlap, blind_only, options)
    people = _chosen(found, coders, blind_only=blind_only)
    draws = Draws.of(database, found.readings)
    chosen = draws.named(batch) if batch is not None else None
    within = draws.spans(chosen) if chosen is not None else None
    total = 0
    least = 0.5 if overlap is None else overlap
    names = code_names(found.codebook)
    matched = SpanCounts()

    def sources() -> Iterator[Source]:
        nonlocal total
        for source in machine.added(found.sources(unit)):
            total += (
                sum(b - a for a, b in source.speech) if unit == "character" else len(source.units)
            )
            if within is not None:
                source = restricted(source, within.get(source.name, ()))
            count_spans(source, people, threshold=_MATCH_SPANS, blind_only=blind_only, into=matched)
            yield source

    machine = ModelCoder.of(database, settings) if model else ModelCoder()
    comparison = compare(
        sources(),
        coders=[*people, *machine.names],
        codes=names,
        unit=unit,
        least=least,
        blind_only=blind_only,
    )
    if within is not None:
        comparison = replace(comparison, total_units=total)
    table: ModelTable | None = None
    if machine.names:
        table = model_table(comparison, model=len(people), options=options, notes=machine.notes)
        comparison = drop(comparison, len(people))
    unread = _coded_unread(found, people) if coders is None else []
    if unread:
        note = f"{', '.join(unread)} coded but have no blind reading on record: not compared."
        comparison = replace(comparison, notes=(*comparison.notes, note))
    if shown:
        note = f"Left out: {counted(shown, 'coding')} made by deciding on a suggestion."
        comparison = replace(comparison, notes=(*comparison.notes, note))
    report = agreement_report(
        comparison,
        by=views,
        options=options,
        half_width=half_width,
        model=table,
        least=least,
        codebook=found.codebook.name,
        spans=span_agreement(matched, [code.guid for code in names]),
        blind=blind_only,
        batch=chosen or "",
        batches=draws.listed(),
    )
    report = replace(report, notes=(*draws.notes(comparison, chosen), *report.notes))
    return replace(report, disputed=with_texts(database, report.disputed))


def gather(database: Database, settings: Settings) -> Gathered:
    """Read everything but the texts."""
    with database.read() as connection:
        rows = store.transcripts.rows(connection)
        codings = store.codings.all_codings(connection)
        readings = store.codings.readings(connection)
        codebook = store.codebooks.load(connection)
    by_name: dict[str, list[Coding]] = {}
    for coding in codings:
        by_name.setdefault(coding.transcript, []).append(coding)
    read: dict[str, list[Reading]] = {}
    for reading in readings:
        read.setdefault(reading.transcript, []).append(reading)
    return Gathered(database, settings, rows, codebook, by_name, read, _order(rows, read))


def _without_shown(found: Gathered) -> tuple[Gathered, int]:
    """Leave out the codings that came from suggestions, and give how many they were.

    Also where a passage was read blind before: what one was shown makes people alike.
    """
    with found.database.read() as connection:
        shown = store.decisions.from_suggestions(connection)
    kept = {
        name: [coding for coding in own if coding.guid not in shown]
        for name, own in found.codings.items()
    }
    left = sum(map(len, found.codings.values())) - sum(map(len, kept.values()))
    return replace(found, codings=kept), left


def readers(found: Gathered, *, blind_only: bool = True) -> list[str]:
    """Name the people who are recorded as having read anything, in the study's order."""
    with found.database.read() as connection:
        people = [c.name for c in store.people.coders(connection) if c.kind is CoderKind.HUMAN]
    have = {
        reading.coder
        for own in found.readings.values()
        for reading in own
        if reading.blind or not blind_only
    }
    return [name for name in people if name in have]


def code_names(codebook: Codebook) -> list[CodeName]:
    """Name the codes in the order of the levels, then of the codebook."""
    codes = [CodeName(c.guid, c.name, codebook.level_of(c), c.facets) for c in codebook]
    order = {level: place for place, level in enumerate((*Level, None))}
    return sorted(codes, key=lambda code: order[code.level])


def with_texts(database: Database, disputes: Sequence[Dispute]) -> tuple[Dispute, ...]:
    """Look up what was said in disputed units, a transcript at a time."""
    wanted: dict[str, list[int]] = {}
    for index, dispute in enumerate(disputes):
        wanted.setdefault(dispute.place.transcript, []).append(index)
    found = list(disputes)
    with database.read() as connection:
        ids = {row.name: row.id for row in store.transcripts.rows(connection)}
    for name, places in wanted.items():
        with database.read() as connection:
            text = store.transcripts.load(connection, ids[name]).text
        for index in places:
            place = found[index].place
            found[index] = replace(found[index], text=text[place.start : place.end])
    return tuple(found)


def _check(unit: str, views: Sequence[str]) -> None:
    if unit not in (*UNITS, SPAN):
        raise InputError(
            f"{unit!r} is not a unit.",
            where="unit",
            remedy=f"Use one of {', '.join((*UNITS, SPAN))}.",
        )
    for view in views:
        if view not in VIEWS:
            raise InputError(
                f"there is no table by {view!r}.",
                where="by",
                remedy=f"Use one of {', '.join(VIEWS)}.",
            )


def _chosen(found: Gathered, coders: Sequence[str] | None, *, blind_only: bool) -> list[str]:
    """Check the named coders, or take all who read anything."""
    with found.database.read() as connection:
        known = {coder.name: coder.kind for coder in store.people.coders(connection)}
    have = readers(found, blind_only=blind_only)
    if coders is None:
        unread = _coded_unread(found, have)
        if len(have) < 2 and unread:
            raise InputError(
                f"{', '.join(unread)} coded, but what was read is not recorded, so that no code "
                "cannot be told from not seen.",
                where="coders",
                remedy="Record what they read, or have them code a draw: semcode "
                "reliability-sample.",
            )
        return have
    for name in coders:
        if name not in known:
            raise InputError(
                f"There is no coder {name!r}.",
                where="coders",
                remedy=f"There are: {', '.join(known) or 'none yet'}.",
            )
        if known[name] is not CoderKind.HUMAN:
            raise InputError(
                f"{name!r} is a {known[name]}, and this compares people with people.",
                where="coders",
                remedy="Leave it out, and set the model beside people with --model.",
            )
        if name not in have:
            raise InputError(
                f"{name} is not recorded as having read anything{' blind' * blind_only}, so that "
                "what was left without a code cannot be told from what was not seen.",
                where="coders",
                remedy="Have the same text read and coded without suggestions; "
                "semcode reliability-sample assigns it.",
            )
    if len(set(coders)) < len(coders):
        raise InputError("A coder is named twice.", where="coders", remedy="Name each coder once.")
    return list(coders)


def _as_program(
    found: Gathered,
    coders: Sequence[str] | None,
    mode: str,
    unit: str,
    views: Sequence[str],
    overlap: float | None,
    blind_only: bool,
    options: Options,
) -> ModeReport:
    """Compare spans, as another program does or as Krippendorff's coefficients for spans."""
    with found.database.read() as connection:
        known = {coder.name for coder in store.people.coders(connection)}
    groups = grouped(coders, known, mode)
    members = [name for own in groups.values() for name in own]
    people = _chosen(found, members if coders is not None else None, blind_only=blind_only)
    if coders is None:
        groups = {name: (name,) for name in people}
    texts, notes = mode_texts(found.sources("turn"), groups, blind_only=blind_only)
    report = span_tables(
        texts, groups, found.codebook, code_names(found.codebook), mode, unit, overlap, options
    )
    return in_view(replace(report, notes=(*notes, *report.notes)), views)


def _coded_unread(found: Gathered, have: Sequence[str]) -> list[str]:
    """Name the people who coded and are not recorded as having read anything (blind)."""
    with found.database.read() as connection:
        people = [c.name for c in store.people.coders(connection) if c.kind is CoderKind.HUMAN]
    coded = {coding.coder for own in found.codings.values() for coding in own}
    return [name for name in people if name in coded and name not in have]


def _order(
    rows: Sequence[TranscriptRow], readings: Mapping[str, Sequence[Reading]]
) -> dict[str, tuple[str, int]]:
    """Order transcripts by the day on which they were last read, else as they were added."""
    days = {
        row.name: max((r.at.date().isoformat() for r in readings.get(row.name, ())), default="")
        for row in rows
    }
    told = len({day for day in days.values() if day}) > 1
    return {row.name: (days[row.name] if told else "", row.id) for row in rows}


def _units(
    text: str,
    unit: str,
    cut: Sequence[Span],
    turns: Sequence[Span],
    sentences: Sentences | None,
) -> list[Span]:
    if unit == "segment":
        return list(cut)
    if unit == "turn":
        return list(turns)
    if unit == "document":
        return [(turns[0][0], turns[-1][1])] if turns else []
    if sentences is None:
        return []
    found = sentences([text[start:end] for start, end in turns])
    return [
        (begin + start, begin + end)
        for (begin, _), own in zip(turns, found, strict=True)
        for start, end in own
        if end > start
    ]


def _cutter(settings: Settings) -> Callable[[Transcript], list[Segment]]:
    """Cut transcripts as suggest would; the model is loaded for the first one."""

    @cache
    def load() -> Language:
        from semcode.embed import spacy_pipeline

        return spacy_pipeline(settings.segment.language)

    def cut(transcript: Transcript) -> list[Segment]:
        from semcode.segment import segment

        return segment(transcript, nlp=load(), settings=settings.segment)

    return cut


def _sentences(settings: Settings) -> Sentences:
    from semcode.embed import spacy_pipeline
    from semcode.segment.lexicon import lexicon
    from semcode.segment.sentences import find_sentences
    from semcode.segment.words import blanked

    language = settings.segment.language
    words = lexicon(language)
    nlp = spacy_pipeline(language)

    def find(texts: Sequence[str]) -> list[list[Span]]:
        return find_sentences([blanked(text, words) for text in texts], nlp=nlp, lexicon=words)

    return find
