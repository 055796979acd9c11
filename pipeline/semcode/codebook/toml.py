"""Codebooks as TOML: the form to keep, with faults named by line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from semcode.codebook.model import Code, Codebook, CodeFaultError, Facet
from semcode.errors import CodebookError
from semcode.records import Level

__all__ = ["from_toml", "to_toml"]

_TEXTS = ("name", "level", "parent", "definition", "include", "exclude", "color", "guid")
_LISTS = ("examples", "facets")
_CODE_KEYS = frozenset((*_TEXTS, *_LISTS))


def from_toml(text: str, *, where: str = "codebook.toml") -> Codebook:
    """Read a codebook.

    Raises CodebookError with file, line and remedy for every fault: TOML that cannot be
    parsed, an unknown key or level, a code without a definition, and all that Codebook
    itself refuses.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and what it lets through
        raise CodebookError(
            f"This is not valid TOML: {error}.",
            where=where,
            remedy="Mend that line; quotes inside a text need three quotes around it.",
        ) from error
    lines = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[code\]\]", line)]

    def fail(position: int, what: str, remedy: str) -> CodebookError:
        line = lines[position] if position < len(lines) else 1
        return CodebookError(what, where=f"{where}, line {line}", remedy=remedy)

    head, entries, more = _parts(data, where)
    codes = []
    for position, entry in enumerate(entries):
        problem = _entry_fault(entry)
        if problem:
            raise fail(position, *problem)
        codes.append(_code(entry))
    facets = tuple(_facet(entry, where) for entry in more)
    try:
        return Codebook(
            codes=tuple(codes),
            name=str(head.get("name", "codebook")),
            language=str(head.get("language", "en")),
            description=str(head.get("description", "")),
            source=str(head.get("source", "")),
            facets=facets,
        )
    except CodeFaultError as error:
        raise fail(error.position, error.what, error.remedy or "") from error
    except CodebookError as error:
        raise CodebookError(error.what, where=where, remedy=error.remedy) from error


def _parts(
    data: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the head, the codes and the facets, each of the shape it must have."""
    head = data.get("codebook", {})
    if not isinstance(head, dict):
        remedy = 'Write [codebook] on a line of its own, and name = "..." below it.'
        raise CodebookError("`codebook` is not a table.", where=where, remedy=remedy)
    for key in ("code", "facet"):
        entries = data.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            what = f"`{key}` is not a list of tables."
            remedy = f"Write [[{key}]] on a line of its own before each."
            raise CodebookError(what, where=where, remedy=remedy)
    if not data.get("code"):
        raise CodebookError("There is no code in it.", where=where, remedy="Add a [[code]] table.")
    return head, data["code"], data.get("facet", [])


def _entry_fault(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    name = entry.get("name", "")
    unknown = sorted(set(entry) - _CODE_KEYS)
    if unknown:
        return f"{unknown[0]!r} is not a key of a code.", f"Use: {', '.join(sorted(_CODE_KEYS))}."
    for key in _CODE_KEYS & set(entry):
        wanted = list if key in _LISTS else str
        if not isinstance(entry[key], wanted):
            return f"{key!r} of {name!r} is not a {wanted.__name__}.", "Write it as text in quotes."
        if wanted is list and not all(isinstance(item, str) for item in entry[key]):
            return f"{key!r} of {name!r} holds something that is not text.", "Put it in quotes."
    if not str(entry.get("definition", "")).strip():
        return (
            f"The code {name!r} has no definition.",
            "Write one or two sentences: coders and the model both start from it.",
        )
    level = entry.get("level")
    if level is not None and level not in set(Level):
        return f"{level!r} is not a level of the model.", f"Use one of: {', '.join(Level)}."
    return None


def _code(entry: Mapping[str, Any]) -> Code:
    texts = {k: str(entry.get(k, "")).strip() for k in _TEXTS}
    return Code(
        name=texts["name"],
        level=Level(texts["level"]) if texts["level"] else None,
        parent=texts["parent"] or None,
        definition=texts["definition"],
        include=texts["include"],
        exclude=texts["exclude"],
        examples=tuple(entry.get("examples", ())),
        color=texts["color"],
        facets=tuple(entry.get("facets", ())),
        guid=texts["guid"],
    )


def _facet(entry: Mapping[str, Any], where: str) -> Facet:
    name, values = entry.get("name"), entry.get("values")
    texts = isinstance(values, list) and all(isinstance(value, str) for value in values)
    if not isinstance(name, str) or not texts:
        raise CodebookError(
            "A [[facet]] needs a name and a list of values, each in quotes.",
            where=where,
            remedy='For example name = "time" and values = ["current", "desired"].',
        )
    return Facet(name, tuple(values or ()), str(entry.get("definition", "")))


def to_toml(codebook: Codebook) -> str:
    """Write a codebook so that `from_toml` gives an equal one."""
    parts = [
        "[codebook]",
        *_pairs({k: getattr(codebook, k) for k in ("name", "language", "description", "source")}),
    ]
    for facet in codebook.facets:
        fields = {"name": facet.name, "values": facet.values, "definition": facet.definition}
        parts += ["", "[[facet]]", *_pairs(fields)]
    order = ("name", "level", "parent", "definition", "include", "exclude", "examples")
    for code in codebook.codes:
        fields = {k: getattr(code, k) for k in (*order, "color", "facets", "guid")}
        parts += ["", "[[code]]", *_pairs(fields)]
    return "\n".join(parts) + "\n"


def _pairs(fields: Mapping[str, object]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in fields.items() if value]


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return '"' + "".join(_escape(c) for c in str(value)) + '"'


def _escape(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char == "\n":
        return "\\n"
    return f"\\u{ord(char):04x}" if ord(char) < 32 or ord(char) == 127 else char
