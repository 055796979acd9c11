"""Fine-tune a language model on a study's labels, and keep it if left-out participants gain."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.classify.adapting import Recipe, Trainee, adapt, device_here, load_trainable
from semcode.classify.estimator import CodeClassifier, Text
from semcode.classify.features import Embedder, split_pairs
from semcode.classify.labels import key_of, read_groups, read_labels
from semcode.classify.reader import Pair, Reader, write_reader
from semcode.classify.tuning import folds_of
from semcode.codebook import Codebook
from semcode.embed import load_encoder, resolve, verify
from semcode.errors import InputError

__all__ = ["FineTuned", "Foretold", "finetune"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]

_LEAST = 100  # labelled texts below which nothing is tried
_LEAST_GIVEN = 20  # texts with a code, and without it, below which it goes on from its definition


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
    encoder: Embedder | None = None,
    folds: int = 3,
    recipe: Recipe | None = None,
    even_if_worse: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> FineTuned:
    """Train a reader on labels and write it to `folder` if left-out participants gain.

    A reader is a language model that takes a text after its context and foretells the codes
    that have 20 labelled texts with them and 20 without. What it foretells stands where the
    definition would stand in a CodeClassifier with `reader=folder`, which adds what the
    embedding and the words say.

    For each fold of whole participants a reader is trained on the others and reads the
    left-out texts. A CodeClassifier with these answers, and one without, are compared by
    their own cross-validation: the reader is kept if the log loss is lower by more than one
    standard error over participants. It is then trained on all labels and written as a
    sentence-transformers folder (safetensors) with the left-out answers beside it, under
    hashes of the texts, so that the classifier is calibrated as for unseen texts.

    `model` is a registered name or folder of the backend sentence-transformers, `encoder`
    what the classifiers embed with (None: the same). Uses a GPU where there is one. Nothing
    is written elsewhere and nothing is sent anywhere. Raises InputError for fewer than 100
    labelled texts, one participant, no code with enough labels, or a folder that holds
    something.
    """
    started, recipe = time.perf_counter(), recipe or Recipe()
    plain, contexts = split_pairs(texts)
    y = read_labels(Y, len(plain), codebook)
    owners = list(read_groups(groups, plain))
    target = _free(Path(folder))
    rows = np.flatnonzero(~np.isnan(y).all(axis=1) & np.array([bool(t.strip()) for t in plain]))
    divided = folds_of([owners[int(row)] for row in rows], folds, seed=recipe.seed)
    _require_enough(len(rows), len(divided))
    pairs = [(contexts[int(row)], plain[int(row)]) for row in rows]
    task = _Task(model, codebook, pairs, y[rows], recipe)
    answers = task.cross_fit(divided, progress)
    reader = Reader(task.read_nothing, task.codes, answers, revision="cross-fitted")
    who = [owners[int(row)] for row in rows]
    base = encoder or load_encoder(resolve(model))
    before = _foretell(CodeClassifier(codebook, encoder=base), pairs, y[rows], who)
    after = _foretell(CodeClassifier(codebook, encoder=base, reader=reader), pairs, y[rows], who)
    gain, error = _gain(before, after)
    kept = gain > error or even_if_worse
    if kept:
        task.train_all(target, answers, progress)
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
        self,
        model: str,
        codebook: Codebook,
        pairs: Sequence[Pair],
        y: Floats,
        recipe: Recipe,
    ) -> None:
        self.weights = verify(resolve(model))
        self.pairs, self.recipe, self.device = list(pairs), recipe, device_here()
        least = np.minimum((y >= 0.5).sum(axis=0), (y < 0.5).sum(axis=0))
        enough = np.flatnonzero(least >= _LEAST_GIVEN)
        if not len(enough):
            raise InputError(
                f"No code has {_LEAST_GIVEN} labelled texts with it and as many without.",
                remedy="Go on coding, and train without fine-tuning meanwhile.",
            )
        self.y = y[:, enough]
        chosen = [codebook.codes[int(code)] for code in enough]
        self.codes = [{"guid": code.guid, "name": code.name} for code in chosen]

    def train(self, rows: NDArray[np.intp], progress: Callable[[float], None] | None) -> Trainee:
        """Train a fresh copy on some texts."""
        model = load_trainable(self.weights, device=self.device)
        trainee = Trainee(model, self.y.shape[1], max_tokens=self.recipe.max_tokens)
        pairs = [self.pairs[int(row)] for row in rows]
        adapt(trainee, pairs, self.y[rows], self.recipe, progress=progress)
        return trainee

    def cross_fit(
        self,
        divided: Sequence[NDArray[np.intp]],
        progress: Callable[[str, float], None] | None,
    ) -> dict[str, Array]:
        """Give for each text the log-odds of a model that was trained without its fold.

        A text that several participants said gets the mean of its answers.
        """
        found: dict[str, list[Array]] = {}
        for number, left_out in enumerate(divided):
            rest = np.setdiff1d(np.arange(len(self.pairs)), left_out)
            trainee = self.train(rest, _part(progress, f"fold {number + 1} of {len(divided)}"))
            asked = [self.pairs[int(row)] for row in left_out]
            for pair, answer in zip(asked, trainee.read(asked), strict=True):
                found.setdefault(key_of(pair), []).append(answer)
        return {key: np.mean(answers, axis=0, dtype=np.float32) for key, answers in found.items()}

    def train_all(
        self,
        target: Path,
        answers: dict[str, Array],
        progress: Callable[[str, float], None] | None,
    ) -> None:
        """Train on all texts and put the finished folder in its place in one step."""
        trainee = self.train(np.arange(len(self.pairs)), _part(progress, "all texts"))
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent, prefix=".finetune-") as scratch:
            made = Path(scratch) / target.name
            write_reader(made, trainee, self.codes, answers)
            if target.is_dir():
                target.rmdir()
            made.rename(target)

    def read_nothing(self, pairs: Sequence[Pair]) -> Array:
        """Answer for the texts of no study: there are none while two classifiers are compared."""
        return np.zeros((len(pairs), len(self.codes)), np.float32)


def _part(
    progress: Callable[[str, float], None] | None, name: str
) -> Callable[[float], None] | None:
    if progress is None:
        return None
    tell = progress
    return lambda done: tell(name, done)


def _foretell(
    model: CodeClassifier, texts: Sequence[Text], y: Floats, groups: Sequence[Hashable]
) -> Foretold:
    """Fit a classifier and judge its scores of texts while they were left out."""
    from sklearn.metrics import average_precision_score

    model.fit(texts, y, groups)
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
