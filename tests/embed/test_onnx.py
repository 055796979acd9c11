from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.embed import Encoder, encode_stream, load_encoder, resolve, verify
from semcode.embed.onnx import BATCH_TOKENS, CHUNK, _batches
from semcode.embed.vectors import checked, scaled
from semcode.errors import ModelError

pytestmark = pytest.mark.weights

VARIED = [
    "",
    " ",
    "\n\t\u00a0",
    "Yeah.",
    "😀 👨\u200d👩\u200d👧 🇩🇪",
    "e\u0301tude café naïve ﬁne №",
    "[laughs] (crying) <UNIN/> um",
    "[MASK] [SEP] [CLS] [PAD]",
    "日本語のテキスト",
    "\x00\x07\ufeffodd",
    "one\r\ntwo",
    "a" * 3000,
    "word " * 600,
    "I lost my apartment when my hours were cut. " * 40,
    "The bus to the clinic runs twice a day, so I leave the baby with my aunt.",
]


def test_vectors_equal_the_reference(encoder: Encoder) -> None:
    reference = load_encoder(resolve(encoder.ref.reference)).encode(VARIED)
    ours = encoder.encode(VARIED)
    assert ours.shape == reference.shape == (len(VARIED), 384)
    assert ours.dtype == np.float32
    assert (ours * reference).sum(axis=1).min() >= 0.9999
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1.0, atol=1e-6)


def test_a_vector_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    alone = np.vstack([encoder.encode([text]) for text in VARIED])
    np.testing.assert_allclose(encoder.encode(VARIED), alone, atol=1e-6)
    np.testing.assert_allclose(encoder.encode(VARIED[::-1])[::-1], alone, atol=1e-6)


def test_any_number_of_threads_gives_the_same_bits(encoder: Encoder) -> None:
    three = load_encoder(encoder.ref, threads=3)
    np.testing.assert_array_equal(three.encode(VARIED), encoder.encode(VARIED))


def test_what_lies_beyond_the_longest_length_is_left_out(encoder: Encoder) -> None:
    start = "word " * 254  # 256 tokens with the two special ones
    first, second, shorter = encoder.encode([start + "cat", start + "house", start[:-10]])
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, shorter)


def test_the_middle_layer_is_that_of_transformers(encoder: Encoder) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = verify(resolve(encoder.ref.reference))
    model = AutoModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    vectors, middle = encoder.encode_both(VARIED)
    assert middle is not None
    np.testing.assert_array_equal(vectors, encoder.encode(VARIED))
    for text, mean in zip(VARIED, middle, strict=True):
        read = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
        with torch.inference_mode():
            layers = model(**read, output_hidden_states=True).hidden_states
        assert len(layers) == 7  # the embeddings and six layers
        np.testing.assert_allclose(mean, layers[3][0].mean(dim=0), atol=2e-3)


def test_a_model_whose_middle_layer_is_not_named_gives_none(encoder: Encoder) -> None:
    plain = load_encoder(replace(encoder.ref, middle=""))
    vectors, middle = plain.encode_both(VARIED)
    assert middle is None
    np.testing.assert_array_equal(vectors, encoder.encode(VARIED))
    assert load_encoder(resolve(encoder.ref.reference)).encode_both(["a"])[1] is None


def test_nothing_and_half_surrogates(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)
    np.testing.assert_array_equal(encoder.encode(["a \ud800"]), encoder.encode(["a ?"]))


def test_progress_and_chunks(encoder: Encoder) -> None:
    texts = [f"{n}" for n in range(CHUNK + 5)]
    told: list[int] = []
    whole = encoder.encode(texts, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == len(texts)
    parts = list(encode_stream(encoder, iter(texts), size=400))
    assert [len(part) for part in parts] == [400, 400, len(texts) - 800]
    np.testing.assert_array_equal(np.vstack(parts), whole)


def test_an_error_while_encoding_is_passed_on(encoder: Encoder) -> None:
    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encoder.encode(["a", "b " * 200, "c " * 200, "d " * 200], progress=stop)


@settings(deadline=None)
@given(st.lists(st.integers(1, 256), max_size=60))
def test_batches_hold_every_text_once_and_stay_small(lengths: list[int]) -> None:
    batches = list(_batches(lengths))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(len(b) * max(lengths[r] for r in b) <= BATCH_TOKENS for b in batches)


def test_values_that_are_not_finite_are_refused() -> None:
    vectors = np.ones((3, 2), dtype=np.float32)
    assert checked(vectors, name="m") is vectors
    vectors[1, 0] = np.nan
    with pytest.raises(ModelError, match=r"text 2"):
        checked(vectors, name="m")


def test_scaling() -> None:
    rows = scaled(np.array([[3, 4], [0, 0]], dtype=np.float32))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0]])
