"""Measure embedding: against plain sentence-transformers, the processor's floor, and memory.

The floor is the time that the model's matrix products alone would take at the fastest
single-precision product that any installed library reaches here on one core, times the cores,
for the texts' own token counts and without padding. For a text of L tokens in a BERT of N
layers, hidden size D and feed-forward size F that is N * (2 L (4 D^2 + 2 D F) + 4 L^2 D)
operations: four projections, two feed-forward products, and the two products of attention.

Processor time counts what the process itself used: it holds where other programs run at the
same time, seconds do not.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semcode.embed import encode_stream, load_encoder, resolve, spacy_pipeline, verify
from semcode.embed.offline import offline_and_quiet

ROUNDS = 3
TEXTS = 600
LAYERS, HIDDEN, FORWARD = 6, 384, 1536
ROOT = Path(__file__).resolve().parent.parent
INTERVIEWS = ROOT.parent / "shared" / "data" / "mlss" / "transcripts"
STARTER = ROOT / "data" / "starter"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result: what was measured, its value, the least or most it should be."""

    name: str
    value: float
    unit: str
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """What a piece of work took: seconds, and seconds of processor time over all threads."""

    seconds: float
    processor: float


def run(segments: Sequence[str], *, rounds: int = ROUNDS) -> list[Row]:
    """Measure the encoder on the segments; medians of interleaved rounds, ratios paired."""
    from sentence_transformers import SentenceTransformer

    ref = resolve("all-MiniLM-L6-v2")
    ours = load_encoder(ref)
    with offline_and_quiet():
        plain = SentenceTransformer(str(verify(resolve(ref.reference))), device="cpu")
    work = operations(segments, verify(ref), max_tokens=ref.max_tokens) / 1e9
    reference, vectors = plain.encode(list(segments)), ours.encode(segments)
    peak = _cores() * _peak()
    pairs = []
    for _ in range(rounds):
        own = _clock(lambda: ours.encode(segments))
        pairs.append((own, _clock(lambda: plain.encode(list(segments)))))
    own_s = statistics.median(own.seconds for own, _ in pairs)
    plain_s = statistics.median(theirs.seconds for _, theirs in pairs)
    speedup = statistics.median(theirs.seconds / own.seconds for own, theirs in pairs)
    lean = _one_thread(plain, segments[::4], rounds)
    of_floor = work / peak / min(own.seconds for own, _ in pairs)
    busy = work / peak * _cores() / min(own.processor for own, _ in pairs)
    likeness = (vectors * reference).sum(axis=1)
    least = float(likeness.min())
    return [
        Row("texts", len(segments), ""),
        Row("work", work, "GFLOP"),
        Row("fastest matrix product", peak, "GFLOP/s"),
        Row("floor", work / peak, "s"),
        Row("semcode", own_s, "s"),
        Row("plain sentence-transformers", plain_s, "s"),
        Row("semcode", len(segments) / own_s, "texts/s"),
        Row("faster than plain", speedup, "x", ">= 1.3", speedup >= 1.3),
        Row("the same, one thread, processor time", lean, "x"),
        Row("share of the floor, best round", of_floor, "", ">= 0.70", of_floor >= 0.70),
        Row("share of the floor, processor time", busy, "", ">= 0.70", busy >= 0.70),
        Row("cosine to plain, least", least, "", ">= 0.9999", least >= 0.9999),
        Row("cosine to plain, mean", float(likeness.mean()), ""),
    ]


def memory(segments: Sequence[str], *, times: Sequence[int] = (1, 4, 16)) -> list[Row]:
    """Measure the peak memory of a fresh process that encodes the segments so many times."""
    peaks = []
    for count in times:
        command = [sys.executable, __file__, "--memory", str(count)]
        text = "\0".join(segments)
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        peaks.append(float(done.stdout))
    growth = peaks[-1] / peaks[0]
    rows = [Row(f"peak memory, {n}x texts", mb, "MB") for n, mb in zip(times, peaks, strict=True)]
    return [*rows, Row("growth of memory", growth, "x", "<= 1.1", growth <= 1.1)]


def operations(segments: Sequence[str], folder: Path, *, max_tokens: int) -> int:
    """Count the operations of the model's matrix products for texts without padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens)
    lengths = (len(one.ids) for one in tokenizer.encode_batch(list(segments)))
    linear = 4 * HIDDEN**2 + 2 * HIDDEN * FORWARD
    return sum(LAYERS * (2 * n * linear + 4 * n * n * HIDDEN) for n in lengths)


def load_segments(count: int = TEXTS) -> list[str]:
    """Cut the interviews beside the checkout, else the starter data; evenly chosen segments."""
    from semcode.readers import Failure, read
    from semcode.segment import SegmentSettings, segment

    folder = INTERVIEWS if INTERVIEWS.is_dir() else STARTER
    nlp = spacy_pipeline()
    texts = [
        transcript.text[one.start : one.end]
        for transcript in read([folder])
        if not isinstance(transcript, Failure)
        for one in segment(transcript, nlp=nlp, settings=SegmentSettings())
    ]
    return texts[:: max(1, len(texts) // count)][:count]


def show(rows: Sequence[Row]) -> str:
    """Lay the rows out as a table."""
    verdicts = {None: "", True: "met", False: "MISSED"}
    return "\n".join(
        f"{row.name:38s} {row.value:12.7g} {row.unit:8s} {row.target:10s} {verdicts[row.met]}"
        for row in rows
    )


def _clock(work: Callable[[], object]) -> Clock:
    seconds, processor = time.perf_counter(), time.process_time()
    work()
    return Clock(time.perf_counter() - seconds, time.process_time() - processor)


def _one_thread(plain: Any, segments: Sequence[str], rounds: int) -> float:
    """Compare processor time where each side has one thread, so that no thread waits busily."""
    import torch

    ours = load_encoder(resolve("all-MiniLM-L6-v2"), threads=1)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        ratios = []
        for _ in range(rounds):
            own = _clock(lambda: ours.encode(segments))
            theirs = _clock(lambda: plain.encode(list(segments)))
            ratios.append(theirs.processor / own.processor)
    finally:
        torch.set_num_threads(before)
    return statistics.median(ratios)


def _peak() -> float:
    """Give the best GFLOP/s of one core over all products, each tried for half a second."""
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    best, before = 0.0, torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        for work, product in _products():
            end = time.perf_counter() + 0.5
            while time.perf_counter() < end:
                best = max(best, work / _clock(product).seconds / 1e9)
    torch.set_num_threads(before)
    return best


def _products() -> Iterator[tuple[int, Callable[[], object]]]:
    """Give (operations, a matrix product) of numpy, torch and onnxruntime."""
    import onnxruntime
    import torch

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(_matmul_model(), options)
    random = np.random.default_rng(0)
    for m, k, n in ((512, 384, 1536), (512, 1536, 384), (512, 512, 512)):
        a = random.random((m, k), dtype=np.float32)
        b = random.random((k, n), dtype=np.float32)
        work = 2 * m * k * n
        yield work, _bind(np.matmul, a, b)
        yield work, _bind(torch.mm, torch.from_numpy(a), torch.from_numpy(b))
        yield work, _bind(session.run, None, {"a": a, "b": b})


def _bind(function: Callable[..., object], *arguments: Any) -> Callable[[], object]:
    return lambda: function(*arguments)


def _matmul_model() -> bytes:
    """Write the ONNX model c = a @ b (protocol buffers, by hand: fields of onnx.proto)."""
    node = _field(1, b"a") + _field(1, b"b") + _field(2, b"c") + _field(4, b"MatMul")
    values = b"".join(_field(11, _matrix(name)) for name in (b"a", b"b"))
    graph = _field(1, node) + _field(2, b"g") + values + _field(12, _matrix(b"c"))
    return b"\x08\x08" + _field(7, graph) + _field(8, b"\x10\x11")  # IR version 8, opset 17


def _matrix(name: bytes) -> bytes:
    shape = b"".join(_field(1, _field(2, name + axis)) for axis in (b"0", b"1"))
    return _field(1, name) + _field(2, _field(1, b"\x08\x01" + _field(2, shape)))


def _field(number: int, content: bytes) -> bytes:
    size, length = len(content), b""
    while size > 127:
        length, size = length + bytes([size & 127 | 128]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _encode_and_tell(count: int) -> None:
    """Encode the texts on standard input `count` times and print the peak memory in MB."""
    texts = sys.stdin.read().split("\0")
    stream = itertools.chain.from_iterable(itertools.repeat(texts, count))
    encoder = load_encoder(resolve("all-MiniLM-L6-v2"))
    for vectors in encode_stream(encoder, stream):
        del vectors
    print(_peak_memory())


def _peak_memory() -> float:
    """Give this process's peak memory in MB; Linux's own figure leaves the parent's out."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Measure and print; with --memory, be the process that is measured."""
    if sys.argv[1:2] == ["--memory"]:
        _encode_and_tell(int(sys.argv[2]))
        return
    segments = load_segments()
    print(show([*run(segments), *memory(segments)]))


if __name__ == "__main__":
    main()
