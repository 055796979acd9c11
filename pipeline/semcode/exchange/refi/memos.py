"""Part what is said of codings into descriptions of selections and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from semcode.exchange.project import Note, Passage, Project, ProjectCoding, Source
from semcode.exchange.refi.guids import derived

__all__ = ["Remark", "Remarks", "gather_remarks"]

_NAME = 60  # characters of a memo that name its note
_QUOTE = 100  # characters of the words that name a selection


@dataclass(frozen=True, slots=True)
class Remark:
    """A selection to write: a span with its codings, and a memo that is common to them."""

    guid: str
    start: int
    end: int
    name: str = ""
    memo: str = ""
    user: str | None = None
    created: datetime | None = None
    codings: tuple[ProjectCoding, ...] = ()

    @classmethod
    def of_codings(
        cls,
        source: Source,
        start: int,
        end: int,
        codings: Sequence[ProjectCoding],
        *,
        like: Passage | None = None,
    ) -> Remark:
        """Make a selection of the codings of one span, named as a passage there if one is."""
        first = codings[0]
        words = " ".join((source.text or "")[start : min(end, start + 2 * _QUOTE)].split())
        return cls(
            guid=like.guid if like else derived("selection", source.guid, str(start), str(end)),
            start=start,
            end=end,
            name=like.name
            if like
            else words
            if len(words) <= _QUOTE
            else words[: _QUOTE - 1] + "…",
            memo=common_memo(codings),
            user=first.user,
            created=first.created_at,
            codings=tuple(codings),
        )

    @classmethod
    def of_passage(cls, passage: Passage) -> Remark:
        """Make a selection of a marked passage."""
        return cls(
            passage.guid,
            passage.start,
            passage.end,
            passage.name,
            passage.memo,
            passage.user,
            passage.created_at,
        )


@dataclass(slots=True)
class Remarks:
    """Notes that had to be made, and the notes of each thing by guid ("" is the project)."""

    notes: list[Note] = field(default_factory=list)
    of: dict[str, list[str]] = field(default_factory=dict)


def common_memo(codings: Sequence[ProjectCoding]) -> str:
    """Give the memo that all codings of a span share, "" where they differ."""
    memos = {coding.memo for coding in codings}
    return memos.pop() if len(memos) == 1 else ""


def gather_remarks(project: Project) -> Remarks:
    """Make notes of what the codings carry: facets, scores, and memos that differ."""
    remarks = Remarks()
    for note in project.notes:
        for target in note.targets or ("",):
            remarks.of.setdefault(target, []).append(note.guid)
    made: dict[str, Note] = {}
    for source in project.sources:
        spans: dict[tuple[int | None, int | None], list[ProjectCoding]] = {}
        for coding in source.codings:
            spans.setdefault((coding.start, coding.end), []).append(coding)
        for codings in spans.values():
            common = common_memo(codings)
            for coding in codings:
                own = _note_of(coding, "" if common else coding.memo)
                if own is not None:
                    made.setdefault(own.guid, own)
                    remarks.of.setdefault(coding.guid, []).append(own.guid)
    remarks.notes = list(made.values())
    return remarks


def _note_of(coding: ProjectCoding, memo: str) -> Note | None:
    """Give the note of one coding; equal scores and facets share one."""
    if coding.score is not None:
        text = f"Score {coding.score:.2f}"
        return Note(derived("score", text), text, text, coding.user)
    if coding.facets:
        head = f"Facets: {'; '.join(coding.facets)}"
        text = f"{head}\n\n{memo}" if memo else head
        guid = derived("memo", coding.guid) if memo else derived("facets", text)
        return Note(guid, head, text, coding.user if memo else None)
    if memo:
        name = " ".join(memo.split())
        short = name if len(name) <= _NAME else name[: _NAME - 1] + "…"
        return Note(derived("memo", coding.guid), short, memo, coding.user)
    return None
