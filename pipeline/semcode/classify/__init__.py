"""The learner: from what the codebook says to scores a code."""

from __future__ import annotations

from semcode.classify.definitions import DefinitionScorer, Statement, plain_words, statements

__all__ = ["DefinitionScorer", "Statement", "plain_words", "statements"]
