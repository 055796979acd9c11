"""The way from transcripts to stored suggestions: cut, embed, score; each step resumable."""

from __future__ import annotations

import hashlib
import json
import platform
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import embed, store
from semcode.classify import DefinitionScorer, background_digest, statements
from semcode.config import Settings
from semcode.records import CoderKind, Coding, Segment, Transcript
from semcode.segment import SEGMENTER_VERSION
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.learned import LearnedScorer, open_scorer
from semcode.study.progress import Progress
from semcode.study.topical import marked, topical
from semcode.suggest import LEARNED, METHOD, CodedQuote, NearestQuotes, embedding_text, suggest

__all__ = ["Pipeline", "SuggestSummary"]

Array = NDArray[np.float32]

#: New texts that are gathered before they are embedded, the shortest first.
_TOGETHER = 512

_PACKAGES = ("faiss-cpu", "numpy", "onnxruntime", "semcode", "sentence-transformers", "spacy")


@dataclass(frozen=True, slots=True)
class SuggestSummary:
    """What one call of suggest did; counts of transcripts, segments and new embeddings.

    `learned` tells whether a trained model made the scores, `new_codes` which codes it has
    not seen, so that they went on from their definitions.
    """

    run_id: int
    transcripts: int
    segments: int
    embedded: int
    scored: int
    learned: bool = False
    new_codes: tuple[str, ...] = ()


class Pipeline:
    """Suggest codes for every transcript of a study that has none under these settings."""

    def __init__(self, database: Database, settings: Settings, progress: Progress) -> None:
        self._database = database
        self._settings = settings
        self._progress = progress
        with database.read() as connection:
            self._codebook = store.codebooks.load(connection)
            self._codebook_version = store.codebooks.latest_version(connection)
            models = [c for c in store.people.coders(connection) if c.kind is CoderKind.MODEL]
            machines = {coder.name for coder in models}
            codings = store.codings.all_codings(connection)
            self._codings = [coding for coding in codings if coding.coder not in machines]
            self._trained = store.models.newest(connection)
            self._topical = topical(connection, self._codebook)

    def run(self) -> SuggestSummary:
        """Cut, embed and score what is new; what is stored stays when this is interrupted."""
        self.cut()
        with self._database.write() as connection:
            run_id = self._begin(connection)
        pending = self._pending(run_id)
        embedded = self._embed(pending)
        self._score(run_id, pending)
        with self._database.write() as connection:
            current = store.runs.current(connection)
            if pending or current is None or current.id != run_id:
                store.runs.finish(connection, run_id)
            counts = store.segments.count(connection)
            transcripts = len(store.transcripts.rows(connection))
        return SuggestSummary(
            run_id=run_id,
            transcripts=transcripts,
            segments=sum(counts.values()),
            embedded=embedded,
            scored=len(pending),
            learned=self._trained is not None,
            new_codes=tuple(self._new_codes()),
        )

    def stale(self) -> int:
        """Count the transcripts whose suggestions are missing or were made otherwise.

        Otherwise means with another codebook, setting, model, role or set of codings.
        """
        with self._database.read() as connection:
            wanted = self._wanted(connection)
            run = store.runs.current(connection)
            if run is None or run.fingerprint != self._fingerprint:
                return len(wanted)
            done = store.runs.done_transcripts(connection, run.id)
        return sum(done.get(key) != cut for key, cut in wanted.items())

    def _wanted(self, connection: Connection) -> dict[int, str]:
        """Tell of each transcript how it is to be cut."""
        rows = store.transcripts.rows(connection)
        roles: dict[int, list[tuple[str, str]]] = {row.id: [] for row in rows}
        for speaker in store.transcripts.speaker_rows(connection):
            roles[speaker.transcript_id].append((speaker.name, speaker.role))
        return {key: self._segmentation(who) for key, who in roles.items()}

    def cut(self) -> None:
        """Cut the transcripts whose segments are missing or were cut under other settings."""
        with self._database.read() as connection:
            rows = store.transcripts.rows(connection)
            wanted = self._wanted(connection)
        stale = [row.id for row in rows if row.segmentation != wanted[row.id]]
        if not stale:
            return
        from semcode.segment import segment

        nlp = embed.spacy_pipeline(self._settings.segment.language)
        with self._progress.stage("Finding segments", len(stale)) as advance:
            for transcript_id in stale:
                with self._database.read() as connection:
                    transcript = store.transcripts.load(connection, transcript_id)
                segments = segment(transcript, nlp=nlp, settings=self._settings.segment)
                with self._database.write() as connection:
                    store.segments.replace(
                        connection, transcript_id, segments, wanted[transcript_id]
                    )
                advance(1)

    def _segmentation(self, roles: Sequence[tuple[str, str]]) -> str:
        return _digest(SEGMENTER_VERSION, asdict(self._settings.segment), sorted(roles))

    @cached_property
    def _encoder(self) -> CachedEncoder:
        return CachedEncoder(self._database, self._settings)

    @property
    def _model(self) -> embed.ModelRef:
        return self._encoder.ref

    def _begin(self, connection: Connection) -> int:
        settings = self._settings
        provenance = {
            "method": self._method,
            "model": {
                "name": self._model.name,
                "revision": self._model.revision,
                "licence": self._model.licence,
                "source": self._model.source,
                "sha256": dict(self._model.files),
            },
            "segmenter": SEGMENTER_VERSION,
            "settings": asdict(settings),
            "settings_digest": settings.digest,
            "codebook": self._codebook.name,
            "codebook_digest": self._codebook.digest,
            "codebook_version": self._codebook_version,
            "codings": len(self._codings),
            **self._learner(),
            "versions": {name: version(name) for name in _PACKAGES},
            "python": platform.python_version(),
        }
        return store.runs.begin(
            connection,
            kind="learned" if self._trained else "definitions",
            fingerprint=self._fingerprint,
            codebook_version=self._codebook_version,
            seed=settings.suggest.seed,
            provenance=provenance,
        )

    @cached_property
    def _fingerprint(self) -> str:
        """Hash everything on which the suggestions depend, beside the transcripts."""
        return _digest(
            self._method,
            *([self._trained.sha256] if self._trained else []),
            self._model.revision,
            SEGMENTER_VERSION,
            asdict(self._settings.segment),
            asdict(self._settings.suggest),
            self._codebook.digest,
            background_digest(self._codebook.language),
            sorted((c.guid, c.code, c.start, c.end) for c in self._codings),
            *([self._topical.digest] if self._topical.digest else []),
        )

    @property
    def _method(self) -> str:
        return LEARNED if self._trained else METHOD

    def _learner(self) -> dict[str, object]:
        """Say which trained model made the suggestions; nothing without one."""
        row = self._trained
        if row is None:
            return {}
        return {
            "learner": {
                "guid": row.guid,
                "sha256": row.sha256,
                "trained": row.created_at.isoformat(),
                "codebook_version": row.codebook_version,
                **{k: row.provenance[k] for k in ("labels", "origin") if k in row.provenance},
            }
        }

    def _new_codes(self) -> list[str]:
        return self._scorer.new_codes if self._scorer else []

    @cached_property
    def _scorer(self) -> LearnedScorer | None:
        """Load the newest trained model, None before the first."""
        row = self._trained
        if row is None:
            return None
        return open_scorer(self._database, row, self._encoder, self._codebook)

    def _pending(self, run_id: int) -> list[int]:
        with self._database.read() as connection:
            done = store.runs.done_transcripts(connection, run_id)
            rows = store.transcripts.rows(connection)
        return [row.id for row in rows if done.get(row.id) != row.segmentation]

    def _embed(self, transcripts: Sequence[int]) -> int:
        """Embed the texts that have no vector; give how many that were."""
        with self._database.read() as connection:
            counts = store.segments.count(connection)
        total = sum(counts.get(key, 0) for key in transcripts)
        embedded = 0
        waiting: dict[bytes, str] = {}
        with self._progress.stage("Embedding segments", total) as advance:
            for transcript_id in transcripts:
                texts = self._texts(transcript_id)
                hashes = [store.vectors.text_hash(text) for text in texts]
                lacking = self._encoder.missing(hashes)
                new = {h: t for h, t in zip(hashes, texts, strict=True) if h in lacking}
                new = {h: t for h, t in new.items() if h not in waiting}
                advance(len(texts) - len(new))
                waiting |= new
                while len(waiting) >= _TOGETHER:
                    embedded += self._encoder.keep_some(waiting, advance=advance)
            while waiting:
                embedded += self._encoder.keep_some(waiting, advance=advance)
        return embedded

    def _texts(self, transcript_id: int) -> list[str]:
        with self._database.read() as connection:
            transcript = store.transcripts.load(connection, transcript_id)
            segments = store.segments.of_transcript(connection, transcript_id)
        return self._texts_of(transcript, segments)

    def _texts_of(self, transcript: Transcript, segments: Sequence[Segment]) -> list[str]:
        below = self._settings.suggest.context_below
        return [embedding_text(transcript.text, s, context_below=below) for s in segments]

    def _score(self, run_id: int, transcripts: Sequence[int]) -> None:
        if not transcripts:
            return
        said = [statement.text for statement in statements(self._codebook)]
        scorer = DefinitionScorer(self._codebook, self._encoder.encode(said))
        nearest = self._nearest()
        with self._progress.stage("Suggesting codes", len(transcripts)) as advance:
            for transcript_id in transcripts:
                self._score_one(run_id, transcript_id, scorer, nearest)
                advance(1)

    def _score_one(
        self,
        run_id: int,
        transcript_id: int,
        scorer: DefinitionScorer,
        nearest: NearestQuotes | None,
    ) -> None:
        with self._database.read() as connection:
            transcript = store.transcripts.load(connection, transcript_id)
            segments = store.segments.of_transcript(connection, transcript_id)
            cut = store.transcripts.segmentation(connection, transcript_id)
        offered = self._topical.of(transcript_id, segments)
        found = suggest(
            transcript=transcript.name,
            text=transcript.text,
            segments=segments,
            vectors=self._encoder.encode(self._texts_of(transcript, segments)),
            scorer=scorer,
            settings=self._settings.suggest,
            nearest=nearest,
            judge=self._scorer.judge if self._scorer else None,
            also=offered,
        )
        found = marked(found, offered, floor=self._settings.suggest.floor)
        with self._database.write() as connection:
            store.runs.store_suggestions(
                connection,
                run_id,
                transcript_id,
                found,
                segmentation=cut,
                segments=len(segments),
            )

    def _nearest(self) -> NearestQuotes | None:
        """Index what people coded by the vector of the segment that each coding covers most."""
        of_transcript: dict[str, list[Coding]] = {}
        for coding in self._codings:
            of_transcript.setdefault(coding.transcript, []).append(coding)
        with self._database.read() as connection:
            ids = {row.name: row.id for row in store.transcripts.rows(connection)}
        quotes: list[CodedQuote] = []
        vectors: list[Array] = []
        for name, codings in of_transcript.items():
            with self._database.read() as connection:
                transcript = store.transcripts.load(connection, ids[name])
                segments = store.segments.of_transcript(connection, ids[name])
            if not segments:
                continue
            rows = self._encoder.encode(self._texts_of(transcript, segments))
            starts, ends = [s.start for s in segments], [s.end for s in segments]
            for coding in codings:
                touched = range(bisect_right(ends, coding.start), bisect_left(starts, coding.end))
                if touched:
                    best = max(touched, key=lambda i: _overlap(segments[i], coding))
                    quotes.append(_quote(transcript, segments[best], coding))
                    vectors.append(rows[best])
        return NearestQuotes(quotes, np.stack(vectors)) if quotes else None


def _overlap(segment: Segment, coding: Coding) -> int:
    return min(segment.end, coding.end) - max(segment.start, coding.start)


def _quote(transcript: Transcript, segment: Segment, coding: Coding) -> CodedQuote:
    who = {speaker.name: speaker.participant for speaker in transcript.speakers}
    return CodedQuote(
        transcript=transcript.name,
        participant=who[transcript.turns[segment.turn].speaker] or transcript.name,
        start=coding.start,
        end=coding.end,
        text=transcript.text[coding.start : coding.end],
        code=coding.code,
        coder=coding.coder,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
