"""Check style, types and floors without running the tests: python3 scripts/check.py"""

from __future__ import annotations

from environment import prepare, run, say

CHECKS = (
    ("style", "ruff", "check", "."),
    ("format", "ruff", "format", "--check", "."),
    ("types", "mypy"),
    ("floors", "importlinter.cli", "lint"),
)


def check() -> None:
    """Run every check; stop at the first that fails."""
    python = prepare(extra="test")
    for name, module, *arguments in CHECKS:
        say(f"Checking {name}")
        run(python, "-m", module, *arguments)


if __name__ == "__main__":
    check()
