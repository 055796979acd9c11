"""Fine-tuning: it learns, repeats itself, writes a folder that loads, and is kept if it helps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from semcode.classify import CodeClassifier
from semcode.classify.adapting import Recipe, adapt, anchors_of, load_trainable
from semcode.classify.cross_fitted import FILE, CrossFitted, read_vectors, with_cross_fitted
from semcode.classify.finetune import finetune
from semcode.codebook import Code, Codebook
from semcode.embed import load_encoder, resolve
from semcode.errors import InputError, ModelError

WORDS = ["rent", "lease", "roof", "bus", "car", "train", "well", "then", "so", "and", "you"]
BOOK = Codebook((Code("housing", "rent roof"), Code("transport", "bus car")))
QUICK = Recipe(epochs=15, rate=2e-3, batch=8)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Write a sentence-transformers model of one layer and 16 dimensions, by hand."""
    from safetensors.numpy import save_file

    folder = tmp_path / "tiny"
    (folder / "1_Pooling").mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling")]
    settings = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": 16,
            "intermediate_size": 32,
            "max_position_embeddings": 32,
            "num_attention_heads": 2,
            "num_hidden_layers": 1,
            "vocab_size": len(vocabulary),
        },
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer"},
        "sentence_bert_config.json": {"max_seq_length": 16, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True},
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
            for i, (path, name) in enumerate(kinds)
        ],
    }
    for name, value in settings.items():
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    save_file(_weights(len(vocabulary)), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _weights(words: int) -> dict[str, NDArray[np.float32]]:
    layer = "encoder.layer.0"
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (words, 16),
        "embeddings.position_embeddings.weight": (32, 16),
        "embeddings.token_type_embeddings.weight": (2, 16),
        f"{layer}.intermediate.dense.weight": (32, 16),
        f"{layer}.intermediate.dense.bias": (32,),
        f"{layer}.output.dense.weight": (16, 32),
        f"{layer}.output.dense.bias": (16,),
        "pooler.dense.weight": (16, 16),
        "pooler.dense.bias": (16,),
    }
    for name in ("self.query", "self.key", "self.value", "output.dense"):
        shapes[f"{layer}.attention.{name}.weight"] = (16, 16)
        shapes[f"{layer}.attention.{name}.bias"] = (16,)
    for norm in ("embeddings", f"{layer}.attention.output", f"{layer}.output"):
        shapes |= {f"{norm}.LayerNorm.weight": (16,), f"{norm}.LayerNorm.bias": (16,)}
    random = np.random.default_rng(0)
    return {n: random.normal(0, 0.5, shape).astype(np.float32) for n, shape in shapes.items()}


def said(count: int) -> tuple[list[str], NDArray[np.float64], list[str]]:
    """Invent texts where the second half of the words tells the code."""
    rng = np.random.default_rng(count)
    which = rng.integers(0, 2, count)
    told = [WORDS[3 * w : 3 * w + 3] for w in which]
    texts = [" ".join([*rng.choice(WORDS[6:], 2), *rng.choice(t, 2)]) for t in told]
    return texts, np.eye(2)[which], [f"P{row % 5}" for row in range(count)]


def vectors(model: object, texts: list[str]) -> NDArray[np.float32]:
    return np.asarray(model.encode(texts, show_progress_bar=False, normalize_embeddings=True))


def test_texts_are_drawn_to_their_codes(tiny):
    texts, y, _ = said(80)
    new, truth, _ = said(60)
    model = load_trainable(tiny, device="cpu")
    anchors = anchors_of(vectors(model, ["rent roof", "bus car"]))
    before = vectors(model, new) @ anchors.T
    table = model[0].auto_model.embeddings.word_embeddings.weight.detach().clone()
    adapt(model, texts, y, anchors, QUICK)
    after = vectors(model, new) @ anchors.T
    told = [roc_auc_score(truth[:, 0], near[:, 0] - near[:, 1]) for near in (before, after)]
    assert told[1] > max(told[0] + 0.1, 0.8)
    assert (table == model[0].auto_model.embeddings.word_embeddings.weight).all()


def test_the_same_seed_gives_the_same_weights(tiny):
    import torch

    texts, y, _ = said(24)
    found = []
    for _ in range(2):
        torch.manual_seed(len(found))  # what the caller's generator stood at counts for nothing
        model = load_trainable(tiny, device="cpu")
        anchors = anchors_of(vectors(model, ["rent roof", "bus car"]))
        adapt(model, texts, y, anchors, Recipe(epochs=1, rate=1e-3, batch=8))
        found.append(vectors(model, texts))
    assert np.array_equal(*found)


def test_unknown_labels_teach_nothing(tiny):
    texts, y, _ = said(24)
    model = load_trainable(tiny, device="cpu")
    before = vectors(model, texts)
    anchors = anchors_of(vectors(model, ["rent roof", "bus car"]))
    adapt(model, texts, np.full_like(y, np.nan), anchors, Recipe(epochs=1, rate=1e-9, batch=8))
    assert np.abs(vectors(model, texts) - before).max() < 1e-4


def test_anchors_stand_at_right_angles():
    anchors = anchors_of(np.random.default_rng(0).normal(size=(5, 16)).astype(np.float32))
    assert np.allclose(anchors @ anchors.T, np.eye(5), atol=1e-5)


def test_a_gain_is_kept_and_the_folder_loads(tiny, tmp_path):
    texts, y, groups = said(150)
    told: list[str] = []
    found = finetune(
        BOOK,
        texts,
        y,
        groups,
        folder=tmp_path / "made",
        model=str(tiny),
        recipe=QUICK,
        even_if_worse=True,
        progress=lambda part, _: told.append(part),
    )
    assert found.kept
    assert found.after.log_loss < found.before.log_loss + 0.2
    assert dict.fromkeys(told) == dict.fromkeys(
        [*(f"fold {i} of 3" for i in (1, 2, 3)), "all texts"]
    )
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith(".finetune")]
    made = tmp_path / "made"
    assert (made / "model.safetensors").is_file()
    assert not list(made.rglob("*.bin"))
    encoder = load_encoder(resolve(str(made)))
    new = said(40)[0]
    assert np.allclose(np.linalg.norm(encoder.encode(new), axis=1), 1, atol=1e-5)
    model = CodeClassifier(BOOK, model=str(made)).fit(texts, y, groups)
    truth = said(40)[1]
    assert (model.predict_proba(new).argmax(axis=1) == truth.argmax(axis=1)).mean() > 0.9


def test_what_does_not_help_is_not_kept(tiny, tmp_path):
    texts, _, groups = said(120)
    noise = np.eye(2)[np.random.default_rng(0).integers(0, 2, len(texts))]
    found = finetune(
        BOOK, texts, noise, groups, folder=tmp_path / "made", model=str(tiny), recipe=QUICK
    )
    assert not found.kept
    assert found.folder is None
    assert found.gain <= found.gain_error
    assert not (tmp_path / "made").exists()


def test_texts_that_were_trained_on_get_left_out_vectors(tiny, tmp_path):
    texts, y, groups = said(120)
    finetune(
        BOOK,
        texts,
        y,
        groups,
        folder=tmp_path / "made",
        model=str(tiny),
        recipe=Recipe(epochs=1, rate=1e-3),
        even_if_worse=True,
    )
    plain = load_encoder(resolve(str(tmp_path / "made")))
    wrapped = with_cross_fitted(plain)
    assert isinstance(wrapped, CrossFitted)
    both = [texts[0], "rent then so", texts[1]]
    assert np.allclose(wrapped.encode(both)[1], plain.encode(both)[1], atol=1e-5)
    assert np.abs(wrapped.encode(both)[0] - plain.encode(both)[0]).max() > 1e-3
    assert len(read_vectors(tmp_path / "made")) == len(set(texts))
    content = (tmp_path / "made" / FILE).read_bytes()
    assert b"rent" not in content
    assert with_cross_fitted(load_encoder(resolve(str(tiny)))) is not wrapped


def test_a_damaged_file_of_vectors_is_named(tmp_path):
    (tmp_path / FILE).write_bytes(b"damaged")
    with pytest.raises(ModelError, match="cannot be read"):
        read_vectors(tmp_path)


def test_too_little_to_learn_from(tiny, tmp_path):
    texts, y, groups = said(120)
    with pytest.raises(InputError, match="100 labelled texts"):
        finetune(BOOK, texts[:40], y[:40], groups[:40], folder=tmp_path / "m", model=str(tiny))
    with pytest.raises(InputError, match="two participants"):
        finetune(BOOK, texts, y, ["P1"] * 120, folder=tmp_path / "m", model=str(tiny))
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="something in the place"):
        finetune(BOOK, texts, y, groups, folder=tmp_path / "m", model=str(tiny))
