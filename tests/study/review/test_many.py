"""Many at once, and processes that are killed: each decision is stored once or not at all."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from semcode import Study
from semcode.study.review import Review
from semcode.study.review.rebuilding import check

CODERS = [f"coder {n}" for n in range(10)]


def test_ten_coders_at_once_lose_nothing(study):
    review = Review(study)
    for coder in CODERS:
        review.join(coder)
    stored = {}
    start = threading.Barrier(len(CODERS))

    def work(coder):
        start.wait()
        for item in review.queue(coder, limit=12).items:
            request = str(uuid4())
            done = review.accept(coder, item.segment, item.code, request=request)
            stored[request] = (coder, done.decision, item.key)
            review.queue(coder, limit=3)
        review.undo(coder, request=str(uuid4()))

    with ThreadPoolExecutor(len(CODERS)) as pool:
        list(pool.map(work, CODERS))
    lines = {row.id: row.coder for row in review.history(limit=None)}
    assert len(stored) == 120
    assert {decision: coder for coder, decision, _ in stored.values()}.items() <= lines.items()
    assert len(lines) == 130
    counts = {row.name: row.codings for row in review.coders()}
    assert counts == dict.fromkeys(CODERS, 11)
    assert check(study.database) == []
    review.close()


def test_the_same_request_from_two_threads_is_stored_once(study, review):
    item = review.queue("ana").items[0]
    request, found = str(uuid4()), []

    def work():
        found.append(review.accept("ana", item.segment, item.code, request=request).decision)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 8
    assert len(review.history()) == len(study.codings()) == 1


def test_two_servers_on_one_study_see_each_other(folder, review, new):
    with Study(folder) as second:
        other = Review(second)
        item = review.queue("ana").items[0]
        other.accept("ana", item.segment, item.code, request=new())
        assert item.key not in [i.key for i in review.queue("ana", limit=100).items]
        assert review.undo("ana", request=new()).decision
        assert item.key in [i.key for i in other.queue("ana", limit=100).items]
        other.close()


WORKER = """
import sys
from semcode import Study
from semcode.study.review import Review

review = Review(Study(sys.argv[1]))
for line in sys.stdin:
    request, segment, code = line.split()
    review.accept("ana", int(segment), code, request=request)
    print(request, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_moment_each_decision_is_there_once_or_not(folder, review):
    items = review.queue("ana", limit=100).items
    requests = {str(uuid4()): item for item in items}
    asked = "".join(f"{r} {i.segment} {i.code}\n" for r, i in requests.items())
    answered = set()
    for wait in (0.0, 0.013, 0.031):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        process.stdin.write(asked)
        process.stdin.flush()
        answered.add(process.stdout.readline().strip())
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        answered |= {line.strip() for line in process.communicate()[0].splitlines()}
    with Study(folder) as again:
        assert check(again.database) == []
        once = Review(again)
        lines = once.history(limit=None)
        answered = {request for request in answered if len(request) == 36}
        assert 1 <= len(answered) <= len(lines) == len(again.codings())
        for request, item in requests.items():
            done = once.accept("ana", item.segment, item.code, request=request)
            assert done.repeated or request not in answered
        assert len(once.history(limit=None)) == len(again.codings()) == len(items)
        assert check(again.database) == []
        once.close()
