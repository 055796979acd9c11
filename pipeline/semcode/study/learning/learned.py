"""A trained model over the study's codebook of today: probabilities, and what they rest on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.codebook import Code, Codebook
from semcode.errors import ModelError
from semcode.records import Level
from semcode.store import Database
from semcode.store.models import ModelRow
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.mixing import Mix, log_odds
from semcode.study.learning.moved_words import moved_words
from semcode.suggest import CODE, LEARNED, NO_CODE, NOT_SURE

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier

__all__ = ["Judged", "LearnedScorer", "code_text", "open_model", "open_scorer"]

Floats = NDArray[np.float64]
Pair = tuple[str, str]


def open_model(
    database: Database, row: ModelRow, encoder: CachedEncoder, *, codebook: Codebook | None = None
) -> CodeClassifier:
    """Load a stored model. Raises ModelError where it was changed or is of another embedding."""
    from semcode.classify import CodeClassifier

    with database.read() as connection:
        content = store.models.data(connection, row)
    with TemporaryDirectory(dir=database.path.parent, prefix=".semcode-") as folder:
        path = Path(folder) / "model.safetensors"
        path.write_bytes(content)
        try:
            return CodeClassifier.load(path, codebook=codebook, encoder=encoder)
        except ModelError as error:
            where = f"the trained model of {row.created_at:%Y-%m-%d %H:%M}"
            raise ModelError(error.what, where=where, remedy=error.remedy) from error


def open_scorer(
    database: Database, row: ModelRow, encoder: CachedEncoder, codebook: Codebook
) -> LearnedScorer:
    """Load a stored model, the facets' beside it, and the one that the study began with."""
    with database.read() as connection:
        rows = store.models.rows(connection)
    beside = next((r for r in rows if r.provenance.get("beside") == row.guid), None)
    begun = next((r for r in rows if r.guid == row.provenance.get("begun_with")), None)
    return LearnedScorer(
        open_model(database, row, encoder),
        codebook,
        row=row,
        facets=open_model(database, beside, encoder) if beside else None,
        earlier=open_scorer(database, begun, encoder.plain(), codebook) if begun else None,
    )


def code_text(code: Code) -> str:
    """Give what the facets' model is told of the code that a passage has."""
    return " ".join(f"{code.name}. {code.definition}".split())


class LearnedScorer:
    """Gives the probabilities of a trained model for a codebook that may have changed since.

    Codes are known again by their guid; what is new goes on from its definition.
    """

    def __init__(
        self,
        model: CodeClassifier,
        codebook: Codebook,
        *,
        row: ModelRow,
        facets: CodeClassifier | None = None,
        earlier: LearnedScorer | None = None,
    ) -> None:
        """Take a model with its row; `facets` and `earlier` are what goes beside it."""
        from semcode.classify import hierarchy

        self.model, self.codebook, self.row, self.facets = model, codebook, row, facets
        self.earlier = earlier
        mixed = row.provenance.get("mix")
        self.mix = Mix(*mixed) if earlier is not None and isinstance(mixed, list) else None
        place = {code.guid: position for position, code in enumerate(model.codebook.codes)}
        self.where = np.array([place.get(code.guid, -1) for code in codebook.codes], np.intp)
        self._parents = hierarchy.parents_of(codebook)
        self._members = hierarchy.level_members(codebook)
        self._learned = (self.where >= 0) & model.learned_[np.maximum(self.where, 0)]

    @property
    def marks(self) -> Mapping[str, object] | None:
        """Give the marks of the passages that a model from elsewhere had learned from."""
        found = self.row.provenance.get("marks")
        return found if isinstance(found, Mapping) else None

    @property
    def origin(self) -> str:
        """Name the file of a model from elsewhere, "" for one that was trained here."""
        return str(self.row.provenance.get("origin", ""))

    @property
    def unmarked(self) -> str:
        """Add to such a condition what was looked up, where the model has marks."""
        return "; none of their passages is among those marked in it" if self.marks else ""

    @property
    def new_codes(self) -> list[str]:
        """Name the codes that came into the codebook after the model was trained."""
        known = {code.guid for code in self.model.codebook.codes}
        return [code.name for code in self.codebook.codes if code.guid not in known]

    def judge(self, pairs: Sequence[Pair], cold: NDArray[np.float32]) -> Judged:
        """Judge texts, (question, said); `cold` are the definitions' scores, (n, n_codes)."""
        from semcode.classify import hierarchy

        encoded = self.model.encode(list(pairs))
        own = self.model.proba_encoded(encoded)
        p = np.where(self.where >= 0, own[:, np.maximum(self.where, 0)], cold.astype(np.float64))
        before = None
        if self.mix is not None and self.earlier is not None:
            before = self.earlier.judge(pairs, cold).p
            p = self.mix(p, before)
        p = hierarchy.consistent(p, self._parents, self._learned)
        return Judged(self, list(pairs), p, self._levels(pairs, p), encoded, before)

    def _levels(self, pairs: Sequence[Pair], p: Floats) -> dict[Level, Floats]:
        """Give the probability of each level, never below that of one of its codes."""
        told: Mapping[Level, Floats] = {}
        if self.mix is None and self.model.codebook.digest == self.codebook.digest:
            told = self.model.predict_level_proba(list(pairs))
        best = {level: p[:, codes].max(axis=1) for level, codes in self._members.items()}
        return {level: np.maximum(best[level], told.get(level, 0.0)) for level in best}


@dataclass(frozen=True)
class Judged:
    """Probabilities of texts, (n, n_codes), and the evidence for each.

    `before` are the probabilities of the model that the study began with, None without one.
    """

    scorer: LearnedScorer
    pairs: list[Pair]
    p: Floats
    levels: Mapping[Level, Floats]
    encoded: Any
    before: Floats | None = None

    def state(self, row: int, code: int) -> str:
        """Tell a sure code from no code at all, and both from not sure."""
        sure = self.scorer.model.sure
        if self.p[row, code] >= sure:
            return CODE
        return NO_CODE if self.p[row].max() <= 1 - sure else NOT_SURE

    def evidence(self, chosen: Sequence[tuple[int, int]], *, floor: float) -> list[dict[str, Any]]:
        """Say for each (text, code) what moved its probability; words and facets from `floor`."""
        shown = [(row, code) for row, code in chosen if self.p[row, code] >= floor]
        facets = self._facets(shown)
        return [
            self._evidence(row, code, facets.get((row, code)), whole=(row, code) in facets)
            for row, code in chosen
        ]

    def _evidence(
        self, row: int, code: int, facets: dict[str, float] | None, *, whole: bool
    ) -> dict[str, Any]:
        book, scorer = self.scorer.codebook, self.scorer
        one = book.codes[code]
        level = book.level_of(one)
        place = {c.guid: n for n, c in enumerate(book.codes)}
        found: dict[str, Any] = {
            "method": LEARNED,
            "model": scorer.row.sha256,
            "codebook_version": scorer.row.codebook_version,
            "state": self.state(row, code),
        }
        if level is not None:
            found["level"] = {"name": level, "probability": _round(self.levels[level][row])}
        above = [
            {"code": c.name, "probability": _round(self.p[row, place[c.guid]])}
            for c in book.ancestors(one)
        ]
        if above:
            found["above"] = above
        column = int(scorer.where[code])
        if column < 0 or not scorer.model.learned_[column]:
            found["learned_from"] = None
            return found
        found["learned_from"] = _counts(scorer.row, one.guid)
        found["moved"] = self._moved(row, code, column)
        if whole:
            weights = scorer.model.weights_.w[scorer.model.features_.blocks["words"], column]
            bend = float(scorer.model.calibration_.slope[column])
            found |= moved_words(scorer.model, self.pairs[row][1], weights, bend)
        if facets:
            found["facets"] = facets
        return found

    def _moved(self, row: int, code: int, column: int) -> dict[str, float]:
        """Divide the log-odds among the definition, the features' blocks, and what is usual."""
        model, mix = self.scorer.model, self.scorer.mix
        weights = model.weights_
        share = 1.0 if mix is None else mix.own
        bend = model.calibration_.slope[column] * share
        x = self.encoded.features[row].astype(np.float64)
        parts = {
            name: float(x[block] @ weights.w[block, column]) * bend
            for name, block in model.features_.blocks.items()
        }
        said = float(self.encoded.definition[row, column]) * weights.slope[column] * bend
        usual = weights.intercept[column] * bend + model.calibration_.shift[column] * share
        found = {model.begins_with(column): said, **parts, "usual": usual}
        if self.before is not None and mix is not None:
            found["earlier model"] = mix.earlier * float(log_odds(self.before[row, code]))
            found["usual"] += mix.shift
        return {name: _round(value) for name, value in found.items()}

    def _facets(self, chosen: Sequence[tuple[int, int]]) -> dict[tuple[int, int], dict[str, float]]:
        """Give the probability of each learned value of the facets that the codes have."""
        found: dict[tuple[int, int], dict[str, float]] = {item: {} for item in chosen}
        model, book = self.scorer.facets, self.scorer.codebook
        if model is None or not chosen:
            return found
        names = [re.split(": ", code.name, maxsplit=1) for code in model.codebook.codes]
        pairs = [(code_text(book.codes[code]), self.pairs[row][1]) for row, code in chosen]
        for (row, code), p in zip(chosen, model.predict_proba(pairs), strict=True):
            apply = book.codes[code].facets
            found[row, code] = {
                value: _round(float(share))
                for (facet, value), share in zip(names, p, strict=True)
                if facet in apply
            }
        return found


def _counts(row: ModelRow, guid: str) -> dict[str, int] | None:
    learned = row.provenance.get("learned_from")
    return learned.get(guid) if isinstance(learned, Mapping) else None


def _round(value: float) -> float:
    return round(float(value), 4)
