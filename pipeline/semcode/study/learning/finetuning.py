"""Fine-tune a reader on a study's labels: kept in the study's folder where it helps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from semcode.config import Settings
from semcode.embed import resolve
from semcode.errors import InputError
from semcode.study.encoding import CachedEncoder
from semcode.study.progress import Progress

if TYPE_CHECKING:
    from semcode.study.learning.labels import Labels

__all__ = ["Adapted", "fine_tune"]

_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Adapted:
    """What fine-tuning brought: its `folder` inside the study's, None where it did not help.

    `before` and `after` are the mean average precision on left-out participants, `gain` the
    fall of the log loss with its standard error.
    """

    folder: str | None
    before: float
    after: float
    gain: float
    gain_error: float
    seconds: float


def fine_tune(
    labels: Labels,
    settings: Settings,
    *,
    encoder: CachedEncoder,
    inside: Path,
    progress: Progress,
) -> Adapted:
    """Fine-tune the settings' model on labels and keep it only if left-out people gain.

    `encoder` gives the vectors beside which it has to help.

    Raises InputError for too few labels, and for a model that cannot be trained.
    """
    from semcode.classify.finetune import finetune

    ref = resolve(settings.embed.model, allow_download=settings.embed.allow_download)
    base = ref.name if ref.backend == "sentence-transformers" else ref.reference
    if ref.folder is not None and ref.backend == "sentence-transformers":
        base = str(ref.folder)
    if not base:
        raise InputError(
            f"The language model {ref.name} cannot be trained further.",
            where="[embed] model",
            remedy="Use all-MiniLM-L6-v2, or a folder of sentence-transformers.",
        )
    name = f"reader-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    with progress.stage("Fine-tuning", 100 * (_FOLDS + 1)) as advance:
        told = 0
        parts: list[str] = []

        def tell(part: str, share: float) -> None:
            nonlocal told
            if part not in parts:
                parts.append(part)
            done = min(int(100 * (parts.index(part) + share)), 100 * (_FOLDS + 1))
            advance(max(done - told, 0))
            told = max(told, done)

        found = finetune(
            labels.codebook,
            labels.texts,
            labels.y,
            labels.groups,
            folder=inside / name,
            model=base,
            encoder=encoder.plain(),
            folds=_FOLDS,
            progress=tell,
        )
    return Adapted(
        folder=name if found.kept else None,
        before=found.before.average_precision,
        after=found.after.average_precision,
        gain=found.gain,
        gain_error=found.gain_error,
        seconds=found.seconds,
    )
