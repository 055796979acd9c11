"""Lay out where the suggestions come from: every recorded value, and a methods paragraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from semcode.findings.data import ReportData
from semcode.findings.summary import Totals, ordered_codes

__all__ = ["ProvenanceGroup", "group_provenance", "methods_sentences"]

NAMES = {
    "semcode": "semcode version",
    "python": "Python version",
    "config": "Configuration",
    "config_hash": "Configuration hash",
    "files": "Source files",
    "finished": "Finished",
    "hash": "Hash",
    "licence": "Licence",
    "model": "Language model",
    "name": "Name",
    "packages": "Package versions",
    "revision": "Revision",
    "sha256": "SHA-256",
    "started": "Started",
    "version": "Version",
}


@dataclass(frozen=True, slots=True)
class ProvenanceGroup:
    """Values that belong together, as `(name, value)`."""

    title: str
    rows: tuple[tuple[str, str], ...]


def group_provenance(provenance: Mapping[str, object]) -> tuple[ProvenanceGroup, ...]:
    """Flatten nested values: plain ones first as "General", then a group per nested key."""
    plain = [
        (_title(key), _plain(value)) for key, value in provenance.items() if not _nested(value)
    ]
    groups = [ProvenanceGroup("General", tuple(plain))] if plain else []
    for key, value in provenance.items():
        if _nested(value):
            groups.append(ProvenanceGroup(_title(key), tuple(_rows(value))))
    return tuple(groups)


def _nested(value: object) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value)


def _rows(value: object, prefix: str = "") -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        pairs = [(key if prefix else _name(key), item) for key, item in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        pairs = [_entry(index, item) for index, item in enumerate(value, start=1)]
    else:
        return [(prefix, _plain(value))]
    rows: list[tuple[str, str]] = []
    for key, item in pairs:
        name = f"{prefix} / {key}" if prefix else key
        rows += _rows(item, name) if _nested(item) else [(name, _plain(item))]
    return rows


def _entry(index: int, item: object) -> tuple[str, object]:
    if not isinstance(item, Mapping):
        return str(index), item
    name = next((key for key in ("name", "file", "path") if item.get(key)), None)
    rest = {key: value for key, value in item.items() if key != name}
    if any(_nested(value) for value in rest.values()):
        return str(item[name] if name else index), rest
    text = "; ".join(f"{_name(key)} {_plain(value)}" for key, value in rest.items())
    return str(item[name] if name else index), text


def _plain(value: object) -> str:
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, list | tuple | set | frozenset):
        return (
            ", ".join(
                sorted(map(str, value)) if isinstance(value, set | frozenset) else map(str, value)
            )
            or "none"
        )
    return str(value)


def _name(key: object) -> str:
    return NAMES.get(str(key), str(key))


def _title(key: str) -> str:
    return NAMES.get(key, (key[:1].upper() + key[1:]).replace("_", " "))


def methods_sentences(data: ReportData, total: Totals) -> tuple[str, ...]:
    """Write the methods paragraph; a sentence whose facts were not recorded is left out."""
    sentences = (
        _material(total),
        _coding(data),
        _scoring(data),
        _outcome(total),
        _people(total),
        _reproduction(data),
    )
    return tuple(sentence for sentence in sentences if sentence)


def _material(total: Totals) -> str:
    share = f" ({total.participant_words:,} spoken by participants)" if total.words else ""
    return (
        f"The material was {_n(total.transcripts, 'transcript')} of interviews with "
        f"{_n(total.participants, 'participant')}, {_n(total.words, 'word')} in all{share}. What "
        f"participants said was divided into {_n(total.segments, 'segment')}."
    )


def _coding(data: ReportData) -> str:
    tool = " ".join(("semcode", _get(data, "semcode"))).strip()
    python = f" (Python {_get(data, 'python')})" if _get(data, "python") else ""
    name = _get(data, "codebook", "name")
    book = f"the codebook “{name}”" if name else "the codebook"
    facts = [
        f"version {_get(data, 'codebook', 'version')}" if _get(data, "codebook", "version") else "",
        f"hash {_get(data, 'codebook', 'hash')[:12]}" if _get(data, "codebook", "hash") else "",
    ]
    detail = ", ".join(fact for fact in facts if fact)
    return (
        f"Codes were suggested by {tool}{python}, which compared each segment with the "
        f"definition, inclusion notes and examples of {_n(len(ordered_codes(data)), 'code')} "
        f"of {book}{f' ({detail})' if detail else ''}."
    )


def _scoring(data: ReportData) -> str:
    name = _get(data, "model", "name")
    if not name:
        return ""
    facts = [
        f"{word} {_get(data, 'model', key)[:limit]}"
        for key, word, limit in (
            ("revision", "revision", 12),
            ("sha256", "SHA-256", 12),
            ("licence", "licence", 60),
        )
        if _get(data, "model", key)
    ]
    detail = f" ({', '.join(facts)})" if facts else ""
    labels = _get(data, "learner", "labels")
    learned = ""
    if labels:
        learned = (
            f" Scores come from a learner trained on what people decided on {labels} passages."
        )
    elif _get(data, "learner", "origin"):
        learned = " Scores come from a learner trained in another study."
    return f"Similarity was measured with the sentence-embedding model {name}{detail}.{learned}"


def _outcome(total: Totals) -> str:
    left = total.segments - total.coded
    return (
        f"This gave {_n(total.suggestions, 'suggestion')}; {_n(total.coded, 'segment')} "
        f"({_percent(total.coded, total.segments)}) had at least one that was not rejected, "
        f"{left:,} ({_percent(left, total.segments)}) had none."
    )


def _people(total: Totals) -> str:
    codings = (
        f"People had made {_n(total.codings, 'coding')} ({_n(total.coders, 'coder')})."
        if total.codings
        else "No coding by a person was recorded."
    )
    return (
        f"When this report was written, people had accepted {total.accepted:,} and rejected "
        f"{total.rejected:,} of the suggestions; {total.waiting:,} were waiting for a decision. "
        f"{codings}"
    )


def _reproduction(data: ReportData) -> str:
    facts = [
        f"random seed {_get(data, 'seed')}" if _get(data, "seed") else "",
        f"configuration hash {_get(data, 'config_hash')[:12]}" if _get(data, "config_hash") else "",
        f"run finished {_get(data, 'run', 'finished')}" if _get(data, "run", "finished") else "",
    ]
    known = [fact for fact in facts if fact]
    if not known:
        return ""
    return f"The same input, configuration and seed give the same suggestions ({', '.join(known)})."


def _get(data: ReportData, *keys: str) -> str:
    value: object = data.provenance
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return "" if value is None or _nested(value) else _plain(value)


def _n(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "0%"
