"""Say what a project's file holds, and what a study has no place for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from semcode.exchange.project import Source
from semcode.exchange.reading import read_project
from semcode.readers.files import shown

__all__ = ["Document", "Inspection", "has_words", "inspect", "without_words"]


@dataclass(frozen=True, slots=True)
class Document:
    """A document; `characters` None where the file lacks its words.

    `positions` says how the program counted, as far as its codings show it.
    """

    name: str
    characters: int | None
    codings: int
    positions: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file holds, in counts; `warnings` and `lost` are sentences."""

    file: str
    name: str
    program: str
    users: int
    codes: int
    codings: int
    cases: int
    variables: int
    notes: int
    sets: int
    links: int
    documents: tuple[Document, ...]
    warnings: tuple[str, ...]
    lost: tuple[str, ...]


def inspect(path: Path) -> Inspection:
    """Read a file and count. Raises InputError for one that cannot be read."""
    project = read_project(path)
    wordless = [s.name for s in project.sources if s.text is not None and not has_words(s.text)]
    return Inspection(
        file=shown(path),
        name=project.name,
        program=project.program,
        users=len(project.users),
        codes=len(project.codes),
        codings=sum(len(source.codings) for source in project.sources),
        cases=len(project.cases),
        variables=len(project.variables),
        notes=len(project.notes),
        sets=len(project.sets),
        links=len(project.links),
        documents=tuple(map(_document, project.sources)),
        warnings=(*project.warnings, *_unnamed(project.sources)),
        lost=(*project.lost, *without_words(wordless), *_homeless(project.sources)),
    )


def _homeless(sources: Sequence[Source]) -> list[str]:
    """Say how many codings have no words, unless the study has the document."""
    count = sum(len(source.codings) for source in sources if source.text is None)
    if not count:
        return []
    return [
        f"Codings of documents that the file names but does not hold: {count:,}. Import it into "
        "a study that has these transcripts, and they come in."
    ]


def _unnamed(sources: Sequence[Source]) -> list[str]:
    """Say how many codings are of nobody known."""
    count = sum(coding.user is None for source in sources for coding in source.codings)
    if not count:
        return []
    return [f"Codings of which the file does not say who made them: {count:,} (import --coder)."]


def has_words(text: str) -> bool:
    """Tell whether a text holds a letter or a figure."""
    return any(map(str.isalnum, text))


def without_words(names: Sequence[str]) -> list[str]:
    """Say which documents hold no words, in at most one sentence."""
    some = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return [f"Documents that are empty: {len(names):,} ({some})."] if names else []


def _document(source: Source) -> Document:
    characters = None if source.text is None else len(source.text)
    return Document(source.name, characters, len(source.codings), source.offsets)
