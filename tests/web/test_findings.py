"""Findings on the page: looked at in a frame, the matrix written, ties decided."""

import io
import shutil
import tempfile
import zipfile
from pathlib import Path

import pytest

from semcode.exchange.tables import Sheet, write_xlsx
from semcode.readers.sheets import cell_text, read_sheets
from semcode.study.findings.finding import KINDS

SCRIPT = "<script>document.title='owned'</script>"


@pytest.fixture
def own(prepared, serve_folder, tmp_path):
    """A copy to write in."""
    shutil.copytree(prepared, tmp_path / "own")
    with serve_folder(tmp_path / "own", coder="ana") as served:
        yield served


@pytest.fixture
def client(served):
    with served.client() as client:
        yield client


@pytest.fixture
def writer(own):
    with own.client() as client:
        yield client


def cell_of(client, view, person=0, domain=0):
    place = {
        "participant": view["people"][person]["label"],
        "domain": view["domains"][domain]["key"],
    }
    return place, client.get("/api/findings/cell", params=place).json()


def test_every_kind_is_a_page_for_the_frame_with_a_policy_of_its_own(client):
    for kind in KINDS[:6]:
        answer = client.get("/finding", params={"kind": kind})
        assert answer.status_code == 200, (kind, answer.text)
        policy = answer.headers["content-security-policy"]
        assert "sandbox allow-scripts" in policy
        assert "frame-ancestors 'self'" in policy
        assert "default-src 'none'" in policy
        assert "script-src 'sha256-" in policy
        assert "allow-same-origin" not in policy
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["cache-control"] == "no-store"
    assert "frame-src 'self'" in client.get("/").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("ending", "begins"),
    [("html", b"<!DOCTYPE"), ("docx", b"PK"), ("xlsx", b"PK"), ("json", b"{")],
)
def test_a_finding_is_saved_as_a_file(client, ending, begins):
    answer = client.get("/finding/file", params={"kind": "participants", "format": ending})
    assert answer.status_code == 200
    assert answer.content.lstrip().startswith(begins)
    name = f'attachment; filename="findings-participants.{ending}"'
    assert answer.headers["content-disposition"] == name
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_summary_sheets_are_saved_for_one_and_for_all(client):
    view = client.get("/api/findings/matrix").json()
    people = [person["label"] for person in view["people"]]
    whole = client.get("/finding/sheets")
    assert whole.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(whole.content)) as packed:
        assert packed.namelist() == [f"{label} summary.docx" for label in people]
    one = client.get("/finding/sheets", params={"participant": people[0], "domains": "time"})
    named = f"attachment; filename*=UTF-8''{people[0]}%20summary.docx"
    assert one.headers["content-disposition"] == named
    with zipfile.ZipFile(io.BytesIO(one.content)) as packed:
        text = packed.read("word/document.xml").decode()
    assert f"summary of {people[0]}" in text
    assert "desired" in text
    nobody = client.get("/finding/sheets", params={"participant": "nobody"})
    assert nobody.status_code == 422


def test_who_comments_is_offered_and_a_new_name_is_told(writer):
    view = writer.get("/api/findings/matrix").json()
    assert "coder_ana" in view["known"]
    assert view["people"][0]["label"] in view["known"]
    said = {"on": "", "text": "It was not like that.", "by": "Dr. Okafor"}
    assert writer.post("/api/findings/comment", json=said).json()["new"] is True
    again = writer.post("/api/findings/comment", json=said).json()
    assert again["new"] is False
    assert [(one["by"], bool(one["at"])) for one in again["comments"]] == [("Dr. Okafor", True)] * 2
    assert "Dr. Okafor" in writer.get("/api/findings/matrix").json()["known"]
    known = {**said, "by": view["people"][0]["label"]}
    assert writer.post("/api/findings/comment", json=known).json()["new"] is False


def test_what_cannot_be_found_is_said_in_words(client):
    for path, params in {
        "/finding": {"kind": "magic"},
        "/finding/file": {"kind": "sem", "format": "exe"},
        "/finding/picture": {"participant": "nobody"},
    }.items():
        answer = client.get(path, params=params)
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("text/plain")
    for params in ({"facet": "none"}, {"coders[]": "nobody"}, {"domains": "none"}):
        assert client.get("/api/findings/matrix", params=params).status_code == 422
    unknown = {"participant": "P01", "domain": "none"}
    assert client.get("/api/findings/cell", params=unknown).status_code == 422
    for body in ({}, unknown, {"participant": "P01", "relation": "aunt", "state": "burn"}):
        for path in ("write", "decide", "comment"):
            assert client.post(f"/api/findings/{path}", json=body).status_code == 422


def test_other_pages_and_strangers_get_no_finding(client, served):
    import httpx

    paths = ("/finding?kind=sem", "/finding/file?kind=sem&format=json", "/finding/picture")
    with httpx.Client(base_url=served.base, trust_env=False) as stranger:
        for path in (*paths, "/api/findings/matrix"):
            assert stranger.get(path).status_code == 401
    for path in paths:
        assert client.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert client.get(path, headers={"Origin": "http://evil.example"}).status_code == 403
    for path in ("write", "decide", "comment", "read"):
        foreign = {"Origin": "http://evil.example"}
        assert client.post(f"/api/findings/{path}", json={}, headers=foreign).status_code == 403


def test_blind_mode_shows_no_findings(serve):
    with serve(coder="ana", blind=True) as served, served.client() as client:
        for path in ("choices", "matrix", "cell", "ties"):
            assert client.get(f"/api/findings/{path}").status_code == 422
        for path in (
            "/finding?kind=sem",
            "/finding/file?kind=sem&format=json",
            "/finding/sheets",
        ):
            answer = client.get(path)
            assert answer.status_code == 422
            assert "coder_ben" not in answer.text
        for path in ("write", "decide", "comment", "read"):
            assert client.post(f"/api/findings/{path}", json={}).status_code == 422


def test_a_cell_keeps_every_wording_and_is_not_overwritten(writer):
    client = writer
    view = client.get("/api/findings/matrix").json()
    place, draft = cell_of(client, view)
    assert draft["text"]
    assert draft["quotes"]
    assert not draft["edited_by"]
    first = client.post("/api/findings/write", json={**place, "text": "Once.", "seen": ""}).json()
    assert first["edited_by"] == "ana"
    late = client.post("/api/findings/write", json={**place, "text": "Other.", "seen": ""})
    assert late.status_code == 409
    assert "Nothing was overwritten" in late.json()["error"]["what"]
    again = {**place, "text": "Twice.", "seen": first["edited_at"]}
    second = client.post("/api/findings/write", json=again).json()
    _, now = cell_of(client, view)
    assert now["text"] == "Twice."
    assert [one["text"] for one in now["wordings"]] == ["Twice.", "Once."]
    client.post("/api/findings/write", json={**place, "text": " ", "seen": second["edited_at"]})
    _, back = cell_of(client, view)
    assert (back["text"], back["edited_by"]) == (draft["text"], "")
    assert [one["text"] for one in back["wordings"]] == ["", "Twice.", "Once."]


def test_a_workbook_goes_out_and_comes_back(writer):
    client = writer
    given = client.get("/finding/file", params={"kind": "matrix", "format": "xlsx"}).content
    assert zipfile.is_zipfile(io.BytesIO(given))
    sheets = read_sheets(given, where="given")[0]
    rows = {s.title: [[cell_text(c) for c in row.cells] for row in s.rows] for s in sheets}
    rows["Matrix"][1][1] = "Written in Excel."
    edited = workbook(rows)
    answer = client.post("/api/findings/read", params={"file": "m.xlsx"}, content=edited)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["changed"]) == 1
    _, now = cell_of(client, client.get("/api/findings/matrix").json())
    assert (now["text"], now["edited_by"]) == ("Written in Excel.", "ana")
    broken = client.post("/api/findings/read", params={"file": "m.xlsx"}, content=b"no workbook")
    assert broken.status_code == 422
    assert "semcode-" not in broken.text  # the folder that it was put into is nobody's business


def workbook(rows):
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "m.xlsx"
        write_xlsx(path, [Sheet(name, r[0], r[1:], ()) for name, r in rows.items()])
        return path.read_bytes()


def test_ties_are_accepted_rejected_and_left_undecided_again(writer):
    client = writer
    ties = client.get("/api/findings/ties").json()["ties"]
    tie = ties[0]
    which = {"participant": tie["participant"], "relation": tie["relation"]}
    assert tie["sentences"]
    for asked, wanted in (
        ({"state": "accepted", "quality": "both"}, ("accepted", "both", "ana")),
        ({"state": "rejected"}, ("rejected", tie["quality"], "ana")),
        ({"state": "suggested"}, ("suggested", tie["quality"], "")),
    ):
        made = client.post("/api/findings/decide", json=which | asked).json()
        assert (made["state"], made["quality"], made["by"]) == wanted
    picture = client.get("/finding/picture", params={"participant": tie["participant"]})
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "script-src" not in picture.headers["content-security-policy"]
    saved = client.get("/finding/file", params={"kind": "network", "format": "graphml"})
    assert "<graphml" in saved.text


def test_the_sem_matrix_is_looked_at_in_its_frame(served, open_page):
    page = open_page(served.address)
    page.goto(f"{served.base}/findings")
    frame = page.frame_locator("iframe.finding")
    frame.locator("#sem-title").wait_for(timeout=30_000)
    frame.locator(".js-plotly-plot").first.wait_for(timeout=30_000)  # its own script may run
    inside = page.frames[1]
    assert inside.evaluate("self.origin") == "null"
    assert inside.evaluate("fetch('/api/me').then(() => 'read', () => 'refused')") == "refused"
    page.select_option("#finding-by", index=1)
    page.wait_for_url("**by=*")
    frame.locator("#sem-title").wait_for(timeout=30_000)
    with page.expect_download() as download:
        page.click("text=Excel")
    assert download.value.suggested_filename == "findings-sem.xlsx"


def test_a_cell_of_the_matrix_is_written_with_keys(own, open_page):
    served = own
    page = open_page(served.address)
    page.goto(f"{served.base}/findings?kind=matrix")
    page.locator(".cell").first.focus(timeout=30_000)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] #cell-text")
    page.keyboard.press("Control+a")
    page.keyboard.type(f"She has her mother. {SCRIPT}")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".cell.is-written")
    written = page.locator(".cell.is-written .cell-text")
    assert written.inner_text() == f"She has her mother. {SCRIPT}"
    assert page.evaluate("document.activeElement.classList.contains('is-written')")
    page.keyboard.press("c")
    page.wait_for_selector("dialog[open] #comment-text")
    page.keyboard.type(f"That is how it is. {SCRIPT}")
    page.fill("#comment-by", "Dana")
    page.click("text=Keep the comment")
    page.wait_for_selector("section[aria-label=Comments] >> text=Dana")
    page.goto(f"{served.base}/findings?kind=quotes")
    page.frame_locator("iframe.finding").locator("#quotes").wait_for()
    page.goto(f"{served.base}/findings?kind=matrix")
    page.wait_for_selector(".cell.is-written:has-text('She has her mother.')")
    assert "owned" not in page.title()


def test_a_tie_is_accepted_with_keys(own, open_page):
    served = own
    page = open_page(served.address)
    page.goto(f"{served.base}/findings?kind=network")
    page.wait_for_selector(".tie-list [aria-current=true]", timeout=60_000)
    drawn = page.locator(".ego img").evaluate("i => i.decode().then(() => i.naturalWidth)")
    assert drawn > 0
    cut = page.evaluate(
        """() => {
          document.querySelector('.tie-list button span:nth-child(2)').textContent =
            'government officials';
          const list = document.querySelector('.tie-list');
          return list.scrollWidth > list.clientWidth;
        }"""
    )
    assert not cut
    first = page.inner_text(".tie-detail h2")
    page.keyboard.press("t")
    page.wait_for_selector(".tie-list >> text=strain ✓")
    assert page.inner_text(".tie-detail h2") != first
    page.keyboard.press("x")
    page.wait_for_selector(".tie-list .state-rejected")
    page.keyboard.press("k")
    page.keyboard.press("w")
    page.wait_for_selector(".tie-list .state-rejected", state="detached")
    with served.client() as client:
        ties = client.get("/api/findings/ties").json()["ties"]
    decided = [tie for tie in ties if tie["state"] != "suggested"]
    assert [(tie["relation"], tie["quality"], tie["by"]) for tie in decided] == [
        (first, "strain", "ana")
    ]
