"""Settle a raw source: choose how its positions count, and make its codings."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from semcode.exchange.offsets import SPEC, Fit, Lines, Marks, Rule, Unit, choose, fits, from_foreign
from semcode.exchange.project import Passage, ProjectCoding, Source
from semcode.exchange.refi.guids import derived
from semcode.exchange.refi.raw import RawCoding, RawSelection, RawSource
from semcode.exchange.refi.tally import Tally

__all__ = ["Settled", "fit_rules", "settle"]

#: What is known of programs, tried first among rules that fit equally well.
_HABITS = (
    ("NVivo", Rule(Unit.UTF_16)),
    ("ATLAS.ti", Rule(lines=Lines.LF)),
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is needed to settle sources; `asked` are guids that something else points at."""

    codes: Container[str]
    asked: Container[str]
    memos: dict[str, str]
    scores: dict[str, float]
    facets: dict[str, tuple[str, ...]]


def fit_rules(sources: Sequence[RawSource], program: str, told: Rule | None) -> list[Fit | None]:
    """Find how the positions of each source count; `told` is the rule that the file states."""
    marks = [_marks(source.selections) for source in sources]
    if told is not None:
        only = [
            fits(s.text, m, bom=s.bom, rules=(told,)) if s.text and len(m.starts) else {}
            for s, m in zip(sources, marks, strict=True)
        ]
        return [found.get(told) for found in only]
    prefer = [rule for name, rule in _HABITS if program.startswith(name)]
    tried = [
        fits(source.text, mark, bom=source.bom) if source.text and len(mark.starts) else {}
        for source, mark in zip(sources, marks, strict=True)
    ]
    return choose(tried, prefer=(*prefer, SPEC))


def _marks(selections: Iterable[RawSelection]) -> Marks:
    placed = [s for s in selections if s.start is not None and s.end is not None]
    spans = [(s.start or 0, s.end or 0) for s in placed]
    return Marks.of(spans, [s.name for s in placed])


def settle(source: RawSource, fit: Fit | None, known: Settled, warnings: Tally) -> Source:
    """Make a source whose positions are code points of its text, as told where it has none."""
    codings: list[ProjectCoding] = []
    passages: list[Passage] = []
    for selection, start, end in _placed(source, fit, warnings):
        made = [
            _coding(source, selection, coding, start, end, known)
            for coding in selection.codings
            if _is_known(coding, known, warnings)
        ]
        codings += made
        lone = not made and bool(selection.memo or selection.notes)
        if not source.text:
            if lone:
                warnings.add("marked passages with a memo in documents without words are left out")
            continue
        if start is not None and end is not None and (lone or selection.guid in known.asked):
            memo = selection.memo if not made else ""
            made_at = selection.created
            guid = selection.guid or derived("passage", source.guid, str(start), str(end))
            passages.append(
                Passage(guid, start, end, selection.name, memo, selection.user, made_at)
            )
        elif not selection.codings:
            warnings.add("marked passages carry neither code nor memo and are left out")
    if source.text:
        everything = RawSelection("", 0, len(source.text))
        for coding in source.whole:
            if _is_known(coding, known, warnings):
                codings.append(_coding(source, everything, coding, 0, len(source.text), known))
                warnings.add("codings of whole documents became codings of all their words")
    return Source(
        guid=source.guid,
        name=source.name,
        text=source.text if source.text or not codings else None,
        codings=tuple(codings),
        memo=source.memo,
        attributes=source.attributes,
        offsets=str(fit.rule) if fit else "",
        original_name=source.file,
        passages=tuple(passages),
        sha256=source.sha256,
    )


def _placed(
    source: RawSource, fit: Fit | None, warnings: Tally
) -> list[tuple[RawSelection, int | None, int | None]]:
    """Give each selection with its place, None for one that is known by its words."""
    counted = [s for s in source.selections if s.start is not None and s.end is not None]
    worded = [s for s in source.selections if s.start is None and s.quote.strip()]
    found: list[tuple[RawSelection, int | None, int | None]] = []
    if source.text and counted:
        rule = fit.rule if fit else SPEC
        backwards = sum((s.start or 0) > (s.end or 0) for s in counted)
        warnings.add("selections that end before they begin were turned", source.name, backwards)
        places = from_foreign(source.text, rule, _marks(counted))
        found += zip(counted, places.starts.tolist(), places.ends.tolist(), strict=True)
        outside = "selections reach past the end of their text and were cut"
        warnings.add(outside, source.name if places.outside else "", places.outside)
        inside = "ends of selections fell inside a character and were moved out of it"
        warnings.add(inside, source.name if places.inside else "", places.inside)
    else:
        found += ((s, s.start, s.end) for s in counted)
    return found + [(selection, None, None) for selection in worded]


def _is_known(coding: RawCoding, known: Settled, warnings: Tally) -> bool:
    if coding.code in known.codes:
        return True
    warnings.add("codings name a code that is not in the file and are left out")
    return False


def _coding(
    source: RawSource,
    selection: RawSelection,
    coding: RawCoding,
    start: int | None,
    end: int | None,
    known: Settled,
) -> ProjectCoding:
    user = coding.user or selection.user or source.user
    guid = coding.guid or derived(
        "coding", source.guid, str(start), str(end), selection.quote, coding.code, user or ""
    )
    memos = [selection.memo, *(known.memos.get(note, "") for note in coding.notes)]
    if selection.codings:
        memos += [known.memos.get(note, "") for note in selection.notes]
    facets = tuple(f for note in coding.notes for f in known.facets.get(note, ()))
    scores = [known.scores[note] for note in coding.notes if note in known.scores]
    return ProjectCoding(
        guid=guid,
        code=coding.code,
        user=user,
        start=start,
        end=end,
        quote=selection.quote,
        memo="\n\n".join(dict.fromkeys(filter(None, memos))),
        created_at=coding.created or selection.created,
        score=scores[0] if scores else None,
        facets=facets,
    )
