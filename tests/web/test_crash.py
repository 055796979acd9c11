"""Between key press and answer anything may fail: stored once, or visibly not stored."""

import signal
import subprocess
import sys
from contextlib import contextmanager

from semcode import Study
from semcode.study.review import Review

UNSTORED = "#unstored:not([hidden])"
STORED = "body[data-unstored='0']"


@contextmanager
def process(folder, *options):
    command = [sys.executable, "-m", "semcode", "review", "--study", str(folder), "--no-browser"]
    running = subprocess.Popen(
        [*command, "--coder", "ana", *options], stdout=subprocess.PIPE, text=True
    )
    try:
        yield running, running.stdout.readline().strip()
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


def lines(folder):
    with Study(folder) as study:
        return Review(study).history(coder="ana", limit=100)


def test_a_server_killed_between_key_and_answer_loses_nothing(folder, open_page):
    with process(folder) as (running, address):
        base = address.partition("/launch")[0]
        page = open_page(address)
        page.goto(f"{base}/queue")
        page.wait_for_selector("main[data-ready='/queue']")
        page.keyboard.press("a")
        page.wait_for_selector(STORED)
        running.send_signal(signal.SIGSTOP)  # the request goes out, the answer never comes
        page.keyboard.press("x")
        page.keyboard.press("a")
        page.wait_for_selector(f"{UNSTORED} >> text=2 decisions not stored yet.")
        running.kill()
        running.wait()
        page.wait_for_selector(f"{UNSTORED} >> text=semcode does not answer")
    assert [line.verdict for line in lines(folder)] == ["accept"]
    with process(folder, "--port", base.rpartition(":")[2]) as (_, address):
        # The tab that held the decisions goes on once this browser was let in again.
        open_page(address, context=page.context)
        page.bring_to_front()
        page.wait_for_selector(STORED, timeout=15_000)
        assert page.locator(UNSTORED).count() == 0
    assert [line.verdict for line in lines(folder)] == ["accept", "reject", "accept"]


def test_an_answer_that_is_lost_does_not_store_twice(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        page.goto(f"{served.base}/queue")
        page.wait_for_selector("main[data-ready='/queue']")
        lost = []

        def lose(route):
            if len(lost) == 3:
                route.continue_()
                return
            lost.append(route.fetch())  # the server stores it; the page never hears of it
            route.abort()

        page.route("**/api/accept", lose)
        page.keyboard.press("a")
        page.wait_for_selector(UNSTORED)
        page.wait_for_selector(STORED)
        assert lost[0].status == 200
        assert len(served.site.review.history(coder="ana")) == 1


def test_a_reload_sends_again_what_was_not_stored(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        page.goto(f"{served.base}/queue")
        page.wait_for_selector("main[data-ready='/queue']")
        page.route("**/api/accept", lambda route: route.abort())
        page.keyboard.press("a")
        page.wait_for_selector(f"{UNSTORED} >> text=1 decision not stored yet.")
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.unroute("**/api/accept")
        page.route("**/api/accept", lambda route: route.abort(), times=1)
        page.reload()
        page.wait_for_selector("main[data-ready='/queue']")
        page.wait_for_selector(STORED)
        assert asked == ["beforeunload"]
        assert [line.verdict for line in served.site.review.history(coder="ana")] == ["accept"]


def test_what_is_refused_is_said_and_comes_back(serve, open_page):
    with serve(coder="ana") as served:
        page = open_page(served.address)
        page.goto(f"{served.base}/queue")
        page.wait_for_selector("main[data-ready='/queue']")
        key = page.get_attribute(".passage-card", "data-key")
        answer = {
            "status": 409,
            "content_type": "application/json",
            "body": '{"error": {"what": "The disk is full.", "remedy": "Free some space."}}',
        }
        page.route("**/api/reject", lambda route: route.fulfill(**answer), times=1)
        page.keyboard.press("x")
        page.wait_for_selector(f"{UNSTORED} >> text=The disk is full. Free some space.")
        assert served.site.review.history(coder="ana") == []
        page.click("text=Try again")
        page.wait_for_selector(STORED)
        [line] = served.site.review.history(coder="ana")
        assert line.verdict == "reject"
        assert key.endswith(line.code)
