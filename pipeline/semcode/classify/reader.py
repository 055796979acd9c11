"""What fine-tuning made: it reads a text after what was said before, and foretells its codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from semcode.classify.labels import key_of
from semcode.codebook import Codebook
from semcode.errors import ModelError

if TYPE_CHECKING:
    from semcode.classify.adapting import Trainee

__all__ = [
    "FILE",
    "Pair",
    "Reader",
    "Reading",
    "columns_of",
    "open_reader",
    "under_codes",
    "write_reader",
]

Array = NDArray[np.float32]
Pair = tuple[str, str]

#: The file, beside the model's own in its folder, with the lines and the left-out answers.
FILE = "reader.safetensors"
_FORMAT = 1


class Reading(Protocol):
    """Foretells the codes that it was fine-tuned for."""

    @property
    def revision(self) -> str:
        """Tell this one from any other."""
        ...

    @property
    def codes(self) -> Sequence[Mapping[str, str]]:
        """Give the guid and name of each code that it was trained for."""
        ...

    def log_odds(self, pairs: Sequence[Pair], codebook: Codebook) -> Array:
        """Give log-odds (n_texts, n_codes) of (context, text) pairs, NaN for other codes."""
        ...


class Reader:
    """A fine-tuned model over the codes it was trained for; opened with `open_reader`.

    Texts that it was trained on get the answer of a model that had not seen them: a model
    foretells its own training texts better than any others, and what is learned, chosen and
    calibrated on such answers would promise too much.
    """

    def __init__(
        self,
        read: Callable[[Sequence[Pair]], Array],
        codes: Sequence[Mapping[str, str]],
        left_out: Mapping[str, Array],
        *,
        revision: str,
    ) -> None:
        """Take what reads new pairs, the codes' guids and names, and answers by hashes of pairs."""
        self._read, self.codes, self.left_out = read, list(codes), left_out
        self.revision = revision

    def answers(self, pairs: Sequence[Pair]) -> Array:
        """Give the log-odds of its own codes, (n_texts, n_own_codes)."""
        found = [self.left_out.get(key_of(pair)) for pair in pairs]
        new = [pair for pair, known in zip(pairs, found, strict=True) if known is None]
        fresh = iter(self._read(new) if new else ())
        rows = [next(fresh) if known is None else known for known in found]
        return np.stack(rows) if rows else np.zeros((0, len(self.codes)), np.float32)

    def log_odds(self, pairs: Sequence[Pair], codebook: Codebook) -> Array:
        """Give log-odds (n_texts, n_codes), NaN for codes that it was not trained for."""
        return under_codes(self.answers, pairs, self.codes, codebook)


def under_codes(
    answers: Callable[[Sequence[Pair]], Array],
    pairs: Sequence[Pair],
    codes: Sequence[Mapping[str, str]],
    codebook: Codebook,
) -> Array:
    """Ask for answers (n_texts, n_own_codes) and put them under a codebook's codes, else NaN.

    Where none of the codes is known nothing is asked.
    """
    known = columns_of(codes, codebook)
    found = np.full((len(pairs), len(codebook)), np.nan, np.float32)
    if known:
        found[:, list(known)] = answers(pairs)[:, list(known.values())]
    return found


def columns_of(codes: Sequence[Mapping[str, str]], codebook: Codebook) -> dict[int, int]:
    """Give for each place in a codebook that is known the column of its answers.

    Codes are known again by their guid, in a codebook without those of the training by name.
    """
    by_guid = {code["guid"]: column for column, code in enumerate(codes)}
    by_name = {code["name"]: column for column, code in enumerate(codes)}
    same = any(code.guid in by_guid for code in codebook.codes)
    columns = [by_guid.get(c.guid) if same else by_name.get(c.name) for c in codebook.codes]
    return {place: column for place, column in enumerate(columns) if column is not None}


def write_reader(
    folder: Path,
    trainee: Trainee,
    codes: Sequence[Mapping[str, str]],
    left_out: Mapping[str, Array],
) -> None:
    """Write a model, its lines, and answers under the hashes of their texts (no text)."""
    from safetensors.numpy import save_file

    from semcode.embed.offline import offline_and_quiet

    with offline_and_quiet():
        trainee.model.save(str(folder), create_model_card=False, safe_serialization=True)
    keys = np.array([list(bytes.fromhex(key)) for key in left_out], np.uint8).reshape(-1, 32)
    answers = np.stack(list(left_out.values())).astype(np.float32)
    weight, bias = (p.detach().cpu().numpy() for p in trainee.head.parameters())
    about = {"format": str(_FORMAT), "codes": json.dumps(list(codes)), "most": str(trainee.most)}
    tensors: dict[str, NDArray[Any]] = {
        "keys": keys,
        "answers": answers,
        "weight": weight,
        "bias": bias,
    }
    save_file(tensors, str(folder / FILE), metadata=about)


def open_reader(folder: str | Path, *, device: str | None = None) -> Reader:
    """Open a folder that `finetune` wrote; the model is loaded when a new text is to be read.

    Raises ModelError for a folder that is none, is damaged, or would run its own code.
    """
    from semcode.embed import resolve, verify

    path = Path(folder)
    tensors, about = _tensors(path / FILE)
    ref = resolve(str(path))
    made: list[Trainee] = []

    def read(pairs: Sequence[Pair]) -> Array:
        from semcode.classify.adapting import Trainee, device_here, load_trainable

        if not made:
            made.append(
                Trainee(
                    load_trainable(verify(ref), device=device or device_here()).eval(),
                    len(about["codes"]),
                    max_tokens=int(about["most"]),
                    weight=tensors["weight"],
                    bias=tensors["bias"],
                )
            )
        return made[0].read(pairs)

    left_out = {
        bytes(key).hex(): answer
        for key, answer in zip(tensors["keys"], tensors["answers"], strict=True)
    }
    return Reader(read, about["codes"], left_out, revision=ref.revision)


def _tensors(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), "numpy") as file:
            about: dict[str, Any] = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        about["codes"] = json.loads(about["codes"])
        if about["format"] != str(_FORMAT) or not {"keys", "answers", "weight", "bias"} <= set(
            tensors
        ):
            raise KeyError("another version of semcode wrote it")
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise ModelError(
            f"The fine-tuned model cannot be read: {error}.",
            where=str(path),
            remedy="Copy its whole folder again, or go on without it: semcode train --no-finetune",
        ) from error
    return tensors, about
