"""Write neutral records as a REFI-QDA project or codebook that the schema accepts."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from semcode.exchange.offsets import SPEC, Lines, Rule, Unit, to_foreign, with_lines
from semcode.exchange.project import (
    Link,
    Note,
    Project,
    ProjectCode,
    ProjectCoding,
    Source,
    SourceSet,
    Variable,
)
from semcode.exchange.refi.details import write_details
from semcode.exchange.refi.guids import derived, is_guid
from semcode.exchange.refi.memos import Remark, gather_remarks
from semcode.exchange.refi.values import typed_value
from semcode.exchange.refi.xml import Xml
from semcode.exchange.tables import replace_file

__all__ = ["LAYOUTS", "write_codebook", "write_project"]

#: How positions count and lines end for a program; "refi" is what the standard says.
LAYOUTS: Mapping[str, Rule] = {
    "refi": SPEC,
    "atlasti": Rule(lines=Lines.LF),
    "maxqda": Rule(lines=Lines.CRLF),
    "nvivo": Rule(Unit.UTF_16, Lines.CRLF),
}

_PROJECT = "urn:QDA-XML:project:1.0"
_CODEBOOK = "urn:QDA-XML:codebook:1.0"
_WHERE = "http://schema.qdasoftware.org/versions"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_DIRECTIONS = ("Associative", "OneWay", "Bidirectional")
#: Zips hold no earlier time; one time for all makes equal projects equal files.
_TIME = (1980, 1, 1, 0, 0, 0)


def write_project(path: Path, project: Project, *, layout: str = "refi") -> None:
    """Write a .qdpx, whole or not at all; `layout` is one of LAYOUTS.

    Texts lie in `sources/` as UTF-8 without a byte order mark; no path of this machine is
    in the file. Raises InputError where it cannot be written.
    """
    rule = LAYOUTS[layout]
    replace_file(path, lambda target: _write_zip(target, project, rule))


def write_codebook(path: Path, project: Project) -> None:
    """Write the codes and their sets as a .qdc, whole or not at all."""

    def write(target: Path) -> None:
        with target.open("wb") as handle:
            _codebook(Xml(handle.write), project)

    replace_file(path, write)


def _write_zip(path: Path, project: Project, rule: Rule) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_member("project.qde"), "w") as handle:
            _project(handle, project, rule)
        for source in project.sources:
            if source.text is not None:
                text = with_lines(source.text, rule.lines)
                data = text.encode("utf-8", "replace")
                archive.writestr(_member(f"sources/{source.guid}.txt"), data)


def _member(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, _TIME)
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = 0o644 << 16
    return made


def _project(handle: IO[bytes], project: Project, rule: Rule) -> None:
    remarks = gather_remarks(project)
    xml = Xml(handle.write)
    attributes = {
        "xmlns": _PROJECT,
        "xmlns:xsi": _XSI,
        "xsi:schemaLocation": f"{_PROJECT} {_WHERE}/Project/v1.0/Project.xsd",
        "name": project.name,
        "origin": project.program if rule == SPEC else f"{project.program} ({rule})",
    }
    with xml.element("Project", attributes):
        _users(xml, project)
        _codes(xml, project, remarks.of)
        _variables(xml, project.variables)
        _cases(xml, project)
        if project.sources:
            with xml.element("Sources", {}):
                for source in project.sources:
                    _source(xml, source, project, rule, remarks.of)
        _notes(xml, [*project.notes, *remarks.notes])
        _links(xml, project)
        _sets(xml, project.sets, project)
        xml.text("Description", project.description)
        for note in remarks.of.get("", ()):
            xml.empty("NoteRef", {"targetGUID": note})


def _users(xml: Xml, project: Project) -> None:
    if project.users:
        with xml.element("Users", {}):
            for user in project.users:
                kind = None if user.kind == "human" else f"semcode {user.kind}"
                xml.empty("User", {"guid": user.guid, "name": user.name, "id": kind})


def _codebook(xml: Xml, project: Project) -> None:
    attributes = {
        "xmlns": _CODEBOOK,
        "xmlns:xsi": _XSI,
        "xsi:schemaLocation": f"{_CODEBOOK} {_WHERE}/Codebook/v1.0/Codebook.xsd",
        "origin": project.program,
    }
    with xml.element("CodeBook", attributes):
        _tree(xml, project, {})
        codes = {code.guid for code in project.codes}
        groups = [group for group in project.sets if codes.intersection(group.members)]
        if groups:
            with xml.element("Sets", {}):
                for group in groups:
                    with xml.element("Set", {"guid": group.guid, "name": group.name}):
                        xml.text("Description", group.memo)
                        for member in group.members:
                            if member in codes:
                                xml.empty("MemberCode", {"guid": member})


def _codes(xml: Xml, project: Project, notes: Mapping[str, Sequence[str]]) -> None:
    if project.codes:
        with xml.element("CodeBook", {}):
            _tree(xml, project, notes)


def _tree(xml: Xml, project: Project, notes: Mapping[str, Sequence[str]]) -> None:
    children: dict[str | None, list[ProjectCode]] = {}
    known = {code.guid for code in project.codes}
    for code in project.codes:
        children.setdefault(code.parent if code.parent in known else None, []).append(code)
    with xml.element("Codes", {}):
        _branch(xml, children, None, notes)


def _branch(
    xml: Xml,
    children: Mapping[str | None, Sequence[ProjectCode]],
    parent: str | None,
    notes: Mapping[str, Sequence[str]],
) -> None:
    for code in children.get(parent, ()):
        attributes = {
            "guid": code.guid,
            "name": code.name,
            "isCodable": "false" if code.category else "true",
            "color": code.color or None,
        }
        with xml.element("Code", attributes):
            xml.text("Description", write_details(code.description, code.details))
            for note in notes.get(code.guid, ()):
                xml.empty("NoteRef", {"targetGUID": note})
            _branch(xml, children, code.guid, notes)


def _variables(xml: Xml, variables: Sequence[Variable]) -> None:
    if variables:
        with xml.element("Variables", {}):
            for variable in variables:
                attributes = {
                    "guid": variable.guid,
                    "name": variable.name,
                    "typeOfVariable": variable.kind,
                }
                with xml.element("Variable", attributes):
                    xml.text("Description", variable.memo)


def _values(xml: Xml, attributes: Mapping[str, str], variables: Sequence[Variable]) -> None:
    for variable in variables:
        value = attributes.get(variable.name)
        if value:
            with xml.element("VariableValue", {}):
                xml.empty("VariableRef", {"targetGUID": variable.guid})
                xml.text(*typed_value(variable.kind, value))


def _cases(xml: Xml, project: Project) -> None:
    if project.cases:
        with xml.element("Cases", {}):
            for case in project.cases:
                with xml.element("Case", {"guid": case.guid, "name": case.name}):
                    xml.text("Description", case.memo)
                    _values(xml, case.attributes, project.variables)
                    for source in case.sources:
                        xml.empty("SourceRef", {"targetGUID": source})


def _source(
    xml: Xml,
    source: Source,
    project: Project,
    rule: Rule,
    notes: Mapping[str, Sequence[str]],
) -> None:
    path = f"internal://{source.guid}.txt" if source.text is not None else None
    attributes = {"guid": source.guid, "name": source.name, "plainTextPath": path}
    with xml.element("TextSource", attributes):
        xml.text("Description", source.memo)
        _selections(xml, source, rule, notes)
        for note in notes.get(source.guid, ()):
            xml.empty("NoteRef", {"targetGUID": note})
        _values(xml, source.attributes, project.variables)


def _selections(xml: Xml, source: Source, rule: Rule, notes: Mapping[str, Sequence[str]]) -> None:
    """Write one selection for each coded span, with its codings, and the marked passages."""
    if source.text is None:
        return
    of_span: dict[tuple[int, int], list[ProjectCoding]] = {}
    for coding in source.codings:
        if coding.start is not None and coding.end is not None:
            of_span.setdefault((coding.start, coding.end), []).append(coding)
    bare = {(p.start, p.end): p for p in source.passages if not p.memo and p.guid not in notes}
    marks: list[Remark] = []
    for (start, end), codings in of_span.items():
        same = bare.pop((start, end), None)
        marks.append(Remark.of_codings(source, start, end, codings, like=same))
    merged = {mark.guid for mark in marks}
    marks += [Remark.of_passage(p) for p in source.passages if p.guid not in merged]
    marks.sort(key=lambda mark: (mark.start, mark.end))
    places = to_foreign(source.text, rule, [p for mark in marks for p in (mark.start, mark.end)])
    for number, mark in enumerate(marks):
        attributes = {
            "guid": mark.guid,
            "name": mark.name,
            "startPosition": str(places[2 * number]),
            "endPosition": str(places[2 * number + 1]),
            "creatingUser": mark.user,
            "creationDateTime": _moment(mark.created),
        }
        with xml.element("PlainTextSelection", attributes):
            xml.text("Description", mark.memo)
            for coding in mark.codings:
                _coding(xml, coding, notes)
            for note in notes.get(mark.guid, ()):
                xml.empty("NoteRef", {"targetGUID": note})


def _coding(xml: Xml, coding: ProjectCoding, notes: Mapping[str, Sequence[str]]) -> None:
    attributes = {
        "guid": coding.guid,
        "creatingUser": coding.user,
        "creationDateTime": _moment(coding.created_at),
    }
    with xml.element("Coding", attributes):
        xml.empty("CodeRef", {"targetGUID": coding.code})
        for note in notes.get(coding.guid, ()):
            xml.empty("NoteRef", {"targetGUID": note})


def _notes(xml: Xml, notes: Sequence[Note]) -> None:
    if notes:
        with xml.element("Notes", {}):
            for note in notes:
                attributes = {
                    "guid": note.guid,
                    "name": note.name or None,
                    "creatingUser": note.user,
                    "creationDateTime": _moment(note.created_at),
                }
                with xml.element("Note", attributes):
                    xml.text("PlainTextContent", note.text)


def _links(xml: Xml, project: Project) -> None:
    cases = {case.guid for case in project.cases}
    # A case has no place for notes, so that they are linked.
    linked = [
        Link(derived("link", note.guid, target), "", target, note.guid, "Associative")
        for note in project.notes
        for target in note.targets
        if target in cases
    ]
    every = [*project.links, *linked]
    links = [link for link in every if is_guid(link.origin) and is_guid(link.target)]
    if links:
        with xml.element("Links", {}):
            for link in links:
                direction = link.direction if link.direction in _DIRECTIONS else None
                attributes = {
                    "guid": link.guid,
                    "name": link.name,
                    "direction": direction,
                    "originGUID": link.origin,
                    "targetGUID": link.target,
                }
                xml.empty("Link", attributes)


def _sets(xml: Xml, sets: Iterable[SourceSet], project: Project) -> None:
    groups = list(sets)
    if not groups:
        return
    kinds = dict.fromkeys((code.guid for code in project.codes), "MemberCode")
    kinds |= dict.fromkeys((source.guid for source in project.sources), "MemberSource")
    kinds |= dict.fromkeys((note.guid for note in project.notes), "MemberNote")
    with xml.element("Sets", {}):
        for group in groups:
            with xml.element("Set", {"guid": group.guid, "name": group.name}):
                xml.text("Description", group.memo)
                for kind in ("MemberCode", "MemberSource", "MemberNote"):
                    for member in group.members:
                        if kinds.get(member) == kind:
                            xml.empty(kind, {"targetGUID": member})


def _moment(when: datetime | None) -> str | None:
    if when is None:
        return None
    told = when if when.tzinfo else when.replace(tzinfo=UTC)
    return told.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
