"""Keep memos, notes, sets, links and marked passages of a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection

from semcode import store
from semcode.exchange.merging import FACET_SET, Merged
from semcode.exchange.project import Note, Project
from semcode.exchange.refi.guids import derived
from semcode.records import Coder
from semcode.study.exchange.importing_texts import Sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from semcode.study.exchange.importing import Imported

__all__ = ["DESCRIPTION", "keep_extras", "memo_of"]

#: The name under which a project's own description becomes a memo of the study.
DESCRIPTION = "description"

_PASSAGE = "a marked passage"


def memo_of(guid: str) -> str:
    """Give the guid of the memo that is the description of a document or case."""
    return derived("memo", guid)


def keep_extras(
    connection: Connection,
    project: Project,
    merged: Merged,
    coders: Mapping[str | None, Coder],
    sources: Sources,
    cases: Mapping[str, str],
    done: Imported,
) -> None:
    """Store what a project holds beside codes, documents, codings and cases."""
    keeper = _Keeper(connection, merged, coders, sources, cases)
    done.memos = keeper.memos(project)
    done.kept = (
        keeper.notes(project) + keeper.passages(project) + keeper.sets(project)
    ) + keeper.links(project)
    keeper.variables(project)
    done.unplaced += keeper.homeless(project)


class _Keeper:
    """Write a project's guids as the study's, and store each thing once."""

    def __init__(
        self,
        connection: Connection,
        merged: Merged,
        coders: Mapping[str | None, Coder],
        sources: Sources,
        cases: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self._coders = coders
        self._sources = sources
        self._codes = merged.guids
        self._cases = cases
        self._memo_guids = store.identities.memo_guids(connection)
        self._memo_texts = {
            (memo.target_kind, memo.target, memo.text) for memo in store.memos.memos(connection)
        }
        people = store.identities.participant_guids(connection)
        self._ours = dict(merged.guids)
        self._ours |= {guid: place.guid for guid, place in sources.places.items()}
        self._ours |= {guid: people.get(label, guid) for guid, label in cases.items()}

    def memos(self, project: Project) -> int:
        """Store the descriptions of documents and cases, and notes on one thing, as memos."""
        wanted: list[tuple[str, str, str, str, str | None]] = []
        if project.description:
            guid = derived(DESCRIPTION, project.name)
            wanted.append((guid, "study", "", project.description, None))
        for source in project.sources:
            place = self._sources.places.get(source.guid)
            if source.memo and place is not None:
                guid = memo_of(place.guid)
                wanted.append((guid, "transcript", place.transcript, source.memo, None))
        for case in project.cases:
            if case.memo:
                guid = memo_of(self._ours[case.guid])
                wanted.append((guid, "participant", self._cases[case.guid], case.memo, None))
        for note in project.notes:
            about = self._about(note) if note.span is None else None
            if about is not None and note.text:
                wanted.append((note.guid, *about, note.text, note.user))
        return sum(self._memo(*memo) for memo in wanted)

    def _memo(self, guid: str, kind: str, target: str, text: str, user: str | None) -> bool:
        if guid in self._memo_guids or (kind, target, text) in self._memo_texts:
            return False
        self._memo_guids.add(guid)
        self._memo_texts.add((kind, target, text))
        coder = self._coders.get(user) or self._coders[None]
        store.memos.write(
            self._connection,
            coder_id=store.identities.keep_coder(self._connection, coder),
            target_kind=kind,
            target=target,
            text=text,
            guid=guid,
        )
        return True

    def _about(self, note: Note) -> tuple[str, str] | None:
        """Say what a note is about, in our words; None where that is no single thing."""
        if not note.targets:
            return "study", ""
        if len(note.targets) > 1:
            return None
        target = note.targets[0]
        if target in self._codes:
            return "code", self._codes[target]
        if target in self._sources.places:
            return "transcript", self._sources.places[target].transcript
        if target in self._cases:
            return "participant", self._cases[target]
        return None

    def notes(self, project: Project) -> int:
        """Keep the names of notes, and whole those that are about several things or passages."""
        kept: dict[str, Mapping[str, object]] = {}
        for note in project.notes:
            whole = self._about(note) is None
            if note.span is not None or (not whole and not note.name):
                continue
            data: dict[str, object] = {"name": note.name}
            if note.created_at:
                data["created"] = note.created_at.isoformat()
            if whole or not note.text:
                data["text"] = note.text
                data["targets"] = [self._ours.get(target, target) for target in note.targets]
                data["user"] = self._user(note.user)
            kept[note.guid] = data
        self._put("note", kept)
        return sum("text" in data for data in kept.values())

    def passages(self, project: Project) -> int:
        """Keep marked passages without a code."""
        kept: dict[str, Mapping[str, object]] = {}
        for source in project.sources:
            place = self._sources.places.get(source.guid)
            if place is None:
                continue
            for passage in source.passages:
                spot = self._sources.spot(source.guid, passage.start, passage.end, _PASSAGE)
                if spot is None:
                    continue
                start, end = spot
                kept[passage.guid] = {
                    "source": place.guid,
                    "start": start,
                    "end": end,
                    "name": passage.name,
                    "memo": passage.memo,
                    "user": self._user(passage.user),
                    "created": passage.created_at.isoformat() if passage.created_at else "",
                }
        kept |= self._remarks(project)
        self._put("passage", kept)
        return len(kept)

    def _remarks(self, project: Project) -> dict[str, Mapping[str, object]]:
        """Give the notes that are about a place in a document as marked passages."""
        kept: dict[str, Mapping[str, object]] = {}
        for note in project.notes:
            place = self._sources.places.get(note.span[0]) if note.span else None
            if note.span is None or place is None:
                continue
            spot = self._sources.spot(*note.span, _PASSAGE)
            if spot is None:
                continue
            start, end = spot
            kept[note.guid] = {
                "source": place.guid,
                "start": start,
                "end": end,
                "name": note.name,
                "memo": note.text,
                "user": self._user(note.user),
                "created": note.created_at.isoformat() if note.created_at else "",
            }
        return kept

    def homeless(self, project: Project) -> list[str]:
        """Say which documents have marked passages and no place in the study."""
        marked = Counter(note.span[0] for note in project.notes if note.span is not None)
        return [
            f"{source.name}: marked passages and notes of it that have no place: {count:,}."
            for source in project.sources
            if source.guid not in self._sources.places
            and (count := len(source.passages) + marked[source.guid])
        ]

    def sets(self, project: Project) -> int:
        """Keep sets; one of the same name is the same set, whatever its guid is this time."""
        standing = store.extras.of_kind(self._connection, "set")
        named = {str(data["name"]): guid for guid, data in standing.items()}
        kept: dict[str, Mapping[str, object]] = {}
        for group in project.sets:
            if group.name.startswith(FACET_SET):
                continue
            guid = group.guid if group.guid in standing else named.get(group.name, group.guid)
            members = [self._ours.get(member, member) for member in group.members]
            kept[guid] = {"name": group.name, "members": members, "memo": group.memo}
        self._put("set", kept)
        return len(kept)

    def links(self, project: Project) -> int:
        """Keep links; one between the same ends with the same name is the same."""
        standing = store.extras.of_kind(self._connection, "link")
        ends = {(d["origin"], d["target"], d["name"]): guid for guid, d in standing.items()}
        kept: dict[str, Mapping[str, object]] = {}
        for link in project.links:
            origin = self._ours.get(link.origin, link.origin)
            goal = self._ours.get(link.target, link.target)
            guid = ends.get((origin, goal, link.name), link.guid)
            kept[guid] = {
                "name": link.name,
                "origin": origin,
                "target": goal,
                "direction": link.direction,
            }
        self._put("link", kept)
        return len(kept)

    def variables(self, project: Project) -> None:
        """Keep the types and guids of variables; one of the same name is the same."""
        standing = store.extras.of_kind(self._connection, "variable")
        named = {str(data["name"]): guid for guid, data in standing.items()}
        kept: dict[str, Mapping[str, object]] = {
            named.get(v.name, v.guid): {"name": v.name, "kind": v.kind, "memo": v.memo}
            for v in project.variables
        }
        self._put("variable", kept)

    def _user(self, guid: str | None) -> str:
        coder = self._coders.get(guid) if guid else None
        return coder.name if coder else ""

    def _put(self, kind: str, items: Mapping[str, Mapping[str, object]]) -> None:
        store.extras.put(self._connection, kind, items)
