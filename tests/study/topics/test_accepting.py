import pytest

from semcode.errors import CodebookError, InputError
from semcode.findings.checklists import checklist
from semcode.findings.report_parts import methods
from semcode.study import topics
from semcode.study.findings.finding import FindingOptions, find
from semcode.study.findings.report import report_facts
from semcode.study.review import Review


def suggested(study, code):
    return [row for row in study.suggestions() if row.code == code]


def test_a_draft_rests_on_terms_and_quotes_alone(with_topics, page):
    one = page.topics[0]
    draft = topics.draft_code(with_topics, one.id)
    assert "DRAFT" in draft.definition
    assert all(term in draft.definition for term in one.terms)
    said = {" ".join(quote.text.split()) for quote in one.quotes}
    assert draft.examples
    assert set(draft.examples) <= said
    assert draft.level == one.level


def test_an_accepted_topic_is_a_code_whose_suggestions_wait_for_coders(own_topics):
    one = topics.topics_page(own_topics).topics[0]
    number = own_topics.status().codebook_version
    done = topics.accept_as_code(own_topics, one.id, "ana", name="Rides", level="community")
    assert done.codebook_version == number + 1
    code = own_topics.codebook()["Rides"]
    assert (code.guid, code.level) == (done.code, "community")
    rows = suggested(own_topics, done.code)
    assert len(rows) == one.size == done.suggestions
    assert all(row.evidence["topic"]["id"] == one.id for row in rows)
    assert not [coding for coding in own_topics.codings() if coding.code == done.code]
    shown = topics.topics_page(own_topics).topic(one.id)
    assert (shown.status, shown.code, shown.covered_by) == ("accepted", "Rides", "Rides")


def test_its_suggestions_outlive_the_next_suggest_and_become_codings(own_topics):
    one = topics.topics_page(own_topics).topics[0]
    done = topics.accept_as_code(own_topics, one.id, "ana", name="Rides", level="community")
    spans = {(row.transcript, row.start) for row in suggested(own_topics, done.code)}
    assert own_topics.suggest().scored
    rows = suggested(own_topics, done.code)
    assert spans <= {(row.transcript, row.start) for row in rows}
    assert sum("topic" in row.evidence for row in rows) == len(spans)
    assert all("definition" in row.evidence for row in rows)
    assert not own_topics.suggest().scored
    review = Review(own_topics)
    item = next(
        item
        for item in review.queue("ana", order="code", limit=5_000).items
        if item.code == done.code
    )
    review.accept("ana", item.segment, done.code, request="a")
    assert [coding.code for coding in own_topics.codings() if coding.coder == "ana"] == [done.code]
    review.close()


def test_merging_into_a_code_gives_it_the_quotes_as_examples(own_topics):
    one = topics.topics_page(own_topics).topics[0]
    code = own_topics.codebook().codes[0]
    done = topics.merge_into_code(own_topics, one.id, code.name, "ana")
    after = own_topics.codebook()[code.guid]
    quotes = topics.draft_code(own_topics, one.id).examples
    assert after.examples == (*code.examples, *quotes)
    assert after.definition == code.definition
    rows = suggested(own_topics, code.guid)
    assert sum("topic" in row.evidence for row in rows) == one.size == done.suggestions
    topics.take_back(own_topics, one.id, "ana")
    assert own_topics.codebook()[code.guid].examples == code.examples


def test_taking_back_removes_a_code_that_nobody_used(own_topics):
    one = topics.topics_page(own_topics).topics[0]
    done = topics.accept_as_code(own_topics, one.id, "ana", name="Rides", level="community")
    told = topics.take_back(own_topics, one.id, "ana")
    assert "left the codebook" in " ".join(told.said)
    assert own_topics.codebook().get("Rides") is None
    assert not suggested(own_topics, done.code)
    assert topics.topics_page(own_topics).topic(one.id).status == "open"


def test_taking_back_keeps_a_code_that_has_codings(own_topics):
    one = topics.topics_page(own_topics).topics[0]
    done = topics.accept_as_code(own_topics, one.id, "ana", name="Rides", level="community")
    review = Review(own_topics)
    page = review.queue("ana", order="code", limit=5_000)
    item = next(item for item in page.items if item.code == done.code)
    review.accept("ana", item.segment, done.code, request="a")
    review.close()
    assert "stays" in " ".join(topics.take_back(own_topics, one.id, "ana").said)
    assert own_topics.codebook()["Rides"].guid == done.code


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"name": "Rides", "under": "Nothing such"}, InputError),
        ({"name": "Rides", "level": "galactic"}, InputError),
        ({"name": " ", "level": "community"}, CodebookError),
    ],
)
def test_a_code_that_cannot_be_made_changes_nothing(own_topics, options, error):
    number = own_topics.status().codebook_version
    with pytest.raises(error):
        topics.accept_as_code(
            own_topics, topics.topics_page(own_topics).topics[0].id, "a", **options
        )
    assert own_topics.status().codebook_version == number
    assert topics.decisions_on(own_topics) == []


def test_a_name_that_is_taken_is_refused(own_topics):
    taken = own_topics.codebook().codes[0].name
    with pytest.raises(CodebookError):
        topics.accept_as_code(
            own_topics, topics.topics_page(own_topics).topics[0].id, "a", name=taken
        )


def test_a_name_that_is_taken_is_told_with_what_to_do(own_topics):
    one = topics.topics_page(own_topics).topics[0]
    known = own_topics.codebook().codes[0].name
    with pytest.raises(CodebookError, match=f"has a code '{known}' already") as told:
        topics.accept_as_code(own_topics, one.id, "ana", name=known.upper())
    assert "another name" in told.value.remedy


def test_the_report_says_which_codes_people_made_of_topics(own_topics):
    def told():
        data = find(own_topics, "participants", FindingOptions()).data
        facts = report_facts(own_topics, data)
        return (
            " ".join(block for block in methods(data, facts).blocks if isinstance(block, str)),
            str(checklist(data, facts).blocks),
        )

    assert not any("topics" in text for text in told())
    one, other = topics.topics_page(own_topics).topics[:2]
    topics.accept_as_code(own_topics, one.id, "ana", name="Rides", level="community")
    known = own_topics.codebook().codes[0].name
    topics.merge_into_code(own_topics, other.id, known, "ana")
    for text in told():
        assert "made by people from topics" in text
        assert "among the passages: Rides." in text
        assert f"merged into codes: {known}." in text
    topics.take_back(own_topics, one.id, "ana")
    assert not any("Rides" in text for text in told())
