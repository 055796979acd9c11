import pytest

from semcode import store
from semcode.errors import InputError
from semcode.study.review import Filters


def first(review, coder="ana", **more):
    return review.queue(coder, order="transcript", **more).items[0]


def codings(study, coder):
    return [c for c in study.codings() if c.coder == coder]


def test_accepting_makes_a_coding_and_keeps_the_suggestion(review, study, new):
    item = first(review)
    done = review.accept("ana", item.segment, item.code, request=new(), seconds=2.5, memo="why")
    [coding] = codings(study, "ana")
    assert (coding.guid, coding.start, coding.end) == (done.coding, item.start, item.end)
    assert (coding.memo, coding.codebook_version) == ("why", 1)
    with study.database.read() as connection:
        [line] = store.decisions.all_decisions(connection)
        spot = store.queue.suggestion(connection, line.run_id, item.segment, item.code)
    assert spot.score == line.score == item.score
    assert (line.coder, line.verdict, line.seconds) == ("ana", "accept", 2.5)
    assert line.evidence == {"words": ["couch"]}
    assert line.codebook_version == 1
    view = review.transcript(item.transcript, "ana")
    mine = [s for s in view.suggestions if (s.segment, s.code) == (item.segment, item.code)]
    assert [s.status for s in mine] == ["accepted"]


def test_a_request_is_stored_once(review, study, new):
    item, request = first(review), new()
    once = review.accept("ana", item.segment, item.code, request=request)
    again = review.accept("ana", item.segment, item.code, request=request)
    assert (again.decision, again.coding) == (once.decision, once.coding)
    assert (once.repeated, again.repeated) == (False, True)
    assert len(codings(study, "ana")) == len(review.history()) == 1


def test_a_request_is_not_used_for_something_else(review, new):
    item, request = first(review), new()
    review.accept("ana", item.segment, item.code, request=request)
    with pytest.raises(InputError, match="another decision"):
        review.accept("ben", item.segment, item.code, request=request)
    with pytest.raises(InputError, match="another decision"):
        review.reject("ana", item.segment, item.code, request=request)
    with pytest.raises(InputError, match="an id of its own"):
        review.reject("ana", item.segment, item.code, request="")


def test_two_tabs_that_say_the_same_store_it_once(review, study, new):
    item = first(review)
    for act in (review.accept, review.reject, review.unsure):
        one = act("ana", item.segment, item.code, request=new())
        other = act("ana", item.segment, item.code, request=new())
        assert other.decision == one.decision
        assert other.repeated
    assert [row.verdict for row in review.history()] == ["unsure", "reject", "accept"]
    assert codings(study, "ana") == []


def test_rejecting_takes_back_what_was_accepted(review, study, new):
    item = first(review)
    review.accept("ana", item.segment, item.code, request=new())
    review.reject("ana", item.segment, item.code, request=new())
    assert codings(study, "ana") == []
    review.undo("ana", request=new())
    assert len(codings(study, "ana")) == 1


def test_a_changed_suggestion_gets_the_other_code(review, study, new):
    item = first(review)
    book = study.codebook()
    review.change("ana", item.segment, item.code, "Money", request=new())
    assert [c.code for c in codings(study, "ana")] == [book["Money"].guid]
    review.change("ana", item.segment, item.code, "Kin", request=new())
    assert [c.code for c in codings(study, "ana")] == [book["Kin"].guid]
    with pytest.raises(InputError, match="the code that was suggested"):
        review.change("ana", item.segment, item.code, item.code, request=new())


def test_a_span_of_ones_own_is_trimmed_and_checked(review, study, new):
    item = first(review)
    review.accept("ana", item.segment, item.code, request=new(), start=item.start, end=item.end + 1)
    [coding] = codings(study, "ana")
    assert (coding.start, coding.end) == (item.start, item.end)
    for span in ((-1, 5), (5, 5), (0, 10**6), (item.end, item.end + 1)):
        with pytest.raises(InputError, match="no words"):
            review.code("ana", item.transcript, *span, "Money", request=new())


def test_facets_are_those_of_the_code(review, study, new):
    item = first(review)
    done = review.code("ana", "T1", item.start, item.end, "Housing", request=new())
    review.edit("ana", done.coding, request=new(), facets=["desired"])
    assert codings(study, "ana")[0].facets == ("desired",)
    with pytest.raises(InputError, match="no facet of 'Kin'"):
        review.code("ana", "T1", item.start, item.end, "Kin", request=new(), facets=["desired"])
    with pytest.raises(InputError, match="no facet of 'Housing'"):
        review.edit("ana", done.coding, request=new(), facets=["soon"])


def test_the_same_coding_by_hand_gets_the_memo(review, study, new):
    item = first(review)
    one = review.code("ana", "T1", item.start, item.end, "Kin", request=new())
    two = review.code("ana", "T1", item.start, item.end, "Kin", request=new(), memo="note")
    assert one.coding == two.coding
    assert [c.memo for c in codings(study, "ana")] == ["note"]


def test_several_passages_get_a_code_with_one_undo(review, study, new):
    items = review.queue("ana", order="transcript", limit=40).items
    spans = list(dict.fromkeys((i.transcript, i.start, i.end) for i in items))[:3]
    review.code("ana", *spans[0], "Kin", request=new())
    done = review.code_all("ana", spans, "Kin", request=new())
    assert done.lines == 2  # one of them had it
    mine = [c for c in study.codings() if c.coder == "ana"]
    assert len(mine) == 3
    with pytest.raises(InputError, match="already"):
        review.code_all("ana", spans, "Kin", request=new())
    with pytest.raises(InputError, match="at once"):
        review.code_all("ana", [], "Kin", request=new())
    review.undo("ana", request=new())
    assert len([c for c in study.codings() if c.coder == "ana"]) == 1


def test_others_codings_are_left_alone(review, new):
    item = first(review)
    done = review.code("ana", "T1", item.start, item.end, "Kin", request=new())
    with pytest.raises(InputError, match="ana's"):
        review.remove("ben", done.coding, request=new())
    with pytest.raises(InputError, match="ana's"):
        review.edit("ben", done.coding, request=new(), memo="x")
    with pytest.raises(InputError, match="no longer there"):
        review.remove("ana", "nothing", request=new())


def test_two_equal_codings_cannot_come_from_an_edit(review, new):
    item = first(review)
    review.code("ana", "T1", item.start, item.end, "Kin", request=new())
    other = review.code("ana", "T1", item.start, item.end, "Money", request=new())
    with pytest.raises(InputError, match="already"):
        review.edit("ana", other.coding, request=new(), code="Kin")


def test_what_is_coded_by_hand_is_not_asked_again(review, study, new):
    item = first(review)
    before = review.queue("ana").open
    name = next(c.name for c in study.codebook() if c.guid == item.code)
    review.code("ana", item.transcript, item.start, item.end - 3, name, request=new())
    after = review.queue("ana", order="transcript")
    assert after.open == before - 1
    assert after.items[0].key != item.key
    review.undo("ana", request=new())
    assert first(review).key == item.key
    assert review.queue("ben").open == before


def test_what_is_skipped_comes_last(review, new):
    page = review.queue("ana", order="transcript", limit=100)
    review.skip("ana", page.items[0].segment, page.items[0].code, request=new())
    again = review.queue("ana", order="transcript", limit=100)
    assert again.open == page.open
    assert again.items[-1].key == page.items[0].key
    assert again.items[-1].status == "skipped"
    review.accept("ana", page.items[0].segment, page.items[0].code, request=new())
    assert review.skip("ana", *key_of(page.items[0]), request=new()).verdict == "skip"
    assert review.queue("ana", filters=Filters(status="accepted")).open == 1


def key_of(item):
    return item.segment, item.code


def test_what_is_gone_says_so(review, study, new, resuggest):
    item = first(review)
    resuggest(study)
    with pytest.raises(InputError, match="cut anew"):
        review.accept("ana", item.segment, item.code, request=new())
    item = first(review)
    with pytest.raises(InputError, match="no longer there"):
        review.accept("ana", item.segment, "nothing", request=new())


def test_verdicts_outlive_suggestions_made_anew(review, study, new, resuggest):
    item = first(review)
    review.reject("ana", *key_of(item), request=new())
    resuggest(study)
    again = [(i.transcript, i.start, i.code) for i in review.queue("ana", limit=100).items]
    assert (item.transcript, item.start, item.code) not in again
    assert len(again) == review.queue("ben").open - 1


def test_only_known_people_decide(review, study, new):
    item = first(review)
    with pytest.raises(InputError, match="no coder 'zoe'"):
        review.accept("zoe", *key_of(item), request=new())
    for name in ("", "  ", "consensus", "a\nb", "x" * 201):
        with pytest.raises(InputError, match="cannot be a coder's name"):
            review.join(name)


def test_moving_on_marks_as_read_and_deciding_alone_does_not(review, study, new):
    view = review.transcript("T1", "ana")
    item = first(review)
    review.accept("ana", *key_of(item), request=new())
    assert not any(s.read for s in review.transcript("T1", "ana").segments)
    done = review.read("ana", [s.id for s in view.segments], request=new())
    assert all(s.read for s in review.transcript("T1", "ana").segments)
    assert not any(s.read for s in review.transcript("T1", "ben").segments)
    again = review.read("ana", [view.segments[0].id], request=new())
    assert (done.decision, again.decision) == (2, 0)


def test_a_reading_is_blind_unless_suggestions_were_decided_there(review, study, new):
    view = review.transcript("T1", "ana")
    item = first(review)
    review.reject("ana", *key_of(item), request=new())
    review.undo("ana", request=new())
    review.read("ana", [s.id for s in view.segments], request=new(), blind=True)
    with study.database.read() as connection:
        found = store.codings.readings(connection)
    assert {r.start for r in found if not r.blind} == {item.start}
    assert len(found) == len(view.segments)


def test_blind_shows_nothing_of_others_and_no_suggestion(review, study, new):
    item = first(review)
    review.accept("ana", *key_of(item), request=new())
    view = review.transcript(item.transcript, "ben", blind=True)
    assert (view.codings, view.suggestions) == ((), ())
    assert len(review.transcript(item.transcript, "ben").codings) == 1
    page = review.queue("ben", blind=True)
    assert page.items[0].code is None
    assert page.items[0].score is None
    assert page.items[0].evidence == {}
    overview = review.overview("ben", blind=True)
    assert {row.coder for row in overview.progress} == {"ben"}
    assert overview.last == ()
    assert overview.agreement is None


def test_the_text_around_is_one_stretch_of_the_turn(review):
    for item in review.queue("ana", limit=100).items:
        text = review.transcript(item.transcript, "ana").text
        low = item.start - len(item.before)
        assert item.before + item.text + item.after == text[low : item.end + len(item.after)]
        assert item.question.startswith(("Where do you live", "What would help"))


def test_the_evidence_names_the_definition_and_quotes_of_others(review, new):
    item = first(review)
    review.code("ben", "T2", 50, 80, item.code, request=new())
    found = review.evidence("ana", item.segment, item.code)
    assert found["words"] == ["couch"]
    assert found["definition"]
    assert [quote["coder"] for quote in found["newest"]] == ["ben"]
