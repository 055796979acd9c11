"""Codings worth a second look: unlike the rest of their code, or perhaps left out.

The model that judges a passage has learned nothing of the participant who speaks in it, so
that it cannot repeat what it was told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.config import Settings
from semcode.errors import InputError
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.labels import Labels, gather_labels
from semcode.study.learning.quality import CrossFit, cross_fit, folds
from semcode.study.learning.training import learnable, lessons, maker
from semcode.study.pipeline import Pipeline
from semcode.study.progress import Progress

__all__ = ["SecondLook", "check_codings"]

Floats = NDArray[np.float64]

_LIKELY = 0.5  # from here on a code that was not given may have been left out


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A passage to look at again; `kind` is "unlike" or "left out".

    `probability` is what a model that never saw this participant gives the code there,
    `usual` the share of read passages that have the code. `coders` gave it ("unlike"), or
    read the passage without giving it ("left out").
    """

    kind: str
    transcript: str
    participant: str
    start: int
    end: int
    text: str
    question: str
    code: str
    probability: float
    usual: float
    coders: tuple[str, ...]


def check_codings(
    database: Database,
    settings: Settings,
    *,
    coders: Sequence[str] | None = None,
    assume_read: bool = False,
    limit: int = 50,
    progress: Progress,
) -> list[SecondLook]:
    """List codings that are unlike their code, and likely omissions; at most `limit` of each.

    A coding is unlike its code where the model finds the code less likely than at any read
    passage. Raises InputError where labels are too few or come from one participant.
    """
    Pipeline(database, settings, progress).cut()
    labels = gather_labels(database, settings, coders=coders, assume_read=assume_read)
    codes = learnable(labels)
    divided = folds([labels.groups[int(row)] for row in np.flatnonzero(labels.known)])
    if not divided:
        raise InputError(
            "All codings are of one participant, and the model must learn from others than "
            "those it judges.",
            where="labels",
            remedy="Code a second participant.",
        )
    make = maker(labels, CachedEncoder(database, settings), settings)
    lesson = lessons(labels, make, settings)
    with progress.stage("Judging each from the others", len(divided)) as advance:
        found = cross_fit(labels, make, teach=lesson, advance=advance)
    if found is None:
        return []
    learned = np.array([not code.why_not for code in codes])
    looks = [
        *_unlike(labels, found, learned)[:limit],
        *_left_out(labels, found, learned)[:limit],
    ]
    return _with_texts(database, labels, looks)


@dataclass(frozen=True, slots=True)
class _Look:
    kind: str
    row: int
    code: int
    probability: float
    usual: float
    coders: tuple[str, ...]


def _unlike(labels: Labels, found: CrossFit, learned: NDArray[np.bool_]) -> list[_Look]:
    """Take what people coded where the code is less likely than usual, the least likely first."""
    usual = _usual(labels)
    by: dict[tuple[int, int], list[str]] = {}
    for mark in labels.marks:
        by.setdefault((mark.row, mark.code), []).append(mark.coder)
    looks = [
        _Look("unlike", row, code, float(p), float(usual[code]), tuple(dict.fromkeys(names)))
        for (row, code), names in by.items()
        if learned[code] and round(p := found.p[row, code], 4) < round(usual[code], 4)
    ]
    return sorted(looks, key=lambda x: (x.probability / x.usual, x.row, x.code))


def _left_out(labels: Labels, found: CrossFit, learned: NDArray[np.bool_]) -> list[_Look]:
    """Take what nobody coded though it was read and is likely, the likeliest first."""
    usual = _usual(labels)
    likely = (labels.y == 0) & (np.nan_to_num(found.p) >= _LIKELY) & learned
    looks = [
        _Look("left out", int(row), int(code), float(found.p[row, code]), float(usual[code]), ())
        for row, code in np.argwhere(likely)
    ]
    return sorted(looks, key=lambda x: (-x.probability, x.row, x.code))


def _usual(labels: Labels) -> Floats:
    given, not_given = labels.counts()
    share: Floats = given / np.maximum(given + not_given, 1)
    return share


def _with_texts(database: Database, labels: Labels, looks: Sequence[_Look]) -> list[SecondLook]:
    with database.read() as connection:
        ids = {row.name: row.id for row in store.transcripts.rows(connection)}
        texts = {
            name: store.transcripts.load(connection, ids[name]).text
            for name in {labels.transcripts[look.row] for look in looks}
        }
    shown = []
    for look in looks:
        name, segment = labels.transcripts[look.row], labels.segments[look.row]
        shown.append(
            SecondLook(
                kind=look.kind,
                transcript=name,
                participant=labels.groups[look.row],
                start=segment.start,
                end=segment.end,
                text=texts[name][segment.start : segment.end],
                question=labels.texts[look.row][0],
                code=labels.codebook.codes[look.code].name,
                probability=round(look.probability, 4),
                usual=round(look.usual, 4),
                coders=look.coders,
            )
        )
    return shown
