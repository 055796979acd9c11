"""The draws that were assigned: choose one to compare, and say what mixes in from others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from semcode import store
from semcode.errors import InputError
from semcode.evaluate import Batch, Comparison, Source
from semcode.records import Reading
from semcode.store import Database
from semcode.store.assignments import Assignment
from semcode.wording import counted

__all__ = ["LATEST", "Draws", "draw_name", "restricted"]

Span = tuple[int, int]
LATEST = "latest"
_RARE = re.compile(r"^reliability .* rare (?P<code>.+)$")


def draw_name(at: str, seed: int, rare: str | None) -> str:
    """Name a draw so that one made for a rare code can be told from the others."""
    return f"reliability {at} seed {seed}" + (f" rare {rare}" if rare else "")


@dataclass(frozen=True)
class Draws:
    """All assignments by draw, with the readings that answer them."""

    assigned: Mapping[str, Sequence[Assignment]]
    readings: Mapping[str, Sequence[Reading]]

    @classmethod
    def of(cls, database: Database, readings: Mapping[str, Sequence[Reading]]) -> Draws:
        """Read the assignments of a study."""
        found: dict[str, list[Assignment]] = {}
        with database.read() as connection:
            for item in store.assignments.all_assignments(connection):
                found.setdefault(item.batch, []).append(item)
        return cls(found, readings)

    def named(self, wanted: str) -> str:
        """Find a draw by its name, the beginning of it, or "latest".

        Raises InputError where there is none, or several begin so.
        """
        if not self.assigned:
            raise InputError(
                "Nothing was assigned in this study yet.",
                where="batch",
                remedy="Draw something to double-code: semcode reliability-sample.",
            )
        names = sorted(self.assigned)
        if wanted == LATEST:
            return names[-1]
        if wanted in self.assigned:
            return wanted
        fits = [name for name in names if name.startswith(wanted)]
        if len(fits) == 1:
            return fits[0]
        listed = "; ".join(fits or names)
        what = f"Several draws begin with {wanted!r}." if fits else f"There is no draw {wanted!r}."
        raise InputError(what, where="batch", remedy=f"Name one of: {listed}; or latest.")

    def spans(self, name: str) -> dict[str, list[Span]]:
        """Give what was drawn, by transcript."""
        found: dict[str, set[Span]] = {}
        for item in self.assigned[name]:
            found.setdefault(item.transcript, set()).add((item.start, item.end))
        return {transcript: sorted(own) for transcript, own in found.items()}

    def listed(self) -> tuple[Batch, ...]:
        """List the draws: coders, spans, and how many of these each has read blind."""
        return tuple(self._batch(name) for name in sorted(self.assigned))

    def notes(self, comparison: Comparison, chosen: str | None) -> Iterator[str]:
        """Warn where units of a draw for a rare code are compared with others, or alone."""
        if chosen is not None:
            yield from self._unfinished(chosen, comparison.coders)
            code = rare_code(chosen)
            if code is not None:
                yield (
                    f"This draw was made for the rare code {code!r}: half of it is where that code "
                    "is likely, so that its prevalence is not the study's. Report agreement on "
                    "this code by itself, and of the other codes from a random draw."
                )
            return
        read = comparison.ratings[0] >= 0 if len(comparison.ratings) else None
        if read is None or len(comparison.coders) < 2:
            return
        compared = [
            place for place, given in zip(comparison.places, read.all(axis=1), strict=True) if given
        ]
        if len(compared) == len(comparison.places):
            return  # everything was read by all: no draw decided what is compared
        for name in sorted(self.assigned):
            code = rare_code(name)
            spans = self.spans(name) if code is not None else {}
            n = sum(
                any(a < place.end and place.start < b for a, b in spans.get(place.transcript, ()))
                for place in compared
            )
            if n:
                yield (
                    f"{n:,} of the {len(compared):,} {comparison.unit}s come from the draw "
                    f"{name!r}, made for the rare code {code!r}: mixed with others they bias every "
                    "figure. Compare each draw by itself with --batch."
                )

    def _unfinished(self, chosen: str, compared: Sequence[str]) -> Iterator[str]:
        batch = self._batch(chosen)
        for coder, read in zip(batch.coders, batch.read, strict=True):
            if read < batch.spans:
                left = "" if coder in compared else " and is not compared"
                part = f"{read:,} of the {counted(batch.spans, 'passage')} of this draw"
                yield f"{coder} has read {part}{left}."

    def _batch(self, name: str) -> Batch:
        items = self.assigned[name]
        coders = tuple(dict.fromkeys(item.coder for item in items))
        spans = self.spans(name)
        return Batch(
            name,
            coders,
            sum(len(own) for own in spans.values()),
            tuple(self._read(coder, spans) for coder in coders),
            rare_code(name),
        )

    def _read(self, coder: str, spans: Mapping[str, Sequence[Span]]) -> int:
        n = 0
        for transcript, own in spans.items():
            read = {
                (r.start, r.end)
                for r in self.readings.get(transcript, ())
                if r.coder == coder and r.blind
            }
            n += sum(
                span in read or any(a <= span[0] and span[1] <= b for a, b in read) for span in own
            )
        return n


def rare_code(name: str) -> str | None:
    """Name the code that a draw was made for; None for a random draw."""
    match = _RARE.match(name)
    return match["code"] if match else None


def restricted(source: Source, spans: Sequence[Span]) -> Source:
    """Keep what was read and coded of one transcript inside the spans; the rest is unread."""
    return replace(
        source,
        codings=[c for c in source.codings if any(a < c.end and c.start < b for a, b in spans)],
        readings=[
            replace(r, start=max(r.start, a), end=min(r.end, b))
            for r in source.readings
            for a, b in spans
            if r.start < b and a < r.end
        ],
    )
