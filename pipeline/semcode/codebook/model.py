"""Code and Codebook: a tree of codes under the levels of the Socio-Ecological Model."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from uuid import NAMESPACE_URL, uuid5

from semcode.errors import CodebookError
from semcode.records import Level

__all__ = ["LEVEL_COLORS", "Code", "Codebook", "Facet"]

_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:code")
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")

#: One hue a level, told apart by the colour-blind (after Okabe and Ito 2008).
LEVEL_COLORS: Mapping[Level | None, str] = {
    Level.INTRAPERSONAL: "#0072b2",
    Level.INTERPERSONAL: "#d55e00",
    Level.ORGANIZATIONAL: "#009e73",
    Level.COMMUNITY: "#a65896",
    Level.PUBLIC_POLICY: "#8a6d00",
    None: "#5f6368",
}


@dataclass(frozen=True, slots=True)
class Facet:
    """A set of values that cut across the tree, such as current / desired."""

    name: str
    values: tuple[str, ...]
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A code with what a coder needs in order to use it.

    `parent` is the parent's name. `level` None means that it is the parent's, or that the
    code has none. `facets` are the names of the facets that apply. `guid` is derived from
    the name when it is not given, so that the same codebook gives the same guids.
    """

    name: str
    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    parent: str | None = None
    level: Level | None = None
    color: str = ""
    facets: tuple[str, ...] = ()
    guid: str = ""

    def __post_init__(self) -> None:
        if not self.guid:
            object.__setattr__(self, "guid", str(uuid5(_NAMESPACE, self.name.casefold())))
        object.__setattr__(self, "examples", tuple(self.examples))
        object.__setattr__(self, "facets", tuple(self.facets))
        if self.level is not None:
            object.__setattr__(self, "level", Level(self.level))


@dataclass(frozen=True)
class Codebook:
    """Codes in the order in which people read them.

    Raises CodebookError for a duplicate name or guid, an unknown parent, a cycle, a level
    that contradicts the parent's, an unknown facet, a code that has no name, what is no
    colour, and a facet that comes twice or has no name or values.
    """

    codes: tuple[Code, ...]
    name: str = "codebook"
    language: str = "en"
    description: str = ""
    source: str = ""
    facets: tuple[Facet, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", tuple(self.codes))
        object.__setattr__(self, "facets", tuple(self.facets))
        for number, facet in enumerate(self.facets):
            _check_facet(facet, self.facets[:number])
        for position, code in enumerate(self.codes):
            problem = self._fault(position, code)
            if problem:
                raise CodeFaultError(position, *problem)

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, key: str) -> Code:
        """Give the code of a name (in any case) or a guid; KeyError where there is none."""
        return self._by_key[key] if key in self._by_key else self._by_key[key.casefold()]

    def get(self, key: str) -> Code | None:
        """Give the code of a name (in any case) or a guid, None where there is none."""
        try:
            return self[key]
        except KeyError:
            return None

    def __contains__(self, key: str) -> bool:
        return key in self._by_key or key.casefold() in self._by_key

    @cached_property
    def _by_key(self) -> dict[str, Code]:
        return {k: c for c in reversed(self.codes) for k in (c.guid, c.name.casefold())}

    @cached_property
    def _first(self) -> dict[tuple[str, str], int]:
        """Give the position of the first code of each name and guid."""
        places = reversed(list(enumerate(self.codes)))
        pairs = [(("name", c.name.casefold()), ("guid", c.guid), n) for n, c in places]
        return {key: n for name, guid, n in pairs for key in (name, guid)}

    @cached_property
    def digest(self) -> str:
        """Hash everything that is said in it (sha256, hexadecimal)."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def ancestors(self, code: Code) -> tuple[Code, ...]:
        """Give the parents of a code, the top one first."""
        chain: list[Code] = []
        parent = code.parent
        while parent is not None and len(chain) <= len(self.codes):
            chain.insert(0, self[parent])
            parent = chain[0].parent
        return tuple(chain)

    def level_of(self, code: Code) -> Level | None:
        """Give the level of a code: its own, or that of its nearest ancestor that has one."""
        chain = (code, *reversed(self.ancestors(code)))
        return next((c.level for c in chain if c.level is not None), None)

    def path(self, code: Code) -> tuple[str, ...]:
        """Give the names from the top ancestor down to the code."""
        return (*(c.name for c in self.ancestors(code)), code.name)

    def color_of(self, code: Code) -> str:
        """Give the code's colour, or its level's."""
        return code.color or LEVEL_COLORS[self.level_of(code)]

    def children(self, name: str | None) -> tuple[Code, ...]:
        """Give the codes directly under a code (under no code for None)."""
        fold = None if name is None else name.casefold()
        return tuple(c for c in self.codes if (c.parent and c.parent.casefold()) == fold)

    def _fault(self, position: int, code: Code) -> tuple[str, str] | None:
        return (
            self._name_fault(position, code)
            or self._parent_fault(code)
            or self._facet_fault(code)
            or _color_fault(code)
        )

    def _name_fault(self, position: int, code: Code) -> tuple[str, str] | None:
        if not code.name.strip():
            return "A code has no name.", "Give it a name."
        if self._first["name", code.name.casefold()] < position:
            return f"Two codes are named {code.name!r}.", "Rename or merge one of them."
        other = self._first["guid", code.guid]
        if other < position:
            names = f"{code.name!r} and {self.codes[other].name!r}"
            return f"{names} have the same guid.", "Remove one guid."
        return None

    def _parent_fault(self, code: Code) -> tuple[str, str] | None:
        seen = [code.name]
        parent = code.parent
        while parent is not None:
            if parent not in self:
                return (
                    f"The code {seen[-1]!r} has the parent {parent!r}, which is not there.",
                    f"Correct the spelling{self._closest(parent)}, or add that code.",
                )
            if self[parent].name in seen:
                circle = " > ".join([*seen, self[parent].name])
                return f"Codes are their own parents: {circle}.", "Remove one of these parents."
            seen.append(self[parent].name)
            parent = self[parent].parent
        above = self.level_of(self[code.parent]) if code.parent else None
        if above and code.level and code.level != above:
            return (
                f"{code.name!r} is {code.level}, its parent {code.parent!r} is {above}.",
                "Leave the level of a child out, or move it to another parent.",
            )
        return None

    def _facet_fault(self, code: Code) -> tuple[str, str] | None:
        known = {f.name for f in self.facets}
        for name in code.facets:
            if name not in known:
                have = ", ".join(sorted(known)) or "none"
                return (
                    f"{code.name!r} has the facet {name!r}, which is not defined.",
                    f"Add a [[facet]] of that name (there: {have}).",
                )
        return None

    def _closest(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name, [c.name for c in self.codes], 1)
        return f" (did you mean {near[0]!r}?)" if near else ""


def _color_fault(code: Code) -> tuple[str, str] | None:
    if not code.color or _COLOR.fullmatch(code.color):
        return None
    return f"{code.color!r} is not a colour.", 'Write it as "#rrggbb".'


def _check_facet(facet: Facet, before: Sequence[Facet]) -> None:
    if not facet.name.strip():
        raise CodebookError("A facet has no name.", remedy="Give it a name.")
    if facet.name.casefold() in {other.name.casefold() for other in before}:
        what = f"Two facets are named {facet.name!r}."
        raise CodebookError(what, remedy="Put their values into one.")
    if not facet.values or not all(value.strip() for value in facet.values):
        what = f"The facet {facet.name!r} has no values, or an empty one."
        raise CodebookError(what, remedy="Write what it may be, such as current and desired.")
    if len({value.casefold() for value in facet.values}) < len(facet.values):
        what = f"The facet {facet.name!r} has a value twice."
        raise CodebookError(what, remedy="Remove one of them.")


class CodeFaultError(CodebookError):
    """A fault of the code at a position, so that a reader can name its line."""

    def __init__(self, position: int, what: str, remedy: str) -> None:
        super().__init__(what, remedy=remedy)
        self.position = position
