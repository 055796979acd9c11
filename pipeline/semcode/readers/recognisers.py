"""Read what speech recognisers write as JSON: Whisper, WhisperX, Deepgram, YouTube."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NoReturn, TypeAlias

from semcode.errors import ReadError
from semcode.readers.assemble import Utterance, assemble
from semcode.readers.files import Source, decode
from semcode.records import Transcript

__all__ = ["read_json"]

Fields: TypeAlias = Mapping[str, object]
"""A JSON object."""


def read_json(data: bytes, *, name: str, source: Source) -> Transcript:
    """Read a recogniser's JSON, told by its keys.

    Whisper and WhisperX have `segments` (WhisperX with a `speaker` on segments or words),
    whisper.cpp `transcription`, Deepgram `results`, YouTube's json3 `events`. Speakers
    given as numbers are called `Speaker 0`. Raises ReadError, listing what was found where
    no shape fits.
    """
    text, notes = decode(data, where=source.name)
    content = _parse(text, source.name)
    utterances = _read(content, source.name)
    return assemble(list(utterances), name=name, source=source, warnings=notes)


def _parse(text: str, where: str) -> object:
    remedy = "Export it from the recogniser again."
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ReadError("the JSON is nested too deeply.", where=where, remedy=remedy) from error
    except ValueError as error:
        line = getattr(error, "lineno", None)
        place = f" (line {line})" if line else ""
        raise ReadError(f"this is not valid JSON{place}.", where=where, remedy=remedy) from error


def _read(content: object, where: str) -> Iterable[Utterance]:
    """Choose the reader by the keys that are there."""
    if isinstance(content, list) and _are_segments(content):
        content = {"segments": content}
    if isinstance(content, dict):
        for key, reader in _READERS.items():
            if isinstance(content.get(key), (dict, list)):
                return reader(content, where)
        if isinstance(content.get("text"), str):
            return [Utterance(None, content["text"])]
    raise ReadError(
        f"this JSON is not a transcript that can be read; it is {_shape(content)}.",
        where=where,
        remedy=f"Expected one of {', '.join(_READERS)}; export as VTT or SRT instead.",
    )


def _are_segments(items: Sequence[object]) -> bool:
    return bool(items) and all(
        isinstance(item, dict) and ("text" in item or "words" in item) for item in items
    )


def _shape(content: object) -> str:
    """Say in a few words what a JSON value is, without what people said."""
    if isinstance(content, dict):
        keys = ", ".join(repr(str(key)[:30]) for key in list(content)[:8])
        return f"an object with the keys {keys}" if keys else "an empty object"
    if isinstance(content, list):
        keys = _shape(content[0]) if content and isinstance(content[0], dict) else ""
        return f"a list of {len(content)}" + (f", the first of them {keys}" if keys else "")
    return {str: "a text", bool: "true or false", type(None): "null"}.get(type(content), "a number")


def _objects(value: object, where: str, path: str) -> list[tuple[str, Fields]]:
    """Give a list's objects with their paths; raise ReadError where it holds other things."""
    if value is None:
        return []
    if not isinstance(value, list):
        _fail(path, "a list", value, where)
    for at, item in enumerate(value):
        if not isinstance(item, dict):
            _fail(f"{path}[{at}]", "an object", item, where)
    return [(f"{path}[{at}]", item) for at, item in enumerate(value)]


def _object(value: object, where: str, path: str) -> Fields:
    if value is None:
        return {}
    if not isinstance(value, dict):
        _fail(path, "an object", value, where)
    return value


def _string(fields: Fields, keys: Sequence[str], where: str, path: str) -> str:
    """Give the first of the keys that is there, as text; '' where none is."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str):
            return value
        if value is not None:
            _fail(f"{path}.{key}", "a text", value, where)
    return ""


def _fail(path: str, wanted: str, found: object, where: str) -> NoReturn:
    raise ReadError(
        f"{path} should be {wanted}, but is {_shape(found)}.",
        where=where,
        remedy="Export it from the recogniser again.",
    )


def _seconds(value: object, unit: float = 1.0) -> float | None:
    """Give a number as seconds; None for everything that is no usable number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not -1e12 < value < 1e12 or not math.isfinite(value):
        return None
    return value * unit


def _speaker(value: object) -> str | None:
    """Name a speaker: a text as it is, a number as `Speaker 0`."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    seconds = _seconds(value)
    return None if seconds is None else f"Speaker {seconds:g}"


# Whisper, WhisperX


def _whisper(content: Fields, where: str) -> Iterator[Utterance]:
    for path, segment in _objects(content["segments"], where, "segments"):
        words = _objects(segment.get("words"), where, f"{path}.words")
        text = _string(segment, ("text",), where, path)
        text = text or _words_text(words, where)
        speaker = _speaker(segment.get("speaker"))
        speakers = _carried([_speaker(word.get("speaker")) for _, word in words])
        if len(set(speakers)) > 1:
            yield from _split(text, words, speakers, where)
        else:
            speaker = speakers[0] if speakers and speakers[0] else speaker
            start, end = _seconds(segment.get("start")), _seconds(segment.get("end"))
            yield Utterance(speaker, text, start, end)


def _carried(speakers: Sequence[str | None]) -> list[str | None]:
    """Give words without a speaker that of the word before, the first ones the next known."""
    carried: list[str | None] = []
    last = next((speaker for speaker in speakers if speaker is not None), None)
    for speaker in speakers:
        last = speaker or last
        carried.append(last)
    return carried


def _split(
    text: str,
    words: Sequence[tuple[str, Fields]],
    speakers: Sequence[str | None],
    where: str,
) -> Iterator[Utterance]:
    """Cut a segment where the speakers of its words change.

    The segment's own text is cut, so that its spaces and marks stay; where a word is not
    found in it, the words themselves are joined.
    """
    runs = [list(run) for _, run in groupby(range(len(words)), key=lambda at: speakers[at])]
    cuts = _cuts(text, words, [run[0] for run in runs], where)
    for number, run in enumerate(runs):
        own = [words[at] for at in run]
        said = text[cuts[number] : cuts[number + 1]] if cuts else _words_text(own, where)
        yield Utterance(speakers[run[0]], said, *_span(own))


def _cuts(
    text: str, words: Sequence[tuple[str, Fields]], firsts: Sequence[int], where: str
) -> list[int]:
    """Find where the `firsts` of the words begin in the text; empty where a word is missing."""
    cuts, position, wanted = [], 0, set(firsts)
    for at, (path, word) in enumerate(words):
        spelled = _string(word, _SPELLINGS, where, path).strip()
        found = text.find(spelled, position)
        if found < 0:
            return []
        if at in wanted:
            cuts.append(found if at else 0)
        position = found + len(spelled)
    return [*cuts, len(text)]


_SPELLINGS = ("punctuated_word", "word", "text")


def _words_text(words: Sequence[tuple[str, Fields]], where: str) -> str:
    spelled = (_string(word, _SPELLINGS, where, path).strip() for path, word in words)
    return " ".join(word for word in spelled if word)


def _span(words: Sequence[tuple[str, Fields]]) -> tuple[float | None, float | None]:
    starts = [_seconds(word.get("start")) for _, word in words]
    ends = [_seconds(word.get("end")) for _, word in words]
    start = next((value for value in starts if value is not None), None)
    return start, next((value for value in reversed(ends) if value is not None), None)


def _whisper_cpp(content: Fields, where: str) -> Iterator[Utterance]:
    for path, part in _objects(content["transcription"], where, "transcription"):
        offsets = _object(part.get("offsets"), where, f"{path}.offsets")
        start, end = (_seconds(offsets.get(key), 0.001) for key in ("from", "to"))
        speaker = _speaker(part.get("speaker"))
        yield Utterance(speaker, _string(part, ("text",), where, path), start, end)


# Deepgram


def _deepgram(content: Fields, where: str) -> list[Utterance]:
    results = _object(content["results"], where, "results")
    said = list(_deepgram_utterances(results, where)) or list(_deepgram_channels(results, where))
    if not said:
        raise ReadError(
            f"`results` holds no transcript; it is {_shape(results)}.",
            where=where,
            remedy="Export it from the recogniser again.",
        )
    if any(utterance.time_start is None for utterance in said):
        return said
    return sorted(said, key=lambda utterance: utterance.time_start or 0.0)


def _deepgram_utterances(results: Fields, where: str) -> Iterator[Utterance]:
    parts = _objects(results.get("utterances"), where, "results.utterances")
    several = len({str(part.get("channel")) for _, part in parts}) > 1
    for path, part in parts:
        channel = _seconds(part.get("channel")) if several else None
        yield _utterance(part, ("transcript",), where, path, channel=channel)


def _utterance(
    part: Fields, keys: Sequence[str], where: str, path: str, *, channel: float | None
) -> Utterance:
    speaker = _on_channel(_speaker(part.get("speaker")), channel)
    start, end = _seconds(part.get("start")), _seconds(part.get("end"))
    return Utterance(speaker, _string(part, keys, where, path), start, end)


def _on_channel(speaker: str | None, channel: float | None) -> str | None:
    """Tell the speakers of several channels apart: each channel numbers its own."""
    if channel is None:
        return speaker
    return f"Channel {channel:g}" + (f" {speaker}" if speaker else "")


def _deepgram_channels(results: Fields, where: str) -> Iterator[Utterance]:
    channels = _objects(results.get("channels"), where, "results.channels")
    for number, (path, channel) in enumerate(channels):
        own = float(number) if len(channels) > 1 else None
        alternatives = _objects(channel.get("alternatives"), where, f"{path}.alternatives")
        for inner, best in alternatives[:1]:
            yield from _deepgram_alternative(best, where, inner, channel=own)


def _deepgram_alternative(
    best: Fields, where: str, path: str, *, channel: float | None
) -> Iterator[Utterance]:
    """Read the best transcript of a channel: by paragraphs, by words, or as a whole."""
    holder = _object(best.get("paragraphs"), where, f"{path}.paragraphs")
    paragraphs = _objects(holder.get("paragraphs"), where, f"{path}.paragraphs.paragraphs")
    words = _objects(best.get("words"), where, f"{path}.words")
    if paragraphs:
        for inner, paragraph in paragraphs:
            speaker = {"speaker": paragraph.get("speaker")}
            for at, part in _objects(paragraph.get("sentences"), where, f"{inner}.sentences"):
                yield _utterance({**part, **speaker}, ("text",), where, at, channel=channel)
    elif words:
        speakers = _carried([_speaker(word.get("speaker")) for _, word in words])
        for utterance in _split("", words, speakers, where):
            named = _on_channel(utterance.speaker, channel)
            yield Utterance(named, utterance.text, utterance.time_start, utterance.time_end)
    else:
        text = _string(best, ("transcript",), where, path)
        yield Utterance(_on_channel(None, channel), text)


# YouTube json3


def _json3(content: Fields, where: str) -> Iterator[Utterance]:
    for path, event in _objects(content["events"], where, "events"):
        parts = _objects(event.get("segs"), where, f"{path}.segs")
        text = "".join(_string(part, ("utf8",), where, inner) for inner, part in parts)
        start = _seconds(event.get("tStartMs"), 0.001)
        length = _seconds(event.get("dDurationMs"), 0.001)
        end = None if start is None or length is None else start + length
        yield Utterance(None, " ".join(text.split()), start, end)


_READERS: Mapping[str, Callable[[Fields, str], Iterable[Utterance]]] = {
    "segments": _whisper,
    "transcription": _whisper_cpp,
    "results": _deepgram,
    "events": _json3,
}
