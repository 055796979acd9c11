"""Find a study's topics: cluster, know them again, compare with codes, try how stable they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.store.topics import Place, Span, TopicRow, TopicRun
from semcode.study.progress import Progress, Silent
from semcode.study.topics.identity import Named, recognise
from semcode.study.topics.material import Material, gather
from semcode.study.topics.relating import relate, relation_digest
from semcode.study.topics.replaying import SPLIT, active, replay, resting
from semcode.topics import OUTLIER, Plan, Stability, TopicSet, find_topics, positions, stability
from semcode.topics.describing import Topic, describe

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["METHOD", "describe_made", "find"]

#: A change in how topics come about changes it.
METHOD = "topics-1"

_PACKAGES = ("bertopic", "hdbscan", "numpy", "scikit-learn", "semcode", "umap-learn")


def find(
    study: Study,
    *,
    topics: int | None = None,
    method: str | None = None,
    seed: int | None = None,
    with_stability: bool = True,
    progress: Progress | None = None,
) -> bool:
    """Find topics where anything changed since the last time; tell whether they were found anew.

    None for `topics`, `method` or `seed` is what was asked the last time, at first: chosen
    by the number of segments, with seed 0. `topics` 0 goes back to that choice. What is
    found is stored before its stability is tried, so that an interrupted call goes on
    there. Raises InputError where there is too little to group.
    """
    told = progress or Silent()
    with study.database.read() as connection:
        run = store.topics.newest_run(connection)
    before = run.provenance.get("asked", {}) if run else {}
    asked = {
        "topics": before.get("topics") if topics is None else topics or None,
        "method": before.get("method") if method is None else method,
        "seed": before.get("seed", 0) if seed is None else seed,
    }
    material = gather(study, told)
    fingerprint = _fingerprint(study, material, asked)
    anew = run is None or run.fingerprint != fingerprint
    if anew:
        run = _find(study, material, asked, fingerprint, told)
    assert run is not None
    if run.relation != relation_digest(study):
        _relate(study, material, run, told)
    if with_stability and not run.stability:
        _try_stability(study, material, run, told)
    return anew


def describe_made(study: Study, progress: Progress | None = None) -> None:
    """Describe topics that people made by merging or splitting and that have no words yet."""
    with study.database.read() as connection:
        run = store.topics.newest_run(connection)
        places = store.topics.places(connection, run.id) if run else []
        known = {row.topic for row in store.topics.topics(connection, run.id)} if run else set()
        labels = _labels_now(connection, places)
    if run is None or not {label for label in labels if label} - known:
        return
    material = gather(study, progress or Silent())
    rows = [material.row.get(place[:3]) for place in places]
    if any(row is None for row in rows):
        raise InputError(
            "The transcripts changed since the topics were found.",
            remedy="Find them again first: semcode topics",
        )
    now: list[str | None] = [None] * len(material.keys)
    for row, label in zip(rows, labels, strict=True):
        now[row or 0] = label
    new = [row for row in _described(study, material, now) if row.topic not in known]
    members = _members(now)
    new = relate(study, material, members, new, progress or Silent())
    with study.database.write() as connection:
        first = max((row.number for row in store.topics.topics(connection, run.id)), default=-1)
        numbered = [replace(row, number=first + 1 + n) for n, row in enumerate(new)]
        store.topics.add_topics(connection, run.id, numbered)


def _fingerprint(study: Study, material: Material, asked: Mapping[str, Any]) -> str:
    parts = (
        METHOD,
        material.digest,
        material.encoder.ref.revision,
        study.settings.segment.language,
        study.settings.suggest.context_below,
        dict(asked),
    )
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _find(
    study: Study,
    material: Material,
    asked: Mapping[str, Any],
    fingerprint: str,
    progress: Progress,
) -> TopicRun:
    with progress.stage("Finding topics", 3) as advance:
        made = _cluster(study, material, asked)
        advance(1)
        on_map = positions(material.vectors, seed=int(asked["seed"]))
        advance(1)
        run = TopicRun(
            id=0,
            fingerprint=fingerprint,
            found_at="",
            seed=int(asked["seed"]),
            model=material.encoder.ref.revision,
            segments=material.digest,
            relation="",
            plan=asdict(made.plan),
            stability={},
            notes=made.notes,
            provenance={
                "method": METHOD,
                "asked": dict(asked),
                "model": material.encoder.ref.name,
                "too_short": int((~material.long).sum()),
                "versions": {name: version(name) for name in _PACKAGES},
            },
        )
        _store(study, material, run, made, on_map)
        advance(1)
    with study.database.read() as connection:
        stored = store.topics.newest_run(connection)
    assert stored is not None
    return stored


def _cluster(study: Study, material: Material, asked: Mapping[str, Any]) -> TopicSet:
    """Cluster the segments that have words enough; the others are in no topic."""
    own = np.flatnonzero(material.long)
    made = find_topics(
        [material.texts[row] for row in own],
        material.vectors[own],
        [material.who[row] for row in own],
        topics=asked["topics"],
        method=asked["method"],
        seed=int(asked["seed"]),
        language=study.settings.segment.language,
    )
    labels = np.full(len(material.keys), OUTLIER, np.int64)
    labels[own] = made.labels
    moved = [replace(t, nearest=tuple(int(own[row]) for row in t.nearest)) for t in made.topics]
    return replace(made, labels=labels, topics=tuple(moved))


def _store(
    study: Study,
    material: Material,
    run: TopicRun,
    made: TopicSet,
    on_map: NDArray[np.float64],
) -> None:
    with study.database.write() as connection:
        named = _recognised(connection, material, made)
        names = dict(zip((t.number for t in made.topics), named.ids, strict=True))
        labels = [names.get(int(label)) for label in made.labels]
        rows = [_row(material, t, names[t.number], named.within) for t in made.topics]
        places = _places(material, made, labels, on_map)
        key = store.topics.replace_run(connection, run, rows, places)
        _place_in_parts(connection, material, places)
        _follow_accepted(connection, places)
        now = _labels_now(connection, places)
        made_by_people = {label for label in now if label} - set(named.ids)
        if made_by_people:
            described = _described(study, material, now)
            new = [row for row in described if row.topic in made_by_people]
            numbered = [replace(row, number=len(rows) + n) for n, row in enumerate(new)]
            store.topics.add_topics(connection, key, numbered)


def _recognised(connection: Connection, material: Material, made: TopicSet) -> Named:
    """Give new topics the ids of those they go on: of the last run, and of all decided ones."""
    run = store.topics.newest_run(connection)
    spans: dict[str, set[tuple[int, int, int]]] = {}
    for place in store.topics.places(connection, run.id) if run else []:
        if place.topic is not None:
            spans.setdefault(place.topic, set()).add(place[:3])
    lines = active(store.topics.decisions(connection))
    decided: dict[str, set[tuple[int, int, int]]] = {}
    for line in store.topics.spans(connection, [line.id for line in lines]).values():
        for span in line:
            decided.setdefault(span.topic, set()).add(span[:3])
    known = {key: material.overlaps.of(found) for key, found in {**decided, **spans}.items()}
    found = [np.flatnonzero(made.labels == t.number).tolist() for t in made.topics]
    return recognise(
        {key: rows for key, rows in known.items() if rows},
        found,
        decided=[key for key in decided if known[key]],
        used=store.topics.ids(connection),
    )


def _row(material: Material, topic: Topic, key: str, within: Mapping[str, str]) -> TopicRow:
    return TopicRow(
        topic=key,
        number=topic.number,
        terms=topic.terms,
        nearest=tuple(material.keys[row] for row in topic.nearest),
        within=within.get(key),
    )


def _places(
    material: Material,
    made: TopicSet,
    labels: Sequence[str | None],
    on_map: NDArray[np.float64],
) -> list[Place]:
    centres = {t.number: t.centre for t in made.topics}
    return [
        Place(
            *key,
            who=material.who[row],
            topic=labels[row],
            x=round(float(on_map[row, 0]), 5),
            y=round(float(on_map[row, 1]), 5),
            likeness=_likeness(material, row, centres.get(int(made.labels[row]))),
        )
        for row, key in enumerate(material.keys)
    ]


def _likeness(material: Material, row: int, centre: NDArray[np.float32] | None) -> float:
    if centre is None:
        return 0.0
    return round(max(0.0, float(material.vectors[row] @ centre)), 4)


def _place_in_parts(connection: Connection, material: Material, places: Sequence[Place]) -> None:
    """Put segments that came into a topic since it was split with the part they are nearest to."""
    lines = store.topics.decisions(connection)
    for line in [line for line in active(lines) if line.verdict == SPLIT]:
        spans = store.topics.spans(connection, [line.id])[line.id]
        known = {span[:3] for span in spans}
        parts = {
            part: _centre(material, [span[:3] for span in spans if span.part == part])
            for part in line.detail["parts"]
        }
        parts = {part: centre for part, centre in parts.items() if centre is not None}
        earlier = [other for other in lines if other.id < line.id]
        before = replay(places, earlier, store.topics.spans(connection, resting(earlier)))
        new = [
            Span(*place[:3], topic=place.topic or "", part=None, likeness=place.likeness)
            for place, label in zip(places, before.labels, strict=True)
            if label == line.topics[0] and place[:3] not in known
        ]
        placed = [span._replace(part=_nearest(material, span, parts)) for span in new]
        store.topics.add_spans(connection, line.id, [s for s in placed if s.part])


def _centre(
    material: Material, spans: Sequence[tuple[int, int, int]]
) -> NDArray[np.float32] | None:
    rows = sorted(material.overlaps.of(spans))
    if not rows:
        return None
    mean = material.vectors[rows].mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def _nearest(material: Material, span: Span, parts: Mapping[str, Any]) -> str | None:
    vector = material.vectors[material.row[span[:3]]]
    return max(parts, key=lambda part: float(vector @ parts[part]), default=None)


def _follow_accepted(connection: Connection, places: Sequence[Place]) -> None:
    """Add what an accepted topic has gained to what its decision rests on."""
    lines = active(store.topics.decisions(connection))
    accepted = [line for line in lines if line.code is not None]
    if not accepted:
        return
    labels = _labels_now(connection, places)
    for line in accepted:
        new = [
            Span(*place[:3], topic=place.topic or "", part=None, likeness=place.likeness)
            for place, label in zip(places, labels, strict=True)
            if label == line.topics[0]
        ]
        store.topics.add_spans(connection, line.id, new)


def _labels_now(connection: Connection, places: Sequence[Place]) -> list[str | None]:
    lines = store.topics.decisions(connection)
    return replay(places, lines, store.topics.spans(connection, resting(lines))).labels


def _described(study: Study, material: Material, labels: Sequence[str | None]) -> list[TopicRow]:
    """Describe topics given by the id of each segment."""
    keys = sorted({label for label in labels if label})
    number = {key: place for place, key in enumerate(keys)}
    numbers = np.array([number.get(label or "", OUTLIER) for label in labels], np.int64)
    language = study.settings.segment.language
    found = describe(numbers, material.texts, material.vectors, material.who, language=language)
    return [_row(material, t, keys[t.number], {}) for t in found]


def _members(labels: Sequence[str | None]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        if label is not None:
            found.setdefault(label, []).append(row)
    return found


def _relate(study: Study, material: Material, run: TopicRun, progress: Progress) -> None:
    with study.database.read() as connection:
        places = store.topics.places(connection, run.id)
        topics = store.topics.topics(connection, run.id)
        now = _labels_now(connection, places)
    members: dict[str, list[int]] = {}
    for place, label in zip(places, now, strict=True):
        for key in {place.topic, label} - {None}:
            members.setdefault(str(key), []).append(material.row[place[:3]])
    related = relate(study, material, members, topics, progress)
    with study.database.write() as connection:
        store.topics.relate(connection, run.id, relation_digest(study), related)


def _try_stability(study: Study, material: Material, run: TopicRun, progress: Progress) -> None:
    with study.database.read() as connection:
        places = store.topics.places(connection, run.id)
        rows = store.topics.topics(connection, run.id)
    raw = {place.topic for place in places} - {None}
    number = {row.topic: place for place, row in enumerate(r for r in rows if r.topic in raw)}
    labels = np.full(len(material.keys), OUTLIER, np.int64)
    for place in places:
        labels[material.row[place[:3]]] = number.get(place.topic or "", OUTLIER)
    own = np.flatnonzero(material.long)
    who = [material.who[row] for row in own]
    with progress.stage("Trying how stable topics are", 10 + len(set(who))) as advance:
        found = stability(
            material.vectors[own],
            who,
            labels[own],
            Plan(**run.plan),
            advance=advance,
        )
    told = _told(found)
    shares = {key: round(found.topics[n], 4) for key, n in number.items()}
    with study.database.write() as connection:
        store.topics.set_stability(connection, run.id, told, shares)


def _told(found: Stability) -> dict[str, float | None]:
    rounded = partial(round, ndigits=4)
    return {
        "seeds": None if found.seeds is None else rounded(found.seeds),
        "left_out": None if found.left_out is None else rounded(found.left_out),
    }
