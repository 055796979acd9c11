"""Train a language model to read a text after what was said before, and foretell its codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.embed.offline import offline_and_quiet

__all__ = ["Recipe", "Trainee", "adapt", "device_here", "load_trainable"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]

_WARM_UP, _CLIP, _DECAY, _HEAD_RATE, _DROPOUT = 0.1, 1.0, 0.01, 1e-3, 0.1
_BUCKET = 20  # batches that are sorted by length together
_AT_ONCE = 64  # texts that are read at once when nothing is learned


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how boldly to train; a context gives way to the text beyond `max_tokens`."""

    epochs: int = 4
    rate: float = 1e-4
    batch: int = 32
    max_tokens: int = 256
    seed: int = 0


def device_here() -> str:
    """Name the device to train on: "cuda" where there is one, else "cpu"."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def load_trainable(folder: Path, *, device: str) -> Any:
    """Load a SentenceTransformer from a checked folder, without network or its own code."""
    from sentence_transformers import SentenceTransformer

    with offline_and_quiet():
        model = SentenceTransformer(
            str(folder),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    return model.float()  # weights kept in half precision are trained in full


class Trainee:
    """A SentenceTransformer and, for each code, a line through the mean of a text's tokens.

    What was said before is read in front of the text, so that the tokens of the text know
    of it; only theirs count. `weight` (n_codes, dimension) and `bias` (n_codes,) are the
    lines; None begins with lines that foretell nothing.
    """

    def __init__(
        self,
        model: Any,
        codes: int,
        *,
        max_tokens: int,
        weight: Array | None = None,
        bias: Array | None = None,
    ) -> None:
        import torch

        self.model, self.most = model, min(max_tokens, int(model.max_seq_length or max_tokens))
        width = model[0].auto_model.config.hidden_size
        self.head = torch.nn.Linear(width, codes, device=model.device)
        with torch.no_grad():
            self.head.weight.zero_() if weight is None else self.head.weight.copy_(_tensor(weight))
            self.head.bias.zero_() if bias is None else self.head.bias.copy_(_tensor(bias))

    def tokens(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[list[int], int]]:
        """Give for each (context, text) the token ids, and where the text's own begin."""
        tokenizer = self.model.tokenizer
        first, between = tokenizer.cls_token_id, tokenizer.sep_token_id
        plain = sorted({part for pair in pairs for part in pair if part})
        ids = tokenizer(plain, add_special_tokens=False)["input_ids"] if plain else []
        ids_of = dict(zip(plain, ids, strict=True)) | {"": []}
        found = []
        for context, text in pairs:
            own = list(ids_of[text])[: self.most - 3]
            room = self.most - 3 - len(own)
            before = list(ids_of[context])[-room:] if room else []
            ahead = [first, *before, between] if before else [first]
            found.append(([*ahead, *own, between], len(ahead)))
        return found

    def log_odds(self, tokens: Sequence[tuple[list[int], int]], *, dropout: float = 0.0) -> Any:
        """Give the log-odds of the codes, a torch tensor (n_texts, n_codes)."""
        import torch

        longest = max(len(ids) for ids, _ in tokens)
        shape, pad = (len(tokens), longest), self.model.tokenizer.pad_token_id or 0
        ids, there, own = np.full(shape, pad), np.zeros(shape, int), np.zeros(shape, np.float32)
        for row, (one, start) in enumerate(tokens):
            ids[row, : len(one)], there[row, : len(one)], own[row, start : len(one)] = one, 1, 1
        place = self.model.device
        read = {
            "input_ids": torch.tensor(ids, device=place),
            "attention_mask": torch.tensor(there, device=place),
        }
        with torch.autocast("cuda", torch.bfloat16, enabled=place.type == "cuda"):
            told = self.model[0](read)["token_embeddings"].float()
        weights = torch.tensor(own, device=place)[..., None]
        mean = (told * weights).sum(dim=1) / weights.sum(dim=1)
        return self.head(torch.nn.functional.dropout(mean, dropout, training=dropout > 0))

    def read(self, pairs: Sequence[tuple[str, str]]) -> Array:
        """Give the log-odds of the codes, (n_texts, n_codes)."""
        import torch

        tokens = self.tokens(pairs)
        found = np.zeros((len(pairs), self.head.out_features), np.float32)
        order = np.argsort([len(ids) for ids, _ in tokens], kind="stable")
        with torch.inference_mode():
            for start in range(0, len(order), _AT_ONCE):
                rows = order[start : start + _AT_ONCE]
                told = self.log_odds([tokens[int(row)] for row in rows])
                found[rows] = told.float().cpu().numpy()
        return found


def adapt(
    trainee: Trainee,
    pairs: Sequence[tuple[str, str]],
    y: Floats,
    recipe: Recipe,
    *,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Train in place; y (n_texts, n_codes) is 0 to 1, NaN for unknown.

    The loss is the log loss over what is known. The table of word pieces stays as it is, so
    that words outside the study keep their meaning. AdamW with a linear rise and fall of the
    rate; the same seed, texts and machine give the same weights. `progress` is told the part
    that is done.
    """
    import torch

    with _seeded(recipe.seed):
        tokens = trainee.tokens(pairs)
        known = torch.tensor(~np.isnan(y), dtype=torch.float32, device=trainee.model.device)
        truth = torch.tensor(np.nan_to_num(y), dtype=torch.float32, device=trainee.model.device)
        trained = [p for name, p in trainee.model.named_parameters() if _is_trained(name, p)]
        lines = list(trainee.head.parameters())
        optimizer = torch.optim.AdamW(
            [{"params": trained, "lr": recipe.rate}, {"params": lines, "lr": _HEAD_RATE}],
            weight_decay=_DECAY,
        )
        steps = recipe.epochs * -(-len(pairs) // recipe.batch)
        pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _pace(step, steps))
        trainee.model.train()
        for step, rows in enumerate(_batches([len(ids) for ids, _ in tokens], recipe)):
            optimizer.zero_grad()
            score = trainee.log_odds([tokens[int(row)] for row in rows], dropout=_DROPOUT)
            loss: Any = torch.nn.functional.binary_cross_entropy_with_logits(
                score, truth[rows], weight=known[rows], reduction="sum"
            )
            (loss / len(rows)).backward()
            torch.nn.utils.clip_grad_norm_([*trained, *lines], _CLIP)
            optimizer.step()
            pace.step()
            if progress is not None:
                progress((step + 1) / steps)
        trainee.model.eval()


def _tensor(values: Array) -> Any:
    import torch

    return torch.tensor(values, dtype=torch.float32)


def _is_trained(name: str, parameter: Any) -> bool:
    parameter.requires_grad_("embeddings." not in name)
    return bool(parameter.requires_grad)


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
