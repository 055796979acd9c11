"""Write a trained classifier to one safetensors file, and refuse one that was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.classify.calibration import Calibration, Cutoffs
from semcode.classify.estimator import CodeClassifier
from semcode.classify.features import Embedder, FeatureMap
from semcode.classify.logistic import Prior
from semcode.classify.reader import Reading
from semcode.classify.refining import Refiner
from semcode.classify.tuning import Candidate, Choice
from semcode.codebook import Code, Codebook, Facet
from semcode.errors import ModelError

__all__ = ["load_classifier", "marks_in", "save_classifier"]

Tensors = dict[str, NDArray[Any]]

#: What is written, and what is read: 1 knew no middle layer.
_FORMAT, _FORMATS = 2, (1, 2)


def save_classifier(
    model: CodeClassifier,
    path: str | Path,
    *,
    rows: bool = False,
    marks: Mapping[str, Any] | None = None,
) -> str:
    """Write a trained classifier with its codebook, and give the file's own sha256.

    The file holds the words and n-grams that were learned from, names among them; treat it
    as the transcripts are treated. For others, `semcode train` writes a copy without what
    fewer than three participants said. `rows` adds the labelled texts' features (no texts), so
    that `update` goes on after loading. `marks` are kept for whoever asks what was learned
    from (`marks_in`). Raises ModelError where nothing was learned, and
    where the file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    if not hasattr(model, "weights_"):
        raise ModelError("Nothing was learned yet that could be saved.", remedy="Call fit first.")
    tensors = _tensors(model, rows=rows)
    described = json.dumps(_described(model, rows=rows) | {"marks": marks})
    digest = _digest(tensors, described)
    try:
        save_file(tensors, str(path), metadata={"semcode": described, "sha256": digest})
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"The model file cannot be written: {error}.",
            where=str(path),
            remedy="Check the folder and the free space.",
        ) from error
    return digest


def load_classifier(
    path: str | Path,
    *,
    codebook: Codebook | None = None,
    encoder: Embedder | None = None,
    reader: Reading | str | Path | None = None,
) -> CodeClassifier:
    """Read a classifier that save_classifier wrote; nothing in the file is run.

    With `codebook` it must be the one that was trained on. Raises ModelError for a file
    that is no such model or was changed since (the hash tells damage and careless edits,
    not a forger who writes a new hash), for another codebook, and for another encoder or
    fine-tuned reader.
    """
    tensors, described, digest = _read(Path(path))
    if _digest(tensors, described) != digest:
        raise ModelError(
            "The model file was changed after it was written: its contents do not match its hash.",
            where=str(path),
            remedy="Take the original file, or train again.",
        )
    about = json.loads(described)
    saved = _codebook(about["codebook"])
    if codebook is not None and codebook.digest != saved.digest:
        raise ModelError(
            f"The model was trained on another codebook: {_difference(saved, codebook)}.",
            where=str(path),
            remedy="Train again with this codebook, or open the study with the earlier one.",
        )
    model = CodeClassifier(codebook or saved, encoder=encoder, reader=reader, **about["settings"])
    model.begin()
    _require_encoder(model, about, str(path))
    _restore(model, tensors, about)
    return model


def marks_in(path: Path) -> Mapping[str, Any] | None:
    """Give the marks that a model file was saved with, None where it has none."""
    _, described, _ = _read(path)
    found: Mapping[str, Any] | None = json.loads(described).get("marks")
    return found


def _tensors(model: CodeClassifier, *, rows: bool) -> Tensors:
    features, refiner = model.features_, model.refiner_
    found: Tensors = {
        "theta": refiner.theta,
        "scale": refiner.scale,
        "learned": model.learned_.astype(np.uint8),
        "labels": model.n_labels_,
        "calibration.slope": model.calibration_.slope,
        "calibration.shift": model.calibration_.shift,
        "calibration.rivals": model.calibration_.rivals.astype(np.int64),
        "cutoffs.threshold": model.cutoffs_.threshold,
        "cutoffs.scale": model.cutoffs_.scale,
        "features.centre": features.centre,
        "features.directions": features.directions,
        "features.projection": features.projection,
        "features.manner_centre": features.manner_centre,
        "features.manner_directions": features.manner_directions,
        "features.idf.word": features.idf["word"],
        "features.idf.char": features.idf["char"],
    }
    if hasattr(model, "level_calibration_"):
        found["levels.slope"] = model.level_calibration_.slope
        found["levels.shift"] = model.level_calibration_.shift
    if rows:
        names = ("rows.x", "rows.y", "rows.weight", "rows.definition")
        found |= dict(zip(names, refiner.rows, strict=True))
    return {name: np.ascontiguousarray(value) for name, value in found.items()}


def _described(model: CodeClassifier, *, rows: bool) -> dict[str, Any]:
    from semcode import __version__

    choice, prior = model.choice_, model.refiner_.prior
    return {
        "format": _FORMAT,
        "semcode": __version__,
        "codebook": asdict(model.codebook),
        "codebook_sha256": model.codebook.digest,
        "encoder": model.encoder_name(),
        "dimension": model.features_.dimension,
        "middle": model.features_.middle,
        "settings": {
            "model": model.model,
            "folds": model.folds,
            "sure": model.sure,
            "seed": model.seed,
        },
        "terms": {name: list(terms) for name, terms in model.features_.terms.items()},
        "prior": asdict(prior),
        "choice": {
            "best": astuple(choice.best),
            "losses": [[*astuple(key), loss] for key, loss in choice.losses.items()],
        },
        "keys": model.keys() if rows else None,
    }


def _read(path: Path) -> tuple[Tensors, str, str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"The model file cannot be read: {error}.",
            where=str(path),
            remedy="Give a file that semcode train wrote.",
        ) from error
    described, digest = about.get("semcode"), about.get("sha256")
    if described is None or digest is None:
        raise ModelError(
            "This safetensors file holds no semcode model.",
            where=str(path),
            remedy="Give a file that semcode train wrote.",
        )
    form = json.loads(described).get("format")
    if form not in _FORMATS:
        raise ModelError(
            f"The model file is of format {form}; this semcode reads {_FORMATS}.",
            where=str(path),
            remedy="Update semcode, or train again.",
        )
    return tensors, described, digest


def _digest(tensors: Tensors, described: str) -> str:
    total = hashlib.sha256(described.encode())
    for name in sorted(tensors):
        value = np.ascontiguousarray(tensors[name])
        total.update(f"{name}|{value.dtype.str}|{value.shape}".encode())
        total.update(value.tobytes())
    return total.hexdigest()


def _codebook(saved: Mapping[str, Any]) -> Codebook:
    codes = tuple(Code(**code) for code in saved["codes"])
    facets = tuple(
        Facet(facet["name"], tuple(facet["values"]), facet["definition"])
        for facet in saved["facets"]
    )
    rest = {key: saved[key] for key in ("name", "language", "description", "source")}
    return Codebook(codes=codes, facets=facets, **rest)


def _difference(saved: Codebook, other: Codebook) -> str:
    before = {code.guid: code for code in saved.codes}
    after = {code.guid: code for code in other.codes}
    parts = {
        "missing": [before[guid].name for guid in before if guid not in after],
        "new": [after[guid].name for guid in after if guid not in before],
        "changed": [c.name for guid, c in after.items() if before.get(guid, c) != c],
    }
    told = [f"{what}: {', '.join(names[:5])}" for what, names in parts.items() if names]
    return "; ".join(told) or "its order, name or facets differ"


def _require_encoder(model: CodeClassifier, about: Mapping[str, Any], where: str) -> None:
    if model.encoder_name() != about["encoder"]:
        raise ModelError(
            f"The model was trained with the embedding {about['encoder']}, this is "
            f"{model.encoder_name()}.",
            where=where,
            remedy="Use the same embedding model, or train again.",
        )


def _restore(model: CodeClassifier, tensors: Tensors, about: Mapping[str, Any]) -> None:
    features = FeatureMap(about["dimension"], about.get("middle", 0))
    if features.middle:
        features.manner_centre = tensors["features.manner_centre"]
        features.manner_directions = tensors["features.manner_directions"]
    features.centre, features.directions = (
        tensors["features.centre"],
        tensors["features.directions"],
    )
    features.projection = tensors["features.projection"]
    for name in ("word", "char"):
        features.terms[name] = {term: i for i, term in enumerate(about["terms"][name])}
        features.idf[name] = tensors[f"features.idf.{name}"]
    model.features_ = features
    codes = len(model.codebook)
    refiner = Refiner(features.width, codes, Prior(**about["prior"]), tensors["scale"])
    refiner.theta = tensors["theta"]
    if about["keys"] is not None:
        names = ("rows.x", "rows.y", "rows.weight", "rows.definition")
        refiner.append(*(tensors[name] for name in names))
    model.refiner_, model.weights_ = refiner, refiner.weights()
    model.learned_, model.n_labels_ = tensors["learned"].astype(bool), tensors["labels"]
    model.calibration_ = Calibration(
        tensors["calibration.slope"],
        tensors["calibration.shift"],
        tensors["calibration.rivals"].astype(np.intp),
    )
    model.cutoffs_ = Cutoffs(tensors["cutoffs.threshold"], tensors["cutoffs.scale"])
    if "levels.slope" in tensors:
        model.level_calibration_ = Calibration(
            tensors["levels.slope"], tensors["levels.shift"], np.zeros(0, np.intp)
        )
    chosen = about["choice"]
    losses = {Candidate(*tried): loss for *tried, loss in chosen["losses"]}
    model.choice_ = Choice(Candidate(*chosen["best"]), losses, None)
    model.take_keys(about["keys"])
