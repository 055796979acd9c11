"""Write counts with their nouns, and put names in the order in which people count."""

from __future__ import annotations

import re

__all__ = ["counted", "natural"]

_DIGITS = re.compile(r"(\d+)")


def counted(n: int, one: str, many: str = "") -> str:
    """Write a count with its noun, as in "1 interview", "2 interviews", "1,200 codings"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def natural(name: str) -> tuple[tuple[tuple[int, str], ...], str]:
    """Give a key that sorts P2 before P10, whatever the case; the name itself breaks ties."""
    parts = _DIGITS.split(name.casefold())
    key = tuple((int(p), "") if place % 2 else (-1, p) for place, p in enumerate(parts))
    return (key, name)
