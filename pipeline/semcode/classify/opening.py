"""Open segments as a classifier sees them: encoded once, learned from again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.classify import hierarchy
from semcode.classify.deciding import Decisions, Learner
from semcode.classify.definitions import statements
from semcode.classify.estimator import CodeClassifier, Encoded, Text
from semcode.classify.features import FeatureMap, embed, texts_to_learn
from semcode.classify.labels import key_of
from semcode.classify.logistic import Cells
from semcode.errors import ModelError

__all__ = ["Fresh", "fresh_fit", "opened", "relearned"]

Rows = NDArray[np.intp]

#: How many texts without a label a refit looks at, at most and at least.
_UNREAD, _FEW_UNREAD = 2000, 50
#: Texts that are encoded at once: few enough to rest often and to need little memory.
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Fresh:
    """A classifier and the open segments as it sees them.

    `features` (n, width) and `definition` (n, n_codes) are the classifier's encoding of
    the segments; `places` names the segment of each row that it learned from, -1 for rows
    that are none of them.
    """

    model: CodeClassifier | Learner
    features: NDArray[Any]
    definition: NDArray[Any]
    places: Sequence[int] = ()


def fresh_fit(
    model: CodeClassifier, texts: Sequence[Text], decided: Decisions, groups: Sequence[Hashable]
) -> Fresh:
    """Fit a classifier like `model` anew on all that was decided of the open segments' texts.

    Where nothing was decided, the segments have features all the same, so that the first
    decisions can teach.
    """
    y = np.full((len(texts), len(model.codebook)), np.nan)
    for (row, code), label in decided.items():
        y[row, code] = label
    new = model.__sklearn_clone__().fit(texts, y, groups)
    if not hasattr(new, "features_"):
        parts = embed(new._load_encoder(), texts, middle=True)
        said = [one.text for one in statements(new.codebook)]
        new.features_ = FeatureMap.of(parts, extra=said, seed=new.seed)
    encoded = new.encode(texts)
    places = np.flatnonzero(~np.isnan(y).all(axis=1))
    return Fresh(new, encoded.features, encoded.definition, [int(row) for row in places])


def opened(
    model: CodeClassifier,
    texts: Sequence[Text],
    *,
    advance: Callable[[int], None] = lambda _n: None,
) -> Fresh:
    """Encode segments for a classifier like `model` that has learned nothing yet.

    The features are those of `fresh_fit`, rounded to float16, made block by block: a
    hundred thousand segments take 140 MB. `advance` is told how many more are done; it may
    raise to stop.
    """
    new = model.__sklearn_clone__()
    new.begin()
    rows = texts_to_learn(len(texts), seed=new.seed)
    parts = embed(new._load_encoder(), [texts[int(row)] for row in rows], middle=True)
    said = [one.text for one in statements(new.codebook)]
    new.features_ = FeatureMap.of(parts, extra=said, seed=new.seed)
    features = np.empty((len(texts), new.features_.width), np.float16)
    definition = np.empty((len(texts), len(new.codebook)), np.float32)
    for first in range(0, len(texts), _BLOCK):
        block = texts[first : first + _BLOCK]
        encoded = new.encode(block)
        features[first : first + len(block)] = encoded.features
        definition[first : first + len(block)] = encoded.definition
        advance(len(block))
    return Fresh(new, features, definition)


def relearned(
    fresh: Fresh, texts: Sequence[Text] | None, decided: Decisions, groups: Sequence[Hashable]
) -> Fresh:
    """Fit anew to all that was decided, on the features that the segments have.

    What `fresh_fit` gives for the same texts, without their features, which do not depend
    on decisions and take most of its time: so this is what a refit behind should use.
    Without `texts` the classifier cannot tell them apart, and takes no updates of its own.
    """
    model = fresh.model
    if isinstance(model, Learner) or not hasattr(model, "features_"):
        raise ModelError(
            "The segments have no features of the classifier's own.",
            remedy="Begin with fresh_fit.",
        )
    rows = np.array(sorted({row for row, _ in decided}), np.intp)
    if not len(rows):
        return fresh_fit(model, texts, decided, groups) if texts is not None else fresh
    y = np.full((len(rows), fresh.definition.shape[1]), np.nan)
    for (row, code), label in decided.items():
        y[np.searchsorted(rows, row), code] = label
    y = hierarchy.spread_labels(y, hierarchy.parents_of(model.codebook))
    known, new = _encoded(fresh, rows), copy(model)
    if hasattr(new, "level_calibration_"):
        del new.level_calibration_
    cells = Cells(np.nan_to_num(y), (~np.isnan(y)).astype(np.float64), known.definition)
    unread = np.setdiff1d(np.arange(len(fresh.features)), rows)
    unread = np.random.default_rng(model.seed).permutation(unread)[:_UNREAD]
    ahead = _encoded(fresh, np.sort(unread)) if len(unread) >= _FEW_UNREAD else None
    new._learn(known, cells, [groups[int(row)] for row in rows], y, ahead)
    new.take_keys(None if texts is None else [key_of(texts[int(row)]) for row in rows])
    return Fresh(new, fresh.features, fresh.definition, [int(row) for row in rows])


def _encoded(fresh: Fresh, rows: Rows) -> Encoded:
    features = np.asarray(fresh.features[rows], np.float32)
    return Encoded(features, fresh.definition[rows].astype(np.float64), features[:, :0])
