"""What the page offers after any run of decisions is what `suggest` would choose, code by code."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.codebook import Code, Codebook
from semcode.config import SuggestSettings
from semcode.records import Level
from semcode.study.learning import live_choice
from semcode.study.learning.live_choice import choice_after, nothing_chosen
from semcode.study.review.beyond import newcomers
from semcode.suggest import choose


@dataclass
class Case:
    book: Codebook
    suggest: SuggestSettings
    states: list[np.ndarray]  # (n_codes, n_segments) each, with many equal scores
    stored: np.ndarray


@st.composite
def cases(draw):
    count = draw(st.integers(1, 9))
    parents = [draw(st.sampled_from([None, *range(n)])) for n in range(count)]
    book = Codebook(
        tuple(
            Code(f"C{n}", level=Level.COMMUNITY)
            if parent is None
            else Code(f"C{n}", parent=f"C{parent}")
            for n, parent in enumerate(parents)
        )
    )
    suggest = SuggestSettings(
        floor=draw(st.sampled_from([0.1, 0.3, 0.35])), per_segment=draw(st.integers(1, count + 1))
    )
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (count, draw(st.integers(1, 12)))
    steps = np.linspace(0, 1, draw(st.sampled_from([3, 5, 21, 1001])), dtype=np.float32)
    states = [random.choice(steps, shape)]
    for _ in range(draw(st.integers(0, 4))):
        moved = random.random(count) < 0.4
        states.append(np.where(moved[:, None], random.choice(steps, shape), states[-1]))
    return Case(book, suggest, states, random.random(shape) < 0.3)


@settings(max_examples=200, deadline=None)
@given(cases())
def test_it_is_what_suggest_chooses_after_every_move(case):
    count, segments = case.states[0].shape
    choice = nothing_chosen(case.book, segments, case.suggest)
    before = np.zeros_like(case.states[0])
    for state in case.states:
        moved = [code for code in range(count) if (before[code] != state[code]).any()]
        choice = choice_after(choice, list(before), list(state), moved)
        found = newcomers(SimpleNamespace(choice=choice, columns=tuple(state)), case.stored)
        wanted = {
            (row, code): float(state[code, row])
            for row in range(segments)
            for code in choose(state[:, row], case.book, case.suggest)
            if state[code, row] >= case.suggest.floor and not case.stored[code, row]
        }
        keys = list(zip(found.rows.tolist(), found.columns.tolist(), strict=True))
        assert dict(zip(keys, found.scores.tolist(), strict=True)) == wanted
        assert len(keys) == len(wanted)
        before = state


def test_many_segments_are_chosen_in_blocks(monkeypatch):
    book = Codebook(tuple(Code(f"C{n}", level=Level.COMMUNITY) for n in range(6)))
    columns = np.random.default_rng(3).random((6, 100), dtype=np.float32)
    before, suggest = np.zeros_like(columns), SuggestSettings()

    def chosen():
        begun = nothing_chosen(book, 100, suggest)
        return choice_after(begun, list(before), list(columns), range(6)).offered

    whole = chosen()
    monkeypatch.setattr(live_choice, "_BLOCK", 7)
    assert np.array_equal(chosen(), whole)
    assert (whole.sum(axis=0) == np.minimum((columns >= suggest.floor).sum(axis=0), 3)).all()
