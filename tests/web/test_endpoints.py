"""The endpoints: each decision once, errors in words, nothing that blind mode hides."""

import json
import math
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcode.errors import InputError
from semcode.web import deciding, editing, findings, showing
from semcode.web.asking import Fields, read_json

HIDDEN = ("evidence?segment=1&code=x", "disagreements?coders[]=coder_ana&coders[]=coder_ben")


@pytest.fixture
def client(served):
    with served.client() as client:
        yield client


def first_item(client, **values):
    return client.get("/api/queue", params={"limit": 1, **values}).json()["items"][0]


def test_a_decision_sent_twice_is_stored_once(client, served):
    item = first_item(client)
    body = {"segment": item["segment"], "code": item["code"], "request": str(uuid4())}
    first = client.post("/api/accept", json=body).json()
    again = client.post("/api/accept", json=body).json()
    assert again["decision"] == first["decision"]
    assert again["repeated"]
    lines = [row for row in served.site.review.history() if row.id >= first["decision"]]
    assert len(lines) == 1
    client.post("/api/undo", json={"request": str(uuid4())})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accept", {}),
        ("accept", {"segment": "x", "code": "y", "request": str(uuid4())}),
        ("accept", {"segment": 10**9, "code": "y", "request": str(uuid4())}),
        ("accept", {"segment": 1, "code": "y", "request": "no uuid"}),
        (
            "code",
            {"transcript": "none", "start": 0, "end": 1, "code": "y", "request": str(uuid4())},
        ),
        ("remove", {"coding": "none", "request": str(uuid4())}),
        ("bulk", {"verdict": "burn", "expected": 1, "request": str(uuid4())}),
        ("codebook/change", {"change": {"kind": "burn"}, "version": 1}),
        ("codebook/preview", {"change": {"kind": "retire", "code": "none"}}),
        ("codebook/preview", {"change": {"kind": "restore", "version": 99}}),
        ("memos", {"kind": "sky", "text": "x"}),
    ],
)
def test_what_cannot_be_done_is_said_in_words(client, path, body):
    answer = client.post(f"/api/{path}", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["what"].endswith(".")
    assert error["remedy"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(client, body):
    assert client.post("/api/undo", content=body).status_code == 422


def test_too_much_is_refused(client):
    assert client.post("/api/undo", content=b" " * (3 * 2**20)).status_code == 413


def test_a_codebook_that_somebody_else_changed_is_not_overwritten(serve):
    with serve(coder="ana") as served, served.client() as client:
        change = {"kind": "add", "name": "Faith", "level": "intrapersonal"}
        body = {"change": change, "version": 1}
        assert client.post("/api/codebook/change", json=body).json() == {"version": 2}
        other = {"change": {**change, "name": "Hope"}, "version": 1}
        late = client.post("/api/codebook/change", json=other)
        assert late.status_code == 409


def test_an_upload_is_only_a_file(client, served):
    name = served.study.transcripts()[0].name
    for sent in ("../../evil.txt", "x.exe", "", "a" * 400, "x.docx"):
        answer = client.post(
            "/api/correct/preview", params={"transcript": name, "file": sent}, content=b"not a docx"
        )
        assert answer.status_code in (200, 422)
    empty = client.post("/api/correct/preview", params={"transcript": name, "file": "x.txt"})
    assert empty.status_code == 422


def test_blind_mode_hides_on_the_server(serve):
    with serve(coder="ana", blind=True) as served, served.client() as client:
        served.site.review.write_memo("coder_ben", "study", "", "ben's thought")
        name = served.study.transcripts()[0].name
        for path in HIDDEN:
            assert client.get(f"/api/{path}").status_code == 422
        for path in ("accept", "reject", "change", "unsure", "skip", "settle", "bulk/preview"):
            body = {"segment": 1, "code": "x", "to_code": "y", "verdict": "accept"}
            assert client.post(f"/api/{path}", json=body | {"request": str(uuid4())}).is_error
        view = client.get("/api/transcript", params={"name": name}).json()
        assert view["suggestions"] == []
        assert view["codings"] == []
        items = client.get("/api/queue").json()["items"]
        assert items
        assert all(item["code"] is None and item["score"] is None for item in items)
        for path in ("overview", "coders", "codebook", "history", "memos", "outdated", "pulse"):
            text = client.get(f"/api/{path}").text
            assert "coder_ben" not in text
            assert "ben's thought" not in text
        assert all(code["count"] == 0 for code in client.get("/api/codebook").json()["codes"])


def test_the_newest_line_tells_other_tabs(client):
    before = client.get("/api/newest").json()["decision"]
    item = first_item(client)
    body = {"segment": item["segment"], "code": item["code"], "request": str(uuid4())}
    made = client.post("/api/reject", json=body).json()["decision"]
    assert client.get("/api/newest").json()["decision"] == made > before


def test_fields_are_read_strictly():
    assert Fields({"n": "12"}).integer("n") == 12
    assert Fields({"n": 0.5}).number("n", low=0, high=1) == 0.5
    assert read_json(b'{"a": {"b": ["c"]}}').record("a").texts("b") == ("c",)
    for value in (True, -1, 2**60, "1e3", 1.5, None, [1]):
        with pytest.raises(InputError):
            Fields({"n": value}).integer("n")
    for value in (math.nan, math.inf, "x", True, 2, []):
        with pytest.raises(InputError):
            Fields({"n": value}).number("n", low=0, high=1)
    for value in ("\ud800", "a\0b", 3, "x" * 200_000):
        with pytest.raises(InputError):
            Fields({"t": value}).text("t")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = (
    *("segment", "code", "to_code", "transcript", "start", "end", "coding", "segments", "facets"),
    *("memo", "note", "seconds", "request", "verdict", "filters", "expected", "codes", "coders"),
    *("rationale", "change", "version", "codings", "kind", "target", "text", "guid", "n", "seed"),
    *("name", "order", "limit", "after", "before", "coder", "file"),
    *("participant", "domain", "domains", "seen", "on", "by", "relation", "state", "quality"),
    *("facet", "smallest", "count", "where", "suggestions"),
)
LIKELY = st.sampled_from(
    [0, 1, 5, -1, 2**40, "", "x", "P01_interview", "open", "audit", "accept", "merge", "study", []]
)
BODIES = st.dictionaries(st.sampled_from(NAMES), LIKELY | JSON, max_size=8)
POSTS = sorted({**deciding.ENDPOINTS, **editing.ENDPOINTS, **findings.DECIDING, "join": None})


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=st.sampled_from(POSTS), body=BODIES, real=st.booleans())
def test_no_request_makes_the_server_stumble(client, path, body, real):
    body = body | ({"request": str(uuid4()), "segment": 3, "code": "Stigma"} if real else {})
    answer = client.post(f"/api/{path}", json=None, content=_dumped(body))
    assert answer.status_code < 500, (path, body, answer.text)
    assert answer.headers["content-type"] == "application/json"


@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=st.sampled_from(sorted({**showing.ENDPOINTS, **findings.SHOWING})), values=BODIES)
def test_no_question_makes_the_server_stumble(client, path, values):
    query = {
        name: _dumped(value).decode() if isinstance(value, (dict, list)) else str(value)
        for name, value in values.items()
    }
    query = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    answer = client.get(f"/api/{path}", params=query)
    assert answer.status_code < 500, (path, query, answer.text)


def _dumped(value):
    return json.dumps(value).encode("utf-8", "replace")
