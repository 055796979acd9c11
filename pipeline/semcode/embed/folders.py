"""Describe a folder that holds a sentence-transformers model, and refuse one that runs code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from semcode.embed.registry import ModelRef, revision_of, sha256_of
from semcode.errors import ModelError

__all__ = ["describe"]

_PICKLES = {".bin", ".ckpt", ".pickle", ".pkl", ".pt", ".pth"}
_MAX_LENGTH = 1_000_000  # tokenizers write a huge number for "no limit"


def describe(folder: Path) -> ModelRef:
    """Hash all files of a folder and read dimension and length from its settings.

    Raises ModelError where it is no such model, holds weights only as pickles, or names
    modules from outside sentence-transformers (loading those would run their code).
    """
    modules = _modules(folder)
    files = tuple((path.relative_to(folder).as_posix(), sha256_of(path)) for path in _files(folder))
    _refuse_pickles(folder, [name for name, _ in files])
    dimension = _dimension(folder, modules)
    max_tokens = _max_tokens(folder / modules[0].get("path", ""))
    return ModelRef(
        name=f"folder:{folder.name}",
        revision=revision_of(files, backend="sentence-transformers"),
        dimension=dimension,
        max_tokens=max_tokens,
        backend="sentence-transformers",
        files=files,
        language="",
        pooling="as the folder says",
        folder=folder,
        source="a folder given in the settings",
    )


def _files(folder: Path) -> list[Path]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    shown = (
        path
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    return sorted(shown)


def _modules(folder: Path) -> list[dict[str, Any]]:
    path = folder / "modules.json"
    if not path.is_file():
        raise ModelError(
            "This folder holds no sentence-transformers model (it has no modules.json).",
            where=str(folder),
            remedy="Give the folder that SentenceTransformer.save() wrote.",
        )
    modules = _json(path)
    if (
        not isinstance(modules, list)
        or not all(isinstance(m, dict) for m in modules)
        or not modules
    ):
        raise _unreadable(path)
    for module in modules:
        if not str(module.get("type", "")).startswith("sentence_transformers."):
            raise ModelError(
                f"The model wants to run its own code ({module.get('type')}).",
                where=str(path),
                remedy="Choose a model made of sentence-transformers' own modules.",
            )
    return modules


def _refuse_pickles(folder: Path, names: Iterable[str]) -> None:
    paths = [Path(name) for name in names]
    safe = {path.parent for path in paths if path.suffix == ".safetensors"}
    for path in paths:
        if path.suffix in _PICKLES and path.parent not in safe:
            raise ModelError(
                "These weights are a pickle, which can run code when it is opened.",
                where=str(folder / path),
                remedy="Save the model again with safetensors: "
                "SentenceTransformer(...).save(folder, safe_serialization=True).",
            )
    if Path() not in safe and not any(path.name == "model.safetensors" for path in paths):
        raise ModelError(
            "The folder holds no weights (no model.safetensors).",
            where=str(folder),
            remedy="Copy the whole folder of the model.",
        )


def _dimension(folder: Path, modules: Iterable[dict[str, Any]]) -> int:
    dimension = 0
    for module in modules:
        path = folder / str(module.get("path", "")) / "config.json"
        name = str(module["type"]).rpartition(".")[2]
        if name in {"Pooling", "Dense"}:
            config = _settings(path)
            modes = sum(
                value is True for key, value in config.items() if key.startswith("pooling_mode_")
            )
            width = config.get("embedding_dimension", config.get("word_embedding_dimension", 0))
            dimension = config["out_features"] if name == "Dense" else width * max(1, modes)
    if not dimension:
        raise ModelError(
            "The folder does not say how long the model's vectors are.",
            where=str(folder),
            remedy="Use a model with a Pooling module.",
        )
    return int(dimension)


def _max_tokens(folder: Path) -> int:
    """Give the first limit that the folder states, in sentence-transformers' own order."""
    places = (
        ("sentence_bert_config.json", "max_seq_length"),
        ("tokenizer_config.json", "model_max_length"),
        ("config.json", "max_position_embeddings"),
    )
    for name, key in places:
        value = _settings(folder / name).get(key) if (folder / name).is_file() else None
        if isinstance(value, int) and 0 < value < _MAX_LENGTH:
            return value
    return 512


def _settings(path: Path) -> dict[str, Any]:
    value = _json(path)
    if not isinstance(value, dict):
        raise _unreadable(path)
    return value


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> ModelError:
    return ModelError(
        "This file of the model cannot be read.",
        where=str(path),
        remedy="Copy the whole folder of the model again.",
    )
