"""INCEpTION's external recommender: predictions for a document, training on documents.

The protocol is that of INCEpTION's ExternalRecommender, version 1: documents as XMI, one
answer with the predictions in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from semcode.archives import check_xml
from semcode.errors import InputError
from semcode.study.learning.tagging import Guess, Tag, Taggers, TagLearner, touched_sentences

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

__all__ = ["Request", "predict", "read_request", "train"]

Span = tuple[int, int]

_SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
_PREDICTED = "inception_internal_predicted"
_SINGLE = "singleToken"
_MOST = 3  # tags a sentence


@dataclass(frozen=True, slots=True)
class Request:
    """What INCEpTION asks: a layer and feature of a project, and the documents."""

    layer: str
    feature: str
    project: str
    anchoring: str
    range: Span | None
    tags: tuple[Tag, ...]
    type_system: str
    documents: tuple[tuple[str, str], ...]  # id and XMI

    @property
    def key(self) -> str:
        """Name the learner: one for each project, layer and feature."""
        return f"inception/{self.project}/{self.layer}/{self.feature}"


def read_request(body: Mapping[str, Any]) -> Request:
    """Read the JSON of /predict or /train. Raises InputError for what is missing."""
    try:
        metadata = body["metadata"]
        documents = body["documents"] if "documents" in body else [body["document"]]
        found = metadata.get("range") or {}
        return Request(
            layer=str(metadata["layer"]),
            feature=str(metadata["feature"]),
            project=str(metadata.get("projectId", "")),
            anchoring=str(metadata.get("anchoringMode", "")),
            range=(int(found["begin"]), int(found["end"])) if found else None,
            tags=_tags(body.get("tagsets") or metadata.get("tagsets") or ()),
            type_system=str(body["typeSystem"]),
            documents=tuple(
                (str(d.get("documentId", number)), str(d["xmi"]))
                for number, d in enumerate(documents)
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"This is not a request of INCEpTION's external recommender: {error!r}.",
            remedy="Set the recommender's address to the one that semcode serve printed.",
        ) from error


def predict(request: Request, taggers: Taggers, *, floor: float) -> str:
    """Give the document as XMI with a prediction for each sentence and likely tag.

    A layer on single tokens gets none: semcode reads sentences.
    """
    cas, types = _load(request, request.documents[0][1])
    _require(types, request)
    for old in list(cas.select(request.layer)):
        if old.get(_PREDICTED):
            cas.remove(old)
    if request.anchoring != _SINGLE:
        _predict(cas, types, request, taggers.learner(request.key, request.tags), taggers, floor)
    return str(cas.to_xmi())


def train(request: Request, taggers: Taggers) -> bool:
    """Learn from all documents, behind; False where training is under way already."""
    learner = taggers.learner(request.key, request.tags or _used_tags(request))
    for document, xmi in request.documents:
        cas, types = _load(request, xmi)
        _require(types, request)
        learner.teach(document, _labelled(cas, request, taggers))
    return learner.train()


def _tags(tagsets: Sequence[Mapping[str, Any]]) -> tuple[Tag, ...]:
    found = (tag for tagset in tagsets for tag in tagset.get("tags") or ())
    return tuple(
        Tag(str(tag.get("name") or tag["tag"]), str(tag.get("description") or "")) for tag in found
    )


def _used_tags(request: Request) -> list[Tag]:
    """Give the tags that occur, where INCEpTION does not say which there are."""
    names: dict[str, None] = {}
    for _, xmi in request.documents:
        for annotation in _load(request, xmi)[0].select(request.layer):
            value = annotation.get(request.feature)
            if value and not annotation.get(_PREDICTED):
                names[str(value)] = None
    return [Tag(name) for name in sorted(names)]


def _load(request: Request, xmi: str) -> tuple[Cas, TypeSystem]:
    from cassis import load_cas_from_xmi, load_typesystem

    check_xml(xmi.encode(), where="the document")
    check_xml(request.type_system.encode(), where="the type system")
    try:
        types = load_typesystem(request.type_system)
        return load_cas_from_xmi(xmi, typesystem=types, lenient=True), types
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        raise InputError(f"The document cannot be read as XMI: {error}.") from error


def _require(types: TypeSystem, request: Request) -> None:
    known = types.contains_type(request.layer)
    if not known or types.get_type(request.layer).get_feature(request.feature) is None:
        raise InputError(
            f"The project has no layer {request.layer!r} with a feature {request.feature!r}.",
            remedy="Choose the recommender's layer and feature anew.",
        )


def _sentences(cas: Cas, request: Request, taggers: Taggers) -> list[Span]:
    """Give the document's own sentences, or ours where it has none; inside the range asked."""
    text = cas.sofa_string or ""
    own = []
    if cas.typesystem.contains_type(_SENTENCE):
        own = [(int(s.begin), int(s.end)) for s in cas.select(_SENTENCE)]
    spans = own or taggers.sentences(text)
    if request.range is None:
        return [span for span in spans if text[slice(*span)].strip()]
    first, last = request.range
    return [(b, e) for b, e in spans if e > first and b < last and text[b:e].strip()]


def _predict(
    cas: Cas,
    types: TypeSystem,
    request: Request,
    learner: TagLearner,
    taggers: Taggers,
    floor: float,
) -> None:
    kind = types.get_type(request.layer)
    features = {feature.name for feature in kind.all_features}
    spans = _sentences(cas, request, taggers)
    text = cas.sofa_string or ""
    guesses = learner.predict([text[begin:end] for begin, end in spans], floor=floor)
    for (begin, end), found in zip(spans, guesses, strict=True):
        for guess in found[:_MOST]:
            values = _values(request.feature, guess, learner)
            values = {name: value for name, value in values.items() if name in features}
            cas.add(kind(begin=begin, end=end, **values))


def _values(feature: str, guess: Guess, learner: TagLearner) -> dict[str, object]:
    basis = (
        f"learned from {learner.trained_on:,} labelled sentences"
        if learner.trained_on
        else "from what the tag says"
    )
    return {
        feature: guess.tag,
        f"{feature}_score": guess.probability,
        f"{feature}_score_explanation": f"probability {guess.probability:.2f}, {basis}",
        f"{feature}_auto_accept": False,
        _PREDICTED: True,
    }


def _labelled(cas: Cas, request: Request, taggers: Taggers) -> list[tuple[str, list[str]]]:
    """Give each sentence that holds a label with its tags.

    A sentence without any may not have been read yet, and says nothing.
    """
    text = cas.sofa_string or ""
    spans = _sentences(cas, replace(request, range=None), taggers)
    tags: dict[int, list[str]] = {}
    for annotation in cas.select(request.layer):
        value = annotation.get(request.feature)
        if value and not annotation.get(_PREDICTED):
            for number in touched_sentences(spans, (int(annotation.begin), int(annotation.end))):
                tags.setdefault(number, []).append(str(value))
    return [(text[slice(*spans[number])], found) for number, found in sorted(tags.items())]
