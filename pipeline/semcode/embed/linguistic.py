"""Load the spaCy pipeline of a language: only what finds sentences."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from threading import get_ident
from typing import TYPE_CHECKING

from semcode.embed.registry import spacy_model, verify

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["spacy_pipeline"]


def spacy_pipeline(language: str = "en") -> Language:
    """Check the files of a language's pipeline and load its sentence finder.

    Nothing else is loaded: tagger, parser and names cost sixteen times as much and split
    spoken sentences no better. Raises ConfigError for a language that models.toml has not,
    ModelError where a file is missing or has changed.
    """
    ref = spacy_model(language)
    folder = verify(ref)
    with _without_torch():
        import spacy

    listed = spacy.util.load_config(folder / "config.cfg")["nlp"]["pipeline"]
    nlp = spacy.load(folder, exclude=[name for name in listed if name not in ref.components])
    for name in ref.components:
        if name in nlp.disabled:
            nlp.enable_pipe(name)
    return nlp


class _NoTorch(MetaPathFinder):
    def __init__(self) -> None:
        self.thread = get_ident()

    def find_spec(self, name: str, *_: object) -> None:
        if name == "torch" and get_ident() == self.thread:
            raise ModuleNotFoundError("spaCy's sentence finder needs no torch", name=name)


@contextmanager
def _without_torch() -> Iterator[None]:
    """Keep this thread from importing torch, which spaCy does only to know that it is there.

    That takes seconds and a hundred megabytes, and the pipelines here run without.
    """
    hidden = _NoTorch()
    sys.meta_path.insert(0, hidden)
    try:
        yield
    finally:
        sys.meta_path.remove(hidden)
