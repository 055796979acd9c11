"""QualCoder projects (schema 8 to 17): read one, and write suggestions into a copy.

Positions are code points of `source.fulltext`, as QualCoder itself counts.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from semcode.errors import InputError
from semcode.exchange.project import (
    Case,
    Note,
    Project,
    ProjectCode,
    ProjectCoding,
    Source,
    User,
)
from semcode.store.foreign import append_rows, is_sqlite, read_tables

__all__ = ["is_qualcoder", "read_qualcoder", "write_qualcoder"]

_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:qualcoder")
_DATABASE = "data.qda"
_NEEDED = ("project", "source", "code_name", "code_text")
_READ = (
    *_NEEDED,
    *("code_cat", "cases", "case_text", "attribute", "attribute_type", "annotation"),
    *("journal", "code_image", "code_av", "graph"),
)
_DATE = "%Y-%m-%d %H:%M:%S"

Row = Mapping[str, object]


def is_qualcoder(path: Path) -> bool:
    """Tell whether this is a QualCoder project: its folder, or the data.qda inside."""
    file = _file(path)
    if not is_sqlite(file):
        return False
    return all(name in read_tables(file, _NEEDED) for name in _NEEDED)


def read_qualcoder(path: Path) -> Project:
    """Read a project folder (NAME.qda) or its data.qda.

    Raises InputError where it is damaged, no QualCoder project, or older than schema 8.
    """
    tables = read_tables(_file(path), _READ)
    _check(tables, path)
    folder = path if path.is_dir() else path.parent
    sources = _sources(tables)
    return Project(
        name=folder.name.removesuffix(".qda"),
        program=f"QualCoder ({_text(tables['project'][0], 'databaseversion')})",
        users=tuple(User(_guid("user", name), name) for name in _owners(tables)),
        codes=tuple(_codes(tables)),
        sources=sources,
        cases=tuple(_cases(tables)),
        notes=tuple(_notes(tables)),
        description=_text(tables["project"][0], "memo"),
        warnings=tuple(_warnings(tables)),
        lost=tuple(_lost(tables)),
    )


def write_qualcoder(
    original: Path,
    copy: Path,
    sources: Sequence[Source],
    *,
    codes: Iterable[ProjectCode],
    owner: str,
) -> list[str]:
    """Write codings into a copy of a project, all under one owner; the original is not touched.

    `sources` are matched to the project's by name and text, codes by name; a code that the
    project lacks is added. Gives a sentence for each source that could not be matched.
    Raises InputError where the copy exists or cannot be made.
    """
    if copy.exists():
        raise InputError(
            "There is something of this name already.", where=str(copy), remedy="Name another."
        )
    tables = read_tables(_file(original), _READ)
    _check(tables, original)
    known, added = _code_ids(tables["code_name"], sources, codes, owner)
    rows, missed = _new_codings(tables["source"], sources, known, owner)
    try:
        _copy(original, copy)
    except OSError as error:
        raise InputError(f"The copy cannot be written: {error}.", where=str(copy)) from error
    new = {"code_name": added, "code_text": rows}
    if read_tables(_file(copy), ("coder_names",)):
        new["coder_names"] = [{"name": owner, "visibility": 1}]
    append_rows(_file(copy), new)
    return missed


def _copy(original: Path, copy: Path) -> None:
    if original.is_dir():
        shutil.copytree(original, copy)
    else:
        copy.mkdir(parents=True)
        shutil.copy2(original, copy / _DATABASE)


def _file(path: Path) -> Path:
    return path / _DATABASE if path.is_dir() else path


def _check(tables: Mapping[str, Sequence[Row]], path: Path) -> None:
    lacking = [name for name in _NEEDED if name not in tables]
    if lacking or not tables["project"]:
        raise InputError(
            "This is not a QualCoder project.",
            where=str(path),
            remedy="Name the project's folder, which ends in .qda.",
        )
    version = _text(tables["project"][0], "databaseversion").lstrip("v")
    if version.isdecimal() and int(version) < 8:
        raise InputError(
            f"The project was made by an old QualCoder (schema v{version}).",
            where=str(path),
            remedy="Open it once in a QualCoder of today, which brings it up to date.",
        )


def _owners(tables: Mapping[str, Sequence[Row]]) -> list[str]:
    rows = [*tables["code_text"], *tables.get("annotation", ()), *tables.get("journal", ())]
    return sorted({_text(row, "owner") for row in rows} - {""})


def _codes(tables: Mapping[str, Sequence[Row]]) -> Iterable[ProjectCode]:
    categories = {row["catid"]: row for row in tables.get("code_cat", ())}
    names = {row["cid"]: row for row in tables["code_name"]}
    for row in categories.values():
        above = categories.get(row.get("supercatid"))
        yield ProjectCode(
            guid=_guid("category", _text(row, "name")),
            name=_text(row, "name"),
            parent=_guid("category", _text(above, "name")) if above else None,
            description=_text(row, "memo"),
            category=True,
        )
    for row in names.values():
        yield _code(row, categories.get(row.get("catid")), names.get(row.get("supercid")))


def _code(row: Row, category: Row | None, above: Row | None) -> ProjectCode:
    parent = _guid("category", _text(category, "name")) if category else None
    if above:
        parent = _guid("code", _text(above, "name"))
    return ProjectCode(
        guid=_guid("code", _text(row, "name")),
        name=_text(row, "name"),
        parent=parent,
        description=_text(row, "memo"),
        color=_text(row, "color"),
    )


def _sources(tables: Mapping[str, Sequence[Row]]) -> tuple[Source, ...]:
    codes = {row["cid"]: _text(row, "name") for row in tables["code_name"]}
    codings: dict[object, list[ProjectCoding]] = defaultdict(list)
    files = {row["id"]: row for row in tables["source"]}
    for row in tables["code_text"]:
        if row["cid"] in codes and row["fid"] in files:
            codings[row["fid"]].append(_coding(row, files[row["fid"]], codes[row["cid"]]))
    return tuple(
        Source(
            guid=_guid("source", _text(row, "name")),
            name=_text(row, "name"),
            text=str(row["fulltext"]) if row.get("fulltext") else None,
            codings=tuple(codings[row["id"]]),
            memo=_text(row, "memo"),
            attributes=_attributes(tables, "file", row["id"]),
            offsets="code points",
            original_name=_text(row, "name"),
        )
        for row in tables["source"]
    )


def _coding(row: Row, source: Row, code: str) -> ProjectCoding:
    owner = _text(row, "owner")
    start, end = _inside(row, source)
    name, *told = _text(source, "name"), str(_int(row["pos0"])), str(_int(row["pos1"]))
    return ProjectCoding(
        guid=_guid("coding", name, code, *told, owner),
        code=_guid("code", code),
        user=_guid("user", owner) if owner else None,
        start=start,
        end=end,
        quote=_text(row, "seltext"),
        memo=_text(row, "memo"),
        created_at=_date(_text(row, "date")),
    )


def _inside(row: Row, source: Row) -> tuple[int, int]:
    """Give a span cut to its file's text."""
    length = len(str(source.get("fulltext") or "")) or max(_int(row["pos0"]), _int(row["pos1"]))
    start, end = sorted(min(max(_int(row[at]), 0), length) for at in ("pos0", "pos1"))
    return start, end


def _warnings(tables: Mapping[str, Sequence[Row]]) -> Iterable[str]:
    codes = {row["cid"] for row in tables["code_name"]}
    files = {row["id"]: row for row in tables["source"]}
    rows = [*tables["code_text"], *tables.get("annotation", ())]
    homeless = [row for row in rows if row["fid"] not in files]
    nameless = [row for row in tables["code_text"] if row["cid"] not in codes]
    cut = [
        row
        for row in rows
        if row["fid"] in files
        and _inside(row, files[row["fid"]]) != (_int(row["pos0"]), _int(row["pos1"]))
    ]
    counts = (
        (len(homeless), "Codings and notes of files that the project no longer has, left out"),
        (len(nameless), "Codings with a code that the project no longer has, left out"),
        (len(cut), "Codings and notes that reach past their text or run backwards, put right"),
    )
    return [f"{what}: {count:,}." for count, what in counts if count]


def _attributes(tables: Mapping[str, Sequence[Row]], kind: str, key: object) -> dict[str, str]:
    found = [
        row
        for row in tables.get("attribute", ())
        if row["attr_type"] == kind and row["id"] == key and _text(row, "value")
    ]
    return {_text(row, "name"): _text(row, "value") for row in found}


def _cases(tables: Mapping[str, Sequence[Row]]) -> Iterable[Case]:
    names = {row["id"]: _text(row, "name") for row in tables["source"]}
    spoken: dict[object, dict[str, None]] = defaultdict(dict)
    for row in tables.get("case_text", ()):
        if row["fid"] in names:
            spoken[row["caseid"]][_guid("source", names[row["fid"]])] = None
    for row in tables.get("cases", ()):
        yield Case(
            guid=_guid("case", _text(row, "name")),
            name=_text(row, "name"),
            attributes=_attributes(tables, "case", row["caseid"]),
            sources=tuple(spoken[row["caseid"]]),
            memo=_text(row, "memo"),
        )


def _notes(tables: Mapping[str, Sequence[Row]]) -> Iterable[Note]:
    files = {row["id"]: row for row in tables["source"]}
    for row in tables.get("annotation", ()):
        if row["fid"] not in files:
            continue
        source = _text(files[row["fid"]], "name")
        start, end = _inside(row, files[row["fid"]])
        told, owner = (str(_int(row["pos0"])), str(_int(row["pos1"]))), _text(row, "owner")
        yield Note(
            guid=_guid("annotation", source, *told, owner),
            name="",
            text=_text(row, "memo"),
            user=_guid("user", owner) if owner else None,
            created_at=_date(_text(row, "date")),
            span=(_guid("source", source), start, end),
        )
    for row in tables.get("journal", ()):
        owner = _text(row, "owner")
        yield Note(
            guid=_guid("journal", _text(row, "name")),
            name=_text(row, "name"),
            text=_text(row, "jentry"),
            user=_guid("user", owner) if owner else None,
            created_at=_date(_text(row, "date")),
        )


def _lost(tables: Mapping[str, Sequence[Row]]) -> Iterable[str]:
    media = sum(not row.get("fulltext") for row in tables["source"])
    marked = sum(bool(row.get("important")) for row in tables["code_text"])
    counts = (
        (len(tables.get("code_image", ())), "codings of images"),
        (len(tables.get("code_av", ())), "codings of sound or video"),
        (media, "files without text (images, sound, video)"),
        (len(tables.get("graph", ())), "graphs"),
        (marked, "marks of importance on codings"),
    )
    return [f"{count:,} {what}: semcode holds text only." for count, what in counts if count]


def _code_ids(
    rows: Sequence[Row], sources: Sequence[Source], codes: Iterable[ProjectCode], owner: str
) -> tuple[dict[str, int], list[dict[str, object]]]:
    """Give the number of each code in use by its guid, and the rows of those to be added."""
    used = {coding.code for source in sources for coding in source.codings}
    ids = {_text(row, "name").casefold(): _int(row["cid"]) for row in rows}
    following = max(ids.values(), default=0) + 1
    known: dict[str, int] = {}
    added: list[dict[str, object]] = []
    for code in codes:
        if code.guid not in used:
            continue
        if code.name.casefold() not in ids:
            ids[code.name.casefold()] = following
            added.append(
                {
                    "cid": following,
                    "name": code.name,
                    "memo": code.description,
                    "owner": owner,
                    "date": _now(),
                    "color": code.color or "#999999",
                }
            )
            following += 1
        known[code.guid] = ids[code.name.casefold()]
    return known, added


def _new_codings(
    rows: Sequence[Row], sources: Sequence[Source], known: Mapping[str, int], owner: str
) -> tuple[list[dict[str, object]], list[str]]:
    files = {(_stem(_text(row, "name")), str(row.get("fulltext") or "")): row["id"] for row in rows}
    by_text = {text: key for (_, text), key in files.items() if text}
    new: list[dict[str, object]] = []
    missed: list[str] = []
    for source in sources:
        text = source.text or ""
        file = files.get((_stem(source.name), text), by_text.get(text))
        if file is None:
            missed.append(f"{source.name}: the project has no file with the same text.")
            continue
        for coding in source.codings:
            if coding.start is None or coding.end is None or coding.code not in known:
                continue
            new.append(
                {
                    "cid": known[coding.code],
                    "fid": file,
                    "seltext": text[coding.start : coding.end],
                    "pos0": coding.start,
                    "pos1": coding.end,
                    "owner": owner,
                    "date": _now(),
                    "memo": coding.memo,
                }
            )
    return new, missed


def _stem(name: str) -> str:
    return Path(name).stem.casefold()


def _guid(kind: str, *parts: str) -> str:
    return str(uuid5(_NAMESPACE, "\0".join((kind, *parts))))


def _text(row: Row | None, name: str) -> str:
    value = (row or {}).get(name)
    return "" if value is None else str(value)


def _int(value: object) -> int:
    return int(str(value)) if value is not None and str(value).lstrip("-").isdecimal() else 0


def _date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _DATE).astimezone(UTC)
    except ValueError:
        return None


def _now() -> str:
    return datetime.now().astimezone().strftime(_DATE)
