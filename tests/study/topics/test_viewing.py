from dataclasses import replace

from semcode import store
from semcode.study import topics
from semcode.study.topics.covering import Coded, covered


def test_topics_have_terms_quotes_of_different_people_and_a_level(page):
    assert len(page.topics) >= 5
    for topic in page.topics:
        assert topic.terms
        assert topic.level
        assert topic.size == sum(count for _, count in topic.people)
        assert topic.participants == len(topic.people)
        assert len({quote.participant for quote in topic.quotes}) >= min(2, topic.participants)
        assert all(quote.text.strip() for quote in topic.quotes)


def test_quotes_stand_where_they_say(with_topics, page):
    texts = {}
    with with_topics.database.read() as connection:
        for row in store.transcripts.rows(connection):
            texts[row.name] = store.transcripts.load(connection, row.id).text
    for topic in page.topics:
        for quote in topic.quotes:
            assert texts[quote.transcript][quote.start : quote.end] == quote.text


def test_the_map_has_every_segment_once(with_topics, page):
    whole = topics.topic_map(with_topics)
    assert len(whole.x) == page.segments
    assert len({*zip(whole.transcript, whole.start, strict=True)}) == page.segments
    assert min(whole.x) >= 0
    assert max(whole.y) <= 1
    for topic in page.topics:
        assert whole.topic.count(topic.id) == topic.size
    assert whole.topic.count("") == page.outliers
    codes = {code.guid for code in with_topics.codebook()} | {""}
    assert set(whole.code) <= codes
    assert len(set(whole.code)) > 5


def test_a_map_of_fewer_points_keeps_each_topics_share(with_topics, page):
    drawn = topics.topic_map(with_topics, most=100)
    assert len(drawn.x) == 100
    largest = page.topics[0]
    share = largest.size / page.segments
    assert abs(drawn.topic.count(largest.id) / 100 - share) < 0.05


def test_the_most_specific_code_that_half_has_covers_a_topic(with_topics):
    book = with_topics.codebook()
    child = next(code for code in book if code.parent)
    above = book.ancestors(child)[0]
    keys = [(1, n, n + 1) for n in range(4)]
    from collections import Counter

    half = {key: Counter([child.guid]) for key in keys[:2]}
    whole = {**half, keys[2]: Counter([above.guid])}
    read = frozenset(keys)
    assert covered(keys, (), Coded(half, read), book).name == child.name
    one = {keys[0]: Counter([child.guid]), **{k: Counter([above.guid]) for k in keys[1:3]}}
    assert covered(keys, (), Coded(one, read), book).name == above.name
    assert covered(keys, (), Coded(whole, read), book).source == "codings"
    assert covered(keys, (), Coded({}, read), book).name is None
    near = ((above.guid, 0.75, 0.3),)
    told = covered(keys, near, Coded({}, frozenset(keys[:1])), book)
    assert (told.name, told.share, told.source) == (above.name, 0.75, "suggestions")


def test_a_topic_of_one_person_is_told(page):
    topic = page.topics[0]
    assert not topic.of_one_person
    assert replace(topic, largest_share=0.7).of_one_person
