"""Topics on the page: what the endpoints give and refuse, and people who work with them."""

import json
import shutil
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcode import Study, store
from semcode.codebook import Code, Codebook
from semcode.records import Level
from semcode.study.topics import topics_page
from semcode.web import topics

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def tried_folder(topics_folder, tmp_path_factory):
    """A study whose topics were also tried for stability: a moment's work, in place of minutes."""
    folder = tmp_path_factory.mktemp("tried") / "study"
    shutil.copytree(topics_folder, folder)
    with Study(folder) as study, study.database.write() as connection:
        run = store.topics.newest_run(connection)
        keys = [row.topic for row in store.topics.topics(connection, run.id)]
        shares = dict(zip(keys, [0.9, 0.7, 0.4] * len(keys), strict=False))
        told = {"seeds": 0.72, "left_out": 0.55}
        store.topics.set_stability(connection, run.id, told, shares)
    return folder


@pytest.fixture
def topical(tried_folder, tmp_path, serve_folder):
    """A study with topics, served for the coder ana; to be changed at will."""
    shutil.copytree(tried_folder, tmp_path / "topical")
    with serve_folder(tmp_path / "topical", coder="ana") as served:
        yield served


@pytest.fixture
def client(topical):
    with topical.client() as client:
        yield client


@pytest.fixture(scope="module")
def shared_topics(tried_folder, tmp_path_factory, serve_folder):
    """One for all tests that change nothing."""
    folder = tmp_path_factory.mktemp("shown") / "study"
    shutil.copytree(tried_folder, folder)
    with serve_folder(folder, coder="ana") as served:
        yield served


def go(page, served, path="/topics"):
    page.set_default_timeout(25_000)  # a map of its own, on machines that do much else
    page.goto(served.base + path)
    page.wait_for_selector(f"main[data-ready='{path.partition('?')[0]}']")


def view_of(served, key):
    return topics_page(served.study).topic(key)


def first(served):
    return topics_page(served.study).topics[0]


def post(client, path, **body):
    return client.post(f"/api/topics/{path}", json={"request": str(uuid4()), **body})


# ---- endpoints


def test_before_topics_were_found_there_are_none(serve):
    with serve(coder="ana") as served, served.client() as client:
        got = client.get("/api/topics").json()
        assert got["page"] is None
        assert got["job"]["state"] == "idle"
        assert client.get("/api/topics/map").json()["x"] == []
        assert client.get("/api/topics/draft", params={"topic": "T1"}).status_code == 422
        assert post(client, "reject", topic="T1").status_code == 422


def test_the_map_and_the_list_say_the_same(shared_topics):
    with shared_topics.client() as client:
        page = client.get("/api/topics").json()["page"]
        points = client.get("/api/topics/map").json()
    assert {len(column) for column in points.values()} == {page["segments"]}
    assert all(0 <= value <= 1 for value in (*points["x"], *points["y"]))
    assert points["topic"].count("") == page["outliers"]
    for topic in page["topics"]:
        assert points["topic"].count(topic["id"]) == topic["size"]
    assert page["seeds"] == 0.72
    assert not page["stable"]


def test_an_accepted_topic_is_in_codebook_and_queue(topical):
    key = first(topical).id
    with topical.client() as client:
        draft = client.get("/api/topics/draft", params={"topic": key}).json()
        assert draft["examples"]
        body = {"topic": key, "name": "A new code", "definition": "Mine.", "level": "community"}
        request = {"request": str(uuid4())}
        done = client.post("/api/topics/accept", json=body | request).json()
        again = client.post("/api/topics/accept", json=body | request).json()
        assert again["decision"] == done["decision"]
        assert again["repeated"]
        assert done["suggestions"] == view_of(topical, key).size
        codes = {code["name"]: code for code in client.get("/api/codebook").json()["codes"]}
        assert codes["A new code"]["level"] == "community"
        assert codes["A new code"]["examples"] == []
        filters = json.dumps({"codes": [done["code"]]})
        queue = client.get("/api/queue", params={"filters": filters, "limit": 1}).json()
        [item] = queue["items"]
        why = {"segment": item["segment"], "code": item["code"]}
        assert client.get("/api/evidence", params=why).json()["topic"]["id"] == key
        assert post(client, "take-back", topic=key).json()["said"]
        names = {code["name"] for code in client.get("/api/codebook").json()["codes"]}
        assert "A new code" not in names


def test_each_decision_and_its_way_back(topical):
    one, two = (view.id for view in topics_page(topical.study).topics[:2])
    with topical.client() as client:
        assert post(client, "rename", topic=one, name="Called so").status_code == 200
        assert view_of(topical, one).name == "Called so"
        assert post(client, "reject", topic=one, note="no theme").status_code == 200
        assert view_of(topical, one).status == "rejected"
        assert post(client, "take-back", topic=one).status_code == 200
        assert view_of(topical, one).status == "open"
        code = topical.study.codebook().codes[0]
        assert (
            post(client, "merge-into-code", topic=two, code=code.guid).json()["code"] == code.guid
        )
        assert post(client, "take-back", topic=two).status_code == 200
        [made] = post(client, "merge", topics=[one, two]).json()["topics"]
        assert view_of(topical, one) is None
        parts = post(client, "split", topic=made, parts=2).json()["topics"]
        assert len(parts) == 2
        assert all(view_of(topical, part).size for part in parts)


def test_passages_of_the_map_get_a_code_at_once(topical):
    with topical.client() as client:
        points = client.get("/api/topics/map").json()
        columns = zip(points["transcript"], points["start"], points["end"], strict=True)
        spans = [{"transcript": t, "start": s, "end": e} for t, s, e in columns][:4]
        code = topical.study.codebook().codes[0].guid
        done = post(client, "code", spans=spans, code=code)
        assert done.json()["lines"] == 4
        assert len([c for c in topical.study.codings() if c.coder == "ana"]) == 4
        client.post("/api/undo", json={"request": str(uuid4())})
        assert not [c for c in topical.study.codings() if c.coder == "ana"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accept", {"topic": "T999", "name": "x"}),
        ("accept", {}),
        ("accept", {"topic": "T1", "name": "x", "level": "sky"}),
        ("accept", {"topic": "T1", "name": "x", "under": "no such code"}),
        ("accept", {"topic": "T1", "name": ""}),
        ("merge-into-code", {"topic": "T1", "code": "no such code"}),
        ("merge", {"topics": ["T1"]}),
        ("merge", {"topics": "T1"}),
        ("split", {"topic": "T1", "parts": 1}),
        ("rename", {"topic": "T1", "name": "  "}),
        ("take-back", {"topic": "T1"}),
        ("code", {"spans": [], "code": "x"}),
        ("gather", {"spans": []}),
        ("gather", {"spans": [{"transcript": "none", "start": 0, "end": 1}] * 3}),
        ("code", {"spans": [{"transcript": "none", "start": 0, "end": 1}], "code": "x"}),
        ("reject", {"topic": "T1", "request": "no uuid"}),
    ],
)
def test_what_cannot_be_done_is_said_in_words(shared_topics, path, body):
    before = topics_page(shared_topics.study)
    with shared_topics.client() as client:
        answer = post(client, path, **body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["what"].endswith(".")
    assert answer.json()["error"]["remedy"]
    assert topics_page(shared_topics.study) == before


def test_blind_mode_hides_topics(tried_folder, tmp_path, serve_folder, open_page):
    shutil.copytree(tried_folder, tmp_path / "blind")
    with serve_folder(tmp_path / "blind", coder="ana", blind=True) as served:
        with served.client() as client:
            for path in topics.ASKING:
                assert client.get(f"/api/{path}", params={"topic": "T1"}).status_code == 422
            for path in topics.DECIDING:
                body = {"topic": "T1", "request": str(uuid4())}
                assert client.post(f"/api/{path}", json=body).status_code == 422
        assert served.site.work.now().state == "idle"
        page = open_page(served.address)
        assert page.get_by_role("link", name="Topics").count() == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ("topic", "topics", "name", "definition", "under", "level", "examples", "note", "code")
LIKELY = st.sampled_from(["T1", "T2", "T999", "", "x", ["T1", "T2"], 2, 10**30, None])
BODIES = st.dictionaries(
    st.sampled_from([*NAMES, "parts", "spans", "request"]), LIKELY | JSON, max_size=6
)
# What finds topics takes nothing but an id, and each call would start a process.
POSTS = sorted({*topics.DECIDING} - {"topics/find"})


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=st.sampled_from(POSTS), body=BODIES, real=st.booleans())
def test_no_request_makes_the_server_stumble(client, path, body, real):
    body = {**body, "request": str(uuid4())} if real else body
    answer = client.post(f"/api/{path}", content=json.dumps(body).encode("utf-8", "replace"))
    assert answer.status_code < 500, (path, body, answer.text)
    query = {name: str(value).encode("utf-8", "replace") for name, value in body.items()}
    assert client.get("/api/topics/draft", params=query).status_code < 500


# ---- in a browser


def test_topics_are_worked_with_keys(topical, open_page):
    page = open_page(topical.address)
    page.keyboard.press("7")
    page.wait_for_selector("main[data-ready='/topics']")
    views = topics_page(topical.study).topics
    chosen = "[data-topic][aria-current=true]"
    assert page.get_attribute(chosen, "data-topic") == views[0].id
    page.keyboard.press("j")
    assert page.get_attribute(chosen, "data-topic") == views[1].id
    page.keyboard.press("a")
    page.wait_for_selector("dialog[open] #topic-code-name")
    assert "DRAFT" in page.input_value("#topic-code-definition")
    page.fill("#topic-code-definition", "What the topic means.")
    page.fill("#topic-code-name", topical.study.codebook().codes[0].name)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] .error-box")  # the name is taken
    page.fill("#topic-code-name", "Made of a topic")
    page.keyboard.press("Enter")
    page.wait_for_selector(".about-topic .tag:has-text('Made of a topic')")
    page.click("text=See the code")
    page.wait_for_selector(".code-panel >> text=What the topic means.")
    go(page, topical, f"/topics?topic={views[1].id}")
    page.click("text=Decide on its passages in the queue")
    page.wait_for_selector(".suggested >> text=Made of a topic")
    page.wait_for_selector(f"text=It belongs to the topic {views[1].id}")
    page.keyboard.press("7")
    page.wait_for_selector("main[data-ready='/topics']")
    page.keyboard.press("x")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"[data-topic={views[0].id}] >> text=rejected")
    page.keyboard.press("b")
    page.wait_for_selector(f"[data-topic={views[0].id}] >> text=rejected", state="detached")
    assert view_of(topical, views[0].id).status == "open"


def test_a_topic_is_merged_into_a_code_by_typing(topical, open_page):
    page = open_page(topical.address)
    go(page, topical)
    code = topical.study.codebook().codes[3]
    page.keyboard.press("c")
    page.wait_for_selector("dialog[open] #code-typed")
    page.keyboard.type(code.name)
    page.keyboard.press("Enter")
    page.wait_for_selector(".about-topic .tag.settled")
    assert first(topical).code == code.name


def test_topics_are_merged_split_and_renamed_with_the_mouse(topical, open_page):
    page = open_page(topical.address)
    go(page, topical)
    one, two = (view.id for view in topics_page(topical.study).topics[:2])
    for key in (one, two):
        page.locator("li", has=page.locator(f"[data-topic={key}]")).get_by_role("checkbox").check()
    page.click("text=Merge the 2 ticked")
    page.click("dialog[open] button.primary")
    page.wait_for_selector(f"[data-topic={one}]", state="detached")
    page.get_by_role("button", name="Rename").click()
    page.fill("#topic-name", "Both together")
    page.keyboard.press("Enter")
    page.wait_for_selector(".topic-row >> text=Both together")
    page.get_by_role("button", name="Split").click()
    page.click("dialog[open] button.primary")
    page.wait_for_selector(".topic-row >> text=Both together", state="detached")
    count = len(topics_page(topical.study).topics)
    assert page.locator(".topic-row").count() == count


def spot(page, served, at):
    """Give where on the screen a point of the map is."""
    script = """async (i) => {
      const points = await (await fetch('/api/topics/map')).json();
      const box = document.querySelector('.map-over').getBoundingClientRect();
      const edge = 26;
      const x = box.left + box.width / 2 + (points.x[i] - 0.5) * (box.width - 2 * edge);
      const y = box.top + box.height / 2 + (points.y[i] - 0.5) * (box.height - 2 * edge);
      return {x, y, text: points.text[i], topic: points.topic[i]};
    }"""
    return page.evaluate(script, at)


def test_the_pointer_shows_a_passage_and_a_click_its_topic(shared_topics, open_page):
    page = open_page(shared_topics.address)
    go(page, shared_topics)
    at = next(i for i in range(40) if spot(page, shared_topics, i)["topic"])
    point = spot(page, shared_topics, at)
    page.mouse.move(point["x"], point["y"])
    card = page.wait_for_selector(".map-card:not([hidden])")
    assert point["text"][:40].split("\n")[0].strip() in card.inner_text()
    page.keyboard.press("Escape")
    page.mouse.click(point["x"], point["y"])
    page.wait_for_selector(f"[data-topic={point['topic']}][aria-current=true]")


def test_a_line_around_passages_selects_them(topical, open_page):
    page = open_page(topical.address)
    go(page, topical)
    page.get_by_role("button", name="Draw a line around passages").click()
    box = page.locator(".map-over").bounding_box()
    corners = [(2, 2), (box["width"] - 2, 2), (box["width"] - 2, box["height"] - 2)]
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    for x, y in [*corners[1:], (2, box["height"] - 2)]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()
    all_of_them = topics_page(topical.study).segments
    page.wait_for_selector(f"h2:has-text('{all_of_them} passages selected')")
    page.get_by_role("button", name="Make a topic").click()
    page.wait_for_selector("dialog[open] #topic-name")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Give a code").click()
    page.wait_for_selector("dialog[open] #code-typed")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=One undo takes all of them back")
    assert len([c for c in topical.study.codings() if c.coder == "ana"]) == all_of_them
    page.keyboard.press("z")
    page.wait_for_selector("text=Undone")
    assert not [c for c in topical.study.codings() if c.coder == "ana"]


def test_selected_passages_become_a_topic(topical, open_page):
    page = open_page(topical.address)
    go(page, topical)
    page.keyboard.press("t")
    page.wait_for_selector("#table-topic")
    for at in (1, 4):
        page.locator(".map-panel").get_by_role("checkbox").nth(at).check()
    page.get_by_role("button", name="Make a topic").click()
    page.fill("#topic-name", "Found by hand")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-current=true] >> text=Found by hand")
    [made] = [t for t in topics_page(topical.study).topics if t.name == "Found by hand"]
    assert made.size == 2


def test_the_map_is_read_and_selected_with_keys_alone(shared_topics, open_page):
    page = open_page(shared_topics.address)
    go(page, shared_topics)
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".map-card:not([hidden])")
    before = page.inner_text(".map-card")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f".map-card:not(:has-text({json.dumps(before[:60])}))")
    said = page.text_content("#spoken")
    page.keyboard.press("Space")
    page.wait_for_selector("h2:has-text('1 passage selected')")
    assert said.split(": ", 1)[1][:30] in page.inner_text(".passages")
    page.keyboard.press("t")
    page.wait_for_selector("#table-topic")
    page.get_by_role("checkbox", name="Select: ").nth(3).check()
    page.wait_for_selector("h2:has-text('2 passages selected')")


def test_nothing_has_changed_is_said(topical, open_page):
    """The real process behind, from the button to the sentence; it recomputes nothing."""
    page = open_page(topical.address)
    go(page, topical)
    page.get_by_role("button", name="Find again").click()
    page.wait_for_selector("[data-find]:disabled")
    page.wait_for_selector("#notices:has-text('Nothing has changed')", timeout=120_000)


@pytest.fixture(scope="module")
def hostile_topics(tmp_path_factory, serve_folder):
    """A small study whose every word may be markup."""
    folder = tmp_path_factory.mktemp("hostile")
    codes = (
        Code(f"Worry {SCRIPT}", f"Being worried. {SCRIPT}", level=Level.COMMUNITY),
        Code(f"Help {SCRIPT}", f"Getting help. {SCRIPT}", level=Level.COMMUNITY),
    )
    said = ("The rent takes all my money, the landlord wants more. ", "The nurse came with a bus. ")
    for person in range(4):
        turns = [
            f"Anna {SCRIPT}: And then?\n\nBen {person} {SCRIPT}: {text * 3}{SCRIPT} {person}"
            for text in said * 3
        ]
        (folder / f"talk {person} <b>x<img src=x>.txt").write_text("\n\n".join(turns), "utf-8")
    with Study.create(folder / "study", codebook=Codebook(codes), name="hostile") as study:
        study.add([*folder.glob("*.txt")])
        for row in study.speakers():
            role = "interviewer" if row.name.startswith("Anna") else "participant"
            study.set_role(row.transcript, row.name, role)
    with serve_folder(folder / "study", coder=f"ana {SCRIPT}") as served:
        yield served


def test_topics_are_found_from_the_page_and_shown_as_text(hostile_topics, open_page):
    """The whole way for real: the button, the process, the topics, on a study of few passages."""
    page = open_page(hostile_topics.address)
    go(page, hostile_topics)
    page.get_by_role("button", name="Find topics").click()
    page.wait_for_selector(".progress-line")
    go(page, hostile_topics, "/codebook")  # the page stays usable meanwhile
    go(page, hostile_topics)
    page.wait_for_selector(".topic-row", timeout=180_000)
    hostile_topics.site.work.wait(180)
    assert hostile_topics.site.work.now().state == "done"
    key = first(hostile_topics).id
    page.reload()
    page.wait_for_selector(".topic-row")
    page.keyboard.press("r")
    page.fill("#topic-name", f"Called {SCRIPT}"[:190])
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-topic={key}] >> text=Called <script>")
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".map-card:not([hidden])")
    page.keyboard.press("Space")
    page.keyboard.press("t")
    page.wait_for_selector("#table-topic")
    assert page.title() != "owned"
    assert page.locator("img").count() == 0
    assert page.locator("main script, dialog script").count() == 0


def test_too_little_is_said(tmp_path, serve_folder, open_page):
    (tmp_path / "short.txt").write_text("A: And?\n\nB: There is little to say here, really.\n")
    with Study.create(tmp_path / "study") as study:
        study.add([tmp_path / "short.txt"])
    with serve_folder(tmp_path / "study", coder="ana") as served:
        page = open_page(served.address)
        go(page, served)
        page.keyboard.press("f")
        page.wait_for_selector(".error-box", timeout=120_000)
        assert "too few" in page.inner_text(".error-box")


def test_nothing_of_it_violates_wcag(shared_topics, open_page, violations):
    page = open_page(shared_topics.address, bypass_csp=True)
    go(page, shared_topics)
    found = {"map": violations(page)}
    for key, name in (
        ("a", "accept"),
        ("g", "merge"),
        ("p", "split"),
        ("r", "rename"),
        ("x", "reject"),
    ):
        page.keyboard.press(key)
        page.wait_for_selector("dialog[open]")
        found[name] = violations(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_selector(".map-card:not([hidden])")
    found["selected"] = violations(page)
    page.keyboard.press("t")
    page.wait_for_selector("#table-topic")
    found["table"] = violations(page)
    assert {key: value for key, value in found.items() if value} == {}
