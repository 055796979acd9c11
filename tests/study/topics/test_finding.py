from dataclasses import replace

import pytest

from semcode import Study, store
from semcode.errors import InputError
from semcode.study import topics


def members(study):
    with study.database.read() as connection:
        run = store.topics.newest_run(connection)
        return {p[:3]: p.topic for p in store.topics.places(connection, run.id)}


def test_a_second_call_finds_nothing_new(own_topics):
    before = members(own_topics)
    assert not topics.find(own_topics, with_stability=False)
    assert members(own_topics) == before


def test_every_segment_has_a_place_and_short_ones_no_topic(with_topics, page):
    found = members(with_topics)
    assert len(found) == page.segments == sum(with_topics.segment_counts().values())
    assert page.outliers == sum(topic is None for topic in found.values())
    words = {}
    for row in with_topics.transcripts():
        with with_topics.database.read() as connection:
            words[row.id] = store.transcripts.load(connection, row.id).text
    short = [k for k in found if len(words[k[0]][k[1] : k[2]].split()) < 4]
    assert short
    assert all(found[key] is None for key in short)


def test_stability_is_tried_later_and_kept(own_topics, monkeypatch):
    from semcode.study.topics import finding

    whole = finding.stability
    monkeypatch.setattr(
        finding, "stability", lambda *given, **more: whole(*given, **more, seeds=2, most_left_out=1)
    )
    before = members(own_topics)
    assert topics.topics_page(own_topics).stability is None
    assert not topics.find(own_topics)
    page = topics.topics_page(own_topics)
    assert members(own_topics) == before
    assert 0 < page.stability <= 1
    assert page.stability == min(page.seeds, page.left_out)
    assert all(0 <= topic.stability <= 1 for topic in page.topics)
    told = " ".join(page.notes)
    assert page.stable or "not stable" in told
    monkeypatch.setattr(finding, "stability", None)  # a third call does not try again
    assert not topics.find(own_topics)


def test_asked_once_holds_until_asked_otherwise(own_topics):
    assert topics.find(own_topics, topics=4, with_stability=False)
    assert len(topics.topics_page(own_topics).topics) == 4
    assert not topics.find(own_topics, with_stability=False)
    assert topics.find(own_topics, topics=0, with_stability=False)


def test_a_changed_codebook_compares_anew_without_finding_anew(own_topics):
    before = members(own_topics)
    book = own_topics.codebook()
    own_topics.set_codebook(replace(book, codes=book.codes[:1]))
    assert not topics.find(own_topics, with_stability=False)
    assert members(own_topics) == before
    assert {topic.level for topic in topics.topics_page(own_topics).topics} == {"intrapersonal"}


def test_what_was_decided_holds_when_topics_are_found_again(own_topics):
    page = topics.topics_page(own_topics)
    first, second, third, fourth = (topic.id for topic in page.topics[:4])
    topics.reject_topic(own_topics, first, "ana")
    topics.rename_topic(own_topics, second, "Getting around", "ana")
    merged = topics.merge_topics(own_topics, [third, fourth], "ana").topics[0]
    before = members(own_topics)
    assert topics.find(own_topics, seed=3, with_stability=False)
    after = topics.topics_page(own_topics)
    kept = {key for key in before if before[key] == first}
    again = {key for key, topic in members(own_topics).items() if topic == first}
    if again:  # known again by the segments that both have
        assert len(kept & again) / len(kept | again) >= 0.3
        assert after.topic(first).status == "rejected"
    named = after.topic(second)
    assert named is None or named.name == "Getting around"
    assert after.topic(third) is None
    assert after.topic(merged) is None or after.topic(merged).made_of == (third, fourth)
    assert again or named or after.topic(merged)


def test_a_split_holds_when_topics_are_found_again(own_topics):
    first = topics.topics_page(own_topics).topics[0]
    parts = topics.split_topic(own_topics, first.id, "ana").topics
    assert topics.find(own_topics, seed=1, with_stability=False)
    found = {topic.id for topic in topics.topics_page(own_topics).topics}
    if first.id in members(own_topics).values():
        assert first.id not in found
        assert found & set(parts)


def test_a_new_interview_makes_the_page_stale(own_topics, tmp_path):
    file = tmp_path / "new.txt"
    file.write_text("Interviewer: How was the ride?\nParticipant: The bus came late again today.\n")
    own_topics.add([file])
    page = topics.topics_page(own_topics)
    assert page.stale
    assert any("find them again" in note for note in page.notes)


def test_three_segments_are_too_few(tmp_path):
    file = tmp_path / "one.txt"
    file.write_text("Interviewer: Well?\nParticipant: The bus came late again today.\n")
    with Study.create(tmp_path / "study") as study:
        study.add([file])
        with pytest.raises(InputError, match="too few"):
            topics.find(study)
        assert topics.topics_page(study) is None
        assert topics.topic_map(study).x == ()
