"""What the log comes to, kept in memory: what stands, what undo and redo would do."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from sys import intern
from threading import RLock

from sqlalchemy import Connection

from semcode import store
from semcode.records import Verdict
from semcode.store.decisions import Line, Seen

__all__ = ["CODEBOOK", "ON_SUGGESTIONS", "Act", "Key", "Ledger", "Undone"]

#: A coder, a transcript's id, a span and a code: what a verdict on a suggestion is about.
Key = tuple[int, int, int, int, str]

#: Lines of a codebook change begin their batch with this; undo passes over them.
CODEBOOK = "codebook "

#: Verdicts that are about a suggestion.
ON_SUGGESTIONS = frozenset(
    {Verdict.ACCEPT, Verdict.REJECT, Verdict.CHANGE, Verdict.UNSURE, Verdict.SKIP}
)
_DECIDED = frozenset({Verdict.ACCEPT, Verdict.REJECT, Verdict.CHANGE})
_LAST = 50


@dataclass(slots=True, eq=False)
class Act:
    """What a coder did at once: one line, or those of a batch."""

    batch: str
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Undone:
    """An act that was taken back, with the lines that did so."""

    act: Act
    batch: str
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Own:
    """What the log comes to for one coder."""

    done: list[Act] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)
    journal: list[Line] = field(default_factory=list)
    lines: int = 0
    reads: int = 0
    last_at: str | None = None


class Ledger:
    """The log, folded line by line; `follow` brings it up to date from the database."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._clear(0)

    def _clear(self, corrections: int) -> None:
        self._corrections = corrections
        self._generation = getattr(self, "_generation", 0) + 1
        self._newest = 0
        self._own: dict[int, _Own] = {}
        self._lines: dict[int, Line] = {}
        self._gone: set[int] = set()
        self._status: dict[Key, list[int]] = {}
        self._seen: dict[tuple[int, int, int, int], int] = {}
        self._settled: dict[tuple[int, int, int], list[int]] = {}
        self._act_of: dict[int, Act] = {}
        self._undone_of: dict[int, Undone] = {}
        self._from_suggestions: set[str] = set()

    def follow(self, connection: Connection, seen: Seen) -> None:
        """Fold what was added since; begin anew where a correction moved spans."""
        with self.lock:
            if seen.corrections != self._corrections:
                self._clear(seen.corrections)
            if seen.newest > self._newest:
                for line in store.decisions.since(connection, self._newest):
                    self._fold(line)

    @property
    def newest(self) -> int:
        """Give the number of the newest line."""
        return self._newest

    @property
    def generation(self) -> int:
        """Tell whether journals began anew: they do when this number changes."""
        return self._generation

    def standing(self, key: Key) -> Line | None:
        """Give the verdict that stands on a suggestion, None where there is none."""
        with self.lock:
            found = self._status.get(key)
            return self._lines[found[-1]] if found else None

    def statuses(self, coder: int) -> dict[Key, str]:
        """Give all verdicts of a coder that stand."""
        with self.lock:
            return {
                key: self._lines[found[-1]].verdict
                for key, found in self._status.items()
                if found and key[0] == coder
            }

    def saw_suggestions(self, coder: int, transcript: int, start: int, end: int) -> bool:
        """Tell whether a coder has decided on a suggestion for this span, undone or not."""
        return (coder, transcript, start, end) in self._seen

    def settled(self, transcript: int, start: int, end: int) -> int | None:
        """Give the line that settled a span, None where none stands."""
        with self.lock:
            found = self._settled.get((transcript, start, end))
            return found[-1] if found else None

    def is_standing(self, line: int) -> bool:
        """Tell whether a line was not taken back."""
        return line not in self._gone

    def line(self, line: int) -> Line:
        """Give a line by its number."""
        return self._lines[line]

    def is_from_suggestion(self, coding: str) -> bool:
        """Tell whether a coding came from accepting or changing a suggestion."""
        return coding in self._from_suggestions

    def to_undo(self, coder: int) -> Act | None:
        """Give the newest act of a coder that stands."""
        with self.lock:
            own = self._own.get(coder)
            return own.done[-1] if own and own.done else None

    def to_redo(self, coder: int) -> Undone | None:
        """Give what a coder took back last and may do again."""
        with self.lock:
            own = self._own.get(coder)
            return own.undone[-1] if own and own.undone else None

    def last_decided(self, coder: int) -> list[Line]:
        """Give the newest verdicts of a coder on suggestions that stand, at most 50."""
        found: list[Line] = []
        with self.lock:
            own = self._own.get(coder)
            for line in reversed(own.decided if own else ()):
                if line not in self._gone:
                    found.append(self._lines[line])
                    if len(found) == _LAST:
                        break
        return found

    def counts(self, coder: int) -> tuple[int, str | None]:
        """Give how many lines a coder has, and the time of the newest."""
        own = self._own.get(coder)
        return (own.lines, own.last_at) if own else (0, None)

    def reads(self, coder: int) -> tuple[int, int]:
        """Tell one state of what a coder has read from another."""
        own = self._own.get(coder)
        return self._generation, own.reads if own else 0

    def journal(self, coder: int, after: int) -> tuple[list[Line], int]:
        """Give a coder's lines from a place in the journal on, and its length."""
        with self.lock:
            own = self._own.get(coder)
            return (own.journal[after:], len(own.journal)) if own else ([], 0)

    def _fold(self, line: Line) -> None:
        line = line._replace(code=intern(line.code), verdict=intern(line.verdict))
        self._newest = line.id
        self._lines[line.id] = line
        own = self._own.setdefault(line.coder, _Own())
        own.lines += 1
        own.last_at = line.at
        own.reads += line.verdict in (Verdict.READ, Verdict.UNDO)
        own.journal.append(line)
        if line.undoes is not None:
            self._fold_undo(own, line)
            return
        self._stand(line)
        if line.verdict in _DECIDED:
            own.decided.append(line.id)
        if line.verdict in ON_SUGGESTIONS:
            self._seen.setdefault((line.coder, line.transcript, line.start, line.end), line.id)
        if line.batch.startswith(CODEBOOK):
            return
        own.undone.clear()
        if not (line.batch and own.done and own.done[-1].batch == line.batch):
            own.done.append(Act(line.batch))
        own.done[-1].lines.append(line.id)
        self._act_of[line.id] = own.done[-1]

    def _fold_undo(self, own: _Own, line: Line) -> None:
        target = self._lines[line.undoes or 0]
        self._gone.add(target.id)
        if target.undoes is None:
            self._fall(target)
            act = self._act_of[target.id]
            if not (own.undone and own.undone[-1].act is act):
                own.done.pop(next(n for n in reversed(range(len(own.done))) if own.done[n] is act))
                own.undone.append(Undone(act, line.batch))
            own.undone[-1].lines.append(line.id)
            self._undone_of[line.id] = own.undone[-1]
            return
        again = self._lines[target.undoes]
        self._gone.discard(again.id)
        self._stand(again)
        undone = self._undone_of[target.id]
        if own.undone and own.undone[-1] is undone:
            own.undone.pop()
            own.done.append(undone.act)

    def _stand(self, line: Line) -> None:
        if line.verdict in ON_SUGGESTIONS:
            insort(self._status.setdefault(_key(line), []), line.id)
        if line.verdict in (Verdict.ACCEPT, Verdict.CHANGE) and line.coding:
            self._from_suggestions.add(line.coding)
        if line.verdict == Verdict.SETTLE:
            insort(self._settled.setdefault(_key(line)[1:4], []), line.id)

    def _fall(self, line: Line) -> None:
        if line.verdict in ON_SUGGESTIONS:
            self._status[_key(line)].remove(line.id)
        if line.verdict == Verdict.SETTLE:
            self._settled[_key(line)[1:4]].remove(line.id)


def _key(line: Line) -> Key:
    return (line.coder, line.transcript, line.start, line.end, line.code)
