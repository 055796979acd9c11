"""What a request asks, read strictly: every value has a kind and a bound, or an InputError."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.requests import Request

from semcode.errors import InputError

__all__ = ["Fields", "query_fields", "read_json"]

_LARGEST = 2**53
_LONGEST = 100_000
_MOST = 100_000


def read_json(body: bytes) -> Fields:
    """Read the JSON object of a request's body. Raises InputError for anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _bad("The request", "is not JSON") from error
    if not isinstance(value, dict):
        raise _bad("The request", "is not a JSON object")
    return Fields(value)


@dataclass(frozen=True, slots=True)
class Fields:
    """The named values of a request."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether a value was given."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None, *, longest: int = _LONGEST) -> str:
        """Give a text; `default` where it is missing."""
        value = self.values.get(name)
        if value is None:
            if default is None:
                raise _bad(name, "is missing")
            return default
        return _text(name, value, longest)

    def optional_text(self, name: str) -> str | None:
        """Give a text, None where it is missing."""
        return self.text(name) if self.has(name) else None

    def integer(self, name: str, default: int | None = None, *, low: int = 0) -> int:
        """Give a whole number from `low` up; `default` where it is missing."""
        value = self.values.get(name)
        if value is None:
            if default is None:
                raise _bad(name, "is missing")
            return default
        return _integer(name, value, low)

    def optional_integer(self, name: str) -> int | None:
        """Give a whole number, None where it is missing."""
        return self.integer(name) if self.has(name) else None

    def number(self, name: str, *, low: float, high: float) -> float | None:
        """Give a number within bounds, None where it is missing."""
        value = self.values.get(name)
        if value is None:
            return None
        try:
            number = float(value) if isinstance(value, (int, float, str)) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if isinstance(value, bool) or not low <= number <= high:
            raise _bad(name, f"is not a number from {low:g} to {high:g}")
        return number

    def flag(self, name: str) -> bool:
        """Tell whether a switch is on."""
        value = self.values.get(name)
        if value in (None, False, "", "0", "false"):
            return False
        if value in (True, "1", "true"):
            return True
        raise _bad(name, "is neither true nor false")

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """Give one of the words that are allowed."""
        value = self.text(name, default, longest=100)
        if value not in choices:
            raise _bad(name, f"is none of: {', '.join(choices)}")
        return value

    def texts(self, name: str, *, longest: int = 1_000) -> tuple[str, ...]:
        """Give a list of texts, empty where it is missing."""
        return tuple(_text(name, value, longest) for value in self._list(name))

    def integers(self, name: str) -> tuple[int, ...]:
        """Give a list of whole numbers, empty where it is missing."""
        return tuple(_integer(name, value, 0) for value in self._list(name))

    def record(self, name: str) -> Fields:
        """Give an object inside the request, empty where it is missing."""
        value = self.values.get(name)
        if value is None:
            return Fields({})
        if isinstance(value, str):
            return read_json(value.encode("utf-8", "replace"))
        if not isinstance(value, dict):
            raise _bad(name, "is not an object")
        return Fields(value)

    def records(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Give a list of objects, empty where it is missing."""
        found = self._list(name)
        if not all(isinstance(value, dict) for value in found):
            raise _bad(name, "is not a list of objects")
        return tuple(found)

    def request(self) -> str:
        """Give the page's own id of a decision: a UUID in its usual spelling."""
        value = self.text("request", longest=36)
        try:
            return str(UUID(value))
        except ValueError as error:
            raise _bad("request", "is not a UUID") from error

    def _list(self, name: str) -> list[Any]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > _MOST:
            raise _bad(name, "is not a list")
        return value


def query_fields(request: Request) -> Fields:
    """Give the query's values; a name that ends in [] is a list, else the last one counts."""
    values: dict[str, object] = {}
    for name in request.query_params:
        several = request.query_params.getlist(name)
        values[name.removesuffix("[]")] = several if name.endswith("[]") else several[-1]
    return Fields(values)


def _text(name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise _bad(name, "is not a text")
    if len(value) > longest:
        raise _bad(name, f"is longer than {longest:,} characters")
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise _bad(name, "holds a character that cannot be stored")
    return value


def _integer(name: str, value: Any, low: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 17:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= _LARGEST:
        raise _bad(name, f"is not a whole number of {low} or more")
    return value


def _bad(name: str, what: str) -> InputError:
    return InputError(
        f"{name} {what}.",
        remedy="Load the page again; if that does not help, this version has a fault.",
    )
