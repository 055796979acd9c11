"""Write XML piece by piece, so that what a researcher typed can never break it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

__all__ = ["Xml"]

#: What XML 1.0 has no way to say.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNKNOWN = "\ufffd"
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {**_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_IN_TEXT = str.maketrans(_TEXT)
_IN_ATTRIBUTE = str.maketrans(_ATTRIBUTE)


class Xml:
    """Write elements, one a line; an attribute or child that is empty is left out."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._depth = 0
        write(b'<?xml version="1.0" encoding="utf-8"?>\n')

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str | None]) -> Iterator[None]:
        """Write an element around what the block writes."""
        self._line(f"<{name}{_said(attributes)}>")
        self._depth += 1
        yield
        self._depth -= 1
        self._line(f"</{name}>")

    def empty(self, name: str, attributes: Mapping[str, str | None]) -> None:
        """Write an element that holds nothing."""
        self._line(f"<{name}{_said(attributes)}/>")

    def text(self, name: str, text: str) -> None:
        """Write an element that holds words."""
        if text:
            self._line(f"<{name}>{_ILLEGAL.sub(_UNKNOWN, text).translate(_IN_TEXT)}</{name}>")

    def _line(self, text: str) -> None:
        self._write(f"{'  ' * min(self._depth, 12)}{text}\n".encode())


def _said(attributes: Mapping[str, str | None]) -> str:
    return "".join(
        f' {name}="{_ILLEGAL.sub(_UNKNOWN, value).translate(_IN_ATTRIBUTE)}"'
        for name, value in attributes.items()
        if value is not None
    )
