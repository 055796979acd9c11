"""How long work tells what it is doing, without printing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

__all__ = ["Advance", "Progress", "Silent"]

#: Called with the number of items that were just done.
Advance = Callable[[int], None]


class Progress(Protocol):
    """What shows progress: a bar in a terminal, a line on a page."""

    def stage(self, name: str, total: int) -> AbstractContextManager[Advance]:
        """Begin a stage of `total` items; the context gives what to call as they are done."""
        ...


class Silent:
    """Progress that is shown nowhere."""

    def stage(self, name: str, total: int) -> AbstractContextManager[Advance]:  # noqa: ARG002
        """Begin a stage that nobody sees."""
        return nullcontext(lambda _done: None)
