from __future__ import annotations

from math import log

import pytest

from semcode.segment.cohesion import content_stems, depths, rarity, similarities
from semcode.segment.lexicon import lexicon


def test_depths_by_hand() -> None:
    # At .1 the peaks are .5 (left) and .6 (right): (.5 - .1) + (.6 - .1).
    assert depths([0.5, 0.1, 0.4, 0.6]) == pytest.approx([0.0, 0.9, 0.2, 0.0])
    assert depths([0.5, None, 0.1, 0.4]) == pytest.approx([0.0, 0.0, 0.7, 0.0])
    assert depths([]) == []
    assert depths([None]) == [0.0]


def test_similarity_is_the_weighted_cosine() -> None:
    sentences = [["rent", "rent"], ["rent", "bus"], []]
    weights = {"rent": 1.0, "bus": 2.0}
    first, second = similarities(sentences, weights)
    assert first == pytest.approx(1 / 5**0.5)  # (2, 0) and (1, 2)
    assert second is None


def test_rarity_by_hand() -> None:
    weights = rarity([["rent", "rent"], ["rent", "bus"]])
    assert weights == pytest.approx({"rent": log(2), "bus": log(3)})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("house", "housing"),
        ("parents", "parent"),
        ("babies", "baby"),
        ("stopped", "stopping"),
        ("landlord's", "landlords"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    stems = content_stems([one, other], stop=lambda _: False, lexicon=lexicon("en"))
    assert stems[0] == stems[1]


def test_vague_and_stop_words_have_no_stem() -> None:
    words = ["yeah", "the", "thing", "don't", "up", "shelter"]
    stems = content_stems(words, stop=lambda word: word == "the", lexicon=lexicon("en"))
    assert stems == ["shelt"]
