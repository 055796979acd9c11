"""Suggestions that rest on topics: what people accepted as a code is offered segment by segment.

A topic that people accept makes no codings: its segments become suggestions of the code, which
coders accept or reject like any other. They stay until somebody decides on them, whatever the
model says of them later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook
from semcode.records import Segment, Suggestion
from semcode.store.topics import Span, TopicDecision

__all__ = ["TOPIC", "Topical", "marked", "topical"]

#: Named as the method of a suggestion that rests on a topic alone.
TOPIC = "topic"


@dataclass(frozen=True)
class Topical:
    """The spans of all accepted topics with their codes, by transcript."""

    spans: Mapping[int, Sequence[tuple[Span, TopicDecision]]]

    @cached_property
    def digest(self) -> str:
        """Hash what takes part in suggestions, "" where no topic was accepted."""
        told = [(k, s[:3], d.code, d.id) for k, found in self.spans.items() for s, d in found]
        return hashlib.sha256(repr(sorted(told)).encode()).hexdigest() if told else ""

    def of(
        self, transcript_id: int, segments: Sequence[Segment]
    ) -> dict[int, dict[str, dict[str, Any]]]:
        """Give for segments (by id) the codes that topics offer, with the topic as evidence."""
        found: dict[int, dict[str, dict[str, Any]]] = {}
        for span, line in self.spans.get(transcript_id, ()):
            for segment in segments:
                both = min(segment.end, span.end) - max(segment.start, span.start)
                if 2 * both >= min(segment.end - segment.start, span.end - span.start):
                    told = {
                        "id": line.topics[0],
                        "terms": list(line.detail.get("terms", ())),
                        "likeness": span.likeness,
                        "by": line.coder,
                    }
                    found.setdefault(segment.id, {})[str(line.code)] = told
        return found


def topical(connection: Connection, book: Codebook) -> Topical:
    """Read the accepted topics whose code is in the codebook."""
    lines = store.topics.decisions(connection)
    undone = {line.undoes for line in lines}
    accepted = {
        line.id: line
        for line in lines
        if line.code is not None and line.id not in undone and book.get(line.code)
    }
    spans: dict[int, list[tuple[Span, TopicDecision]]] = {}
    for key, found in store.topics.spans(connection, list(accepted)).items():
        for span in found:
            spans.setdefault(span.transcript_id, []).append((span, accepted[key]))
    return Topical(spans)


def marked(
    found: Sequence[Suggestion],
    offered: Mapping[int, Mapping[str, Mapping[str, Any]]],
    *,
    floor: float,
) -> list[Suggestion]:
    """Add the topic to the evidence of suggestions that one offers; their score is shown.

    A model that has learned the code scores it, but not below the floor; before that the
    likeness to the topic's centre counts, where it is higher.
    """
    made = []
    for one in found:
        topic = offered.get(one.segment_id, {}).get(one.code)
        if topic is None:
            made.append(one)
            continue
        learned = bool(one.evidence.get("learned_from"))
        least = floor if learned else max(floor, float(topic["likeness"]))
        made.append(
            replace(one, score=max(one.score, least), evidence={**one.evidence, TOPIC: topic})
        )
    return made
