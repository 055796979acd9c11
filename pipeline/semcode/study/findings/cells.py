"""One cell of the rapid-analysis matrix: written anew, with its earlier wordings kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcode import store
from semcode.errors import InputError, StudyError
from semcode.findings.rapid_matrix import Domain, cell_target
from semcode.store.memos import Memo
from semcode.study.findings.matrix import CELL, LONGEST, cell_guid

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["write_cell", "written_cell"]


def write_cell(
    study: Study, participant: str, domain: Domain, text: str, *, coder: str, seen_at: str
) -> Memo | None:
    """Put words into a cell; none make it a draft again. Give what stands there, None for a draft.

    `seen_at` is when that was written which the writer saw, "" for a draft. Raises
    StudyError where somebody wrote there since, and InputError for too many words.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise InputError(f"A cell holds at most {LONGEST:,} characters.", remedy="Make it shorter.")
    target = cell_target(participant, domain)
    guid = cell_guid(target)
    with study.database.write() as connection:
        now = store.memos.find(connection, guid)
        if (now.at if now else "") != seen_at:
            raise StudyError(
                f"{now.coder if now else 'Somebody'} changed this cell meanwhile. "
                "Nothing was overwritten.",
                remedy="Copy your words, look at the cell again, and bring both together.",
            )
        if text != (now.text if now else ""):
            store.memos.write(
                connection,
                coder_id=store.people.coder_id(connection, coder),
                target_kind=CELL,
                target=target,
                text=text,
                guid=guid,
            )
        return store.memos.find(connection, guid)


def written_cell(study: Study, participant: str, domain: Domain) -> list[Memo]:
    """List every wording of a cell, the newest first; one without text made it a draft again."""
    with study.database.read() as connection:
        return store.memos.wordings(connection, cell_guid(cell_target(participant, domain)))
