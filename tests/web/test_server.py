"""`semcode review` as a process: one line, a port, and a clean end."""

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from semcode import Study
from semcode.cli import main
from semcode.web import review_server, server


def start(folder, *options):
    command = [sys.executable, "-m", "semcode", "review", "--study", str(folder), "--no-browser"]
    return subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_it_prints_one_line_serves_and_stops_with_ctrl_c(folder):
    process = start(folder, "--coder", "ana")
    try:
        address = process.stdout.readline().strip()
        base = address.partition("/launch?token=")[0]
        with httpx.Client(trust_env=False, follow_redirects=True) as client:
            assert client.get(address).status_code == 200
            assert client.get(f"{base}/api/me").json()["coder"] == "ana"
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=15)
    assert process.returncode == 0
    assert out == ""
    assert err.splitlines() == ["Stopped. Every decision is stored."]


def test_a_port_in_use_is_said(folder, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code = main(["review", "--study", str(folder), "--no-browser", "--port", str(port)])
    assert code == 1
    assert f"Port {port} is in use" in capsys.readouterr().err


def test_without_a_port_the_next_free_one_is_taken(folder, monkeypatch):
    with socket.socket() as taken, Study(folder) as study:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = taken.getsockname()[1]
        monkeypatch.setattr(server, "_FIRST_PORT", first)
        found = review_server(study)
        found.listening.close()
    assert first < found.site.gate.port < first + 50


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_an_impossible_port_is_said(folder, capsys, port):
    assert main(["review", "--study", str(folder), "--no-browser", "--port", port]) == 1
    assert "port" in capsys.readouterr().err.lower()


def test_a_coder_that_is_no_person_is_refused(folder, capsys):
    arguments = ["review", "--study", str(folder), "--no-browser", "--coder", "consensus"]
    assert main(arguments) == 1
    assert "consensus" in capsys.readouterr().err


def test_no_study_is_said(tmp_path, capsys):
    assert main(["review", "--study", str(tmp_path), "--no-browser"]) == 1
    assert "no study" in capsys.readouterr().err
