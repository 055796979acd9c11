"""Fetch a model from the Hugging Face Hub, only where the settings allow it."""

from __future__ import annotations

import re
from pathlib import Path

from semcode.errors import ModelError

__all__ = ["download"]

_NAME = re.compile(r"[\w.-]+/[\w.-]+(?:@[\w.-]+)?", re.ASCII)
_WANTED = ["*.json", "*.txt", "*.model", "*.safetensors"]  # never pickles, never code


def download(name: str, *, allow_download: bool) -> Path:
    """Fetch "organisation/name" or "organisation/name@commit" and give its folder.

    Only the request for the model's files leaves the machine. Raises ModelError.
    """
    where = f"hub:{name}"
    if not allow_download:
        raise ModelError(
            "This model would have to be downloaded, and downloads are off: semcode fetches "
            "nothing unless it is told to.",
            where=where,
            remedy="Set allow_download = true in the [embed] section of semcode.toml, or give "
            "the path of a folder that holds the model.",
        )
    if not _NAME.fullmatch(name):
        raise ModelError(
            "This is not the name of a model.",
            where=where,
            remedy='Write it as "hub:organisation/name" or "hub:organisation/name@commit".',
        )
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repository, _, commit = name.partition("@")
    try:
        return Path(snapshot_download(repository, revision=commit or None, allow_patterns=_WANTED))
    except (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        httpx.HTTPError,
        OSError,
    ) as error:
        raise ModelError(
            f"The model could not be downloaded: {error}",
            where=where,
            remedy="Check the name and the connection, or give the path of a folder.",
        ) from error
