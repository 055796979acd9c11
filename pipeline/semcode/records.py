"""The nouns of a study as immutable records; every position is a Unicode code point, half-open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = [
    "Coder",
    "CoderKind",
    "Coding",
    "Decision",
    "Level",
    "Participant",
    "Reading",
    "Role",
    "Run",
    "Segment",
    "Speaker",
    "Suggestion",
    "Transcript",
    "Turn",
    "Verdict",
]


class Level(StrEnum):
    """A level of the Socio-Ecological Model, from the person outwards."""

    INTRAPERSONAL = "intrapersonal"
    INTERPERSONAL = "interpersonal"
    ORGANIZATIONAL = "organizational"
    COMMUNITY = "community"
    PUBLIC_POLICY = "public policy"


class Role(StrEnum):
    """What a speaker does in the interview; only participants are coded."""

    PARTICIPANT = "participant"
    INTERVIEWER = "interviewer"
    UNKNOWN = "unknown"


class CoderKind(StrEnum):
    """Who a coder is: only people are learned from; consensus is people who settled."""

    HUMAN = "human"
    CONSENSUS = "consensus"
    MODEL = "model"


class Verdict(StrEnum):
    """What a coder decided, about a suggestion or without one.

    CHANGE is another code than the suggested one; CODE, REMOVE and EDIT make, take away and
    alter a coding by hand; SETTLE is the consensus after coders differed; UNDO takes another
    line back, and an UNDO of an UNDO does it again.
    """

    ACCEPT = "accept"
    REJECT = "reject"
    CHANGE = "change"
    UNSURE = "unsure"
    SKIP = "skip"
    CODE = "code"
    REMOVE = "remove"
    EDIT = "edit"
    READ = "read"
    SETTLE = "settle"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says without another speaking between.

    The span holds the speech alone, without the speaker's label. Times are seconds from
    the start of the recording, None where the file has none. `times` are anchors
    `(position, seconds)` for the cues inside the turn, ascending in position.
    """

    speaker: str
    start: int
    end: int
    time_start: float | None = None
    time_end: float | None = None
    times: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker of one transcript.

    `name` is the spelling that variants were joined to; `labels` are the spellings found.
    `guessed` is False once a person has confirmed or set the role. `participant` is the
    label of the person (case) who speaks; None for interviewers.
    """

    name: str
    role: Role
    labels: tuple[str, ...] = ()
    guessed: bool = True
    participant: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """One immutable text with its turns and the hash of the file that it came from.

    `text[turn.start:turn.end]` is what was said in a turn. `warnings` are sentences for
    the person who added the file (an encoding that was guessed, cues that overlap).
    """

    guid: str
    name: str
    text: str
    turns: tuple[Turn, ...]
    speakers: tuple[Speaker, ...]
    source_name: str
    source_sha256: str
    format: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Participant:
    """A person (case) with attributes; may speak in several transcripts."""

    label: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Segment:
    """A unit of meaning inside one participant's turn: what is suggested for and agreed upon.

    `context_start`/`context_end` span the question before it, None where there is none.
    `turn` is the index of its turn. `id` is 0 until the segment is stored.
    """

    start: int
    end: int
    turn: int
    context_start: int | None = None
    context_end: int | None = None
    time_start: float | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Coder:
    """Whoever codes: a person, a model version, or the consensus of people."""

    guid: str
    name: str
    kind: CoderKind = CoderKind.HUMAN


@dataclass(frozen=True, slots=True)
class Coding:
    """A span that a coder gave a code: the only thing trained on, compared and exported."""

    guid: str
    transcript: str
    start: int
    end: int
    code: str
    coder: str
    facets: tuple[str, ...] = ()
    memo: str = ""
    created_at: datetime | None = None
    codebook_version: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code that the model proposes for a segment.

    `score` is in [0, 1]; `evidence` is what the page and the report show beside it.
    """

    segment_id: int
    code: str
    score: float
    evidence: Mapping[str, object] = field(default_factory=dict)
    run_id: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What a coder decided about a suggestion: a line of an append-only log.

    It repeats what it decided on (span, code, score, evidence), so that the log can be read
    after suggestions were computed anew. `request` is the caller's own id of the line: one
    sent twice is stored once. `undoes` is the id of the line that this one takes back,
    `batch` joins the lines of one act, `detail` holds what else is needed to rebuild the
    state from the log. `id` is 0 until the line is stored.
    """

    coder: str
    verdict: Verdict
    transcript: str
    start: int
    end: int
    code: str
    score: float | None
    at: datetime
    run_id: int | None = None
    coding: str | None = None
    seconds: float | None = None
    note: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)
    codebook_version: int = 0
    request: str | None = None
    undoes: int | None = None
    batch: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A coder has read a span, so that "no code" differs from "not seen"."""

    coder: str
    transcript: str
    start: int
    end: int
    at: datetime
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """The provenance of suggestions: everything that must be equal for them to be equal."""

    id: int
    kind: str
    fingerprint: str
    started_at: datetime
    finished_at: datetime | None
    codebook_version: int
    seed: int
    provenance: Mapping[str, object] = field(default_factory=dict)
