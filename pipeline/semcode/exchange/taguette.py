"""Taguette: a project as SQLite, or its highlights and codebook as tables.

A highlight's positions are UTF-8 bytes over the document's HTML without its tags; here they
become code points over the same words with a line break where a block ends.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from semcode.errors import InputError
from semcode.exchange.project import Project, ProjectCode, ProjectCoding, Source, User
from semcode.store.foreign import is_sqlite, read_tables

__all__ = ["is_taguette", "read_taguette"]

_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:taguette")
_NEEDED = ("projects", "documents", "highlights", "tags", "highlight_tags")
_BLOCKS = frozenset(
    [
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure"),
        *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre"),
        *("section", "table", "td", "th", "tr", "ul"),
    ]
)

Row = Mapping[str, object]
Makers = Mapping[object, tuple[str, datetime | None]]


def is_taguette(path: Path) -> bool:
    """Tell whether this is a Taguette project as SQLite."""
    return path.is_file() and is_sqlite(path) and len(read_tables(path, _NEEDED)) == len(_NEEDED)


def read_taguette(path: Path) -> Project:
    """Read a project that was exported as SQLite.

    Raises InputError where it is damaged or holds none or several projects.
    """
    tables = read_tables(path, (*_NEEDED, "commands"))
    project = _one_project(tables, path)
    who = _makers(tables.get("commands", ()))
    return Project(
        name=str(project["name"]),
        program="Taguette",
        users=tuple(
            User(_guid("user", name), name) for name in sorted({w for w, _ in who.values()})
        ),
        codes=tuple(_codes(tables["tags"])),
        sources=tuple(_sources(tables, who)),
        description=str(project["description"] or ""),
        lost=tuple(_lost(tables)),
    )


def _one_project(tables: Mapping[str, Sequence[Row]], path: Path) -> Row:
    projects = tables.get("projects", ())
    if len(projects) == 1:
        return projects[0]
    names = ", ".join(repr(str(row["name"])) for row in projects)
    raise InputError(
        f"The file holds {len(projects)} projects ({names})." if names else "It holds no project.",
        where=str(path),
        remedy="In Taguette open the project, then Project info, Export project, and import that.",
    )


def _makers(commands: Sequence[Row]) -> dict[object, tuple[str, datetime | None]]:
    """Say of each highlight who made it and when: only the log of commands knows."""
    made: dict[object, tuple[str, datetime | None]] = {}
    for row in commands:
        payload = _payload(row["payload"])
        if payload.get("type") == "highlight_add" and row.get("user_login"):
            maker = str(row["user_login"]), _date(str(row["date"]))
            made.setdefault(payload.get("highlight_id"), maker)
    return made


def _payload(value: object) -> Mapping[str, object]:
    try:
        found = json.loads(str(value))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _codes(tags: Sequence[Row]) -> Iterable[ProjectCode]:
    """Give the tags as a tree: a dot in the path of one that exists is a branch."""
    paths = {str(row["path"]) for row in tags}
    for row in tags:
        path = str(row["path"])
        above = [path[:at] for at, sign in enumerate(path) if sign == "." and path[:at] in paths]
        parent = above[-1] if above else None
        yield ProjectCode(
            guid=_guid("tag", path),
            name=path[len(parent) + 1 :] if parent else path,
            parent=_guid("tag", parent) if parent else None,
            description=str(row["description"] or ""),
        )


def _sources(tables: Mapping[str, Sequence[Row]], who: Makers) -> Iterable[Source]:
    paths = {row["id"]: str(row["path"]) for row in tables["tags"]}
    tagged: dict[object, list[str]] = defaultdict(list)
    for row in tables["highlight_tags"]:
        if row["tag_id"] in paths:
            tagged[row["highlight_id"]].append(paths[row["tag_id"]])
    marks: dict[object, list[Row]] = defaultdict(list)
    for row in tables["highlights"]:
        marks[row["document_id"]].append(row)
    for row in tables["documents"]:
        name = str(row["name"])
        words = _Words(str(row["contents"] or ""))
        codings = [
            _coding(mark, path, name, words, who)
            for mark in marks[row["id"]]
            for path in tagged[mark["id"]]
        ]
        yield Source(
            guid=_guid("document", name),
            name=name,
            text=words.text,
            codings=tuple(codings),
            memo=str(row["description"] or ""),
            offsets="UTF-8 bytes without tags",
            original_name=str(row["filename"] or ""),
        )


def _coding(mark: Row, path: str, document: str, words: _Words, who: Makers) -> ProjectCoding:
    start, end = int(str(mark["start_offset"])), int(str(mark["end_offset"]))
    user, at = who.get(mark["id"], (None, None))
    return ProjectCoding(
        guid=_guid("highlight", document, str(start), str(end), path),
        code=_guid("tag", path),
        user=_guid("user", user) if user else None,
        start=words.position(start, after=True),
        end=words.position(end, after=False),
        created_at=at,
    )


def _lost(tables: Mapping[str, Sequence[Row]]) -> Iterable[str]:
    tagged = {row["highlight_id"] for row in tables["highlight_tags"]}
    bare = sum(row["id"] not in tagged for row in tables["highlights"])
    if bare:
        yield f"{bare:,} highlights without a tag."


class _Words(HTMLParser):
    """The words of an HTML document, and where each of its bytes went."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._length = 0
        self._bytes = [0]  # at each piece of words: bytes before it
        self._starts = [0]  # and code points of `text` before it
        self._strings: list[str] = [""]
        self.feed(html)
        self.close()
        self.text = "".join(self._pieces)

    def handle_data(self, data: str) -> None:
        if not self._length and not data.strip():
            return  # white space before the first word is not counted
        self._bytes.append(self._bytes[-1] + len(self._strings[-1].encode()))
        self._starts.append(self._length)
        self._strings.append(data)
        self._pieces.append(data)
        self._length += len(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._end_block(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_block(tag)

    def _end_block(self, tag: str) -> None:
        if tag in _BLOCKS and self._pieces and not self._pieces[-1].endswith("\n"):
            self._pieces.append("\n")
            self._length += 1

    def position(self, offset: int, *, after: bool) -> int:
        """Give the code point of `text` at a byte; between two pieces the later (`after`)."""
        piece = bisect_right(self._bytes, offset) - 1
        if not after and piece and offset == self._bytes[piece]:
            piece -= 1
        words = self._strings[piece].encode()[: offset - self._bytes[piece]]
        return self._starts[piece] + len(words.decode("utf-8", "ignore"))


def _guid(kind: str, *parts: str) -> str:
    return str(uuid5(_NAMESPACE, "\0".join((kind, *parts))))


def _date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
