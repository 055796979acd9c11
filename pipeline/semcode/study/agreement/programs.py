"""Lay out whole transcripts with each coder's spans, for the tables that need no units."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from semcode.codebook import Codebook
from semcode.errors import InputError
from semcode.evaluate import (
    CodeName,
    ModeReport,
    ModeText,
    Options,
    Source,
    mode_report,
    readable,
    unitized_report,
)

__all__ = ["SPAN", "grouped", "mode_texts", "span_tables"]

SPAN = "span"
_MAXQDA_OVERLAP = 0.9
Groups = Mapping[str, Sequence[str]]


def grouped(coders: Sequence[str] | None, known: set[str], mode: str) -> dict[str, tuple[str, ...]]:
    """Read "A+B" as the group of A and B, for mode "nvivo"; every other name is a coder.

    Raises InputError for a group in another mode, or a coder in two groups.
    """
    groups: dict[str, tuple[str, ...]] = {}
    for name in coders or ():
        members = (name,) if name in known else tuple(part.strip() for part in name.split("+"))
        if len(members) > 1 and mode != "nvivo":
            raise InputError(
                f"{name!r} is a group of coders, and only NVivo compares groups.",
                where="coders",
                remedy="Name single coders, or add --mode nvivo.",
            )
        groups[" + ".join(members)] = members
    every = [member for members in groups.values() for member in members]
    if len(set(every)) < len(every) or len(groups) < len(coders or ()):
        raise InputError("A coder is named twice.", where="coders", remedy="Name each coder once.")
    return groups


def mode_texts(
    sources: Iterable[Source], groups: Groups, *, blind_only: bool
) -> tuple[list[ModeText], list[str]]:
    """Keep the transcripts in which somebody of every group has read, with the groups' spans.

    A group codes what any member codes. Also gives a note where a transcript was not read
    whole: in these tables text without a code counts as not coded, read or not.
    """
    texts, partly = [], []
    for source in sources:
        readings = [r for r in source.readings if r.blind or not blind_only]
        who = {reading.coder for reading in readings}
        if not all(who & set(members) for members in groups.values()):
            continue
        spans: dict[Hashable, list[tuple[int, int, Hashable]]] = {
            name: [(c.start, c.end, c.code) for c in source.codings if c.coder in members]
            for name, members in groups.items()
        }
        texts.append(ModeText(source.name, len(source.text), spans))
        for members in groups.values():
            read = [(r.start, r.end) for r in readings if r.coder in members]
            if readable(source, read) != [(0, len(source.text))]:
                partly.append(source.name)
                break
    if not partly:
        return texts, []
    names = ", ".join(partly[:4]) + (" ..." if len(partly) > 4 else "")
    return texts, [
        f"Not every coder has read all of {names}: text that somebody did not read counts as not "
        "coded here. Compare units (without --mode) to leave it out."
    ]


def span_tables(
    texts: Sequence[ModeText],
    groups: Groups,
    book: Codebook,
    codes: Sequence[CodeName],
    mode: str,
    unit: str,
    overlap: float | None,
    options: Options,
) -> ModeReport:
    """Compute the table of a program, or with the unit "span" that of u-alpha."""
    domains = {code.guid: ([*book.ancestors(code), code])[0].name for code in book}
    kept = [
        ModeText(
            text.name,
            text.length,
            {
                coder: [span for span in own if span[2] in domains]
                for coder, own in text.spans.items()
            },
        )
        for text in texts
    ]
    coders = list(groups)
    if unit == SPAN and mode == "semcode":
        return unitized_report(kept, coders=coders, codes=codes, domains=domains, options=options)
    return mode_report(
        mode,
        kept,
        coders=coders,
        codes=codes,
        domains=domains,
        least=_MAXQDA_OVERLAP if overlap is None else overlap,
    )
