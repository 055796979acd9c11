"""Read Praat TextGrids, one or several files for one conversation.

Read by hand, by Praat's own rule: in long and short files alike only numbers, quoted texts
and flags that stand free count, in a fixed order, and whatever else is written is a
comment (Praat manual, "TextGrid file formats"). praatio looks for words and line ends
instead: it leaves out the last interval of a short file that ends without a line end, and
stops at a label that says `item [2]` or a time such as `4.8e0`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from semcode.errors import ReadError
from semcode.readers.assemble import Utterance, assemble
from semcode.readers.files import Source, decode
from semcode.readers.speakers import INTERVIEWER_WORDS, PARTICIPANT_WORDS
from semcode.records import Transcript

__all__ = ["group_textgrids", "read_textgrids"]

_TOKEN = re.compile(
    r'"(?P<text>(?:[^"]|"")*+)"'
    r"|(?<!\S)(?P<number>-?[0-9]{1,30}(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,3})?)(?!\S)"
    r"|(?<!\S)<(?P<flag>[a-z]{1,20})>(?!\S)"
    r"|(?<!\S)![^\r\n]*"
    r'|(?P<open>")'
)
_MARKS = (
    (re.compile(r"</?UNSURE\s*/?>", re.IGNORECASE), ""),
    (re.compile(r"</?UNIN(?:TELLIGIBLE)?(?:_SPEECH)?\s*/?>", re.IGNORECASE), "[unintelligible]"),
    (re.compile(r"</?INAUDIBLE(?:_SPEECH)?\s*/?>", re.IGNORECASE), "[inaudible]"),
)
_SIDES = frozenset(
    {"doctor", "clinician", "physician", "gp", "nurse", "therapist", "counselor", "counsellor"}
    | {"caller", "host", "guest", "left", "right", "coach", "student", "teacher", "agent"}
)
_SUFFIX = re.compile(
    rf"[\s_.-]+(?:{'|'.join(sorted(_SIDES | INTERVIEWER_WORDS | PARTICIPANT_WORDS))}"
    r"|(?:speaker|spk|channel|chan|ch|mic|track)[\s_-]?(?:[0-9]{1,2}|[a-z]))$",
    re.IGNORECASE,
)
_SAYS_NOTHING = frozenset(
    {"", "tier", "text", "transcript", "transcription", "speech", "utterance", "utterances"}
    | {"sentence", "sentences", "speaker", "annotation", "orthography", "words"}
)
_BESIDE = frozenset(
    {"phone", "phones", "phoneme", "phonemes", "word", "words", "syllable", "syllables"}
    | {"silence", "silences", "note", "notes", "comment", "comments"}
)


@dataclass(frozen=True, slots=True)
class _Tier:
    """What one tier says: its name, its file, and (start, end, text) of each filled interval."""

    name: str
    file: str
    intervals: tuple[tuple[float, float, str], ...]


class _Tokens:
    """The free-standing texts, numbers and flags of one file, taken in order."""

    def __init__(self, text: str, *, where: str) -> None:
        self._matches = _TOKEN.finditer(text)
        self._where = where

    def take(self, kind: str) -> str:
        """Give the next token, which must be a `text`, `number` or `flag`; raise ReadError."""
        match = next((match for match in self._matches if match.lastgroup is not None), None)
        if match is None:
            self.fail(f"it ends where a {kind} was expected")
        if match.lastgroup == "open":
            self.fail("a quotation mark is never closed")
        if match.lastgroup != kind:
            self.fail(f"a {kind} was expected in place of a {match.lastgroup}")
        return match[kind]

    def skip(self, *kinds: str) -> None:
        for kind in kinds:
            self.take(kind)

    def seconds(self) -> float:
        return float(self.take("number"))

    def count(self) -> int:
        number = self.seconds()
        if not 0 <= number <= 10_000_000:
            self.fail(f"it counts {number:g} parts")
        return int(number)

    def label(self) -> str:
        return self.take("text").replace('""', '"')

    def fail(self, reason: str) -> NoReturn:
        remedy = "Open it in Praat and save it again with 'Save as text file...'."
        raise ReadError(
            f"the TextGrid is damaged or cut off: {reason}.", where=self._where, remedy=remedy
        )


def group_textgrids(paths: Sequence[Path]) -> list[list[Path]]:
    """Put together the files that hold one conversation, a file for each speaker.

    They lie in one folder and are named alike up to a word for the speaker: `_doctor`,
    `_patient`, `-interviewer`, ` speaker1`, `_ch2`. Names of people and numbers of
    participants tell interviews apart and are never taken for that word.
    """
    groups: dict[tuple[Path, str], list[Path]] = {}
    for path in paths:
        stem = _SUFFIX.sub("", path.stem) or path.stem
        groups.setdefault((path.parent, stem), []).append(path)
    return list(groups.values())


def read_textgrids(files: Sequence[tuple[str, bytes]], *, name: str, source: Source) -> Transcript:
    """Read the TextGrids of one conversation and merge their intervals by time.

    `files` are (file name, bytes). Interval tiers are speakers, called by the tier's name,
    or by the file's last word where that says nothing; point tiers and tiers of sounds or
    words beside speech are left out. `<UNSURE>` marks are taken off, `<UNIN/>` becomes
    `[unintelligible]`. Raises ReadError.
    """
    notes: list[str] = []
    tiers: list[_Tier] = []
    for file, data in files:
        text, warnings = decode(data, where=file)
        notes += warnings
        tiers += _tiers(text, file)
    tiers, more = _speaking(tiers)
    labels = _labels(tiers)
    spoken = [
        (start, end, label, text)
        for label, tier in zip(labels, tiers, strict=True)
        for start, end, text in tier.intervals
    ]
    spoken.sort(key=lambda interval: interval[:2])
    utterances = [Utterance(label, text, start, end) for start, end, label, text in spoken]
    return assemble(utterances, name=name, source=source, warnings=notes + more)


def _tiers(text: str, file: str) -> Iterator[_Tier]:
    """Parse one file; give its interval tiers."""
    tokens = _Tokens(text, where=file)
    if not tokens.take("text").startswith("ooTextFile") or tokens.take("text") != "TextGrid":
        tokens.fail("it does not begin as a TextGrid in a text file")
    tokens.skip("number", "number")
    if tokens.take("flag") != "exists":
        return
    for _ in range(tokens.count()):
        kind, name = tokens.take("text"), tokens.label()
        tokens.skip("number", "number")
        if kind == "IntervalTier":
            found = [_interval(tokens) for _ in range(tokens.count())]
            yield _Tier(name.strip(), file, tuple(part for part in found if part[2]))
        elif kind == "TextTier":
            for _ in range(tokens.count()):
                tokens.skip("number", "text")
        else:
            tokens.fail(f"there is no kind of tier named {kind[:40]!r}")


def _interval(tokens: _Tokens) -> tuple[float, float, str]:
    start, end, text = tokens.seconds(), tokens.seconds(), tokens.label()
    for mark, instead in _MARKS:
        text = mark.sub(instead, text)
    return start, end, " ".join(text.split())


def _speaking(tiers: Sequence[_Tier]) -> tuple[list[_Tier], list[str]]:
    """Leave out empty tiers, and tiers of sounds, words or notes beside speech."""
    filled = [tier for tier in tiers if tier.intervals]
    speech = [tier for tier in filled if re.split(r"\W+", tier.name.lower())[-1] not in _BESIDE]
    if not speech or len(speech) == len(filled):
        return filled, []
    left_out = ", ".join(repr(tier.name) for tier in filled if tier not in speech)
    return speech, [f"Tiers that were not read as speech: {left_out}."]


def _labels(tiers: Sequence[_Tier]) -> list[str | None]:
    """Name the speaker of each tier; None for one who is alone and unnamed."""
    names = Counter(tier.name.lower() for tier in tiers)
    one_file = len({tier.file for tier in tiers}) == 1
    labels: list[str | None] = []
    for number, tier in enumerate(tiers, start=1):
        name = tier.name.lower()
        telling = name not in _SAYS_NOTHING or (one_file and len(tiers) > 1 and name)
        suffix = None if one_file else _SUFFIX.search(Path(tier.file).stem)
        if telling and names[name] == 1:
            labels.append(tier.name)
        elif suffix is not None:
            labels.append(suffix[0].strip(" _.-\t").capitalize())
        else:
            labels.append(None if len(tiers) == 1 else f"Speaker {number}")
    return labels
