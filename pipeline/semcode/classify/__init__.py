"""The learner: from what the codebook says, and from what people decided, to probabilities.

CodeClassifier is loaded when it is first used: scikit-learn takes a second to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcode.classify.definitions import (
    DefinitionScorer,
    Statement,
    background_digest,
    plain_words,
    statements,
)

if TYPE_CHECKING:
    from semcode.classify.estimator import CodeClassifier, Encoded

__all__ = [
    "CodeClassifier",
    "DefinitionScorer",
    "Encoded",
    "Statement",
    "background_digest",
    "plain_words",
    "statements",
]


def __getattr__(name: str) -> object:
    if name in ("CodeClassifier", "Encoded"):
        from semcode.classify import estimator

        return getattr(estimator, name)
    raise AttributeError(f"module 'semcode.classify' has no attribute {name!r}")
