"""Measure suggest: what it costs beside embedding, what a second call costs, how memory grows."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTERVIEWS = ROOT.parent / "shared" / "data" / "mlss" / "transcripts"
STARTER = ROOT / "data" / "starter" / "postpartum" / "transcripts"

#: Run in a process of its own, so that imports count and memory is that of one call.
_CHILD = """
import json, resource, sys, time
started = time.perf_counter()
from semcode import embed, Study
spent = {"encode": 0.0}
load = embed.load_encoder
def timed_load(*args, **kwargs):
    encoder = load(*args, **kwargs)
    encode = encoder.encode
    class Timed:
        ref = encoder.ref
        def encode(self, texts, progress=None):
            begun = time.perf_counter()
            try:
                return encode(texts, progress=progress)
            finally:
                spent["encode"] += time.perf_counter() - begun
    return Timed()
embed.load_encoder = timed_load
folder, *files = sys.argv[1:]
with Study(folder) as study:
    if files:
        study.add(files)
    done = study.suggest()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"total": time.perf_counter() - started, "encode": spent["encode"],
                  "segments": done.segments, "peak_mb": peak}))
"""


def main() -> None:
    """Print the tables as Markdown."""
    files = sorted(INTERVIEWS.glob("*.txt")) or sorted(STARTER.iterdir())
    runs = [_first_and_second(files) for _ in range(3)]
    rest = statistics.median(
        (first["total"] - first["encode"]) / first["encode"] for first, _ in runs
    )
    again = statistics.median(second["total"] / first["total"] for first, second in runs)
    segments = runs[0][0]["segments"]
    print(f"\n{len(files)} interviews, {segments:,} segments; medians of 3 runs.\n")
    print("| what | ratio | target |\n|---|---|---|")
    print(f"| imports, reading, cutting, scoring, storing / embedding | {rest:.2f} | <= 0.60 |")
    print(f"| a second call with nothing new / the first | {again:.3f} | < 0.05 |")
    print("\n| corpus | segments | peak memory, MB |\n|---|---|---|")
    base = files[:3]
    for times in (1, 4, 16):
        found = _copies(base, times)
        print(f"| {times}x | {found['segments']:,} | {found['peak_mb']:.0f} |", flush=True)


def _first_and_second(files: list[Path]) -> tuple[dict[str, float], dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        _semcode("init", study)
        return _child(study, *files), _child(study)


def _copies(files: list[Path], times: int) -> dict[str, float]:
    """Suggest for copies that differ in every paragraph, so that no vector is found again."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in"
        source.mkdir()
        for number in range(times):
            for file in files:
                text = file.read_text(encoding="utf-8", errors="replace")
                changed = text.replace(". ", f", as I told you {number} times. ")
                (source / f"{file.stem}-{number}.txt").write_text(changed, encoding="utf-8")
        study = Path(folder) / "study"
        _semcode("init", study)
        return _child(study, source)


def _semcode(*arguments: object) -> None:
    command = [sys.executable, "-m", "semcode", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def _child(*arguments: object) -> dict[str, float]:
    command = [sys.executable, "-c", _CHILD, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def startup() -> None:
    """Print how long `semcode --help` takes against an empty Python program."""
    ours, empty = [], []
    for _ in range(15):
        empty.append(_time([sys.executable, "-c", "pass"]))
        ours.append(_time([sys.executable, "-m", "semcode", "--help"]))
    ratio = statistics.median(a / b for a, b in zip(ours, empty, strict=True))
    print("\n| what | ratio | target |\n|---|---|---|")
    print(f"| `semcode --help` / `python -c pass` (median of 15 pairs) | {ratio:.2f} | < 3 |")


def _time(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    startup()
    main()
