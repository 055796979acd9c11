"""Bring another program's project into a study: all of it in one transaction, or nothing."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook
from semcode.errors import StudyError
from semcode.exchange.merging import Merged, facets_of_sets, merge_codes
from semcode.exchange.offsets import SPEC
from semcode.exchange.project import Project, ProjectCode, ProjectCoding
from semcode.exchange.reading import read_project
from semcode.records import Coder, CoderKind, Coding, Reading
from semcode.study.exchange.importing_coders import match_coders, store_coders
from semcode.study.exchange.importing_extras import keep_extras
from semcode.study.exchange.importing_people import add_people
from semcode.study.exchange.importing_texts import Sources, place_sources
from semcode.study.progress import Progress, Silent
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["Imported", "import_project", "study_from_project"]

_DATABASE = "study.db"
_WORKING = ".semcode-import-"
_OLD = 3_600  # seconds after which no import is still at work


@dataclass(slots=True)
class Imported:
    """What an import did.

    `transcripts` were added; `matched` were in the study already, and codings went there.
    `codings` were new, `known` there already. `unplaced` are codings whose place was not
    found, `lost` is what a study has no place for, `notes` what was odd: sentences each.
    """

    project: str = ""
    program: str = ""
    made: bool = False
    transcripts: list[str] = field(default_factory=list)
    matched: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    coders: list[str] = field(default_factory=list)
    participants: list[str] = field(default_factory=list)
    codings: int = 0
    known: int = 0
    readings: int = 0
    memos: int = 0
    kept: int = 0
    unplaced: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def study_from_project(
    folder: Path,
    path: Path,
    *,
    readings: bool = True,
    suggestions: bool = False,
    coder: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Make a study of a project; where anything fails, nothing is left behind.

    The options are those of `import_project`. Raises StudyError where the folder holds a
    study already, and InputError for a file that cannot be read.
    """
    from semcode.study.study import Study

    if (folder / _DATABASE).exists():
        raise StudyError(
            "The folder holds a study already.", where=str(folder), remedy="Name another folder."
        )
    project = read_project(path)
    first = _first_codebook(project)
    home = folder.resolve().parent
    try:
        home.mkdir(parents=True, exist_ok=True)
        _sweep(home)
        working = Path(mkdtemp(prefix=_WORKING, dir=home))
        try:
            book = first.codebook if first else "sem"
            with Study.create(working / "study", codebook=book, name=project.name) as study:
                done = _store(
                    study,
                    project,
                    readings=readings,
                    suggestions=suggestions,
                    coder=coder,
                    progress=progress or Silent(),
                )
            _move(working / "study", folder)
        finally:
            shutil.rmtree(working, ignore_errors=True)
    except OSError as error:
        raise StudyError(
            f"The study's folder cannot be made: {error.strerror}.",
            where=str(folder),
            remedy="Name a folder that you may write to.",
        ) from error
    done.made = True
    if first is None:
        note = f"The project {project.name!r} has no codes: the study has the codebook `sem`."
        done.notes.insert(0, note)
    else:
        _tell_codes(first, done)
    return done


def _move(made: Path, folder: Path) -> None:
    """Put a finished study in its place; settings that lie there already stay.

    Raises StudyError where another import was faster.
    """
    try:
        made.rename(folder)  # where nothing is, or an empty folder: all of it at once
        return
    except OSError:
        folder.mkdir(parents=True, exist_ok=True)
    if (folder / _DATABASE).exists():
        raise StudyError(
            "While this import ran, another one made a study in the folder.",
            where=str(folder),
            remedy="Import again: it then goes into that study.",
        )
    for file in sorted(made.iterdir(), key=lambda file: file.name == _DATABASE):
        if not (folder / file.name).exists():
            file.replace(folder / file.name)


def _sweep(home: Path) -> None:
    """Delete what imports that were killed have left, which holds transcripts."""
    for left in home.glob(f"{_WORKING}*"):
        if time.time() - left.stat().st_mtime > _OLD:
            shutil.rmtree(left, ignore_errors=True)


def _first_codebook(project: Project) -> Merged | None:
    """Give the codebook of a new study; None where the project has no codes."""
    if not project.codes:
        return None
    return merge_codes(
        Codebook(codes=(), name=project.name),
        project.codes,
        facets=facets_of_sets(project.sets),
        levels_by_name=_names_levels(project),
    )


def import_project(
    study: Study,
    path: Path,
    *,
    readings: bool = True,
    suggestions: bool = False,
    coder: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Bring a project's file into a study; what is there already stays and is not doubled.

    `readings` takes a coder who coded a document to have read all of it. `suggestions`
    brings the suggestions of semcode in, as a model's codings. `coder` names who coded
    where the file does not say. Raises InputError for a file that cannot be read.
    """
    project = read_project(path)
    return _store(
        study,
        project,
        readings=readings,
        suggestions=suggestions,
        coder=coder,
        progress=progress or Silent(),
    )


def _store(
    study: Study,
    project: Project,
    *,
    progress: Progress,
    readings: bool = True,
    suggestions: bool = False,
    coder: str = "",
) -> Imported:
    done = Imported(project=project.name, program=project.program)
    done.lost += project.lost
    done.notes += project.warnings
    rules = Counter(s.offsets for s in project.sources if s.offsets not in ("", str(SPEC)))
    done.notes += (
        f"Positions count {rule} in {counted(count, 'document')}." for rule, count in rules.items()
    )
    with study.database.write() as connection:
        merged = _codes(connection, project, done)
        coders = match_coders(connection, project, coder, done)
        sources = place_sources(connection, project, done, progress=progress)
        coded = _codings(connection, project, merged, coders, sources, suggestions, done)
        if readings:
            _readings(connection, coded, sources, done)
        cases = add_people(connection, project, sources, done)
        keep_extras(connection, project, merged, coders, sources, cases, done)
        done.unplaced += sources.unplaced
        done.notes += sources.notes()
    return done


def _names_levels(project: Project) -> bool:
    return not project.program.startswith("semcode")


def _codes(connection: Connection, project: Project, done: Imported) -> Merged:
    """Add the project's codes to the codebook, as a new version where there are new ones."""
    book = store.codebooks.load(connection)
    originals = {
        guid: str(data["name"])
        for guid, data in store.extras.of_kind(connection, "code").items()
        if data.get("name")
    }
    merged = merge_codes(
        book,
        project.codes,
        facets=facets_of_sets(project.sets),
        originals=originals,
        levels_by_name=_names_levels(project),
        retired=store.identities.code_guids(connection).keys() - {code.guid for code in book},
    )
    store.codebooks.save(connection, merged.codebook, note=f"imported from {project.name}")
    _note_originals(connection, project.codes, merged)
    _tell_codes(merged, done)
    return merged


def _tell_codes(merged: Merged, done: Imported) -> None:
    done.codes += merged.added
    if merged.renamed:
        some = "; ".join(merged.renamed[:5]) + ("; ..." if len(merged.renamed) > 5 else "")
        done.notes.append(f"Codes whose names were taken: {len(merged.renamed):,} ({some}).")
    if merged.kept:
        done.notes.append(
            f"Codes with another description in the file: {len(merged.kept):,}; the study's stay."
        )
    if merged.dropped:
        done.notes.append(f"Facets that nothing defines: {', '.join(sorted(merged.dropped))}.")


def _note_originals(connection: Connection, codes: Sequence[ProjectCode], merged: Merged) -> None:
    """Keep the names that the other program knows, and which codes only group others."""
    own = merged.codebook
    kept: dict[str, dict[str, object]] = {}
    for code in codes:
        found = own.get(merged.guids[code.guid])
        if found is None:
            continue
        data: dict[str, object] = {}
        if found.name != code.name:
            data["name"] = code.name
        if code.category:
            data["category"] = True
        if data:
            kept[found.guid] = data
    store.extras.put(connection, "code", kept)


def _codings(
    connection: Connection,
    project: Project,
    merged: Merged,
    coders: Mapping[str | None, Coder],
    sources: Sources,
    suggestions: bool,
    done: Imported,
) -> list[Coding]:
    """Store the codings whose place is known; give those of people."""
    wanted: list[Coding] = []
    kinds: dict[str, CoderKind] = {}
    left_out = 0
    undefined: Counter[str] = Counter()
    for source in project.sources:
        for coding in source.codings:
            who = coders.get(coding.user, coders[None])
            if who.kind is CoderKind.MODEL and not suggestions:
                left_out += 1
                continue
            made = _coding(coding, source.guid, merged, who, sources)
            if made is not None:
                wanted.append(made)
                kinds[who.name] = who.kind
                undefined.update(set(coding.facets) - set(made.facets))
    if left_out:
        done.notes.append(
            f"Suggestions of semcode in the file: {left_out:,}, left out "
            "(--suggestions brings them in as a model's codings)."
        )
    store_coders(connection, coders, kinds, done)
    if undefined:
        done.lost.append(
            f"Facets of codings that the codebook does not define: {undefined.total():,} "
            f"({', '.join(sorted(undefined))})."
        )
    fresh = _single(_not_moved(connection, wanted, done), done)
    done.codings = store.codings.add(connection, fresh, kinds=kinds)
    done.known = len(fresh) - done.codings
    return [coding for coding in fresh if kinds[coding.coder] is CoderKind.HUMAN]


def _coding(
    coding: ProjectCoding, source: str, merged: Merged, who: Coder, sources: Sources
) -> Coding | None:
    guid = merged.guids.get(coding.code)
    code = merged.codebook.get(guid or "")
    place = sources.span(source, coding, code.name if code else coding.code)
    if place is None or guid is None:
        return None
    transcript, start, end = place
    return Coding(
        guid=coding.guid,
        transcript=transcript,
        start=start,
        end=end,
        code=guid,
        coder=who.name,
        facets=_facets(coding.facets, merged.codebook),
        memo=coding.memo,
        created_at=coding.created_at,
    )


def _facets(values: tuple[str, ...], book: Codebook) -> tuple[str, ...]:
    known = {value for facet in book.facets for value in facet.values}
    return tuple(value for value in values if value in known)


def _not_moved(connection: Connection, wanted: Sequence[Coding], done: Imported) -> list[Coding]:
    """Leave out codings that the study has with another place, code or coder: they stay."""
    standing = {c.guid: c for c in store.codings.all_codings(connection)}
    fresh, differ = [], 0
    for coding in wanted:
        same = standing.get(coding.guid)
        if same is None or _key(same) == _key(coding):
            fresh.append(coding)
        else:
            differ += 1
    if differ:
        done.notes.append(
            f"Codings with another place, code or coder in the study: {differ:,}; "
            "the study's stay as they are."
        )
    return fresh


def _single(codings: Sequence[Coding], done: Imported) -> list[Coding]:
    """Make one of codings with the same place, code and coder; it has the memos of all."""
    single: dict[tuple[object, ...], Coding] = {}
    for coding in codings:
        first = single.setdefault(_key(coding), coding)
        if first is not coding:
            memos = dict.fromkeys(filter(None, (first.memo, coding.memo)))
            facets = tuple(dict.fromkeys((*first.facets, *coding.facets)))
            single[_key(coding)] = replace(first, memo="\n\n".join(memos), facets=facets)
    if twice := len(codings) - len(single):
        done.notes.append(
            "Codings that stand in the file more than once (the same words, code and coder): "
            f"{twice:,}; each is taken once, with all its memos."
        )
    return list(single.values())


def _key(coding: Coding) -> tuple[object, ...]:
    return coding.transcript, coding.start, coding.end, coding.code, coding.coder


def _readings(
    connection: Connection, codings: Sequence[Coding], sources: Sources, done: Imported
) -> None:
    """Take who coded a document to have read all of it, unless the study knows better."""
    known = {(r.coder, r.transcript) for r in store.codings.readings(connection)}
    newest: dict[tuple[str, str], datetime] = {}
    for coding in codings:
        key = (coding.coder, coding.transcript)
        at = coding.created_at or datetime.now(UTC)
        newest[key] = max(newest.get(key, at), at)
    made = [
        Reading(coder, transcript, 0, sources.lengths[transcript], at, blind=True)
        for (coder, transcript), at in sorted(newest.items())
        if (coder, transcript) not in known
    ]
    store.codings.add_readings(connection, made)
    done.readings = len(made)
    if made:
        people = Counter(reading.coder for reading in made)
        told = ", ".join(f"{name} {count:,}" for name, count in people.items())
        done.notes.append(
            "Whoever coded a document is taken to have read all of it, without suggestions "
            f"on show (documents: {told}). If that is wrong, import with --no-readings."
        )
