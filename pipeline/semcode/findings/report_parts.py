"""The parts of the findings report that are not results: methods, checklist, provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from semcode.findings.blocks import Block, Finding, Grid, Heading
from semcode.findings.coded import CodedStudy
from semcode.findings.provenance import group_provenance
from semcode.findings.saturation import Unseen
from semcode.findings.tables import Cell, Table

__all__ = ["ReportFacts", "checklist", "methods", "provenance"]

_OPEN = "to be filled in"

#: Item and domain of COREQ: Tong A, Sainsbury P, Craig J (2007). International Journal for
#: Quality in Health Care 19, 349-357; the wording of the items is shortened here.
_COREQ = (
    ("Research team", ("Interviewer", "Credentials", "Occupation", "Gender", "Experience")),
    (
        "Relationship with participants",
        ("Relationship before the study", "What participants knew", "Interviewer characteristics"),
    ),
    (
        "Study design",
        (
            "Methodological orientation",
            "Sampling",
            "Method of approach",
            "Sample size",
            "Non-participation",
            "Setting of data collection",
            "Presence of others",
            "Description of the sample",
            "Interview guide",
            "Repeat interviews",
            "Audio or video recording",
            "Field notes",
            "Duration",
            "Data saturation",
            "Transcripts returned",
        ),
    ),
    (
        "Analysis and findings",
        (
            "Number of data coders",
            "Description of the coding tree",
            "Derivation of themes",
            "Software",
            "Participant checking",
            "Quotations presented",
            "Data and findings consistent",
            "Clarity of major themes",
            "Clarity of minor themes",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the study knows of how it was made.

    `agreement` are methods sentences, or one that says why there is none. `verdicts` count
    standing decisions on suggestions. `minutes` are recordings' lengths, where known.
    `repeated` are participants with several interviews.
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
    model: str = ""
    settled: bool = False
    attributes: Sequence[str] = field(default=())


def methods(data: CodedStudy, facts: ReportFacts) -> Finding:
    """Write the methods with every figure; what was not recorded is left out."""
    codings = sum(facts.coders.values())
    by_coder = "; ".join(f"{name} {n:,}" for name, n in facts.coders.items())
    blocks: list[Block] = [
        "To adapt for a manuscript. Every number is from this study’s records.",
        Heading("Material"),
        f"{len(data.interviews):,} interviews with {len(data.people):,} participants were coded, "
        f"{facts.words:,} words in all"
        + (f", divided into {facts.segments:,} segments" if facts.segments else "")
        + (f". {_durations(facts.minutes)}" if facts.minutes else "")
        + ".",
        Heading("Coding"),
        f"Codes came from the codebook “{facts.codebook}”, version {facts.codebook_version}, with "
        f"{len(data.codes):,} codes under levels of the Socio-Ecological Model"
        + (f" ({facts.source.strip().rstrip('.')})" if facts.source.strip() else "")
        + f". {codings:,} codings were made ({by_coder or 'by nobody'}).",
        f"What the findings rest on: {data.basis} This gave {len(data.passages):,} coded passages.",
        _machine(facts),
        Heading("Agreement between coders"),
        *facts.agreement,
        Heading("Counting"),
        "Counts are of participants and of passages, not of words. Shares of participants have "
        "Wilson’s 95% intervals (Wilson 1927). Quotes were chosen for typicality and variety "
        "over participants; they carry labels and no attributes.",
    ]
    return Finding("methods", "Methods", tuple(blocks), notes=data.notes)


def checklist(data: CodedStudy, facts: ReportFacts) -> Finding:
    """Fill in COREQ where the study knows the answer, and leave the rest to its authors."""
    known = _known(data, facts)
    rows: list[tuple[Cell, ...]] = []
    number = 0
    for domain, items in _COREQ:
        for item in items:
            number += 1
            rows.append((Cell(f"{number}"), Cell(domain), Cell(item), Cell(known.get(item, _OPEN))))
    text = (
        f"{len(known)} of {number} items are filled in from the study’s records (COREQ; Tong, "
        "Sainsbury and Craig 2007). The others only its authors can answer."
    )
    head = ("No.", "Domain", "Item", "In this study")
    table = Table("COREQ checklist.", head, tuple(rows))
    grid = Grid(
        "COREQ", head, tuple(tuple(cell.text for cell in row) for row in rows), (6, 28, 32, 80)
    )
    return Finding("checklist", "Reporting checklist", (text, table), (grid,))


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
    if not made:
        return "No suggestion of the model was decided on."
    told = ", ".join(f"{n:,} {name}" for name, n in made.items())
    model = f" ({facts.model})" if facts.model else ""
    return (
        f"A model{model} suggested codes; people decided on {sum(made.values()):,} suggestions: "
        f"{told}. Only what a person accepted or coded is counted as a coding."
    )


def _durations(minutes: Sequence[float]) -> str:
    ordered = sorted(minutes)
    middle = (
        ordered[len(ordered) // 2]
        if len(ordered) % 2
        else (ordered[len(ordered) // 2 - 1] + ordered[len(ordered) // 2]) / 2
    )
    return (
        f"{len(ordered):,} recordings with times lasted {ordered[0]:.0f} to {ordered[-1]:.0f} "
        f"minutes (median {middle:.0f})"
    )


def _known(data: CodedStudy, facts: ReportFacts) -> dict[str, str]:
    quotes = sum(1 for _ in data.passages)
    levels = list(dict.fromkeys(str(code.level) for code in data.codes if code.level))
    found = {
        "Sample size": f"{len(data.everybody):,} participants interviewed; the interviews of "
        f"{len(data.people):,} are coded.",
        "Number of data coders": f"{len(facts.coders):,} ({', '.join(facts.coders) or 'none'})"
        + ("; differences were settled by consensus." if facts.settled else "."),
        "Description of the coding tree": f"Codebook “{facts.codebook}”, version "
        f"{facts.codebook_version}: {len(data.codes):,} codes under {len(levels):,} levels "
        f"({', '.join(levels)}). semcode codebook export writes it.",
        "Software": f"semcode {facts.semcode}.",
        "Repeat interviews": f"{facts.repeated:,} participants have more than one transcript.",
        "Quotations presented": f"Yes, with the participant’s label, from {quotes:,} coded "
        "passages.",
        "Clarity of major themes": "Findings are ordered by level; see Results.",
        "Clarity of minor themes": f"{facts.unseen.once:,} codes stand in one interview only; "
        "see Saturation and the SEM matrix.",
    }
    if facts.attributes:
        found["Description of the sample"] = (
            f"See Participants: {', '.join(name.replace('_', ' ') for name in facts.attributes)}."
        )
    if facts.minutes:
        found["Duration"] = f"{_durations(facts.minutes)}."
    if facts.unseen.interval is not None:
        low, high = facts.unseen.interval
        found["Data saturation"] = (
            f"{facts.unseen.seen:,} codes in {len(data.interviews):,} interviews; estimated in all "
            f"{facts.unseen.total:.1f} (95% interval {low:.1f} to {high:.1f}, Chao2)."
        )
    if facts.source.strip():
        found["Derivation of themes"] = facts.source.strip()
    if facts.comments:
        found["Participant checking"] = f"{facts.comments:,} comments of reviewers are kept."
    return found
