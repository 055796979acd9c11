"""Long work lets other threads go first, and the setting is taken back."""

import sys
import threading

import pytest

from semcode.classify.threads import give_way, may_rest

BEFORE = sys.getswitchinterval()


def test_the_interval_is_short_until_the_last_of_several_is_done():
    inside, leave = threading.Event(), threading.Event()

    def work():
        with give_way():
            inside.set()
            leave.wait(10)

    with give_way():
        other = threading.Thread(target=work)
        other.start()
        assert inside.wait(10)
        assert sys.getswitchinterval() == pytest.approx(BEFORE / 10)
    assert sys.getswitchinterval() == pytest.approx(BEFORE / 10)
    leave.set()
    other.join(10)
    assert sys.getswitchinterval() == pytest.approx(BEFORE)


def test_only_the_thread_that_gives_way_rests():
    rested = []
    may_rest()
    with give_way(lambda: rested.append("outer")):
        may_rest()
        with give_way(lambda: rested.append("inner")):
            may_rest()
        other = threading.Thread(target=may_rest)
        other.start()
        other.join(10)
        may_rest()
    may_rest()
    assert rested == ["outer", "inner", "outer"]


def test_resting_may_end_the_work():
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), give_way(stop):
        may_rest()
    assert sys.getswitchinterval() == pytest.approx(BEFORE)
