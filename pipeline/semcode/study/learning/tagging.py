"""A learner for the tags of another annotation program, one for each of its projects.

It starts from what the tags say and from the study's own labels of codes with the same names,
and learns from what the program sends. Its texts are sentences; a sentence of which a person
labelled another part is read, so that the tags it did not get are negatives.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode import embed, store
from semcode.codebook import Code, Codebook
from semcode.errors import InputError, SemcodeError
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.labels import gather_labels

if TYPE_CHECKING:
    from spacy.language import Language

    from semcode.classify import CodeClassifier
    from semcode.study.study import Study

__all__ = ["Guess", "Tag", "TagLearner", "Taggers", "touched_sentences"]

Span = tuple[int, int]
Floats = NDArray[np.float64]

_LONGEST = 1_000_000  # characters of one document
_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Tag:
    """A label of the other program with what it means, "" where it does not say."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """A tag that a sentence may have, with its probability."""

    tag: str
    probability: float


class Taggers:
    """The learners of a study by project of the other program; made when first asked for."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.encoder = CachedEncoder(study.database, study.settings)
        self._learners: dict[str, TagLearner] = {}
        self._lock = threading.Lock()

    def learner(self, key: str, tags: Sequence[Tag]) -> TagLearner:
        """Give the learner of a project; one whose tags changed is made anew from its texts.

        No tags mean those it was taught with, else the codes of the study. Raises InputError
        for tags that differ in case only, or have no name.
        """
        with self._lock:
            found = self._learners.get(key)
            wanted = tags or (found.tags if found else self._known_tags(key))
            if found is None or found.tags != tuple(wanted):
                found = self._learners[key] = TagLearner(self, key, tuple(wanted))
        return found

    def _known_tags(self, key: str) -> list[Tag]:
        with self.study.database.read() as connection:
            known = store.served.load(connection, key).get("tags")
        if isinstance(known, list):
            return [Tag(str(name), str(said)) for name, said in known]
        return [Tag(code.name, code.definition) for code in self.study.codebook()]

    def sentences(self, text: str) -> list[Span]:
        """Find the sentences of a text, without the white space around them."""
        if len(text) > _LONGEST:
            raise InputError(
                f"The text has {len(text):,} characters.",
                remedy=f"Divide it into documents of at most {_LONGEST:,}.",
            )
        with self._lock:
            spans = [(s.start_char, s.end_char) for s in self._nlp(text).sents]
        return [span for span in (_trimmed(text, *span) for span in spans) if span[0] < span[1]]

    @cached_property
    def _nlp(self) -> Language:
        return embed.spacy_pipeline(self.study.settings.segment.language)


class TagLearner:
    """Predicts the tags of sentences, and learns from the documents that people labelled.

    `fault` says why the last training failed, "" where it did not.
    """

    def __init__(self, taggers: Taggers, key: str, tags: tuple[Tag, ...]) -> None:
        self.tags, self.key = tags, key
        self._taggers = taggers
        self._codebook = _codebook(tags, taggers.study.codebook())
        self._names = [code.name for code in self._codebook]
        with taggers.study.database.read() as connection:
            known = store.served.load(connection, key)
        self._documents: dict[str, list[tuple[str, list[str]]]] = _documents(known)
        self._changing = threading.Lock()
        self._training = threading.Lock()
        self._thread: threading.Thread | None = None
        self._again = False
        self._model: CodeClassifier = self._cold()
        self.trained_on = 0
        self.fault = ""
        if self._documents or self._study_labels()[0]:
            self.train()

    @property
    def version(self) -> str:
        """Name the state of the model, as the other program shows it."""
        return f"semcode, {self.trained_on} labelled sentences" if self.trained_on else "semcode"

    @property
    def busy(self) -> bool:
        """Tell whether it is training."""
        return self._training.locked()

    def predict(self, texts: Sequence[str], *, floor: float) -> list[list[Guess]]:
        """Give the tags of each text from a probability up, the likeliest first."""
        if not texts:
            return []
        found = self._model.predict_proba(list(texts))
        return [
            sorted(
                (
                    Guess(name, float(p))
                    for name, p in zip(self._names, row, strict=True)
                    if p >= floor
                ),
                key=lambda guess: -guess.probability,
            )
            for row in found
        ]

    def teach(self, document: str, labelled: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Take what people gave the sentences of a document, in place of what was known of it.

        Nothing labelled forgets the document.
        """
        with self._changing:
            self._documents.pop(document, None)
            if labelled:
                self._documents[document] = [(text, list(tags)) for text, tags in labelled]
            with self._taggers.study.database.write() as connection:
                tags = [(tag.name, tag.description) for tag in self.tags]
                data = {"tags": tags, "documents": self._documents}
                store.served.save(connection, self.key, data)

    def train(self, *, wait: bool = False) -> bool:
        """Fit anew behind; where that is under way, once more after it, and give False."""
        begun = self._training.acquire(blocking=False)
        if begun:
            self._thread = threading.Thread(target=self._fit_all, name="train", daemon=True)
            self._thread.start()
        else:
            self._again = True
        if wait and self._thread is not None:
            self._thread.join()
        return begun

    def _fit_all(self) -> None:
        try:
            self._again = True
            while self._again:
                self._again = False
                self._fit()
        except SemcodeError as error:
            self.fault = str(error)
        finally:
            self._training.release()

    def _fit(self) -> None:
        with self._changing:
            own = [(d, text, tags) for d, of in self._documents.items() for text, tags in of]
        said, y, people = self._study_labels()
        texts: list[str | tuple[str, str]] = [*said, *(text for _, text, _ in own)]
        given = np.array([[name in tags for name in self._names] for _, _, tags in own])
        labels = np.concatenate([y, given.reshape(-1, len(self._names)).astype(float)])
        model = self._cold()
        if texts:
            model.fit(texts, labels, groups=[*people, *(f"document {d}" for d, _, _ in own)])
        self._model, self.trained_on, self.fault = model, len(texts), ""

    def _cold(self) -> CodeClassifier:
        from semcode.classify import CodeClassifier

        model = CodeClassifier(self._codebook, encoder=self._taggers.encoder)
        model.begin()
        return model

    def _study_labels(self) -> tuple[list[tuple[str, str]], Floats, list[str]]:
        """Give the study's labels of codes that are called as the tags are."""
        study = self._taggers.study
        labels = gather_labels(study.database, study.settings)
        place = {code.name.casefold(): n for n, code in enumerate(labels.codebook)}
        columns = [place.get(name.casefold()) for name in self._names]
        empty = np.full(len(labels.texts), np.nan)
        y = np.stack([empty if c is None else labels.y[:, c] for c in columns], axis=1)
        rows = np.flatnonzero(~np.isnan(y).all(axis=1))
        return [labels.texts[int(r)] for r in rows], y[rows], [labels.groups[int(r)] for r in rows]


def touched_sentences(sentences: Sequence[Span], span: Span) -> list[int]:
    """Give the sentences of which a span covers half, or in which half of the span lies."""
    start, end = span
    found = []
    for number, (first, last) in enumerate(sentences):
        shared = min(end, last) - max(start, first)
        if shared > 0 and shared >= _LEAST * min(last - first, end - start):
            found.append(number)
    return found


def _codebook(tags: Sequence[Tag], known: Codebook) -> Codebook:
    """Make a codebook of tags; one that is called as a code means what the code means."""
    codes = []
    for tag in tags:
        code = known.get(tag.name) if tag.name else None
        codes.append(
            Code(
                name=tag.name,
                definition=tag.description or (code.definition if code else ""),
                include=code.include if code else "",
                exclude=code.exclude if code else "",
                examples=code.examples if code else (),
            )
        )
    return Codebook(tuple(codes), name="tags", language=known.language)


def _documents(data: Mapping[str, object]) -> dict[str, list[tuple[str, list[str]]]]:
    found = data.get("documents")
    if not isinstance(found, dict):
        return {}
    return {str(key): [(str(t), list(tags)) for t, tags in of] for key, of in found.items()}


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
