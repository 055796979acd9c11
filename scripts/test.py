"""Set up what the tests need and pass them all: python3 scripts/test.py [PYTEST OPTIONS]"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from check import check
from environment import prepare, run, say

#: The first opens no windows, so that tests of pages need a third less; Debian has it.
_SHELL = "chromium-headless-shell"
_BROWSERS = (_SHELL, "chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


def install_browser() -> None:
    """Have a Chromium for the tests of pages; without one they are skipped, saying so."""
    if any(shutil.which(name) for name in _BROWSERS):
        return
    if not shutil.which("apt-get"):
        say("No Chromium found: install Chromium or Chrome to run the tests of pages as well")
        return
    say("Installing Chromium")
    root = [] if _is_root() else ["sudo", "-n"]
    install = ("install", "-y", "--no-install-recommends")
    for arguments in (("update",), (*install, _SHELL), (*install, "chromium")):
        done = subprocess.run([*root, "apt-get", "-q", *arguments], check=False)
        if not done.returncode and arguments[0] == "install":
            return
    say("Chromium could not be installed: sudo apt-get install chromium")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    python = prepare(extra="test")
    install_browser()
    check()
    say("Running the tests")
    # A file of tests at a time on each core; each of them then computes on one thread.
    workers = min(os.cpu_count() or 1, 4)
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    run(python, "-m", "pytest", "-n", str(workers), "--dist", "loadfile", *sys.argv[1:])
