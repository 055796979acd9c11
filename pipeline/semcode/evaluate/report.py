"""Put a whole comparison together: tables, the model apart, what to do, and the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from semcode.errors import InputError
from semcode.evaluate.advice import (
    Confusion,
    Dispute,
    Mend,
    MoreUnits,
    confusion_matrix,
    confusions,
    disputes,
    more_units,
    what_to_mend,
)
from semcode.evaluate.data import AgreementRow, CodeName, Comparison, Options, select
from semcode.evaluate.model import ModelTable
from semcode.evaluate.views import Drift, drift_between, overall, table_by
from semcode.evaluate.words import Setting, caution_notes, methods_sentences, summary_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["AgreementReport", "Batch", "agreement_report", "common_units"]


@dataclass(frozen=True, slots=True)
class Batch:
    """A draw that was assigned: who is to read how many spans, and how many each has read.

    `rare` names the code that it was made for.
    """

    name: str
    coders: tuple[str, ...]
    spans: int
    read: tuple[int, ...]
    rare: str | None = None


@dataclass(frozen=True)
class AgreementReport:
    """Everything about how far coders agree.

    `tables` holds the views that were asked for, by name. `overall` pools all codes, and
    `mean_of_codes` averages each coefficient over the codes that have it, as (mean, codes).
    `double_coded` is the share of the study's units that all compared coders have read;
    `batches` are the draws that were assigned.
    """

    setting: Setting
    tables: Mapping[str, tuple[AgreementRow, ...]]
    overall: AgreementRow
    mean_of_codes: Mapping[str, tuple[float, int]]
    drift: Drift | None
    model: ModelTable | None
    codes: tuple[CodeName, ...]
    matrix: NDArray[np.int64]
    confused: tuple[Confusion, ...]
    disputed: tuple[Dispute, ...]
    mend: tuple[Mend, ...]
    plan: tuple[MoreUnits, ...]
    double_coded: float | None
    summary: tuple[str, ...]
    methods: tuple[str, ...]
    notes: tuple[str, ...]
    batches: tuple[Batch, ...] = ()


def common_units(comparison: Comparison) -> Comparison:
    """Keep the units that all coders have read.

    Raises InputError with fewer than two coders or without a common unit, saying who
    shares how many with whom.
    """
    if len(comparison.coders) < 2:
        who = f"only {comparison.coders[0]}" if comparison.coders else "nobody"
        raise InputError(
            f"Agreement needs two coders, and {who} is recorded as having read anything blind.",
            where="coders",
            remedy="Have a second person code some of the same text without suggestions: "
            "semcode reliability-sample draws and assigns it.",
        )
    shared = select(comparison, range(len(comparison.coders)))
    if shared.n_units:
        return shared
    raise InputError(
        f"No {comparison.unit} was read by all of {', '.join(comparison.coders)}. "
        + _who_shares(comparison),
        where="coders",
        remedy="Compare those who share units with --coders A,B or each two with --by pair, or "
        "have them read the same text: semcode reliability-sample.",
    )


def agreement_report(
    comparison: Comparison,
    *,
    by: Sequence[str],
    options: Options,
    half_width: float = 0.1,
    model: ModelTable | None = None,
    least: float = 0.5,
    codebook: str = "",
    spans: Mapping[str, float | None] | None = None,
    blind: bool = True,
    batch: str = "",
    batches: Sequence[Batch] = (),
) -> AgreementReport:
    """Compute the views named in `by`, and everything else that a report holds.

    `by` "pair" is counted over the units of each pair, all else over the units that all
    coders have read. `spans` is the span agreement of each code by its guid. Raises
    InputError as `common_units` does, except where only "pair" is asked for.
    """
    pairs_only = tuple(by) == ("pair",) and len(comparison.coders) > 2
    shared = (
        select(comparison, range(len(comparison.coders)))
        if pairs_only
        else common_units(comparison)
    )
    if pairs_only and not any(
        select(comparison, pair).n_units for pair in combinations(range(len(comparison.coders)), 2)
    ):
        common_units(comparison)
    tables = {
        name: tuple(table_by(comparison if name == "pair" else shared, name, options))
        for name in by
    }
    codes = tables.get("code") or tuple(table_by(shared, "code", options))
    codes = _with_spans(codes, comparison.codes, spans)
    if "code" in tables:
        tables["code"] = codes
    total = overall(shared, options)
    setting = Setting(
        unit=comparison.unit,
        coders=comparison.coders,
        n_units=shared.n_units,
        n_total=max(comparison.total_units, shared.n_units),
        transcripts=shared.transcripts,
        n_participants=len({place.participant for place in shared.places}),
        n_codes=len(comparison.codes),
        codebook=codebook,
        least=least,
        options=options,
        blind=blind,
        batch=batch,
    )
    mean = _means(codes)
    mend = what_to_mend(shared, codes)
    drift = drift_between(shared, options) if "time" in by else None
    return AgreementReport(
        setting=setting,
        tables=tables,
        overall=total,
        mean_of_codes=mean,
        drift=drift,
        model=model,
        codes=comparison.codes,
        matrix=confusion_matrix(shared),
        confused=confusions(shared),
        disputed=disputes(shared),
        mend=mend,
        plan=more_units(shared, codes, half_width=half_width, options=options),
        double_coded=shared.n_units / setting.n_total if setting.n_total else None,
        summary=tuple(summary_sentences(setting, total, codes, mean, mend, model)),
        methods=tuple(methods_sentences(setting, total, mean, model)),
        notes=(*comparison.notes, *caution_notes(setting, codes, shared.places)),
        batches=tuple(batches),
    )


def _who_shares(comparison: Comparison) -> str:
    said = []
    for one in range(len(comparison.coders)):
        for two in range(one + 1, len(comparison.coders)):
            n = select(comparison, (one, two)).n_units
            names = f"{comparison.coders[one]} and {comparison.coders[two]}"
            said.append(f"{names} share {n:,}")
    return "; ".join(said[:6]) + "."


def _with_spans(
    rows: Sequence[AgreementRow],
    codes: Sequence[CodeName],
    spans: Mapping[str, float | None] | None,
) -> tuple[AgreementRow, ...]:
    if spans is None:
        return tuple(rows)
    return tuple(
        replace(row, more={**row.more, "span_agreement": spans.get(code.guid)})
        for row, code in zip(rows, codes, strict=True)
    )


def _means(rows: Sequence[AgreementRow]) -> dict[str, tuple[float, int]]:
    """Average each coefficient over the codes that somebody used."""
    used = [row for row in rows if row.n_positive]
    names = used[0].values if used else {}
    found = {}
    for name in names:
        values = [value for row in used if (value := row.values[name]) is not None]
        if values:
            found[name] = (sum(values) / len(values), len(values))
    return found
