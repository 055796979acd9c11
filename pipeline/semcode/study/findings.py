"""Findings of a study: what a paper needs, from what people coded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from semcode.errors import InputError
from semcode.findings.blocks import Finding
from semcode.findings.coded import CodedStudy
from semcode.study.coded import coded_study
from semcode.study.finding_files import write_findings

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["KINDS", "FindingOptions", "Found", "find"]

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


def find(study: Study, kind: str, options: FindingOptions | None = None) -> Found:
    """Give the findings of one of KINDS.

    Raises InputError for another kind, an option that fits nothing in the study, or where
    nobody has coded.
    """
    chosen = options or FindingOptions()
    if kind not in KINDS:
        raise InputError(f"There are no findings {kind!r}.", remedy=f"Use one of: {', '.join(KINDS)}.")
    if chosen.smallest < 1 or chosen.orders < 1 or (chosen.count is not None and chosen.count < 0):
        raise InputError(
            "A number is too small.", remedy="Use 1 or more for --smallest and --orders."
        )
    data = coded_study(
        study,
        coders=chosen.coders,
        include_suggestions=chosen.include_suggestions,
        facet=chosen.facet,
    )
    return Found(tuple(_made(study, kind, data, chosen)), data)


def _made(
    study: Study, kind: str, data: CodedStudy, options: FindingOptions
) -> Sequence[Finding]:
    from semcode.findings import sem_matrix

    if kind == "sem":
        if options.by is not None:
            return [sem_matrix.sem_by_attribute(data, options.by, smallest=options.smallest)]
        count = {} if options.count is None else {"quotes": options.count}
        return [sem_matrix.sem_matrix(data, **count)]
    raise InputError(f"There are no findings {kind!r} yet.")
