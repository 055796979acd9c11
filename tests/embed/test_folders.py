from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import numpy as np
import pytest

from semcode.embed import load_encoder, resolve
from semcode.errors import ModelError


def test_a_folder_is_hashed_and_run_offline_and_quietly(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    before = _switches()
    ref = resolve(str(tiny))
    assert (ref.name, ref.dimension, ref.max_tokens) == ("folder:tiny", 16, 12)
    encoder = load_encoder(ref, threads=1)
    told: list[int] = []
    texts = ["a b c", "", "abc " * 50, "x y z"]
    vectors = encoder.encode(texts, progress=told.append)
    assert vectors.shape == (4, 16)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(encoder.encode(["x y z"])[0], vectors[3], atol=1e-5)
    assert told == [4]
    assert _switches() == before
    assert capfd.readouterr() == ("", "")


def _switches() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key.startswith(("HF_", "TRANSF"))}


def test_the_revision_follows_every_file(tiny: Path) -> None:
    first = resolve(str(tiny))
    assert resolve(str(tiny)) == first
    (tiny / ".DS_Store").write_text("x", encoding="utf-8")
    assert resolve(str(tiny)).revision == first.revision
    with (tiny / "vocab.txt").open("a", encoding="utf-8") as file:
        file.write("##é\n")
    assert resolve(str(tiny)).revision != first.revision
    with pytest.raises(ModelError, match=r"vocab\.txt.*has changed"):
        load_encoder(first)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no modules\.json"):
        resolve(str(tmp_path))


def test_modules_that_run_their_own_code_are_refused(tiny: Path) -> None:
    path = tiny / "modules.json"
    modules = json.loads(path.read_text(encoding="utf-8"))
    modules[1]["type"] = "custom.Pooling"
    path.write_text(json.dumps(modules), encoding="utf-8")
    with pytest.raises(ModelError, match=r"own code \(custom\.Pooling\)"):
        resolve(str(tiny))


def test_pickled_weights_are_refused(tiny: Path) -> None:
    (tiny / "pytorch_model.bin").write_bytes(b"beside safetensors it is never opened")
    resolve(str(tiny))
    (tiny / "2_Dense").mkdir()
    (tiny / "2_Dense" / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"2_Dense.*pickle"):
        resolve(str(tiny))


def test_missing_weights_are_named(tiny: Path) -> None:
    (tiny / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no weights"):
        resolve(str(tiny))


@pytest.mark.parametrize("text", ["{", "[]", "null", "\ufeff"])
def test_broken_settings_are_named(text: str, tiny: Path) -> None:
    (tiny / "1_Pooling" / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"1_Pooling.*cannot be read"):
        resolve(str(tiny))


def test_broken_weights_are_a_model_error(tiny: Path) -> None:
    (tiny / "config.json").write_text('{"model_type": "no such type"}', encoding="utf-8")
    with pytest.raises(ModelError, match="cannot load this model"):
        load_encoder(resolve(str(tiny)))


def test_vectors_of_another_length_are_refused(tiny: Path) -> None:
    path = tiny / "1_Pooling" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(config | {"word_embedding_dimension": 8}), encoding="utf-8")
    encoder = load_encoder(resolve(str(tiny)))
    with pytest.raises(ModelError, match=r"16 numbers.*say 8"):
        encoder.encode(["a"])
