"""Label Studio's ML backend: predictions for tasks, learning from annotations.

Positions are code points, as Label Studio has stored them since 1.5; older annotations in
UTF-16 units are told by the words that they carry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from semcode.archives import parse_xml
from semcode.errors import InputError
from semcode.study.learning.tagging import Guess, Tag, Taggers, TagLearner, touched_sentences

__all__ = ["Config", "learn", "predict", "project_of", "read_config"]

Span = tuple[int, int]

_MOST = 3  # labels a sentence
_TEXTS = ("Text", "HyperText")
_CONTROLS = {"Labels": "Label", "Choices": "Choice"}
_LEARNED = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED")


@dataclass(frozen=True, slots=True)
class Config:
    """The parts of a labelling interface that semcode answers for.

    `kind` is "labels" (spans) or "choices" (the whole text); `field` the task's data.
    """

    kind: str
    name: str
    to: str
    field: str
    tags: tuple[Tag, ...]
    several: bool = True


class _Interface:
    """Collects the tags of a labelling interface as the parser meets them."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.controls: list[tuple[str, dict[str, str], list[Tag]]] = []

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        if tag in _TEXTS and "name" in attributes:
            self.texts[attributes["name"]] = attributes.get("value", "").lstrip("$")
        elif tag in _CONTROLS:
            self.controls.append((tag, attributes, []))
        elif self.controls and tag == _CONTROLS[self.controls[-1][0]] and "value" in attributes:
            said = attributes.get("hint", "") or attributes.get("title", "")
            self.controls[-1][2].append(Tag(attributes["value"], said))

    def end(self, tag: str, /) -> None: ...

    def data(self, data: str, /) -> None: ...


def read_config(xml: str) -> Config:
    """Read a labelling interface: the first Labels or Choices over a text.

    Raises InputError where there is none.
    """
    found = _Interface()
    parse_xml(xml.encode(), found, where="the labelling interface")
    for tag, attributes, tags in found.controls:
        to = attributes.get("toName", "")
        if to in found.texts and tags:
            return Config(
                kind=tag.lower(),
                name=attributes.get("name", ""),
                to=to,
                field=found.texts[to],
                tags=tuple(tags),
                several=tag == "Labels" or attributes.get("choice", "single") != "single",
            )
    raise InputError(
        "The labelling interface has no Labels or Choices for a text.",
        where="label_config",
        remedy='Use for example <Text name="text" value="$text"/> with <Labels toName="text">.',
    )


def project_of(body: Mapping[str, Any]) -> str:
    """Give the project's number from its "12.1700000000" or its record."""
    project = body.get("project", "")
    number = project.get("id", "") if isinstance(project, Mapping) else project
    return str(number).partition(".")[0]


def predict(
    tasks: Sequence[Mapping[str, Any]],
    config: Config,
    learner: TagLearner,
    taggers: Taggers,
    *,
    floor: float,
) -> list[dict[str, Any]]:
    """Give one prediction a task, in their order."""
    return [_predict(_text(task, config), config, learner, taggers, floor) for task in tasks]


def learn(
    action: str, body: Mapping[str, Any], config: Config, learner: TagLearner, taggers: Taggers
) -> bool:
    """Take one annotation, or its removal, and train behind; False for what is no news."""
    if action == "START_TRAINING":
        learner.train()
        return True
    if action not in (*_LEARNED, "ANNOTATION_DELETED", "ANNOTATIONS_DELETED"):
        return False
    task = body.get("task") or {}
    document = str(task.get("id", "")) if isinstance(task, Mapping) else str(task)
    if action in _LEARNED:
        result = (body.get("annotation") or {}).get("result") or []
        learner.teach(document, _labelled(_text(task, config), result, config, taggers))
    else:
        learner.teach(document, [])
    learner.train()
    return True


def _text(task: Mapping[str, Any], config: Config) -> str:
    data = task.get("data") or {}
    text = data.get(config.field, "") if isinstance(data, Mapping) else ""
    return text if isinstance(text, str) else ""


def _predict(
    text: str, config: Config, learner: TagLearner, taggers: Taggers, floor: float
) -> dict[str, Any]:
    if config.kind == "choices":
        result = _choices(text, config, learner, floor)
    else:
        result = list(_regions(text, config, learner, taggers, floor))
    scores = [region["score"] for region in result]
    mean = sum(scores) / len(scores) if scores else 0.0
    return {"result": result, "score": mean, "model_version": learner.version}


def _choices(text: str, config: Config, learner: TagLearner, floor: float) -> list[dict[str, Any]]:
    if not text.strip():
        return []
    guesses = learner.predict([text], floor=0.0 if not config.several else floor)[0]
    chosen = guesses if config.several else guesses[:1]
    if not chosen:
        return []
    value = {"choices": [guess.tag for guess in chosen]}
    return [_region(config, value, max(guess.probability for guess in chosen))]


def _regions(
    text: str, config: Config, learner: TagLearner, taggers: Taggers, floor: float
) -> list[dict[str, Any]]:
    spans = taggers.sentences(text)
    found = learner.predict([text[start:end] for start, end in spans], floor=floor)
    return [
        _region(config, _place(text, span, guess), guess.probability)
        for span, guesses in zip(spans, found, strict=True)
        for guess in guesses[:_MOST]
    ]


def _place(text: str, span: Span, guess: Guess) -> dict[str, Any]:
    start, end = span
    return {"start": start, "end": end, "text": text[start:end], "labels": [guess.tag]}


def _region(config: Config, value: Mapping[str, Any], score: float) -> dict[str, Any]:
    return {
        "id": uuid4().hex[:10],
        "from_name": config.name,
        "to_name": config.to,
        "type": config.kind,
        "value": dict(value),
        "score": score,
    }


def _labelled(
    text: str, result: Sequence[Mapping[str, Any]], config: Config, taggers: Taggers
) -> list[tuple[str, list[str]]]:
    """Give what an annotation says: all of a submitted task was read."""
    own = [r for r in result if r.get("from_name") == config.name]
    if config.kind == "choices":
        chosen = [str(c) for r in own for c in r.get("value", {}).get("choices", ())]
        return [(text, chosen)] if text.strip() else []
    spans = taggers.sentences(text)
    tags: list[list[str]] = [[] for _ in spans]
    for region in own:
        value = region.get("value", {})
        for number in touched_sentences(spans, _span(text, value)):
            tags[number] += [str(label) for label in value.get("labels", ())]
    return [(text[start:end], found) for (start, end), found in zip(spans, tags, strict=True)]


def _span(text: str, value: Mapping[str, Any]) -> Span:
    """Read a region's positions as code points, or as UTF-16 where its words lie there."""
    start, end = int(value.get("start", 0)), int(value.get("end", 0))
    words = str(value.get("text") or "")
    if words and text[start:end] != words:
        units = text.encode("utf-16-le", "surrogatepass")
        before = len(units[: 2 * start].decode("utf-16-le", "replace"))
        if text[before : before + len(words)] == words:
            return before, before + len(words)
    return start, end
