"""Measure speed and memory, as ratios: python3 scripts/bench.py [NAME ...]

The names are those of the files scripts/bench_NAME.py; without one, all are run.
"""

from __future__ import annotations

import sys
from pathlib import Path

from environment import prepare, run, say

HERE = Path(__file__).resolve().parent
NAMES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))

if __name__ == "__main__":
    asked = sys.argv[1:] or NAMES
    unknown = sorted(set(asked) - set(NAMES))
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]!r}. There are: {', '.join(NAMES)}.")
    python = prepare(extra="test")
    for name in asked:
        say(f"Benchmark {name}")
        run(python, HERE / f"bench_{name}.py")
