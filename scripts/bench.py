"""Measure speed, memory and accuracy: python3 scripts/bench.py [NAME ...] [OPTION ...]

The names are those of the files scripts/bench_NAME.py, or how one of them begins ("refine");
without one, all are run. Options
(from the first that begins with "-") go to the benchmark, of which there is one then:
python3 scripts/bench.py suggestions --sets client --points 8 20
"""

from __future__ import annotations

import sys
from pathlib import Path

from environment import prepare, run, say

HERE = Path(__file__).resolve().parent
NAMES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def whole(name: str) -> str:
    """Give the only name that begins so, else the word itself."""
    found = [known for known in NAMES if known.startswith(name)]
    return found[0] if len(found) == 1 else name


if __name__ == "__main__":
    first = next((i for i, part in enumerate(sys.argv) if part.startswith("-")), len(sys.argv))
    asked, options = [whole(name) for name in sys.argv[1:first]] or NAMES, sys.argv[first:]
    if options and len(asked) != 1:
        sys.exit("Options go to one benchmark: name it first.")
    unknown = sorted(set(asked) - set(NAMES))
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]!r}. There are: {', '.join(NAMES)}.")
    python = prepare(extra="test")
    for name in asked:
        say(f"Benchmark {name}")
        run(python, HERE / f"bench_{name}.py", *options)
