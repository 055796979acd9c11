"""Passages without a label, which show the learner what is still to be coded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.config import Settings
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.progress import Progress
from semcode.suggest import learner_text

__all__ = ["Unread", "embed_texts", "other_texts"]

_MOST = 5_000


class Unread(NamedTuple):
    """Texts as the learner reads them, (question, what was said), and their participants."""

    texts: Sequence[tuple[str, str]]
    groups: Sequence[str]


def other_texts(database: Database, settings: Settings, labelled: Collection[str]) -> Unread:
    """Take passages from transcripts that are not named: an equal number of each, 5,000 in all."""
    with database.read() as connection:
        rows = [row for row in store.transcripts.rows(connection) if row.name not in labelled]
    rng = np.random.default_rng(settings.suggest.seed)
    texts: list[tuple[str, str]] = []
    groups: list[str] = []
    for row in rows[:_MOST]:
        with database.read() as connection:
            transcript = store.transcripts.load(connection, row.id)
            segments = store.segments.of_transcript(connection, row.id)
        most = min(len(segments), max(_MOST // len(rows), 1))
        chosen: NDArray[np.intp] = np.sort(rng.choice(len(segments), most, replace=False))
        who = {speaker.name: speaker.participant for speaker in transcript.speakers}
        turns, below = transcript.turns, settings.suggest.context_below
        for segment in (segments[int(place)] for place in chosen):
            texts.append(learner_text(transcript.text, segment, context_below=below))
            groups.append(who[turns[segment.turn].speaker] or transcript.name)
    return Unread(texts, groups)


def embed_texts(
    encoder: CachedEncoder, pairs: Sequence[tuple[str, str]], progress: Progress
) -> None:
    """Embed what is not embedded yet, under a progress bar."""
    texts = sorted({text for pair in pairs for text in pair if text})
    hashes = [store.vectors.text_hash(text) for text in texts]
    lacking = encoder.missing(hashes)
    wanted = [text for key, text in zip(hashes, texts, strict=True) if key in lacking]
    with progress.stage("Embedding segments", len(wanted)) as advance:
        encoder.keep(wanted, advance=advance)
