"""What the review page is shown: plain records, as `dataclasses.asdict` turns them to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "AssignmentRow",
    "AuditPulse",
    "BulkPreview",
    "CodeView",
    "CodebookPreview",
    "CodebookView",
    "CoderRow",
    "CodingView",
    "Correction",
    "Disagreement",
    "FacetView",
    "Filters",
    "HistoryRow",
    "LastDecisions",
    "MemoRow",
    "ModelPulse",
    "Moved",
    "NearDuplicate",
    "NextStep",
    "Outcome",
    "OutdatedCoding",
    "Overview",
    "ProgressRow",
    "QueueItem",
    "QueuePage",
    "SegmentView",
    "SuggestionView",
    "TranscriptView",
    "TurnView",
    "VersionRow",
]


@dataclass(frozen=True, slots=True)
class CoderRow:
    """A coder: `kind` human, consensus or model; `last_at` of the newest decision."""

    name: str
    kind: str
    role: str
    codings: int
    decisions: int
    last_at: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which suggestions are wanted; an empty field lets everything through.

    `codes` are guids, and their children count with them; `levels` are SEM levels;
    `attributes` are participants' (name, value). `status` is open, skipped, accepted,
    rejected, changed or unsure. `min_score` None is the study's floor, so that weak best
    codes are left out; 0 lets them in. `assigned` keeps what this coder was assigned.
    """

    transcripts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    status: str = "open"
    min_score: float | None = None
    max_score: float | None = None
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class LastDecisions:
    """How this coder's last decisions on suggestions went, at most 50."""

    n: int
    accepted: int
    rejected: int
    changed: int


@dataclass(frozen=True, slots=True)
class AuditPulse:
    """How suggestions compare with what this coder coded blind in a random sample.

    `n` segments of `drawn` are read. Precision and recall are None, with `reason`, where
    too little is read; their intervals are (low, high) or None, with `reason`.
    """

    drawn: int = 0
    n: int = 0
    suggested: int = 0
    coded: int = 0
    precision: float | None = None
    precision_interval: tuple[float, float] | None = None
    recall: float | None = None
    recall_interval: tuple[float, float] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ModelPulse:
    """How the model does: on the last decisions, and in the blind sample.

    `audit` is None beside a decision, which does not wait for it. `version` names what gave
    the scores; `learning` says what the learner that follows decisions is doing, "" where
    there is none.
    """

    last: LastDecisions
    audit: AuditPulse | None
    version: str
    learning: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision came to.

    `decision` is the line's number in the log, 0 where nothing had to be stored. `label`
    says what was done; `undo_label` and `redo_label` what undo and redo would do next, ""
    for nothing. `segment` is that of the suggestion it is about, None for others. `lines`
    counts the lines of the act, `repeated` tells that the request had been stored before,
    `coding` is the coding that was made or altered.
    """

    decision: int
    verdict: str
    coding: str | None
    label: str
    undo_label: str
    redo_label: str
    lines: int
    repeated: bool
    transcript: str
    start: int
    end: int
    code: str
    segment: int | None
    notes: tuple[str, ...]
    model: ModelPulse


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a bulk decision would touch; `key` and `expected` go back with the decision itself."""

    key: str
    verdict: str
    expected: int
    by_code: tuple[tuple[str, int], ...]
    by_transcript: tuple[tuple[str, int], ...]
    examples: tuple[QueueItem, ...]


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A suggestion to decide on, or a segment to read (`code` None).

    `key` is "segment:code", "segment:" for a segment alone. `before`, `text` and `after` are
    one stretch of the speaker's turn, as it stands in the transcript; `question` is what was
    asked before. `time_start` is in seconds.
    """

    key: str
    segment: int
    transcript: str
    participant: str
    start: int
    end: int
    text: str
    before: str
    after: str
    question: str
    code: str | None
    score: float | None
    evidence: Mapping[str, object]
    status: str
    time_start: float | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The next items, how many are open under these filters, and how many in all.

    `note` says why there is none, "" otherwise. `model` names what gave the scores.
    """

    items: tuple[QueueItem, ...]
    open: int
    total: int
    note: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class TurnView:
    """What one speaker says; times are seconds from the start of the recording."""

    index: int
    speaker: str
    role: str
    participant: str | None
    start: int
    end: int
    time_start: float | None
    time_end: float | None


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment; `read` by this coder; `blind` tells that it is to be coded blind first."""

    id: int
    start: int
    end: int
    turn: int
    context_start: int | None
    context_end: int | None
    read: bool
    blind: bool


@dataclass(frozen=True, slots=True)
class CodingView:
    """A coding; `outdated` where the code's definition has changed since."""

    guid: str
    start: int
    end: int
    code: str
    coder: str
    facets: tuple[str, ...]
    memo: str
    created_at: str
    version: int
    outdated: bool
    consensus: bool
    own: bool


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """A suggestion as the transcript view shows it, with this coder's status."""

    segment: int
    start: int
    end: int
    code: str
    score: float
    status: str


@dataclass(frozen=True, slots=True)
class TranscriptView:
    """One transcript with all that is laid over its text.

    `attributes` are those of its participants, by label. `decision` is the newest line of
    the log that it shows; `model` names what gave the scores.
    """

    name: str
    text: str
    participants: tuple[str, ...]
    turns: tuple[TurnView, ...]
    segments: tuple[SegmentView, ...]
    codings: tuple[CodingView, ...]
    suggestions: tuple[SuggestionView, ...]
    attributes: Mapping[str, Mapping[str, str]]
    decision: int
    model: str = ""


@dataclass(frozen=True, slots=True)
class CodeView:
    """A code; `parent` is the parent's guid; `level` its own or its parents'."""

    guid: str
    name: str
    parent: str | None
    depth: int
    level: str | None
    definition: str
    include: str
    exclude: str
    examples: tuple[str, ...]
    color: str
    facets: tuple[str, ...]
    count: int
    retired: bool = False


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet with its values."""

    name: str
    values: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two codes that say nearly the same; `similarity` is in [0, 1]."""

    first: str
    second: str
    similarity: float
    why: str


@dataclass(frozen=True, slots=True)
class CodebookView:
    """The newest codebook; `retired` codes are no longer in it, but have codings."""

    version: int
    name: str
    codes: tuple[CodeView, ...]
    facets: tuple[FacetView, ...]
    retired: tuple[CodeView, ...]
    near_duplicates: tuple[NearDuplicate, ...]


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """How far a coder is in a transcript, in segments, codings and open suggestions."""

    transcript: str
    coder: str
    segments: int
    read: int
    codings: int
    open: int


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next; `target` is queue, audit, transcript:NAME, adjudicate, command or ""."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line of the log; `standing` is False for what was taken back."""

    id: int
    at: str
    coder: str
    verdict: str
    transcript: str
    start: int
    end: int
    text: str
    code: str
    code_name: str
    score: float | None
    seconds: float | None
    note: str
    coding: str | None
    undoes: int | None
    batch: str
    run: int | None
    codebook_version: int
    standing: bool
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overview:
    """Where the study stands for a coder; `agreement` None where nothing can be compared.

    `attributes` are participants' attributes with the values in use.
    """

    study: str
    notice: str
    transcripts: int
    segments: int
    suggestions: int
    progress: tuple[ProgressRow, ...]
    last: tuple[HistoryRow, ...]
    agreement: str | None
    next_step: NextStep
    model: ModelPulse
    participants: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CodebookPreview:
    """What a change of the codebook touches; `version` is the one to be changed.

    `before` and `after` name the codes that differ.
    """

    version: int
    sentences: tuple[str, ...]
    codings: int
    suggestions: int
    transcripts: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the codebook: when, by whom, why, the kinds of changes, and these in words."""

    number: int
    at: str
    made_by: str
    note: str
    changes: tuple[str, ...]
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutdatedCoding:
    """A coding made under an older definition (`then`), or whose code is split since."""

    guid: str
    transcript: str
    start: int
    end: int
    text: str
    code: str
    code_name: str
    coder: str
    version: int
    then: str
    now: str
    split_into: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A span that all compared coders have read and coded differently.

    `codes` are each coder's codes (guids), `codings` their codings there. `settled` tells
    that the consensus has been stated, by `settled_by` with `rationale`.
    """

    transcript: str
    participant: str
    start: int
    end: int
    text: str
    before: str
    after: str
    question: str
    codes: Mapping[str, tuple[str, ...]]
    codings: Mapping[str, tuple[CodingView, ...]]
    settled: bool
    consensus: tuple[str, ...]
    rationale: str
    settled_by: str


@dataclass(frozen=True, slots=True)
class MemoRow:
    """A memo; `label` names in words what it is about."""

    guid: str
    target_kind: str
    target: str
    label: str
    coder: str
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A coding after a correction: where it is now and what it says; None for unplaced."""

    guid: str
    code_name: str
    coder: str
    old_start: int
    old_end: int
    start: int | None
    end: int | None
    old_text: str
    text: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a corrected file does to a transcript.

    `kept` is the share of the old text that stays. `moved` codings say the same elsewhere,
    `changed` ones say something else now, `unplaced` ones have lost their words and are
    kept with the old text alone. `readings` counts what was read and still is, `unread`
    what has to be read again. `notes` are sentences for the person.
    """

    transcript: str
    kept: float
    words_before: int
    words_after: int
    unmoved: int
    moved: tuple[Moved, ...]
    changed: tuple[Moved, ...]
    unplaced: tuple[Moved, ...]
    readings: int
    unread: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """What a coder is asked to read: a batch in a transcript, in segments."""

    batch: str
    transcript: str
    blind: bool
    segments: int
    read: int
