"""Begin a study with a model that was trained in another one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook, load_codebook
from semcode.errors import InputError

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier

__all__ = ["adopt", "begin_with", "beside", "read_model"]


def beside(path: Path) -> Path:
    """Name the file of the facets' model that goes with a model's file."""
    return path.with_name(f"{path.stem}.facets{path.suffix}")


def read_model(path: Path) -> CodeClassifier:
    """Read a model file. Raises ModelError where it is none or was changed."""
    from semcode.classify import CodeClassifier

    if not path.is_file():
        raise InputError(
            "There is no such file.", where=str(path), remedy="Name a file of semcode train."
        )
    return CodeClassifier.load(path)


def begin_with(codebook: str | Path | Codebook | None, model: Path | None) -> Codebook:
    """Give the codebook that a new study begins with: the model's where there is one.

    Raises InputError where both are given, and ModelError for a model that was changed.
    """
    if model is not None and codebook is not None:
        raise InputError(
            "A trained model brings its own codebook.",
            where=str(model),
            remedy="Leave --codebook out; change the codebook afterwards.",
        )
    if model is not None:
        book: Codebook = read_model(model).codebook
        if beside(model).is_file():
            read_model(beside(model))
        return book
    return codebook if isinstance(codebook, Codebook) else load_codebook(codebook or "sem")


def adopt(connection: Connection, path: Path) -> None:
    """Put a model file, and the facets' beside it, into a new study that has its codebook."""
    from semcode.classify.persistence import marks_in

    version = store.codebooks.latest_version(connection)
    origin = {"origin": path.name}
    row = store.models.add(
        connection,
        path.read_bytes(),
        kind="codes",
        codebook_version=version,
        provenance={**origin, "marks": marks_in(path)},
    )
    if beside(path).is_file():
        store.models.add(
            connection,
            beside(path).read_bytes(),
            kind="facets",
            codebook_version=version,
            provenance={**origin, "beside": row.guid},
        )
