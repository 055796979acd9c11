"""Encode with onnxruntime called directly: one thread a batch, batches of equal work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.embed.registry import ModelRef
from semcode.embed.vectors import checked, scaled

__all__ = ["OnnxEncoder"]

CHUNK = 1024  # texts tokenised and sorted together: bounds the memory
BATCH_TOKENS = 512  # of 128 to 2048 the fastest: a batch's activations stay in the cache


class OnnxEncoder:
    """A BERT-like encoder with mean pooling, as exported by Optimum.

    Every batch runs on one thread and the threads share the batches, so the vectors are
    the same for any number of threads.
    """

    def __init__(self, ref: ModelRef, folder: Path, *, threads: int | None = None) -> None:
        self.ref = ref
        self._threads = threads or _cores()
        self._session = _session(folder / "onnx" / "model.onnx", middle=ref.middle)
        self._last = [self._session.get_outputs()[0].name]
        self._names = {node.name for node in self._session.get_inputs()}
        self._tokenizer = _tokenizer(folder / "tokenizer.json", max_tokens=ref.max_tokens)

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Give one unit vector a text; see Encoder."""
        return scaled(self._means(texts, self._last, progress)[0])

    def encode_both(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Give the vectors and the middle layer's means, in one go; see Encoder."""
        middle = [self.ref.middle] if self.ref.middle else []
        last, *rest = self._means(texts, self._last + middle, progress)
        return scaled(last), rest[0] if rest else None

    def _means(
        self,
        texts: Sequence[str],
        layers: Sequence[str],
        progress: Callable[[int], None] | None,
    ) -> NDArray[np.float32]:
        """Give the mean over each text's tokens, (n_layers, n_texts, dimension)."""
        means = np.empty((len(layers), len(texts), self.ref.dimension), dtype=np.float32)
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="encode")
        try:
            for start in range(0, len(texts), CHUNK):
                rows = slice(start, start + CHUNK)
                for done in self._encode_chunk(pool, texts[rows], layers, means[:, rows]):
                    if progress is not None:
                        progress(start + done)
        finally:
            pool.shutdown(cancel_futures=True)
        return means

    def _encode_chunk(
        self,
        pool: ThreadPoolExecutor,
        texts: Sequence[str],
        layers: Sequence[str],
        out: NDArray[np.float32],
    ) -> Iterator[int]:
        """Fill `out` and give, after each batch, how many texts are done."""
        tokens = [
            np.array(encoding.ids, dtype=np.int64)
            for encoding in self._tokenizer.encode_batch_fast([_sound(text) for text in texts])
        ]
        done = 0
        batches = list(_batches([len(ids) for ids in tokens]))
        runs = [pool.submit(self._run, [tokens[row] for row in batch], layers) for batch in batches]
        for batch, run in zip(batches, runs, strict=True):
            out[:, batch] = run.result()
            done += len(batch)
            yield done
        for layer in out:
            checked(layer, name=self.ref.name)

    def _run(
        self, tokens: Sequence[NDArray[np.int64]], layers: Sequence[str]
    ) -> NDArray[np.float32]:
        """Pool layers over each text's tokens: (n_layers, len(tokens), dimension)."""
        ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, own in enumerate(tokens):
            ids[row, : len(own)] = own
            mask[row, : len(own)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        named = {name: value for name, value in inputs.items() if name in self._names}
        weight = mask[:, :, None].astype(np.float32)
        return np.stack(
            [
                (hidden * weight).sum(axis=1) / weight.sum(axis=1)
                for hidden in self._session.run(layers, named)
            ]
        )


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group texts of like length, longest first, each group at most BATCH_TOKENS padded."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        if batch and (len(batch) + 1) * lengths[batch[0]] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _session(path: Path, *, middle: str) -> Any:
    """Open a model for the CPU, offline and quiet; its middle layer becomes an output too.

    The basic graph optimisations are the fastest here: the extended ones fuse layer
    normalisation into a kernel that is ten times slower than the plain one.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    beside = "session.model_external_initializers_file_folder_path"
    options.add_session_config_entry(beside, str(path.parent))
    return onnxruntime.InferenceSession(
        path.read_bytes() + _also_output(middle),
        sess_options=options,
        providers=["CPUExecutionProvider"],
    )


def _also_output(name: str) -> bytes:
    """Give what makes a value of the graph an output when it follows a model's own bytes.

    A message of protocol buffers that follows another one adds to it. The numbers are those
    of onnx.proto3: ModelProto.graph is field 7, GraphProto.output 12, ValueInfoProto.name 1.
    """
    if not name:
        return b""
    return _field(7, _field(12, _field(1, name.encode())))


def _field(number: int, content: bytes) -> bytes:
    """Give a field of protocol buffers that holds bytes (fewer than 128)."""
    return bytes([number << 3 | 2, len(content)]) + content


def _tokenizer(path: Path, *, max_tokens: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens)
    return tokenizer


def _sound(text: str) -> str:
    """Replace half surrogate pairs, which are no text, by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
