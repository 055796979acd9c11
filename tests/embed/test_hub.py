from __future__ import annotations

from pathlib import Path

import pytest

from semcode.embed import resolve
from semcode.errors import ModelError


def test_nothing_is_downloaded_unless_allowed() -> None:
    with pytest.raises(ModelError, match=r"downloads are off.*allow_download = true"):
        resolve("hub:some/model")


@pytest.mark.parametrize("name", ["", "model", "a/b/c", "../x/y", "a b/c"])
def test_odd_names_are_refused_before_any_request(name: str) -> None:
    with pytest.raises(ModelError, match="not the name of a model"):
        resolve(f"hub:{name}", allow_download=True)


def test_an_unreachable_hub_is_a_model_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="could not be downloaded"):
        resolve("hub:some/model", allow_download=True)


def test_a_fetched_model_keeps_its_name_and_is_checked_like_a_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny: Path
) -> None:
    """The hub's own cache holds the model, as it does after a download."""
    from huggingface_hub import constants

    commit = "0" * 40
    stored = tmp_path / "hub" / "models--some--model"
    (stored / "refs").mkdir(parents=True)
    (stored / "refs" / "main").write_text(commit, encoding="utf-8")
    (stored / "snapshots").mkdir()
    tiny.rename(stored / "snapshots" / commit)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    ref = resolve("hub:some/model", allow_download=True)
    assert (ref.name, ref.dimension) == ("hub:some/model", 16)
