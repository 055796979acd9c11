"""Say which participant speaks at a span of a transcript, for many spans."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from semcode.records import Role, Transcript

__all__ = ["Speech"]


class Speech:
    """Who says what in a transcript, for many questions."""

    def __init__(self, transcript: Transcript) -> None:
        speakers = {s.name: s for s in transcript.speakers}
        self._turns = transcript.turns
        self._starts = [turn.start for turn in transcript.turns]
        self._who = {
            name: None if s.role is Role.INTERVIEWER else s.participant or transcript.name
            for name, s in speakers.items()
        }
        self._name = transcript.name

    def who(self, start: int, end: int) -> str | None:
        """Give the participant who says most of a span; None where only interviewers speak."""
        said: dict[str, int] = defaultdict(int)
        place = max(bisect_right(self._starts, start) - 1, 0)
        heard = False
        for turn in self._turns[place:]:
            if turn.start >= end:
                break
            shared = min(end, turn.end) - max(start, turn.start)
            if shared > 0:
                heard = True
                label = self._who.get(turn.speaker, self._name)
                if label is not None:
                    said[label] += shared
        if not heard:
            return self._name
        return max(said, key=lambda label: said[label]) if said else None
