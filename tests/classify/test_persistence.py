"""A saved model answers the same, and a changed file is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semcode.classify import CodeClassifier
from semcode.codebook import Code, Codebook
from semcode.errors import ModelError


@pytest.fixture
def file(trained: CodeClassifier, tmp_path: Path) -> Path:
    trained.save(tmp_path / "model.safetensors", rows=True)
    return tmp_path / "model.safetensors"


def test_the_same_answers_after_loading(trained, file, encoder, spoken):
    pairs, y, _ = spoken(30, seed=4)
    again = CodeClassifier.load(file, encoder=encoder)
    assert np.array_equal(again.predict_proba(pairs), trained.predict_proba(pairs))
    assert np.array_equal(again.predict(pairs), trained.predict(pairs))
    for level, p in trained.predict_level_proba(pairs).items():
        assert np.array_equal(again.predict_level_proba(pairs)[level], p)
    again.update(pairs[:3], y[:3])
    trained.update(pairs[:3], y[:3])
    assert np.allclose(again.predict_proba(pairs), trained.predict_proba(pairs), atol=1e-5)


def test_a_changed_byte_is_found(file, encoder):
    content = bytearray(file.read_bytes())
    content[-200] ^= 1
    file.write_bytes(content)
    with pytest.raises(ModelError, match="do not match"):
        CodeClassifier.load(file, encoder=encoder)


def test_a_changed_setting_is_found(file, encoder):
    content = file.read_bytes()
    assert b'\\"folds\\": 5' in content
    file.write_bytes(content.replace(b'\\"folds\\": 5', b'\\"folds\\": 6'))
    with pytest.raises(ModelError, match="do not match"):
        CodeClassifier.load(file, encoder=encoder)


def test_no_model_at_all(tmp_path, encoder):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot be read"):
        CodeClassifier.load(path, encoder=encoder)
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(2)}, str(path))
    with pytest.raises(ModelError, match="holds no semcode model"):
        CodeClassifier.load(path, encoder=encoder)


def test_another_codebook_is_refused(file, encoder, codebook):
    other = Codebook((*codebook.codes[1:3], Code("housing", "something else"), Code("new")))
    with pytest.raises(ModelError, match=r"missing: buses.*new: new.*changed: housing"):
        CodeClassifier.load(file, codebook=other, encoder=encoder)


def test_another_encoder_is_refused(file, encoder):
    class Other(type(encoder)):
        pass

    with pytest.raises(ModelError, match="WordEncoder"):
        CodeClassifier.load(file, encoder=Other())


def test_a_missing_folder_is_named(trained, tmp_path):
    with pytest.raises(ModelError, match=r"nowhere.*cannot be written"):
        trained.save(tmp_path / "nowhere" / "model.safetensors")


def test_nothing_learned_nothing_saved(codebook, encoder, tmp_path):
    with pytest.raises(ModelError, match="Nothing was learned"):
        CodeClassifier(codebook, encoder=encoder).save(tmp_path / "m.safetensors")
