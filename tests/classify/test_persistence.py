"""A saved model answers the same, and a changed file is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from semcode.classify import CodeClassifier
from semcode.classify.persistence import _digest, _read
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


def test_manner_comes_along_and_older_files_open(
    codebook, encoder, manner_encoder, spoken, tmp_path
):
    path, pairs = tmp_path / "manner.safetensors", spoken(30, seed=4)[0]
    model = CodeClassifier(codebook, encoder=manner_encoder).fit(*spoken(160))
    model.save(path, rows=True)
    again = CodeClassifier.load(path, encoder=manner_encoder)
    assert np.array_equal(again.predict_proba(pairs), model.predict_proba(pairs))
    assert again.choice_.best == model.choice_.best
    assert b'\\"format\\": 2' in path.read_bytes()
    plain = CodeClassifier(codebook, encoder=encoder).fit(*spoken(160))
    plain.save(tmp_path / "plain.safetensors")
    older = as_written_before(tmp_path / "plain.safetensors", tmp_path / "older.safetensors")
    older = CodeClassifier.load(older, encoder=encoder)
    assert np.array_equal(older.predict_proba(pairs), plain.predict_proba(pairs))


def as_written_before(path: Path, older: Path) -> Path:
    """Write a model file again as semcode did before it knew the middle layer."""
    tensors, described, _ = _read(path)
    about = json.loads(described)
    about["format"] = 1
    del about["middle"], tensors["features.manner_centre"], tensors["features.manner_directions"]
    about["choice"]["best"] = about["choice"]["best"][:4]
    about["choice"]["losses"] = [[*row[:4], row[-1]] for row in about["choice"]["losses"]]
    described = json.dumps(about)
    save_file(tensors, older, {"semcode": described, "sha256": _digest(tensors, described)})
    return older


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
