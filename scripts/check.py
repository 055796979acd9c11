"""Check style, types and floors without running the tests: python3 scripts/check.py"""

from __future__ import annotations

from environment import prepare, run, say

CHECKS = (
    ("style", "ruff", "check", "."),
    ("format", "ruff", "format", "--check", "."),
    ("types", "mypy"),
)


def check() -> None:
    """Run every check; stop at the first that fails."""
    python = prepare(extra="test")
    for name, module, *arguments in CHECKS:
        say(f"Checking {name}")
        run(python, "-m", module, *arguments)
    say("Checking floors")
    run(python, "-c", "from importlinter.cli import lint_imports_command as lint; lint()")


if __name__ == "__main__":
    check()
