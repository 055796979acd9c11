"""Findings of a study: what a paper needs, from what people coded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from semcode.errors import InputError
from semcode.findings.blocks import Finding
from semcode.findings.coded import CodedStudy
from semcode.findings.rapid_matrix import (
    Domain,
    MatrixCell,
    choose_domains,
    draft_cells,
    rapid_matrix,
)
from semcode.study.findings.coded import coded_study
from semcode.study.findings.files import write_findings

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["KINDS", "FindingOptions", "Found", "as_json", "find", "matrix_cells", "matrix_finding"]

#: The kinds of findings, in the order of a report.
KINDS = (
    "sem",
    "matrix",
    "participants",
    "saturation",
    "cooccurrence",
    "quotes",
    "network",
    "report",
)


#: Kinds that rest on the transcripts, whoever coded.
_WITHOUT_CODINGS = frozenset({"participants", "network"})


@dataclass(frozen=True, slots=True)
class FindingOptions:
    """What findings rest on and how they are shown.

    `coders` None are the consensus, elsewhere all people. `by` is an attribute to compare,
    `smallest` the least count that is shown by attribute. `codes` None are all; `where`
    keeps participants with these attributes. `count` None is each kind's own number of
    quotes.
    """

    coders: tuple[str, ...] | None = None
    include_suggestions: bool = False
    facet: str | None = None
    by: str | None = None
    smallest: int = 3
    codes: tuple[str, ...] | None = None
    where: tuple[tuple[str, str], ...] = field(default=())
    count: int | None = None
    domains: str = "level"
    orders: int = 1_000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Findings with the study that they are of; `write` puts them into a file by its ending."""

    findings: tuple[Finding, ...]
    data: CodedStudy
    kicker: str = "Findings"

    def write(self, path: str | Path) -> Path:
        """Write .html, .docx or .xlsx, whole or not at all. Raises InputError for another."""
        return write_findings(
            self.findings,
            Path(path),
            study=self.data.study,
            notice=self.data.notice,
            generated_at=self.data.generated_at,
            kicker=self.kicker,
        )


def as_json(findings: Sequence[Finding]) -> object:
    """Give findings for programs: one as an object, several as a list."""
    told = [{"kind": f.kind, "title": f.title, "notes": list(f.notes), **f.data} for f in findings]
    return told[0] if len(told) == 1 else told


def find(study: Study, kind: str, options: FindingOptions | None = None) -> Found:
    """Give the findings of one of KINDS.

    Raises InputError for another kind, an option that fits nothing in the study, or where
    nobody has coded.
    """
    chosen = options or FindingOptions()
    if kind not in KINDS:
        raise InputError(
            f"There are no findings {kind!r}.", remedy=f"Use one of: {', '.join(KINDS)}."
        )
    if chosen.smallest < 1 or chosen.orders < 1 or (chosen.count is not None and chosen.count < 0):
        raise InputError(
            "A number is too small.", remedy="Use 1 or more for --smallest and --orders."
        )
    data = coded_study(
        study,
        coders=chosen.coders,
        include_suggestions=chosen.include_suggestions,
        facet=chosen.facet,
        empty=kind in _WITHOUT_CODINGS,
    )
    if kind == "report":
        from semcode.study.findings.report import findings_report

        sections = findings_report(
            study, data, smallest=chosen.smallest, orders=chosen.orders, seed=chosen.seed
        )
        return Found(sections, data, "Findings report")
    return Found((_made(study, kind, data, chosen),), data)


def _made(study: Study, kind: str, data: CodedStudy, options: FindingOptions) -> Finding:
    from semcode.findings.cooccurrence_finding import cooccurrence
    from semcode.findings.network import network
    from semcode.findings.participants_table import participants_table
    from semcode.findings.quotes_finding import quotes
    from semcode.findings.saturation_finding import saturation
    from semcode.study.findings.network import study_ties
    from semcode.study.findings.typical import passage_vectors

    match kind:
        case "sem":
            return _sem(data, options)
        case "participants":
            made = participants_table(data.everybody, by=options.by, smallest=options.smallest)
            silent = tuple(note for note in data.notes if "without a transcript" in note)
            return replace(made, notes=(*made.notes, *silent))
        case "saturation":
            return saturation(data, orders=options.orders, seed=options.seed)
        case "cooccurrence":
            return cooccurrence(data)
        case "quotes":
            count = 3 if options.count is None else options.count
            return quotes(
                data,
                codes=options.codes,
                where=options.where,
                count=count,
                vectors=passage_vectors(study, data),
            )
        case "matrix":
            return matrix_finding(study, data, options)
        case "network":
            return network(data, study_ties(study, data))
    raise AssertionError(kind)


def matrix_cells(
    study: Study, data: CodedStudy, options: FindingOptions, domains: Sequence[Domain]
) -> tuple[MatrixCell, ...]:
    """Give the matrix's cells as they are now: what people wrote, elsewhere the draft."""
    from semcode.study.findings.matrix import with_edits
    from semcode.study.findings.typical import passage_vectors

    count = 2 if options.count is None else options.count
    vectors = passage_vectors(study, data)
    return with_edits(study, draft_cells(data, domains, count=count, vectors=vectors))


def matrix_finding(study: Study, data: CodedStudy, options: FindingOptions) -> Finding:
    """Give the rapid-analysis matrix with people's words and reviewers' comments."""
    from semcode.study.findings.commenting import comments

    domains = choose_domains(data, domains=options.domains, codes=options.codes)
    cells = matrix_cells(study, data, options, domains)
    return rapid_matrix(data, domains, cells, comments(study))


def _sem(data: CodedStudy, options: FindingOptions) -> Finding:
    from semcode.findings.sem_matrix import sem_by_attribute, sem_matrix

    if options.by is not None:
        return sem_by_attribute(data, options.by, smallest=options.smallest)
    return sem_matrix(data) if options.count is None else sem_matrix(data, quotes=options.count)
