"""Play what people decided over the topics of a run: which there are, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from semcode.store.topics import Place, Span, TopicDecision
from semcode.study.topics.overlapping import Overlaps

__all__ = [
    "ACCEPT",
    "GATHER",
    "INTO",
    "MERGE",
    "REJECT",
    "RENAME",
    "SPLIT",
    "UNDO",
    "Standing",
    "active",
    "replay",
    "resting",
]

#: What can be decided on a topic.
ACCEPT, INTO, MERGE, SPLIT = "accept", "merge into code", "merge", "split"
RENAME, REJECT, UNDO, GATHER = "rename", "reject", "undo", "gather"


@dataclass
class Standing:
    """Topics after all decisions.

    `labels` is the topic of each place (None for none); `lines` are the decisions that hold,
    the oldest first; `decided` the decision that a topic
    was accepted or rejected by; `names` what people called topics; `made_of` where topics
    that people made come from; `became` the topic that a merged one is part of now.
    """

    labels: list[str | None]
    lines: list[TopicDecision] = field(default_factory=list)
    decided: dict[str, TopicDecision] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    made_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    became: dict[str, str] = field(default_factory=dict)

    def now(self, topic: str) -> str:
        """Give the topic that one is part of today."""
        while topic in self.became:
            topic = self.became[topic]
        return topic

    def verdict(self, topic: str, within: str | None) -> TopicDecision | None:
        """Give the decision that a topic stands by; one within a rejected topic is rejected."""
        own = self.decided.get(topic)
        if own is None and within is not None:
            above = self.decided.get(self.now(within))
            return above if above is not None and above.verdict == REJECT else None
        return own

    def last_on(self, topic: str) -> TopicDecision | None:
        """Give the newest decision on a topic that holds, or that made it; None for none."""
        mine = (
            line
            for line in reversed(self.lines)
            if topic in (*line.topics, line.made, *line.detail.get("parts", ()))
        )
        return next(mine, None)


def active(lines: Sequence[TopicDecision]) -> list[TopicDecision]:
    """Give the decisions that hold: those that were not taken back."""
    undone = {line.undoes for line in lines}
    return [line for line in lines if line.verdict != UNDO and line.id not in undone]


def resting(lines: Sequence[TopicDecision]) -> list[int]:
    """Give the decisions that hold whose spans say which topic a segment is in."""
    return [line.id for line in active(lines) if line.verdict in (SPLIT, GATHER)]


def replay(
    places: Sequence[Place],
    lines: Sequence[TopicDecision],
    spans: Mapping[int, Sequence[Span]],
) -> Standing:
    """Play all decisions that hold; `spans` are those of the `resting` among them."""
    standing = Standing([place.topic for place in places], active(lines))
    for line in standing.lines:
        match line.verdict:
            case "merge":
                _merge(standing, line)
            case "split":
                _split(standing, line, places, spans.get(line.id, ()))
            case "gather":
                _gather(standing, line, places, spans.get(line.id, ()))
            case "rename":
                standing.names[line.topics[0]] = line.name
            case _:
                standing.decided[line.topics[0]] = line
    return standing


def _merge(standing: Standing, line: TopicDecision) -> None:
    gone, made = set(line.topics), str(line.made)
    standing.labels = [made if label in gone else label for label in standing.labels]
    standing.became |= dict.fromkeys(gone, made)
    standing.made_of[made] = line.topics


def _split(
    standing: Standing, line: TopicDecision, places: Sequence[Place], spans: Sequence[Span]
) -> None:
    """Give each segment its part; one that came later and has none stays with the first."""
    part_of = {span[:3]: span.part for span in spans}
    parts: Sequence[str] = line.detail["parts"]
    for row, place in enumerate(places):
        if standing.labels[row] == line.topics[0]:
            standing.labels[row] = part_of.get(place[:3]) or parts[0]
    standing.made_of |= dict.fromkeys(parts, line.topics)


def _gather(
    standing: Standing, line: TopicDecision, places: Sequence[Place], spans: Sequence[Span]
) -> None:
    """Put what people selected into the topic that they made of it, from wherever it was."""
    for row in Overlaps([place[:3] for place in places]).of(span[:3] for span in spans):
        standing.labels[row] = str(line.made)
