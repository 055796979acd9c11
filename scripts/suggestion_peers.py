"""The peers of bench_suggestions.py, and semcode: each scores test texts and gives 0/1 answers."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.svm import LinearSVC
from suggestion_sets import Set

from semcode.classify import CodeClassifier
from semcode.embed import load_encoder, resolve, verify

HERE = Path(__file__).resolve().parent
Array = np.ndarray


class CachedEncoder:
    """An encoder that keeps what it encoded, in memory and (with a folder) on disk."""

    def __init__(self, folder: Path | None) -> None:
        self.encoder, self.vectors, self.folder = None, {}, folder
        if folder and (folder / "both.npy").is_file():
            keys = (folder / "keys.txt").read_text().split()
            self.vectors = dict(zip(keys, np.load(folder / "both.npy"), strict=True))

    def __deepcopy__(self, memo: object) -> CachedEncoder:
        return self

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"encoder": None, "folder": None}

    def keep(self, texts: Sequence[str]) -> None:
        """Encode what is not there yet; an empty text is no text."""
        self.encode(sorted({text for text in texts if text} | {" "}))

    def encode(self, texts: Sequence[str]) -> Array:
        return self.encode_both(texts)[0]

    def encode_both(self, texts: Sequence[str]) -> tuple[Array, Array]:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        new = {k: t for k, t in zip(keys, texts, strict=True) if k not in self.vectors}
        if new:
            self.encoder = self.encoder or load_encoder(resolve("all-MiniLM-L6-v2"))
            both = np.stack(self.encoder.encode_both(list(new.values())), axis=1)
            self.vectors |= dict(zip(new, both, strict=True))
        if new and self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "keys.txt").write_text("\n".join(self.vectors))
            np.save(self.folder / "both.npy", np.stack(list(self.vectors.values())))
        found = np.stack([self.vectors[key] for key in keys])
        return found[:, 0], found[:, 1]


def _logistic(x: object, y: Array, test: object) -> tuple[Array, Array]:
    """Logistic regression, C and class weights by cross-validated F1, a code at a time."""
    grid = {"C": [0.1, 1.0, 10.0, 100.0], "class_weight": [None, "balanced"]}
    model = GridSearchCV(LogisticRegression(max_iter=2000), grid, scoring="f1", cv=3)
    try:
        p = model.fit(x, y).predict_proba(test)[:, 1]
    except ValueError:  # too few of one class for three folds
        p = LogisticRegression(max_iter=2000).fit(x, y).predict_proba(test)[:, 1]
    return p, (p >= 0.5).astype(int)


def _svm(x: object, y: Array, test: object) -> Array:
    return LinearSVC(C=1.0, class_weight="balanced").fit(x, y).decision_function(test)


def _by_code(
    y: Array, fit: Callable[[Array], tuple[Array, Array]], test: int
) -> tuple[Array, Array]:
    scores, given = np.zeros((test, y.shape[1])), np.zeros((test, y.shape[1]), int)
    for code in range(y.shape[1]):
        if 0 < y[:, code].sum() < len(y):
            scores[:, code], given[:, code] = fit(y[:, code])
        else:
            scores[:, code] = given[:, code] = y[:, code].any()
    return scores, given


def tfidf_lr(s: Set, train: Array, test: Array, _: CachedEncoder) -> tuple[Array, Array]:
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    x = vectorizer.fit_transform([s.texts[i] for i in train])
    z = vectorizer.transform([s.texts[i] for i in test])
    return _by_code(s.truth[train], lambda y: _logistic(x, y, z), len(test))


def minilm_lr(s: Set, train: Array, test: Array, encoder: CachedEncoder) -> tuple[Array, Array]:
    x = encoder.encode([s.texts[i] for i in train])
    z = encoder.encode([s.texts[i] for i in test])
    return _by_code(s.truth[train], lambda y: _logistic(x, y, z), len(test))


def svm_ensemble(s: Set, train: Array, test: Array, encoder: CachedEncoder) -> tuple[Array, Array]:
    """Mean of two linear SVMs, on words and on embeddings, as in Label Sleuth."""
    vectorizer = TfidfVectorizer()
    words = vectorizer.fit_transform([s.texts[i] for i in train])
    words_test = vectorizer.transform([s.texts[i] for i in test])
    x = encoder.encode([s.texts[i] for i in train])
    z = encoder.encode([s.texts[i] for i in test])

    def fit(y: Array) -> tuple[Array, Array]:
        margin = (_svm(words, y, words_test) + _svm(x, y, z)) / 2
        return margin, (margin > 0).astype(int)

    return _by_code(s.truth[train], fit, len(test))


def zero_shot(s: Set, _: Array, test: Array, encoder: CachedEncoder) -> tuple[Array, Array]:
    """Cosine with "name. definition"; the most similar code is given."""
    said = [f"{c.name}. {c.definition}".strip() for c in s.codebook.codes]
    scores = encoder.encode([s.texts[i] for i in test]) @ encoder.encode(said).T
    given = np.zeros(scores.shape, int)
    given[np.arange(len(test)), scores.argmax(axis=1)] = 1
    return scores, given


def semcode(s: Set, train: Array, test: Array, encoder: CachedEncoder) -> tuple[Array, Array]:
    """Fit on all texts that are not tested on; those that were not drawn are unlabelled."""
    pool = np.setdiff1d(np.arange(len(s.texts)), test)
    pairs = list(zip(s.contexts, s.texts, strict=True))
    model = CodeClassifier(s.codebook, encoder=encoder)
    labels = np.full(s.shares.shape, np.nan)
    labels[train] = s.shares[train]
    model.fit([pairs[i] for i in pool], labels[pool], s.groups[pool])
    encoded = model.encode([pairs[i] for i in test])
    return model.proba_encoded(encoded), model.predict_encoded(encoded)


def setfit(s: Set, train: Array, test: Array, _: CachedEncoder) -> tuple[Array, Array]:
    """SetFit on the same weights, in the Python that SETFIT_PYTHON names (see setfit_peer.py)."""
    python = os.environ.get("SETFIT_PYTHON")
    if not python:
        raise SystemExit(
            "Say where SetFit is installed: --setfit-python PATH (pip install setfit)."
        )
    truth = s.truth
    single = bool(s.rivals) and len(s.rivals) == truth.shape[1]
    task = {
        "model": str(verify(resolve("all-MiniLM-L6-v2-torch"))),
        "train": [s.texts[i] for i in train],
        "labels": (truth[train].argmax(axis=1) if single else truth[train]).tolist(),
        "test": [s.texts[i] for i in test],
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "task.json").write_text(json.dumps(task))
        subprocess.run([python, str(HERE / "setfit_peer.py"), folder], check=True)
        p = np.load(Path(folder) / "p.npy")
    given = np.eye(p.shape[1], dtype=int)[p.argmax(axis=1)] if single else (p >= 0.5).astype(int)
    return p, given


PEERS = {
    "semcode": semcode,
    "TF-IDF + LR": tfidf_lr,
    "MiniLM + LR": minilm_lr,
    "SVM ensemble": svm_ensemble,
    "zero-shot": zero_shot,
    "SetFit": setfit,
}
