"""The review of a study by people: suggestions decided on, codings, undo, consensus, codebook."""

from __future__ import annotations

from semcode.study.review.review import (
    Add,
    Filters,
    Merge,
    Move,
    Outcome,
    Redefine,
    Refiner,
    Rename,
    Restore,
    Retire,
    Review,
    Shown,
    Split,
)

__all__ = [
    "Add",
    "Filters",
    "Merge",
    "Move",
    "Outcome",
    "Redefine",
    "Refiner",
    "Rename",
    "Restore",
    "Retire",
    "Review",
    "Shown",
    "Split",
]
