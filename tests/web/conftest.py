"""A served study, and a real browser that works on its page with the keyboard."""

import shutil
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from semcode import Study
from semcode.web import review_server

#: What axe-core looks for, and the looks of the page in which it does.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
LOOKS = (("dark", 800), ("light", 1440))
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
#: The first opens no windows: that takes a second off each test.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
    "msedge",
)


class Served:
    """A study's page, served from a thread."""

    def __init__(self, study, server, running):
        self.study, self.server, self.running = study, server, running
        self.site = server.site
        self.base = f"http://127.0.0.1:{server.site.gate.port}"

    @property
    def address(self):
        return self.server.address

    @contextmanager
    def client(self):
        """Give an HTTP client that was let in, as the page is."""
        with httpx.Client(base_url=self.base, trust_env=False, timeout=60) as client:
            assert client.get(self.address).status_code == 303
            client.headers["X-Semcode"] = "1"
            client.headers["X-Semcode-Coder"] = self.site.coder
            yield client


@contextmanager
def serving(folder, **options):
    with Study(folder) as study:
        options = {"live": False, **options}  # scores stay, unless a test is about that
        server = review_server(study, port=0, **options)
        running = server.prepared()
        thread = threading.Thread(target=running.run, kwargs={"sockets": [server.listening]})
        thread.start()
        while not running.started:
            time.sleep(0.01)
        try:
            yield Served(study, server, running)
        finally:
            running.should_exit = True
            running.force_exit = True
            thread.join(10)
            server.site.review.close()


@pytest.fixture
def folder(coded_folder, tmp_path):
    """A copy of the starter study with suggestions."""
    shutil.copytree(coded_folder, tmp_path / "study")
    return tmp_path / "study"


@pytest.fixture
def serve(folder):
    """Serve the copy: `with serve(coder="ana") as served`."""
    return lambda **options: serving(options.pop("folder", folder), **options)


@pytest.fixture(scope="module")
def served(prepared, tmp_path_factory):
    """One copy for a whole file, served for the coder ana."""
    copied = tmp_path_factory.mktemp("served") / "study"
    shutil.copytree(prepared, copied)
    with serving(copied, coder="ana") as served:
        yield served


@pytest.fixture(scope="session")
def chromium():
    """A browser for the whole session."""
    found = next((shutil.which(name) for name in BROWSERS if shutil.which(name)), None)
    if found is None:
        pytest.skip("needs Chromium: scripts/test.py installs it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Open an address in a browser of its own; a fault of the scripts fails the test."""
    contexts, faults = [], []

    def opened(address, *, width=1440, height=900, context=None, **options):
        if context is None:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, reduced_motion="reduce", **options
            )
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        page.wait_for_selector("main[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture(scope="session")
def serve_folder():
    """Serve any study's folder."""
    return serving


@pytest.fixture(scope="session")
def violations():
    """Tell what axe-core finds on a page as it stands, dark and narrow, and light and wide.

    axe is put into the page as a string, which the page's own policy forbids: open it with
    `bypass_csp=True`.
    """

    def found(page):
        if not page.evaluate("'axe' in window"):
            page.evaluate(Axe().axe_script)
        seen = []
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(DRAWN)
            rules = page.evaluate("rules => axe.run(rules).then((all) => all.violations)", RULES)
            seen += [
                (scheme, rule["id"], node["target"], node["failureSummary"])
                for rule in rules
                for node in rule["nodes"]
            ]
        return seen

    return found


@pytest.fixture(scope="session")
def prepared(coded_folder, tmp_path_factory):
    """The starter study with its coded passages embedded, which the matrix does once."""
    copied = tmp_path_factory.mktemp("prepared") / "study"
    shutil.copytree(coded_folder, copied)
    with Study(copied) as study:
        study.findings("matrix")
    return copied
