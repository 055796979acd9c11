import pytest

from semcode.errors import InputError
from semcode.study import topics


def ids(study):
    return [topic.id for topic in topics.topics_page(study).topics]


def test_a_rejected_topic_is_shown_last_with_who_and_why(own_topics):
    key = ids(own_topics)[0]
    topics.reject_topic(own_topics, key.lower(), "ana", note="small talk")
    last = topics.topics_page(own_topics).topics[-1]
    assert (last.id, last.status) == (key, "rejected")
    assert (last.decision.coder, last.decision.note) == ("ana", "small talk")
    assert last.undoable == "reject"


def test_merging_gives_one_topic_that_is_described(own_topics):
    page = topics.topics_page(own_topics)
    one, other = page.topics[1], page.topics[2]
    done = topics.merge_topics(own_topics, [one.id, other.id], "ana", name="Both")
    made = topics.topics_page(own_topics).topic(done.topics[0])
    assert made.size == one.size + other.size
    assert made.name == "Both"
    assert made.terms
    assert made.quotes
    assert made.level
    with pytest.raises(InputError, match="part of"):
        topics.reject_topic(own_topics, one.id, "ana")


def test_splitting_leaves_no_segment_out(own_topics):
    one = topics.topics_page(own_topics).topics[0]
    done = topics.split_topic(own_topics, one.id, "ana", parts=3)
    parts = [topics.topics_page(own_topics).topic(key) for key in done.topics]
    assert len(parts) == 3
    assert sum(part.size for part in parts) == one.size
    assert all(part.quotes and part.made_of == (one.id,) for part in parts)


def test_what_was_selected_becomes_a_topic_and_can_go_back(own_topics):
    before = topics.topics_page(own_topics)
    points = topics.topic_map(own_topics)
    rows = range(0, len(points.x), 20)
    spans = [(points.transcript[r], points.start[r], points.end[r]) for r in rows]
    done = topics.gather_topic(own_topics, spans, "ana", name="By hand")
    page = topics.topics_page(own_topics)
    made = page.topic(done.topics[0])
    assert (made.name, made.size) == ("By hand", len(spans))
    assert made.terms
    assert made.quotes
    assert sum(t.size for t in page.topics) + page.outliers == page.segments
    code = topics.accept_as_code(own_topics, made.id, "ana", name="Of what I selected")
    assert code.suggestions == len(spans)
    for _ in ("accept", "rename", "gather"):
        topics.take_back(own_topics, made.id, "ana")
    assert {t.id: t.size for t in topics.topics_page(own_topics).topics} == {
        t.id: t.size for t in before.topics
    }
    with pytest.raises(InputError, match="at least"):
        topics.gather_topic(own_topics, [*spans[:1], ("nowhere", 0, 5)], "ana")


def test_a_request_counts_once(own_topics):
    key = ids(own_topics)[0]
    first = topics.reject_topic(own_topics, key, "ana", request="r")
    again = topics.reject_topic(own_topics, key, "ana", request="r")
    assert (again.decision, again.repeated) == (first.decision, True)
    with pytest.raises(InputError, match="another decision"):
        topics.reject_topic(own_topics, key, "ben", request="r")
    assert len(topics.decisions_on(own_topics)) == 1


@pytest.mark.parametrize(
    ("decide", "told"),
    [
        (lambda s, k: topics.reject_topic(s, "T999", "ana"), "no topic"),
        (lambda s, k: topics.reject_topic(s, k, " "), "Nobody is named"),
        (lambda s, k: topics.reject_topic(s, k, "a\nb"), "cannot be a coder"),
        (lambda s, k: topics.reject_topic(s, k, "ana", request=""), "up to 36"),
        (lambda s, k: topics.rename_topic(s, k, "  ", "ana"), "1 to 200"),
        (lambda s, k: topics.merge_topics(s, [k, k], "ana"), "two topics"),
        (lambda s, k: topics.split_topic(s, k, "ana", parts=99), "cannot be split"),
        (lambda s, k: topics.split_topic(s, k, "ana", parts=1), "cannot be split"),
        (lambda s, k: topics.take_back(s, k, "ana"), "Nothing was decided"),
    ],
)
def test_what_cannot_be_decided_says_so_and_stores_nothing(own_topics, decide, told):
    with pytest.raises(InputError, match=told):
        decide(own_topics, ids(own_topics)[0])
    assert topics.decisions_on(own_topics) == []


def test_a_topic_is_decided_on_once(own_topics):
    key = ids(own_topics)[0]
    topics.reject_topic(own_topics, key, "ana")
    with pytest.raises(InputError, match="was rejected by ana"):
        topics.accept_as_code(own_topics, key, "ben", name="New")
    assert own_topics.codebook().get("New") is None


def test_each_decision_is_taken_back_the_newest_first(own_topics):
    before = topics.topics_page(own_topics)
    one, other = before.topics[0].id, before.topics[1].id
    made = topics.merge_topics(own_topics, [one, other], "ana").topics[0]
    topics.reject_topic(own_topics, made, "ana")
    with pytest.raises(InputError, match="rests upon this"):
        topics.take_back(own_topics, one, "ana")
    topics.take_back(own_topics, made, "ben")
    topics.take_back(own_topics, made, "ben")
    assert topics.topics_page(own_topics).topics == before.topics
    assert [line.verdict for line in topics.decisions_on(own_topics)] == [
        "undo",
        "undo",
        "reject",
        "merge",
    ]
