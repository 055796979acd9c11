"""Write the value of a variable as its type has it."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["fitting_kind", "typed_value"]

_FORMS = {
    "Boolean": re.compile(r"true|false|0|1"),
    "Integer": re.compile(r"[+-]?\d{1,18}"),
    "Float": re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"),
    "Date": re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"),
    "DateTime": re.compile(
        r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z?"
    ),
}


def fitting_kind(kind: str, values: Iterable[str]) -> str:
    """Give a variable's type where all its values have that form, else Text."""
    form = _FORMS.get(kind)
    return kind if form and all(form.fullmatch(value) for value in values) else "Text"


def typed_value(kind: str, value: str) -> tuple[str, str]:
    """Give the name of the element and the value for it."""
    return f"{kind}Value", value
