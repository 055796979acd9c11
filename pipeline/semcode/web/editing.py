"""Endpoints that edit: the codebook, memos, assignments, and corrected transcripts."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from semcode.errors import InputError
from semcode.study.review.codebook_changes import (
    Add,
    Change,
    Merge,
    Move,
    Redefine,
    Rename,
    Retire,
    Split,
)
from semcode.study.review.codebook_restoring import Restore
from semcode.web.asking import Fields
from semcode.web.showing import not_blind
from semcode.web.site import Asked, Endpoint

__all__ = ["ENDPOINTS", "FILE_ENDPOINTS"]

_KINDS = ("add", "rename", "move", "merge", "split", "retire", "redefine", "restore")
_TARGETS = ("code", "coding", "transcript", "study", "participant")
_NAME = 300


def preview_codebook(asked: Asked) -> object:
    """Say what a change of the codebook would touch."""
    not_blind(asked)
    return asked.review.preview_codebook(_change(asked.fields.record("change")))


def change_codebook(asked: Asked) -> object:
    """Store a change as a new version of the codebook."""
    not_blind(asked)
    version = asked.review.change_codebook(
        asked.coder,
        _change(asked.fields.record("change")),
        note=asked.fields.text("note", ""),
        expected_version=asked.fields.integer("version"),
    )
    return {"version": version}


def confirm(asked: Asked) -> object:
    """Say that codings hold under the newest definition as well."""
    codings = asked.fields.texts("codings")
    return asked.review.confirm(asked.coder, codings, request=asked.fields.request())


def write_memo(asked: Asked) -> object:
    """Write, change or (without text) remove a memo."""
    fields = asked.fields
    guid = asked.review.write_memo(
        asked.coder,
        fields.choice("kind", _TARGETS),
        fields.text("target", ""),
        fields.text("text"),
        guid=fields.optional_text("guid"),
        request=fields.request(),
    )
    return {"guid": guid}


def audit(asked: Asked) -> object:
    """Draw a random sample for this coder to code blind."""
    drawn = asked.review.audit(
        asked.coder, n=asked.fields.integer("n", low=1), seed=asked.fields.integer("seed", 0)
    )
    return {"drawn": drawn}


def preview_correction(asked: Asked) -> object:
    """Say where codings would go in a corrected transcript."""
    not_blind(asked)
    return _with_file(asked, store=False)


def correct(asked: Asked) -> object:
    """Replace a transcript's text by a corrected file's."""
    not_blind(asked)
    return _with_file(asked, store=True)


def _with_file(asked: Asked, *, store: bool) -> object:
    """Hand the bytes on as a file of the name that the person's file has."""
    transcript = asked.fields.text("transcript", longest=_NAME)
    name = asked.fields.text("file", longest=_NAME)
    if not asked.body:
        raise InputError("The file is empty.", where=name, remedy="Choose another file.")
    # Only the ending of the sent name is used: a name must not lead out of the folder.
    ending = re.search(r"\.[A-Za-z0-9]{1,12}$", name)
    with tempfile.TemporaryDirectory(prefix="semcode-") as folder:
        path = Path(folder) / f"corrected{ending[0] if ending else ''}"
        path.write_bytes(asked.body)
        if store:
            return asked.review.correct(asked.coder, transcript, path)
        return asked.review.preview_correction(transcript, path)


def _change(fields: Fields) -> Change | Restore:
    kind = fields.choice("kind", _KINDS)
    if kind == "add":
        return _new(fields)
    if kind == "restore":
        return Restore(fields.integer("version", low=1))
    if kind == "merge":
        return Merge(fields.texts("codes"), fields.text("into", longest=_NAME))
    code = fields.text("code", longest=_NAME)
    if kind == "rename":
        return Rename(code, fields.text("name", longest=_NAME))
    if kind == "move":
        return Move(code, fields.optional_text("parent"), fields.optional_text("level"))
    if kind == "split":
        return Split(code, tuple(_new(Fields(one)) for one in fields.records("into")))
    if kind == "retire":
        return Retire(code)
    return Redefine(
        code,
        definition=fields.optional_text("definition"),
        include=fields.optional_text("include"),
        exclude=fields.optional_text("exclude"),
        examples=fields.texts("examples", longest=5_000) if fields.has("examples") else None,
        facets=fields.texts("facets") if fields.has("facets") else None,
        color=fields.optional_text("color"),
    )


def _new(fields: Fields) -> Add:
    return Add(
        fields.text("name", longest=_NAME),
        definition=fields.text("definition", ""),
        include=fields.text("include", ""),
        exclude=fields.text("exclude", ""),
        examples=fields.texts("examples", longest=5_000),
        parent=fields.optional_text("parent"),
        level=fields.optional_text("level"),
        color=fields.text("color", "", longest=20),
        facets=fields.texts("facets"),
    )


ENDPOINTS: Mapping[str, Endpoint] = {
    "codebook/preview": preview_codebook,
    "codebook/change": change_codebook,
    "confirm": confirm,
    "memos": write_memo,
    "audit": audit,
}
FILE_ENDPOINTS: Mapping[str, Endpoint] = {
    "correct/preview": preview_correction,
    "correct": correct,
}
