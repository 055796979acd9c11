"""Work behind the page, as processes that do what such processes do."""

import sys
import time

from semcode.web.working import Work


def python(text):
    return [sys.executable, "-c", text]


def line(**fields):
    return f"import json; print(json.dumps({fields!r}), flush=True)"


def until(work, stage):
    for _ in range(500):
        if work.now().stage == stage:
            return
        time.sleep(0.02)
    raise AssertionError(work.now())


def test_it_is_watched_and_says_what_came_of_it():
    work = Work()
    assert work.now().state == "idle"
    steps = [line(state="running", stage="One", done=1, total=3), line(state="done", said="Good.")]
    assert work.start(python("; ".join(steps)), by_hand="x").state == "running"
    ended = work.wait(30)
    assert (ended.state, ended.said) == ("done", "Good.")


def test_a_second_piece_waits_for_the_first():
    work = Work()
    slow = line(state="running", stage="Slow", done=0, total=1) + "; import time; time.sleep(60)"
    work.start(python(slow), by_hand="x")
    until(work, "Slow")
    assert work.start(python(line(state="done", said="Second")), by_hand="x").stage == "Slow"
    work.stop()
    assert work.now().state == "failed"
    work.start(python(line(state="done", said="Third")), by_hand="x")
    assert work.wait(30).said == "Third"


def test_what_breaks_off_is_said_without_what_it_said(capfd):
    work = Work()
    work.start(python("raise RuntimeError('what somebody said')"), by_hand="semcode topics")
    ended = work.wait(30)
    assert ended.state == "failed"
    assert "semcode topics" in ended.error
    assert "somebody" not in "".join([ended.error, *capfd.readouterr()])


def test_what_is_no_line_for_the_page_breaks_nothing():
    work = Work()
    noise = "print('downloading'); print('[1, 2]'); print('{\"what\": 1}')"
    work.start(python(f"{noise}; {line(state='done', said='Good.')}"), by_hand="x")
    assert work.wait(30).said == "Good."
