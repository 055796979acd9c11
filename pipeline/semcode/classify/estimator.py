"""CodeClassifier: one learner from a codebook's definitions to thousands of labels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from semcode.classify import hierarchy
from semcode.classify.calibration import (
    Calibration,
    Cutoffs,
    answers_from,
    calibrate,
    cutoffs,
)
from semcode.classify.definitions import DefinitionScorer, statements
from semcode.classify.features import Embedder, FeatureMap, Parts, as_list, embed, split_pairs
from semcode.classify.labels import key_of, read_groups, read_labels
from semcode.classify.logistic import Cells, Weights
from semcode.classify.prevalence import as_unread
from semcode.classify.reader import Reading, columns_of, open_reader
from semcode.classify.refining import Refiner
from semcode.classify.tuning import Choice, choose, fit_candidate
from semcode.codebook import Codebook
from semcode.errors import InputError, ModelError
from semcode.records import Level

__all__ = ["CodeClassifier", "Encoded", "Text"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]

#: A text, or a pair of what was said before it and the text.
Text = str | tuple[str, str]

_MANY = 2000  # texts from which a fit uses all cores; at most so many unread are looked at
_FEW_UNREAD = 50  # fewer texts without a label tell nothing of how common codes are
_FLOOR = 0.5  # from here on the cold start's score is taken for a yes
_USUAL_SHARE = 0.5  # what a code usually gets is in part how common it is, in part no news
_FARTHEST = 9.0  # log-odds beyond which a definition's score says no more


@dataclass(frozen=True, slots=True)
class Encoded:
    """Texts as the learner sees them: features, and log-odds by the definitions."""

    features: Array  # (n_texts, width), rows no longer than 1
    definition: Floats  # (n_texts, n_codes); a fine-tuned reader's where there is one
    cold: Array  # (n_texts, n_codes): the cold start's own scores


class CodeClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Suggest the codes of a codebook; start from its definitions, learn from every label.

    Each code has a logistic model around what its definition says, over the text's
    meaning, its context's, its words, its shape and the manner in which it is said. Where
    nothing is labelled, the scores are DefinitionScorer's. How firmly the definitions hold,
    and what words and manner count for, is chosen by cross-validation over groups
    (participants), pooled over codes; probabilities are calibrated on left-out groups; none
    exceeds its parent's.

    `encoder` is anything with `encode(texts)`; None loads the registered `model`. `reader` is
    what `finetune` made, or its folder: of the codes that it was trained for it speaks in
    the definition's stead (an encoder may bring one along as `reader`). Unknown labels are
    NaN; labels between 0 and 1 are the share of coders who gave the code.
    """

    # Set by fit; scikit-learn's convention for what was learned is a name that ends in "_".
    weights_: Weights
    learned_: NDArray[np.bool_]
    refiner_: Refiner
    calibration_: Calibration
    level_calibration_: Calibration
    cutoffs_: Cutoffs
    choice_: Choice
    features_: FeatureMap
    codebook_digest_: str
    n_labels_: Floats
    usual_: Floats
    _keys: list[str] | None
    _encoder: Embedder
    _loaded: str
    _reader: Reading | None

    def __init__(
        self,
        codebook: Codebook,
        *,
        encoder: Embedder | None = None,
        model: str = "all-MiniLM-L6-v2",
        reader: Reading | str | Path | None = None,
        folds: int = 5,
        sure: float = 0.9,
        seed: int = 0,
    ) -> None:
        self.codebook = codebook
        self.encoder = encoder
        self.model = model
        self.reader = reader
        self.folds = folds
        self.sure = sure
        self.seed = seed

    def __sklearn_clone__(self) -> CodeClassifier:
        """Give an unfitted one with the same settings and the same (shared) encoder."""
        return type(self)(**self.get_params(deep=False))

    # Learning

    def fit(
        self,
        texts: Sequence[Text],
        Y: Any,  # noqa: N803
        groups: Sequence[Hashable] | None = None,
    ) -> CodeClassifier:
        """Learn from labels (n_texts, n_codes): 1, 0, a share between, or NaN for unknown.

        `groups` are the participants: texts of one are never both learned from and tested
        on. None makes each distinct text its own. Texts without any label still teach
        which words there are and, from 50 on, how common each code is among what is still
        to be coded. Raises InputError for labels of another shape or range.
        """
        texts = as_list(texts)
        plain, _ = split_pairs(texts)
        y = read_labels(Y, len(plain), self.codebook)
        owners = read_groups(groups, plain)
        self.begin()
        labelled = np.flatnonzero(~np.isnan(y).all(axis=1))
        parts = embed(self._encoder, texts, middle=True)
        if not len(labelled):
            if plain:
                self.usual_ = self._encoded(parts).definition.mean(axis=0)
            return self
        said = [s.text for s in self._scorer.statements]
        self.features_ = FeatureMap.of(parts, extra=said, seed=self.seed)
        encoded = self._encoded(_rows(parts, labelled))
        unread = self._sample_of_unread(parts, labelled)
        weight = (~np.isnan(y[labelled])).astype(np.float64)
        cells = Cells(np.nan_to_num(y[labelled]), weight, encoded.definition)
        self._learn(encoded, cells, [owners[int(row)] for row in labelled], y[labelled], unread)
        self._keys = [key_of(texts[int(row)]) for row in labelled]
        return self

    def update(
        self,
        texts: Sequence[Text],
        Y: Any,  # noqa: N803
        *,
        replace: bool = False,
    ) -> CodeClassifier:
        """Learn from a few more labels at once, refitting only the codes they touch.

        The weights become those that a fit of these codes with the same settings gives;
        what is chosen by cross-validation (features, strength of the prior, calibration)
        stays until the next `fit`. With `replace`, labels of texts that were seen before
        take the place of the earlier ones: a decision that was changed. Before any `fit`
        with labels this is a `fit`.
        """
        self._require_same_codebook()
        texts = as_list(texts)
        y = read_labels(Y, len(split_pairs(texts)[0]), self.codebook)
        if not hasattr(self, "refiner_"):
            return self.fit(texts, Y)
        return self.update_encoded(
            self.encode(texts), y, [key_of(t) for t in texts], replace=replace
        )

    def update_encoded(
        self,
        encoded: Encoded,
        y: Floats,
        keys: Sequence[str],
        *,
        replace: bool = False,
    ) -> CodeClassifier:
        """Do `update` with texts that are encoded already; `keys` tell texts apart."""
        if not hasattr(self, "refiner_"):
            raise ModelError(
                "Nothing was learned yet that could be updated.", remedy="Call fit first."
            )
        if self._keys is None:
            raise ModelError(
                "The model was saved without the rows it learned from, so it cannot be updated.",
                remedy="Call fit with the labels, or save it with rows=True.",
            )
        y = hierarchy.spread_labels(np.asarray(y, np.float64), self._parents)
        known = ~np.isnan(y)
        changed: dict[int, list[int] | None] = {}
        for row in np.flatnonzero(known.any(axis=1)):
            self._take_row(encoded, y, int(row), keys[int(row)], changed, replace=replace)
        for code, rows in changed.items():
            self.refiner_.refit(code, changed=rows)
            self.learned_[code] = True
        self.weights_ = self.refiner_.weights()
        return self

    # Answering

    def predict_proba(self, texts: Sequence[Text]) -> Floats:
        """Give the probability of each code, (n_texts, n_codes), none above its parent's.

        Where exactly one top code applies, the likeliest is right most often; `predict`
        gives rare codes a better chance (the greatest mean F1 over codes).
        """
        return self.proba_encoded(self.encode(texts))

    def proba_encoded(self, encoded: Encoded) -> Floats:
        """Give probabilities of texts that are encoded already."""
        if not hasattr(self, "weights_"):
            return encoded.cold.astype(np.float64)
        p = self.calibration_(self.scores(encoded))
        return hierarchy.consistent(p, self._parents, self.learned_)

    def scores(self, encoded: Encoded) -> Floats:
        """Give uncalibrated log-odds, whose order within a code is that of probabilities."""
        if not hasattr(self, "weights_"):
            return encoded.definition
        return self.weights_.scores(encoded.features, encoded.definition)

    def predict(self, texts: Sequence[Text]) -> NDArray[np.int8]:
        """Say for each text and code 1 or 0, so that the expected F1 is greatest."""
        return self.predict_encoded(self.encode(texts))

    def predict_encoded(self, encoded: Encoded) -> NDArray[np.int8]:
        """Say 1 or 0 for texts that are encoded already."""
        p = self.proba_encoded(encoded)
        if not hasattr(self, "weights_"):
            return self._cold_answers(p, encoded.definition)
        rivals = self._calibration.rivals
        return answers_from(p, self._cutoffs, rivals=rivals, parents=self._parents)

    def decide(self, texts: Sequence[Text], *, sure: float | None = None) -> Floats:
        """Say 1 or 0 where it is at least `sure`, NaN where it is not, (n_texts, n_codes).

        "No code" is a row of zeros; "not sure" is NaN. None takes the estimator's `sure`.
        """
        p = self.predict_proba(texts)
        least = self.sure if sure is None else sure
        return np.where(p >= least, 1.0, np.where(p <= 1.0 - least, 0.0, np.nan))

    def predict_level_proba(self, texts: Sequence[Text]) -> dict[Level, Floats]:
        """Give for each level of the codebook the probability that any of its codes applies."""
        p = self.predict_proba(texts)
        members = hierarchy.level_members(self.codebook)
        joint = hierarchy.level_scores(p, members, self._parents)
        if hasattr(self, "level_calibration_"):
            joint = self.level_calibration_(joint)
        else:
            joint = np.zeros_like(joint)
        return {
            level: np.maximum(joint[:, column], p[:, codes].max(axis=1))
            for column, (level, codes) in enumerate(members.items())
        }

    def encode(self, texts: Sequence[Text]) -> Encoded:
        """Give what the learner needs of texts, to be kept for later calls."""
        self._require_same_codebook()
        if not hasattr(self, "codebook_digest_"):
            self.begin()
        middle = hasattr(self, "features_") and self.features_.middle > 0
        return self._encoded(embed(self._encoder, texts, middle=middle))

    def prepare(self) -> None:
        """Compute what makes the first `update` of each code fast; may run behind."""
        if hasattr(self, "refiner_"):
            for code in np.flatnonzero(self.learned_):
                self.refiner_.prepare(int(code))

    def save(self, path: str | Path, *, rows: bool = False) -> str:
        """Write the trained model to a file; see save_classifier."""
        from semcode.classify.persistence import save_classifier

        return save_classifier(self, path, rows=rows)

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        codebook: Codebook | None = None,
        encoder: Embedder | None = None,
        reader: Reading | str | Path | None = None,
    ) -> CodeClassifier:
        """Read a model that `save` wrote; see load_classifier."""
        from semcode.classify.persistence import load_classifier

        return load_classifier(path, codebook=codebook, encoder=encoder, reader=reader)

    # How it is done

    @property
    def _calibration(self) -> Calibration:
        if hasattr(self, "calibration_"):
            return self.calibration_
        codes = len(self.codebook)
        return Calibration(np.ones(codes), np.zeros(codes), np.zeros(0, np.intp))

    @property
    def _cutoffs(self) -> Cutoffs:
        if hasattr(self, "cutoffs_"):
            return self.cutoffs_
        codes = len(self.codebook)
        return Cutoffs(np.full(codes, 0.5), np.ones(codes))

    def begin(self) -> None:
        """Forget what was learned and read the codebook."""
        if not len(self.codebook):
            raise InputError("The codebook has no codes.", remedy="Add a code to it.")
        self._require_sound_settings()
        for name in [name for name in vars(self) if name.endswith("_") or name == "_keys"]:
            delattr(self, name)
        self._encoder = self._load_encoder()
        self._reader = self._open_reader()
        self._parents = hierarchy.parents_of(self.codebook)
        said = [s.text for s in statements(self.codebook)]
        self._scorer = DefinitionScorer(self.codebook, embed(self._encoder, said).vectors)
        self.codebook_digest_ = self.codebook.digest
        self.classes_ = np.array([code.name for code in self.codebook.codes])
        self.n_labels_ = np.zeros(len(self.codebook))

    def encoder_name(self) -> str:
        """Say which weights embed the texts, by name and revision where they have them."""
        ref = getattr(self._encoder, "ref", None)
        name = f"{ref.name}@{ref.revision}" if ref else type(self._encoder).__name__
        return f"{name}, read by {self._reader.revision}" if self._reader else name

    def begins_with(self, code: int) -> str:
        """Say what a code's score begins with: "reader" or "definition"."""
        reader = self._reader if hasattr(self, "_reader") else self._open_reader()
        known = columns_of(reader.codes, self.codebook) if reader else {}
        return "reader" if code in known else "definition"

    @property
    def definitions(self) -> DefinitionScorer:
        """Give what scores by the codebook alone, once the codebook was read."""
        return self._scorer

    def keys(self) -> list[str]:
        """Give the hashes that tell the labelled texts apart."""
        return list(self._keys or [])

    def take_keys(self, keys: Sequence[str] | None) -> None:
        """Take the hashes of the labelled texts; None where they were not kept."""
        self._keys = None if keys is None else list(keys)

    def _load_encoder(self) -> Embedder:
        if self.encoder is not None:
            return self.encoder
        if getattr(self, "_loaded", None) != self.model:
            from semcode.embed import load_encoder, resolve

            self._encoder, self._loaded = load_encoder(resolve(self.model)), self.model
        return self._encoder

    def _open_reader(self) -> Reading | None:
        if isinstance(self.reader, str | Path):
            return open_reader(self.reader)
        brought: Reading | None = getattr(self._load_encoder(), "reader", None)
        return self.reader or brought

    def _encoded(self, parts: Parts) -> Encoded:
        cold = self._scorer.scores(parts.vectors, parts.texts)
        p = np.clip(cold.astype(np.float64), 1e-12, 1 - 1e-7)
        definition = np.log(p) - np.log1p(-p)
        if self._reader is not None:
            pairs = list(zip(parts.contexts, parts.texts, strict=True))
            told = self._reader.log_odds(pairs, self.codebook)
            definition = np.where(np.isnan(told), definition, told)
        definition = np.clip(definition, -_FARTHEST, _FARTHEST)
        features = (
            self.features_.transform(parts)
            if hasattr(self, "features_")
            else np.zeros((len(parts.texts), 0), np.float32)
        )
        return Encoded(features, definition, cold)

    def _sample_of_unread(self, parts: Parts, labelled: NDArray[np.intp]) -> Encoded | None:
        """Give some of the texts without a label: what is still to be coded looks like them."""
        rows = np.setdiff1d(np.arange(len(parts.texts)), labelled)
        if len(rows) < _FEW_UNREAD:
            return None
        chosen = np.random.default_rng(self.seed).permutation(rows)[:_MANY]
        return self._encoded(_rows(parts, np.sort(chosen)))

    def _learn(
        self,
        encoded: Encoded,
        cells: Cells,
        groups: Sequence[Hashable],
        y: Floats,
        unread: Encoded | None = None,
    ) -> None:
        blocks = self.features_.blocks
        with _threads(len(groups)):
            self.choice_ = choose(
                encoded.features, cells, groups, blocks=blocks, folds=self.folds, seed=self.seed
            )
            weights, prior, scale = fit_candidate(
                encoded.features, cells, self.choice_.best, blocks
            )
        self.refiner_ = Refiner(encoded.features.shape[1], len(self.codebook), prior, scale)
        self.refiner_.append(encoded.features, cells.y, cells.weight, cells.definition)
        self.refiner_.take(weights)
        self.weights_ = weights
        self.learned_ = np.asarray(cells.weight.any(axis=0))
        self.n_labels_ = (cells.y * cells.weight).sum(axis=0)
        self._calibrate(cells, y, unread)

    def _calibrate(self, cells: Cells, y: Floats, unread: Encoded | None) -> None:
        held = self.choice_.held_out
        rivals = hierarchy.rivals_of(y, self._parents)
        self.calibration_ = calibrate(held, cells.y, cells.weight, rivals=rivals)
        if held is not None and unread is not None:
            told = self.scores(unread)
            self.calibration_ = as_unread(self.calibration_, told, cells.y, cells.weight)
        scores = (
            held
            if held is not None
            else self.weights_.scores(self.refiner_.rows[0], cells.definition)
        )
        p = hierarchy.consistent(self.calibration_(scores), self._parents, self.learned_)
        ahead = p if unread is None else self.proba_encoded(unread)
        self.cutoffs_ = cutoffs(ahead, rivals=self.calibration_.rivals, labelled=len(y))
        members = hierarchy.level_members(self.codebook)
        if members and held is not None:
            joint = hierarchy.level_scores(p, members, self._parents)
            any_of = np.stack([cells.y[:, m].max(axis=1) for m in members.values()], axis=1)
            full = np.stack([cells.weight[:, m].min(axis=1) for m in members.values()], axis=1)
            self.level_calibration_ = calibrate(joint, any_of, full)
            if unread is not None:
                told = hierarchy.level_scores(ahead, members, self._parents)
                self.level_calibration_ = as_unread(self.level_calibration_, told, any_of, full)

    def _take_row(
        self,
        encoded: Encoded,
        y: Floats,
        row: int,
        key: str,
        changed: dict[int, list[int] | None],
        *,
        replace: bool,
    ) -> None:
        """Put one row of labels into the refiner and note which codes it touches."""
        known = ~np.isnan(y[row])
        if replace:
            for place in [i for i, k in enumerate(self.keys()) if k == key]:
                _, _, weight, _ = self.refiner_.rows
                for code in np.flatnonzero(known & (weight[place] > 0)):
                    self.refiner_.relabel(place, int(code), 0.0, 0.0)
                    changed[int(code)] = None
        values = np.nan_to_num(y[row : row + 1])
        place = self.refiner_.append(
            encoded.features[row : row + 1],
            values,
            known[None].astype(np.float64),
            encoded.definition[row : row + 1],
        ).start
        if self._keys is not None:
            self._keys.append(key)
        for code in np.flatnonzero(known):
            rows = changed.setdefault(int(code), [])
            if rows is not None:
                rows.append(place)
        self.n_labels_ += values[0]

    def _cold_answers(self, p: Floats, definition: Floats) -> NDArray[np.int8]:
        """Give each text the code that stands out most, and whatever the cold start calls sure.

        What stands out is above half of what the texts given to `fit` usually get for that
        code: a definition may be near to everything, but a common code may be so too.
        """
        given = (p >= _FLOOR).astype(np.int8)
        usual = self.usual_ * _USUAL_SHARE if hasattr(self, "usual_") else 0.0
        for row, code in enumerate((definition - usual).argmax(axis=1)):
            place = int(code)
            while place >= 0:
                given[row, place] = 1
                place = self._parents[place]
        return given

    def _require_sound_settings(self) -> None:
        if self.folds < 2 or self.folds != int(self.folds):
            raise InputError(
                f"{self.folds} is no number of folds.", where="folds", remedy="Use 2 or more."
            )
        if not 0.5 < self.sure <= 1:
            raise InputError(
                f"{self.sure} is no probability to be sure from.",
                where="sure",
                remedy="Use a number above 0.5, at most 1.",
            )

    def _require_same_codebook(self) -> None:
        digest = getattr(self, "codebook_digest_", self.codebook.digest)
        if digest != self.codebook.digest:
            raise ModelError(
                "The codebook has changed since the model was trained.",
                where=self.codebook.name,
                remedy="Call fit again with the labels for the new codebook.",
            )


def _threads(texts: int) -> Any:
    """Keep matrix products of few texts on one thread: two that spin take ten times as long."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return threadpool_limits(1 if texts < _MANY else None, user_api="blas")


def _rows(parts: Parts, rows: NDArray[np.intp]) -> Parts:
    return Parts(
        [parts.texts[int(row)] for row in rows],
        [parts.contexts[int(row)] for row in rows],
        parts.vectors[rows],
        parts.before[rows],
        parts.middle[rows],
    )
