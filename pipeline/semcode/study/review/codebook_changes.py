"""Changes of a codebook: add, rename, move, merge, split, retire and redefine codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from uuid import uuid4

from semcode.codebook import Code, Codebook
from semcode.errors import CodebookError, InputError
from semcode.records import Level

__all__ = [
    "Add",
    "Change",
    "Changed",
    "Merge",
    "Move",
    "Redefine",
    "Rename",
    "Retire",
    "Split",
    "apply",
]


@dataclass(frozen=True, slots=True)
class Add:
    """A new code; `parent` by name or guid, None for the top of the tree."""

    name: str
    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    parent: str | None = None
    level: str | None = None
    color: str = ""
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """Another name; the code and its codings stay."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Move:
    """Another place in the tree; `parent` None is the top, where `level` is its own."""

    code: str
    parent: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Give the codings of `codes` to the code `into`; the codes leave the codebook."""

    codes: tuple[str, ...]
    into: str


@dataclass(frozen=True, slots=True)
class Split:
    """New codes beside one whose codings are then looked at again, one by one."""

    code: str
    into: tuple[Add, ...]


@dataclass(frozen=True, slots=True)
class Retire:
    """Take a code out of the codebook; its codings stay and are listed."""

    code: str


@dataclass(frozen=True, slots=True)
class Redefine:
    """Other words for what a code means; None leaves a field as it is."""

    code: str
    definition: str | None = None
    include: str | None = None
    exclude: str | None = None
    examples: tuple[str, ...] | None = None
    facets: tuple[str, ...] | None = None
    color: str | None = None


Change = Add | Rename | Move | Merge | Split | Retire | Redefine


@dataclass(frozen=True, slots=True)
class Changed:
    """The codebook after a change.

    `touched` are the guids of codes whose codings and suggestions it concerns, `recoded`
    says which code's codings go to which, `record` is what the version keeps of it.
    """

    book: Codebook
    touched: tuple[str, ...]
    recoded: Mapping[str, str]
    record: Mapping[str, object]


def apply(book: Codebook, change: Change, *, used: Collection[str] = ()) -> Changed:
    """Change a codebook; `used` are all guids that any version had, so that none comes back.

    Raises InputError for an unknown code, and CodebookError for a codebook with a fault,
    such as two codes of one name.
    """
    match change:
        case Add():
            return _add(book, change, used)
        case Rename():
            return _rename(book, change)
        case Move():
            return _move(book, change)
        case Merge():
            return _merge(book, change)
        case Split():
            return _split(book, change, used)
        case Retire():
            return _retire(book, change)
        case Redefine():
            return _redefine(book, change)


def _add(book: Codebook, change: Add, used: Collection[str]) -> Changed:
    code = _made(book, change, used)
    after = _place_after(book, code.parent)
    codes = (*book.codes[:after], code, *book.codes[after:])
    return Changed(replace(book, codes=codes), (), {}, _record("add", change, code=code.guid))


def _rename(book: Codebook, change: Rename) -> Changed:
    old = _find(book, change.code)
    name = _named(change.name)
    codes = [
        replace(c, name=name)
        if c is old
        else replace(c, parent=name)
        if c.parent and book[c.parent] is old
        else c
        for c in book
    ]
    record = _record("rename", change, code=old.guid, before=old.name)
    return Changed(replace(book, codes=tuple(codes)), (old.guid,), {}, record)


def _move(book: Codebook, change: Move) -> Changed:
    old = _find(book, change.code)
    parent = _find(book, change.parent) if change.parent else None
    if parent is not None and (parent is old or old in book.ancestors(parent)):
        raise CodebookError(
            f"{old.name!r} cannot be below itself.", remedy="Choose another code above it."
        )
    level = None if parent else _level(change.level) or book.level_of(old)
    moved = replace(old, parent=parent.name if parent else None, level=level)
    below = _below(book, old)
    codes = [moved if c is old else replace(c, level=None) if c in below else c for c in book]
    touched = (old.guid, *(c.guid for c in below))
    record = _record("move", change, code=old.guid, before=old.parent)
    return Changed(_tidy(replace(book, codes=tuple(codes))), touched, {}, record)


def _merge(book: Codebook, change: Merge) -> Changed:
    into = _find(book, change.into)
    gone = [_find(book, code) for code in dict.fromkeys(change.codes)]
    if not gone or into in gone:
        raise InputError(
            "A merge needs one or more codes, and another one to merge them into.",
            remedy="Choose two different codes.",
        )
    inside = [code for code in gone if code in book.ancestors(into)]
    if inside:
        raise CodebookError(
            f"{inside[0].name!r} is above {into.name!r}.",
            remedy=f"Merge {into.name!r} into {inside[0].name!r}, or move it first.",
        )
    codes = []
    for code in book:
        if code in gone:
            continue
        above = book[code.parent] if code.parent else None
        codes.append(replace(code, parent=into.name, level=None) if above in gone else code)
    recoded = {code.guid: into.guid for code in gone}
    record = _record("merge", change, codes=list(recoded), into=into.guid)
    record["names"] = [code.name for code in gone]
    book = _tidy(_consistent(replace(book, codes=()), codes))
    return Changed(book, (*recoded, into.guid), recoded, record)


def _split(book: Codebook, change: Split, used: Collection[str]) -> Changed:
    old = _find(book, change.code)
    if len(change.into) < 1:
        raise InputError("A split needs a new code.", remedy="Name what the code is split into.")
    made: list[str] = []
    now = book
    for new in change.into:
        beside = replace(
            new, parent=old.parent, level=new.level or (old.level if not old.parent else None)
        )
        done = _add(now, beside, used)
        now = done.book
        made.append(str(done.record["code"]))
    record = _record("split", change, code=old.guid, into=made)
    return Changed(now, (old.guid,), {}, record)


def _retire(book: Codebook, change: Retire) -> Changed:
    old = _find(book, change.code)
    codes = []
    for code in book:
        if code is old:
            continue
        if code.parent and book[code.parent] is old:
            level = None if old.parent else book.level_of(code)
            code = replace(code, parent=old.parent, level=level)
        codes.append(code)
    record = _record("retire", change, code=old.guid, name=old.name)
    return Changed(replace(book, codes=tuple(codes)), (old.guid,), {}, record)


def _redefine(book: Codebook, change: Redefine) -> Changed:
    old = _find(book, change.code)
    given = {
        name: value
        for name, value in asdict(change).items()
        if name != "code" and value is not None
    }
    new = replace(old, **given)
    codes = tuple(new if c is old else c for c in book)
    record = _record("redefine", change, code=old.guid)
    return Changed(replace(book, codes=codes), (old.guid,), {}, record)


def _find(book: Codebook, key: str) -> Code:
    found = book.get(key)
    if found is None:
        raise InputError(
            f"The codebook has no code {key!r}.",
            remedy="It may have changed meanwhile: look at it again.",
        )
    return found


def _made(book: Codebook, change: Add, used: Collection[str]) -> Code:
    parent = _find(book, change.parent) if change.parent else None
    known = book.get(_named(change.name))
    if known is not None:
        raise CodebookError(
            f"The codebook has a code {known.name!r} already.",
            remedy="Choose another name, or use that code.",
        )
    code = Code(
        name=_named(change.name),
        definition=change.definition,
        include=change.include,
        exclude=change.exclude,
        examples=change.examples,
        parent=parent.name if parent else None,
        level=None if parent and book.level_of(parent) else _level(change.level),
        color=change.color,
        facets=change.facets,
    )
    taken = code.guid in used or any(code.guid == other.guid for other in book)
    return replace(code, guid=str(uuid4())) if taken else code


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise CodebookError("A code has no name.", remedy="Give it a name.")
    return name


def _level(text: str | None) -> Level | None:
    if not text:
        return None
    if text not in set(Level):
        raise InputError(f"{text!r} is no level.", remedy=f"Use one of: {', '.join(Level)}.")
    return Level(text)


def _below(book: Codebook, code: Code) -> list[Code]:
    return [other for other in book if code in book.ancestors(other)]


def _place_after(book: Codebook, parent: str | None) -> int:
    """Give the position after the last code below a parent, or at the end."""
    if parent is None:
        return len(book)
    above = book[parent]
    return max(n for n, c in enumerate(book) if c is above or above in book.ancestors(c)) + 1


def _consistent(book: Codebook, codes: list[Code]) -> Codebook:
    """Put codes into a codebook, leaving out levels that a parent gives anyway."""
    known = {code.name.casefold(): code for code in codes}

    def level_above(code: Code) -> Level | None:
        parent = known.get(code.parent.casefold()) if code.parent else None
        return None if parent is None else parent.level or level_above(parent)

    return replace(
        book, codes=tuple(replace(c, level=None) if level_above(c) else c for c in codes)
    )


def _tidy(book: Codebook) -> Codebook:
    """Put each code after its parent, keeping the order otherwise."""

    def walk(parent: str | None) -> list[Code]:
        return [c for code in book.children(parent) for c in (code, *walk(code.name))]

    return replace(book, codes=tuple(walk(None)))


def _record(kind: str, change: Change, **more: object) -> dict[str, object]:
    return {"kind": kind, **asdict(change), **more}
