"""Measure import and export of a project: 60 sources, 500 codes, 50,000 codings, and fractions.

pyrefiqda is measured on the same file where it is installed (its own environment is best:
name its Python in SEMCODE_BENCH_PYREFIQDA).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

SOURCES, CODES, CODINGS, WORDS = 60, 500, 50_000, 8_000
SPOKEN = (
    "and then we moved out of the house because nobody could pay for it so I asked my sister "
    "whether the children might stay with her while I was in the program, which helped a lot"
)
MEASURE = """
import resource, sys, time
started = time.process_time()
{body}
spent = time.process_time() - started
print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
PARSE = """
from pathlib import Path
from semcode.exchange.reading import read_project
started = time.process_time()
read_project(Path(sys.argv[1]))
"""
IMPORT = """
from pathlib import Path
from semcode.study.exchange.importing import study_from_project
started = time.process_time()
study_from_project(Path(sys.argv[2]), Path(sys.argv[1]))
"""
EXPORT = """
from semcode import Study
with Study(sys.argv[2]) as study:
    started = time.process_time()
    study.export(sys.argv[3])
    spent = time.process_time() - started
"""
PYREFIQDA = """
from pyrefiqda import RefiProject
started = time.process_time()
RefiProject.load(sys.argv[1], sys.argv[2])
"""


def guid(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


def interview(chance: random.Random) -> str:
    said, words = [], 0
    while words < WORDS:
        count = chance.randrange(5, 120)
        words += count
        who = "Interviewer" if len(said) % 2 == 0 else "Participant"
        said.append(f"{who}: {' '.join(chance.choices(SPOKEN.split(), k=count))}.")
    return "\n\n".join(said)


def write_project(path: Path, share: float) -> None:
    chance = random.Random(1)
    codes = [guid(chance) for _ in range(CODES)]
    user = guid(chance)
    sources = [(guid(chance), interview(chance)) for _ in range(int(SOURCES * share))]
    parts = ['<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" ']
    parts.append(f'name="bench" origin="bench"><Users><User guid="{user}" name="Ana"/></Users>')
    parts.append("<CodeBook><Codes>")
    for number, code in enumerate(codes):
        parts.append(f'<Code guid="{code}" name="code {number}" isCodable="true"/>')
    parts.append("</Codes></CodeBook><Sources>")
    each = int(CODINGS * share) // len(sources)
    for number, (name, text) in enumerate(sources):
        path_ = f"internal://{name}.txt"
        parts.append(f'<TextSource guid="{name}" name="P{number:02}" plainTextPath="{path_}">')
        starts = [0, *(i + 1 for i, letter in enumerate(text) if letter == " ")]
        for _ in range(each):
            first = chance.randrange(len(starts) - 60)
            start, end = starts[first], starts[first + chance.randrange(3, 50)] - 1
            parts.append(
                f'<PlainTextSelection guid="{guid(chance)}" name="" startPosition="{start}" '
                f'endPosition="{end}" creatingUser="{user}" '
                f'creationDateTime="2024-03-01T10:00:00Z"><Coding guid="{guid(chance)}" '
                f'creatingUser="{user}" creationDateTime="2024-03-01T10:00:00Z">'
                f'<CodeRef targetGUID="{chance.choice(codes)}"/></Coding></PlainTextSelection>'
            )
        parts.append("</TextSource>")
    parts.append("</Sources></Project>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", "".join(parts))
        for name, text in sources:
            archive.writestr(f"sources/{name}.txt", text)


def measure(python: str, body: str, *arguments: object) -> tuple[float, float]:
    """Give processor seconds, from the last `started` on, and megabytes of a process of its own."""
    done = subprocess.run(
        [python, "-c", MEASURE.format(body=body), *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


def main() -> None:
    """Print seconds and megabytes for a quarter, a half and the whole, and the peer's."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        print("share  codings    parse s    MB   import s    MB   export s    MB")
        for share in (0.25, 0.5, 1.0):
            project, study = home / f"{share}.qdpx", home / f"study-{share}"
            write_project(project, share)
            rows = [
                measure(sys.executable, PARSE, project),
                measure(sys.executable, IMPORT, project, study),
                measure(sys.executable, EXPORT, project, study, home / "out.qdpx"),
            ]
            told = "  ".join(f"{seconds:9.2f} {memory:5.0f}" for seconds, memory in rows)
            print(f"{share:5.2f}  {int(CODINGS * share):7,} {told}")
        compare(project, home / "extracted", rows[0][0])


def compare(project: Path, folder: Path, ours: float) -> None:
    """Let pyrefiqda parse the same file, if it is installed."""
    python = os.environ.get("SEMCODE_BENCH_PYREFIQDA", sys.executable)
    try:
        seconds, memory = measure(python, PYREFIQDA, project, folder)
    except subprocess.CalledProcessError:
        print("pyrefiqda is not installed here: not compared (see the head of this script).")
        return
    print(f"pyrefiqda parses it in {seconds:.2f} s, {memory:.0f} MB: {seconds / ours:.1f}x ours")


if __name__ == "__main__":
    main()
