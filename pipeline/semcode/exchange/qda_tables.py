"""Tables that ATLAS.ti, NVivo, MAXQDA, Delve and Taguette export: quotations and codebooks.

They give words and no positions to rely on, so that each quotation is searched for in its
transcript afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from semcode.errors import InputError
from semcode.exchange.project import (
    Project,
    ProjectCode,
    ProjectCoding,
    Source,
    SourceSet,
    User,
)
from semcode.readers.files import load
from semcode.readers.sheets import Row, Sheet, cell_text, column_key, read_sheets

__all__ = ["is_qda_table", "read_qda_table"]

_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:table")
_MAX_BYTES = 200_000_000

#: The headers of each column as the programs write them, in their languages.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "document": (
        *("document", "document_name", "transcript", "transcript_name", "file", "file_name"),
        *("source", "dokument", "dokumentname", "documento", "nombre_del_documento"),
        *("nombre_de_documento", "nome_do_documento", "nom_du_document", "nome_documento"),
    ),
    "quote": (
        *("quotation_content", "text_content", "content", "coded_segment", "coded_segments"),
        *("segment", "snippet", "snippet_text", "excerpt", "quote", "quotation", "coded_text"),
        *("zitatinhalt", "textinhalt", "inhalt", "codiertes_segment", "zitat"),
        *("contenido_de_la_cita", "contenido_de_texto", "contenido", "segmento", "cita"),
        *("segmento_codificado", "conteúdo_da_citação", "conteúdo_de_texto", "conteúdo"),
        *("citação", "contenu_de_la_citation", "contenu", "segment_codé", "citation"),
    ),
    "codes": (
        *("codes", "code", "tag", "tags", "node", "nodes", "code_name", "codename"),
        *("kodes", "kode", "codesystem", "códigos", "código", "codici", "codice"),
    ),
    "coder": (
        *("coder", "created_by", "creator", "author", "user", "coded_by", "codierer"),
        *("erstellt_von", "autor", "creado_por", "criado_por", "créé_par", "auteur"),
    ),
    "memo": (
        *("quotation_comment", "comment", "memo", "note", "notes", "zitatkommentar"),
        *("kommentar", "comentario", "comentario_de_la_cita", "comentário", "commentaire"),
    ),
    "facets": ("facets",),
    "description": (
        *("description", "definition", "code_comment", "beschreibung", "descripción"),
        *("definición", "descrição", "definição", "définition"),
    ),
    "name": ("name", "nombre", "nome", "nom"),
}

#: What makes a table of words a table of somebody's project, and not a transcript.
_QUOTATIONS = ("document", "quote", "codes")
_GROUP = re.compile(r"(code_group|codegruppe|grupo_de_códigos|groupe_de_codes)(_\d+)?|groups")
#: What tables write before a text that a spreadsheet would take for a formula.
_GUARDED = re.compile(r"'+[=+\-@|]")
_PATH = re.compile(r"\s*(?:>|\\+)\s*")


@dataclass(frozen=True, slots=True)
class _Table:
    columns: Mapping[str, int]
    groups: tuple[int, ...]
    rows: tuple[Row, ...]

    def cell(self, row: Row, kind: str) -> str:
        at = self.columns.get(kind)
        text = cell_text(row.cells[at]).strip() if at is not None and at < len(row.cells) else ""
        return text[1:] if _GUARDED.match(text) else text


def is_qda_table(path: Path) -> bool:
    """Tell whether a CSV or Excel file has the columns of quotations or of a codebook."""
    if path.suffix.lower() not in {".csv", ".tsv", ".txt", ".xlsx"} or not path.is_file():
        return False
    return _find(_sheets(path)) is not None


def read_qda_table(path: Path) -> Project:
    """Read quotations with their codes, or a codebook.

    Raises InputError where the columns are not found, ReadError where the file is damaged.
    """
    table = _find(_sheets(path))
    if table is None:
        raise InputError(
            "The columns of an exported table were not found.",
            where=str(path),
            remedy="It needs a first row with document, quotation and codes, or code and comment. "
            "Of a study's own tables, the one of quotations can be read.",
        )
    if all(kind in table.columns for kind in _QUOTATIONS):
        return _quotations(table, path)
    codes, sets = _codebook(table)
    return Project(name=path.stem, program="a table of codes", codes=codes, sets=sets)


def _sheets(path: Path) -> list[Sheet]:
    known = [name for names in _HEADERS.values() for name in names]
    return read_sheets(load(path, max_bytes=_MAX_BYTES), where=str(path), known=known)[0]


def _find(sheets: Iterable[Sheet]) -> _Table | None:
    """Give the first sheet with quotations, else the first with codes and what they mean."""
    found = [table for sheet in sheets if (table := _table(sheet)) is not None]
    whole = [table for table in found if all(kind in table.columns for kind in _QUOTATIONS)]
    return next(iter(whole or found), None)


def _table(sheet: Sheet) -> _Table | None:
    for at, row in enumerate(sheet.rows[:10]):
        keys = [column_key(cell_text(cell)) for cell in row.cells]
        columns = _columns(keys)
        quotations = all(kind in columns for kind in _QUOTATIONS)
        codebook = _is_codebook(columns, keys)
        if quotations or codebook:
            groups = tuple(n for n, key in enumerate(keys) if _GROUP.fullmatch(key))
            return _Table(columns, groups, sheet.rows[at + 1 :])
    return None


def _columns(keys: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for kind, names in _HEADERS.items():
        free = {key: n for n, key in enumerate(keys) if key and n not in columns.values()}
        place = next((free[name] for name in names if name in free), None)
        if place is not None:
            columns[kind] = place
    return columns


def _is_codebook(columns: dict[str, int], keys: Sequence[str]) -> bool:
    """Tell a codebook: codes with a comment; NVivo calls the code "Name"."""
    if {"quote", "document"} & columns.keys():
        return False
    if "codes" not in columns and "name" in columns and {"files", "references"} & set(keys):
        columns["codes"] = columns["name"]
    return "codes" in columns and bool({"memo", "description"} & columns.keys())


def _quotations(table: _Table, path: Path) -> Project:
    single = {table.cell(row, "codes").casefold() for row in table.rows}
    codes: dict[str, ProjectCode] = {}
    users: dict[str, User] = {}
    codings: dict[str, list[ProjectCoding]] = {}
    for row in table.rows:
        document, quote = table.cell(row, "document"), table.cell(row, "quote")
        if not document or not quote or not table.cell(row, "codes"):
            continue
        who = table.cell(row, "coder")
        if who:
            users[who] = User(_guid("user", who), who)
        for path_of_code in _split(table.cell(row, "codes"), single):
            leaf = codes[_grow(codes, path_of_code)]
            codings.setdefault(document, []).append(_coding(table, row, document, quote, leaf, who))
    sources = tuple(
        Source(guid=_guid("source", name), name=name, text=None, codings=tuple(of))
        for name, of in codings.items()
    )
    return Project(
        name=path.stem,
        program="a table of quotations",
        users=tuple(users.values()),
        codes=tuple(codes.values()),
        sources=sources,
        lost=tuple(_lost(table)),
    )


def _lost(table: _Table) -> Iterator[str]:
    """Say in which lines of the file something lacks."""
    missing: dict[str, list[int]] = {}
    for row in table.rows:
        if any(cell_text(cell).strip() for cell in row.cells):
            lacks = next((kind for kind in _QUOTATIONS if not table.cell(row, kind)), None)
            if lacks is not None:
                missing.setdefault(lacks, []).append(row.line)
    called = {"document": "a document", "quote": "words", "codes": "a code"}
    for kind, lines in missing.items():
        some = ", ".join(map(str, lines[:10])) + (", ..." if len(lines) > 10 else "")
        yield f"Rows without {called[kind]}: {len(lines):,} (line {some})."


def _coding(
    table: _Table, row: Row, document: str, quote: str, code: ProjectCode, who: str
) -> ProjectCoding:
    facets = tuple(f.strip() for f in table.cell(row, "facets").split(";") if f.strip())
    return ProjectCoding(
        guid=_guid("coding", document, quote, code.guid, who, str(row.line)),
        code=code.guid,
        user=_guid("user", who) if who else None,
        start=None,
        end=None,
        quote=quote,
        memo=table.cell(row, "memo"),
        facets=facets,
    )


def _split(cell: str, single: set[str]) -> Iterator[str]:
    """Take a cell of codes apart: by lines and semicolons; by commas only where all stand alone.

    A code's own name may hold a comma.
    """
    for part in re.split(r"[\n;]+", cell):
        pieces = [piece.strip() for piece in part.split(",")]
        alone = len(pieces) > 1 and all(piece.casefold() in single for piece in pieces)
        yield from (p for p in (pieces if alone else [part.strip()]) if p)


def _grow(codes: dict[str, ProjectCode], path: str) -> str:
    """Add the code of a path such as "Family > Mother" and the branches above; give its key."""
    steps = [step for step in _PATH.split(path) if step] or [path]
    key, parent = "", None
    for depth, step in enumerate(steps, start=1):
        key = " > ".join(steps[:depth]).casefold()
        codes.setdefault(key, ProjectCode(_guid("code", key), step, parent))
        parent = codes[key].guid
    return key


def _codebook(table: _Table) -> tuple[tuple[ProjectCode, ...], tuple[SourceSet, ...]]:
    codes: dict[str, ProjectCode] = {}
    groups: dict[str, list[str]] = {}
    for row in table.rows:
        name = table.cell(row, "codes")
        if not name:
            continue
        key = _grow(codes, name)
        told = (codes[key].description, table.cell(row, "description"), table.cell(row, "memo"))
        words = "\n\n".join(dict.fromkeys(filter(None, told)))
        code = codes[key] = replace(codes[key], description=words)
        for at in table.groups:
            cell = cell_text(row.cells[at]).strip() if at < len(row.cells) else ""
            for group in re.split(r"[\n;]+", cell):
                if group.strip() and not group.strip().isdecimal():
                    groups.setdefault(group.strip(), []).append(code.guid)
    sets = (SourceSet(_guid("set", name), name, tuple(of)) for name, of in groups.items())
    return tuple(codes.values()), tuple(sets)


def _guid(kind: str, *parts: str) -> str:
    return str(uuid5(_NAMESPACE, "\0".join((kind, *parts))))
