"""Codings as matrices for R, SPSS and Stata, and as quotations in ATLAS.ti's layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from semcode.evaluate import Comparison, Source, compare
from semcode.exchange.tables import Cell, Sheet
from semcode.records import Coding, Reading
from semcode.study.agreement.comparing import code_names, gather
from semcode.study.reporting import participant_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semcode.study.study import Study

__all__ = ["case_matrix", "quotations", "segment_matrix", "variable_labels", "variable_names"]

_LONGEST = 32  # Stata's limit for a name; SPSS takes 64 bytes, R any
_SEGMENT = ("transcript", "participant", "start", "end", "coder")
_CASE = ("participant",)
_QUOTATION = (
    *("ID", "Quotation Name", "Document", "Quotation Content", "Quotation Comment", "Codes"),
    *("Reference", "Coder", "Facets"),
)
_QUOTATION_WIDTHS = (8, 24, 18, 70, 40, 34, 14, 14, 20)


def segment_matrix(study: Study) -> Sheet:
    """Give a row a segment and coder: 1 coded, 0 read without the code, empty not read.

    A segment that a coder coded counts as read by them.
    """
    rated = _rated(study)
    names = variable_names([code.name for code in rated.codes], taken=_SEGMENT)
    return Sheet("Segments", [*_SEGMENT, *names], _segment_rows(rated))


def case_matrix(study: Study) -> Sheet:
    """Give a row a participant: 1 where any coder gave the code, else 0; then their attributes.

    Empty where nobody read anything of theirs; `segments_read` says how much was.
    """
    rated = _rated(study)
    people = {p.label: p.attributes for p in study.participants()}
    keys = list(dict.fromkeys(key for told in people.values() for key in told))
    header = variable_names(
        [*(code.name for code in rated.codes), *keys], taken=(*_CASE, "segments_read")
    )
    return Sheet("Cases", [*_CASE, "segments_read", *header], _case_rows(rated, people, keys))


def variable_labels(study: Study) -> Sheet:
    """Say which variable of the matrices is which code."""
    codes = code_names(study.codebook())
    names = variable_names([code.name for code in codes], taken=_SEGMENT)
    rows = [[name, code.name, code.level or ""] for name, code in zip(names, codes, strict=True)]
    return Sheet("Variables", ["variable", "code", "level"], rows, (34, 40, 16))


def quotations(study: Study) -> Sheet:
    """Give a row a quotation and coder, its codes a line each, as ATLAS.ti's report has them."""
    return Sheet("Quotations", list(_QUOTATION), _quotation_rows(study), _QUOTATION_WIDTHS)


def variable_names(names: Sequence[str], *, taken: Sequence[str] = ()) -> list[str]:
    """Make each name one that R, SPSS and Stata take: letters, digits, _; unique; at most 32."""
    used = {name.casefold() for name in taken}
    made = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lower()
        if not plain[:1].isalpha():
            plain = f"v_{plain}"
        base = candidate = plain[:_LONGEST].rstrip("_")
        number = 2
        while candidate in used:
            end = f"_{number}"
            candidate = base[: _LONGEST - len(end)].rstrip("_") + end
            number += 1
        used.add(candidate)
        made.append(candidate)
    return made


def _rated(study: Study) -> Comparison:
    found = gather(study.database, study.settings)
    coders = list(dict.fromkeys(c.coder for own in found.codings.values() for c in own))
    readers = (r.coder for own in found.readings.values() for r in own)
    everybody = list(dict.fromkeys([*coders, *readers]))
    sources = (_coded_is_read(source) for source in found.sources("segment"))
    return compare(
        sources,
        coders=everybody,
        codes=code_names(found.codebook),
        unit="segment",
        blind_only=False,
    )


def _coded_is_read(source: Source) -> Source:
    at = datetime.now(UTC)
    read = [
        Reading(coding.coder, source.name, start, end, at)
        for coding in source.codings
        for start, end in source.units
        if start < coding.end and coding.start < end
    ]
    return replace(source, readings=[*source.readings, *read])


def _segment_rows(rated: Comparison) -> Iterator[Sequence[Cell]]:
    for unit, place in enumerate(rated.places):
        for column, coder in enumerate(rated.coders):
            given = rated.ratings[:, unit, column]
            if len(given) and given[0] < 0:
                continue
            where = (place.transcript, place.participant, place.start, place.end, coder)
            yield [*where, *(int(value) for value in given)]


def _case_rows(
    rated: Comparison, people: Mapping[str, Mapping[str, str]], keys: Sequence[str]
) -> Iterator[Sequence[Cell]]:
    who = np.array([place.participant for place in rated.places], dtype=object)
    labels = dict.fromkeys([*people, *who.tolist()])
    for label in labels:
        own = rated.ratings[:, who == label]
        read = int((own[0] >= 0).any(axis=1).sum()) if len(rated.codes) and own.size else 0
        best = [int(code.max()) if read else None for code in own]
        told = people.get(label, {})
        yield [label, read, *best, *(told.get(key, "") for key in keys)]


def _quotation_rows(study: Study) -> Iterator[Sequence[Cell]]:
    codebook = study.codebook()
    for number, (transcript, codings) in enumerate(study.codings_by_transcript(), start=1):
        for place, group in enumerate(_together(codings), start=1):
            first = group[0]
            names = [codebook[c.code].name if c.code in codebook else c.code for c in group]
            text = transcript.text[first.start : first.end]
            facets = dict.fromkeys(facet for coding in group for facet in coding.facets)
            yield [
                f"{number}:{place}",
                participant_at(transcript, first.start),
                transcript.name,
                text,
                "\n".join(dict.fromkeys(c.memo for c in group if c.memo)),
                "\n".join(names),
                f"{first.start} - {first.end}",
                first.coder,
                "; ".join(facets),
            ]


def _together(codings: Iterable[Coding]) -> list[list[Coding]]:
    """Join the codings of one coder on one span."""
    groups: dict[tuple[int, int, str], list[Coding]] = {}
    for coding in codings:
        groups.setdefault((coding.start, coding.end, coding.coder), []).append(coding)
    return list(groups.values())
