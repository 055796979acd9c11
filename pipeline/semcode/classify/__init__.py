"""The learner: from what the codebook says to scores a code."""

from __future__ import annotations

from semcode.classify.definitions import (
    DefinitionScorer,
    Statement,
    background_digest,
    plain_words,
    statements,
)

__all__ = ["DefinitionScorer", "Statement", "background_digest", "plain_words", "statements"]
