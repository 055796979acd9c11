"""Fixed-width features of a text: what it means, what came before, words, shape, manner."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from semcode.classify.threads import may_rest
from semcode.errors import InputError, ModelError

__all__ = [
    "Embedder",
    "FeatureMap",
    "Parts",
    "as_list",
    "embed",
    "split_pairs",
    "texts_to_learn",
]

Array = NDArray[np.float32]

#: Width of the blocks beside the embedding. Fewer texts fill fewer columns; the rest is 0.
CONTEXT, WORDS, SHAPE, MANNER = 64, 256, 3, 128
#: What a block counts for. The squares of the first four sum to 1; all are divided so that no
#: row is longer than 1.
_SHARES = {"meaning": 0.62, "context": 0.31, "words": 0.62, "shape": 0.365, "manner": 0.62}
_MOST_WORDS, _MOST_NGRAMS, _MOST_TEXTS = 15_000, 25_000, 20_000

_TOKENS = r"(?u)\b\w+\b|[?!]"


class Embedder(Protocol):
    """Turns texts into unit vectors; semcode's encoders and any object like them.

    One that also has `encode_both` (see semcode.embed.Encoder) tells how something is said.
    """

    def encode(self, texts: Sequence[str]) -> Array:
        """Give one vector a text: (n_texts, dimension)."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Texts, what was said before each ("" where nothing), and the unit vectors of both.

    `middle` are the texts' means in the encoder's middle layer, (n_texts, width of the
    layer), of no columns where there are none.
    """

    texts: list[str]
    contexts: list[str]
    vectors: Array
    before: Array
    middle: Array


def as_list(texts: Any) -> Any:
    """Give a numpy array or pandas Series of texts as a list; anything else as it is."""
    return texts.tolist() if hasattr(texts, "tolist") else texts


def texts_to_learn(count: int, *, seed: int = 0) -> NDArray[np.intp]:
    """Choose the texts of which words and directions are learned: all, or 20,000 of many."""
    rng = np.random.default_rng(seed)
    chosen: NDArray[np.intp] = rng.choice(count, min(count, _MOST_TEXTS), replace=False)
    return np.sort(chosen)


def split_pairs(texts: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Divide texts or (context, text) pairs into texts and contexts.

    Raises InputError for anything else, with its position.
    """
    if isinstance(texts, str):
        raise InputError("One text was given where a list is wanted.", remedy="Write [text].")
    plain, contexts = [], []
    for position, item in enumerate(as_list(texts)):
        if isinstance(item, str):
            plain.append(item)
            contexts.append("")
        elif (
            isinstance(item, tuple | list)
            and len(item) == 2
            and all(isinstance(part, str) for part in item)
        ):
            contexts.append(item[0])
            plain.append(item[1])
        else:
            raise InputError(
                f"This is neither a text nor a (context, text) pair: {type(item).__name__}.",
                where=f"texts[{position}]",
                remedy="Give strings, or pairs of strings with the context first.",
            )
    return plain, contexts


def embed(
    encoder: Embedder, texts: Sequence[str | tuple[str, str]], *, middle: bool = False
) -> Parts:
    """Embed texts and contexts, each distinct text once; an empty one is a row of zeros.

    A text longer than an encoder reads counts as far as it is read (the mean over pieces
    foretold no better on long posts); its words count as a whole. With `middle` the parts
    have the middle layer's means, where the encoder gives them. Raises ModelError where a
    value is not finite.
    """
    plain, contexts = split_pairs(texts)
    wanted = sorted({text for text in (*plain, *contexts) if text}) or [" "]
    both = getattr(encoder, "encode_both", None) if middle else None
    encoded, deep = both(wanted) if both else (encoder.encode(wanted), None)
    table = _table(encoded, wanted)
    deeper = _table(np.zeros((len(wanted), 0)) if deep is None else deep, wanted)
    row = {text: position for position, text in enumerate(wanted)}
    nothing = len(wanted)
    own = [row.get(text, nothing) for text in plain]
    before = table[[row.get(text, nothing) for text in contexts]]
    return Parts(plain, contexts, table[own], before, deeper[own])


def _table(vectors: Any, texts: Sequence[str]) -> Array:
    """Give the vectors as float32, refused where unsound, and below them a row of zeros."""
    found = np.asarray(vectors, dtype=np.float32)
    _refuse_unsound(found, texts)
    return np.vstack([found, np.zeros((1, found.shape[1]), np.float32)])


def _refuse_unsound(vectors: Array, texts: Sequence[str]) -> None:
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise ModelError(
            f"The encoder gave an array of shape {vectors.shape} for {len(texts)} texts.",
            remedy="Its encode(texts) must give one row a text.",
        )
    bad = ~np.isfinite(vectors).all(axis=1)
    if bad.any():
        raise ModelError(
            f"The encoder gave a value that is not a number for {int(bad.sum())} of "
            f"{len(texts)} texts.",
            where=repr(texts[int(bad.argmax())][:60]),
            remedy="Check the model's files: semcode takes only sound vectors.",
        )


class FeatureMap:
    """Turn parts into rows of a fixed width, none longer than 1.

    Blocks: the embedding; the context's embedding (its main directions); TF-IDF of words,
    word pairs and character n-grams reduced to its main directions; length and question
    mark; the main directions of the embedding model's middle layer, which still tells how
    something is said (Jawahar, Sagot and Seddah 2019, "What does BERT learn about the
    structure of language?"). `blocks` gives the columns of each; `middle` is the width of
    that layer, 0 where it is not read: then the last block has no columns.
    """

    def __init__(self, dimension: int, middle: int = 0) -> None:
        self.dimension, self.middle = dimension, middle
        ends = np.cumsum([0, dimension, CONTEXT, WORDS, SHAPE, MANNER if middle else 0])
        self.blocks = {
            name: slice(int(a), int(b))
            for name, a, b in zip(_SHARES, ends[:-1], ends[1:], strict=True)
        }
        self.width = int(ends[-1])
        longest = np.sqrt(1 + _SHARES["manner"] ** 2) if middle else 1.0
        self.shares = {name: np.float32(share / longest) for name, share in _SHARES.items()}
        self.centre = np.zeros(dimension, np.float32)
        self.directions = np.zeros((dimension, CONTEXT), np.float32)
        self.manner_centre = np.zeros(middle, np.float32)
        self.manner_directions = np.zeros((middle, MANNER), np.float32)
        self.terms: dict[str, dict[str, int]] = {"word": {}, "char": {}}
        self.idf: dict[str, Array] = {
            "word": np.zeros(0, np.float32),
            "char": np.zeros(0, np.float32),
        }
        self.projection = np.zeros((0, WORDS), np.float32)
        self._vectorizers: list[Any] | None = None
        self._named: list[str] | None = None

    @classmethod
    def of(cls, parts: Parts, *, extra: Sequence[str] = (), seed: int = 0) -> FeatureMap:
        """Give a map for parts like these, fitted to them; see `fit`."""
        return cls(parts.vectors.shape[1], parts.middle.shape[1]).fit(parts, extra=extra, seed=seed)

    def fit(self, parts: Parts, *, extra: Sequence[str] = (), seed: int = 0) -> FeatureMap:
        """Learn the directions from texts (none of their labels) and `extra` texts."""
        rows = texts_to_learn(len(parts.texts), seed=seed)
        self.centre, self.directions = _main_directions(parts.before[rows], CONTEXT)
        if self.middle:
            self.manner_centre, self.manner_directions = _main_directions(
                parts.middle[rows], MANNER
            )
        self._fit_words([*(parts.texts[int(i)] for i in rows), *extra], seed=seed)
        return self

    def transform(self, parts: Parts) -> Array:
        """Give the rows, (n_texts, width).

        Raises ModelError where the parts lack the middle layer that was learned from.
        """
        out = np.zeros((len(parts.texts), self.width), np.float32)
        out[:, self.blocks["meaning"]] = parts.vectors * self.shares["meaning"]
        had = np.array([bool(text) for text in parts.contexts])
        if had.any():
            before = (parts.before[had] - self.centre) @ self.directions
            out[np.ix_(had, np.arange(self.width)[self.blocks["context"]])] = (
                before / np.maximum(np.linalg.norm(before, axis=1, keepdims=True), 1.0)
            ) * self.shares["context"]
        if parts.texts and (self.terms["word"] or self.terms["char"]):
            out[:, self.blocks["words"]] = self._weigh(parts.texts) @ self.projection
            out[:, self.blocks["words"]] *= self.shares["words"]
        out[:, self.blocks["shape"]] = _shape(parts.texts) * self.shares["shape"]
        if self.middle:
            out[:, self.blocks["manner"]] = self._manner(parts.middle) * self.shares["manner"]
        return out

    def _manner(self, middle: Array) -> Array:
        """Give the main directions of how each text is said, (n_texts, MANNER), to 1."""
        if middle.shape[1] != self.middle:
            raise ModelError(
                "The encoder does not give its middle layer, from which the model learned.",
                remedy="Use the encoder that the model was trained with, or train again.",
            )
        apart = middle - self.manner_centre
        length = np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
        said = np.abs(middle).sum(axis=1, keepdims=True) > 0
        manner: Array = (apart / length * said) @ self.manner_directions
        return manner

    def word_weights(self, text: str, weights: NDArray[np.float64]) -> dict[str, float]:
        """Say what each word of a text adds through the word block to a score.

        `weights` are a code's over the word block, (256,). Character n-grams count for the
        words they stand in; the values sum to the block's part of the score.
        """
        added: dict[str, float] = {}
        row = self._weigh([text]).tocsr()
        parts = row.data * (self.projection[row.indices] @ weights) * self.shares["words"]
        names = self._names()
        words = dict.fromkeys(w.lower() for w in re.findall(_TOKENS, text))
        for column, part in zip(row.indices, parts, strict=True):
            owners = _owners(names[column], words)
            for word in owners:
                added[word] = added.get(word, 0.0) + float(part) / len(owners)
        return added

    def _names(self) -> list[str]:
        if self._named is None:
            self._named = [*self.terms["word"], *self.terms["char"]]
        return self._named

    def _fit_words(self, texts: Sequence[str], *, seed: int) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.utils.extmath import randomized_svd

        least = 2 if len(texts) >= 50 else 1
        halves = []
        for name, options in (("word", _word_options()), ("char", _char_options())):
            most = _MOST_WORDS if name == "word" else _MOST_NGRAMS
            vectorizer = TfidfVectorizer(min_df=least, max_features=most, **options)
            try:
                halves.append(vectorizer.fit_transform(texts))
            except ValueError:  # nothing but white space and stops: no words to learn from
                self.terms[name], self.idf[name] = {}, np.zeros(0, np.float32)
                continue
            may_rest()
            ordered = sorted(vectorizer.vocabulary_.items(), key=lambda item: item[1])
            self.terms[name] = {term: int(position) for term, position in ordered}
            self.idf[name] = vectorizer.idf_.astype(np.float32)
        self._vectorizers = self._named = None
        if not halves:
            return
        weighed = _side_by_side(halves)
        rank = min(WORDS, min(weighed.shape))
        _, _, directions = randomized_svd(weighed, rank, n_iter=2, random_state=seed)
        self.projection = np.zeros((weighed.shape[1], WORDS), np.float32)
        self.projection[:, :rank] = directions.T

    def _weigh(self, texts: Sequence[str]) -> Any:
        """Give TF-IDF rows over words and n-grams, each half of length 1 / sqrt 2."""
        if self._vectorizers is None:
            self._vectorizers = [
                _vectorizer(self.terms[name], self.idf[name], options)
                for name, options in (("word", _word_options()), ("char", _char_options()))
                if self.terms[name]
            ]
        return _side_by_side([vectorizer.transform(texts) for vectorizer in self._vectorizers])


def _main_directions(vectors: Array, count: int) -> tuple[Array, Array]:
    """Give the mean of the rows that are not 0, (dimension,), and (dimension, count) directions.

    These are the principal ones; where there are fewer, the rest is 0.
    """
    rows = vectors[np.abs(vectors).sum(axis=1) > 0]
    directions = np.zeros((vectors.shape[1], count), np.float32)
    if not len(rows):
        return np.zeros(vectors.shape[1], np.float32), directions
    centre: Array = rows.mean(axis=0)
    centred = (rows - centre).astype(np.float64)
    _, found = np.linalg.eigh(centred.T @ centred)
    main = found[:, ::-1][:, :count]
    directions[:, : main.shape[1]] = main
    return centre, directions


def _side_by_side(halves: Sequence[Any]) -> Any:
    import scipy.sparse as sparse

    return (sparse.hstack(halves) * np.float32(np.sqrt(0.5))).tocsr()


def _word_options() -> dict[str, Any]:
    return {
        "ngram_range": (1, 2),
        "token_pattern": _TOKENS,
        "sublinear_tf": True,
        "dtype": np.float32,
    }


def _char_options() -> dict[str, Any]:
    return {
        "analyzer": "char_wb",
        "ngram_range": (2, 5),
        "sublinear_tf": True,
        "dtype": np.float32,
    }


def _vectorizer(terms: dict[str, int], idf: Array, options: dict[str, Any]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(vocabulary=terms, **options)
    vectorizer.idf_ = idf
    return vectorizer


def _owners(term: str, words: Collection[str]) -> list[str]:
    """Give the words of a text that a term stands in (the term itself where it is none)."""
    if term in words:
        return [term]
    if " " in term.strip():
        return [part for part in term.split() if part in words] or [term]
    inside = term.strip()
    return sorted({word for word in words if inside in word}) or [inside]


def _shape(texts: Sequence[str]) -> Array:
    """Give length, whether something is asked, and whether it is a word or two: each to 0.57."""
    lengths = np.log1p(np.array([len(text.split()) for text in texts], dtype=np.float32))
    asked = np.array(["?" in text for text in texts], dtype=np.float32)
    out = np.stack([np.minimum(lengths / 6, 1), asked, (lengths < 1.2).astype(np.float32)], 1)
    shape: Array = out * np.float32(0.57)
    return shape
