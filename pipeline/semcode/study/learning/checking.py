"""Check what was learned on participants who were left out, beside the model begun with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode.config import Settings
from semcode.store import Database
from semcode.study.learning.labels import Labels
from semcode.study.learning.learned import LearnedScorer
from semcode.study.learning.mixing import UNTRIED, Mix, mixed_apart
from semcode.study.learning.quality import CrossFit, Quality, cross_fit, folds, measure
from semcode.study.learning.recognising import recognised
from semcode.study.progress import Progress

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier

__all__ = ["Checked", "check_on_others"]


@dataclass(frozen=True)
class Checked:
    """What left-out participants showed; `mix` is with the model `begun_with`."""

    quality: Quality | None = None
    notes: tuple[str, ...] = ()
    begun_with: str = ""
    mix: Mix | None = None


def check_on_others(
    labels: Labels,
    lesson: NDArray[np.float64],
    make: Callable[[], CodeClassifier],
    start: LearnedScorer | None,
    database: Database,
    settings: Settings,
    progress: Progress,
) -> Checked:
    """Foretell participants who were left out; say why where that cannot be done."""
    known = np.flatnonzero(labels.known)
    divided = folds([labels.groups[int(row)] for row in known])
    with progress.stage("Checking on others", len(divided)) as advance:
        found = cross_fit(labels, make, teach=lesson, advance=advance)
    if found is None:
        told = (
            "All labels come from one participant: how well the model does on others cannot be "
            "known, and its probabilities are not calibrated. Code a second one."
        )
        begun = start.row.guid if start else ""
        return Checked(None, (told,), begun, UNTRIED if start else None)
    notes = []
    if len(divided) < 3:
        notes.append("With two participants the check says little: each is foretold by the other.")
    mix = None
    if start is not None:
        knew = recognised(database, start.marks, labels.groups)
        mixed, mix = _mixed(labels, found, start, knew)
        found = found if knew else mixed
        notes += _of_start(start.origin, mix, knew)
    quality = measure(labels, found, floor=settings.suggest.floor)
    return Checked(quality, tuple(notes), start.row.guid if start else "", mix)


def _of_start(origin: str, mix: Mix, known: Sequence[str]) -> list[str]:
    """Say what the model begun with counts, and whether it knew people of this study."""
    counts = (
        f"The study began with {origin}. It counts {mix.earlier:.2f}, and what was learned here "
        f"{round(mix.own, 2) + 0.0:.2f}"
    )
    if not known:
        return [f"{counts}, as left-out participants show."]
    return [
        f"{counts}. It had learned from passages of {', '.join(known)}: they do not show how it "
        "does on others, and the check is of what was learned here alone."
    ]


def _mixed(
    labels: Labels, found: CrossFit, start: LearnedScorer, known: Sequence[str]
) -> tuple[CrossFit, Mix]:
    """Fit how the model begun with and what was learned here go together.

    People whom the former had learned from, `known`, show nothing of that.
    """
    rows = np.flatnonzero(labels.known)
    pairs = [labels.texts[int(row)] for row in rows]
    earlier = start.judge(pairs, found.cold[rows].astype(np.float32)).p
    p, y = found.p.copy(), labels.y[rows].copy()
    y[[labels.groups[int(row)] in known for row in rows]] = np.nan
    if np.isnan(y).all():
        return found, UNTRIED
    p[rows], mix = mixed_apart(found.p[rows], earlier, y, found.fold[rows])
    return replace(found, p=p), mix
