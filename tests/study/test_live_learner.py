import statistics
import time

import pytest

from semcode.study.live_learner import LiveLearner
from semcode.study.review import Review


@pytest.fixture
def learner(own_coded):
    made = LiveLearner.of(own_coded)
    yield made
    made.close()


def items(study):
    review = Review(study)
    review.join("ana")
    return review.queue("ana", limit=40).items


def test_before_anything_is_decided_the_stored_order_stands(own_coded, learner):
    stored = [one.key for one in items(own_coded)]
    learner.wait(120)
    assert learner.fault is None and learner.ready
    review = Review(own_coded, refiner=learner)
    assert [one.key for one in review.queue("ana", limit=40).items] == stored


def test_decisions_move_scores_and_undo_restores_them(own_coded, learner):
    first, second = items(own_coded)[:2]
    review = Review(own_coded, refiner=learner)
    review.reject("ana", second.segment, second.code, request="early")  # perhaps not built yet
    learner.wait(120)
    before = learner.scores([first.segment])[first.segment]
    review.accept("ana", first.segment, first.code, request="a")
    after = learner.scores([first.segment])[first.segment]
    assert after[first.code] > before[first.code]
    assert set(after) == {code.guid for code in own_coded.codebook().codes}
    assert (first.segment, first.code) not in {t[:2] for t in learner.top(50, coder="ana", skip=())}
    review.undo("ana", request="u")
    again = learner.scores([first.segment])[first.segment]
    assert again == pytest.approx(before, abs=1e-4)


def test_decisions_take_milliseconds_and_survive_a_refit(own_coded):
    learner = LiveLearner.of(own_coded, refit_after=10)
    shown = items(own_coded)[:30]
    learner.wait(120)
    review = Review(own_coded, refiner=learner)
    took = []
    for number, one in enumerate(shown):
        begun = time.perf_counter()
        review.accept("ana", one.segment, one.code, request=str(number))
        took.append(time.perf_counter() - begun)
    print(f"median {statistics.median(took):.4f} p95 {sorted(took)[28]:.4f}")
    learner.close()
    assert learner.fault is None
    left = {pair[:2] for pair in learner.top(200, coder="ana", skip=())}
    assert left and not left & {(one.segment, one.code) for one in shown}
