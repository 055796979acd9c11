"""Every view passes axe-core in light and dark, wide and narrow, and works without a mouse."""

from uuid import uuid4

import pytest

VIEWS = (
    *("", "transcript", "queue", "adjudicate", "codebook", "history", "topics"),
    *("findings", "findings?kind=matrix", "findings?kind=network", "queue?order=audit"),
)
#: A view, None for the one that is open, and the key or button that opens a dialog on it.
DIALOGS = (
    *(("queue", "?"), (None, "c"), (None, "f"), (None, "m"), (None, "Accept all …")),
    *(("codebook", "Merge into …"), (None, "Split …"), (None, "Add a code …")),
    *(("transcript", "Correct the transcript …"), ("", "Memos on the study")),
)


@pytest.fixture(scope="module")
def worked(served):
    """Some decisions, so that every kind of thing is on show."""
    review = served.site.review
    for item in review.queue("ana", limit=3).items:
        review.accept("ana", item.segment, item.code, request=str(uuid4()), memo="a memo")
    review.undo("ana", request=str(uuid4()))
    return served


def go(page, served, view):
    page.goto(f"{served.base}/{view}")
    page.wait_for_selector(f"main[data-ready='/{view.partition('?')[0]}']")


def test_no_view_violates_wcag(worked, open_page, violations):
    page = open_page(worked.address, bypass_csp=True)
    found = {}
    for view in VIEWS:
        go(page, worked, view)
        if "?kind" in view:
            page.wait_for_selector(".matrix-table, .tie-list", timeout=90_000)
        if view == "transcript":
            page.keyboard.press("j")
            page.wait_for_selector(".drawer:not([hidden])")
        found[view] = violations(page)
    assert {key: value for key, value in found.items() if value} == {}


def test_no_dialog_violates_wcag(worked, open_page, violations):
    page = open_page(worked.address, bypass_csp=True)
    found = {}
    for view, opener in DIALOGS:
        if view is not None:
            go(page, worked, view)
        page.keyboard.press(opener) if len(opener) == 1 else page.click(f"text={opener}")
        page.wait_for_selector("dialog[open]")
        if opener == "Merge into …":
            page.click("dialog[open] >> text=Preview")
            page.wait_for_selector(".preview, dialog[open] .error-box")
        found[opener] = violations(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
    assert {key: value for key, value in found.items() if value} == {}


def test_focus_is_seen_and_goes_in_order(worked, open_page):
    page = open_page(worked.address)
    page.goto(f"{worked.base}/queue")
    page.wait_for_selector("main[data-ready='/queue']")
    page.locator(".skip").focus()
    seen = [page.inner_text(".skip")]
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert seen[0] == "Skip to the content"
    order = [text.rstrip("AXCN").strip() for text in seen]
    assert order.index("Home") < order.index("Undo") < order.index("Accept") < order.index("Reject")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_a_screen_reader_is_told_what_comes_next(worked, open_page):
    page = open_page(worked.address)
    page.goto(f"{worked.base}/queue")
    page.wait_for_selector("main[data-ready='/queue']")
    page.keyboard.press("s")
    name = page.inner_text(".suggested").strip()
    page.wait_for_selector(f"#spoken:has-text('{name}')", state="attached")
    assert page.get_attribute("#spoken", "aria-live") == "polite"


def test_everything_of_the_queue_has_a_button(worked, open_page):
    page = open_page(worked.address)
    page.goto(f"{worked.base}/queue")
    page.wait_for_selector("main[data-ready='/queue']")
    for name in ("Accept", "Reject", "Another code", "Add a code", "Facets", "Memo", "Unsure"):
        assert page.get_by_role("button", name=name, exact=False).first.is_visible()
    page.click("text=Change the span")
    before = page.inner_text(".passage mark")
    page.get_by_role("button", name="end a word earlier").click()
    assert len(page.inner_text(".passage mark")) < len(before)
    first = page.get_attribute(".passage-card", "data-key")
    page.get_by_role("button", name="Skip").click()
    assert page.get_attribute(".passage-card", "data-key") != first
