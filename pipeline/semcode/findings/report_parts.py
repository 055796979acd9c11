"""The parts of the findings report that are not results: methods and provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from semcode.findings.blocks import Block, Finding, Heading
from semcode.findings.coded import CodedStudy
from semcode.findings.provenance import group_provenance
from semcode.findings.saturation import Unseen
from semcode.findings.sem_matrix import interval_text
from semcode.findings.tables import Cell, Table
from semcode.wording import counted

__all__ = ["ReportFacts", "durations", "methods", "provenance", "topics_text"]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the study knows of how it was made.

    `agreement` are methods sentences, or one that says why there is none. `suggested` are
    the suggestions that stand now, `verdicts` count standing decisions on suggestions.
    `minutes` are recordings' lengths, where known. `repeated` are participants with several
    interviews. `from_topics` are codes that people made of topics, `into` those that took
    topics in.
    """

    semcode: str
    codebook: str
    codebook_version: int
    source: str
    words: int
    segments: int
    coders: Mapping[str, int]
    agreement: Sequence[str]
    verdicts: Mapping[str, int]
    unseen: Unseen
    comments: int
    minutes: Sequence[float] = ()
    repeated: int = 0
    suggested: int = 0
    model: str = ""
    settled: bool = False
    from_topics: Sequence[str] = ()
    into: Sequence[str] = ()
    attributes: Sequence[str] = field(default=())


def methods(data: CodedStudy, facts: ReportFacts) -> Finding:
    """Write the methods with every figure; what was not recorded is left out."""
    codings = sum(facts.coders.values())
    by_coder = "; ".join(f"{name} {n:,}" for name, n in facts.coders.items())
    blocks: list[Block] = [
        "To adapt for a manuscript. Every number is from this study’s records.",
        Heading("Material"),
        f"{counted(len(data.interviews), 'interview')} with "
        f"{counted(len(data.people), 'participant')} "
        f"{'was' if len(data.interviews) == 1 else 'were'} coded: "
        f"{counted(facts.words, 'word')}, interviewers’ words included"
        + (f", divided into {counted(facts.segments, 'segment')}" if facts.segments else "")
        + (f". {durations(facts.minutes, len(data.interviews))}" if facts.minutes else "")
        + ".",
        Heading("Coding"),
        f"Codes came from the codebook “{facts.codebook}”, version {facts.codebook_version}, with "
        f"{counted(len(data.codes), 'code')} under levels of the Socio-Ecological Model. "
        + (f"{facts.source.strip().rstrip('.')}. " if facts.source.strip() else "")
        + (f"{topics_text(facts)} " if topics_text(facts) else "")
        + f"{counted(codings, 'coding')} in all: {by_coder or 'by nobody'}.",
        f"Findings rest on the following. {data.basis} This gave "
        f"{counted(len(data.passages), 'coded passage')}.",
        Heading("What the model suggested, and what people changed"),
        _machine(facts),
        Heading("Agreement between coders"),
        *facts.agreement,
        Heading("Counting"),
        "Counts are of participants and of passages, not of words; a passage with two codes "
        "counts for each. Shares of participants have "
        "Wilson’s 95% intervals (Wilson 1927). Quotes were chosen for typicality and variety "
        "over participants; they carry labels and no attributes.",
    ]
    return Finding("methods", "Methods", tuple(blocks))


def topics_text(facts: ReportFacts) -> str:
    """Say which codes people made of topics, and which took one in; "" for none."""
    told = []
    if facts.from_topics:
        n = len(facts.from_topics)
        told.append(
            f"{counted(n, 'code')} {'was' if n == 1 else 'were'} made by people from topics that "
            f"the program found among the passages: {', '.join(facts.from_topics)}."
        )
    if facts.into:
        told.append(f"Such topics were merged into codes: {', '.join(facts.into)}.")
    return " ".join(told)


def provenance(data: CodedStudy) -> Finding:
    """List every version, setting and hash that the findings rest on."""
    rows = tuple(
        (Cell(group.title), Cell(name), Cell(value))
        for group in group_provenance(data.provenance)
        for name, value in group.rows
    )
    return Finding(
        "provenance",
        "Provenance",
        (Table("What these findings were made from.", ("Of", "What", "Value"), rows),),
    )


def _machine(facts: ReportFacts) -> str:
    made = {name: n for name, n in facts.verdicts.items() if n}
    model = f" ({facts.model})" if facts.model else ""
    text = "No model suggested codes."
    if facts.suggested or made:
        text = f"A model{model} suggested codes"
        if facts.suggested:
            text += (
                f"; {counted(facts.suggested, 'suggestion stands', 'suggestions stand')} at present"
            )
        text += "."
    if not made:
        return f"{text} No suggestion was decided on: all codings were made by people themselves."
    decided = sum(made.values())
    told = ", ".join(f"{n:,} {name} ({interval_text(n, decided)})" for name, n in made.items())
    return (
        f"{text} People decided on {counted(decided, 'suggestion')}: {told}; shares with Wilson’s "
        "95% intervals. Only what a person accepted or coded is counted as a coding."
    )


def durations(minutes: Sequence[float], of: int) -> str:
    """Say how long the recordings were whose transcripts have times, of so many in all."""
    ordered = sorted(minutes)
    middle = (
        ordered[len(ordered) // 2]
        if len(ordered) % 2
        else (ordered[len(ordered) // 2 - 1] + ordered[len(ordered) // 2]) / 2
    )
    return (
        f"Of {counted(of, 'transcript')}, {len(ordered):,} with times: {ordered[0]:.0f} to "
        f"{counted(round(ordered[-1]), 'minute')} (median {middle:.0f})"
    )
