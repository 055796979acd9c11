"""Draw the random blind audit sample, assign it, and say how far it has been read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from semcode import store
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate import Source
from semcode.records import CoderKind
from semcode.sampling import audit_sample
from semcode.store import Database
from semcode.store.assignments import Assignment
from semcode.study.agreement.comparing import gather
from semcode.study.learning.audit_draws import audit_draws, record_draw
from semcode.study.learning.batch_scoring import only_where_sure
from semcode.study.learning.held_back import AUDIT, WHERE_SURE
from semcode.study.pipeline import Pipeline
from semcode.study.progress import Silent
from semcode.wording import counted

__all__ = ["AuditProgress", "AuditSample", "audit_progress", "draw_audit"]

Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class AuditSample:
    """What was drawn and assigned: `drawn` of `population` segments nobody had read."""

    batch: str
    coders: tuple[str, ...]
    drawn: tuple[Span, ...]
    population: int
    participants: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """How much of a draw a coder has read blind."""

    batch: str
    coder: str
    drawn: int
    read: int


def draw_audit(
    database: Database,
    settings: Settings,
    coders: Sequence[str],
    *,
    segments: int,
    transcripts: Sequence[str] | None = None,
    new_interviews: bool = False,
    where_sure: float | None = None,
    seed: int = 0,
) -> AuditSample:
    """Draw and assign an audit sample; see `Study.audit`."""
    _check(database, coders, segments)
    Pipeline(database, settings, Silent()).cut()
    people = _open(database, settings, transcripts, new_interviews=new_interviews)
    unread = sum(len(spans) for spans in people.values())
    open_in = sorted({span[0] for spans in people.values() for span in spans})
    model = ""
    if where_sure is not None:
        people, model = only_where_sure(database, settings, people, where_sure)
    population = sum(len(spans) for spans in people.values())
    if segments > population:
        sure = "" if where_sure is None else ", in which the model is nearly sure of a code"
        raise InputError(
            f"{counted(segments, 'segment is', 'segments are')} more than the {population:,} that "
            f"nobody has read{sure}.",
            where="segments",
            remedy="Draw fewer, or add interviews.",
        )
    owner = {span: person for person, spans in people.items() for span in spans}
    everything = list(owner)
    rows = audit_sample(list(owner.values()), segments, seed=seed).rows
    drawn = sorted(everything[row] for row in rows.tolist())
    name = AUDIT if where_sure is None else WHERE_SURE
    batch = f"{name} {datetime.now(UTC):%Y-%m-%d %H:%M:%S} seed {seed}"
    with database.write() as connection:
        known = {coder.name for coder in store.people.coders(connection)}
        batch = _unused(batch, [draw.batch for draw in audit_draws(connection)])
        record_draw(
            connection,
            batch,
            drawn,
            population,
            transcripts=open_in,
            seed=seed,
            among=None if where_sure is None else everything,
            model=model,
        )
        store.assignments.add(
            connection, [Assignment(batch, coder, *span) for coder in coders for span in drawn]
        )
    counts = {person: sum(owner[s] == person for s in drawn) for person in people}
    return AuditSample(
        batch,
        tuple(coders),
        tuple(drawn),
        population,
        counts,
        tuple(_notes(coders, known, counts, sure_in=(population, unread) if model else None)),
    )


def audit_progress(database: Database) -> list[AuditProgress]:
    """Say of each draw and coder how many segments were read blind."""
    with database.read() as connection:
        items = [
            a for a in store.assignments.all_assignments(connection) if a.batch.startswith(AUDIT)
        ]
        readings = [r for r in store.codings.readings(connection) if r.blind]
    read: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for r in readings:
        read.setdefault((r.coder, r.transcript), []).append((r.start, r.end))
    found: dict[tuple[str, str], list[bool]] = {}
    for item in items:
        spans = read.get((item.coder, item.transcript), ())
        done = any(a <= item.start and item.end <= b for a, b in spans)
        found.setdefault((item.batch, item.coder), []).append(done)
    return [
        AuditProgress(batch, coder, len(done), sum(done))
        for (batch, coder), done in sorted(found.items())
    ]


def _check(database: Database, coders: Sequence[str], segments: int) -> None:
    if not coders or len(set(coders)) < len(coders):
        raise InputError(
            "Say who is to code the audit sample, each once.",
            where="coder",
            remedy="Name them: --coder ana",
        )
    if segments < 1:
        raise InputError("Nothing is to be drawn.", where="segments", remedy="Use --segments 120.")
    with database.read() as connection:
        kinds = {coder.name: coder.kind for coder in store.people.coders(connection)}
    for name in coders:
        if kinds.get(name, CoderKind.HUMAN) is not CoderKind.HUMAN:
            raise InputError(
                f"{name!r} is a {kinds[name]}; only a person can code the audit sample.",
                where="coder",
                remedy="Name a person.",
            )


def _open(
    database: Database,
    settings: Settings,
    transcripts: Sequence[str] | None,
    *,
    new_interviews: bool,
) -> dict[str, list[Span]]:
    """Give the segments by participant that nobody has read, coded or drawn."""
    found = gather(database, settings)
    names = {row.name for row in found.rows}
    for name in transcripts or ():
        if name not in names:
            raise InputError(
                f"There is no transcript {name!r}.",
                where="transcripts",
                remedy="See the names with: semcode speakers",
            )
    with database.read() as connection:
        kinds = {c.name: c.kind for c in store.people.coders(connection)}
        taken: dict[str, list[tuple[int, int]]] = {}
        for item in store.assignments.all_assignments(connection):
            if item.batch.startswith(AUDIT):
                taken.setdefault(item.transcript, []).append((item.start, item.end))
    people: dict[str, list[Span]] = {}
    for source in found.sources("segment"):
        if transcripts is not None and source.name not in transcripts:
            continue
        seen = [(r.start, r.end) for r in source.readings]
        seen += [(c.start, c.end) for c in source.codings if kinds[c.coder] is not CoderKind.MODEL]
        own = taken.get(source.name, [])
        if new_interviews and any(not any(a < d and c < b for a, b in own) for c, d in seen):
            continue
        busy = [*seen, *own]
        for (start, end), person in zip(source.units, _people(source), strict=True):
            if not any(a < end and start < b for a, b in busy):
                people.setdefault(person, []).append((source.name, start, end))
    return people


def _people(source: Source) -> list[str]:
    starts = [start for start, _ in source.speech]
    return [
        source.people[max(int(np.searchsorted(starts, start, side="right")) - 1, 0)]
        for start, _ in source.units
    ]


def _unused(batch: str, taken: Sequence[str]) -> str:
    number, name = 2, batch
    while name in taken:
        name, number = f"{batch} ({number})", number + 1
    return name


def _notes(
    coders: Sequence[str],
    known: set[str],
    counts: Mapping[str, int],
    *,
    sure_in: tuple[int, int] | None,
) -> list[str]:
    said = []
    if sure_in:
        said.append(
            f"Drawn from the {sure_in[0]:,} of {sure_in[1]:,} unread segments in which the model "
            "is nearly sure enough of a code to give it by itself. It serves semcode code alone: "
            "semcode evaluate needs a sample of all segments."
        )
    new = [coder for coder in coders if coder not in known]
    if new:
        said.append(f"New to this study: {', '.join(new)}. Check the spelling.")
    empty = [person for person, n in counts.items() if not n]
    if empty:
        said.append(
            f"Without a segment in the draw: {len(empty)} of "
            f"{counted(len(counts), 'participant')}; "
            "every segment had the same chance."
        )
    said.append(
        "The sample is held back from learning from now on, also before it is read; suggestions "
        "stay hidden while it is coded."
    )
    return said
