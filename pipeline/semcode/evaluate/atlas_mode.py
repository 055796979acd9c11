"""ATLAS.ti's table over codings: percent, Holsti, alpha-binary, cu-alpha, Cu-alpha."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from semcode.agreement import (
    Agreement,
    AtlasDomain,
    atlas_cu_alpha,
    atlas_domain,
    join_continua,
)
from semcode.errors import InputError
from semcode.evaluate.data import CodeName
from semcode.evaluate.mode_data import LabelledSpan, ModeReport, ModeText, by_domain
from semcode.wording import counted

__all__ = ["atlas_report"]

_ANY = "any code"


def atlas_report(
    texts: Sequence[ModeText],
    coders: tuple[str, ...],
    codes: Sequence[CodeName],
    domains: Mapping[str, str],
) -> ModeReport:
    """Compute ATLAS.ti's table: domains first, then the single codes of larger domains."""
    joined, extent = join_continua([(text.length, text.spans) for text in texts])
    spans: dict[Hashable, Sequence[LabelledSpan]] = {
        coder: joined.get(coder, []) for coder in coders
    }
    members = by_domain(codes, domains)
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
        f"quantity of text of {counted(len(texts), 'document')} "
        f"({counted(extent[1], 'character')}): percent "
        "agreement and Holsti's index 2A/(N1 + N2) of text, Krippendorff's alpha-binary (is a "
        "passage relevant to the domain) and cu-alpha (which code of the domain), and Cu-alpha "
        "(which domain) "
        "(Krippendorff 2019, section 12.6). Domains are the top branches of the codebook. Over "
        "everything, percent, Holsti and alpha-binary compare what text has any code at all.",
    )
    everything = _domain_row(_unlabelled(spans), extent, _ANY, [CodeName(_ANY, _ANY, None)])
    found, why = everything["undefined"], {"Cu_alpha": over.reason} if over.reason else {}
    overall: dict[str, object] = {
        "n_units": extent[1],
        "n_spans": over.n_units,
        **{key: everything[key] for key in ("percent", "holsti", "alpha_binary")},
        "Cu_alpha": over.value,
        "undefined": {
            **{
                k: v
                for k, v in (found.items() if isinstance(found, dict) else ())
                if k != "cu_alpha"
            },
            **why,
        },
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


def _unlabelled(
    spans: Mapping[Hashable, Sequence[LabelledSpan]],
) -> dict[Hashable, list[LabelledSpan]]:
    return {
        coder: [(start, end, _ANY) for start, end, _ in marked] for coder, marked in spans.items()
    }


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
