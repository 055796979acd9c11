"""Agreement as ATLAS.ti counts it: lengths of text, two or more coders, semantic domains."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from semcode.agreement.continuum import Continuum, LabelledSpan, continuum
from semcode.agreement.result import Agreement
from semcode.agreement.unitizing import cu_alpha, cu_alpha_domains, u_alpha_binary

__all__ = ["AtlasDomain", "atlas_cu_alpha", "atlas_domain"]

Spans = Mapping[Hashable, Sequence[LabelledSpan]]


@dataclass(frozen=True, slots=True)
class AtlasDomain:
    """One semantic domain (or one code as its own domain), as ATLAS.ti reports it.

    `percent` and `holsti` are shares of text, the mean over pairs of coders; `alpha_binary`
    says whether coders mark the same text with the domain at all, `cu_alpha` whether they
    then choose the same of its codes.
    """

    domain: Hashable
    percent: Agreement
    holsti: Agreement
    alpha_binary: Agreement
    cu_alpha: Agreement


def atlas_domain(
    spans: Spans, *, extent: tuple[int, int], domain: Hashable, codes: Sequence[Hashable]
) -> AtlasDomain:
    """Compare the spans `(start, end, code)` of one domain's codes over a text.

    The codes of a domain must exclude each other in one coder's work, as in ATLAS.ti;
    InputError otherwise. Where coders share no coded text cu-alpha is undefined, not 1.
    """
    wanted = set(codes)
    own = {coder: [span for span in marked if span[2] in wanted] for coder, marked in spans.items()}
    percent, holsti = _amounts(own, extent)
    return AtlasDomain(
        domain,
        percent,
        holsti,
        u_alpha_binary(own, extent=extent),
        cu_alpha(own, extent=extent),
    )


def atlas_cu_alpha(
    spans: Spans, *, extent: tuple[int, int], domains: Mapping[Hashable, Sequence[Hashable]]
) -> Agreement:
    """Give Cu-alpha over all domains: whether coders choose the same domain for text.

    `domains` gives the codes of each domain; spans of other codes are left out.
    """
    place = {code: domain for domain, codes in domains.items() for code in codes}
    own = {coder: [span for span in marked if span[2] in place] for coder, marked in spans.items()}
    return cu_alpha_domains(own, extent=extent, domains=place)


def _amounts(spans: Spans, extent: tuple[int, int]) -> tuple[Agreement, Agreement]:
    text = continuum(spans, extent=extent)
    marked = np.asarray(text.marks.any(axis=1))
    size = float(text.lengths.sum())
    same, shares = [], []
    for one, two in combinations(range(len(marked)), 2):
        both = float(text.lengths @ (marked[one] & marked[two]))
        first, second = float(text.lengths @ marked[one]), float(text.lengths @ marked[two])
        same.append((size - first - second + 2 * both) / size if size else np.nan)
        if first + second:
            shares.append(2 * both / (first + second))
    lonely = None if same else "Only one coder; agreement needs a second coder."
    nothing = lonely or (None if shares else "No coder marked anything of this domain.")
    return (
        _share("atlas_percent", float(np.mean(same)) if same and size else None, lonely, text),
        _share("atlas_holsti", float(np.mean(shares)) if shares else None, nothing, text),
    )


def _share(name: str, value: float | None, reason: str | None, text: Continuum) -> Agreement:
    return Agreement(
        name,
        value,
        value,
        None,
        len(text.units),
        len(text.coders),
        len(text.labels),
        weights="length",
        reason=reason,
    )
