"""Ask a learner about participants that it has not learned from, in turn for everybody."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from semcode.classify.labels import read_groups
from semcode.classify.tuning import folds_of
from semcode.errors import InputError
from semcode.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semcode.classify import CodeClassifier
    from semcode.classify.estimator import Text
    from semcode.records import Level

__all__ = ["Answers", "answers", "held_out", "how_many_folds", "require_folds"]

_FEW = 12  # participants, up to which each is left out alone
_FOLDS = 10


@dataclass(frozen=True)
class Answers:
    """What a learner says of texts: probabilities, yes or no, and probabilities of levels.

    `p` and `given` are (n_texts, n_codes), `levels` (n_texts,) each. `n_folds` 0 stands for
    a learner that was asked as it is; `trained_on` counts the labelled texts of the
    smallest training part. `fold` (n_texts,) tells which texts were left out together, and is
    empty where none was.
    """

    p: NDArray[np.float64]
    given: NDArray[np.bool_]
    levels: dict[Level, NDArray[np.float64]]
    n_folds: int = 0
    trained_on: int = 0
    fold: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))

    def take(self, rows: NDArray[np.intp]) -> Answers:
        """Keep some texts."""
        levels = {level: values[rows] for level, values in self.levels.items()}
        fold = self.fold[rows] if len(self.fold) else self.fold
        return Answers(self.p[rows], self.given[rows], levels, self.n_folds, self.trained_on, fold)


def require_folds(folds: int | None) -> None:
    """Refuse fewer than two folds (InputError)."""
    if folds is not None and folds < 2:
        raise InputError(
            f"Left out {counted(folds, 'time')}, nobody would be judged by a model that learned "
            "from others.",
            where="folds",
            remedy="Use 2 or more, or leave it out.",
        )


def how_many_folds(groups: Sequence[Hashable], folds: int | None = None) -> int:
    """Leave out one participant at a time where there are up to 12, else a tenth of them.

    Raises InputError for one participant, and for fewer than two `folds`.
    """
    require_folds(folds)
    count = len(set(groups))
    if count < 2:
        raise InputError(
            f"The labelled segments come from {count} participant{'s' * (count != 1)}; leaving "
            "participants out needs two at least.",
            remedy="Code a second interview.",
        )
    return min(folds, count) if folds else count if count <= _FEW else _FOLDS


def answers(model: CodeClassifier, texts: Sequence[Text]) -> Answers:
    """Ask a learner as it is."""
    encoded = model.encode(texts)
    return Answers(
        model.proba_encoded(encoded),
        model.predict_encoded(encoded).astype(bool),
        model.predict_level_proba(texts),
    )


def held_out(
    model: CodeClassifier,
    texts: Sequence[Text],
    truth: NDArray[np.float64],
    groups: Sequence[Hashable],
    *,
    folds: int | None = None,
    seed: int = 0,
    advance: Callable[[int], None] = lambda _done: None,
    extra: Sequence[tuple[Sequence[Text], Sequence[Hashable]]] = (),
    unread: tuple[Sequence[Text], Sequence[Hashable]] = ((), ()),
) -> tuple[Answers, list[Answers]]:
    """Learn from the other participants and ask about each text; everybody is asked once.

    Shapes as in `CodeClassifier.fit`. Nothing of a left-out participant, not even the
    words, is seen before. `extra` are unlabelled or held-back texts of (also new)
    participants, asked of a learner without their participant. `unread` are texts without
    labels that learners see too, but for those of whoever is left out. Raises InputError for
    one participant.
    """
    from sklearn.base import clone

    groups = read_groups(groups, texts)
    parts = folds_of(groups, how_many_folds(groups, folds), seed=seed)
    n = len(texts)
    out = _empty(model, n)
    more = [_empty(model, len(asked)) for asked, _ in extra]
    smallest = n
    open_rows = [np.ones(len(asked), bool) for asked, _ in extra]

    def learned_from(rows: NDArray[np.intp], *, without: set[Hashable]) -> CodeClassifier:
        others = [i for i, owner in enumerate(unread[1]) if owner not in without]
        learner: CodeClassifier = clone(model).fit(
            [*(texts[i] for i in rows.tolist()), *(unread[0][i] for i in others)],
            np.vstack([truth[rows], np.full((len(others), truth.shape[1]), np.nan)]),
            [*(groups[i] for i in rows.tolist()), *(unread[1][i] for i in others)],
        )
        return learner

    for rows in parts:
        rest = np.setdiff1d(np.arange(n), rows)
        smallest = min(smallest, len(rest))
        gone = {groups[i] for i in rows.tolist()}
        learner = learned_from(rest, without=gone)
        _put(out, rows, answers(learner, [texts[i] for i in rows.tolist()]))
        for place, (asked, owners) in enumerate(extra):
            own = np.array([i for i, o in enumerate(owners) if o in gone], dtype=np.intp)
            if len(own):
                _put(more[place], own, answers(learner, [asked[i] for i in own.tolist()]))
                open_rows[place][own] = False
        advance(1)
    if any(left.any() for left in open_rows):
        whole = learned_from(np.arange(n), without=set())
        for place, (asked, _) in enumerate(extra):
            own = np.flatnonzero(open_rows[place])
            if len(own):
                _put(more[place], own, answers(whole, [asked[i] for i in own.tolist()]))

    fold = np.zeros(n, np.intp)
    for number, rows in enumerate(parts):
        fold[rows] = number

    def done(found: Answers) -> Answers:
        return replace(found, n_folds=len(parts), trained_on=smallest)

    return replace(done(out), fold=fold), [done(found) for found in more]


def _empty(model: CodeClassifier, n: int) -> Answers:
    from semcode.classify.hierarchy import level_members

    codes = len(model.codebook)
    levels = {level: np.zeros(n) for level in level_members(model.codebook)}
    return Answers(np.zeros((n, codes)), np.zeros((n, codes), bool), levels)


def _put(into: Answers, rows: NDArray[np.intp], found: Answers) -> None:
    into.p[rows], into.given[rows] = found.p, found.given
    for level, values in found.levels.items():
        into.levels[level][rows] = values
