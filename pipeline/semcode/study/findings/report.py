"""Gather the findings report: methods, results, every table, checklist and provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from semcode import __version__, store
from semcode.codebook import Codebook
from semcode.errors import ConfigError, InputError, ModelError
from semcode.evaluate import AgreementReport
from semcode.findings.blocks import Finding, Heading, QuoteList
from semcode.findings.checklists import checklist
from semcode.findings.choosing import Vectors
from semcode.findings.coded import CodedStudy
from semcode.findings.cooccurrence_finding import cooccurrence
from semcode.findings.glance import at_a_glance
from semcode.findings.network import network
from semcode.findings.participants_table import participants_table
from semcode.findings.rapid_matrix import MatrixCell, all_domains, draft_cells, rapid_matrix
from semcode.findings.report_parts import ReportFacts, methods, provenance
from semcode.findings.results import results
from semcode.findings.saturation import estimate_unseen
from semcode.findings.saturation_finding import incidence_of, saturation
from semcode.findings.sem_matrix import sem_matrix
from semcode.records import CoderKind, Verdict
from semcode.store.topics import TopicDecision
from semcode.study.findings.commenting import comments
from semcode.study.findings.matrix import with_edits
from semcode.study.findings.network import study_ties
from semcode.study.findings.typical import passage_vectors
from semcode.study.topics.replaying import ACCEPT, INTO, active

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["findings_report", "network_section", "report_facts", "summaries_section"]

_RESAMPLES = 1_000
_VERDICTS = {
    Verdict.ACCEPT: "accepted",
    Verdict.CHANGE: "changed to another code",
    Verdict.REJECT: "rejected",
    Verdict.UNSURE: "left as unsure",
}


def findings_report(
    study: Study, data: CodedStudy, *, smallest: int = 3, orders: int = 1_000, seed: int = 0
) -> tuple[Finding, ...]:
    """Give the sections in their order; of the rapid-analysis matrix, what people wrote."""
    facts = report_facts(study, data)
    vectors = passage_vectors(study, data)
    # Its sheet of quotes has everybody's attributes: that one is for `findings sem`.
    sem = sem_matrix(data, quotes=0)
    sections = [
        at_a_glance(data),
        methods(data, facts),
        participants_table(data.everybody, smallest=smallest),
        results(data, vectors=vectors),
        *summaries_section(study, data, vectors),
        replace(sem, grids=sem.grids[:1]),
        saturation(data, orders=orders, seed=seed),
        cooccurrence(data),
        network_section(study, data),
        checklist(data, facts),
        provenance(data),
    ]
    # What holds for all sections stands in the first and is not said again.
    said = set(data.notes)
    return (
        replace(sections[0], notes=data.notes),
        *(
            replace(one, notes=tuple(note for note in one.notes if note not in said))
            for one in sections[1:]
        ),
    )


def summaries_section(
    study: Study, data: CodedStudy, vectors: Vectors | None
) -> tuple[Finding, ...]:
    """Give the columns of the rapid-analysis matrix that people wrote in; none where nobody did."""
    every = tuple(all_domains(data.codes, data.facets).values())
    empty = [MatrixCell(p.label, domain, "", ()) for p in data.people for domain in every]
    written = {cell.domain.key for cell in with_edits(study, empty) if cell.edited_by}
    domains = [domain for domain in every if domain.key in written]
    if not domains:
        return ()
    cells = with_edits(study, draft_cells(data, domains, vectors=vectors))
    made = rapid_matrix(data, domains, cells, comments(study))
    shown = [b for b in made.blocks if not isinstance(b, QuoteList | Heading)]
    return (replace(made, blocks=shown, grids=made.grids[:1]),)


def network_section(study: Study, data: CodedStudy) -> Finding:
    """Give the network without the sentences behind it, or say why it cannot be found here."""
    try:
        made = network(data, study_ties(study, data))
        shown = [block for block in made.blocks if not isinstance(block, QuoteList)]
        return replace(made, blocks=shown)
    except (ConfigError, ModelError) as error:
        return Finding("network", "Social networks", (), notes=(f"Not looked for: {error.what}",))


def report_facts(study: Study, data: CodedStudy) -> ReportFacts:
    """Gather what the study knows of how it was made."""
    book = study.codebook()
    names = {item.name for item in data.interviews}
    with study.database.read() as connection:
        rows = [row for row in store.transcripts.rows(connection) if row.name in names]
        segments = store.segments.count(connection)
        coders = store.codings.count_by_coder(connection)
        kinds = {c.name: c.kind for c in store.people.coders(connection)}
        verdicts = _verdicts(study)
        version = store.codebooks.latest_version(connection)
        minutes = [
            (times[-1] - times[0]) / 60
            for row in rows
            if len(times := _times(store.transcripts.load(connection, row.id).turns)) > 1
        ]
        decided = active(store.topics.decisions(connection))
        run = store.runs.current(connection)
        suggested = (
            store.runs.count(connection, run.id, study.settings.suggest.floor)
            if run is not None
            else 0
        )
    spoken = Counter(label for item in data.interviews for label in item.participants)
    model = run.provenance.get("model") if run is not None else None
    return ReportFacts(
        semcode=__version__,
        codebook=book.name,
        codebook_version=version,
        source=book.source,
        words=sum(row.words for row in rows),
        segments=sum(segments.get(row.id, 0) for row in rows),
        coders={name: n for name, n in coders.items() if name in data.coders},
        agreement=_agreement(study),
        verdicts=verdicts,
        unseen=estimate_unseen(incidence_of(data, data.codes)),
        comments=len(comments(study)),
        minutes=tuple(minutes),
        repeated=sum(n > 1 for n in spoken.values()),
        suggested=suggested,
        model=str(model.get("name", "")) if isinstance(model, dict) else "",
        settled=any(kinds.get(name) is CoderKind.CONSENSUS for name in data.coders),
        from_topics=_codes_of(book, decided, ACCEPT),
        into=_codes_of(book, decided, INTO),
        attributes=tuple(dict.fromkeys(k for p in data.everybody for k in p.attributes)),
    )


def _codes_of(book: Codebook, decided: Sequence[TopicDecision], verdict: str) -> tuple[str, ...]:
    """Name the codes that topics became or went into, each once, of those still in the book."""
    found = [book.get(line.code) for line in decided if line.verdict == verdict and line.code]
    return tuple(dict.fromkeys(code.name for code in found if code is not None))


def _times(turns: Sequence[object]) -> list[float]:
    starts = [getattr(turn, "time_start", None) for turn in turns]
    ends = [getattr(turn, "time_end", None) for turn in turns]
    return sorted(value for value in (*starts, *ends) if value is not None)


def _agreement(study: Study) -> Sequence[str]:
    try:
        report = study.agreement(resamples=_RESAMPLES)
    except (InputError, ModelError) as error:
        return (f"Agreement was not computed: {error.what}",)
    return report.methods if isinstance(report, AgreementReport) else ()


def _verdicts(study: Study) -> dict[str, int]:
    gone: set[int] = set()
    counts: Counter[str] = Counter()
    with study.database.read() as connection:
        lines = list(store.decisions.all_decisions(connection))
    for line in reversed(lines):
        if line.id in gone:
            continue
        if line.verdict is Verdict.UNDO and line.undoes is not None:
            gone.add(line.undoes)
        elif line.verdict in _VERDICTS:
            counts[_VERDICTS[line.verdict]] += 1
    return {name: counts[name] for name in _VERDICTS.values()}
