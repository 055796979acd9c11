"""Measure findings: 100,000 segments with 500,000 codings, and the report of 36 interviews.

    python scripts/bench_findings.py                      everything
    python scripts/bench_findings.py --codings 50000      a smaller study, to see the growth
    python scripts/bench_findings.py --only made          made | interviews | annomi

A made-up study of invented sentences (200 interviews, two coders, facets) is stored directly, and
each kind is called as a user calls it, in a process of its own: seconds with the start of Python,
seconds of the processor, and the most memory that it held. Then the report of the 36 MLSS
interviews (people's codings, and made-up ones where there are none), and AnnoMI's labels taken as
codings, from ../shared; those parts are left out where it is not there.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
from bench_review import interview, starter_sentences

from semcode import Study, embed, store
from semcode.codebook import Code, Codebook
from semcode.records import (
    Coding,
    Level,
    Participant,
    Reading,
    Role,
    Segment,
    Speaker,
    Transcript,
    Turn,
)
from semcode.study.findings.finding import KINDS

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
PER_INTERVIEW = 500
CODERS = ("ana", "ben")


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=100_000, help="made up (default: 100000)")
    parser.add_argument("--codings", type=int, default=500_000, help="of them (default: 500000)")
    parser.add_argument(
        "--kinds", nargs="+", default=[*KINDS, "sem --by site"], help="default: all"
    )
    parser.add_argument("--only", choices=("made", "interviews", "annomi"), help="one of the parts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.only in (None, "made"):
            made(folder, options.segments, options.codings, options.kinds)
        if options.only in (None, "interviews") and (DATA / "mlss").exists():
            interviews(folder)
        if options.only in (None, "annomi") and (DATA / "annomi").exists():
            annomi(folder)


def made(folder: Path, segments: int, codings: int, kinds: Sequence[str]) -> None:
    """Measure each kind on a made-up study."""
    began = time.perf_counter()
    make_study(folder / "made", folder / "starter", segments, codings)
    took = time.perf_counter() - began
    print(f"\n{segments:,} segments, {codings:,} codings (made in {took:.0f} s)")
    head("findings", "page")
    for kind in kinds:
        first, *more = kind.split()
        page = folder / f"{first}.html"
        arguments = [first, *more, "--study", str(folder / "made"), "--html", str(page)]
        figures = timed(["findings", *arguments])
        print(f"| {kind} | {figures} | {page.stat().st_size / 1e6:.1f} |", flush=True)


def head(what: str, file: str) -> None:
    """Begin a table."""
    print(f"\n| {what} | seconds | of the processor | MB of memory | MB of {file} |")
    print("|---|---|---|---|---|")


def timed(arguments: Sequence[str]) -> str:
    """Run a command; give its seconds, those of the processor, and the most memory in MB."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "semcode", *arguments]
    quiet = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, quiet, 1)]
    key = os.posix_spawn(sys.executable, command, dict(os.environ), file_actions=actions)
    _, status, usage = os.wait4(key, 0)
    os.close(quiet)
    if status:
        sys.exit(f"Failed: {' '.join(arguments)}")
    cpu = usage.ru_utime + usage.ru_stime
    return f"{time.perf_counter() - began:.1f} | {cpu:.1f} | {usage.ru_maxrss / 1024:.0f}"


def make_study(folder: Path, starter: Path, segments: int, codings: int) -> None:
    """Store interviews of invented sentences, and codings on their segments by two coders."""
    sentences = starter_sentences(starter)
    rng = random.Random(7)
    with Study.create(folder, codebook="postpartum", name="Benchmark") as study:
        codes = [code.guid for code in study.codebook()]
        weights = [1 / (rank + 1) for rank in range(len(codes))]
        count = max(1, segments // PER_INTERVIEW)
        spoken: list[tuple[Transcript, Sequence[Segment]]] = []
        with study.database.write() as connection:
            people = [
                Participant(f"Interview {n:04}", {"site": "ABC"[n % 3], "age": str(18 + n % 40)})
                for n in range(count)
            ]
            store.people.save_participants(connection, people)
            for person in people:
                own = unique(sentences, rng)
                transcript, cut = interview(person.label, own, rng, turns=PER_INTERVIEW)
                number = store.transcripts.add(connection, transcript)
                store.segments.replace(connection, number, cut, "bench")
                picked = list(coded(transcript.name, cut, codings // count, codes, weights, rng))
                store.codings.add(connection, picked)
                now = datetime.now(UTC)
                whole = (transcript.name, 0, len(transcript.text), now)
                store.codings.add_readings(connection, [Reading(c, *whole) for c in CODERS])
                spoken.append((transcript, cut))
        for place, (transcript, cut) in enumerate(spoken):
            keep_vectors(study, transcript, cut, place)


def coded(
    name: str,
    cut: Sequence[Segment],
    count: int,
    codes: Sequence[str],
    weights: Sequence[float],
    rng: random.Random,
) -> Iterator[Coding]:
    """Code segments, common codes more often; the coders agree on most."""
    taken: set[tuple[int, str, str]] = set()
    while len(taken) < count:
        segment = rng.choice(cut)
        (code,) = rng.choices(codes, weights)
        for coder in CODERS if rng.random() < 0.7 else rng.sample(CODERS, 1):
            key = (segment.start, code, coder)
            if key not in taken and len(taken) < count:
                taken.add(key)
                facets = tuple(rng.sample(("barrier", "facilitator"), rng.random() < 0.8))
                yield Coding("", name, segment.start, segment.end, code, coder, facets)


def unique(sentences: Sequence[str], rng: random.Random) -> list[str]:
    """Give sentences of which no two are alike, as in real interviews."""
    return [
        f"{rng.choice(sentences)} {rng.choice(sentences)} ({rng.random():.9f})"
        for _ in range(PER_INTERVIEW)
    ]


def keep_vectors(study: Study, transcript: Transcript, cut: Sequence[Segment], seed: int) -> None:
    """Store a made-up vector for each segment, as `semcode suggest` does."""
    model = embed.resolve(study.settings.embed.model)
    rows = np.random.default_rng(seed).normal(size=(len(cut), model.dimension))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    keys = [store.vectors.text_hash(transcript.text[s.start : s.end]) for s in cut]
    with study.database.write() as connection:
        store.vectors.put(connection, model.revision, keys, rows.astype(np.float32))


def interviews(folder: Path) -> None:
    """Measure the report of the 36 interviews, with people's codings and made-up ones elsewhere."""
    with (DATA / "mlss" / "segments_codes.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["stage"] == "codings"]
    used = Counter(code for row in rows for code in codes_of(row["codes"]))
    names = [name for name, _ in used.most_common(40)]
    rng, levels = random.Random(7), list(Level)
    book = Codebook(tuple(Code(n, level=levels[i % 5]) for i, n in enumerate(names)), name="MLSS")
    given: dict[str, dict[tuple[str, str], tuple[str, ...]]] = defaultdict(dict)
    for row in rows:
        own = tuple(code for code in codes_of(row["codes"]) if code in used)
        given[f"interview_{row['interview']}"][row["coder"], row["text"]] = own
    target = folder / "interviews"
    real = 0
    with Study.create(target, codebook=book, name="36 interviews") as study:
        study.add(sorted((DATA / "mlss" / "transcripts").iterdir()))
        guids = {code.name: code.guid for code in study.codebook()}
        with study.database.write() as connection:
            for row in store.transcripts.rows(connection):
                transcript = store.transcripts.load(connection, row.id)
                own = list(of_people(transcript, given.get(row.name, {}), guids))
                real += len(own)
                own = own or [
                    Coding("", row.name, t.start, t.end, guids[rng.choice(names)], CODERS[0])
                    for t in transcript.turns
                    if rng.random() < 0.3 and t.end > t.start
                ]
                store.codings.add(connection, list({key(c): c for c in own}.values()))
    print(f"\n36 interviews: {real:,} codings of people found in their transcripts")
    report(target, folder / "interviews", "36 interviews (MLSS)")


def of_people(
    transcript: Transcript, given: Mapping[tuple[str, str], Sequence[str]], guids: Mapping[str, str]
) -> Iterator[Coding]:
    """Find the coded texts in a transcript, and give them their codes."""
    for (coder, text), codes in given.items():
        start = transcript.text.find(text.strip())
        for code in codes if start >= 0 and text.strip() else ():
            if code in guids:
                end = start + len(text.strip())
                yield Coding("", transcript.name, start, end, guids[code], coder)


def key(coding: Coding) -> tuple[str, int, int, str, str]:
    """Tell codings apart."""
    return coding.transcript, coding.start, coding.end, coding.code, coding.coder


def codes_of(text: str) -> list[str]:
    """Split the codes of a row."""
    return [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]


def annomi(folder: Path) -> None:
    """Measure a report of AnnoMI: what clients say, with the annotators' labels as codings."""
    talks: dict[str, dict[int, dict[str, str]]] = defaultdict(dict)
    labels: list[tuple[str, int, str, str]] = []
    with (DATA / "annomi" / "AnnoMI-full.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = int(row["utterance_id"])
            talks[row["transcript_id"]].setdefault(place, row)
            if row["client_talk_type"] not in ("", "n/a"):
                labels.append(
                    (row["transcript_id"], place, row["client_talk_type"], row["annotator_id"])
                )
    kinds = sorted({label for _, _, label, _ in labels})
    book = Codebook(tuple(Code(kind, level=Level.INTRAPERSONAL) for kind in kinds), name="AnnoMI")
    target = folder / "annomi"
    with Study.create(target, codebook=book, name="AnnoMI") as study:
        guids = {code.name: code.guid for code in study.codebook()}
        with study.database.write() as connection:
            people = [
                Participant(f"C{name}", {"quality": next(iter(talk.values()))["mi_quality"]})
                for name, talk in talks.items()
            ]
            store.people.save_participants(connection, people)
            places: dict[tuple[str, int], tuple[int, int]] = {}
            for name, talk in talks.items():
                transcript = conversation(name, talk, places)
                store.transcripts.add(connection, transcript)
            found = [
                Coding("", name, *places[name, place], guids[label], f"annotator {who}")
                for name, place, label, who in labels
            ]
            store.codings.add(connection, list({key(c): c for c in found}.values()))
    print(f"\nAnnoMI: {len(talks)} conversations, {len(labels):,} labels of annotators")
    report(target, folder / "annomi-report", "AnnoMI")


def conversation(
    name: str,
    talk: Mapping[int, Mapping[str, str]],
    places: dict[tuple[str, int], tuple[int, int]],
) -> Transcript:
    """Write a conversation down, and keep where each utterance stands."""
    text, turns = "", []
    for place, row in sorted(talk.items()):
        who = "C" if row["interlocutor"] == "client" else "T"
        start = len(text) + 3
        text += f"{who}: {row['utterance_text']}\n"
        turns.append(Turn(who, start, len(text) - 1))
        places[name, place] = (start, len(text) - 1)
    people = (
        Speaker("T", Role.INTERVIEWER),
        Speaker("C", Role.PARTICIPANT, participant=f"C{name}"),
    )
    known = {turn.speaker for turn in turns}
    speakers = tuple(one for one in people if one.name in known)
    return Transcript(str(uuid4()), name, text, tuple(turns), speakers, f"{name}.csv", name, "csv")


def report(study: Path, target: Path, title: str) -> None:
    """Measure the report as a page, and as a document."""
    head("report", "file")
    for suffix in ("html", "docx"):
        path = target.with_suffix(f".{suffix}")
        command = ["findings", "report", "--study", str(study), f"--{suffix}", str(path)]
        for again in ("first", "again"):
            figures = timed(command)
            print(f"| {title}, {suffix}, {again} | {figures} | {path.stat().st_size / 1e6:.2f} |")


if __name__ == "__main__":
    main()
