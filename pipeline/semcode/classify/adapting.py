"""Train an embedding on labels: texts are drawn to their codes' directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.embed.offline import offline_and_quiet

__all__ = ["Recipe", "adapt", "anchors_of", "device_here", "load_trainable"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]

_WARM_UP, _CLIP, _DECAY = 0.1, 1.0, 0.01
_BUCKET = 20  # batches that are sorted by length together


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how boldly to train."""

    epochs: int = 2
    rate: float = 5e-5
    batch: int = 32
    max_tokens: int = 128
    seed: int = 0


def device_here() -> str:
    """Name the device to train on: "cuda" where there is one, else "cpu"."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def load_trainable(folder: Path, *, device: str) -> Any:
    """Load a SentenceTransformer from a checked folder, without network or its own code."""
    from sentence_transformers import SentenceTransformer

    with offline_and_quiet():
        return SentenceTransformer(
            str(folder),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )


def anchors_of(said: Array) -> Array:
    """Give each code a fixed unit direction at right angles to the others', (n_codes, dimension).

    `said` are unit vectors of what the codebook says of each code. The directions are the
    nearest orthonormal ones (the polar factor of the centred vectors). They rest on no label
    and stay while the embedding is trained, so that embeddings trained on different parts
    of a study agree about where a code lies.
    """
    centred = said.astype(np.float64) - said.mean(axis=0) * len(said) / (len(said) + 2)
    left, _, right = np.linalg.svd(centred, full_matrices=False)
    directions: Array = (left @ right).astype(np.float32)
    return directions


def adapt(
    model: Any,
    texts: Sequence[str],
    y: Floats,
    anchors: Array,
    recipe: Recipe,
    *,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Train a SentenceTransformer in place; y (n_texts, n_codes) is 0 to 1, NaN for unknown.

    A text's cosine with a code's anchor, scaled and shifted, is to foretell the code (log
    loss over what is known). The table of word pieces stays as it is, so that words outside
    the study keep their meaning. AdamW with a linear rise and fall of the rate; the same
    seed, texts and machine give the same weights. `progress` is told the part that is done.
    """
    import torch

    with _seeded(recipe.seed):
        tokens = _tokens(model, texts, recipe.max_tokens)
        head = _Head(y, anchors, device=str(model.device))
        trained = [p for name, p in model.named_parameters() if _is_trained(name, p)]
        groups = [
            {"params": trained, "lr": recipe.rate, "weight_decay": _DECAY},
            {"params": [head.scale, head.shift], "lr": 20 * recipe.rate, "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(groups)
        steps = recipe.epochs * -(-len(texts) // recipe.batch)
        pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _pace(step, steps))
        model.train()
        for step, rows in enumerate(_batches([len(t) for t in tokens], recipe)):
            optimizer.zero_grad()
            vectors = model(_padded(model, [tokens[int(row)] for row in rows]))
            loss = head.loss(vectors["sentence_embedding"], rows)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, _CLIP)
            optimizer.step()
            pace.step()
            if progress is not None:
                progress((step + 1) / steps)
        model.eval()


class _Head:
    """Log-odds of the codes from cosines with their anchors, and the log loss of batches."""

    def __init__(self, y: Floats, anchors: Array, *, device: str) -> None:
        import torch

        known = ~np.isnan(y)
        share = (np.nan_to_num(y).sum(axis=0) + 0.5) / (known.sum(axis=0) + 1.0)
        self.anchors = torch.tensor(anchors.T, device=device)
        self.scale = torch.tensor(10.0, device=device, requires_grad=True)
        usual = np.log(share) - np.log1p(-share)
        self.shift = torch.tensor(usual, dtype=torch.float32, device=device, requires_grad=True)
        self.y = torch.tensor(np.nan_to_num(y), dtype=torch.float32, device=device)
        self.known = torch.tensor(known, dtype=torch.float32, device=device)

    def loss(self, vectors: Any, rows: NDArray[np.intp]) -> Any:
        """Give the mean log loss a text, summed over its known codes."""
        import torch

        unit = torch.nn.functional.normalize(vectors, dim=1)
        score = self.scale * (unit @ self.anchors) + self.shift
        cells = torch.nn.functional.binary_cross_entropy_with_logits(
            score, self.y[rows], weight=self.known[rows], reduction="sum"
        )
        return cells / len(rows)


def _is_trained(name: str, parameter: Any) -> bool:
    parameter.requires_grad_("embeddings." not in name)
    return bool(parameter.requires_grad)


def _tokens(model: Any, texts: Sequence[str], most: int) -> list[list[int]]:
    limit = min(most, int(model.max_seq_length or most))
    found = model.tokenizer(list(texts), truncation=True, max_length=limit, padding=False)
    return [list(ids) for ids in found["input_ids"]]


def _padded(model: Any, rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    padded = model.tokenizer.pad({"input_ids": [list(ids) for ids in rows]}, return_tensors="pt")
    return {name: tensor.to(model.device) for name, tensor in padded.items()}


def _batches(lengths: Sequence[int], recipe: Recipe) -> Iterator[NDArray[np.intp]]:
    """Give rows of batches of about equal length, in another order each epoch."""
    rng = np.random.default_rng(recipe.seed)
    length = np.array(lengths)
    for _ in range(recipe.epochs):
        order = rng.permutation(len(length))
        found: list[NDArray[np.intp]] = []
        for start in range(0, len(order), recipe.batch * _BUCKET):
            part = order[start : start + recipe.batch * _BUCKET]
            part = part[np.argsort(length[part], kind="stable")]
            found += [part[i : i + recipe.batch] for i in range(0, len(part), recipe.batch)]
        for place in rng.permutation(len(found)):
            yield found[int(place)]


def _pace(step: int, steps: int) -> float:
    warm = max(1, int(_WARM_UP * steps))
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed torch, and give back the state that it had."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
