"""Set semcode up and run it on the starter study: python3 scripts/demo.py"""

from __future__ import annotations

import sys

from environment import prepare, run, say

if __name__ == "__main__":
    python = prepare()
    say("Coding the starter study")
    run(python, "-m", "semcode", "demo", *(sys.argv[1:] or ["demo-study"]))
    say(f"The command is {python.with_name('semcode')}; for your own interviews see README.md")
