import pytest

from semcode import Study
from semcode.errors import InputError
from semcode.study.learning.tagging import Tag, Taggers, touched_sentences

TAGS = [
    Tag("Transport", "Getting to the clinic: buses, rides, cars, distance."),
    Tag("Childcare", "Who looks after the baby or the children."),
]
RIDES = ["The bus never comes.", "My cousin drives me to the clinic.", "It is an hour by car."]
CARE = ["My mother keeps the baby.", "Nobody can watch the kids.", "Daycare costs too much."]


@pytest.fixture(scope="module")
def taggers(tmp_path_factory):
    with Study.create(tmp_path_factory.mktemp("tagging") / "s", codebook="postpartum") as study:
        yield Taggers(study)


def likelihood(learner, text, tag):
    (found,) = learner.predict([text], floor=0.0)
    return {guess.tag: guess.probability for guess in found}[tag]


@pytest.mark.weights
def test_it_starts_from_what_the_tags_say(taggers):
    learner = taggers.learner("cold", TAGS)
    assert learner.predict([RIDES[1], CARE[0]], floor=0.0)[0][0].tag == "Transport"
    assert learner.predict([CARE[0]], floor=0.0)[0][0].tag == "Childcare"
    assert learner.trained_on == 0


@pytest.mark.weights
def test_it_learns_from_documents_and_forgets_them(taggers):
    learner = taggers.learner("learns", [Tag("A"), Tag("B")])
    for number in range(3):
        labelled = [(RIDES[number], ["A"]), (CARE[number], ["B"])]
        learner.teach(f"d{number}", labelled)
    assert learner.train(wait=True)
    text = "I take two buses and a ride to the clinic."
    assert likelihood(learner, text, "A") > likelihood(learner, text, "B")
    assert learner.trained_on == 6
    again = Taggers(taggers.study).learner("learns", [Tag("A"), Tag("B")])
    again.train(wait=True)
    assert again.trained_on == 6  # kept in the study
    for number in range(3):
        learner.teach(f"d{number}", [])
    learner.train(wait=True)
    assert learner.trained_on == 0


@pytest.mark.weights
def test_no_tags_mean_the_codes_of_the_study(taggers):
    learner = taggers.learner("codes", [])
    assert [tag.name for tag in learner.tags] == [c.name for c in taggers.study.codebook()]


def test_tags_that_cannot_be_told_apart_are_refused(taggers):
    with pytest.raises(InputError):
        taggers.learner("same", [Tag("A"), Tag("a")])


@pytest.mark.weights
def test_sentences_have_no_space_around_them(taggers):
    text = "  First one here.  \n\n Second one there. "
    found = [text[start:end] for start, end in taggers.sentences(text)]
    assert found == ["First one here.", "Second one there."]
    assert taggers.sentences("   ") == []


def test_a_span_touches_what_it_covers_by_half_or_lies_in():
    sentences = [(0, 10), (11, 21), (22, 32)]
    assert touched_sentences(sentences, (0, 10)) == [0]
    assert touched_sentences(sentences, (12, 14)) == [1]
    assert touched_sentences(sentences, (8, 21)) == [1]
    assert touched_sentences(sentences, (0, 32)) == [0, 1, 2]
    assert touched_sentences(sentences, (40, 50)) == []
