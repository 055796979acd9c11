"""Read people's transcript files, each as it is, into transcripts with speakers and turns."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from semcode.errors import ReadError
from semcode.readers.cues import read_srt, read_vtt
from semcode.readers.documents import DOCUMENT_SUFFIXES, read_document
from semcode.readers.files import Source, load, shown, source_of
from semcode.readers.participants import Matching, ParticipantRow, match, read_participants
from semcode.readers.recognisers import read_json
from semcode.readers.tables import read_table
from semcode.readers.textgrid import group_textgrids, read_textgrids
from semcode.records import Transcript

__all__ = [
    "SUFFIXES",
    "Failure",
    "Matching",
    "ParticipantRow",
    "ReadOptions",
    "files_of",
    "match",
    "read",
    "read_participants",
]

_CUES = {".vtt": read_vtt, ".srt": read_srt, ".json": read_json, ".json3": read_json}
_TABLES = frozenset({".csv", ".tsv", ".xlsx"})
_TEXTGRID = ".textgrid"
# What lies beside transcripts in a study's folder.
_OTHERS = frozenset({"participants", "codebook", "codings", "readme", "license"})
SUFFIXES: frozenset[str] = DOCUMENT_SUFFIXES | _TABLES | {*_CUES, _TEXTGRID}


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: which column of a table is which, and the largest file in bytes."""

    columns: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why."""

    path: Path
    error: ReadError


def read(
    paths: Iterable[Path], *, options: ReadOptions | None = None
) -> Iterator[Transcript | Failure]:
    """Read files and folders, one after the other; a bad file gives a Failure and ends nothing.

    A folder gives the transcripts in it and below, sorted; hidden files, lock files of open
    documents, unknown endings, and files called participants, codebook, codings, readme or
    license are passed over there, and links give a Failure; a path that is named itself may
    be a link. A path that comes again is read once. A table may hold several transcripts,
    several TextGrids may be one. A file with the same content as one before, or a transcript
    with the same name, gives a Failure that names it.
    """
    options = options or ReadOptions()
    seen: dict[str, Path] = {}
    named: dict[str, Path] = {}
    for group in _groups(files_of(paths)):
        if isinstance(group, Failure):
            yield group
            continue
        try:
            for item in _read_group(group, options, seen):
                yield item if isinstance(item, Failure) else _only(item, group[0], named)
        except ReadError as error:
            yield _failure(error, group)


def _only(item: Transcript, path: Path, named: dict[str, Path]) -> Transcript | Failure:
    """Refuse a transcript whose name another file has given already."""
    before = named.setdefault(item.name, path)
    if before == path:
        return item
    what = f"{shown(before)} gives a transcript of the same name, `{item.name}`."
    remedy = "Rename one of the two files."
    return Failure(path, ReadError(what, where=shown(path), remedy=remedy))


def _failure(error: ReadError, group: list[Path]) -> Failure:
    """Put the whole path where an error names one of the files alone."""
    where = error.where or shown(group[0])
    for path in group:
        name = shown(path.name)
        if where == name or where.startswith(f"{name}, "):
            where = shown(path) + where.removeprefix(name)
            return Failure(path, ReadError(error.what, where=where, remedy=error.remedy))
    return Failure(group[0], ReadError(error.what, where=where, remedy=error.remedy))


def files_of(paths: Iterable[Path]) -> Iterator[Path | Failure]:
    """List the files that `read` would read, folders opened, and what it would refuse."""
    given = [Path(path) for path in paths]
    named = {_place(path) for path in given}
    done: set[tuple[str, bool]] = set()
    for path in given:
        for item in _inside(path, named) if _is_folder(path) else [_alone(path)]:
            failed = isinstance(item, Failure)
            key = (_place(item.path if isinstance(item, Failure) else item), failed)
            if key not in done:
                yield item
            done.add(key)


def _place(path: Path) -> str:
    """Tell a file apart from others, however the way to it is written; a link is its own."""
    try:
        return os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 - of text
    except (OSError, ValueError):
        return str(path)


def _alone(path: Path) -> Path | Failure:
    return path if path.suffix.lower() in SUFFIXES else Failure(path, _unknown(path))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _inside(folder: Path, named: Collection[str]) -> list[Path | Failure]:
    """List a folder's transcripts; what cannot be opened, and links that are not `named`, fail."""
    found: list[Path | Failure] = []

    def closed(error: OSError) -> None:
        path = Path(error.filename or folder)
        what = f"the folder cannot be opened ({error.strerror})."
        remedy = "Check that you may open it."
        found.append(Failure(path, ReadError(what, where=shown(path), remedy=remedy)))

    for root, folders, names in os.walk(folder, onerror=closed):
        kept = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        links = [name for name in kept if _is_link(Path(root, name))]
        folders[:] = [name for name in kept if name not in links]
        paths = [Path(root, name) for name in sorted(names) if not name.startswith((".", "~$"))]
        paths = [path for path in paths if _is_transcript(path)]
        linked = [*(Path(root, name) for name in links), *(p for p in paths if _is_link(p))]
        found += [path for path in paths if path not in linked]
        found += [Failure(path, _link(path)) for path in linked if _place(path) not in named]
    return found or [Failure(folder, _no_transcripts(folder))]


def _is_link(path: Path) -> bool:
    """Tell a link, and on Windows a junction (which Python knows from 3.12 on)."""
    junction = getattr(os.path, "isjunction", None)
    return path.is_symlink() or (junction is not None and junction(path))


def _link(path: Path) -> ReadError:
    remedy = "Name what it leads to, or put a copy there."
    return ReadError("links inside a folder are not followed.", where=shown(path), remedy=remedy)


def _is_transcript(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in SUFFIXES and path.stem.casefold() not in _OTHERS


def _no_transcripts(path: Path) -> ReadError:
    remedy = f"Name a folder with files that end in {', '.join(sorted(SUFFIXES))}."
    return ReadError("the folder holds no transcripts.", where=shown(path), remedy=remedy)


def _unknown(path: Path) -> ReadError:
    if path.suffix.lower() in (".doc", ".pages", ".wpd"):
        remedy = "Open it in the program that made it and save it as .docx."
    elif path.suffix.lower() in (".mp3", ".m4a", ".wav", ".mp4", ".mov", ".ogg", ".flac"):
        remedy = "Recordings are not transcribed here: add the transcript."
    else:
        remedy = f"Save it as one of {', '.join(sorted(SUFFIXES))}."
    what = f"files that end in `{shown(path.suffix)}` cannot be read."
    if not path.suffix:
        what = "the file's name has no ending, so its kind is not known."
    return ReadError(what, where=shown(path), remedy=remedy)


def _groups(found: Iterable[Path | Failure]) -> Iterator[list[Path] | Failure]:
    """Put the TextGrids of one conversation together, at the place of the first."""
    items = list(found)
    grids = [item for item in items if isinstance(item, Path) and item.suffix.lower() == _TEXTGRID]
    group_of = {path: group for group in group_textgrids(grids) for path in group}
    done: set[Path] = set()
    for item in items:
        if isinstance(item, Failure):
            yield item
        elif item not in group_of:
            yield [item]
        elif item not in done:
            yield group_of[item]
            done.update(group_of[item])


def _read_group(
    group: list[Path], options: ReadOptions, seen: dict[str, Path]
) -> Iterator[Transcript | Failure]:
    files: list[tuple[Path, bytes, Source]] = []
    for path in group:
        data = load(path, max_bytes=options.max_bytes)
        source = source_of(path.name, data, path.suffix.lower()[1:])
        if source.sha256 in seen:
            yield Failure(path, _twice(path, seen[source.sha256]))
        else:
            seen[source.sha256] = path
            files.append((path, data, source))
    if files:
        yield from _transcripts(files, options)


def _twice(path: Path, before: Path) -> ReadError:
    remedy = "Leave one of them out."
    what = f"it has the same content as {shown(before)}."
    return ReadError(what, where=shown(path), remedy=remedy)


def _transcripts(
    files: list[tuple[Path, bytes, Source]], options: ReadOptions
) -> Iterable[Transcript]:
    path, data, source = files[0]
    suffix = path.suffix.lower()
    if suffix == _TEXTGRID:
        return [_textgrid(files)]
    if suffix in _TABLES:
        return read_table(data, name=shown(path.stem), source=source, columns=options.columns)
    reader = _CUES.get(suffix, read_document)
    return [reader(data, name=shown(path.stem), source=source)]


def _textgrid(files: list[tuple[Path, bytes, Source]]) -> Transcript:
    """Read TextGrids as one transcript, named by what their names have in common."""
    if len(files) == 1:
        path, data, source = files[0]
        return read_textgrids([(shown(path.name), data)], name=shown(path.stem), source=source)
    source = source_of(
        ", ".join(path.name for path, _, _ in files),
        "\n".join(source.sha256 for _, _, source in files).encode(),
        _TEXTGRID[1:],
    )
    pairs = [(shown(path.name), data) for path, data, _ in files]
    name = _common_name([shown(path.stem) for path, _, _ in files])
    return read_textgrids(pairs, name=name, source=source)


def _common_name(stems: list[str]) -> str:
    """Give the whole words that names begin with alike; the first name where there are none."""
    words = [re.split(r"([ _.-]+)", stem) for stem in stems]
    alike = list(takewhile(lambda same: len(set(same)) == 1, zip(*words, strict=False)))
    return "".join(same[0] for same in alike).strip(" _.-") or stems[0]
