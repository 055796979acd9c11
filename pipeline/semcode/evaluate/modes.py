"""The tables of NVivo, MAXQDA and ATLAS.ti over the same codings, as these programs count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from semcode.agreement import (
    Agreement,
    AtlasDomain,
    atlas_cu_alpha,
    atlas_domain,
    join_continua,
    maxqda_documents,
    maxqda_segments,
    nvivo_average,
    nvivo_comparison,
)
from semcode.agreement.nvivo import NvivoRow
from semcode.errors import InputError
from semcode.evaluate.data import CodeName, Span

__all__ = ["MODES", "ModeReport", "ModeText", "in_view", "mode_report"]

LabelledSpan = tuple[int, int, Hashable]


@dataclass(frozen=True, slots=True)
class ModeText:
    """One transcript that all compared coders have read: its length and each one's spans."""

    name: str
    length: int
    spans: Mapping[Hashable, Sequence[LabelledSpan]]


@dataclass(frozen=True, slots=True)
class ModeReport:
    """A table with the columns of another program; `percent` runs from 0 to 100 as there.

    `rows` and `overall` are ready for JSON. `methods` says in words what was computed.
    """

    mode: str
    unit: str
    coders: tuple[str, ...]
    n_units: int
    transcripts: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    overall: Mapping[str, object]
    notes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    by: str = "code"
    extra: Mapping[str, object] = field(default_factory=dict)


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
        return _atlas(texts, tuple(coders), codes, domains)
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
        f"character over the whole text of {len(texts)} sources ({size:,} characters), "
        "interviewers' speech included. Percentage agreement is the share of characters that both "
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
            f"NVivo shows 1 in {weighted.n_undefined} of {len(found)} sources in which Cohen's "
            "kappa is 0/0 (usually nobody coded there); they lift the average."
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
            "prevalence": None,
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
        f"{len(codes)} codes.",
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


def _atlas(
    texts: Sequence[ModeText],
    coders: tuple[str, ...],
    codes: Sequence[CodeName],
    domains: Mapping[str, str],
) -> ModeReport:
    joined, extent = join_continua([(text.length, text.spans) for text in texts])
    spans: dict[Hashable, Sequence[LabelledSpan]] = {
        coder: joined.get(coder, []) for coder in coders
    }
    members: dict[str, list[CodeName]] = {}
    for code in codes:
        members.setdefault(domains[code.guid], []).append(code)
    rows = [
        {**_domain_row(spans, extent, name, found), "kind": "domain"}
        for name, found in members.items()
    ]
    rows += [
        {
            **_domain_row(spans, extent, code.name, [code]),
            "domain": domains[code.guid],
            "kind": "code",
        }
        for code in codes
        if len(members[domains[code.guid]]) > 1
    ]
    named: dict[Hashable, list[Hashable]] = {
        name: [code.guid for code in found] for name, found in members.items()
    }
    over = atlas_cu_alpha(spans, extent=extent, domains=named)
    methods = (
        f"{len(coders)} coders ({', '.join(coders)}) were compared as in ATLAS.ti over the "
        f"quantity of text of {len(texts)} documents ({extent[1]:,} characters): percent "
        "agreement and Holsti's index 2A/(N1 + N2) of text, Krippendorff's alpha-binary (is a "
        "passage relevant to the domain) and cu-alpha (which code of the domain), and Cu-alpha "
        "(which domain) "
        "(Krippendorff 2019, section 12.6). Domains are the top branches of the codebook.",
    )
    overall: dict[str, object] = {
        "n_units": over.n_units,
        "Cu_alpha": over.value,
        "undefined": {"Cu_alpha": over.reason} if over.reason else {},
    }
    return ModeReport(
        "atlas",
        "character",
        coders,
        extent[1],
        tuple(text.name for text in texts),
        tuple(rows),
        overall,
        (),
        methods,
    )


def _domain_row(
    spans: Mapping[Hashable, Sequence[LabelledSpan]],
    extent: tuple[int, int],
    name: str,
    codes: Sequence[CodeName],
) -> dict[str, object]:
    wanted = [code.guid for code in codes]
    try:
        found = atlas_domain(spans, extent=extent, domain=name, codes=wanted)
    except InputError as overlap:
        found = _as_one(spans, extent, name, set(wanted), overlap)
    parts = {
        "percent": found.percent,
        "holsti": found.holsti,
        "alpha_binary": found.alpha_binary,
        "cu_alpha": found.cu_alpha,
    }
    return {
        "code": name,
        "level": codes[0].level,
        "domain": name,
        "codes": [code.name for code in codes],
        "n": extent[1] - extent[0],
        "prevalence": None,
        **{
            key: None if part.value is None else part.value * (100 if key == "percent" else 1)
            for key, part in parts.items()
        },
        "undefined": {key: part.reason for key, part in parts.items() if part.reason},
    }


def _as_one(
    spans: Mapping[Hashable, Sequence[LabelledSpan]],
    extent: tuple[int, int],
    name: str,
    wanted: set[str],
    overlap: InputError,
) -> AtlasDomain:
    """Compare a domain whose codes overlap as if it were one code; cu-alpha has no value."""
    one: dict[Hashable, list[LabelledSpan]] = {
        coder: [(start, end, name) for start, end, label in marked if label in wanted]
        for coder, marked in spans.items()
    }
    found = atlas_domain(one, extent=extent, domain=name, codes=[name])
    reason = (
        f"A coder gave one passage several codes of this domain ({overlap.where}), and ATLAS.ti "
        "asks for codes that exclude each other. See each code alone, or semcode's own mode."
    )
    none: Agreement = replace(found.cu_alpha, value=None, reason=reason)
    return replace(found, cu_alpha=none)


MODES = ("atlas", "maxqda", "nvivo")
