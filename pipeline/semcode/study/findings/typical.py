"""Vectors of coded passages from the study's cache, for choosing typical quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcode.errors import ModelError
from semcode.findings.choosing import Vectors
from semcode.findings.coded import CodedStudy
from semcode.study.encoding import CachedEncoder

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["passage_vectors"]


def passage_vectors(study: Study, data: CodedStudy) -> Vectors | None:
    """Give a unit vector for each passage, embedded once; None where there are no weights."""
    texts = list(dict.fromkeys(item.text for item in data.passages))
    if not texts:
        return None
    try:
        vectors = CachedEncoder(study.database, study.settings).encode(texts)
    except ModelError:
        return None
    return dict(zip(texts, vectors, strict=True))
