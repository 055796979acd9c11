"""The command that shows and writes findings."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from semcode.cli.show import print_json, print_table, say
from semcode.errors import InputError
from semcode.exchange.tables import write_text
from semcode.findings.blocks import Figure, Finding, QuoteList
from semcode.findings.network import graphml
from semcode.findings.rapid_matrix import all_domains, choose_domains
from semcode.findings.tables import Table
from semcode.study import Study
from semcode.study.findings.commenting import comment
from semcode.study.findings.finding import FindingOptions, as_json, find, matrix_cells
from semcode.study.findings.matrix import keep_copy, read_matrix
from semcode.study.findings.network import decide_tie, study_ties
from semcode.study.findings.sheets import write_templates
from semcode.wording import counted

__all__ = ["findings"]


def findings(options: Namespace) -> int:
    """Show findings, and write them where files are named."""
    _check_endings(options)
    with Study(options.study) as study:
        if options.kind == "matrix":
            _act_on_matrix(study, options)
        if options.kind == "network":
            _act_on_network(study, options)
        found = find(study, options.kind, _options(options))
        files = [name for name in (options.html, options.docx, options.xlsx) if name]
        for name in files:
            # Somebody may have written into a document or a workbook; into a page nobody does.
            copy = keep_copy(Path(name)) if name != options.html else None
            if copy is not None:
                say(f"There was one already; it is kept as {copy}")
            say(f"Wrote {found.write(name)}")
    if options.json:
        print_json(as_json(found.findings))
        return 0
    if options.kind == "report" and files:
        return 0
    for finding in found.findings:
        _show(finding)
    return 0


def _act_on_matrix(study: Study, options: Namespace) -> None:
    """Read an edited matrix back, keep a comment, write summary sheets."""
    if not (options.read or options.comment or options.templates):
        return
    chosen = _options(options)
    data = find(study, "participants", chosen).data
    if options.comment:
        new = comment(study, options.comment, on=options.on, coder=options.who, data=data)
        say(f"Kept the comment of {options.who}.")
        if new:
            say(f"note: new to this study: {options.who}. Check the spelling.")
    if options.read:
        everything = list(all_domains(data.codes, data.facets).values())
        cells = matrix_cells(study, data, chosen, everything)
        done = read_matrix(study, Path(options.read), cells, data, coder=options.who)
        for note in done.notes:
            say(f"note: {note}")
        if done.emptied:
            say(f"Emptied, so drafts again: {'; '.join(done.emptied)}")
        say(f"Stored {counted(len(done.changed), 'cell')}; {done.unchanged:,} were as before.")
    if options.templates:
        domains = choose_domains(data, domains=chosen.domains, codes=chosen.codes)
        cells = matrix_cells(study, data, chosen, domains)
        paths = write_templates(data, domains, cells, Path(options.templates))
        say(f"Wrote {counted(len(paths), 'summary sheet')} into {options.templates}")


def _act_on_network(study: Study, options: Namespace) -> None:
    """Accept and reject ties, and write the network for other programs."""
    if not (options.accept or options.reject or options.graphml):
        return
    ties = study_ties(study, find(study, "participants", _options(options)).data)
    for which in options.accept:
        tie = decide_tie(study, ties, which, accept=True, coder=options.who)
        say(f"Accepted: {tie.participant}, {tie.relation.name}, {tie.quality}")
    for which in options.reject:
        tie = decide_tie(study, ties, which, accept=False, coder=options.who)
        say(f"Rejected: {tie.participant}, {tie.relation.name}")
    if options.graphml:
        data = find(study, "participants", _options(options)).data
        write_text(Path(options.graphml), graphml(study_ties(study, data)))
        say(f"Wrote {options.graphml}")


def _options(options: Namespace) -> FindingOptions:
    return FindingOptions(
        coders=_list(options.coder),
        include_suggestions=options.include_suggestions,
        facet=options.facet,
        by=options.by,
        smallest=options.smallest,
        codes=_list(options.codes),
        where=tuple(_pair(text) for text in options.where),
        count=options.count,
        domains=options.domains,
        orders=options.orders,
        seed=options.seed,
    )


def _check_endings(options: Namespace) -> None:
    for name in ("html", "docx", "xlsx"):
        given = getattr(options, name)
        if given and not given.lower().endswith(f".{name}"):
            raise InputError(
                f"--{name} writes a file that ends in .{name}.",
                where=given,
                remedy=f"Name a file such as findings.{name}.",
            )


def _list(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise InputError(
            f"{text!r} says nothing.", where="--where", remedy="Write for example: --where site=A"
        )
    return name.strip(), value.strip()


def _show(finding: Finding) -> None:
    say(finding.title)
    for text in finding.notes:
        say(f"note: {text}")
    for block in finding.blocks:
        table = block.table if isinstance(block, Figure) else block
        if isinstance(table, str):
            say(table)
        elif isinstance(table, QuoteList) and not table.folded:
            say(f"{table.title}:")
            for item in table.quotes:
                say(f"  “{item.text}” ({item.who})")
        elif isinstance(table, Table):
            rows = [[_cell(cell.text, cell.note) for cell in row] for row in table.rows]
            print_table(table.head, rows)


def _cell(text: str, note: str) -> str:
    return f"{text} ({note})" if text and note else text or note
