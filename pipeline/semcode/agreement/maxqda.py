"""Agreement as MAXQDA's intercoder function counts it, with its three criteria."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from semcode.agreement.result import Agreement
from semcode.agreement.spans import overlap
from semcode.errors import InputError
from semcode.wording import counted

__all__ = ["CodeRow", "SegmentRow", "Segments", "maxqda_documents", "maxqda_segments"]

LabelledSpan = tuple[int, int, Hashable]


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code: how many comparisons agree and disagree, percent from 0 to 100."""

    code: Hashable
    agreements: int
    disagreements: int
    percent: float | None


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One coded segment of one coder and whether the other coded it alike.

    `coder` is 1 or 2, `index` its place in that coder's list.
    """

    coder: int
    index: int
    start: int
    end: int
    code: Hashable
    agrees: bool


@dataclass(frozen=True, slots=True)
class Segments:
    """The third criterion: every segment in both directions, by code and in total."""

    rows: tuple[SegmentRow, ...]
    codes: tuple[CodeRow, ...]
    percent: float | None
    kappa: Agreement


def maxqda_documents(
    coder_1: Sequence[Mapping[Hashable, int]],
    coder_2: Sequence[Mapping[Hashable, int]],
    *,
    codes: Sequence[Hashable],
    frequency: bool = False,
) -> tuple[tuple[CodeRow, ...], float | None]:
    """Compare documents by whether a code exists in them, or (frequency) how often.

    Each document is a mapping from code to its number of segments, in the same order for
    both coders. Gives one row a code over the documents and the percentage of agreeing
    document-code comparisons; None without any. Raises InputError where the coders have
    different numbers of documents.
    """
    if len(coder_1) != len(coder_2):
        raise InputError(
            f"{counted(len(coder_1), 'document')} for the first coder and {len(coder_2)} for the "
            "second.",
            where="documents",
            remedy="Give the same documents, in the same order, for both coders.",
        )
    rows = []
    for code in codes:
        alike = 0
        for one, two in zip(coder_1, coder_2, strict=True):
            first, second = one.get(code, 0), two.get(code, 0)
            alike += first == second if frequency else (first > 0) == (second > 0)
        rows.append(_code_row(code, alike, len(coder_1) - alike))
    return tuple(rows), _percent(rows)


def maxqda_segments(
    coder_1: Sequence[LabelledSpan],
    coder_2: Sequence[LabelledSpan],
    *,
    least: float = 0.9,
    codes: Sequence[Hashable] | None = None,
) -> Segments:
    """Compare segments `(start, end, code)` by overlap, in both directions.

    A segment agrees where the other coder gave the same code to a segment that shares at
    least `least` of the longer of the two, so that both directions give the same answer
    for one pair; each coder's segments are counted (MAXQDA manual, intercoder agreement,
    criterion 3). Kappa is Brennan and Prediger's with chance 1 in the number of codes:
    `codes` are those compared, by default those found. Several transcripts are compared
    by moving each by the lengths before it (`semcode.agreement.continuum.join_continua`).
    """
    rows = [
        *_directed(1, coder_1, coder_2, least),
        *_directed(2, coder_2, coder_1, least),
    ]
    found = list(dict.fromkeys(row.code for row in rows))
    chosen = found if codes is None else list(codes)
    kept = [row for row in rows if row.code in set(chosen)]
    by_code = []
    for code in chosen:
        alike = sum(row.agrees for row in kept if row.code == code)
        total = sum(row.code == code for row in kept)
        by_code.append(_code_row(code, alike, total - alike))
    kappa = _kappa(sum(row.agrees for row in kept), len(kept), len(chosen))
    return Segments(tuple(kept), tuple(by_code), _percent(by_code), kappa)


def _directed(
    coder: int, mine: Sequence[LabelledSpan], theirs: Sequence[LabelledSpan], least: float
) -> list[SegmentRow]:
    by_code: dict[Hashable, list[tuple[int, int]]] = {}
    for start, end, code in theirs:
        by_code.setdefault(code, []).append((start, end))
    rows = []
    for index, (start, end, code) in enumerate(mine):
        agrees = any(
            overlap((start, end), other, overlap_of="longer") >= least - 1e-12
            for other in by_code.get(code, ())
            if other[0] < end and start < other[1]
        )
        rows.append(SegmentRow(coder, index, start, end, code, agrees))
    return rows


def _code_row(code: Hashable, alike: int, unlike: int) -> CodeRow:
    total = alike + unlike
    return CodeRow(code, int(alike), int(unlike), 100 * alike / total if total else None)


def _percent(rows: Sequence[CodeRow]) -> float | None:
    alike = sum(row.agreements for row in rows)
    total = alike + sum(row.disagreements for row in rows)
    return 100 * alike / total if total else None


def _kappa(alike: int, total: int, n_codes: int) -> Agreement:
    observed = alike / total if total else None
    expected = 1 / n_codes if n_codes else None
    reason = None
    if observed is None or expected is None:
        reason = "Neither coder coded a segment with these codes."
    elif n_codes == 1:
        reason = (
            "With one code chance agreement is 1 in 1 and kappa is 0/0; "
            "compare several codes, or report percent agreement."
        )
    value = None
    if reason is None and observed is not None and expected is not None:
        value = (observed - expected) / (1 - expected)
    return Agreement("maxqda_kappa", value, observed, expected, total, 2, n_codes, reason=reason)
