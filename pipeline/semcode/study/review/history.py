"""The log of decisions as people read it."""

from __future__ import annotations

from collections.abc import Mapping

from semcode import store
from semcode.records import Decision, Verdict
from semcode.study.review.desk import Desk
from semcode.study.review.shown import HistoryRow
from semcode.study.review.viewing import code_of

__all__ = ["history_rows"]

_SHOWN = 500


def history_rows(
    desk: Desk,
    *,
    coder: str | None = None,
    transcript: str | None = None,
    limit: int | None = 100,
    before: int | None = None,
) -> list[HistoryRow]:
    """Give the newest lines of the log first, with the words that each is about."""
    with desk.reading() as connection:
        lines = store.decisions.history(
            connection, coder=coder, transcript=transcript, limit=limit, before=before
        )
        names = {
            name: desk.transcript_id(connection, name) for name in {d.transcript for d in lines}
        }
        texts = {name: desk.words(connection, key).text for name, key in names.items()}
        codes = {
            guid: code_of(desk, connection, guid) for guid in {d.code for d in lines if d.code}
        }
        known = {guid: code.name for guid, code in codes.items() if code is not None}
        return [_row(desk, line, texts[line.transcript], known) for line in lines]


def _row(desk: Desk, line: Decision, text: str, names: Mapping[str, str]) -> HistoryRow:
    said = "" if line.verdict is Verdict.READ else text[line.start : line.end]
    return HistoryRow(
        id=line.id,
        at=line.at.isoformat(timespec="seconds"),
        coder=line.coder,
        verdict=line.verdict,
        transcript=line.transcript,
        start=line.start,
        end=line.end,
        text=said if len(said) <= _SHOWN else f"{said[:_SHOWN]} …",
        code=line.code,
        code_name=names.get(line.code, ""),
        score=line.score,
        seconds=line.seconds,
        note=line.note,
        coding=line.coding,
        undoes=line.undoes,
        batch=line.batch,
        run=line.run_id,
        codebook_version=line.codebook_version,
        standing=desk.ledger.is_standing(line.id),
        evidence=line.evidence,
    )
