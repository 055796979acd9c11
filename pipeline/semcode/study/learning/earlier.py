"""The model that a study began with, speaking beside what was learned here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.evaluate.held_out import Answers
from semcode.records import Level
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.labels import Labels
from semcode.study.learning.learned import LearnedScorer, Pair, open_scorer
from semcode.study.learning.mixing import UNTRIED, Mix, fit_mix, mixed_apart

__all__ = ["Both", "begun_with", "both_models"]

Floats = NDArray[np.float64]


def begun_with(
    database: Database, encoder: CachedEncoder, codebook: Codebook
) -> LearnedScorer | None:
    """Load the model that the study began with, None where it began with definitions."""
    with database.read() as connection:
        rows = store.models.rows(connection)
    found = (row for row in rows if row.kind == "codes" and "origin" in row.provenance)
    row = next(found, None)
    return open_scorer(database, row, encoder.plain(), codebook) if row else None


def both_models(
    database: Database,
    settings: Settings,
    labels: Labels,
    own: Answers | None,
    parts: Sequence[NDArray[np.intp]],
) -> Both | None:
    """Set the model that the study began with beside what was learned; None without one.

    `own` are answers about the labelled segments from models that had learned nothing of
    their participants, `parts` the rows left out together; None where nobody can be left out.
    """
    encoder = CachedEncoder(database, settings).plain()
    scorer = begun_with(database, encoder, labels.codebook)
    if scorer is None:
        return None
    fold = np.zeros(len(labels.texts), np.intp)
    for number, rows in enumerate(parts):
        fold[rows] = number
    return Both(scorer, encoder, labels, own, fold)


@dataclass(frozen=True)
class Both:
    """The model begun with and what was learned here, mixed as left-out participants show."""

    earlier: LearnedScorer
    encoder: CachedEncoder
    labels: Labels
    own: Answers | None
    fold: NDArray[np.intp]

    def left_out(self) -> Answers:
        """Mix the answers about labelled segments, each by what the other parts show."""
        assert self.own is not None
        p, _ = self._mixed()
        given = self.own.given.copy()
        for number in np.unique(self.fold):
            left = self.fold == number
            given[left] = self._given(p[left], p[~left])
        return replace(self.own, p=p, given=given, levels=self._levels(p))

    def new(self, own: Answers, texts: Sequence[Pair]) -> Answers:
        """Mix the answers about texts of which nothing was learned, as suggestions are."""
        said = self._judge(texts)
        if not len(self.labels.texts):
            return replace(own, p=said, given=self._given(said, said), levels=self._levels(said))
        shown, mix = (None, UNTRIED) if self.own is None else self._mixed()
        p = self._consistent(mix(own.p, said))
        given = self._given(p, p if shown is None else shown)
        return replace(own, p=p, given=given, levels=self._levels(p))

    def of_known(self, own: Floats, texts: Sequence[Pair], owners: Sequence[str]) -> Floats:
        """Mix probabilities about participants who are known by what all others show."""
        assert self.own is not None
        before, said = self._judge(self.labels.texts), self._judge(texts)
        groups, p = np.array(self.labels.groups, dtype=object), np.zeros(own.shape)
        for who in dict.fromkeys(owners):
            rest, at = groups != who, [i for i, owner in enumerate(owners) if owner == who]
            mix = fit_mix(self.own.p[rest], before[rest], self.labels.y[rest])
            p[at] = mix(own[at], said[at])
        return self._consistent(p)

    def _mixed(self) -> tuple[Floats, Mix]:
        assert self.own is not None
        before = self._judge(self.labels.texts)
        p, mix = mixed_apart(self.own.p, before, self.labels.y, self.fold)
        return self._consistent(p), mix

    def _judge(self, texts: Sequence[Pair]) -> Floats:
        from semcode.classify import CodeClassifier

        if not len(texts):
            return np.zeros((0, len(self.labels.codebook)))
        cold = CodeClassifier(self.labels.codebook, encoder=self.encoder).encode(list(texts)).cold
        return self.earlier.judge(texts, cold).p

    def _consistent(self, p: Floats) -> Floats:
        from semcode.classify import hierarchy

        learned = np.asarray((~np.isnan(self.labels.y)).any(axis=0))
        return hierarchy.consistent(p, hierarchy.parents_of(self.labels.codebook), learned)

    def _given(self, p: Floats, shown: Floats) -> NDArray[np.bool_]:
        """Say yes where the expected F1 of each code is greatest, as `shown` of others foretell."""
        from semcode.classify.calibration import cutoffs

        none = np.zeros(0, np.intp)
        given: NDArray[np.bool_] = p >= cutoffs(shown, rivals=none).threshold
        return given

    def _levels(self, p: Floats) -> dict[Level, Floats]:
        from semcode.classify import hierarchy

        members = hierarchy.level_members(self.labels.codebook)
        return {level: p[:, codes].max(axis=1) for level, codes in members.items()}
