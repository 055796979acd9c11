"""Bring a project's codes into a codebook, whose names must be unique and stay as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from semcode.codebook import LEVEL_COLORS, Code, Codebook, Facet
from semcode.exchange.project import ProjectCode, SourceSet
from semcode.records import Level

__all__ = ["FACET_SET", "Merged", "facets_of_sets", "merge_codes"]

#: A set of this name holds the codes of a facet, and its description the values.
FACET_SET = "Facet: "
_LEVEL = re.compile(r"(.*?)(?:[ -]levels?)?", re.IGNORECASE)


@dataclass(slots=True)
class Merged:
    """The codebook with the new codes; `guids` maps the project's codes to the study's.

    `originals` are names that had to be made unique, by the study's guid. `renamed`,
    `kept` (descriptions that differ) and `dropped` (facets nobody defines) are told to the
    person.
    """

    codebook: Codebook
    guids: dict[str, str] = field(default_factory=dict)
    originals: dict[str, str] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)


def facets_of_sets(sets: Iterable[SourceSet]) -> tuple[Facet, ...]:
    """Read the facets that a semcode study wrote as sets."""
    found = []
    for group in sets:
        name = group.name.removeprefix(FACET_SET)
        values, _, definition = group.memo.partition("\n")
        told = tuple(dict.fromkeys(v.strip() for v in values.split(";") if v.strip()))
        if name != group.name and name.strip() and told:
            found.append(Facet(name.strip(), told, definition.strip()))
    return tuple(found)


def merge_codes(
    book: Codebook,
    codes: Sequence[ProjectCode],
    *,
    facets: Sequence[Facet] = (),
    originals: Mapping[str, str] | None = None,
    levels_by_name: bool = True,
    retired: Collection[str] = (),
) -> Merged:
    """Match codes by guid, then path, then name; add the others below their parents.

    What the codebook says of a code stays, but for an empty definition, which is filled.
    A new name that is taken gets its parent's in brackets. A code gets a level where its
    details say so or, with `levels_by_name`, where it is named as a level of the
    Socio-Ecological Model, and none above it has one. `retired` are guids that the study
    gave up: they keep their codings and do not come back.
    """
    merged = Merged(_with_facets(book, facets))
    named = dict(originals or {})
    merged.guids = _matches(book, codes, named)
    known = {code.guid: code for code in book.codes}
    names = {code.name.casefold() for code in book.codes}
    levels = {code.guid: book.level_of(code) for code in book.codes}
    for code in _parents_first(codes):
        found = merged.guids.get(code.guid)
        if found is None and code.guid in retired:
            merged.guids[code.guid] = code.guid
            continue
        if found is not None:
            known[found] = _filled(known[found], code, merged)
            continue
        above = merged.guids.get(code.parent or "", "")
        level = _level(code, levels.get(above), by_name=levels_by_name)
        made = _new(code, known.get(above), level, names, merged)
        known[made.guid] = made
        levels[made.guid] = level or levels.get(above)
        if made.color.lower() == LEVEL_COLORS.get(levels[made.guid]):
            known[made.guid] = replace(made, color="")
        names.add(made.name.casefold())
        merged.guids[code.guid] = made.guid
        merged.added.append(made.name)
        if made.name != code.name:
            merged.originals[made.guid] = code.name
            merged.renamed.append(f"{code.name} is now {made.name}")
    merged.codebook = replace(merged.codebook, codes=_ordered(book, known))
    return merged


def _with_facets(book: Codebook, facets: Sequence[Facet]) -> Codebook:
    names = {facet.name.casefold() for facet in book.facets}
    new = []
    for facet in facets:
        if facet.name.casefold() not in names:
            names.add(facet.name.casefold())
            new.append(facet)
    return replace(book, facets=(*book.facets, *new)) if new else book


def _matches(
    book: Codebook, codes: Sequence[ProjectCode], originals: Mapping[str, str]
) -> dict[str, str]:
    """Say which codes are in the codebook already, under which guid."""
    by_path: dict[tuple[str, ...], str] = {}
    for standing in book.codes:
        chain = (*book.ancestors(standing), standing)
        path = tuple(originals.get(one.guid, one.name).casefold() for one in chain)
        by_path.setdefault(path, standing.guid)
    guids = {code.guid for code in book.codes}
    found = {code.guid: code.guid for code in codes if code.guid in guids}
    taken = set(found.values())
    own = {code.guid: code for code in codes}
    times = Counter(code.name.casefold() for code in codes)
    for code in codes:
        if code.guid in found:
            continue
        match = by_path.get(_path(code, own))
        if match is None and times[code.name.casefold()] == 1:
            same = book.get(code.name)
            match = same.guid if same and same.name.casefold() == code.name.casefold() else None
        if match is not None and match not in taken:
            found[code.guid] = match
            taken.add(match)
    return found


def _path(code: ProjectCode, own: Mapping[str, ProjectCode]) -> tuple[str, ...]:
    path, seen = [code.name.casefold()], {code.guid}
    while code.parent and code.parent in own and code.parent not in seen:
        code = own[code.parent]
        seen.add(code.guid)
        path.insert(0, code.name.casefold())
    return tuple(path)


def _parents_first(codes: Sequence[ProjectCode]) -> list[ProjectCode]:
    """Order codes so that a parent comes before its children; a circle is cut."""
    own = {code.guid: code for code in codes}
    children: dict[str | None, list[ProjectCode]] = {}
    for code in codes:
        children.setdefault(code.parent if code.parent in own else None, []).append(code)
    ordered: list[ProjectCode] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        code = waiting.pop()
        ordered.append(code)
        waiting += reversed(children.get(code.guid, []))
    placed = {code.guid for code in ordered}
    return ordered + [replace(code, parent=None) for code in codes if code.guid not in placed]


def _filled(code: Code, other: ProjectCode, merged: Merged) -> Code:
    if other.description and not code.definition:
        return replace(code, definition=other.description)
    if other.description and other.description != code.definition:
        merged.kept.append(code.name)
    return code


def _new(
    code: ProjectCode, above: Code | None, level: Level | None, names: set[str], merged: Merged
) -> Code:
    facets = _texts(code.details.get("facets"))
    defined = {facet.name for facet in merged.codebook.facets}
    merged.dropped |= set(facets) - defined
    return Code(
        name=_unique(code, above, names),
        definition=code.description,
        include=str(code.details.get("include") or ""),
        exclude=str(code.details.get("exclude") or ""),
        examples=_texts(code.details.get("examples")),
        parent=above.name if above else None,
        level=level,
        color=code.color,
        facets=tuple(facet for facet in facets if facet in defined),
        guid=code.guid,
    )


def _level(code: ProjectCode, inherited: Level | None, *, by_name: bool) -> Level | None:
    told = code.details.get("level")
    if told in set(Level):
        return Level(str(told)) if inherited in (None, told) else None
    found = _LEVEL.fullmatch(" ".join(code.name.split())) if by_name else None
    name = found[1].casefold() if found else ""
    return Level(name) if inherited is None and name in set(Level) else None


def _unique(code: ProjectCode, above: Code | None, names: set[str]) -> str:
    plain = code.name.strip() or "unnamed code"
    if plain.casefold() not in names:
        return plain
    within = f"{plain} ({above.name})" if above else f"{plain} (2)"
    name, number = within, 1
    while name.casefold() in names:
        number += 1
        name = f"{within if above else plain} ({number})"
    return name


def _ordered(book: Codebook, known: Mapping[str, Code]) -> tuple[Code, ...]:
    """Put the new codes behind the last child of their parents, the others stay in order."""
    standing = [known[code.guid] for code in book.codes]
    new = [code for guid, code in known.items() if book.get(guid) is None]
    if not book.codes:
        return tuple(new)
    below: dict[str | None, list[Code]] = {}
    fresh = {code.name for code in new}
    for code in new:
        below.setdefault(code.parent, []).append(code)
    last: dict[str, int] = {}
    for place, code in enumerate(standing):
        for one in (*book.ancestors(book[code.guid]), code):
            last[one.name] = place
    behind: dict[int, list[Code]] = {}
    for parent, children in below.items():
        if parent in last and parent not in fresh:
            behind.setdefault(last[parent], []).extend(_subtree(children, below))
    ordered = [one for place, code in enumerate(standing) for one in (code, *behind.get(place, ()))]
    return (*ordered, *_subtree(below.get(None, []), below))


def _subtree(codes: Sequence[Code], below: Mapping[str | None, Sequence[Code]]) -> list[Code]:
    found: list[Code] = []
    waiting = list(reversed(codes))
    while waiting:
        code = waiting.pop()
        found.append(code)
        waiting += reversed(below.get(code.name, ()))
    return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()
