"""What is shown of topics: each topic, the page of them, the map, a drafted code, an outcome."""

from __future__ import annotations

from dataclasses import dataclass

from semcode.store.topics import TopicDecision

__all__ = [
    "CodeDraft",
    "TopicDone",
    "TopicMap",
    "TopicQuote",
    "TopicView",
    "TopicsPage",
]


@dataclass(frozen=True, slots=True)
class TopicQuote:
    """A segment that is typical of a topic; `participant` says it."""

    text: str
    participant: str
    transcript: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic as it stands today.

    `name` is what people called it, else its first terms; `named` tells which. `people` are
    the participants with how many of its segments are theirs, most first. `stability` is the
    share of its segments that keep it, None where that was not tried (as for a topic that
    people made). `level` is the likeliest level of the model, None without codes.

    `covered_by` is the name of a code that most of it has already (None: it is new),
    `nearest_code` that or the code that most of it has (a tenth at least), `coverage` the
    share that has it, and `covered_from` says whether "codings" of people, "suggestions" of
    the model, or a "decision" tell so.

    `status` is "open", "accepted" (it became the code `code`, or was merged into it) or
    "rejected". `decision` is the line that made it so, by whom, when and with what note.
    `made_of` are the topics that people merged into it, or the one that they split.
    `undoable` says what `take_back` would take back ("" for nothing).
    """

    id: str
    name: str
    named: bool
    terms: tuple[str, ...]
    size: int
    participants: int
    largest_share: float
    people: tuple[tuple[str, int], ...]
    quotes: tuple[TopicQuote, ...]
    stability: float | None
    level: str | None
    covered_by: str | None
    nearest_code: str | None
    coverage: float
    covered_from: str
    status: str
    code: str | None = None
    code_guid: str | None = None
    decision: TopicDecision | None = None
    made_of: tuple[str, ...] = ()
    undoable: str = ""

    @property
    def of_one_person(self) -> bool:
        """Tell whether one participant says nearly all of it: that is no theme yet."""
        return self.participants == 1 or self.largest_share > 0.6


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """All topics with what must be known of them.

    `outliers` counts the segments in no topic. `stability` is the lower of `seeds` (other
    seeds) and `left_out` (one interview left out), as shares; None before it was tried.
    `stable` tells whether that is enough. `stale` tells that transcripts, roles or
    participants changed since the topics were found: find them again. `notes` are sentences
    that belong beside every use of the topics.
    """

    run: int
    found_at: str
    method: str
    seed: int
    segments: int
    outliers: int
    topics: tuple[TopicView, ...]
    seeds: float | None
    left_out: float | None
    stable: bool
    stale: bool
    notes: tuple[str, ...]

    @property
    def stability(self) -> float | None:
        """Give the share of segments that keep their topic, the lower of the two."""
        tried = [share for share in (self.seeds, self.left_out) if share is not None]
        return min(tried) if tried else None

    def topic(self, key: str) -> TopicView | None:
        """Give a topic by its id, whatever its case; None where there is none."""
        return next((t for t in self.topics if t.id.casefold() == key.strip().casefold()), None)


@dataclass(frozen=True, slots=True)
class TopicMap:
    """The segments on the map, column by column; all have the same length.

    `x` and `y` are in [0, 1]; `topic` is an id, "" for none; `code` is the guid of a code
    that people gave, else of the best suggestion above the floor, "" for none; `level` is
    that code's, "" for none.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    topic: tuple[str, ...]
    code: tuple[str, ...]
    level: tuple[str, ...]
    participant: tuple[str, ...]
    transcript: tuple[str, ...]
    start: tuple[int, ...]
    end: tuple[int, ...]
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """A code drafted from a topic, to be edited before it is made.

    The definition says what it rests on: the terms and the quotes, and nothing else.
    `under` is a code to place it below, by name, None for the top of the tree, where `level`
    is its own.
    """

    topic: str
    name: str
    definition: str
    examples: tuple[str, ...]
    under: str | None
    level: str | None


@dataclass(frozen=True, slots=True)
class TopicDone:
    """What a decision did: its line, the topics it left, and sentences to be shown.

    `code` is the guid of the code that it made or filled, `suggestions` how many segments
    became suggestions of it. `repeated` tells that the same request was stored before.
    """

    decision: int
    topics: tuple[str, ...]
    said: tuple[str, ...]
    code: str | None = None
    codebook_version: int | None = None
    suggestions: int = 0
    repeated: bool = False
