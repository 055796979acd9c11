"""Adapt the embedding to a study's labels, and keep it only if left-out participants gain."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.classify.adapting import Recipe, adapt, anchors_of, device_here, load_trainable
from semcode.classify.cross_fitted import CrossFitted, write_vectors
from semcode.classify.estimator import CodeClassifier, Text
from semcode.classify.features import Embedder, split_pairs
from semcode.classify.labels import key_of, read_groups, read_labels
from semcode.classify.tuning import folds_of
from semcode.codebook import Codebook
from semcode.embed import load_encoder, resolve, verify
from semcode.embed.offline import offline_and_quiet
from semcode.errors import InputError

__all__ = ["FineTuned", "Foretold", "finetune"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]

_LEAST = 100  # labelled texts below which nothing is tried


@dataclass(frozen=True, slots=True)
class Foretold:
    """How well left-out participants were foretold, all codes together."""

    log_loss: float  # a cell; lower is better
    average_precision: float  # mean over codes with both answers
    by_group: dict[Hashable, float]  # log loss a cell of each participant's texts


@dataclass(frozen=True, slots=True)
class FineTuned:
    """What fine-tuning brought; `folder` is None where it was not kept."""

    kept: bool
    folder: Path | None
    before: Foretold
    after: Foretold
    gain: float  # mean over participants of log loss before minus after
    gain_error: float  # its standard error
    device: str
    seconds: float


def finetune(
    codebook: Codebook,
    texts: Sequence[Text],
    Y: Any,  # noqa: N803
    groups: Sequence[Hashable] | None = None,
    *,
    folder: str | Path,
    model: str = "all-MiniLM-L6-v2-torch",
    folds: int = 3,
    recipe: Recipe | None = None,
    even_if_worse: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> FineTuned:
    """Train the embedding on labels and write it to `folder` if left-out participants gain.

    For each fold of whole participants the model is trained on the others and places the
    left-out texts. A CodeClassifier on these places, and one on the model as it was, are
    compared by their own cross-validation: the trained one is kept if its log loss is lower
    by more than one standard error over participants. It is then trained on all labels and
    written as a sentence-transformers folder (safetensors), with the left-out places beside
    it, under hashes of the texts, so that `CodeClassifier(model=folder)` is calibrated as
    for unseen texts. Give the path as `model` wherever a model is named.

    `model` is a registered name or folder of the backend sentence-transformers. Uses a GPU
    where there is one. Nothing is written elsewhere and nothing is sent anywhere.
    Raises InputError for fewer than 100 labelled texts, one participant, or a folder that
    holds something.
    """
    started, recipe = time.perf_counter(), recipe or Recipe()
    plain, _ = split_pairs(texts)
    y = read_labels(Y, len(plain), codebook)
    owners = list(read_groups(groups, plain))
    target = _free(Path(folder))
    rows = np.flatnonzero(~np.isnan(y).all(axis=1) & np.array([bool(t.strip()) for t in plain]))
    divided = folds_of([owners[int(row)] for row in rows], folds, seed=recipe.seed)
    _require_enough(len(rows), len(divided))
    task = _Task(model, codebook, [plain[int(row)] for row in rows], y[rows], recipe)
    placed = task.cross_fit(divided, progress)
    chosen, labels = [texts[int(row)] for row in rows], y[rows]
    who = [owners[int(row)] for row in rows]
    base = load_encoder(resolve(model))
    before = _foretell(codebook, base, chosen, labels, who)
    after = _foretell(codebook, CrossFitted(task.starting(), placed), chosen, labels, who)
    gain, error = _gain(before, after)
    kept = gain > error or even_if_worse
    if kept:
        task.train_all(target, placed, progress)
    return FineTuned(
        kept,
        target if kept else None,
        before,
        after,
        gain,
        error,
        task.device,
        time.perf_counter() - started,
    )


class _Task:
    """One study's texts and labels, and the model that is trained on parts of them."""

    def __init__(
        self, model: str, codebook: Codebook, texts: list[str], y: Floats, recipe: Recipe
    ) -> None:
        self.weights = verify(resolve(model))
        self.texts, self.y, self.recipe, self.device = texts, y, recipe, device_here()
        said = [f"{code.name}. {code.definition}".strip() for code in codebook.codes]
        self.anchors = anchors_of(_encode(load_trainable(self.weights, device=self.device), said))

    def starting(self) -> Embedder:
        """Give the model as it was, for what is no text of the study."""
        return _Plain(load_trainable(self.weights, device=self.device))

    def train(self, rows: NDArray[np.intp], progress: Callable[[float], None] | None) -> Any:
        """Train a fresh copy on some texts."""
        model = load_trainable(self.weights, device=self.device)
        texts = [self.texts[int(row)] for row in rows]
        adapt(model, texts, self.y[rows], self.anchors, self.recipe, progress=progress)
        return model

    def cross_fit(
        self,
        divided: Sequence[NDArray[np.intp]],
        progress: Callable[[str, float], None] | None,
    ) -> dict[str, Array]:
        """Give each text the unit vector of a model that was trained without its fold.

        A text that several participants said gets the mean of its vectors.
        """
        found: dict[str, Array] = {}
        for number, left_out in enumerate(divided):
            rest = np.setdiff1d(np.arange(len(self.texts)), left_out)
            model = self.train(rest, _part(progress, f"fold {number + 1} of {len(divided)}"))
            vectors = _encode(model, [self.texts[int(row)] for row in left_out])
            for row, vector in zip(left_out, vectors, strict=True):
                key = key_of(self.texts[int(row)])
                found[key] = found[key] + vector if key in found else vector
        return {key: total / np.linalg.norm(total) for key, total in found.items()}

    def train_all(
        self,
        target: Path,
        placed: dict[str, Array],
        progress: Callable[[str, float], None] | None,
    ) -> None:
        """Train on all texts and put the finished folder in its place in one step."""
        model = self.train(np.arange(len(self.texts)), _part(progress, "all texts"))
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent, prefix=".finetune-") as scratch:
            made = Path(scratch) / target.name
            with offline_and_quiet():
                model.save(str(made), create_model_card=False, safe_serialization=True)
            write_vectors(made, placed)
            if target.is_dir():
                target.rmdir()
            made.rename(target)


class _Plain:
    """A SentenceTransformer as an embedder."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def encode(self, texts: Sequence[str]) -> Array:
        """Give one unit vector a text."""
        return _encode(self.model, texts)


def _encode(model: Any, texts: Sequence[str]) -> Array:
    found = model.encode(list(texts), show_progress_bar=False, normalize_embeddings=True)
    return np.asarray(found, dtype=np.float32)


def _part(
    progress: Callable[[str, float], None] | None, name: str
) -> Callable[[float], None] | None:
    if progress is None:
        return None
    tell = progress
    return lambda done: tell(name, done)


def _foretell(
    codebook: Codebook,
    encoder: Embedder,
    texts: Sequence[Text],
    y: Floats,
    groups: Sequence[Hashable],
) -> Foretold:
    """Fit a classifier and judge its scores of texts while they were left out."""
    from sklearn.metrics import average_precision_score

    model = CodeClassifier(codebook, encoder=encoder).fit(texts, y, groups)
    held = model.choice_.held_out
    if held is None:
        raise InputError(
            "The labels cannot be divided by participant.",
            remedy="Label texts of at least two participants first.",
        )
    p = np.clip(model.calibration_(held), 1e-6, 1 - 1e-6)
    known, truth = ~np.isnan(y), np.nan_to_num(y)
    cells = -(truth * np.log(p) + (1 - truth) * np.log1p(-p)) * known
    by_group = {
        group: float(cells[rows].sum() / max(int(known[rows].sum()), 1))
        for group, rows in _rows_of(groups).items()
    }
    precisions = [
        average_precision_score(truth[seen, code] >= 0.5, p[seen, code])
        for code in range(y.shape[1])
        if 0 < (truth[(seen := known[:, code]), code] >= 0.5).sum() < seen.sum()
    ]
    loss = float(cells.sum() / max(int(known.sum()), 1))
    return Foretold(loss, float(np.mean(precisions)) if precisions else float("nan"), by_group)


def _rows_of(groups: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        found.setdefault(group, []).append(row)
    return found


def _gain(before: Foretold, after: Foretold) -> tuple[float, float]:
    """Give the mean fall of log loss over participants and its standard error."""
    falls = np.array([before.by_group[group] - after.by_group[group] for group in before.by_group])
    error = float(falls.std(ddof=1) / np.sqrt(len(falls))) if len(falls) > 1 else float("inf")
    return float(falls.mean()), error


def _free(target: Path) -> Path:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(
            "There is something in the place of the fine-tuned model already.",
            where=str(target),
            remedy="Name a folder that does not exist yet.",
        )
    return target


def _require_enough(labelled: int, folds: int) -> None:
    if labelled < _LEAST or folds < 2:
        raise InputError(
            f"Fine-tuning needs {_LEAST} labelled texts of at least two participants; there are "
            f"{labelled} of {'several' if folds > 1 else 'one'}.",
            remedy="Go on coding, and train without fine-tuning meanwhile.",
        )
