"""Load the spaCy pipeline of a language: only what finds sentences."""

from __future__ import annotations

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
    import spacy

    listed = spacy.util.load_config(folder / "config.cfg")["nlp"]["pipeline"]
    nlp = spacy.load(folder, exclude=[name for name in listed if name not in ref.components])
    for name in ref.components:
        if name in nlp.disabled:
            nlp.enable_pipe(name)
    return nlp
