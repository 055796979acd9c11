"""The gamma of Mathet, Widlöcher and Métivier for spans, through pygamma-agreement."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Hashable, Mapping, Sequence
from types import ModuleType

import numpy as np

from semcode.agreement.continuum import LabelledSpan
from semcode.agreement.result import Agreement
from semcode.errors import InputError

__all__ = ["gamma"]


def gamma(
    spans: Mapping[Hashable, Sequence[LabelledSpan]],
    *,
    position_weight: float = 1.0,
    category_weight: float = 1.0,
    empty: float = 1.0,
    samples: int = 30,
    seed: int = 0,
) -> Agreement:
    """Give gamma: agreement on spans and labels after aligning the spans of all coders.

    Mathet, Widlöcher and Métivier (2015, Computational Linguistics 41, 437-479).
    `position_weight`, `category_weight` and `empty` are the paper's alpha, beta and the
    cost of a span without partner; expected disorder is the mean of `samples` random
    continua. `observed` and `expected` are one less the disorders. Needs the package
    pygamma-agreement; raises InputError, saying how to install it, where it is missing.
    """
    library = _library()
    marked = {coder: found for coder, found in spans.items() if found}
    if len(spans) < 2 or len(marked) < 2:
        reason = "Gamma aligns the spans of two coders or more; fewer marked anything."
        return _record(spans, None, None, None, reason)
    segment = importlib.import_module("pyannote.core").Segment

    continuum = library.Continuum()
    for coder, found in marked.items():
        for start, end, label in found:
            continuum.add(str(coder), segment(start, end), str(label))
    dissimilarity = library.CombinedCategoricalDissimilarity(
        alpha=position_weight, beta=category_weight, delta_empty=empty
    )
    quiet = logging.root.manager.disable
    logging.disable(logging.WARNING)  # the library warns once a sample about its solver
    before = np.random.get_state()  # noqa: NPY002 - the library draws from the global state
    np.random.seed(seed)  # noqa: NPY002
    try:
        results = continuum.compute_gamma(dissimilarity, n_samples=samples)
    finally:
        np.random.set_state(before)  # noqa: NPY002
        logging.disable(quiet)
    observed, expected = float(results.observed_disorder), float(results.expected_disorder)
    return _record(spans, float(results.gamma), 1 - observed, 1 - expected, None)


def _library() -> ModuleType:
    try:
        return importlib.import_module("pygamma_agreement")
    except ImportError as error:
        raise InputError(
            "gamma needs the package pygamma-agreement, which is not installed.",
            where="gamma",
            remedy="Install it with: pip install pygamma-agreement",
        ) from error


def _record(
    spans: Mapping[Hashable, Sequence[LabelledSpan]],
    value: float | None,
    observed: float | None,
    expected: float | None,
    reason: str | None,
) -> Agreement:
    labels = {span[2] for marked in spans.values() for span in marked}
    n_units = sum(len(marked) for marked in spans.values())
    return Agreement(
        "gamma",
        value,
        observed,
        expected,
        n_units,
        len(spans),
        len(labels),
        weights="aligned",
        reason=reason,
    )
