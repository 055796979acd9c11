"""Provenance: nothing is lost, and the methods paragraph has the study's numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from semcode.findings import ReportData
from semcode.findings.provenance import group_provenance, methods_sentences
from semcode.findings.summary import totals

Invent = Callable[..., ReportData]


def test_every_value_is_laid_out() -> None:
    groups = group_provenance(
        {
            "semcode": "1.0",
            "seed": 0,
            "model": {"name": "m", "licence": None},
            "config": {"segment": {"max_words": 120}, "floor": 0.2, "on": True, "tags": ["x", "y"]},
            "files": [{"name": "a.txt", "sha256": "ff", "format": "txt"}],
        }
    )
    assert [(group.title, group.rows) for group in groups] == [
        ("General", (("semcode version", "1.0"), ("Seed", "0"))),
        ("Language model", (("Name", "m"), ("Licence", "not recorded"))),
        (
            "Configuration",
            (("segment / max_words", "120"), ("floor", "0.2"), ("on", "yes"), ("tags", "x, y")),
        ),
        ("Source files", (("a.txt", "SHA-256 ff; format txt"),)),
    ]


def test_methods_name_the_numbers(invent: Invent) -> None:
    data = invent()
    total = totals(data)
    text = " ".join(methods_sentences(data, total))
    for fact in (
        f"{total.segments:,} segments",
        f"{total.suggestions:,} suggestions",
        f"accepted {total.accepted:,} and rejected {total.rejected:,}",
        "semcode 0.1.0 (Python 3.11.9)",
        "26 codes of the codebook “Recovery support (SEM)” (version 3",
        "an-invented-sentence-model",
        "random seed 20260302",
    ):
        assert fact in text


def test_methods_leave_out_what_was_not_recorded(invent: Invent) -> None:
    data = replace(invent(n_people=1, per_person=3), provenance={})
    text = " ".join(methods_sentences(data, totals(data)))
    assert "None" not in text
    assert "seed" not in text
    assert "1 transcript of interviews with 1 participant," in text
