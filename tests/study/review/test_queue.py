from uuid import uuid4

import pytest
from sqlalchemy import update

from semcode import store
from semcode.errors import InputError
from semcode.records import CoderKind, Coding, Participant
from semcode.store import schema
from semcode.study.review import Filters, Review


def keys(review, **more):
    return [item.key for item in review.queue("ana", limit=100, **more).items]


def test_orders(review, study):
    items = review.queue("ana", order="transcript", limit=100).items
    assert [(i.transcript, i.start) for i in items] == sorted(
        (i.transcript, i.start) for i in items
    )
    codes = [c.guid for c in study.codebook()]
    by_code = review.queue("ana", order="code", limit=100).items
    assert [codes.index(i.code) for i in by_code] == sorted(codes.index(i.code) for i in items)
    useful = review.queue("ana", limit=100).items
    assert {i.key for i in useful} == {i.key for i in items} == {i.key for i in by_code}
    assert abs(useful[0].score - 0.5) == min(abs(i.score - 0.5) for i in items)
    with pytest.raises(InputError, match="no order"):
        review.queue("ana", order="best")


def test_a_page_goes_on_after_an_item(review):
    for order in ("useful", "transcript", "code"):
        everything = keys(review, order=order)
        found, after = [], None
        while True:
            page = review.queue("ana", order=order, limit=3, after=after).items
            if not page:
                break
            found += [item.key for item in page]
            after = page[-1].key
        assert found == everything


def test_codes_decided_on_often_come_less_early(review, new):
    first = review.queue("ana").items[0]
    for item in review.queue("ana", filters=Filters(codes=(first.code,)), limit=3).items:
        review.reject("ana", item.segment, item.code, request=new())
    assert review.queue("ana").items[0].code != first.code


def test_filters(review, study):
    book = study.codebook()
    page = review.queue("ana", limit=100)
    for filters, wanted in (
        (Filters(transcripts=("T2",)), lambda i: i.transcript == "T2"),
        (Filters(codes=("Kin",)), lambda i: i.code == book["Kin"].guid),
        (
            Filters(codes=(book["Housing"].guid,)),
            lambda i: i.code in (book["Housing"].guid, book["Couch"].guid),
        ),
        (Filters(levels=("interpersonal",)), lambda i: i.code == book["Kin"].guid),
        (Filters(min_score=0.6), lambda i: i.score >= 0.6),
        (Filters(max_score=0.6), lambda i: i.score <= 0.6),
        (Filters(participants=("T1",)), lambda i: i.participant == "T1"),
        (Filters(status="rejected"), lambda i: False),
    ):
        found = review.queue("ana", limit=100, filters=filters)
        assert {i.key for i in found.items} == {i.key for i in page.items if wanted(i)}
        assert found.open == len(found.items)
    weak = review.queue("ana", limit=100, filters=Filters(min_score=0.0))
    assert weak.open == weak.total > page.open
    for bad in (
        Filters(status="nice"),
        Filters(codes=("x",)),
        Filters(levels=("x",)),
        Filters(transcripts=("x",)),
    ):
        with pytest.raises(InputError):
            review.queue("ana", filters=bad)


def test_participants_attributes_filter(review, study):
    from semcode import store

    with study.database.write() as connection:
        store.people.save_participants(connection, [Participant("T1", {"site": "A"})])
    found = review.queue("ana", limit=100, filters=Filters(attributes=(("site", "A"),)))
    assert {i.transcript for i in found.items} == {"T1"}
    assert review.overview("ana").attributes == {"site": ("A",)}


def test_what_is_assigned_blind_is_hidden_until_it_is_read(review, study, new):
    before = review.queue("ana").open
    assert review.assign(["ana", "ben"], transcripts=["T1"], blind=True) == 12
    page = review.queue("ana", limit=100)
    assert {i.transcript for i in page.items} == {"T2"}
    view = review.transcript("T1", "ana")
    assert view.suggestions == ()
    assert all(s.blind for s in view.segments)
    blind = review.queue("ana", blind=True, limit=100)
    assert [i.segment for i in blind.items] == [s.id for s in view.segments]
    review.read("ana", [s.id for s in view.segments], request=new())
    assert review.queue("ana").open == before
    assert review.queue("ana", blind=True).open == 0
    assert review.transcript("T1", "ana").suggestions
    [row] = review.assignments("ana")
    assert (row.transcript, row.segments, row.read, row.blind) == ("T1", 6, 6, True)
    assert review.assignments("ben")[0].read == 0
    with study.database.read() as connection:
        from semcode import store

        assert all(r.blind for r in store.codings.readings(connection))


def test_no_quote_is_shown_of_what_is_to_be_coded_blind(review, study):
    item = next(i for i in review.queue("ana", limit=100).items if i.transcript == "T2")
    near = [{"text": f"in {name}", "at": [name, 50, 80]} for name in ("T1", "T2")]
    with study.database.write() as connection:
        s = schema.suggestion
        connection.execute(
            update(s).where(s.c.segment_id == item.segment).values(evidence={"nearest": near})
        )
    review.assign(["ana"], transcripts=["T1"], blind=True)

    def quoted(coder):
        shown = next(i for i in review.queue(coder, limit=100).items if i.key == item.key)
        told = review.evidence(coder, item.segment, item.code)
        assert told["nearest"] == shown.evidence["nearest"]
        return [quote["text"] for quote in told["nearest"]]

    assert quoted("ben") == ["in T1", "in T2"]
    assert quoted("ana") == ["in T2"]
    blind = review.queue("ana", blind=True, limit=100).items
    review.read("ana", [i.segment for i in blind], request=str(uuid4()), blind=True)
    assert quoted("ana") == ["in T1", "in T2"]


def test_others_codings_are_hidden_where_assigned_blind(review, new):
    item = review.queue("ben", order="transcript").items[0]
    review.accept("ben", item.segment, item.code, request=new())
    assert len(review.transcript("T1", "ana").codings) == 1
    review.assign(["ana"], transcripts=["T1"], blind=True)
    assert review.transcript("T1", "ana").codings == ()


def test_a_sample_is_the_same_for_all_and_for_a_seed(review):
    assert review.assign(["ana", "ben"], sample=5, seed=3, batch="one") == 10
    first = review.queue("ana", filters=Filters(assigned=True), limit=100).items
    other = review.queue("ben", filters=Filters(assigned=True), limit=100).items
    assert {i.segment for i in first} == {i.segment for i in other}
    assert len({i.segment for i in first}) <= 5
    assert review.assign(["ana", "ben"], sample=5, seed=3, batch="one") == 0
    with pytest.raises(InputError, match="cannot be drawn"):
        review.assign(["ana"], sample=1000)
    with pytest.raises(InputError, match="Say what is to be read"):
        review.assign(["ana"])
    with pytest.raises(InputError, match="once"):
        review.assign(["ana", "ana"], sample=2)


def test_an_empty_queue_says_why(review, new):
    page = review.queue("ana", filters=Filters(transcripts=("T1",), status="unsure"))
    assert (page.items, page.note) == ((), "No suggestion is left under these filters.")
    assert review.queue("ana", order="audit").note == "No audit sample is drawn yet."


def test_what_is_to_be_coded_blind_cannot_be_decided_on_first(review, new):
    item = review.queue("ana", order="transcript").items[0]
    review.assign(["ana"], transcripts=["T1"], blind=True)
    with pytest.raises(InputError, match="blind first"):
        review.accept("ana", item.segment, item.code, request=new())
    review.read("ana", [item.segment], request=new())
    assert review.accept("ana", item.segment, item.code, request=new()).decision


def test_blind_without_assignments_all_segments_are_asked_page_by_page(review, new):
    first = review.queue("ana", blind=True, limit=5)
    rest = review.queue("ana", blind=True, limit=50, after=first.items[-1].key)
    assert first.open == len(first.items) + len(rest.items) == 12
    assert [i.transcript for i in first.items] == ["T1"] * 5
    review.read("ana", [i.segment for i in first.items], request=new(), blind=True)
    again = review.queue("ana", blind=True, limit=50)
    assert (again.open, again.items) == (7, rest.items)
    only = review.queue("ana", blind=True, filters=Filters(transcripts=("T2",)))
    assert only.open == 6


def test_an_assignment_is_read_when_the_segments_over_it_are(review, study, new):
    from semcode import store
    from semcode.store.assignments import Assignment

    one, two = review.transcript("T1", "ana").segments[:2]
    with study.database.write() as connection:
        store.assignments.add(
            connection, [Assignment("b", "ana", "T1", one.start, two.end, blind=True)]
        )
    assert [i.segment for i in review.queue("ana", blind=True).items] == [one.id, two.id]
    review.read("ana", [one.id], request=new())
    assert review.transcript("T1", "ana").segments[1].blind
    review.read("ana", [two.id], request=new())
    assert not review.transcript("T1", "ana").segments[1].blind
    assert review.assignments("ana")[0].read == 1


def test_what_the_model_coded_by_itself_is_not_asked(study):
    before = Review(study)
    before.join("ana")
    first = before.queue("ana", limit=1).items[0]
    before.close()
    with study.database.write() as connection:
        store.people.coder_id(connection, "semcode 1", CoderKind.MODEL)
        coding = Coding("", first.transcript, first.start, first.end, first.code, "semcode 1")
        store.codings.add(connection, [coding], kinds={"semcode 1": CoderKind.MODEL})
    after = Review(study)
    assert first.key not in keys(after)
    after.close()
