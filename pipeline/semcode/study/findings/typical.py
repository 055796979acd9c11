"""Vectors of coded passages from the study's cache, for choosing typical quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcode import store
from semcode.errors import ModelError
from semcode.findings.choosing import Vectors
from semcode.findings.coded import CodedStudy
from semcode.study.encoding import CachedEncoder

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["passage_vectors"]

_MOST = 20_000  # passages to embed: some minutes on a small machine


def passage_vectors(study: Study, data: CodedStudy) -> Vectors | None:
    """Give a unit vector for each passage, embedded once; None where that cannot be.

    It cannot be without weights, and is not done where so many passages lack a vector that
    it would take more than some minutes.
    """
    texts = list(dict.fromkeys(item.text for item in data.passages))
    if not texts:
        return None
    try:
        encoder = CachedEncoder(study.database, study.settings)
        hashes = [store.vectors.text_hash(text) for text in texts]
        if len(encoder.missing(hashes, middle=False)) > _MOST:
            return None
        vectors = encoder.encode(texts)
    except ModelError:
        return None
    return dict(zip(texts, vectors, strict=True))
