"""Say what a topic is about: its terms by c-TF-IDF, its nearest segments, its spread."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.topics.clustering import OUTLIER

__all__ = ["SPOKEN", "Topic", "describe", "terms"]

Array = NDArray[np.float32]
Ints = NDArray[np.int64]

_WORD = r"(?u)\b[^\W\d_][^\W\d_]+\b"
_REMARK = re.compile(r"\[[^\]]*\]")
_CONTRACTION = re.compile(r"\w+['\u2019](?:d|ll|re|ve|m|t)\b|\w+n['\u2019]t\b")
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_TERMS = 8
_NEAREST = 5
_READABLE = 12  # words from which a segment can be read without its question
_SEGMENTS, _MANY = 3, 100  # a term is in 3 segments, where there are 100 and more


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: By language: what people say in every interview, whatever they talk about.
SPOKEN: Mapping[str, frozenset[str]] = {
    "en": _words(
        "ah actually alright anyway anyways basically bit come coming cause comes cuz did didn "
        "doesn doing don definitely er feel feeling felt gave getting goes going gonna gotta got "
        "guess guy guys hadn happened hasn haven hm hmm honestly huh just kind kinda know knew "
        "like ll literally lot lots maybe mean mhm mm mmm obviously oh ok okay people pretty "
        "probably really right said say saying says shouldn sort stuff sure talk talking tell "
        "thing things think thinking thought told um umm uh uhm ve wanna want wanted wasn way "
        "weren went whatever wouldn yeah yep yes yup good fine okay maam sir till interviewer "
        "participant inaudible laughs laughter crosstalk pause"
    )
}


_CONTRACTED = _words(
    "im ive id ill youre youve youd youll hes shes its were weve wed theyre theyve theyd thats "
    "theres whats lets dont doesnt didnt cant couldnt wont wouldnt isnt arent wasnt werent havent "
    "hasnt hadnt shouldnt aint yall whos hows"
)


@dataclass(frozen=True)
class Topic:
    """A topic: `terms` the likeliest first, `nearest` rows of its most typical segments.

    `participants` counts the people who speak of it; `largest_share` is how much of it comes
    from the one who does most. `centre` is the mean of its vectors, of length 1.
    """

    number: int
    size: int
    participants: int
    largest_share: float
    terms: tuple[str, ...]
    nearest: tuple[int, ...]
    centre: Array


def describe(
    labels: Ints,
    texts: Sequence[str],
    vectors: Array,
    groups: Sequence[str],
    *,
    language: str = "en",
) -> list[Topic]:
    """Describe each topic, in the order of their numbers."""
    numbers = sorted({int(label) for label in labels} - {OUTLIER})
    words = terms(labels, texts, groups=groups, language=language)
    people = np.asarray(groups, dtype=object)
    made = []
    for number in numbers:
        rows = np.flatnonzero(labels == number)
        centre = vectors[rows].mean(axis=0)
        centre /= max(float(np.linalg.norm(centre)), 1e-12)
        who, counts = np.unique(people[rows].astype(str), return_counts=True)
        made.append(
            Topic(
                number=number,
                size=len(rows),
                participants=len(who),
                largest_share=float(counts.max() / counts.sum()),
                terms=words[number],
                nearest=_typical(rows, texts, vectors, people, centre),
                centre=centre,
            )
        )
    return made


def terms(
    labels: Ints,
    texts: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    language: str = "en",
    most: int = _TERMS,
) -> dict[int, tuple[str, ...]]:
    """Give each topic's terms: words and pairs of words by c-TF-IDF, without spoken fillers.

    c-TF-IDF as in Grootendorst 2022 (BERTopic), with the square root of the frequency, so
    that what is said everywhere does not lead. A term occurs in three segments at least
    (where there are a hundred); a word that is part of a better pair is left out. With
    `groups`, the participants, a word that one of a topic's people alone uses in it comes
    after those that two or more use.
    """
    from bertopic.vectorizers import ClassTfidfTransformer
    from scipy.sparse import csr_matrix, vstack
    from sklearn.feature_extraction.text import CountVectorizer

    numbers = sorted({int(label) for label in labels} - {OUTLIER})
    if not numbers:
        return {}
    counter = CountVectorizer(
        stop_words=_stop_words(language),
        ngram_range=(1, 2),
        token_pattern=_WORD,
        min_df=_SEGMENTS if len(texts) >= _MANY else 1,
    )
    try:
        by_segment = counter.fit_transform([_plain(text, language) for text in texts])
    except ValueError:  # nothing but stop words
        return dict.fromkeys(numbers, ())
    own = [np.flatnonzero(np.asarray(labels) == number) for number in numbers]
    counts = vstack([csr_matrix(by_segment[rows].sum(axis=0)) for rows in own])
    said = np.flatnonzero(np.asarray(counts.sum(axis=0)).ravel())  # the rest is in no topic
    counts = counts[:, said]
    weights = ClassTfidfTransformer(reduce_frequent_words=True).fit_transform(counts).toarray()
    names = counter.get_feature_names_out()[said]
    if groups is not None:
        for row, rows in enumerate(own):
            weights[row] *= _shared(by_segment[rows][:, said], [groups[int(r)] for r in rows])
    return {number: _best(names, weights[row], most) for row, number in enumerate(numbers)}


def _shared(counts: Any, who: Sequence[str]) -> NDArray[np.float64]:
    """Give 1 for each word that two people use, a little for others, 1 for all where one speaks."""
    people = sorted(set(who))
    if len(people) < 2:
        return np.ones(counts.shape[1])
    using = np.zeros(counts.shape[1])
    for person in people:
        own = [row for row, name in enumerate(who) if name == person]
        using += np.asarray(counts[own].sum(axis=0)).ravel() > 0
    return np.where(using >= 2, 1.0, 1e-3)


def _best(names: Sequence[str], weights: NDArray[np.float64], most: int) -> tuple[str, ...]:
    order = np.argsort(-weights, kind="stable")
    kept: list[str] = []
    for place in order[: most * 6]:
        if weights[place] <= 0 or len(kept) == most:
            break
        name = str(names[place])
        parts = set(name.split())
        if len(parts) < len(name.split()):  # "far far" is how people stress a word
            continue
        if any(parts & set(other.split()) for other in kept):
            continue
        kept.append(name)
    return tuple(kept)


def _typical(
    rows: Ints,
    texts: Sequence[str],
    vectors: Array,
    people: NDArray[np.object_],
    centre: Array,
) -> tuple[int, ...]:
    """Give the segments nearest to the centre, of different people first.

    One of few words may be near because of the question that is embedded with it; it comes
    after all that can be read by themselves.
    """
    short = np.array([len(texts[int(row)].split()) < _READABLE for row in rows])
    order = rows[np.lexsort((-(vectors[rows] @ centre), short))]
    first: dict[str, int] = {}
    for row in order:
        first.setdefault(str(people[row]), int(row))
    chosen = list(first.values())[:_NEAREST]
    chosen += [int(row) for row in order if int(row) not in chosen][: _NEAREST - len(chosen)]
    return tuple(chosen)


def _plain(text: str, language: str) -> str:
    """Lower a text and take out remarks in brackets and, in English, contracted words."""
    text = _REMARK.sub(" ", text.lower())
    if language == "en":
        text = _POSSESSIVE.sub("", _CONTRACTION.sub(" ", text))
        text = re.sub(r"['\u2019]", "", text)
    return text


def _stop_words(language: str) -> list[str]:
    """Give what carries no topic: function words, contractions without apostrophe, fillers."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    own = ENGLISH_STOP_WORDS | _CONTRACTED if language == "en" else frozenset()
    return sorted(own | SPOKEN.get(language, frozenset()))
