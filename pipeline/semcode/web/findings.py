"""Endpoints of the findings view: what can be asked, the matrix's cells, the ties."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from semcode.errors import InputError
from semcode.findings.axes import level_slug
from semcode.findings.coded import CodedStudy
from semcode.findings.printing import about, quote_json
from semcode.findings.quotes import clip
from semcode.findings.rapid_matrix import Domain, MatrixCell, all_domains, choose_domains
from semcode.findings.ties import QUALITIES, Tie
from semcode.records import CoderKind
from semcode.study.findings.cells import write_cell, written_cell
from semcode.study.findings.coded import coded_study
from semcode.study.findings.commenting import comment, comments, known_people
from semcode.study.findings.finding import KINDS, FindingOptions, matrix_cells
from semcode.study.findings.matrix import read_matrix
from semcode.study.findings.network import as_decided, settle_tie, study_ties, undecided_ties
from semcode.web.asking import Fields
from semcode.web.showing import not_blind
from semcode.web.site import Asked, Endpoint

__all__ = ["DECIDING", "READING", "SHOWING", "finding_options", "found_ties"]

_STATES = ("accepted", "rejected", "suggested")
_QUOTE = 1_500  # characters of a quote behind a cell or tie
_NAME = 200


def finding_options(fields: Fields) -> FindingOptions:
    """Read what findings are to rest on, and how they are shown."""
    where = fields.texts("where")
    if len(where) % 2:
        raise InputError("An attribute has no value.", remedy="Load the page again.")
    return FindingOptions(
        coders=fields.texts("coders", longest=_NAME) or None,
        include_suggestions=fields.flag("suggestions"),
        facet=fields.text("facet", "", longest=_NAME) or None,
        by=fields.text("by", "", longest=_NAME) or None,
        smallest=min(fields.integer("smallest", 3, low=1), 1_000),
        codes=fields.texts("codes", longest=_NAME) or None,
        where=tuple(zip(where[::2], where[1::2], strict=True)),
        count=min(fields.integer("count", low=0), 100) if fields.has("count") else None,
        domains=fields.text("domains", "level", longest=_NAME),
    )


def choices(asked: Asked) -> object:
    """List what can be chosen: kinds, coders, facets and attributes of this study."""
    not_blind(asked)
    study = asked.review.study
    facets = study.codebook().facets
    attributes: dict[str, set[str]] = {}
    for person in study.participants():
        for name, value in person.attributes.items():
            attributes.setdefault(name, set()).add(value)
    return {
        "kinds": KINDS,
        "coders": [
            row.name for row in asked.review.coders() if row.kind != CoderKind.MODEL and row.codings
        ],
        "facets": [{"name": facet.name, "values": facet.values} for facet in facets],
        "attributes": {name: sorted(values) for name, values in sorted(attributes.items())},
        "domains": ["level", *(facet.name for facet in facets)],
        "qualities": QUALITIES,
    }


def matrix(asked: Asked) -> object:
    """Show the matrix: participants, domains, and what stands in each cell."""
    not_blind(asked)
    options, data = _data(asked)
    domains = choose_domains(data, domains=options.domains, codes=options.codes)
    cells = matrix_cells(asked.review.study, data, options, domains)
    told = comments(asked.review.study)
    return {
        "basis": data.basis,
        "notes": data.notes,
        "people": [{"label": person.label, "about": about(person)} for person in data.people],
        "domains": [
            {"key": one.key, "title": one.title, "slug": level_slug(one.level)} for one in domains
        ],
        "cells": [_cell(cell) for cell in cells],
        "comments": told,
        "known": known_people(asked.review.study),
    }


def cell(asked: Asked) -> object:
    """Show one cell with the quotes it rests on and every earlier wording."""
    not_blind(asked)
    options, data = _data(asked)
    person, domain = _place(asked.fields, data)
    study = asked.review.study
    (found,) = (
        one for one in matrix_cells(study, data, options, [domain]) if one.participant == person
    )
    quotes = [{**quote_json(one), "text": clip(one.text, _QUOTE)} for one in found.passages]
    return {
        **_cell(found),
        "quotes": quotes,
        "wordings": [
            {"text": memo.text, "by": memo.coder, "at": memo.at}
            for memo in written_cell(study, person, domain)
        ],
    }


def ties(asked: Asked) -> object:
    """List every participant's ties with the sentences that they rest on."""
    not_blind(asked)
    data, found = found_ties(asked)
    return {
        "people": [{"label": one.label, "about": about(one)} for one in data.everybody],
        "ties": [_tie(tie) for tie in found],
    }


def write(asked: Asked) -> object:
    """Put words into a cell of the matrix, unless somebody else did since."""
    not_blind(asked)
    study = asked.review.study
    person, domain = _place(asked.fields, coded_study(study, empty=True))
    stands = write_cell(
        study,
        person,
        domain,
        asked.fields.text("text", ""),
        coder=asked.coder,
        seen_at=asked.fields.text("seen", "", longest=60),
    )
    return {"edited_by": stands.coder if stands else "", "edited_at": stands.at if stands else ""}


def remark(asked: Asked) -> object:
    """Keep what a reviewer said of a cell, a participant or the whole."""
    not_blind(asked)
    study, fields = asked.review.study, asked.fields
    new = comment(
        study,
        fields.text("text"),
        on=fields.text("on", "", longest=2 * _NAME),
        coder=fields.text("by", "", longest=_NAME) or asked.coder,
        data=coded_study(study, empty=True),
    )
    return {"comments": comments(study), "new": new}


def decide(asked: Asked) -> object:
    """Accept a tie with its quality, reject it, or leave it undecided again."""
    not_blind(asked)
    fields = asked.fields
    person = fields.text("participant", longest=_NAME)
    relation = fields.text("relation", longest=_NAME)
    state = fields.choice("state", _STATES)
    quality = fields.choice("quality", ("", *QUALITIES), "")
    study = asked.review.study
    plain = [
        tie
        for tie in undecided_ties(study, coded_study(study, empty=True))
        if (tie.participant, tie.relation.name) == (person, relation)
    ]
    if not plain:
        raise InputError("This tie is no longer found.", remedy="Load the page again.")
    settle_tie(study, as_decided(study, plain)[0], state, quality=quality, coder=asked.coder)
    return _tie(as_decided(study, plain)[0])


def read(asked: Asked) -> object:
    """Read an edited workbook of the matrix back."""
    not_blind(asked)
    name = asked.fields.text("file", "matrix.xlsx", longest=300)
    study, (options, data) = asked.review.study, _data(asked)
    everything = list(all_domains(data.codes, data.facets).values())
    cells = matrix_cells(study, data, options, everything)
    with tempfile.TemporaryDirectory(prefix="semcode-") as folder:
        path = Path(folder) / "matrix.xlsx"
        path.write_bytes(asked.body)
        try:
            return read_matrix(study, path, cells, data, coder=asked.coder)
        except InputError as error:
            where = (error.where or "").replace(str(path), name)
            raise InputError(error.what, where=where, remedy=error.remedy) from error


def found_ties(asked: Asked) -> tuple[CodedStudy, tuple[Tie, ...]]:
    """Find the ties of a study, with what people decided of them."""
    study = asked.review.study
    data = coded_study(study, empty=True)
    return data, study_ties(study, data)


def _data(asked: Asked) -> tuple[FindingOptions, CodedStudy]:
    options = finding_options(asked.fields)
    data = coded_study(
        asked.review.study,
        coders=options.coders,
        include_suggestions=options.include_suggestions,
        facet=options.facet,
    )
    return options, data


def _place(fields: Fields, data: CodedStudy) -> tuple[str, Domain]:
    person = fields.text("participant", longest=_NAME)
    key = fields.text("domain", longest=2 * _NAME)
    known = {domain.key: domain for domain in all_domains(data.codes, data.facets).values()}
    if key not in known or person not in {one.label for one in data.people}:
        raise InputError("There is no such cell in the matrix.", remedy="Load the page again.")
    return person, known[key]


def _cell(cell: MatrixCell) -> dict[str, object]:
    return {
        "participant": cell.participant,
        "domain": cell.domain.key,
        "text": cell.text,
        "edited_by": cell.edited_by,
        "edited_at": cell.edited_at,
        "passages": len(cell.passages),
    }


def _tie(tie: Tie) -> dict[str, object]:
    return {
        "participant": tie.participant,
        "relation": tie.relation.name,
        "level": level_slug(tie.relation.level),
        "organisation": tie.relation.organisation,
        "quality": tie.quality,
        "state": tie.state,
        "by": tie.by,
        "at": tie.at,
        "sentences": [
            {"transcript": one.transcript, "start": one.start, "text": clip(one.text, _QUOTE)}
            for one in tie.mentions
        ],
    }


SHOWING: Mapping[str, Endpoint] = {
    "findings/choices": choices,
    "findings/matrix": matrix,
    "findings/cell": cell,
    "findings/ties": ties,
}
DECIDING: Mapping[str, Endpoint] = {
    "findings/write": write,
    "findings/comment": remark,
    "findings/decide": decide,
}
READING: Mapping[str, Endpoint] = {"findings/read": read}
