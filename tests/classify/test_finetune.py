"""Fine-tuning: it learns, repeats itself, writes a folder that loads, and is kept if it helps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from semcode.classify import CodeClassifier
from semcode.classify.adapting import Recipe, Trainee, adapt, load_trainable
from semcode.classify.finetune import finetune
from semcode.classify.labels import key_of
from semcode.classify.reader import FILE, Reader, open_reader
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


def pairs_of(texts: list[str]) -> list[tuple[str, str]]:
    return [("", text) for text in texts]


def trainee(tiny: Path) -> Trainee:
    return Trainee(load_trainable(tiny, device="cpu").eval(), 2, max_tokens=16)


def test_it_learns_to_foretell_codes(tiny):
    texts, y, _ = said(80)
    new, truth, _ = said(60)
    made = trainee(tiny)
    assert np.abs(made.read(pairs_of(new))).max() == 0
    table = made.model[0].auto_model.embeddings.word_embeddings.weight.detach().clone()
    adapt(made, pairs_of(texts), y, QUICK)
    after = made.read(pairs_of(new))
    assert roc_auc_score(truth[:, 0], after[:, 0] - after[:, 1]) > 0.9
    assert (table == made.model[0].auto_model.embeddings.word_embeddings.weight).all()


def test_what_was_said_before_counts(tiny):
    texts, y, _ = said(120)
    pairs = [(text, "well then so") for text in texts]
    made = trainee(tiny)
    adapt(made, pairs, y, QUICK)
    new, truth, _ = said(60)
    told = made.read([(text, "well then so") for text in new])
    assert roc_auc_score(truth[:, 0], told[:, 0] - told[:, 1]) > 0.9
    bare = made.read(pairs_of(["well then so"]))
    assert np.abs(told - bare).max() > 1e-3


def test_a_long_context_gives_way_to_the_text(tiny):
    made = trainee(tiny)
    [(ids, start)] = made.tokens([(" ".join(["rent"] * 40), " ".join(["bus"] * 10))])
    assert len(ids) == 16
    assert ids[start:-1] == made.tokens([("", " ".join(["bus"] * 10))])[0][0][1:-1]
    [(ids, start)] = made.tokens([("rent rent", " ".join(["bus"] * 40))])
    assert (len(ids), start) == (15, 1)


def test_the_order_and_company_of_texts_change_nothing(tiny):
    texts, y, _ = said(60)
    made = trainee(tiny)
    adapt(made, pairs_of(texts), y, Recipe(epochs=1, rate=1e-3, batch=8))
    whole = made.read([("rent", text) for text in texts])
    alone = made.read([("rent", texts[7])])
    assert np.allclose(whole[7], alone[0], atol=1e-4)


def test_the_same_seed_gives_the_same_weights(tiny):
    import torch

    texts, y, _ = said(24)
    found = []
    for _ in range(2):
        torch.manual_seed(len(found))  # what the caller's generator stood at counts for nothing
        made = trainee(tiny)
        adapt(made, pairs_of(texts), y, Recipe(epochs=1, rate=1e-3, batch=8))
        found.append(made.read(pairs_of(texts)))
    assert np.array_equal(*found)


def test_unknown_labels_teach_nothing(tiny):
    texts, y, _ = said(24)
    made = trainee(tiny)
    adapt(made, pairs_of(texts), np.full_like(y, np.nan), Recipe(epochs=1, rate=1e-3, batch=8))
    assert np.abs(made.read(pairs_of(texts))).max() < 1e-4


def test_a_gain_is_kept_and_the_folder_reads(tiny, tmp_path):
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
    new, truth, _ = said(40)
    model = CodeClassifier(BOOK, model=str(tiny), reader=made).fit(texts, y, groups)
    assert (model.predict_proba(new).argmax(axis=1) == truth.argmax(axis=1)).mean() > 0.9
    assert open_reader(made).revision in model.encoder_name()
    model.save(tmp_path / "m.safetensors")
    encoder = load_encoder(resolve(str(tiny)))
    with pytest.raises(ModelError, match="read by"):
        CodeClassifier.load(tmp_path / "m.safetensors", encoder=encoder)
    again = CodeClassifier.load(tmp_path / "m.safetensors", encoder=encoder, reader=made)
    assert np.allclose(again.predict_proba(new), model.predict_proba(new), atol=1e-6)


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


def test_texts_that_were_trained_on_get_left_out_answers(tiny, tmp_path):
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
    reader = open_reader(tmp_path / "made")
    kept = reader.left_out.copy()
    told = reader.log_odds(pairs_of([texts[0], "rent then so", texts[1]]), BOOK)
    assert np.array_equal(told[0], kept[key_of(("", texts[0]))])
    reader.left_out = {}
    fresh = reader.log_odds(pairs_of([texts[0], "rent then so", texts[1]]), BOOK)
    assert np.allclose(told[1], fresh[1], atol=1e-4)
    assert np.abs(told[0] - fresh[0]).max() > 1e-4
    assert len(kept) == len(set(texts))
    assert b"rent" not in (tmp_path / "made" / FILE).read_bytes()


def test_codes_are_known_again_and_others_are_not_foretold():
    own = [{"guid": code.guid, "name": code.name} for code in BOOK.codes]
    asked: list[int] = []

    def read(pairs):
        asked.append(len(pairs))
        return np.tile(np.array([[1.0, 2.0]], np.float32), (len(pairs), 1))

    reader = Reader(read, own, {}, revision="r")
    turned = Codebook((BOOK.codes[1], Code("new", "something else"), BOOK.codes[0]))
    told = reader.log_odds([("", "a"), ("", "b")], turned)
    assert np.array_equal(told, [[2, np.nan, 1]] * 2, equal_nan=True)
    named = Codebook((Code("transport"), Code("housing")))
    assert np.array_equal(reader.log_odds([("", "a")], named), [[2, 1]])
    assert asked == [2, 1]
    strange = Codebook((Code("new", "something else"),))
    assert np.isnan(reader.log_odds([("", "a")], strange)).all()
    assert asked == [2, 1]
    assert reader.answers([]).shape == (0, 2)


def test_a_rare_code_goes_on_from_its_definition(tiny, tmp_path):
    texts, y, groups = said(120)
    y[:, 1] = np.nan
    y[:30, 1] = 0
    y[:3, 1] = 1
    folder, kind = tmp_path / "made", Recipe(epochs=1, rate=1e-3)
    asked = {"folder": folder, "model": str(tiny), "recipe": kind, "even_if_worse": True}
    finetune(BOOK, texts, y, groups, **asked)
    assert [code["name"] for code in open_reader(folder).codes] == ["housing"]
    y[:, 0] = np.nan
    with pytest.raises(InputError, match="No code has 20"):
        finetune(
            BOOK, texts, np.where(np.isnan(y), 0, y), groups, **asked | {"folder": tmp_path / "n"}
        )


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / FILE).write_bytes(b"damaged")
    with pytest.raises(ModelError, match="cannot be read"):
        open_reader(tmp_path)


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
