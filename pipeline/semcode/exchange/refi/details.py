"""What only semcode knows of a code, written into its description and read out of it again.

Where they live, or that they have nowhere to live.

Include: couch surfing.
Exclude: moving by choice.

Examples:
- I slept in the car.
Level: interpersonal
Facets: resources; time

"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from semcode.records import Level

__all__ = ["read_details", "write_details"]

_LABELS = ("Include", "Exclude", "Examples", "Level", "Facets")
_LABEL = re.compile(rf"({'|'.join(_LABELS)}):(?: (.*))?", re.DOTALL)
#: A line of the definition that would be taken for a label gets a backslash.
_LIKE = re.compile(rf"^(\\*)(?=(?:{'|'.join(_LABELS)}):|- )", re.MULTILINE)
_ESCAPED = re.compile(rf"^\\(\\*)(?=(?:{'|'.join(_LABELS)}):|- )", re.MULTILINE)


def write_details(definition: str, details: Mapping[str, object]) -> str:
    """Write a definition and what else is known of a code as one description."""
    told = {label: str(details.get(label.casefold()) or "") for label in ("Include", "Exclude")}
    lines = [f"{label}: {_guarded(text)}" for label, text in told.items() if text]
    examples = _texts(details.get("examples"))
    if examples:
        lines += ["Examples:", *(f"- {_guarded(example)}" for example in examples)]
    if level := details.get("level"):
        lines.append(f"Level: {level}")
    if facets := _texts(details.get("facets")):
        lines.append(f"Facets: {'; '.join(facets)}")
    parts = [_guarded(definition), "\n".join(lines)]
    return "\n\n".join(part for part in parts if part)


def read_details(description: str) -> tuple[str, dict[str, object]]:
    """Part a description into the definition and what `write_details` wrote below it.

    A label counts at the beginning or after an empty line; what follows belongs to it up to
    the next label.
    """
    text = description.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    first = next(
        (n for n, line in enumerate(lines) if _LABEL.fullmatch(line) and _follows(lines, n)), None
    )
    if first is None:
        return _unguarded(text), {}
    details = _labelled(lines[first:])
    return _unguarded("\n".join(lines[:first]).removesuffix("\n")), details


def _follows(lines: Sequence[str], place: int) -> bool:
    """Tell whether a label may stand here: first of all, or after an empty line."""
    return place == 0 or not lines[place - 1].strip()


def _labelled(lines: Sequence[str]) -> dict[str, object]:
    fields: dict[str, list[str]] = {}
    label = ""
    for line in lines:
        found = _LABEL.fullmatch(line)
        if found and found[1] not in fields:
            label = found[1]
            fields[label] = [found[2] or ""]
        else:
            fields[label].append(line)
    details: dict[str, object] = {}
    for name in ("Include", "Exclude"):
        if text := _unguarded("\n".join(fields.get(name, [])).strip("\n")):
            details[name.casefold()] = text
    if examples := _examples(fields.get("Examples", [])):
        details["examples"] = examples
    level = "\n".join(fields.get("Level", [])).strip().casefold()
    if level in set(Level):
        details["level"] = level
    facets = [f.strip() for f in "\n".join(fields.get("Facets", [])).split(";") if f.strip()]
    if facets:
        details["facets"] = tuple(facets)
    return details


def _examples(lines: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for line in lines[1:]:
        if line.startswith("- "):
            found.append(line[2:])
        elif found:
            found[-1] += f"\n{line}"
    return tuple(_unguarded(example) for example in found)


def _guarded(text: str) -> str:
    return _LIKE.sub(r"\\\1", text)


def _unguarded(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()
