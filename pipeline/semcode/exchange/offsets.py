"""Positions as other programs count them, to and from code points: the only place for it.

A program counts code points, UTF-16 units or UTF-8 bytes; it counts a line end as it
stands, as one (LF) or as two (CRLF); and it counts a byte order mark or does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RULES",
    "SPEC",
    "Counted",
    "Fit",
    "Lines",
    "Marks",
    "Rule",
    "Unit",
    "choose",
    "fits",
    "from_foreign",
    "rule_named",
    "to_foreign",
    "with_lines",
]

Positions = NDArray[np.int64]
_Flags = NDArray[np.bool_]


class Unit(StrEnum):
    """What one step of a position is."""

    CODE_POINT = "code points"
    UTF_16 = "UTF-16"
    UTF_8 = "UTF-8 bytes"


class Lines(StrEnum):
    """How a line end counts."""

    AS_STORED = "as stored"
    LF = "LF"
    CRLF = "CRLF"


@dataclass(frozen=True, slots=True)
class Rule:
    """A way of counting positions; `bom` counts a byte order mark before the text."""

    unit: Unit = Unit.CODE_POINT
    lines: Lines = Lines.AS_STORED
    bom: bool = False

    def __str__(self) -> str:
        parts = [self.unit.value]
        if self.lines is not Lines.AS_STORED:
            parts.append(self.lines.value)
        if self.bom:
            parts.append("byte order mark counted")
        return ", ".join(parts)


#: What REFI-QDA says: code points, line ends as they stand, no byte order mark.
SPEC = Rule()

RULES: tuple[Rule, ...] = tuple(
    Rule(unit, lines, bom) for bom, lines, unit in product((False, True), Lines, Unit)
)


def rule_named(text: str) -> Rule | None:
    """Give the rule that `str` wrote so, None where there is none."""
    return next((rule for rule in RULES if str(rule) == text.strip()), None)


@dataclass(frozen=True, slots=True)
class Marks:
    """The selections of one text as another program counts them.

    `starts` and `ends` are (n,); `quotes` are the words that a selection carries, "" for
    none.
    """

    starts: Positions
    ends: Positions
    quotes: Sequence[str] = ()

    @classmethod
    def of(cls, spans: Sequence[tuple[int, int]], quotes: Sequence[str] | None = None) -> Marks:
        """Make marks of spans; what no text is long enough for becomes the largest number."""
        most = 2**62
        kept = [(max(-most, min(a, most)), max(-most, min(b, most))) for a, b in spans]
        pairs = np.array(kept, np.int64).reshape(-1, 2)
        return cls(pairs[:, 0], pairs[:, 1], quotes or ("",) * len(kept))


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a rule fits: of `ends` starts and ends, `between` fall between words.

    `score` adds one for an end where a word begins or stops, half for another place
    between words, and two for a selection whose quoted words stand there. `quoted` of
    `quotes` quotes do.
    """

    rule: Rule
    score: float
    ends: int
    between: int
    quotes: int = 0
    quoted: int = 0

    @property
    def poor(self) -> bool:
        """Tell whether the positions are hardly better than chance."""
        if self.quotes and self.quoted >= 0.8 * self.quotes:
            return False
        return self.ends >= 4 and self.between < 0.8 * self.ends


@dataclass(frozen=True, slots=True)
class Counted:
    """Positions as code points; `outside` counts the spans that had to be cut to the text.

    `inside` counts the ends that fell into a character; they were moved out of it.
    """

    starts: Positions
    ends: Positions
    outside: int
    inside: int


def with_lines(text: str, lines: Lines) -> str:
    r"""Write a text with all its line ends as `\n` or as `\r\n`."""
    if lines is Lines.AS_STORED:
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unified if lines is Lines.LF else unified.replace("\n", "\r\n")


def to_foreign(text: str, rule: Rule, positions: Sequence[int]) -> list[int]:
    """Count positions of a text (code points) as a rule does."""
    if rule == SPEC:
        return list(positions)
    found: list[int] = _edges(text, rule)[np.asarray(positions, np.int64)].tolist()
    return found


def from_foreign(text: str, rule: Rule, marks: Marks) -> Counted:
    """Give a rule's positions as code points of the text.

    A span that leaves the text is cut, one that runs backwards is turned, and an end
    inside a character moves outwards.
    """
    edges = _edges(text, rule)
    low, high = int(edges[0]), int(edges[-1])
    first, last = np.minimum(marks.starts, marks.ends), np.maximum(marks.starts, marks.ends)
    outside = (first < low) | (last > high)
    starts, exact = _placed(edges, np.clip(first, low, high))
    ends, also = _placed(edges, np.clip(last, low, high))
    starts = np.where(exact, starts, starts - 1)
    inside = int((~exact).sum() + (~also).sum())
    return Counted(starts, ends, int(outside.sum()), inside)


def fits(text: str, marks: Marks, *, bom: bool, rules: Sequence[Rule] = RULES) -> dict[Rule, Fit]:
    """Try each rule on one text; rules that count it alike share one fit.

    `bom` tells that the file began with a byte order mark: only then one can be counted.
    """
    letters = _Letters(text)
    done: dict[Rule, Fit] = {}
    found: dict[Rule, Fit] = {}
    for rule in rules:
        counted = replace(rule, bom=rule.bom and bom)
        plain = letters.simplest(counted)
        if plain not in done:
            done[plain] = _fit(letters, plain, marks)
        found[rule] = replace(done[plain], rule=counted)
    return found


def choose(
    texts: Sequence[Mapping[Rule, Fit]], *, prefer: Sequence[Rule] = (SPEC,)
) -> list[Fit | None]:
    """Choose a rule for each text of a project; None where there is nothing to go by.

    One program counts in one way: the rule that fits all texts best is taken for each,
    unless another fits one text by more than two ends better. Those of `prefer` come
    first: any other must fit by more than one end better. Then the order of RULES counts.
    """
    order = {rule: n for n, rule in reversed(list(enumerate((*prefer, *RULES))))}
    total: dict[Rule, float] = {}
    for found in texts:
        for rule, fit in found.items():
            total[rule] = total.get(rule, 0.0) + fit.score
    if not total:
        return [None for _ in texts]
    common = max(total, key=lambda rule: (total[rule] - (rule not in prefer), -order[rule]))
    chosen: list[Fit | None] = []
    for found in texts:
        if not found:
            chosen.append(None)
            continue
        usual = found[common]
        best = max(found.values(), key=lambda fit: (fit.score, -order[fit.rule]))
        chosen.append(best if best.score > usual.score + 2 else usual)
    return chosen


class _Letters:
    """A text as arrays, (n,): which characters are letters, which are space."""

    def __init__(self, text: str) -> None:
        self.text = text
        count = len(text)
        self.word: _Flags = np.fromiter(map(str.isalnum, text), np.bool_, count)
        self.space: _Flags = np.fromiter(map(str.isspace, text), np.bool_, count)
        self._ascii = text.isascii()
        self._basic = self._ascii or max(text, default="") < "\U00010000"
        self._pairs = "\r\n" in text
        self._single = len(text.replace("\r\n", "")) != len(
            text.replace("\r\n", "").replace("\n", "").replace("\r", "")
        )

    def simplest(self, rule: Rule) -> Rule:
        """Give the first rule that counts this text as `rule` does."""
        unit, lines = rule.unit, rule.lines
        if self._ascii or (self._basic and unit is Unit.UTF_16):
            unit = Unit.CODE_POINT
        if (lines is Lines.LF and not self._pairs) or (lines is Lines.CRLF and not self._single):
            lines = Lines.AS_STORED
        return Rule(unit, lines, rule.bom)


def _edges(text: str, rule: Rule) -> Positions:
    """Give the position of each boundary between characters as a rule counts, (n + 1,)."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    widths = np.ones(len(points), np.int64)
    if rule.unit is Unit.UTF_16:
        widths += points >= 0x10000
    elif rule.unit is Unit.UTF_8:
        for bound in (0x80, 0x800, 0x10000):
            widths += points >= bound
    if rule.lines is not Lines.AS_STORED:
        _count_lines(points, widths, rule.lines)
    first = {Unit.UTF_8: 3}.get(rule.unit, 1) if rule.bom else 0
    edges = np.empty(len(points) + 1, np.int64)
    edges[0] = first
    np.cumsum(widths, out=edges[1:])
    edges[1:] += first
    return edges


def _count_lines(points: NDArray[np.uint32], widths: Positions, lines: Lines) -> None:
    carriage, feed = points == 13, points == 10
    paired = np.zeros(len(points), np.bool_)
    paired[:-1] = carriage[:-1] & feed[1:]
    second = np.zeros(len(points), np.bool_)
    second[1:] = paired[:-1]
    if lines is Lines.LF:
        widths[paired] = 0
    else:
        widths[(carriage & ~paired) | (feed & ~second)] = 2


def _placed(edges: Positions, positions: Positions) -> tuple[Positions, _Flags]:
    """Find positions among the edges: the first edge that is not below, and whether it is it."""
    found = np.searchsorted(edges, positions, side="left")
    return found, edges[found] == positions


def _fit(letters: _Letters, rule: Rule, marks: Marks) -> Fit:
    told = marks.starts != marks.ends
    counted = from_foreign(letters.text, rule, marks)
    edges = _edges(letters.text, rule)
    low, high = edges[0], edges[-1]
    true_start, true_end = edges[counted.starts], edges[counted.ends]
    given = np.minimum(marks.starts, marks.ends), np.maximum(marks.starts, marks.ends)
    begins = _scores(letters, counted.starts, opening=True)
    stops = _scores(letters, counted.ends, opening=False)
    begins[(true_start != given[0]) | (given[0] < low)] = 0
    stops[(true_end != given[1]) | (given[1] > high)] = 0
    begins, stops = begins[told], stops[told]
    quotes, quoted = _quotes(letters.text, counted, marks)
    return Fit(
        rule,
        float(begins.sum() + stops.sum()) + 2.0 * quoted,
        2 * int(told.sum()),
        int((begins > 0).sum() + (stops > 0).sum()),
        quotes,
        quoted,
    )


def _scores(letters: _Letters, positions: Positions, *, opening: bool) -> NDArray[np.float64]:
    """Score boundaries: 1 where a word begins (or stops), 0.5 between words, 0 inside one."""
    count = len(letters.text)
    word = np.concatenate(([False], letters.word, [False]))
    space = np.concatenate(([True], letters.space, [True]))
    before, after = positions, positions + 1  # in the arrays that have an edge added
    inside = word[before] & word[after]
    if opening:
        sharp = ~word[before] & ~space[after] & (positions < count)
    else:
        sharp = ~word[after] & ~space[before] & (positions > 0)
    scores: NDArray[np.float64] = np.where(inside, 0.0, np.where(sharp, 1.0, 0.5))
    return scores


def _quotes(text: str, counted: Counted, marks: Marks) -> tuple[int, int]:
    """Count the quotes that could be told, and those that stand where the marks say."""
    told = quoted = 0
    for quote, start, end in zip(
        marks.quotes, counted.starts.tolist(), counted.ends.tolist(), strict=True
    ):
        wanted = "".join(quote.removesuffix("...").removesuffix("…").split())[:60]
        if len(wanted) < 8 or start == end:
            continue
        told += 1
        quoted += "".join(text[start : min(end, start + 400)].split()).startswith(wanted)
    return told, quoted
