import numpy as np
import pytest

from semcode.errors import InputError
from semcode.topics import (
    OUTLIER,
    choose_plan,
    find_topics,
    match_topics,
    positions,
    stability,
)
from semcode.topics.clustering import assign, cluster, divide
from semcode.topics.describing import describe, terms

WORDS = {
    "rides": "the bus, um, never comes and you know the clinic is an hour by car",
    "care": "my mother, like, keeps the baby while I work, yeah, daycare costs money",
    "judge": "the judge and the caseworker took the children and the court date moved",
}


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def three():
    """Ninety segments around three centres, by six people."""
    rng = np.random.default_rng(0)
    centres = unit(rng.normal(size=(3, 32)))
    kind = np.repeat([0, 1, 2], 30)
    vectors = unit(centres[kind] + 0.08 * rng.normal(size=(90, 32)))
    names = list(WORDS)
    texts = [f"{WORDS[names[k]]} {number % 7}" for number, k in enumerate(kind)]
    groups = [f"P{number % 6}" for number in range(90)]
    return texts, vectors, groups, kind


@pytest.fixture(scope="module")
def found(three):
    texts, vectors, groups, _ = three
    return find_topics(texts, vectors, groups, topics=3)


def test_clusters_are_found_and_what_is_far_is_left_out(three, found):
    kind = three[3]
    assert len(found.topics) == 3
    assert 0 < found.outliers <= 10
    for topic in range(3):
        assert len(set(kind[found.labels == topic])) == 1


def test_terms_are_telling_and_hold_no_fillers(found):
    joined = [" ".join(topic.terms) for topic in found.topics]
    assert any("bus" in words or "clinic" in words for words in joined)
    assert any("judge" in words or "court" in words for words in joined)
    for words in joined:
        assert not set(words.split()) & {"um", "like", "yeah", "know", "the"}


def test_quotes_come_from_different_people(three, found):
    groups = three[2]
    for topic in found.topics:
        assert len({groups[row] for row in topic.nearest}) == 5
        assert topic.participants == 6
        assert topic.largest_share == pytest.approx(1 / 6, abs=0.06)


def test_the_same_seed_gives_the_same_topics(three, found):
    texts, vectors, groups, _ = three
    again = find_topics(texts, vectors, groups, topics=3)
    assert (again.labels == found.labels).all()


def test_clear_topics_are_stable_and_noise_is_not(three, found):
    texts, vectors, groups, _ = three
    clear = stability(vectors, groups, found.labels, found.plan, seeds=2)
    assert clear.seeds > 0.9
    assert clear.left_out > 0.8
    assert clear.enough
    noise = unit(np.random.default_rng(1).normal(size=(90, 32)))
    loose = find_topics(texts, noise, groups, topics=6)
    held = stability(noise, groups, loose.labels, loose.plan, seeds=3)
    assert held.overall < 0.6
    assert not held.enough


@pytest.mark.parametrize("method", ["centres", "density"])
def test_topics_are_the_same_without_words(three, method):
    texts, vectors, _, _ = three
    plan = choose_plan(vectors, method=method)
    assert (assign(vectors, plan) == cluster(vectors, texts, plan)[0]).all()


def test_a_topic_is_divided_into_parts_of_falling_size(three):
    _, vectors, _, kind = three
    own = np.flatnonzero(kind < 2)[:-10]
    parts = divide(vectors[own], parts=2)
    assert (parts == kind[own]).all()
    with pytest.raises(InputError, match="the same"):
        divide(np.ones((9, 4), np.float32), parts=2)


def test_terms_hold_no_halves_of_contractions_and_no_remarks():
    texts = ["He'd say the [long pause] baby's father couldn't, ma'am"] * 3
    found = terms(np.zeros(3, dtype=int), texts)[0]
    assert set(" ".join(found).split()) == {"baby", "father"}


def test_a_word_of_one_person_comes_after_those_of_several():
    texts = ["turtle"] * 4 + ["bus"] * 2 + ["road"] * 2 + ["court"] * 30
    labels = np.array([0] * 8 + [1] * 30)
    who = ["A"] * 4 + ["A", "B"] * 17
    assert terms(labels, texts)[0][0] == "turtle"
    assert terms(labels, texts, groups=who)[0] == ("bus", "road", "turtle")


def test_the_number_of_topics_is_chosen(three):
    assert choose_plan(three[1]).topics in (3, 4)


def test_density_is_for_large_sets():
    rng = np.random.default_rng(0)
    assert choose_plan(unit(rng.normal(size=(5_000, 8)))).method == "density"


def test_density_finds_its_own_number(three):
    texts, vectors, groups, kind = three
    found = find_topics(texts, vectors, groups, method="density")
    assert len(found.topics) == 3
    for topic in range(3):
        assert len(set(kind[found.labels == topic])) == 1


@pytest.mark.parametrize(
    ("vectors", "options", "told"),
    [
        (np.eye(3, dtype=np.float32), {}, "3 passages with words enough to group: too few"),
        (np.tile(np.eye(1, 8, dtype=np.float32), (40, 1)), {}, "the same"),
        (np.eye(40, dtype=np.float32), {"topics": 30}, "cannot be made"),
    ],
)
def test_what_cannot_be_clustered_says_so(vectors, options, told):
    texts = ["some words"] * len(vectors)
    with pytest.raises(InputError, match=told):
        find_topics(texts, vectors, ["P"] * len(vectors), **options)


def test_one_person_is_no_theme(three):
    texts, vectors, _, kind = three
    groups = ["P9" if k == 2 else f"P{number % 6}" for number, k in enumerate(kind)]
    notes = find_topics(texts, vectors, groups, topics=3).notes
    assert any("Mostly one person" in note for note in notes)
    alone = find_topics(texts, vectors, ["P1"] * 90, topics=3).notes
    assert any("1 participant only" in note for note in alone)


def test_nothing_but_fillers_has_no_terms():
    assert terms(np.array([0, 0, OUTLIER]), ["um yeah", "you know", "well"]) == {0: ()}


def test_topics_are_known_again_by_their_segments():
    before = [{1, 2, 3, 4}, {5, 6, 7}, {8, 9}]
    after = [{5, 6, 7, 10}, {1, 2, 3}, {11, 12}]
    assert match_topics(before, after) == {0: 1, 1: 0}
    assert match_topics([], after) == {}


@pytest.mark.parametrize("count", [0, 1, 5, 90])
def test_a_map_has_a_place_for_each(three, count):
    place = positions(three[1][:count])
    assert place.shape == (count, 2)
    assert np.isfinite(place).all()
    assert ((place >= 0) & (place <= 1)).all()


def test_quotes_that_can_be_read_come_before_short_answers():
    vectors = np.array([[1, 0], [0.9, 0.44], [1, 0.1]], np.float32)
    long = " ".join(["bus"] * 12)
    (topic,) = describe(np.zeros(3, int), ["Yes, the bus.", long, "No bus."], vectors, list("ABC"))
    assert topic.nearest[0] == 1
