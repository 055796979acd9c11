"""Give a study as a project of neutral records, to be written for another program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from semcode import __version__, store
from semcode.codebook import Code, Codebook
from semcode.errors import InputError
from semcode.exchange.merging import FACET_SET
from semcode.exchange.project import (
    Case,
    Link,
    Note,
    Passage,
    Project,
    ProjectCode,
    ProjectCoding,
    Source,
    SourceSet,
    User,
    Variable,
)
from semcode.exchange.refi import LAYOUTS, write_codebook, write_project
from semcode.exchange.refi.values import fitting_kind
from semcode.records import Coder, Coding
from semcode.study.exchange.importing_extras import memo_of

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["LAYOUTS", "export_codebook_qdc", "export_project", "study_project"]

_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:export")


def export_project(
    study: Study, path: Path, *, suggestions: bool = True, layout: str = "refi"
) -> Path:
    """Write a study as .qdpx; `layout` is one of LAYOUTS.

    Raises InputError for an unknown layout or a file that cannot be written.
    """
    if layout not in LAYOUTS:
        raise InputError(
            f"There is no layout {layout!r}.", remedy=f"Use one of: {', '.join(LAYOUTS)}."
        )
    write_project(path, study_project(study, suggestions=suggestions), layout=layout)
    return path


def export_codebook_qdc(study: Study, path: Path) -> Path:
    """Write the newest codebook as .qdc."""
    project = study_project(study, suggestions=False)
    write_codebook(path, project)
    return path


def study_project(study: Study, *, suggestions: bool = True) -> Project:
    """Give a study as a project; each thing has the same guid at every call.

    `suggestions` adds the current suggestions as codings of a user of their own, each with
    its score.
    """
    with study.database.write() as connection:
        store.identities.complete_participants(connection)
    with study.database.read() as connection:
        maker = _Maker(connection, study.name)
        sources = maker.sources(study, suggestions=suggestions)
        cases, notes = maker.cases(), maker.notes()
        return Project(
            name=study.name,
            program=f"semcode {__version__}",
            users=maker.users(suggestions=suggestions),
            codes=maker.codes(),
            sources=sources,
            cases=cases,
            notes=notes,
            sets=maker.sets(),
            links=maker.links(),
            variables=maker.variables(cases, sources),
            description=maker.description(),
        )


class _Maker:
    """Read a study's tables and write them as records."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._book: Codebook = store.codebooks.load(connection)
        self._coders: dict[str, Coder] = {c.name: c for c in store.people.coders(connection)}
        self._transcripts = store.identities.transcript_guids(connection)
        self._people = store.identities.participant_guids(connection)
        self._memos = list(reversed(store.memos.memos(connection)))
        self._named = store.extras.of_kind(connection, "note")
        self._used: set[str] = set()
        self._coded: set[str] = set()
        self._home = store.identities.study(connection)

    def _guid(self, *parts: str) -> str:
        return str(uuid5(_NAMESPACE, "\n".join((self._home, *parts))))

    def users(self, *, suggestions: bool) -> tuple[User, ...]:
        """List whoever coded or wrote what was read before; who did nothing is left out."""
        people = [
            User(coder.guid, coder.name, coder.kind.value)
            for coder in self._coders.values()
            if coder.name in self._used
        ]
        model = self._model()
        return (*people, *([model] if suggestions and model.name in self._used else []))

    def _model(self) -> User:
        return User(self._guid("suggestions"), f"semcode suggestions {__version__}", "model")

    def codes(self) -> tuple[ProjectCode, ...]:
        """List the codes, and those that codings name and the codebook no longer has."""
        kept = store.extras.of_kind(self._connection, "code")
        codes = [self._code(code, kept.get(code.guid, {})) for code in self._book.codes]
        return (*codes, *self._retired())

    def _retired(self) -> Iterator[ProjectCode]:
        """Give the codes of codings that only an earlier version of the codebook has."""
        versions = store.identities.code_guids(self._connection)
        for guid in sorted(self._coded - {code.guid for code in self._book.codes}):
            if guid in versions:
                code = store.codebooks.load(self._connection, versions[guid])[guid]
                yield ProjectCode(guid, code.name, None, code.definition, code.color)
            else:
                yield ProjectCode(guid, f"code {guid[:8]}")

    def _code(self, code: Code, kept: Mapping[str, object]) -> ProjectCode:
        parent = self._book.get(code.parent) if code.parent else None
        level = self._book.level_of(code)
        return ProjectCode(
            guid=code.guid,
            name=self._other_name(code, kept),
            parent=parent.guid if parent else None,
            description=code.definition,
            color=code.color or (self._book.color_of(code) if level else ""),
            category=bool(kept.get("category")),
            details={
                "include": code.include,
                "exclude": code.exclude,
                "examples": code.examples,
                "level": code.level.value if code.level else "",
                "facets": code.facets,
            },
        )

    def _other_name(self, code: Code, kept: Mapping[str, object]) -> str:
        """Give the name the other program knows, if ours was only made unique from it."""
        original = str(kept.get("name") or "")
        return original if original and code.name.startswith(f"{original} (") else code.name

    def sources(self, study: Study, *, suggestions: bool) -> tuple[Source, ...]:
        """List the transcripts with their codings and marked passages."""
        codings = store.codings.all_codings(self._connection)
        by_name = {name: list(own) for name, own in groupby(codings, key=lambda c: c.transcript)}
        proposed = self._suggestions(study) if suggestions else {}
        passages: dict[str, list[Passage]] = {}
        for guid, data in store.extras.of_kind(self._connection, "passage").items():
            passages.setdefault(str(data["source"]), []).append(self._passage(guid, data))
        values = store.extras.of_kind(self._connection, "source")
        return tuple(
            self._source(
                row.id, by_name.get(row.name, ()), proposed.get(row.name, ()), passages, values
            )
            for row in store.transcripts.rows(self._connection)
        )

    def _source(
        self,
        key: int,
        codings: Sequence[Coding],
        proposed: Sequence[ProjectCoding],
        passages: Mapping[str, Sequence[Passage]],
        values: Mapping[str, Mapping[str, object]],
    ) -> Source:
        transcript = store.transcripts.load(self._connection, key)
        attributes = values.get(transcript.guid, {}).get("attributes")
        return Source(
            guid=transcript.guid,
            name=transcript.name,
            text=transcript.text,
            codings=(*map(self._coding, codings), *proposed),
            memo=self._described(memo_of(transcript.guid)),
            attributes=dict(attributes) if isinstance(attributes, dict) else {},
            original_name=transcript.source_name,
            passages=tuple(passages.get(transcript.guid, ())),
            sha256=transcript.source_sha256,
        )

    def _coding(self, coding: Coding) -> ProjectCoding:
        self._used.add(coding.coder)
        self._coded.add(coding.code)
        return ProjectCoding(
            guid=coding.guid,
            code=coding.code,
            user=self._coders[coding.coder].guid,
            start=coding.start,
            end=coding.end,
            memo=coding.memo.strip(),
            created_at=coding.created_at,
            facets=coding.facets,
        )

    def _suggestions(self, study: Study) -> dict[str, list[ProjectCoding]]:
        user = self._model()
        found: dict[str, list[ProjectCoding]] = {}
        for row in study.suggestions():
            if row.code not in self._book:
                continue
            self._used.add(user.name)
            place = (row.transcript, str(row.start), str(row.end), row.code)
            found.setdefault(row.transcript, []).append(
                ProjectCoding(
                    guid=self._guid("suggestion", *place),
                    code=row.code,
                    user=user.guid,
                    start=row.start,
                    end=row.end,
                    score=row.score,
                )
            )
        return found

    def _passage(self, guid: str, data: Mapping[str, object]) -> Passage:
        return Passage(
            guid=guid,
            start=int(str(data["start"])),
            end=int(str(data["end"])),
            name=str(data["name"]),
            memo=str(data["memo"]),
            user=self._user(data.get("user")),
            created_at=_moment(data.get("created")),
        )

    def _user(self, name: object) -> str | None:
        coder = self._coders.get(str(name or ""))
        if coder is not None:
            self._used.add(coder.name)
        return coder.guid if coder else None

    def _described(self, guid: str) -> str:
        return next((memo.text for memo in self._memos if memo.guid == guid), "")

    def cases(self) -> tuple[Case, ...]:
        """List the participants, with the transcripts in which they speak."""
        kept = store.extras.of_kind(self._connection, "case")
        spoken: dict[str, list[str]] = {}
        for speaker in store.transcripts.speaker_rows(self._connection):
            if speaker.participant:
                guid = self._transcripts[speaker.transcript]
                spoken.setdefault(self._people[speaker.participant], []).append(guid)
        people = store.people.participants(self._connection)
        names = {self._people[p.label]: (p.label, p.attributes) for p in people}
        for guid, data in kept.items():
            names.setdefault(guid, (str(data["name"]), {}))
        return tuple(
            Case(
                guid=guid,
                name=name,
                attributes=dict(attributes),
                sources=self._sources_of(spoken.get(guid, ()), kept.get(guid, {})),
                memo=self._described(memo_of(guid)),
            )
            for guid, (name, attributes) in names.items()
        )

    def _sources_of(self, spoken: Sequence[str], kept: Mapping[str, object]) -> tuple[str, ...]:
        known = set(self._transcripts.values())
        told = kept.get("sources")
        named = [str(guid) for guid in told] if isinstance(told, list) else []
        every = dict.fromkeys((*spoken, *(guid for guid in named if guid in known)))
        return tuple(sorted(every))

    def notes(self) -> tuple[Note, ...]:
        """List the memos that are no descriptions, and the notes that were kept whole."""
        described = {
            memo_of(guid) for guid in (*self._transcripts.values(), *self._people.values())
        }
        about: Mapping[str, Callable[[str], str | None]] = {
            "code": lambda target: target if target in self._book else None,
            "coding": lambda target: target,
            "transcript": self._transcripts.get,
            "participant": self._people.get,
        }
        found = [*map(self._kept_note, self._named.items())]
        for memo in self._memos:
            if memo.guid in described or memo.text == self.description():
                continue
            target = about[memo.target_kind](memo.target) if memo.target_kind in about else None
            data = self._named.get(memo.guid, {})
            found.append(
                Note(
                    guid=memo.guid,
                    name=str(data.get("name") or ""),
                    text=memo.text,
                    user=self._user(memo.coder),
                    created_at=_moment(data.get("created") or memo.at),
                    targets=(target,) if target else (),
                )
            )
        return tuple({note.guid: note for note in found if note}.values())

    def _kept_note(self, item: tuple[str, Mapping[str, object]]) -> Note | None:
        guid, data = item
        if "text" not in data:
            return None
        targets = data.get("targets")
        return Note(
            guid=guid,
            name=str(data.get("name") or ""),
            text=str(data["text"]),
            user=self._user(data.get("user")),
            created_at=_moment(data.get("created")),
            targets=tuple(map(str, targets)) if isinstance(targets, list) else (),
        )

    def description(self) -> str:
        """Give the memo that describes the whole project, "" where there is none."""
        from semcode.exchange.refi.guids import derived
        from semcode.study.exchange.importing_extras import DESCRIPTION

        return self._described(derived(DESCRIPTION, self._name))

    def sets(self) -> tuple[SourceSet, ...]:
        """List the facets as sets of the codes that have them, and the sets that were kept."""
        facets = [
            SourceSet(
                guid=self._guid("facet", facet.name),
                name=f"{FACET_SET}{facet.name}",
                members=tuple(c.guid for c in self._book.codes if facet.name in c.facets),
                memo="; ".join(facet.values)
                + (f"\n{facet.definition}" if facet.definition else ""),
            )
            for facet in self._book.facets
        ]
        kept = [
            SourceSet(guid, str(data["name"]), _texts(data["members"]), str(data["memo"]))
            for guid, data in store.extras.of_kind(self._connection, "set").items()
        ]
        return (*facets, *kept)

    def links(self) -> tuple[Link, ...]:
        """List the links that were kept."""
        return tuple(
            Link(guid, *(str(data[key]) for key in ("name", "origin", "target", "direction")))
            for guid, data in store.extras.of_kind(self._connection, "link").items()
        )

    def variables(self, cases: Sequence[Case], sources: Sequence[Source]) -> tuple[Variable, ...]:
        """List what is known of participants, each with the type that its values have."""
        kept = store.extras.of_kind(self._connection, "variable")
        values: dict[str, list[str]] = {str(data["name"]): [] for data in kept.values()}
        attributes = [thing.attributes for thing in cases]
        attributes += [thing.attributes for thing in sources]
        for own in attributes:
            for name, value in own.items():
                values.setdefault(name, []).append(value)
        guids = {str(data["name"]): guid for guid, data in kept.items()}
        return tuple(
            Variable(
                guid=guids.get(name) or self._guid("variable", name),
                name=name,
                kind=fitting_kind(str(kept.get(guids.get(name, ""), {}).get("kind", "")), told),
                memo=str(kept.get(guids.get(name, ""), {}).get("memo", "")),
            )
            for name, told in values.items()
        )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
