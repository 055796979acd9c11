from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from semcode.embed import Encoder, load_encoder, resolve

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(resolve("all-MiniLM-L6-v2"))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Write a sentence-transformers model of one layer and 16 dimensions, by hand."""
    from safetensors.numpy import save_file

    folder = tmp_path / "tiny"
    (folder / "1_Pooling").mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS]
    vocabulary += [f"##{letter}" for letter in LETTERS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    _json(folder / "config.json", _config(len(vocabulary)))
    _json(folder / "tokenizer_config.json", {"tokenizer_class": "BertTokenizer"})
    _json(folder / "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": False})
    _json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True},
    )
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
        for i, (path, name) in enumerate(kinds)
    ]
    _json(folder / "modules.json", modules)
    save_file(_weights(len(vocabulary)), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _config(words: int) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": 16,
        "intermediate_size": 32,
        "max_position_embeddings": 64,
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "type_vocab_size": 2,
        "vocab_size": words,
    }


def _weights(words: int) -> dict[str, np.ndarray]:
    layer = "encoder.layer.0"
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (words, 16),
        "embeddings.position_embeddings.weight": (64, 16),
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


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
