"""Keep count of what is odd in a file, and say each thing once, with its number."""

from __future__ import annotations

from collections import Counter

__all__ = ["Tally"]

_SHOWN = 3  # names


class Tally:
    """Sentences with their counts, in the order in which they were first needed."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, dict[str, None]] = {}

    def add(self, what: str, example: str = "", count: int = 1) -> None:
        """Count one more; `example` is a name to show. A count of 0 changes nothing."""
        if count <= 0:
            return
        self._counts[what] += count
        named = self._examples.setdefault(what, {})
        if example and len(named) <= _SHOWN:
            named[example] = None

    def sentences(self) -> tuple[str, ...]:
        """Give `Pictures: 3 (a, b, c).` for each."""
        return tuple(
            f"{what[0].upper()}{what[1:]}: {count:,}{self._named(what)}."
            for what, count in self._counts.items()
        )

    def _named(self, what: str) -> str:
        names = list(self._examples[what])
        more = ", ..." if len(names) > _SHOWN else ""
        return f" ({', '.join(names[:_SHOWN])}{more})" if names else ""
