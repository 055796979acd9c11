"""Vectors are kept in the study, and a fine-tuned embedding is used where one was trained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semcode import Study, store
from semcode.classify.cross_fitted import write_vectors
from semcode.classify.labels import key_of
from semcode.errors import ModelError
from semcode.study.encoding import CachedEncoder

WORDS = ["rent", "roof", "bus", "car", "well", "then"]


def tiny(folder: Path, *, seed: int) -> Path:
    """Write a sentence-transformers model of one layer and 16 dimensions, by hand."""
    from safetensors.numpy import save_file

    (folder / "1_Pooling").mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    sizes = {"hidden_size": 16, "intermediate_size": 32, "max_position_embeddings": 32}
    config = {"architectures": ["BertModel"], "model_type": "bert", "vocab_size": len(vocabulary)}
    parts = [("", "Transformer"), ("1_Pooling", "Pooling")]
    settings = {
        "config.json": {**config, **sizes, "num_attention_heads": 2, "num_hidden_layers": 1},
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer"},
        "sentence_bert_config.json": {"max_seq_length": 16, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True},
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
            for i, (path, name) in enumerate(parts)
        ],
    }
    for name, value in settings.items():
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    shapes = {"embeddings.word_embeddings.weight": (len(vocabulary), 16)}
    shapes["embeddings.position_embeddings.weight"] = (32, 16)
    shapes["embeddings.token_type_embeddings.weight"] = (2, 16)
    layer = "encoder.layer.0."
    for name in ("query", "key", "value"):
        shapes[f"{layer}attention.self.{name}.weight"] = (16, 16)
    shapes[f"{layer}attention.output.dense.weight"] = (16, 16)
    shapes[f"{layer}intermediate.dense.weight"] = (32, 16)
    shapes[f"{layer}output.dense.weight"] = (16, 32)
    rng = np.random.default_rng(seed)
    made = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    for name in list(made):
        if name.startswith(layer):
            made[name.replace(".weight", ".bias")] = np.zeros(made[name].shape[0], np.float32)
    for name in ("embeddings", f"{layer}attention.output", f"{layer}output"):
        made[f"{name}.LayerNorm.weight"] = np.ones(16, np.float32)
        made[f"{name}.LayerNorm.bias"] = np.zeros(16, np.float32)
    made["pooler.dense.weight"] = np.eye(16, dtype=np.float32)
    made["pooler.dense.bias"] = np.zeros(16, np.float32)
    save_file(made, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.fixture
def study(tmp_path):
    tiny(tmp_path / "tiny", seed=0)
    with Study.create(tmp_path / "study") as made:
        embed = replace(made.settings.embed, model=str(tmp_path / "tiny"))
        made.settings = replace(made.settings, embed=embed)
        yield made


def adopt(study, embedding):
    with study.database.write() as connection:
        store.models.add(
            connection,
            b"x",
            kind="codes",
            codebook_version=1,
            provenance={"embedding": embedding},
        )


@pytest.mark.weights
def test_a_text_is_embedded_once(study):
    first = CachedEncoder(study.database, study.settings)
    vectors = first.encode(["rent roof", "bus car", "rent roof"])
    assert vectors.shape == (3, 16)
    assert np.array_equal(vectors[0], vectors[2])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-2)
    again = CachedEncoder(study.database, study.settings)
    assert np.array_equal(again.encode(["bus car"])[0], vectors[1])
    assert "_encoder" not in vars(again)
    assert again.encode([]).shape == (0, 16)


@pytest.mark.weights
def test_the_newest_models_embedding_is_used_with_what_it_had_not_seen(study, tmp_path):
    plain = CachedEncoder(study.database, study.settings).encode(["rent roof"])
    folder = tiny(study.folder / "embedding-1", seed=1)
    unseen = np.eye(16, dtype=np.float32)[3]
    write_vectors(folder, {key_of("bus car"): unseen})
    adopt(study, "embedding-1")
    encoder = CachedEncoder(study.database, study.settings)
    assert encoder.ref.folder == folder
    tuned = encoder.encode(["rent roof", "bus car"])
    assert not np.allclose(tuned[0], plain[0], atol=1e-2)
    assert np.array_equal(tuned[1], unseen)
    assert np.array_equal(encoder.plain().encode(["rent roof"]), plain)
    adopt(study, "")
    assert CachedEncoder(study.database, study.settings).adapted == ""
    adopt(study, "embedding-that-went")
    with pytest.raises(ModelError, match="--no-finetune"):
        CachedEncoder(study.database, study.settings)
