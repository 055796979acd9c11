import json
import time

import pytest
from cassis import Cas, TypeSystem, load_cas_from_xmi, load_typesystem
from starlette.testclient import TestClient

from semcode import Study
from semcode.web.protocols import protocol_app

TOKEN = "a-token-of-some-length"
LAYER = "webanno.custom.Code"
SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
TEXT = (
    "We were evicted \U0001f622 and have no place to live. My aunt keeps the baby. "
    "I take two buses to get to the clinic."
)
TAGSETS = [
    {
        "name": "codes",
        "tags": [
            {"name": "Housing", "description": "Losing or looking for a place to live; eviction."},
            {"name": "Childcare", "description": "Who looks after the baby or the children."},
            {"name": "Transport", "description": "Buses, rides, cars, getting to the clinic."},
        ],
    }
]
CONFIG = """
<View>
  <Labels name="label" toName="text">
    <Label value="Housing" hint="Losing or looking for a place to live; eviction."/>
    <Label value="Childcare" hint="Who looks after the baby or the children."/>
  </Labels>
  <Text name="text" value="$text"/>
</View>
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with Study.create(tmp_path_factory.mktemp("served") / "s", codebook="sem") as study:
        yield TestClient(protocol_app(study, token=TOKEN), raise_server_exceptions=False)


def post(client, path, body):
    return client.post(f"/{TOKEN}/{path}", json=body)


def type_system():
    types = TypeSystem()
    types.create_type(SENTENCE, supertypeName="uima.tcas.Annotation")
    kind = types.create_type(LAYER, supertypeName="uima.tcas.Annotation")
    for name, range_ in (
        ("code", "uima.cas.String"),
        ("code_score", "uima.cas.Double"),
        ("code_score_explanation", "uima.cas.String"),
        ("code_auto_accept", "uima.cas.Boolean"),
        ("inception_internal_predicted", "uima.cas.Boolean"),
    ):
        types.create_feature(kind, name, range_)
    return types


def document(types, labels=()):
    cas = Cas(types)
    cas.sofa_string = TEXT
    cas.sofa_mime = "text/plain"
    start = 0
    for sentence in TEXT.split(". "):
        end = TEXT.index(sentence) + len(sentence)
        cas.add(types.get_type(SENTENCE)(begin=start, end=end))
        start = end + 2
    for words, tag in labels:
        begin = TEXT.index(words)
        cas.add(types.get_type(LAYER)(begin=begin, end=begin + len(words), code=tag))
    return cas.to_xmi()


def request(types, *, project=1, anchoring="sentences", range_=None, tagsets=TAGSETS, xmi=None):
    metadata = {
        "layer": LAYER,
        "feature": "code",
        "projectId": project,
        "anchoringMode": anchoring,
        "crossSentence": False,
    }
    if range_:
        metadata["range"] = {"begin": range_[0], "end": range_[1]}
    body = {"metadata": metadata, "typeSystem": types.to_xml()}
    body["document"] = {"xmi": xmi or document(types), "documentId": 7, "userId": "ana"}
    if tagsets:
        body["tagsets"] = tagsets
    return body


def predictions(types, answer):
    cas = load_cas_from_xmi(answer.json()["document"], typesystem=load_typesystem(types.to_xml()))
    return [p for p in cas.select(LAYER) if p.inception_internal_predicted]


@pytest.mark.weights
def test_inception_gets_predictions_from_what_the_tags_say(client):
    types = type_system()
    found = predictions(types, post(client, "predict", request(types)))
    best = {}
    for p in sorted(found, key=lambda p: p.code_score):
        best[p.get_covered_text()] = p.code
    assert best["We were evicted \U0001f622 and have no place to live"] == "Housing"
    assert best["My aunt keeps the baby"] == "Childcare"
    assert best["I take two buses to get to the clinic."] == "Transport"
    assert all(0 <= p.code_score <= 1 and not p.code_auto_accept for p in found)
    assert "from what the tag says" in found[0].code_score_explanation


@pytest.mark.weights
def test_inception_asks_for_a_range_and_for_single_tokens(client):
    types = type_system()
    bus = TEXT.index("I take")
    found = predictions(types, post(client, "predict", request(types, range_=(bus + 1, len(TEXT)))))
    assert {p.get_covered_text() for p in found} == {"I take two buses to get to the clinic."}
    answer = post(client, "predict", request(types, anchoring="singleToken"))
    assert answer.status_code == 200
    assert predictions(types, answer) == []


@pytest.mark.weights
def test_inception_trains_in_the_background(client):
    types = type_system()
    labels = [("We were evicted", "X"), ("My aunt keeps the baby", "Y")]
    body = request(types, project=2, tagsets=None)
    doc = body.pop("document")
    body["documents"] = [{**doc, "xmi": document(types, labels)}]
    answer = post(client, "train", body)
    assert (answer.status_code, answer.content) == (204, b"")
    deadline = time.monotonic() + 60
    wanted = request(types, project=2, tagsets=None)  # the tags are those it was taught
    while time.monotonic() < deadline:
        found = predictions(types, post(client, "predict", wanted))
        if found and "learned from 2" in found[0].code_score_explanation:
            break
        time.sleep(0.2)
    assert "learned from 2 labelled sentences" in found[0].code_score_explanation
    assert {p.code for p in found} <= {"X", "Y"}


def setup(client, project):
    return post(client, "setup", {"project": f"{project}.1700000000", "schema": CONFIG})


@pytest.mark.weights
def test_label_studio_gets_spans_one_answer_a_task(client):
    assert setup(client, 5).json()["model_version"]
    tasks = [{"id": 1, "data": {"text": TEXT}}, {"id": 2, "data": {"text": ""}}]
    answer = post(client, "predict", {"tasks": tasks, "project": "5.17", "label_config": CONFIG})
    first, second = answer.json()["results"]
    assert second["result"] == []
    labels = {r["value"]["text"]: r["value"]["labels"] for r in first["result"]}
    assert labels["My aunt keeps the baby."] == ["Childcare"]
    for region in first["result"]:
        value = region["value"]
        assert TEXT[value["start"] : value["end"]] == value["text"]
        assert (region["from_name"], region["to_name"]) == ("label", "text")


@pytest.mark.weights
def test_label_studio_teaches_by_webhook(client):
    setup(client, 6)
    words = "We were evicted \U0001f622 and have no place to live."
    start = TEXT.index("My aunt")
    utf16 = len(TEXT[:start].encode("utf-16-le")) // 2
    result = [
        {
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": 0, "end": len(words), "text": words, "labels": ["Childcare"]},
        },
        {
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": utf16,
                "end": utf16 + 23,
                "text": "My aunt keeps the baby.",
                "labels": ["Housing"],
            },
        },
    ]
    body = {
        "action": "ANNOTATION_CREATED",
        "project": {"id": 6},
        "task": {"id": 1, "data": {"text": TEXT}},
        "annotation": {"id": 1, "result": result},
    }
    assert post(client, "webhook", body).status_code == 201
    deadline = time.monotonic() + 60
    asked = {"tasks": [{"id": 9, "data": {"text": TEXT}}], "project": "6.1"}
    version = ""
    while "3 labelled" not in version and time.monotonic() < deadline:
        time.sleep(0.2)
        version = post(client, "predict", asked).json()["results"][0]["model_version"]
    assert version == "semcode, 3 labelled sentences"
    assert post(client, "webhook", {**body, "action": "PROJECT_UPDATED"}).status_code == 200


@pytest.mark.weights
def test_label_studio_choices_are_for_the_whole_text(client):
    config = CONFIG.replace("Labels", "Choices").replace("<Label ", "<Choice ")
    body = {"tasks": [{"data": {"text": "My aunt keeps the baby."}}], "label_config": config}
    (found,) = post(client, "predict", {**body, "project": "8"}).json()["results"]
    assert found["result"][0]["value"] == {"choices": ["Childcare"]}


def test_health_says_up(client):
    assert client.get(f"/{TOKEN}/health").json() == {"status": "UP", "model_class": "semcode"}


@pytest.mark.parametrize("path", ["/health", "/wrong/health"])
def test_nothing_is_answered_without_the_token(client, path):
    assert client.get(path).status_code in (401, 404)
    assert client.post("/predict", json={}).status_code == 401
    assert client.get("/health", auth=("anybody", "wrong")).status_code == 401


def test_the_token_as_header_or_password(client):
    assert client.get("/health", headers={"Authorization": f"Token {TOKEN}"}).status_code == 200
    assert client.get("/health", auth=("anybody", TOKEN)).status_code == 200


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("predict", b"{", "no JSON"),
        ("predict", b"[]", "no JSON object"),
        ("predict", b"[" * 100_000, "no JSON"),
        ("predict", json.dumps({"typeSystem": "<x/>"}).encode(), "not a request"),
        ("predict", json.dumps({"tasks": [], "project": "77"}).encode(), "not known"),
        ("setup", json.dumps({"project": "1", "schema": "<View/>"}).encode(), "no Labels"),
        ("setup", json.dumps({"project": "1", "schema": "<View"}).encode(), "damaged"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(client, path, content, told):
    answer = client.post(f"/{TOKEN}/{path}", content=content)
    assert answer.status_code == 400
    assert told in answer.json()["error"]


def test_entities_in_a_document_are_refused(client):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    body = request(type_system(), xmi=bomb)
    answer = post(client, "predict", body)
    assert answer.status_code == 400
    assert "entities" in answer.json()["error"]
