"""Another program's project in neutral records: what every importer gives and exporter takes.

Guids are lower-case 8-4-4-4-12; positions are Unicode code points of `Source.text`, half-open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = [
    "Case",
    "Link",
    "Note",
    "Passage",
    "Project",
    "ProjectCode",
    "ProjectCoding",
    "Source",
    "SourceSet",
    "User",
    "Variable",
]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who coded; `kind` as in CoderKind ("human", "model", "consensus")."""

    guid: str
    name: str
    kind: str = "human"


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """A code of a tree; `parent` is a guid. `name` need not be unique in other programs.

    `category` marks a branch that only groups others. `details` holds what only semcode
    writes (level, include, exclude, examples, facets), by the name of the field.
    """

    guid: str
    name: str
    parent: str | None = None
    description: str = ""
    color: str = ""
    category: bool = False
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProjectCoding:
    """A code on a span; `user` and `code` are guids.

    `start` and `end` are None where the program gives only the words (`quote`), which are
    then searched for in the source. `score` is set for the suggestions of a model.
    """

    guid: str
    code: str
    user: str | None
    start: int | None
    end: int | None
    quote: str = ""
    memo: str = ""
    created_at: datetime | None = None
    score: float | None = None
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A marked passage without a code, or one that a link, note or set points at."""

    guid: str
    start: int
    end: int
    name: str = ""
    memo: str = ""
    user: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A document: `text` None where the project names it without holding its words.

    The positions of its codings are then as the program counts them, to be settled when the
    words are found elsewhere.

    `offsets` says which counting of positions fitted (for example "UTF-16, CRLF").
    `attributes` are the variables of the document itself. `original_name` is the file as
    it was called in the project. `sha256` is that of the file that held the text.
    """

    guid: str
    name: str
    text: str | None
    codings: tuple[ProjectCoding, ...] = ()
    memo: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    offsets: str = ""
    original_name: str = ""
    passages: tuple[Passage, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """What is known of cases or documents; `kind` is Text, Boolean, Integer, Float, Date..."""

    guid: str
    name: str
    kind: str = "Text"
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A participant; `sources` are guids of the documents in which they speak."""

    guid: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A memo; `targets` are guids of what it is about, with spans for a passage."""

    guid: str
    name: str
    text: str
    user: str | None = None
    created_at: datetime | None = None
    targets: tuple[str, ...] = ()
    span: tuple[str, int, int] | None = None


@dataclass(frozen=True, slots=True)
class SourceSet:
    """A named set of codes, sources or notes, by guid."""

    guid: str
    name: str
    members: tuple[str, ...] = ()
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two guids."""

    guid: str
    name: str
    origin: str
    target: str
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """Everything read from a project; `lost` says in sentences what could not be carried."""

    name: str
    program: str
    users: tuple[User, ...] = ()
    codes: tuple[ProjectCode, ...] = ()
    sources: tuple[Source, ...] = ()
    cases: tuple[Case, ...] = ()
    notes: tuple[Note, ...] = ()
    sets: tuple[SourceSet, ...] = ()
    links: tuple[Link, ...] = ()
    variables: tuple[Variable, ...] = ()
    description: str = ""
    lost: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
