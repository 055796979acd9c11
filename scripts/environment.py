"""Make .venv with semcode built and installed in it; used by demo.py and test.py."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CONSTRAINTS = ROOT / "scripts" / "constraints.txt"

#: torch goes in first: as a dependency of another package pip would take the newest build,
#: with gigabytes of CUDA on Linux. A torch that is in .venv already is kept.
TORCH = "torch==2.13.0"

_PACKAGED = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")
_FOLDERS = ("pipeline", "configs", "models", "data/starter")


def prepare(*, extra: str = "") -> Path:
    """Make or complete .venv; give its Python. What is done already is not done again."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by any Python
        sys.exit(f"semcode needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    if not PYTHON.is_file():
        _make_venv()
    needs = _digest([ROOT / "pyproject.toml", CONSTRAINTS], TORCH, extra, sys.version)
    if _stamp("needs") != needs:
        if not _has("torch"):
            say("Installing PyTorch (the largest part)")
            pip("install", TORCH)
        say("Installing semcode and what it needs")
        pip("install", "-c", str(CONSTRAINTS), f".[{extra}]" if extra else ".")
        _write_stamp("needs", needs)
        _write_stamp("sources", _sources())
    elif _stamp("sources") != _sources():
        say("Installing semcode as it is now")
        pip("install", "--no-deps", "--force-reinstall", ".")
        _write_stamp("sources", _sources())
    return PYTHON


def say(text: str) -> None:
    """Print a step."""
    print(f"\n== {text}", flush=True)


def run(*command: str | Path) -> None:
    """Run a command in the checkout; stop with its exit code if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def pip(*arguments: str) -> None:
    """Run pip in .venv."""
    run(PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments)


def _make_venv() -> None:
    say(f"Making {VENV}")
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except subprocess.CalledProcessError:
        sys.exit(
            "Python's venv module is incomplete here.\n"
            "On Debian and Ubuntu: sudo apt-get install python3-venv; then run this again."
        )


def _has(package: str) -> bool:
    asks = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return subprocess.run([str(PYTHON), "-c", asks], check=False).returncode == 0


def _sources() -> str:
    files = [ROOT / name for name in _PACKAGED]
    for folder in _FOLDERS:
        found = (ROOT / folder).rglob("*")
        files += sorted(p for p in found if p.is_file() and "__pycache__" not in p.parts)
    return _digest(files)


def _digest(files: list[Path], *also: str) -> str:
    known = hashlib.sha256("\n".join(also).encode())
    for path in files:
        known.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return known.hexdigest()


def _stamp(name: str) -> str:
    path = VENV / f"semcode-{name}.txt"
    return path.read_text(encoding="ascii") if path.is_file() else ""


def _write_stamp(name: str, value: str) -> None:
    (VENV / f"semcode-{name}.txt").write_text(value, encoding="ascii")
