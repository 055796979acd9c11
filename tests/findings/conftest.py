"""Build invented studies of any size from the sentences in invented.toml."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from semcode.codebook import Facet
from semcode.findings import (
    CodedSegment,
    HumanCoding,
    ReportCode,
    ReportData,
    TranscriptSummary,
    UncodedSegment,
)
from semcode.findings.coded import CodedPassage, CodedStudy, Interview
from semcode.records import Level, Participant

COLORS = ("#4472c4", "#70ad47", "#ffc000", "#ed7d31", "#a5a5a5")
CODERS = ("Coder A", "Coder B")
HOSTILE = (
    "</script><script>steal()</script><img src=https://evil.example onerror=steal()>"
    "\u2028=cmd|'/c calc'!A0 {{ 7*7 }} %{x} <b>&amp; \"quoted\" url(http://evil.example) -->"
)


@pytest.fixture(scope="session")
def invent() -> Callable[..., ReportData]:
    return invented_study


@pytest.fixture(scope="session")
def hostile() -> ReportData:
    """Put the hostile string into every field that holds text."""
    evil = HOSTILE
    evidence = {
        "definition": evil,
        "field": evil,
        "similarity": 0.5,
        "words": [evil, "said"],
        "nearest": [{"text": evil, "participant": evil, "coder": evil, "similarity": 0.4}],
    }
    segment = (evil, evil, 0, 10, evil)
    other = (evil, "B", 0, 10, evil)
    return ReportData(
        study=evil,
        notice=evil,
        generated_at=datetime(2026, 3, 2, 14, 5, tzinfo=UTC),
        codes=[ReportCode(evil, Level.COMMUNITY, (evil, evil), evil, f'red"onclick="x{evil}')],
        participants=[Participant(evil, {evil: evil}), Participant("B", {evil: "2"})],
        transcripts=[TranscriptSummary(evil, (evil, "B"), evil, 1, 1, 2, (evil,))],
        suggestions=[
            CodedSegment(*segment, evil, evil, Level.COMMUNITY, 0.5, evidence, "accepted"),
            CodedSegment(*other, evil, evil, Level.COMMUNITY, 0.5, {}, evil),
        ],
        codings=[HumanCoding(*segment, evil, Level.COMMUNITY, evil, (evil,), evil)],
        uncoded=[UncodedSegment(evil, evil, 20, 30, f"{evil} {evil}", evil, 0.1)],
        n_segments=3,
        provenance={
            "semcode": evil,
            evil: {evil: evil},
            "files": [{"name": evil, evil: evil}],
            "codebook": {"name": evil},
            "learner": {"labels": 3},
        },
    )


def invented_study(
    *,
    n_people: int = 8,
    per_person: int = 50,
    seed: int = 1,
    per_segment: Sequence[int] = (0, 1, 1, 2, 2, 3),
    decided: bool = True,
    codes: Sequence[ReportCode] | None = None,
) -> ReportData:
    """Return a study of `n_people` with about `per_person` segments each."""
    bank = tomllib.loads(Path(__file__).with_name("invented.toml").read_text(encoding="utf-8"))
    rng = random.Random(seed)
    book = list(codes or _codes(bank))
    persons = _people(n_people)
    suggestions: list[CodedSegment] = []
    uncoded: list[UncodedSegment] = []
    transcripts = []
    for number, person in enumerate(persons, start=1):
        place = f"Interview {number:02d}"
        leaning = rng.sample(range(len(book)), k=max(1, len(book) // 3))
        n_segments = per_person + rng.randint(-per_person // 3, per_person // 3)
        position = 240
        for _ in range(n_segments):
            chosen = _choose(rng, rng.choice(per_segment), leaning, len(book))
            text = _speech(rng, bank, chosen)
            start, end = position, position + len(text)
            position = end + rng.randint(40, 300)
            where = (place, person.label, start, end, text)
            if not chosen:
                near = rng.choice(book).name
                uncoded.append(UncodedSegment(*where, near, round(rng.uniform(0.02, 0.24), 3)))
            question = rng.choice(bank["questions"])
            suggestions += [
                _suggest(rng, bank, where, question, book[i], i, decided) for i in chosen
            ]
        warnings = ("Two speakers share a label; check who speaks.",) if number == 5 else ()
        form = ("docx", "vtt", "txt")[number % 3]
        transcripts.append(
            TranscriptSummary(
                place, (person.label,), form, position // 5, position // 7, n_segments, warnings
            )
        )
    return ReportData(
        study="Recovery and support after birth: an invented study",
        notice="Invented starter data: no real person said any of this.",
        generated_at=datetime(2026, 3, 2, 14, 5, tzinfo=UTC),
        codes=book,
        participants=persons,
        transcripts=transcripts,
        suggestions=suggestions,
        codings=[_coding(rng, item) for item in suggestions if item.status == "accepted"],
        uncoded=uncoded,
        n_segments=sum(item.segments for item in transcripts),
        provenance=_provenance(len(transcripts)),
    )


def _codes(bank: dict[str, Any]) -> list[ReportCode]:
    return [
        ReportCode(
            code["name"],
            Level(code["level"]),
            (code["parent"], code["name"]),
            code["definition"],
            COLORS[i % len(COLORS)],
        )
        for i, code in enumerate(bank["codes"])
    ]


def _people(n: int) -> list[Participant]:
    rng = random.Random(7)
    return [
        Participant(
            f"P{i:02d}",
            {
                "age": str(rng.randint(21, 58)),
                "race": rng.choice(("White", "White", "Black", "Two or more races")),
                "marital status": rng.choice(("single", "single", "married", "divorced")),
                "substance": rng.choice(("opioids", "stimulants", "alcohol")),
                "weeks in programme": "" if i == 3 else str(rng.randint(2, 40)),
            },
        )
        for i in range(1, n + 1)
    ]


def _choose(rng: random.Random, count: int, leaning: list[int], n_codes: int) -> list[int]:
    picks = (
        rng.choice(leaning) if rng.random() < 0.6 else rng.randrange(n_codes) for _ in " " * count
    )
    return sorted(set(picks))


def _speech(rng: random.Random, bank: dict[str, Any], chosen: list[int]) -> str:
    if not chosen:
        return " ".join(rng.sample(bank["small_talk"], k=rng.randint(1, 3)))
    spoken = (rng.choice(bank["codes"][i % len(bank["codes"])]["said"]) for i in chosen)
    return rng.choice(bank["openers"]) + " ".join(spoken)


def _suggest(
    rng: random.Random,
    bank: dict[str, Any],
    where: tuple[str, str, int, int, str],
    question: str,
    code: ReportCode,
    index: int,
    decided: bool,
) -> CodedSegment:
    status = "suggested"
    if decided:
        status = rng.choices(("suggested", "accepted", "rejected"), (8, 2, 1))[0]
    words = rng.sample(where[4].split(), k=2)
    evidence: dict[str, object] = {
        "definition": code.definition,
        "field": rng.choice(("definition", "include", "example")),
        "similarity": round(rng.uniform(0.3, 0.7), 2),
        "words": sorted({word.strip(",.?").lower() for word in words if len(word) > 5}),
    }
    if status == "accepted":
        like = rng.choice(bank["codes"][index % len(bank["codes"])]["said"])
        evidence["nearest"] = [
            {"text": like, "participant": "P02", "coder": "Coder A", "similarity": 0.61}
        ]
    score = round(rng.betavariate(5, 4), 3)
    return CodedSegment(*where, question, code.name, code.level, score, evidence, status)


def _coding(rng: random.Random, item: CodedSegment) -> HumanCoding:
    return HumanCoding(
        item.transcript,
        item.participant,
        item.start,
        item.end,
        item.text,
        item.code,
        item.level,
        rng.choice(CODERS),
        ("current",),
    )


def _provenance(n_files: int) -> dict[str, object]:
    return {
        "semcode": "0.1.0",
        "python": "3.11.9",
        "seed": 20260302,
        "config_hash": "9f2c41d07b5e8a66c0e14d3fb2a97c58",
        "run": {"started": "2026-03-02 13:58:40", "finished": "2026-03-02 14:04:12"},
        "codebook": {"name": "Recovery support (SEM)", "version": 3, "hash": "c1a5b0e9d7f24386"},
        "model": {
            "name": "an-invented-sentence-model",
            "revision": "c9745ed1d9f20741",
            "sha256": "53aa51172d142c89",
            "licence": "Apache-2.0",
            "dimension": 384,
        },
        "packages": {"numpy": "2.4.6", "onnxruntime": "1.31.1"},
        "config": {"segment": {"max_words": 120}, "suggest": {"floor": 0.25, "per_segment": 3}},
        "files": [
            {"name": f"interview_{i:02d}.docx", "sha256": f"{i * 7919:064x}"}
            for i in range(1, n_files + 1)
        ],
    }


CODES = (
    ReportCode("Parenthood", Level.INTRAPERSONAL, ("Parenthood",), "Being a parent."),
    ReportCode("Guilt", Level.INTRAPERSONAL, ("Parenthood", "Guilt"), "Feeling guilty."),
    ReportCode("Family", Level.INTERPERSONAL, ("Family",), "Parents and siblings."),
    ReportCode("Never", Level.COMMUNITY, ("Never",), "Nobody says it."),
)


@pytest.fixture
def small_study() -> Callable[..., CodedStudy]:
    """Build a coded study from (participant, code, start, facets) or (..., coders)."""

    def build(
        said: Sequence[tuple[Any, ...]],
        *,
        people: Sequence[Participant] | None = None,
        everybody: Sequence[Participant] = (),
        text: str = "what they said",
        **more: Any,
    ) -> CodedStudy:
        labels = sorted({row[0] for row in said})
        known = tuple(people) if people is not None else tuple(Participant(x) for x in labels)
        passages = tuple(
            CodedPassage(
                transcript=f"{who}_t",
                participant=who,
                start=start,
                end=start + 10,
                text=f"{text} {start}",
                code=code,
                facets=tuple(facets),
                coders=tuple(rest[0]) if rest else ("ana",),
                codings=len(rest[0]) if rest else 1,
            )
            for who, code, start, facets, *rest in said
        )
        units = tuple((n, n + 10) for n in range(0, 100, 10))
        return CodedStudy(
            study="Small",
            notice=None,
            generated_at=datetime(2026, 3, 2, 14, 5, tzinfo=UTC),
            codes=CODES,
            facets=(Facet("valence", ("barrier", "facilitator")),),
            people=known,
            everybody=tuple(everybody) or known,
            interviews=tuple(Interview(f"{p.label}_t", (p.label,), 100, units) for p in known),
            passages=passages,
            basis="Codings of ana.",
            coders=("ana",),
            **more,
        )

    return build
