"""The page answers its own browser alone, and tells nothing to anybody else."""

import re

import httpx
import pytest

from semcode.errors import InputError
from semcode.web import review_server
from semcode.web.passwords import Password, TooManyAttempts, read_password
from semcode.web.security import Gate

PAGES = ("/", "/queue", "/transcript", "/api/me", "/api/overview", "/static/app.js", "/nowhere")


@pytest.fixture
def stranger(served):
    with httpx.Client(base_url=served.base, trust_env=False) as client:
        yield client


@pytest.fixture
def client(served):
    with served.client() as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_shown_without_the_launch_token(stranger, served, path):
    answer = stranger.get(path)
    assert answer.status_code == 401
    assert "semcode review" in answer.text
    assert served.study.name not in answer.text


def test_decisions_without_a_session_are_refused(stranger):
    assert stranger.post("/api/undo", json={}, headers={"X-Semcode": "1"}).status_code == 401


def test_a_launch_token_works_once(served, stranger):
    address = served.address
    first = stranger.get(address)
    assert first.status_code == 303
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    with httpx.Client(base_url=served.base, trust_env=False) as other:
        again = other.get(address)
        assert again.status_code == 403
        assert "set-cookie" not in again.headers
    assert stranger.get(address).status_code == 303  # the same browser comes back unharmed


@pytest.mark.parametrize("token", ["", "x", "%00", "a" * 10_000])
def test_a_wrong_token_is_refused(stranger, token):
    answer = stranger.get("/launch", params={"token": token})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.:{port}"]
)
def test_a_foreign_host_is_refused_even_with_the_cookie(client, served, host):
    host = host.format(port=served.site.gate.port)
    answer = client.get("/api/me", headers={"Host": host})
    assert answer.status_code == 421
    assert "ana" not in answer.text


def test_the_own_names_are_answered(client, served):
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        host = f"{name}:{served.site.gate.port}"
        assert client.get("/api/me", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", ""])
def test_a_foreign_origin_is_refused(client, served, origin):
    headers = {"Origin": origin.format(port=served.site.gate.port)}
    assert client.get("/api/me", headers=headers).status_code == 403
    assert client.post("/api/undo", json={}, headers=headers).status_code == 403


def test_the_own_origin_is_answered(client, served):
    assert client.get("/api/me", headers={"Origin": served.base}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_what_another_page_asks_is_refused(client, site):
    assert client.get("/api/me", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Site": site}).status_code == 403


def test_a_plain_form_of_another_page_cannot_decide(client):
    del client.headers["X-Semcode"]
    answer = client.post("/api/undo", data={"request": "1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_ways_to_ask_are_refused(client, method):
    assert client.request(method, "/api/me").status_code == 405


def test_every_answer_carries_the_policies(client, stranger):
    for answer in (client.get("/"), client.get("/api/me"), stranger.get("/"), client.get("/none")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_browsers_keep_the_pages_own_files_and_nothing_of_the_study(client):
    page = client.get("/transcript?name=P01%20a~b")
    script = re.search(r'<script type="module" src="([^"]+)">', page.text)[1]
    kept = client.get(script)
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]
    assert "immutable" not in client.get(f"{script}x").headers["cache-control"]
    assert client.get("/static/app.js").headers["cache-control"] == "no-cache"
    asked = re.findall(r'as="fetch" crossorigin="anonymous" href="([^"]+)"', page.text)
    assert asked == ["/api/codebook", "/api/newest", "/api/transcript?name=P01+a%7Eb"]


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e/server.py", "/static//etc/passwd"]
)
def test_files_outside_the_page_are_not_served(client, path):
    assert client.get(path).status_code in (404, 307)


def test_a_page_that_believes_it_is_another_coder_is_told(client):
    body = {"segment": 1, "code": "x", "request": "0" * 32}
    for name in ("ben", ""):
        answer = client.post("/api/accept", json=body, headers={"X-Semcode-Coder": name})
        assert answer.status_code == 412


def test_a_page_for_one_coder_takes_no_other(client):
    assert client.post("/api/join", json={"coder": "ben"}).status_code == 422


def test_who_codes_is_asked_where_it_is_not_given(serve):
    with serve() as served, served.client() as client:
        assert client.get("/api/overview").status_code == 428
        assert client.post("/api/join", json={"coder": "  "}).status_code == 422
        assert client.post("/api/join", json={"coder": "cleo", "role": "second"}).status_code == 200
        assert client.get("/api/me").json()["coder"] == "cleo"
        assert any(row.name == "cleo" for row in served.site.review.coders())


def test_another_address_needs_a_password(coded, tmp_path):
    with pytest.raises(InputError, match="Others could reach"):
        review_server(coded, host="0.0.0.0", port=0)
    with pytest.raises(InputError, match="others reach"):
        review_server(coded, port=0, password_file=tmp_path / "p")


def test_a_password_lets_in_and_wrong_ones_are_slowed(serve, tmp_path):
    file = tmp_path / "password.txt"
    file.write_text("four random words here\n", encoding="utf-8")
    with serve(host="0.0.0.0", password_file=file) as served:
        assert served.address.endswith("/login")
        with httpx.Client(base_url=served.base, trust_env=False) as client:
            assert client.get("/api/me").status_code == 401
            assert "password" in client.get("/login").text
            for _ in range(5):
                wrong = client.post("/login", data={"coder": "cleo", "password": "guess"})
                assert wrong.status_code == 403
            right = {"coder": "cleo", "password": "four random words here"}
            slowed = client.post("/login", data=right)
            assert slowed.status_code == 429
            assert int(slowed.headers["retry-after"]) > 0
            served.site.password._failed.clear()
            assert client.post("/login", data=right).status_code == 303
            assert client.get("/api/me").json()["coder"] == "cleo"


def test_under_a_password_a_rebound_name_is_refused(serve, tmp_path):
    file = tmp_path / "password.txt"
    file.write_text("four random words here", encoding="utf-8")
    with serve(host="0.0.0.0", password_file=file) as served:
        port = served.site.gate.port
        assert served.site.gate.answers(f"192.168.1.7:{port}")
        assert not served.site.gate.answers(f"evil.example:{port}")


def test_the_password_is_compared_by_its_hash():
    password = Password("four random words")
    assert password.matches("four random words", "a")
    assert not password.matches("four random word", "a")
    assert "four random words" not in repr(vars(password))


def test_too_many_tries_from_everywhere_are_slowed(monkeypatch):
    monkeypatch.setattr(Password, "_scrypt", lambda self, text: text.encode())
    password = Password("four random words")
    for address in range(50):
        assert not password.matches("guess", str(address))
    with pytest.raises(TooManyAttempts):
        password.matches("four random words", "new")


def test_a_short_or_missing_password_is_refused(tmp_path):
    file = tmp_path / "p.txt"
    with pytest.raises(InputError, match="cannot be read"):
        read_password(file)
    file.write_text("short\n", encoding="utf-8")
    with pytest.raises(InputError, match="fewer than 12"):
        read_password(file)


def test_sessions_are_kept_as_hashes_and_can_end():
    gate = Gate(8765)
    value = gate.open("ana")
    assert value not in repr(gate)
    assert gate.session(value).coder == "ana"
    gate.close(value)
    assert gate.session(value) is None
    assert gate.session(None) is None
