"""Measure finding topics against BERTopic's own defaults, on the same embeddings.

    python scripts/bench_topics.py [--rounds 3] [--stability] [--many 100000]

The 36 interviews of MLSS (beside the checkout) where they are, else the starter study. Ours is
`semcode.topics.find_topics`: it chooses the number of topics, clusters, and describes each by
terms and quotes. The peer is `BERTopic().fit_transform` with the same vectors. Both have run once
before, so that no compiling is measured; rounds alternate, and medians of paired ratios are given.
`--stability` adds ten seeds and every interview left out; `--many` the time until the page of
topics and the map stand ready for so many segments, with five codings a segment.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from semcode import Study
from semcode.study.progress import Silent
from semcode.study.topics.material import Material, gather
from semcode.topics import find_topics, positions, stability

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "mlss" / "transcripts"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turn (default: 3)")
    parser.add_argument("--stability", action="store_true", help="time stability too")
    parser.add_argument(
        "--many", type=int, default=0, help="only: page and map of so many made-up segments"
    )
    options = parser.parse_args()
    if options.many:
        many(options.many)
        return
    with TemporaryDirectory() as folder:
        if DATA.is_dir():
            study = Study.create(Path(folder) / "study", codebook="sem")
            study.add([DATA])
        else:
            study = Study.from_starter(Path(folder) / "study", "postpartum")
        with study:
            material = gather(study, Silent())
        compare(material, options.rounds)
        if options.stability:
            hold(material)


def compare(material: Material, rounds: int) -> None:
    own = np.flatnonzero(material.long)
    texts, who = [material.texts[r] for r in own], [material.who[r] for r in own]
    vectors = material.vectors[own]

    def ours() -> int:
        return len(find_topics(texts, vectors, who).topics)

    def peer() -> int:
        from bertopic import BERTopic

        return len(set(BERTopic().fit_transform(texts, embeddings=vectors)[0]) - {-1})

    print(f"{len(own):,} segments; topics: ours {ours()}, BERTopic's defaults {peer()}")
    pairs = [(timed(ours), timed(peer)) for _ in range(rounds)]
    for place, name in enumerate(("seconds", "processor seconds")):
        mine, theirs = (median(pair[side][place] for pair in pairs) for side in (0, 1))
        ratio = median(one[place] / other[place] for one, other in pairs)
        print(f"{name}: ours {mine:.1f}, BERTopic {theirs:.1f}; ratio {ratio:.2f} (at most 1)")
    print(f"map: {timed(lambda: positions(material.vectors))[1]:.1f} processor seconds")


def hold(material: Material) -> None:
    own = np.flatnonzero(material.long)
    texts, who = [material.texts[r] for r in own], [material.who[r] for r in own]
    found = find_topics(texts, material.vectors[own], who)
    begun = time.process_time()
    held = stability(material.vectors[own], who, found.labels, found.plan)
    spent = time.process_time() - begun
    print(f"stability: {spent:.0f} processor seconds; seeds {held.seeds}, left out {held.left_out}")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Give the seconds, and the processor's, of a piece of work."""
    wall, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - used


def many(segments: int) -> None:
    """Time the page and the map of a large study that is made up."""
    from made_up_topics import fill

    from semcode.study.topics import topic_map, topics_page

    with TemporaryDirectory() as folder, Study.create(Path(folder) / "study") as study:
        codings = fill(study, segments, each=5)
        page = timed(lambda: topics_page(study))
        drawn = timed(lambda: topic_map(study, most=20_000))
        whole = timed(lambda: topic_map(study))
        print(f"{segments:,} segments, {codings:,} codings (seconds, processor seconds)")
        print(f"page of topics {page[0]:.1f}, {page[1]:.1f}")
        print(f"map of 20,000 points {drawn[0]:.1f}, {drawn[1]:.1f}")
        print(f"map of all points {whole[0]:.1f}, {whole[1]:.1f}")


if __name__ == "__main__":
    main()
