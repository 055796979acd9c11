"""Fill a study with segments, topics and codings that are made up, for bench_topics."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection, insert

from semcode import Study, store
from semcode.records import Role, Segment, Speaker, Transcript, Turn
from semcode.store import schema
from semcode.store.codebooks import now
from semcode.store.topics import Place, TopicRow, TopicRun

__all__ = ["fill"]

_EACH = 500  # segments of a transcript
_TOPICS = 60
_SAID = "Some forty words that somebody said about how the week went. " * 3


def fill(study: Study, segments: int, *, each: int) -> int:
    """Store so many segments with a topic and `each` codings; give how many codings."""
    rng = np.random.default_rng(0)
    codes = [code.guid for code in study.codebook()]
    places: list[Place] = []
    with study.database.write() as connection:
        coders = [store.people.coder_id(connection, f"coder {n}") for n in range(each)]
        for number in range(max(1, segments // _EACH)):
            key = _transcript(connection, number)
            spans = [(n * len(_SAID), (n + 1) * len(_SAID)) for n in range(_EACH)]
            rows = [Segment(start, end, 0) for start, end in spans]
            store.segments.replace(connection, key, rows, "made up")
            places += [
                Place(key, a, b, f"P{number}", f"T{int(t)}", float(x), float(y), 0.5)
                for (a, b), t, (x, y) in zip(
                    spans, rng.integers(1, _TOPICS + 1, _EACH), rng.random((_EACH, 2)), strict=True
                )
            ]
            connection.execute(
                insert(schema.coding),
                [
                    {
                        "guid": f"{key}-{a}-{coder}",
                        "transcript_id": key,
                        "start": a,
                        "end": b,
                        "code_guid": codes[int(rng.integers(len(codes)))],
                        "coder_id": coder,
                        "facets": [],
                        "memo": "",
                        "created_at": now(),
                        "codebook_version_id": 1,
                    }
                    for a, b in spans
                    for coder in coders
                ],
            )
        topics = [TopicRow(f"T{n}", n - 1, ("word", "other"), ()) for n in range(1, _TOPICS + 1)]
        run = TopicRun(0, "f", now(), 0, "m", "s", "", {"method": "centres"}, {}, (), {"asked": {}})
        store.topics.replace_run(connection, run, topics, places)
    return len(places) * each


def _transcript(connection: Connection, number: int) -> int:
    text = _SAID * _EACH
    speaker = Speaker("A", Role.PARTICIPANT, participant=f"P{number}")
    made = Transcript(
        guid=f"guid {number}",
        name=f"interview {number}",
        text=text,
        turns=(Turn("A", 0, len(text)),),
        speakers=(speaker,),
        source_name="",
        source_sha256=f"{number}",
        format="txt",
    )
    return store.transcripts.add(connection, made)
