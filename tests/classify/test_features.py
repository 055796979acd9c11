"""Rows of features: their blocks, their length, and what is learned of manner."""

from __future__ import annotations

import numpy as np
import pytest

from semcode.classify import CodeClassifier
from semcode.classify.features import MANNER, FeatureMap, embed
from semcode.errors import ModelError

SAID = ["", "A BUS", ("how so?", "we took the bus and then we walked"), "a very long ride", "no?"]


def test_no_row_is_longer_than_1_and_blocks_fill_the_width(encoder, manner_encoder):
    for made in (encoder, manner_encoder):
        parts = embed(made, SAID, middle=True)
        features = FeatureMap.of(parts)
        rows = features.transform(parts)
        assert rows.shape == (5, features.width)
        assert np.linalg.norm(rows, axis=1).max() <= 1 + 1e-6
        ends = [block.stop for block in features.blocks.values()]
        assert sorted(ends) == ends
        assert ends[-1] == features.width


def test_the_manner_block_is_the_centred_layer_turned(manner_encoder):
    parts = embed(manner_encoder, SAID, middle=True)
    features = FeatureMap.of(parts)
    block = features.transform(parts)[:, features.blocks["manner"]]
    assert block.shape == (5, MANNER)
    assert not block[0].any()  # an empty text is said in no manner
    said = parts.middle[1:]
    apart = said - said.mean(axis=0)
    apart /= np.linalg.norm(apart, axis=1, keepdims=True)
    likeness = block[1:] @ block[1:].T / features.shares["manner"] ** 2
    assert np.allclose(likeness, apart @ apart.T, atol=1e-5)


def test_an_encoder_without_middle_layer_has_no_manner(encoder, manner_encoder):
    plain = FeatureMap.of(embed(encoder, SAID, middle=True))
    assert plain.blocks["manner"] == slice(plain.width, plain.width)
    assert embed(manner_encoder, SAID).middle.shape == (5, 0)
    learned = FeatureMap.of(embed(manner_encoder, SAID, middle=True))
    with pytest.raises(ModelError, match="middle layer"):
        learned.transform(embed(encoder, SAID, middle=True))


def test_codes_that_differ_in_manner_alone_are_told_apart(
    codebook, encoder, manner_encoder, spoken
):
    pairs, _, groups = spoken(160)
    loud = np.random.default_rng(0).random(160) < 0.5
    pairs = [(b, text.upper() if up else text) for (b, text), up in zip(pairs, loud, strict=True)]
    y = np.full((160, 4), np.nan)
    y[:, 0], y[:, 1] = loud, ~loud

    def right(made) -> float:
        model = CodeClassifier(codebook, encoder=made).fit(pairs[:120], y[:120], groups[:120])
        p = model.predict_proba(pairs[120:])
        return float(((p[:, 0] > p[:, 1]) == loud[120:]).mean())

    assert right(manner_encoder) > 0.95
    assert right(encoder) < 0.8  # neither words nor their likeness tell
