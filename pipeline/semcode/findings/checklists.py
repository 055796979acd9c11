"""Reporting checklists, COREQ and SRQR, filled in where the study knows the answer."""

from __future__ import annotations

from collections.abc import Mapping

from semcode.findings.blocks import Block, Finding, Grid, Heading
from semcode.findings.coded import CodedStudy
from semcode.findings.report_parts import ReportFacts, durations, topics_text
from semcode.findings.tables import Cell, Table
from semcode.wording import counted

__all__ = ["checklist"]

_OPEN = "to be filled in"

_Items = tuple[tuple[str, tuple[str, ...]], ...]

#: Item and domain of COREQ: Tong A, Sainsbury P, Craig J (2007). International Journal for
#: Quality in Health Care 19, 349-357; the wording of the items is shortened here.
_COREQ: _Items = (
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

#: Item and part of SRQR: O'Brien BC, Harris IB, Beckman TJ, Reed DA, Cook DA (2014). Academic
#: Medicine 89, 1245-1251; the wording of the items is shortened here.
_SRQR: _Items = (
    ("Title and abstract", ("Title", "Abstract")),
    ("Introduction", ("Problem formulation", "Purpose or research question")),
    (
        "Methods",
        (
            "Qualitative approach and research paradigm",
            "Researcher characteristics and reflexivity",
            "Context",
            "Sampling strategy",
            "Ethical issues pertaining to human subjects",
            "Data collection methods",
            "Data collection instruments and technologies",
            "Units of study",
            "Data processing",
            "Data analysis",
            "Techniques to enhance trustworthiness",
        ),
    ),
    ("Results and findings", ("Synthesis and interpretation", "Links to empirical data")),
    (
        "Discussion",
        ("Integration with prior work, implications, transferability", "Limitations"),
    ),
    ("Other", ("Conflicts of interest", "Funding")),
)


def checklist(data: CodedStudy, facts: ReportFacts) -> Finding:
    """Fill in COREQ and SRQR where the study knows the answer, and leave the rest to its authors.

    An answer is a fact of the records or the place in this report; it claims nothing that a
    person has to judge.
    """
    blocks: list[Block] = [
        "Filled in is what the study’s records know. Only its authors can answer the others, and "
        "journals ask for one of the two lists."
    ]
    grids: list[Grid] = []
    for name, source, items, known in (
        ("COREQ", "Tong, Sainsbury and Craig 2007", _COREQ, _coreq(data, facts)),
        ("SRQR", "O’Brien and others 2014", _SRQR, _srqr(data, facts)),
    ):
        table, grid = _made(name, source, items, known)
        blocks += [Heading(name), table]
        grids.append(grid)
    return Finding("checklist", "Reporting checklists", tuple(blocks), tuple(grids))


def _made(name: str, source: str, items: _Items, known: Mapping[str, str]) -> tuple[Table, Grid]:
    every = [(part, item) for part, own in items for item in own]
    mark = "S" if name == "SRQR" else ""
    rows = tuple(
        (f"{mark}{number}", part, item, known.get(item, _OPEN))
        for number, (part, item) in enumerate(every, start=1)
    )
    head = ("No.", "Part", "Item", "In this study")
    answered = sum(row[3] != _OPEN for row in rows)
    caption = f"{name} ({source}): filled in are {answered} of {counted(len(rows), 'item')}."
    table = Table(caption, head, tuple(tuple(Cell(text) for text in row) for row in rows))
    return table, Grid(name, head, rows, (6, 28, 32, 80))


def _coreq(data: CodedStudy, facts: ReportFacts) -> dict[str, str]:
    found = {
        "Sample size": _sample(data),
        "Number of data coders": _coders(facts),
        "Description of the coding tree": _tree(data, facts),
        "Software": f"semcode {facts.semcode}.",
        "Repeat interviews": f"{_none(facts.repeated, 'participant')} with more than one "
        "transcript.",
        "Quotations presented": _quotations(data),
        "Clarity of major themes": "Findings are ordered by level; see Results by level.",
        "Clarity of minor themes": f"{_none(facts.unseen.once, 'code')} in one interview only; "
        "see Saturation and the SEM matrix.",
    }
    if facts.attributes:
        found["Description of the sample"] = _attributes(facts)
    if facts.minutes:
        found["Duration"] = f"{durations(facts.minutes, len(data.interviews))}."
    if facts.unseen.interval is not None:
        found["Data saturation"] = _saturation(data, facts)
    derived = [text for text in (facts.source.strip(), topics_text(facts)) if text]
    if derived:
        found["Derivation of themes"] = " ".join(derived)
    if facts.comments:
        found["Participant checking"] = _comments(facts)
    return found


def _srqr(data: CodedStudy, facts: ReportFacts) -> dict[str, str]:
    made = sum(facts.verdicts.values())
    trust = [f"Coders: {_coders(facts)} Agreement between coders: see Methods."]
    trust += [_comments(facts)] if facts.comments else []
    trust.append("Every coding, decision and version is kept (semcode history); see Provenance.")
    sampling = [_saturation(data, facts)] if facts.unseen.interval is not None else []
    found = {
        "Units of study": " ".join(
            [_sample(data), *([_attributes(facts)] if facts.attributes else [])]
        ),
        "Data processing": f"{counted(facts.words, 'word')} of transcripts"
        + (f", cut into {counted(facts.segments, 'segment')}" if facts.segments else "")
        + f", with semcode {facts.semcode}; each file’s hash stands under Provenance. How "
        "transcripts were made and de-identified: " + _OPEN + ".",
        "Data analysis": f"{_tree(data, facts)} {_basis(data)} "
        + (
            f"People decided on {counted(made, 'suggestion')} of a model; see Methods."
            if made
            else "No suggestion of a model was decided on."
        ),
        "Techniques to enhance trustworthiness": " ".join(trust),
        "Synthesis and interpretation": "Main findings by level: see Findings at a glance and "
        f"Results by level. Interpretation and theory: {_OPEN}.",
        "Links to empirical data": _quotations(data),
    }
    if sampling:
        found["Sampling strategy"] = f"How participants were chosen: {_OPEN}. {sampling[0]}"
    if facts.minutes:
        lasted = durations(facts.minutes, len(data.interviews))
        found["Data collection methods"] = f"{lasted}; the rest: {_OPEN}."
    return found


def _none(n: int, one: str) -> str:
    return counted(n, one) if n else f"No {one}"


def _sample(data: CodedStudy) -> str:
    return (
        f"{counted(len(data.everybody), 'participant')} with transcripts; the interviews of "
        f"{len(data.people):,} are coded."
    )


def _coders(facts: ReportFacts) -> str:
    settled = "; differences were settled by consensus." if facts.settled else "."
    return f"{len(facts.coders):,} ({', '.join(facts.coders) or 'none'}){settled}"


def _tree(data: CodedStudy, facts: ReportFacts) -> str:
    levels = list(dict.fromkeys(str(code.level) for code in data.codes if code.level))
    return (
        f"Codebook “{facts.codebook}”, version {facts.codebook_version}: "
        f"{counted(len(data.codes), 'code')} under {counted(len(levels), 'level')} "
        f"({', '.join(levels)}); semcode codebook writes it."
    )


def _basis(data: CodedStudy) -> str:
    return f"Counted: {data.basis[:1].lower()}{data.basis[1:]}"


def _quotations(data: CodedStudy) -> str:
    return (
        f"Yes, with the participant’s label, from {counted(len(data.passages), 'coded passage')}."
    )


def _attributes(facts: ReportFacts) -> str:
    names = ", ".join(name.replace("_", " ") for name in facts.attributes)
    return f"See Participants: {names}."


def _saturation(data: CodedStudy, facts: ReportFacts) -> str:
    low, high = facts.unseen.interval or (facts.unseen.total, facts.unseen.total)
    return (
        f"{counted(facts.unseen.seen, 'code')} used in "
        f"{counted(len(data.interviews), 'interview')}; estimated in all "
        f"{facts.unseen.total:.1f} (95% interval {low:.1f} to {high:.1f}, Chao2)."
    )


def _comments(facts: ReportFacts) -> str:
    return f"{counted(facts.comments, 'comment')} of reviewers kept with name and date."
