"""The tables of NVivo, MAXQDA and ATLAS.ti over the same codings, as these programs count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from semcode.agreement import (
    join_continua,
    maxqda_documents,
    maxqda_segments,
    nvivo_average,
    nvivo_comparison,
)
from semcode.agreement.nvivo import NvivoRow
from semcode.errors import InputError
from semcode.evaluate.atlas_mode import atlas_report
from semcode.evaluate.data import CodeName, Span
from semcode.evaluate.mode_data import ModeReport, ModeText
from semcode.wording import counted

__all__ = ["MODES", "ModeReport", "ModeText", "in_view", "mode_report"]


def mode_report(
    mode: str,
    texts: Sequence[ModeText],
    *,
    coders: Sequence[str],
    codes: Sequence[CodeName],
    domains: Mapping[str, str],
    least: float = 0.9,
) -> ModeReport:
    """Compute one program's table.

    `domains` gives the name of each code's domain (the top of its branch) by the code's
    guid. Raises InputError for an unknown mode, for NVivo and MAXQDA with other than two
    coders, or where no transcript was read by all of them.
    """
    if mode not in MODES:
        raise InputError(
            f"there is no mode {mode!r}.",
            where="mode",
            remedy=f"Use semcode, {', '.join(MODES)}.",
        )
    if mode != "atlas" and len(coders) != 2:
        program = {"nvivo": "NVivo", "maxqda": "MAXQDA"}[mode]
        raise InputError(
            f"{program} compares two coders, and there are {len(coders)}: {', '.join(coders)}.",
            where="coders",
            remedy=f"Name two of them: --coders {','.join(coders[:2]) or 'A,B'}",
        )
    if not texts:
        raise InputError(
            f"No transcript was read by all of {', '.join(coders)}.",
            where="coders",
            remedy="Compare coders who read the same transcripts: semcode agreement --by pair",
        )
    if mode == "atlas":
        return atlas_report(texts, tuple(coders), codes, domains)
    return {"nvivo": _nvivo, "maxqda": _maxqda}[mode](texts, tuple(coders), codes, least)


def in_view(report: ModeReport, views: Sequence[str]) -> ModeReport:
    """Turn NVivo's table to code by source for "transcript"; other modes have one table.

    Raises InputError for a view that the program has not.
    """
    if "code" in views:
        return report
    if report.mode != "nvivo" or tuple(views) != ("transcript",):
        raise InputError(
            f"{report.mode} has no table by {', '.join(views)}.",
            where="by",
            remedy="Leave --by out; NVivo also has --by transcript.",
        )
    rows = []
    for row in report.rows:
        sources = row["sources"]
        if isinstance(sources, list):
            rows += [
                {
                    "code": row["code"],
                    "level": row["level"],
                    "transcript": source["transcript"],
                    "n": source["size"],
                    **{k: v for k, v in source.items() if k not in ("transcript", "size", "note")},
                    "undefined": {"cohen_kappa": source["note"]} if "note" in source else {},
                }
                for source in sources
            ]
    return replace(report, rows=tuple(rows), by="transcript")


def _spans(text: ModeText, coder: str, code: str) -> list[Span]:
    return [(start, end) for start, end, label in text.spans.get(coder, ()) if label == code]


def _nvivo(
    texts: Sequence[ModeText], coders: tuple[str, ...], codes: Sequence[CodeName], _least: float
) -> ModeReport:
    rows: list[dict[str, object]] = []
    everything = []
    size = sum(text.length for text in texts)
    for code in codes:
        found = [
            nvivo_comparison(
                _spans(text, coders[0], code.guid),
                _spans(text, coders[1], code.guid),
                size=text.length,
            )
            for text in texts
        ]
        everything += found
        rows.append(_nvivo_row(code, texts, found))
    average = nvivo_average(everything)
    notes = []
    if average.n_undefined:
        notes.append(
            f"In {average.n_undefined:,} of {average.n_rows:,} code-source pairs NVivo shows kappa "
            "1 although it is 0/0. The default mode of semcode leaves such values out."
        )
    methods = (
        f"{coders[0]} and {coders[1]} were compared as in NVivo's coding comparison, character by "
        f"character over the whole text of {counted(len(texts), 'source')} "
        f"({counted(size, 'character')}), interviewers' speech included. Percentage agreement is "
        "the share of characters that both "
        "or neither coded; kappa is Cohen's (Cohen 1960). Averages over sources are weighted by "
        "their size; NVivo's value 1 stands where kappa is 0/0.",
    )
    return ModeReport(
        "nvivo",
        "character",
        coders,
        size,
        tuple(text.name for text in texts),
        tuple(rows),
        {
            "n_units": size,
            "percent": average.percent,
            "cohen_kappa": average.kappa,
            "n_comparisons": average.n_rows,
            "n_undefined": average.n_undefined,
        },
        tuple(notes),
        methods,
    )


def _nvivo_row(
    code: CodeName, texts: Sequence[ModeText], found: Sequence[NvivoRow]
) -> dict[str, object]:
    weighted, plain = nvivo_average(found), nvivo_average(found, by_size=False)
    size = sum(row.size for row in found)
    undefined = {}
    if weighted.n_undefined:
        undefined["cohen_kappa"] = (
            f"NVivo shows 1 in {weighted.n_undefined} of {counted(len(found), 'source')} in which "
            "Cohen's kappa is 0/0 (usually nobody coded there); they lift the average."
        )
    coded = sum((2 * row.both + row.only_a + row.only_b) / 200 * row.size for row in found)
    return {
        "code": code.name,
        "level": code.level,
        "n": size,
        "prevalence": coded / size,
        "percent": weighted.percent,
        "cohen_kappa": weighted.kappa,
        "percent_unweighted": plain.percent,
        "cohen_kappa_unweighted": plain.kappa,
        "undefined": undefined,
        "sources": [
            {
                "transcript": text.name,
                "size": row.size,
                "percent": row.percent,
                "both": row.both,
                "neither": row.neither,
                "only_first": row.only_a,
                "only_second": row.only_b,
                "cohen_kappa": row.kappa,
                **({"note": row.note} if row.note else {}),
            }
            for text, row in zip(texts, found, strict=True)
        ],
    }


def _maxqda(
    texts: Sequence[ModeText], coders: tuple[str, ...], codes: Sequence[CodeName], least: float
) -> ModeReport:
    names = [code.guid for code in codes]
    first, second = (
        [Counter(label for _, _, label in text.spans.get(coder, ())) for text in texts]
        for coder in coders
    )
    exists, all_exists = maxqda_documents(first, second, codes=names)
    often, all_often = maxqda_documents(first, second, codes=names, frequency=True)
    joined, _ = join_continua([(text.length, text.spans) for text in texts])
    segments = maxqda_segments(
        joined.get(coders[0], []), joined.get(coders[1], []), least=least, codes=names
    )
    used = {row.code for row in segments.codes if row.agreements + row.disagreements}
    rows = tuple(
        {
            "code": code.name,
            "level": code.level,
            "n": part.agreements + part.disagreements,
            "percent": part.percent,
            "agreements": part.agreements,
            "disagreements": part.disagreements,
            "exists_percent": one.percent,
            "frequency_percent": two.percent,
            "undefined": {} if code.guid in used else {"percent": "Neither coder used the code."},
        }
        for code, one, two, part in zip(codes, exists, often, segments.codes, strict=True)
    )
    kappa = segments.kappa
    overall: dict[str, object] = {
        "n_units": len(segments.rows),
        "percent": segments.percent,
        "brennan_prediger": kappa.value,
        "expected": kappa.expected,
        "exists_percent": all_exists,
        "frequency_percent": all_often,
        "undefined": {"brennan_prediger": kappa.reason} if kappa.reason else {},
    }
    methods = (
        f"{coders[0]} and {coders[1]} were compared by MAXQDA's three criteria over {len(texts)} "
        "documents: whether a code exists in a document, how often it occurs there, and segment by "
        f"segment in both directions, where two segments agree if they share at least {least:.0%} "
        f"of the longer. Kappa is Brennan and Prediger's (1981) with chance agreement 1 in "
        f"{counted(len(codes), 'code')}.",
    )
    return ModeReport(
        "maxqda",
        "coded segment",
        coders,
        len(segments.rows),
        tuple(text.name for text in texts),
        rows,
        overall,
        (
            "MAXQDA's segment criterion looks at coded text only: agreement about what needs no "
            "code does not enter, and chance does not know how often codes are used.",
        ),
        methods,
    )


MODES = ("atlas", "maxqda", "nvivo")
