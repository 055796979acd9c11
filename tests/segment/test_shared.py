"""The segmenter on real spoken interviews, where they lie beside the checkout."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from semcode.records import Role, Speaker, Transcript, Turn
from semcode.segment import SegmentSettings, segment
from semcode.segment.lexicon import lexicon
from semcode.segment.words import blanked, count_real, words_of

if TYPE_CHECKING:
    from spacy.language import Language

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "mlss" / "transcripts"
LABEL = re.compile(r"^(interview\w*) ?:\s*", re.MULTILINE | re.IGNORECASE)


def _read(path: Path) -> Transcript:
    text = path.read_text(encoding="utf-8")
    labels = list(LABEL.finditer(text))
    ends = [label.start() for label in labels[1:]] + [len(text)]
    turns = tuple(
        Turn(label[1].lower(), label.end(), label.end() + len(text[label.end() : end].rstrip()))
        for label, end in zip(labels, ends, strict=True)
        if text[label.end() : end].strip()
    )
    asks = Speaker("interviewer", Role.INTERVIEWER)
    return Transcript("g", path.name, text, turns, (asks,), path.name, "0", "txt")


@pytest.mark.shared
@pytest.mark.parametrize("number", [7, 24, 33])
def test_real_interviews_are_covered(number: int, nlp: Language) -> None:
    path = FOLDER / f"interview_{number}.txt"
    if not path.is_file():
        pytest.skip(f"the interviews are not beside the checkout ({FOLDER})")
    transcript = _read(path)
    found = segment(transcript, nlp=nlp, settings=SegmentSettings())
    english = lexicon("en")
    lengths = []
    for index, turn in enumerate(transcript.turns):
        own = [s for s in found if s.turn == index]
        said = transcript.text[turn.start : turn.end]
        if own:
            joined = "".join(transcript.text[s.start : s.end] for s in own)
            assert "".join(joined.split()) == "".join(said.split())
        elif turn.speaker != "interviewer":
            assert not count_real([w.text for w in words_of(blanked(said, english))], english)
        lengths += [len(transcript.text[s.start : s.end].split()) for s in own if len(own) > 1]
    assert max(lengths) <= 95
    assert sum(length < 6 for length in lengths) <= 0.01 * len(lengths)
