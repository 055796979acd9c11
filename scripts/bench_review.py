"""Measure the review page: keys, the first view of a long interview, ten coders at once.

    python scripts/bench_review.py                   everything, as the targets ask
    python scripts/bench_review.py --segments 10000  a smaller study

A made-up study of 100,000 segments, each with an open suggestion, and one interview of 25,000
words with 2,000 codings are served by `semcode review` in a process of its own, and worked in
headless Chromium. A key press is timed from the event to the frame in which the next suggestion
is on screen; ten coders are ten threads of HTTP clients that decide as fast as they can.
Needs the test extra (playwright, httpx) and Chromium.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from semcode import Study, store
from semcode.records import Coding, Role, Segment, Speaker, Suggestion, Transcript, Turn
from semcode.study.review import Review

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PER_TRANSCRIPT, CODERS, PASSWORD = 500, 10, "only for this benchmark"
LONG, LONG_WORDS, LONG_CODINGS = "Long interview", 25_000, 2_000

#: Time from each key press to the frame that shows another suggestion.
_WATCH = """
window.waits = [];
const card = document.querySelector('.passage-card');
let pressed = 0;
addEventListener('keydown', (event) => { pressed = event.timeStamp; }, { capture: true });
new MutationObserver(() => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    if (pressed) waits.push(performance.now() - pressed);
    pressed = 0;
  };
  channel.port2.postMessage(0);
})).observe(card, { attributes: true, attributeFilter: ['data-key'] });
"""


#: Milliseconds of each frame while a page is scrolled from its top to its end.
_SCROLL = """
() => new Promise((done) => {
  const frames = [];
  let last = 0;
  scrollTo(0, 0);
  const go = (now) => {
    if (last) frames.push(now - last);
    last = now;
    const before = scrollY;
    scrollBy({ top: 120, behavior: 'instant' });
    if (scrollY === before && frames.length > 10) done(frames);
    else requestAnimationFrame(go);
  };
  requestAnimationFrame(go);
})
"""
#: The same words without anything of the page, as the least that scrolling takes here.
_PLAIN = """
(paragraphs) => document.body.replaceChildren(...paragraphs.map((said) => {
  const p = document.createElement('p');
  p.textContent = said;
  return p;
}))
"""

_READY = ".learning:has-text('Scores follow every decision')"
_MODEL = ".learning + p"


@dataclass(frozen=True)
class Measured:
    """Milliseconds of key presses, of scores that moved, of first views and of frames while
    scrolling (the page's, and those of its words alone); seconds until the learner is ready.
    """

    building: list[float]
    fast: list[float]
    paced: list[float]
    moved: list[float]
    first: list[tuple[float, float]]
    scrolled: tuple[list[float], list[float]]
    ready: float


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=100_000, help="open suggestions")
    parser.add_argument("--keys", type=int, default=200, help="key presses that are timed")
    parser.add_argument("--decisions", type=int, default=100, help="of each of ten coders")
    parser.add_argument("--keep-scores", action="store_true", help="without the live learner")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        make_study(Path(folder) / "study", options.segments)
        print(f"made {options.segments:,} segments in {time.perf_counter() - begun:.0f} s")
        kept = ("--keep-scores",) if options.keep_scores else ()
        with served(Path(folder) / "study", "--coder", "ana", *kept) as (address, server):
            measured = in_browser(address, options.keys, live=not options.keep_scores)
            memory = resident(server)
        secret = Path(folder) / "password.txt"
        secret.write_text(PASSWORD, encoding="utf-8")
        team = ("--host", "0.0.0.0", "--password-file", str(secret))
        with served(Path(folder) / "study", *team, *kept) as (address, _):
            port = address.removesuffix("/login").rpartition(":")[2]
            if not options.keep_scores:
                await_learner(port)
            waits = ten_coders(port, options.decisions)
        stored = stored_decisions(Path(folder) / "study")
    print("\n| what | measured | target | |\n|---|---|---|---|")
    for name, keys in (
        ("while the learner gets ready", measured.building),
        ("as fast as can be", measured.fast),
        ("three a second", measured.paced),
    ):
        row(f"key to next suggestion, {name}, median", middle(keys), 50)
        row(f"key to next suggestion, {name}, 95th percentile", tail(keys), 150)
    first = measured.first
    row(
        f"first view of {LONG_WORDS:,} words with {LONG_CODINGS:,} codings, median",
        middle([shown for shown, _ in first]),
        1000,
    )
    whole = middle([whole for _, whole in first])
    print(f"| until all its turns and labels are on the page, median | {whole:,.0f} ms | – | |")
    shown, plain = measured.scrolled
    print(
        f"| scrolling through it: time between frames, median, 95th percentile, longest "
        f"| {middle(shown):.0f}, {tail(shown):.0f}, {max(shown):.0f} ms | – | |"
    )
    print(
        f"| the same for its words alone, without the page "
        f"| {middle(plain):.0f}, {tail(plain):.0f}, {max(plain):.0f} ms | – | |"
    )
    row(f"{CODERS} coders at once, a decision stored, 95th percentile", tail(waits), 300)
    row(f"{CODERS} coders at once, a decision stored, median", middle(waits), 300)
    lost = CODERS * options.decisions - stored
    verdict = "MISSED" if lost else "met"
    print(f"| learner ready after the start | {measured.ready:,.0f} s | | |")
    moved = middle(measured.moved)
    print(f"| from a decision to the moved scores on screen, median | {moved:,.0f} ms | | |")
    print(f"| memory of the server with the learner | {memory:,.0f} MB | | |")
    print(f"| decisions lost of {CODERS * options.decisions:,} | {lost} | 0 | {verdict} |")


def row(name: str, milliseconds: float, target: float) -> None:
    """Print a line of the table."""
    verdict = "met" if milliseconds <= target else "MISSED"
    print(f"| {name} | {milliseconds:,.0f} ms | <= {target:,.0f} ms | {verdict} |")


def middle(values: Sequence[float]) -> float:
    """Give the median."""
    return statistics.median(values)


def tail(values: Sequence[float]) -> float:
    """Give the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def make_study(folder: Path, segments: int) -> None:
    """Make a study of interviews put together from the starter study's invented sentences."""
    sentences = starter_sentences(folder.parent / "starter")
    rng = random.Random(7)
    with Study.create(folder, codebook="postpartum", name="Benchmark") as study:
        codes = [code.guid for code in study.codebook()]
        with study.database.write() as connection:
            run = store.runs.begin(
                connection,
                kind="suggest",
                fingerprint="bench",
                codebook_version=1,
                seed=0,
                provenance={},
            )
            for number in range(max(1, segments // PER_TRANSCRIPT)):
                size = min(PER_TRANSCRIPT, segments)
                transcript, cut = interview(f"Interview {number:04}", sentences, rng, turns=size)
                add(connection, run, transcript, cut, codes, rng)
            transcript, cut = interview(LONG, sentences, rng, words=LONG_WORDS)
            add(connection, run, transcript, cut, codes, rng)
            store.codings.add(connection, codings(transcript, cut, codes, rng))
            store.runs.finish(connection, run)


def starter_sentences(folder: Path) -> list[str]:
    """Take what participants say in the starter study."""
    with Study.from_starter(folder, "postpartum") as study, study.database.read() as connection:
        found = []
        for known in store.transcripts.rows(connection):
            transcript = store.transcripts.load(connection, known.id)
            found += [transcript.text[turn.start : turn.end] for turn in transcript.turns]
    return [text for text in found if 15 < len(text.split()) < 90]


def interview(
    name: str, sentences: Sequence[str], rng: random.Random, *, turns: int = 0, words: int = 0
) -> tuple[Transcript, list[Segment]]:
    """Put an interview together; each answer is a segment."""
    text, spoken, cut, said = "", [], [], 0
    while len(cut) < turns or said < words:
        for speaker, words_of in (("I", "And how was that for you?"), ("P", rng.choice(sentences))):
            start = len(text) + len(speaker) + 2
            text += f"{speaker}: {words_of}\n"
            spoken.append(
                Turn(speaker, start, start + len(words_of), time_start=float(len(text) // 15))
            )
            said += len(words_of.split())
        asked, answer = spoken[-2:]
        cut.append(Segment(answer.start, answer.end, len(spoken) - 1, asked.start, asked.end))
    people = (Speaker("I", Role.INTERVIEWER), Speaker("P", Role.PARTICIPANT, participant=name))
    return (
        Transcript(str(uuid4()), name, text, tuple(spoken), people, f"{name}.txt", name, "txt"),
        cut,
    )


def add(
    connection: Any,
    run: int,
    transcript: Transcript,
    cut: Sequence[Segment],
    codes: Sequence[str],
    rng: random.Random,
) -> None:
    """Store an interview with a suggestion for each segment."""
    key = store.transcripts.add(connection, transcript)
    store.segments.replace(connection, key, cut, "bench")
    evidence = {
        "method": "bench",
        "field": "example",
        "definition": "An example.",
        "words": ["time"],
    }
    suggestions = [
        Suggestion(segment.id, rng.choice(codes), round(rng.uniform(0.2, 0.99), 4), evidence)
        for segment in store.segments.of_transcript(connection, key)
    ]
    store.runs.store_suggestions(
        connection, run, key, suggestions, segmentation="bench", segments=len(cut)
    )


def codings(
    transcript: Transcript, cut: Sequence[Segment], codes: Sequence[str], rng: random.Random
) -> list[Coding]:
    """Code the long interview by two coders."""
    found = {}
    while len(found) < LONG_CODINGS:
        segment = rng.choice(cut)
        start = rng.randrange(segment.start, segment.end - 10)
        end = rng.randrange(start + 5, segment.end)
        coder = rng.choice(("ben", "cleo"))
        code = rng.choice(codes)
        found[start, end, code, coder] = Coding("", transcript.name, start, end, code, coder)
    return list(found.values())


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[str, int]]:
    """Serve the study in a process of its own; give its address and number."""
    command = [sys.executable, "-m", "semcode", "review", "--study", str(folder), "--no-browser"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:
        yield (process.stdout.readline() if process.stdout else "").strip(), process.pid
    finally:
        process.terminate()
        process.wait()


def resident(process: int) -> float:
    """Give the megabytes that a process holds in memory (Linux; else 0)."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    held = next((line.split()[1] for line in lines if line.startswith("VmRSS")), "0")
    return int(held) / 1024


def in_browser(address: str, keys: int, *, live: bool) -> Measured:
    """Time keys, as fast as they go and three a second, and the long interview's first view."""
    begun = time.perf_counter()
    from playwright.sync_api import sync_playwright

    found = next((shutil.which(name) for name in BROWSERS if shutil.which(name)), None)
    if found is None:
        sys.exit("There is no Chromium: python3 scripts/test.py installs it.")
    base = address.partition("/launch")[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.wait_for_selector("main[data-ready]", timeout=60_000)
        page.goto(f"{base}/queue")
        page.wait_for_selector("main[data-ready='/queue']", timeout=60_000)
        page.evaluate(_WATCH)
        building = pressed(page, keys // 2, pause=0)
        page.wait_for_selector(_READY if live else "main", timeout=3_600_000)
        ready = time.perf_counter() - begun
        fast = pressed(page, keys, pause=0)
        page.wait_for_selector("body[data-unstored='0']", timeout=120_000)
        paced = pressed(page, keys // 2, pause=330)
        moved = [until_moved(page) for _ in range(10)] if live else [0.0]
        first = [first_view(page, base) for _ in range(5)]
        scrolled = frames(page)
        browser.close()
    return Measured(building, fast, paced, moved, first, scrolled, ready)


def until_moved(page: Any) -> float:
    """Reject; give the milliseconds until another state of the learner gave what is shown."""
    page.wait_for_selector("body[data-unstored='0']", timeout=120_000)
    page.wait_for_timeout(2_000)
    model = page.inner_text(_MODEL)
    begun = time.perf_counter()
    page.keyboard.press("x")
    page.wait_for_function(
        f"model => document.querySelector('{_MODEL}')?.textContent !== model",
        arg=model,
        timeout=60_000,
    )
    return (time.perf_counter() - begun) * 1000


def pressed(page: Any, keys: int, *, pause: int) -> list[float]:
    """Accept and reject by turns, each when the last is painted; give the milliseconds of each."""
    page.evaluate("waits.length = 0")
    for number in range(keys):
        key = page.get_attribute(".passage-card", "data-key")
        page.keyboard.press("a" if number % 2 else "x")
        while page.get_attribute(".passage-card", "data-key") in (key, ""):
            page.wait_for_timeout(1)
        page.wait_for_function("count => waits.length > count", arg=number, timeout=10_000)
        if pause:
            page.wait_for_timeout(pause)
    waits: list[float] = page.evaluate("waits")
    return waits


def first_view(page: Any, base: str) -> tuple[float, float]:
    """Open the long interview anew; give the milliseconds until codings are drawn, and until
    every turn and label of the interview is on the page.
    """
    page.goto("about:blank")
    begun = time.perf_counter()
    page.goto(f"{base}/transcript?name={LONG.replace(' ', '%20')}", wait_until="commit")
    page.wait_for_selector(
        "main[data-ready='/transcript'] .stripe[style*=height]", state="attached"
    )
    shown = time.perf_counter()
    page.wait_for_selector(".dialogue[data-whole]", state="attached")
    return (shown - begun) * 1000, (time.perf_counter() - begun) * 1000


def frames(page: Any) -> tuple[list[float], list[float]]:
    """Scroll through the interview that is open, then through its words alone."""
    page.wait_for_timeout(1_000)
    shown: list[float] = page.evaluate(_SCROLL)
    said = page.eval_on_selector_all(".said", "all => all.map((one) => one.textContent)")
    page.goto("about:blank")
    page.evaluate(_PLAIN, said)
    page.wait_for_timeout(1_000)
    plain: list[float] = page.evaluate(_SCROLL)
    return shown, plain


def await_learner(port: str) -> None:
    """Wait until the learner is ready."""
    import httpx

    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        client.post("/login", data={"coder": "coder 0", "password": PASSWORD})
        client.headers.update({"X-Semcode": "1", "X-Semcode-Coder": "coder%200"})
        while not client.get("/api/pulse").json()["learning"].startswith("Scores follow every"):
            time.sleep(2)


def ten_coders(port: str, decisions: int) -> list[float]:
    """Let ten coders decide at once; give the milliseconds of each decision."""
    waits: list[float] = []
    problems: list[str] = []
    names = [f"coder {number}" for number in range(CODERS)]
    threads = [
        threading.Thread(target=one_coder, args=(port, name, decisions, waits, problems))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        print(f"refused: {len(problems)}, such as {problems[0]}")
    return waits


def one_coder(
    port: str, name: str, decisions: int, waits: list[float], problems: list[str]
) -> None:
    """Log in as a coder and decide."""
    import httpx

    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        client.post("/login", data={"coder": name, "password": PASSWORD})
        client.headers.update({"X-Semcode": "1", "X-Semcode-Coder": name.replace(" ", "%20")})
        items: list[Any] = []
        for number in range(decisions):
            items = items or client.get("/api/queue", params={"limit": 20}).json()["items"]
            item = items.pop(0)
            body = {"segment": item["segment"], "code": item["code"], "request": str(uuid4())}
            begun = time.perf_counter()
            answer = client.post(f"/api/{'accept' if number % 2 else 'reject'}", json=body)
            wait = (time.perf_counter() - begun) * 1000
            if answer.status_code == 200:
                waits.append(wait)
            else:
                problems.append(answer.text)


def stored_decisions(folder: Path) -> int:
    """Count the decisions of the ten coders that the study's log holds."""
    with Study(folder) as study:
        lines = Review(study).history(limit=None)
    return sum(line.coder.startswith("coder ") for line in lines)


if __name__ == "__main__":
    main()
