"""The segments that topics are found in: their words, vectors and who speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.study.encoding import CachedEncoder
from semcode.study.pipeline import Pipeline
from semcode.study.progress import Progress
from semcode.study.topics.overlapping import Key, Overlaps
from semcode.suggest import embedding_text, learner_text

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["Material", "gather"]

Array = NDArray[np.float32]

_FEWEST_WORDS = 4  # "Yeah, I think so." is about nothing that can be told


@dataclass(frozen=True)
class Material:
    """All segments of a study, in the order of transcripts and text.

    `texts` are what was said, `pairs` what a learner sees of it; `vectors` are those that
    are stored, (n, dimension); `long` tells which segments have words enough for a topic.
    """

    keys: list[Key]
    texts: list[str]
    pairs: list[tuple[str, str]]
    who: list[str]
    vectors: Array
    encoder: CachedEncoder
    digest: str

    @cached_property
    def long(self) -> NDArray[np.bool_]:
        """Tell of each segment whether it has words enough to be about something."""
        return np.array([len(text.split()) >= _FEWEST_WORDS for text in self.texts], bool)

    @cached_property
    def row(self) -> Mapping[Key, int]:
        """Give the row of each segment by its span."""
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def overlaps(self) -> Overlaps:
        """Find segments by spans of another cut."""
        return Overlaps(self.keys)


def gather(study: Study, progress: Progress) -> Material:
    """Cut and embed what is new, and read all segments with their stored vectors."""
    Pipeline(study.database, study.settings, progress).cut()
    keys: list[Key] = []
    texts: list[str] = []
    embedded: list[str] = []
    pairs: list[tuple[str, str]] = []
    who: list[str] = []
    below = study.settings.suggest.context_below
    with study.database.read() as connection:
        digest = store.topics.digest(connection)
        for row in store.transcripts.rows(connection):
            text = store.queue.text_and_turns(connection, row.id)[0]
            places = store.queue.places_in(connection, row.id)
            segments = store.segments.of_transcript(connection, row.id)
            for place, segment in zip(places, segments, strict=True):
                keys.append((row.id, place.start, place.end))
                texts.append(text[place.start : place.end])
                embedded.append(embedding_text(text, segment, context_below=below))
                pairs.append(learner_text(text, segment, context_below=below))
                who.append(place.participant)
    encoder = CachedEncoder(study.database, study.settings)
    hashes = [store.vectors.text_hash(text) for text in embedded]
    lacking = len(encoder.missing(hashes, middle=False))
    if lacking:
        with progress.stage("Embedding segments", lacking) as advance:
            encoder.keep(embedded, middle=False, advance=advance)
    return Material(keys, texts, pairs, who, encoder.encode(embedded), encoder, digest)
