"""Why a code is suggested for a segment, as the page shows it beside the suggestion."""

from __future__ import annotations

from semcode import store
from semcode.study.review.desk import Desk

__all__ = ["evidence_of"]

_QUOTES = 3


def evidence_of(desk: Desk, segment: int, code: str) -> dict[str, object]:
    """Give the code's definition, the run's evidence, and the newest quotes with the code.

    `statement` is the sentence of the codebook that is nearest to the segment. Raises
    InputError where the segment or the code is no longer there.
    """
    with desk.reading() as connection:
        place = desk.place(connection, segment)
        known = desk.code(connection, code)
        run = desk.run(connection)
        spot = store.queue.suggestion(connection, run.id, segment, known.guid) if run else None
        quotes: list[dict[str, str]] = []
        for key, name, coding in store.changes.newest_with(connection, known.guid, _QUOTES * 3):
            apart = key != place.transcript_id or (
                coding["end"] <= place.start or place.end <= coding["start"]
            )
            if apart and len(quotes) < _QUOTES:
                text = desk.words(connection, key).text[coding["start"] : coding["end"]]
                quotes.append({"transcript": name, "coder": coding["coder"], "text": text})
        why = dict(spot.evidence) if spot else {}
        now = desk.score_now(segment, known.guid, why)
        if now is not None and desk.refiner is not None:
            moved = desk.refiner.moved([(segment, known.guid)])[0]
            before = spot.score if spot else None
            why["now"] = {"score": now, "before": before, "moved": moved}
        return {
            **why,
            "statement": why.get("definition", ""),
            "code": known.guid,
            "name": known.name,
            "definition": known.definition,
            "include": known.include,
            "exclude": known.exclude,
            "examples": list(known.examples),
            "score": now if now is not None else spot.score if spot else None,
            "newest": quotes,
        }
