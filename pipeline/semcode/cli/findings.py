"""The command that shows and writes findings."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from semcode.cli.show import print_json, print_table, say
from semcode.errors import InputError
from semcode.findings.blocks import Figure, Finding
from semcode.findings.tables import Table
from semcode.study import Study
from semcode.study.findings import FindingOptions, find

__all__ = ["findings"]


def findings(options: Namespace) -> int:
    """Show findings, and write them where files are named."""
    with Study(options.study) as study:
        found = find(study, options.kind, _options(options))
        files = [name for name in (options.html, options.docx, options.xlsx) if name]
        _check_endings(options)
        for name in files:
            say(f"Wrote {found.write(name)}")
    if options.json:
        print_json(_json(found.findings))
        return 0
    for finding in found.findings:
        _show(finding)
    return 0


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


def _json(found: Sequence[Finding]) -> object:
    told = [{"kind": f.kind, "title": f.title, "notes": list(f.notes), **f.data} for f in found]
    return told[0] if len(told) == 1 else told


def _show(finding: Finding) -> None:
    say(finding.title)
    for text in finding.notes:
        say(f"note: {text}")
    for block in finding.blocks:
        table = block.table if isinstance(block, Figure) else block
        if isinstance(table, str):
            say(table)
        elif isinstance(table, Table):
            rows = [[_cell(cell.text, cell.note) for cell in row] for row in table.rows]
            print_table(table.head, rows)


def _cell(text: str, note: str) -> str:
    return f"{text} ({note})" if text and note else text or note
