"""Published tables, retyped with their sources, and the place of the shared data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"

# irrCAC 1.0 (Gwet 2019), data set cac.raw4raters = Krippendorff (2011), 4 observers, 12 units.
RAW4 = [
    [1, 1, None, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [None, 5, 5, 5],
    [None, None, 1, 1],
    [None, None, 3, None],
]
# irrCAC 1.0, cont3x3abstractors: one abstractor in rows, the other in columns.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
# irrCAC 1.0, distrib.6raters = the first 15 subjects of Fleiss (1971).
FLEISS15 = [
    [0, 0, 0, 6, 0],
    [0, 3, 0, 0, 3],
    [0, 1, 4, 0, 1],
    [0, 0, 0, 0, 6],
    [0, 3, 0, 3, 0],
    [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2],
    [2, 0, 3, 1, 0],
    [2, 0, 0, 4, 0],
    [0, 0, 0, 0, 6],
    [1, 0, 0, 5, 0],
    [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0],
    [1, 0, 0, 5, 0],
    [0, 2, 0, 3, 1],
]


@pytest.fixture
def raw4():
    return [list(row) for row in RAW4]


@pytest.fixture
def abstractors():
    return contingency(ABSTRACTORS)


@pytest.fixture
def fleiss15():
    return distribution(FLEISS15)


@pytest.fixture
def expand():
    return {"contingency": contingency, "distribution": distribution}


@pytest.fixture
def shared():
    if not SHARED.is_dir():
        pytest.skip(f"the shared data are not at {SHARED}")
    return SHARED


@pytest.fixture
def reference(shared):
    text = (shared / "agreement" / "reference_values.json").read_text(encoding="utf-8")
    return {entry["name"]: entry for entry in json.loads(text)}


def contingency(table):
    """Turn a square of counts into rows (first, second) with their counts."""
    cells = [(i, j) for i in range(len(table)) for j in range(len(table))]
    return [[i + 1, j + 1] for i, j in cells], [table[i][j] for i, j in cells]


def distribution(table):
    """Turn raters per category into one row of ratings for each unit."""
    return [[k + 1 for k, n in enumerate(row) for _ in range(n)] for row in table]
