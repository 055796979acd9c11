from datetime import UTC, datetime

import numpy as np
import pytest

from semcode.evaluate import CodeName, Comparison, Options, Place, Source
from semcode.records import Coding, Level, Reading

AT = datetime(2026, 3, 1, tzinfo=UTC)
CODES = (
    CodeName("g1", "Housing", Level.COMMUNITY),
    CodeName("g2", "Childcare", Level.COMMUNITY),
    CodeName("g3", "Guilt", Level.INTRAPERSONAL),
)


@pytest.fixture
def codes():
    return CODES


@pytest.fixture
def quick():
    return Options(resamples=200)


@pytest.fixture
def coding():
    def make(coder, start, end, code="g1", *, transcript="T1", facets=()):
        return Coding("", transcript, start, end, code, coder, facets)

    return make


@pytest.fixture
def reading():
    def make(coder, start, end, *, transcript="T1", blind=True):
        return Reading(coder, transcript, start, end, AT, blind)

    return make


@pytest.fixture
def source():
    """A text of 100 letters: 0 to 20 the interviewer, then four units of 20."""

    def make(codings=(), readings=(), *, name="T1", order=("", 1), text=None):
        return Source(
            name,
            text or "x" * 100,
            [(20, 100)],
            ["Ann"],
            [(20, 40), (40, 60), (60, 80), (80, 100)],
            list(codings),
            list(readings),
            order,
        )

    return make


@pytest.fixture
def comparison():
    """Build a comparison from ratings[code][unit] = one digit a coder, "." for unread."""

    def make(*tables, coders="ab", per_interview=4, codes=CODES, unit="segment", counts=None):
        value = {"1": 1, "0": 0, ".": -1}
        ratings = np.array(
            [[[value[c] for c in cell] for cell in table.split()] for table in tables], np.int8
        )
        n = ratings.shape[1]
        places = tuple(
            Place(f"T{u // per_interview}", f"P{u // per_interview}", u * 10, u * 10 + 9, ("", u))
            for u in range(n)
        )
        return Comparison(
            unit, tuple(coders), tuple(codes[: len(tables)]), ratings, places, (), counts, n
        )

    return make
