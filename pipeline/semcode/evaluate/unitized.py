"""Agreement of coders who choose their own spans: u-alpha, cu-alpha, Cu-alpha and gamma."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement import (
    Agreement,
    atlas_cu_alpha,
    cu_alpha,
    gamma,
    join_continua,
    u_alpha,
    u_alpha_binary,
)
from semcode.agreement.resampling import draw_bounds, drawn_clusters
from semcode.agreement.studentized import (
    FEWEST_STUDENTIZED,
    MOST_STUDENTIZED,
    lowest,
    studentized_bounds,
)
from semcode.agreement.unitizing import binary_from_parts, binary_parts
from semcode.errors import InputError
from semcode.evaluate.data import CodeName, Options
from semcode.evaluate.measures import FEWEST_CLUSTERS
from semcode.evaluate.mode_data import LabelledSpan, ModeReport, ModeText, by_domain
from semcode.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["has_gamma", "unitized_report"]

_MOST_ALIGNED = 2_500  # spans of one coder times spans of the other
Spans = Mapping[Hashable, Sequence[LabelledSpan]]


def has_gamma() -> bool:
    """Say whether the package that computes gamma is installed."""
    return find_spec("pygamma_agreement") is not None


def unitized_report(
    texts: Sequence[ModeText],
    *,
    coders: Sequence[str],
    codes: Sequence[CodeName],
    domains: Mapping[str, str],
    options: Options,
    with_gamma: bool | None = None,
) -> ModeReport:
    """Compare the coders' own spans over the text of the transcripts, one after the other.

    `domains` gives the name of each code's domain (the top of its branch) by its guid.
    Intervals of u-alpha of single codes resample transcripts. `with_gamma` None means
    where its package is installed. Raises InputError for fewer than two coders or where
    no transcript was read by all of them.
    """
    if len(coders) < 2 or not texts:
        raise InputError(
            f"No transcript was read by all of {', '.join(coders) or 'two coders'}."
            if len(coders) >= 2
            else "Agreement needs two coders who read the same transcripts.",
            where="coders",
            remedy="Have the same transcripts coded by two people: semcode reliability-sample.",
        )
    joined, extent = join_continua([(text.length, text.spans) for text in texts])
    spans: Spans = {coder: joined.get(coder, []) for coder in coders}
    members = by_domain(codes, domains)
    aligned = has_gamma() if with_gamma is None else with_gamma
    rows = [_code(code, domains, texts, spans, extent, options, aligned) for code in codes]
    rows += [
        _domain(name, found, spans, extent) for name, found in members.items() if len(found) > 1
    ]
    notes = (
        []
        if aligned
        else [
            "Gamma (Mathet, Widlöcher and Métivier 2015) is left out; for it: "
            "pip install pygamma-agreement"
        ]
    )
    return ModeReport(
        "semcode",
        "span",
        tuple(coders),
        extent[1],
        tuple(text.name for text in texts),
        tuple(rows),
        _overall(texts, spans, extent, members, options),
        tuple(notes),
        (_methods(texts, coders, extent, options, aligned),),
    )


def _code(
    code: CodeName,
    domains: Mapping[str, str],
    texts: Sequence[ModeText],
    spans: Spans,
    extent: tuple[int, int],
    options: Options,
    aligned: bool,
) -> dict[str, object]:
    own = _with_labels(spans, {code.guid})
    found = u_alpha_binary(own, extent=extent)
    undefined = {} if found.reason is None else {"u_alpha": found.reason}
    row: dict[str, object] = {
        **_row(code.name, code.level, "code", domains[code.guid], own),
        "u_alpha": found.value,
    }
    interval, why = None, ""
    if found.value is not None:
        interval, why = _interval([_of(text, {code.guid}) for text in texts], options)
    row |= {
        "ci": {} if interval is None else {"u_alpha": list(interval)},
        "no_interval": {"u_alpha": why} if why else {},
    }
    if aligned:
        row["gamma"], reason = _gamma(own)
        undefined |= {"gamma": reason} if reason else {}
    return row | {"undefined": undefined}


def _domain(
    name: str, codes: Sequence[CodeName], spans: Spans, extent: tuple[int, int]
) -> dict[str, object]:
    own = _with_labels(spans, {code.guid for code in codes})
    parts: dict[str, tuple[float | None, str | None]] = {
        "u_alpha": _valued(u_alpha, own, extent),
        "u_alpha_binary": _valued(u_alpha_binary, own, extent),
        "cu_alpha": _valued(cu_alpha, own, extent),
    }
    return {
        **_row(name, codes[0].level, "domain", name, own),
        **{key: value for key, (value, _) in parts.items()},
        "undefined": {key: reason for key, (_, reason) in parts.items() if reason},
    }


def _row(name: str, level: str | None, kind: str, domain: str, spans: Spans) -> dict[str, object]:
    return {
        "code": name,
        "kind": kind,
        "level": level,
        "domain": domain,
        "n": sum(len(marked) for marked in spans.values()),
        "u_alpha": None,
        "u_alpha_binary": None,
        "cu_alpha": None,
        "gamma": None,
    }


def _overall(
    texts: Sequence[ModeText],
    spans: Spans,
    extent: tuple[int, int],
    members: Mapping[str, Sequence[CodeName]],
    options: Options,
) -> dict[str, object]:
    marked = u_alpha_binary(spans, extent=extent)
    everything = _valued(u_alpha, spans, extent)
    over = atlas_cu_alpha(
        spans,
        extent=extent,
        domains={name: [code.guid for code in found] for name, found in members.items()},
    )
    interval, why = _interval([(text.length, text.spans) for text in texts], options)
    reasons = {"u_alpha": everything[1], "u_alpha_binary": marked.reason, "Cu_alpha": over.reason}
    known = marked.value is not None
    return {
        "n_units": extent[1],
        "n_spans": sum(len(own) for own in spans.values()),
        "u_alpha": everything[0],
        "u_alpha_binary": marked.value,
        "Cu_alpha": over.value,
        "ci": {"u_alpha_binary": list(interval)} if interval and known else {},
        "no_interval": {"u_alpha_binary": why} if why and known else {},
        "undefined": {key: reason for key, reason in reasons.items() if reason},
    }


def _valued(
    function: Callable[..., Agreement], spans: Spans, extent: tuple[int, int]
) -> tuple[float | None, str | None]:
    """Give the value, or why there is none (one passage with several codes)."""
    try:
        found = function(spans, extent=extent)
    except InputError as overlap:
        return None, (
            f"A coder gave one passage several of these codes ({overlap.where}), and this "
            "coefficient asks for codes that exclude each other; see each code alone."
        )
    return found.value, found.reason


def _interval(
    texts: Sequence[tuple[int, Spans]], options: Options
) -> tuple[tuple[float, float] | None, str]:
    """Resample transcripts, of which the coincidences add up."""
    if len(texts) < FEWEST_CLUSTERS:
        return None, f"Fewer than {FEWEST_CLUSTERS} transcripts cannot be resampled."
    parts = [binary_parts(spans, extent=(0, length)) for length, spans in texts]
    flat = np.stack([np.concatenate([shared.ravel(), alone]) for shared, alone in parts])
    every = np.ones(len(texts), dtype=bool)
    drawn = drawn_clusters(every, options.resamples, seed=options.seed)

    def evaluate(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = weights @ flat
        return binary_from_parts(sums[:, :4].reshape(-1, 2, 2), sums[:, 4:])[:, None]

    draws = evaluate(drawn)
    lower, upper, missing = draw_bounds(
        draws, n_clusters=len(texts), level=options.ci, method="expanded"
    )
    if np.isnan(lower[0]):
        return None, f"{missing[0]:.0%} of the resamples have no value: it is in too few texts."
    if FEWEST_STUDENTIZED <= len(texts) <= MOST_STUDENTIZED:
        sums = drawn @ flat[:, :4]
        shares = (sums[:, :1] + sums[:, 1:2]) / np.maximum(sums.sum(axis=1, keepdims=True), 1.0)
        few = studentized_bounds(
            evaluate(np.ones((1, len(texts))))[0],
            draws,
            evaluate,
            drawn,
            every,
            level=options.ci,
            floor=lowest("u_alpha", shares),
        )
        if not np.isnan(few[0][0]):
            lower, upper = few
    if upper[0] - lower[0] < 1e-12:
        return None, "Every resample gives the same value."
    return (float(lower[0]), float(upper[0])), ""


def _of(text: ModeText, labels: set[str]) -> tuple[int, Spans]:
    return text.length, _with_labels(text.spans, labels)


def _with_labels(spans: Spans, labels: set[str]) -> dict[Hashable, list[LabelledSpan]]:
    return {
        coder: [span for span in marked if span[2] in labels] for coder, marked in spans.items()
    }


def _gamma(spans: Spans) -> tuple[float | None, str | None]:
    sizes = sorted((len(marked) for marked in spans.values()), reverse=True)
    if sizes[0] * sizes[1] > _MOST_ALIGNED:
        return None, (
            f"{sizes[0]:,} and {sizes[1]:,} passages take minutes to align; compute it from "
            "Python with semcode.agreement.gamma, a transcript at a time."
        )
    found = gamma(spans)
    return found.value, found.reason


def _methods(
    texts: Sequence[ModeText],
    coders: Sequence[str],
    extent: tuple[int, int],
    options: Options,
    aligned: bool,
) -> str:
    also = (
        ", and gamma (Mathet, Widlöcher and Métivier 2015), which aligns the coders’ spans"
        if aligned
        else ""
    )
    return (
        f"The passages that {', '.join(coders)} chose to code were compared over the whole text of "
        f"{counted(len(texts), 'transcript')} ({counted(extent[1], 'character')}) without dividing "
        "it into units: Krippendorff’s u-alpha of each code (where a passage begins and ends, "
        "against text "
        "without the code), cu-alpha within a domain (which code, in text that both coded) and "
        "Cu-alpha (which domain) (Krippendorff, Mathet, Bouvry and Widlöcher 2016; Krippendorff "
        f"2019, section 12.6){also}. Intervals are {options.ci:.0%} cluster-bootstrap intervals of "
        f"u-alpha: {options.resamples:,} resamples of whole transcripts, seed {options.seed}."
    )
