from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from semcode.records import Transcript


def _check(transcript: Transcript) -> None:
    text, turns = transcript.text, transcript.turns
    text.encode("utf-8")
    assert turns
    assert all(0 <= turn.start < turn.end <= len(text) for turn in turns)
    assert all(one.end <= two.start for one, two in pairwise(turns))
    for turn in turns:
        speech = text[turn.start : turn.end]
        assert speech
        assert speech == speech.strip()
        assert all(turn.start <= at < turn.end for at, _ in turn.times)
        assert list(turn.times) == sorted(turn.times)
    names = [speaker.name for speaker in transcript.speakers]
    assert len(names) == len(set(names))
    assert set(names) == {turn.speaker for turn in turns}
    assert all(speaker.name.strip() and speaker.labels for speaker in transcript.speakers)


@pytest.fixture(scope="session")
def check_transcript() -> Callable[[Transcript], None]:
    """Assert what holds for every transcript, whatever it was read from."""
    return _check
