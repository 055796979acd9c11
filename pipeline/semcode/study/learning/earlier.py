"""The model that a study began with, speaking beside what was learned here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate.held_out import Answers
from semcode.records import Level
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.labels import Labels
from semcode.study.learning.learned import Judged, LearnedScorer, Pair, open_scorer
from semcode.study.learning.mixing import UNTRIED, Mix, fit_mix, mixed_apart

__all__ = ["BothModels", "begun_with", "both_models"]

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
    database: Database, settings: Settings, labels: Labels, own: Answers | None
) -> BothModels | None:
    """Set the model that the study began with beside what was learned; None without one.

    `own` are `held_out`'s answers about the labelled segments, from models that had learned
    nothing of their participants; None where nobody can be left out.
    """
    encoder = CachedEncoder(database, settings).plain()
    scorer = begun_with(database, encoder, labels.codebook)
    return BothModels(scorer, encoder, labels, own) if scorer is not None else None


@dataclass(frozen=True)
class BothModels:
    """The model begun with and what was learned here, mixed as left-out participants show."""

    earlier: LearnedScorer
    encoder: CachedEncoder
    labels: Labels
    own: Answers | None

    def left_out(self) -> Answers:
        """Mix the answers about labelled segments, each by what the other parts show."""
        own, (p, _) = self._own, self._mixed
        given = own.given.copy()
        for number in np.unique(own.fold):
            left = own.fold == number
            given[left] = self._given(p[left], p[~left])
        return replace(own, p=p, given=given, levels=self._levels(p))

    def new(self, own: Answers, texts: Sequence[Pair]) -> Answers:
        """Mix the answers about texts of which nothing was learned, as suggestions are."""
        said = self._judge(texts)
        if not len(self.labels.texts):
            return replace(own, p=said.p, given=self._alone(said), levels=dict(said.levels))
        shown, mix = (None, UNTRIED) if self.own is None else self._mixed
        p = self._consistent(mix(own.p, said.p))
        given = self._given(p, p if shown is None else shown)
        return replace(own, p=p, given=given, levels=self._levels(p))

    def of_known(self, own: Floats, texts: Sequence[Pair], owners: Sequence[str]) -> Floats:
        """Mix probabilities about participants who are known by what all others show."""
        said, known = self._judge(texts).p, self._own.p
        groups, p = np.array(self.labels.groups, dtype=object), np.zeros(own.shape)
        for who in dict.fromkeys(owners):
            rest, at = groups != who, [i for i, owner in enumerate(owners) if owner == who]
            mix = fit_mix(known[rest], self._before[rest], self.labels.y[rest])
            p[at] = mix(own[at], said[at])
        return self._consistent(p)

    def told(self, *, trained: bool, curve: bool) -> str:
        """Say what part the model begun with takes in the figures of `evaluate`."""
        began = f"The study began with {self.earlier.origin}. "
        if not len(self.labels.texts):
            return f"{began}Judged is that model alone: nothing was learned here yet."
        if self.own is None:
            began += (
                "Judged are both together, each counting for half: labels of one participant do "
                "not show how both do on others."
            )
        else:
            began += (
                "Judged are both together; how they are mixed is not fitted to the labels of "
                "whoever is left out. This holds only if that model had learned nothing from these "
                f"people{self.earlier.unmarked}."
            )
        if curve:
            began += " The learning curve is of what was learned here alone."
        if not trained:
            began += " Suggestions rest on both once you train: semcode train."
        return began

    @property
    def _own(self) -> Answers:
        if self.own is None:
            raise InputError("Nobody can be left out.", remedy="Code a second interview.")
        return self.own

    @cached_property
    def _before(self) -> Floats:
        return self._judge(self.labels.texts).p

    @cached_property
    def _mixed(self) -> tuple[Floats, Mix]:
        own = self._own
        p, mix = mixed_apart(own.p, self._before, self.labels.y, own.fold)
        return self._consistent(p), mix

    @cached_property
    def _parents(self) -> list[int]:
        from semcode.classify import hierarchy

        return hierarchy.parents_of(self.labels.codebook)

    def _judge(self, texts: Sequence[Pair]) -> Judged:
        from semcode.classify import CodeClassifier

        classifier = CodeClassifier(self.labels.codebook, encoder=self.encoder)
        return self.earlier.judge(texts, classifier.encode(list(texts)).cold)

    def _alone(self, said: Judged) -> NDArray[np.bool_]:
        """Say yes as the model begun with does; of codes that it does not know, from .5 on."""
        told = self.earlier.model.predict_encoded(said.encoded).astype(bool)
        where = self.earlier.where
        return np.where(where >= 0, told[:, np.maximum(where, 0)], said.p >= 0.5)

    def _consistent(self, p: Floats) -> Floats:
        from semcode.classify import hierarchy

        learned = np.asarray((~np.isnan(self.labels.y)).any(axis=0))
        return hierarchy.consistent(p, self._parents, learned)

    def _given(self, p: Floats, shown: Floats) -> NDArray[np.bool_]:
        """Say yes where the expected F1 of each code is greatest, as `shown` of others foretell."""
        from semcode.classify import hierarchy
        from semcode.classify.calibration import answers_from, cutoffs

        rivals = np.asarray(hierarchy.rivals_of(self.labels.y, self._parents), np.intp)
        cut = cutoffs(shown, rivals=rivals)
        return answers_from(p, cut, rivals=rivals, parents=self._parents).astype(bool)

    def _levels(self, p: Floats) -> dict[Level, Floats]:
        from semcode.classify import hierarchy

        members = hierarchy.level_members(self.labels.codebook)
        return {level: p[:, codes].max(axis=1) for level, codes in members.items()}
