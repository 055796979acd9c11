"""Read a REFI-QDA project or codebook into neutral records, tolerant of what programs write."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from semcode.exchange.offsets import SPEC, Fit, Rule, rule_named
from semcode.exchange.project import (
    Case,
    Link,
    Note,
    Project,
    ProjectCode,
    Source,
    SourceSet,
    User,
    Variable,
)
from semcode.exchange.refi.archive import Parts, open_parts
from semcode.exchange.refi.details import read_details
from semcode.exchange.refi.elements import Root, read_elements
from semcode.exchange.refi.guids import derived, is_guid, normal
from semcode.exchange.refi.raw import RawSource, moment, note_refs, optional_guid, target
from semcode.exchange.refi.settle import Settled, fit_rules, settle
from semcode.exchange.refi.sources import SourceReader, values_of
from semcode.exchange.refi.tally import Tally
from semcode.exchange.refi.texts import words_of

__all__ = ["is_refi", "read_refi"]

_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_SCORE = re.compile(r"Score ([01]\.\d+)")
_FACETS = re.compile(r"Facets: ([^\n]*)(?:\n\n(.*))?", re.DOTALL)
_OWN = re.compile(r"semcode [\w.+-]+(?: \((.*)\))?")
_SUGGESTIONS = "semcode suggestions"
#: What our own files say in the `id` of a user who is no person.
_KINDS = {"semcode model": "model", "semcode consensus": "consensus"}


def is_refi(path: Path) -> bool:
    """Tell by its content whether a file is a REFI-QDA project or codebook."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return any(name.casefold().endswith(".qde") for name in archive.namelist())
        with path.open("rb") as handle:
            head = handle.read(4_000)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        return False
    plain = head.replace(b"\0", b"")
    return (
        b"urn:QDA-XML" in plain or re.search(rb"<(?:\w+:)?(Project|CodeBook)\b", plain) is not None
    )


def read_refi(path: Path) -> Project:
    """Read a .qdpx, .qde or .qdc file.

    Raises ReadError for a file that is damaged, unsafe or something else; what is merely
    odd in it stands in `warnings`, what has no place in a study in `lost`.
    """
    with open_parts(path) as parts:
        reader = _Reader(parts)
        root = read_elements(parts.xml(), reader.take, where=parts.where)
        return reader.project(root, path.stem)


@dataclass(slots=True)
class _Reader:
    """Collect the elements of a project in any order, then tie them together."""

    parts: Parts
    warnings: Tally = field(default_factory=Tally)
    lost: Tally = field(default_factory=Tally)
    users: dict[str, User] = field(default_factory=dict)
    codes: dict[str, ProjectCode] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
    sets: list[SourceSet] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    raw: list[RawSource] = field(default_factory=list)
    about: dict[str, list[str]] = field(default_factory=dict)
    description: str = ""
    sources: SourceReader = field(init=False)

    def __post_init__(self) -> None:
        self.sources = SourceReader(self.parts, self.warnings, self.lost)

    def take(self, part: str, element: Element) -> None:
        """Take one finished element."""
        handles: Mapping[str, Callable[[Element], None]] = {
            "Users": self._user,
            "CodeBook": self._codes,
            "Codes": lambda code: self._code(code, None),
            "Variables": self._variable,
            "Cases": self._case,
            "Sources": lambda source: self.raw.extend(self.sources.read(source)),
            "Notes": self._note,
            "Links": self._link,
            "Sets": self._set,
            "Description": self._describe,
            "NoteRef": lambda ref: self._mention(target(ref), ""),
        }
        handle = handles.get(part)
        if handle is not None:
            handle(element)
        elif part == "Graphs":
            self.lost.add("drawings of networks (graphs)", element.get("name", ""))
        else:
            self.lost.add(f"elements of an unknown part ({part[:40]})")

    def _user(self, element: Element) -> None:
        guid = normal(element.get("guid", ""))
        name = " ".join((element.get("name") or element.get("id") or "").split())
        if guid in self.users:
            self.warnings.add("users have a GUID that another has too and are left out", name)
            return
        kind = "model" if name.startswith(_SUGGESTIONS) else "human"
        kind = _KINDS.get(element.get("id", ""), kind)
        self.users[guid] = User(guid, name or f"user {guid[:8]}", kind)

    def _codes(self, element: Element) -> None:
        for code in element.iterfind("Code"):
            self._code(code, None)

    def _code(self, top: Element, parent: str | None) -> None:
        waiting: list[tuple[Element, str | None]] = [(top, parent)]
        while waiting:
            element, above = waiting.pop(0)
            if element.tag != "Code":
                continue
            guid = self._code_guid(element)
            definition, details = read_details((element.findtext("Description") or "").strip())
            self.codes[guid] = ProjectCode(
                guid=guid,
                name=" ".join(element.get("name", "").split()) or f"code {guid[:8]}",
                parent=above,
                description=definition,
                color=self._color(element.get("color", "")),
                category=element.get("isCodable", "true").strip() in ("false", "0"),
                details=details,
            )
            for note in note_refs(element):
                self._mention(note, guid)
            waiting[:0] = [(child, guid) for child in element.iterfind("Code")]

    def _code_guid(self, element: Element) -> str:
        told = element.get("guid", "")
        if not is_guid(told):
            self.warnings.add("codes have an identifier that is no GUID and get one")
        guid = normal(told or element.get("name", ""))
        number = 1
        while guid in self.codes:
            if number == 1:
                name = element.get("name", "")
                self.warnings.add("codes have a GUID that another has too and get a new one", name)
            number += 1
            guid = derived("code", told, element.get("name", ""), str(number))
        return guid

    def _color(self, text: str) -> str:
        color = text.strip()
        if not color or _COLOR.fullmatch(color):
            return color
        self.warnings.add("colours cannot be read and are left out", color[:20])
        return ""

    def _variable(self, element: Element) -> None:
        guid = normal(element.get("guid", ""))
        name = " ".join(element.get("name", "").split()) or f"variable {guid[:8]}"
        taken = {variable.name for variable in self.variables.values()}
        plain, number = name, 1
        while name in taken:
            number += 1
            name = f"{plain} ({number})"
        memo = (element.findtext("Description") or "").strip()
        kind = element.get("typeOfVariable", "Text")
        self.variables[guid] = Variable(guid, name, kind, memo)

    def _case(self, element: Element) -> None:
        guid = normal(element.get("guid", ""))
        name = " ".join(element.get("name", "").split()) or f"case {guid[:8]}"
        self.lost.add("codes given to cases", name, len(element.findall("CodeRef")))
        parts = len(element.findall("SelectionRef"))
        self.lost.add("passages that stand for a case (the case is kept)", name, parts)
        self.cases.append(
            Case(
                guid=guid,
                name=name,
                attributes=values_of(element),
                sources=tuple(filter(None, map(target, element.iterfind("SourceRef")))),
                memo=(element.findtext("Description") or "").strip(),
            )
        )

    def _note(self, element: Element) -> None:
        guid = normal(element.get("guid", ""))
        name = " ".join(element.get("name", "").split())
        words = words_of(element, self.parts, name or "note", self.warnings, lost=self.lost)
        told = (element.findtext("Description") or "").strip()
        text = "\n\n".join(filter(None, (told, words.text.strip() if words else "")))
        codings = len(element.findall("PlainTextSelection/Coding"))
        self.lost.add("codings inside memos", name, codings)
        user = optional_guid(element.get("creatingUser"))
        made_at = moment(element.get("creationDateTime"))
        self.notes[guid] = Note(guid, name, text, user, made_at)

    def _link(self, element: Element) -> None:
        origin, goal = element.get("originGUID", ""), element.get("targetGUID", "")
        if not origin or not goal:
            self.warnings.add("links lack an end and are left out", element.get("name", ""))
            return
        ends = normal(origin), normal(goal)
        guid = normal(element.get("guid") or "\n".join(ends))
        name, direction = element.get("name", ""), element.get("direction", "")
        self.links.append(Link(guid, name, *ends, direction))

    def _set(self, element: Element) -> None:
        if element.tag != "Set":
            return
        name = element.get("name", "")
        members = [target(child) for child in element if child.tag.startswith("Member")]
        memo = (element.findtext("Description") or "").strip()
        guid = normal(element.get("guid") or name)
        self.sets.append(SourceSet(guid, name, tuple(filter(None, members)), memo))

    def _describe(self, element: Element) -> None:
        self.description = (element.text or "").strip()

    def _mention(self, note: str, about: str) -> None:
        self.about.setdefault(note, []).append(about)

    def project(self, root: Root, stem: str) -> Project:
        """Tie everything together."""
        self._check_root(root)
        program = " ".join(root.attributes.get("origin", "").split())
        own = _OWN.fullmatch(program)
        told: Rule | None = (rule_named(own[1] or "") or SPEC) if own else None
        fitted = fit_rules(self.raw, program, told)
        known = self._known()
        settled = [
            settle(source, fit, known, self.warnings)
            for source, fit in zip(self.raw, fitted, strict=True)
        ]
        self._warn_of_poor(fitted)
        sources = [self._named(source) for source in self._once(settled)]
        self._add_users(sources)
        used = set(known.memos) | set(known.scores) | set(known.facets)
        return Project(
            name=root.attributes.get("name", "").strip() or stem,
            program=program,
            users=tuple(self.users.values()),
            codes=tuple(self.codes.values()),
            sources=tuple(sources),
            cases=tuple(self._named_case(case) for case in self.cases),
            notes=tuple(self._notes(used)),
            sets=tuple(self.sets),
            links=tuple(self.links),
            variables=tuple(self.variables.values()),
            description=self.description,
            lost=self.lost.sentences(),
            warnings=self.warnings.sentences(),
        )

    def _check_root(self, root: Root) -> None:
        if not root.usual:
            self.warnings.add("unusual namespace was read as REFI-QDA", root.namespace or "none")
        if root.foreign:
            self.warnings.add(
                "kinds of elements belong to another namespace and were read as usual"
            )

    def _known(self) -> Settled:
        """Part the notes that are only about codings from the rest."""
        self._links_to_notes()
        asked = {end for link in self.links for end in (link.origin, link.target)}
        asked |= {member for group in self.sets for member in group.members}
        on_codings: dict[str, bool] = dict.fromkeys(self.about, False)
        for source in self.raw:
            for note in source.notes:
                self._mention(note, source.guid)
                on_codings[note] = False
            codings = [c for s in source.selections for c in s.codings] + source.whole
            for note in (note for coding in codings for note in coding.notes):
                on_codings.setdefault(note, True)
            for selection in source.selections:
                for note in selection.notes:
                    if selection.codings:
                        on_codings.setdefault(note, True)
                    else:
                        on_codings[note] = False
                        self._mention(note, selection.guid)
        only = [n for n, alone in on_codings.items() if alone and n not in asked]
        for note in [n for n, alone in on_codings.items() if n not in self.notes]:
            self.warnings.add("memos are named and not in the file", note[:8])
        known = Settled(self.codes.keys(), asked, {}, {}, {})
        for guid in only:
            if guid in self.notes:
                _say(self.notes[guid], known)
        return known

    def _links_to_notes(self) -> None:
        """Take a link between a note and something for what the note is about."""
        things = {case.guid for case in self.cases} | self.codes.keys()
        things |= {source.guid for source in self.raw}
        passages = {s.guid for source in self.raw for s in source.selections if s.guid}
        kept = []
        for link in self.links:
            ends = {link.origin: link.target, link.target: link.origin}
            note = next((end for end in ends if end in self.notes), "")
            about = ends.get(note, "")
            if note and about in things | passages:
                self._mention(note, about)
            if not note or about not in things:
                kept.append(link)
        self.links = kept

    def _notes(self, used: set[str]) -> Iterable[Note]:
        for note in self.notes.values():
            if note.guid not in used:
                targets = tuple(dict.fromkeys(filter(None, self.about.get(note.guid, ()))))
                yield replace(note, targets=targets)

    def _warn_of_poor(self, fitted: Sequence[Fit | None]) -> None:
        for source, fit in zip(self.raw, fitted, strict=True):
            if fit is not None and fit.poor:
                share = f"{source.name}: {fit.between} of {fit.ends}"
                what = "texts do not fit their codings well (starts and ends between words)"
                self.warnings.add(what, share)

    def _once(self, sources: Iterable[Source]) -> Iterable[Source]:
        """Give each source its own guid, and each coding."""
        seen: set[str] = set()
        codings: set[str] = set()
        for source in sources:
            guid = source.guid
            if guid in seen:
                self.warnings.add(
                    "documents have a GUID that another has too and get a new one", source.name
                )
                guid = derived("source", guid, source.name, str(len(seen)))
            seen.add(guid)
            made = []
            for coding in source.codings:
                if coding.guid in codings:
                    self.warnings.add("codings have a GUID that another has too and get a new one")
                    place = f"{coding.start} {coding.end} {len(codings)}"
                    coding = replace(coding, guid=derived("again", coding.guid, guid, place))
                codings.add(coding.guid)
                made.append(coding)
            yield replace(source, guid=guid, codings=tuple(made))

    def _named(self, source: Source) -> Source:
        return replace(source, attributes=self._by_name(source.attributes))

    def _named_case(self, case: Case) -> Case:
        return replace(case, attributes=self._by_name(case.attributes))

    def _by_name(self, values: Mapping[str, str]) -> dict[str, str]:
        found = {}
        for guid, value in values.items():
            if guid in self.variables:
                found[self.variables[guid].name] = value
            else:
                self.warnings.add("values belong to no variable and are left out")
        return found

    def _add_users(self, sources: Iterable[Source]) -> None:
        """Make users that codings name and the list of users lacks."""
        named = {coding.user for source in sources for coding in source.codings}
        named |= {note.user for note in self.notes.values()}
        for guid in sorted(user for user in named if user and user not in self.users):
            self.warnings.add("users are named by codings only", guid[:8])
            self.users[guid] = User(guid, f"user {guid[:8]}")


def _say(note: Note, known: Settled) -> None:
    """Read what a note on codings says: a score, facets, or a memo."""
    score = _SCORE.fullmatch(note.text)
    if score:
        known.scores[note.guid] = float(score[1])
        return
    text = note.text
    facets = _FACETS.fullmatch(text)
    if facets:
        known.facets[note.guid] = tuple(f.strip() for f in facets[1].split(";") if f.strip())
        text = facets[2] or ""
    elif note.name and not " ".join(text.split()).startswith(note.name.rstrip("….").strip()):
        text = f"{note.name}\n{text}".strip()
    known.memos[note.guid] = text
