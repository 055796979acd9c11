"""The page in a real browser: figures are drawn under its policy and no host is asked."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from semcode.findings import ReportData, render_report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


def visit(html: str, folder: Path) -> tuple[str, str, str]:
    """Return the page after its scripts ran, what the console said, and the network log."""
    page, net = folder / "report.html", folder / "net.json"
    page.write_text(html, encoding="utf-8")
    done = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}",
            f"--log-net-log={net}",
            "--virtual-time-budget=5000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return done.stdout, console, net.read_text(encoding="utf-8", errors="replace")


def test_figures_are_drawn(invent: Callable[..., ReportData], tmp_path: Path) -> None:
    dom, console, _ = visit(render_report(invent(per_person=10)), tmp_path)
    assert console == ""
    for name in ("levels", "codes", "matrix", "uncoded"):
        start = dom.index(f'data-figure="{name}"')
        assert 'class="main-svg"' in dom[start : start + 3000]
    assert "This figure needs JavaScript" not in dom
    assert re.search(r"Housing instability</text>", dom)


def test_hostile_text_does_nothing(hostile: ReportData, tmp_path: Path) -> None:
    dom, console, net = visit(render_report(hostile), tmp_path)
    assert console == ""
    assert "evil.example" not in net
    assert dom.count('class="main-svg"') > 0
    assert "<img" not in dom
