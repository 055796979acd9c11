"""Vectors are kept in the study, and so is what a fine-tuned reader answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semcode import Study, store
from semcode.classify.adapting import Trainee, load_trainable
from semcode.classify.labels import key_of
from semcode.classify.reader import write_reader
from semcode.codebook import Code, Codebook
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


def adopt(study, reader):
    with study.database.write() as connection:
        store.models.add(
            connection,
            b"x",
            kind="codes",
            codebook_version=1,
            provenance={"reader": reader},
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
def test_a_study_without_the_middle_layer_gets_it_when_something_learns(tmp_path):
    with Study.create(tmp_path / "study") as made:
        encoder = CachedEncoder(made.database, made.settings)
        texts = ["We lost the flat.", "Then the bus came."]
        vectors, middle = encoder.encode_both(texts)
        assert middle.shape == (2, 384)
        assert not encoder.missing([store.vectors.text_hash(text) for text in texts])
        with made.database.write() as connection:  # as earlier versions left it
            table = store.schema.vector
            connection.execute(table.delete().where(table.c.model == encoder.ref.middle_revision))
        again = CachedEncoder(made.database, made.settings)
        hashes = [store.vectors.text_hash(text) for text in texts]
        assert again.missing(hashes) == set(hashes)
        assert not again.missing(hashes, middle=False)
        assert np.array_equal(again.encode(texts), vectors)
        assert "_encoder" not in vars(again)  # what is there is not embedded anew
        assert np.array_equal(again.encode_both(texts)[1], middle)
        assert again.encode_both([])[1].shape == (0, 384)


@pytest.mark.weights
def test_the_newest_models_reader_comes_along_and_reads_once(study, tmp_path):
    book = Codebook((Code("housing", "rent roof"), Code("transport", "bus car")))
    lines = np.random.default_rng(0).normal(size=(2, 16)).astype(np.float32)
    model = load_trainable(tmp_path / "tiny", device="cpu")
    trainee = Trainee(model, 2, max_tokens=16, weight=lines, bias=np.zeros(2, np.float32))
    unseen = {key_of(("then", "bus car")): np.array([-1.5, 2.5], np.float32)}
    codes = [{"guid": code.guid, "name": code.name} for code in book.codes]
    (study.folder / "reader-1").mkdir()
    write_reader(study.folder / "reader-1", trainee, codes, unseen)
    plain = CachedEncoder(study.database, study.settings)
    assert plain.reader is None
    adopt(study, "reader-1")
    encoder = CachedEncoder(study.database, study.settings)
    assert np.array_equal(encoder.encode(["rent roof"]), plain.encode(["rent roof"]))
    asked = [("then", "bus car"), ("", "rent roof"), ("then", "bus car")]
    told = encoder.reader.log_odds(asked, book)
    assert np.array_equal(told[[0, 2]], [[-1.5, 2.5]] * 2)
    assert np.allclose(told[1], trainee.read([("", "rent roof")])[0], atol=1e-2)
    kept = CachedEncoder(study.database, study.settings).reader
    kept._reader._read = None  # nothing is read a second time
    assert np.allclose(kept.log_odds(asked, book), told, atol=1e-2)
    assert encoder.plain().reader is None
    adopt(study, "")
    assert CachedEncoder(study.database, study.settings).reader is None
    adopt(study, "reader-that-went")
    with pytest.raises(ModelError, match="--no-finetune"):
        CachedEncoder(study.database, study.settings)
