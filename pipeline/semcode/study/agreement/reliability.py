"""Draw what two or more coders are to code blind, and store it as their assignments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from semcode import store
from semcode.codebook import Code
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate import Candidate, Draw, Precision, Source, compare, draw, precision
from semcode.store import Database
from semcode.store.assignments import Assignment
from semcode.study.agreement.batches import draw_name
from semcode.study.agreement.comparing import Gathered, code_names, gather
from semcode.wording import counted

__all__ = ["ReliabilitySample", "assign_sample"]

Span = tuple[int, int]

_RIGHT = 0.5  # of the places where a rare code was coded or suggested


@dataclass(frozen=True, slots=True)
class ReliabilitySample:
    """What was drawn and assigned, and what precision it promises.

    `drawn` are (transcript, stratum, spans of segments); `strata` how many of how many by stratum.
    `assigned` counts the spans that each coder has yet to read. `n_units` are the units
    that can be compared afterwards.
    """

    batch: str
    coders: tuple[str, ...]
    kind: str
    drawn: tuple[Candidate, ...]
    strata: Mapping[str, tuple[int, int]]
    assigned: Mapping[str, int]
    n_units: int
    n_total: int
    precision: tuple[Precision, ...]
    notes: tuple[str, ...]


def assign_sample(
    database: Database,
    settings: Settings,
    coders: Sequence[str],
    *,
    segments: int | None,
    transcripts: int | None,
    stratify: str | None,
    rare: str | None,
    seed: int,
    kappa: float,
    icc: float,
    ci: float,
) -> ReliabilitySample:
    """Draw, store and foretell; see `Study.reliability_sample`."""
    _check(coders, segments, transcripts, stratify, rare)
    found = gather(database, settings)
    code = _code(found, rare)
    sources = list(_light(found, "segment"))
    strata = _strata(found, sources, stratify)
    likely = _likely(found, code) if code else {}
    candidates = [
        candidate
        for source in sources
        for candidate in _candidates(source, coders, strata, likely, code, bool(segments))
    ]
    chosen = draw(candidates, segments or transcripts or 0, seed=seed, even=code is not None)
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    batch = draw_name(at, seed, None if code is None else code.name)
    with database.read() as connection:
        known = {coder.name for coder in store.people.coders(connection)}
    n_units = sum(len(candidate.spans) for candidate in chosen.drawn)
    total = sum(len(source.units) for source in sources)
    foretold = precision(
        n_units,
        prevalences=_expected(found, code, chosen),
        total=total,
        clusters=len({candidate.transcript for candidate in chosen.drawn}),
        kappa=kappa,
        icc=icc,
        level=ci,
    )
    assigned = _store(database, batch, coders, chosen.drawn, {s.name: s for s in sources})
    return ReliabilitySample(
        batch,
        tuple(coders),
        "segments" if segments else "transcripts",
        chosen.drawn,
        chosen.strata,
        assigned,
        n_units,
        total,
        foretold,
        (*_new(known, coders), *_notes(chosen.drawn, code, kappa, icc, segments is not None)),
    )


def _check(
    coders: Sequence[str],
    segments: int | None,
    transcripts: int | None,
    stratify: str | None,
    rare: str | None,
) -> None:
    if len(set(coders)) < 2 or len(set(coders)) < len(coders):
        raise InputError(
            "Double-coding needs two different coders.",
            where="coders",
            remedy="Name them: --coders ana,ben",
        )
    if (segments is None) == (transcripts is None):
        raise InputError(
            "Say how much to draw, either in segments or in transcripts.",
            remedy="Use --segments 150 or --transcripts 5.",
        )
    if stratify and rare:
        raise InputError(
            "A draw is stratified by an attribute or by a rare code, not by both.",
            remedy="Leave one of them out.",
        )


def _code(found: Gathered, rare: str | None) -> Code | None:
    if rare is None:
        return None
    code = found.codebook.get(rare)
    if code is None:
        raise InputError(
            f"There is no code {rare!r}.", where="rare", remedy="See: semcode codebook show"
        )
    return code


def _light(found: Gathered, unit: str) -> list[Source]:
    """Load what a draw needs; the texts go as soon as each transcript is read."""
    return [
        Source(s.name, "", s.speech, s.people, s.units, s.codings, s.readings, s.order, s.codable)
        for s in found.sources(unit)
    ]


def _strata(found: Gathered, sources: Sequence[Source], attribute: str | None) -> dict[str, str]:
    """Give each participant the value of the attribute; "not known" where there is none."""
    if attribute is None:
        return {}
    with found.database.read() as connection:
        people = store.people.participants(connection)
    known = sorted({name for person in people for name in person.attributes})
    if attribute not in known:
        raise InputError(
            f"Participants have no attribute {attribute!r}.",
            where="stratify",
            remedy=f"Use one of: {', '.join(known) or 'none; add a participants table first'}.",
        )
    values = {p.label: str(p.attributes.get(attribute, "")).strip() for p in people}
    speaking = {person for source in sources for person in source.people}
    return {person: values.get(person) or "not known" for person in speaking}


def _likely(found: Gathered, code: Code) -> dict[str, list[Span]]:
    """Give the spans in which somebody coded or the model suggested the code."""
    spans: dict[str, list[Span]] = {}
    for name, codings in found.codings.items():
        spans.setdefault(name, []).extend((c.start, c.end) for c in codings if c.code == code.guid)
    with found.database.read() as connection:
        run = store.runs.current(connection)
        if run is not None:
            for row in store.runs.suggestions(connection, run.id):
                if row.code == code.guid and row.score >= found.settings.suggest.floor:
                    spans.setdefault(row.transcript, []).append((row.start, row.end))
    return spans


def _candidates(
    source: Source,
    coders: Sequence[str],
    strata: Mapping[str, str],
    likely: Mapping[str, Sequence[Span]],
    code: Code | None,
    by_segment: bool,
) -> list[Candidate]:
    read = {
        coder: [(r.start, r.end) for r in source.readings if r.coder == coder] for coder in coders
    }
    seen = [(r.start, r.end) for r in source.readings if r.coder in coders and not r.blind]
    fresh = [
        unit
        for unit in source.units
        if not all(_within(unit, read[coder]) for coder in coders)
        and not any(a < unit[1] and unit[0] < b for a, b in seen)
    ]
    where = likely.get(source.name, ())

    def stratum(units: Sequence[Span]) -> str:
        if code is not None:
            hit = any(a < end and start < b for a, b in units for start, end in where)
            return "likely" if hit else "other"
        return strata.get(_person(source, units[0]), "")

    if by_segment:
        return [Candidate(source.name, (unit,), stratum([unit])) for unit in fresh]
    whole = len(fresh) == len(source.units)
    return [Candidate(source.name, tuple(fresh), stratum(fresh))] if fresh and whole else []


def _within(unit: Span, spans: Sequence[Span]) -> bool:
    return any(start <= unit[0] and unit[1] <= end for start, end in spans)


def _person(source: Source, unit: Span) -> str:
    for (start, end), person in zip(source.speech, source.people, strict=True):
        if start <= unit[0] < end:
            return person
    return source.name


def _store(
    database: Database,
    batch: str,
    coders: Sequence[str],
    drawn: Sequence[Candidate],
    sources: Mapping[str, Source],
) -> dict[str, int]:
    """Assign to each coder what that coder has not read yet; give how many spans."""
    found: dict[str, list[Assignment]] = {coder: [] for coder in coders}
    for candidate in drawn:
        readings = sources[candidate.transcript].readings
        for coder in coders:
            read = [(r.start, r.end) for r in readings if r.coder == coder]
            found[coder] += [
                Assignment(batch, coder, candidate.transcript, start, end)
                for start, end in candidate.spans
                if not _within((start, end), read)
            ]
    with database.write() as connection:
        for own in found.values():
            store.assignments.add(connection, own)
    return {coder: len(own) for coder, own in found.items()}


def _prevalences(found: Gathered) -> dict[str, float]:
    """Give each code's share of the units that anybody has read, where enough were read."""
    people = sorted({r.coder for own in found.readings.values() for r in own})
    if not people:
        return {}
    comparison = compare(
        found.sources("segment"),
        coders=people,
        codes=code_names(found.codebook),
        unit="segment",
        blind_only=False,
    )
    shares = {}
    for code, table in zip(comparison.codes, comparison.ratings, strict=True):
        read = int((table >= 0).sum())
        given = int((table == 1).sum())
        if read >= 50 and given:
            shares[code.name] = given / read
    return dict(sorted(shares.items(), key=lambda item: item[1]))


def _expected(found: Gathered, code: Code | None, chosen: Draw) -> dict[str, float]:
    """Give the prevalences to plan with: of a rare code alone where the draw is made for it."""
    shares = _prevalences(found)
    if code is None:
        return shares
    likely = chosen.strata.get("likely", (0, 0))[0] / max(len(chosen.drawn), 1)
    return {code.name: max(_RIGHT * likely, shares.get(code.name, 0.01))}


def _new(known: set[str], coders: Sequence[str]) -> list[str]:
    new = [coder for coder in coders if coder not in known]
    if not new:
        return []
    return [f"New to this study: {', '.join(new)}. Check the spelling."]


def _notes(
    drawn: Sequence[Candidate], code: Code | None, kappa: float, icc: float, by_segment: bool
) -> list[str]:
    n_interviews = len({candidate.transcript for candidate in drawn})
    said = [
        f"The half-widths assume a kappa of {kappa:g} and that units of one interview resemble "
        f"each other with a correlation of {icc:g}."
    ]
    if n_interviews < 10:
        said.append(
            f"The draw has {counted(n_interviews, 'interview')}; intervals from fewer than 10 are "
            "wide. More interviews are worth more than more of each."
        )
    if code is not None:
        said.append(
            f"Half of the draw is where {code.name!r} was coded or suggested: enough to see how "
            "coders tell it apart, but its prevalence is not the study's (half "
            f"of these places are taken to be right here). Report agreement on this "
            "draw by itself, and of the other codes from a random draw."
        )
    if by_segment:
        said.append("Segments are assigned one by one; coders see the question before each.")
    else:
        said.append("Transcripts are assigned whole, segment by segment.")
    return said
