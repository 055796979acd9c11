import pytest

from semcode import Study
from semcode.errors import InputError
from semcode.study.review import Filters, Review


def items(review, coder="ana"):
    return review.queue(coder, order="transcript", limit=100).items


def test_labels_say_what_comes_next(review, study, new):
    one, two = items(review)[:2]
    names = {c.guid: c.name for c in study.codebook()}
    review.accept("ana", one.segment, one.code, request=new())
    done = review.reject("ana", two.segment, two.code, request=new())
    assert done.undo_label == f"reject {names[two.code]}"
    back = review.undo("ana", request=new())
    assert back.label == back.redo_label == f"reject {names[two.code]}"
    assert back.undo_label == f"accept {names[one.code]}"
    assert back.segment == two.segment


def test_nothing_to_undo_stores_nothing(review, new):
    assert review.undo("ana", request=new()).decision == 0
    assert review.redo("ana", request=new()).decision == 0
    assert review.history() == []


def test_a_new_act_clears_what_could_be_redone(review, new):
    one, two = items(review)[:2]
    review.accept("ana", one.segment, one.code, request=new())
    review.undo("ana", request=new())
    assert review.accept("ana", two.segment, two.code, request=new()).redo_label == ""
    assert review.redo("ana", request=new()).decision == 0


def test_each_coder_undoes_alone(review, study, new):
    one, two = items(review)[:2]
    review.accept("ana", one.segment, one.code, request=new())
    review.accept("ben", two.segment, two.code, request=new())
    review.undo("ana", request=new())
    assert [c.coder for c in study.codings()] == ["ben"]


def test_undo_outlives_a_restart_and_a_repeated_request(review, study, folder, new):
    for item in items(review)[:3]:
        review.accept("ana", item.segment, item.code, request=new())
    review.undo("ana", request=new())
    with Study(folder) as again:
        other = Review(again)
        request = new()
        once = other.undo("ana", request=request)
        twice = other.undo("ana", request=request)
        assert once.decision == twice.decision
        assert len(again.codings()) == 1
        assert [other.redo("ana", request=new()).decision > 0 for _ in range(3)] == [
            True,
            True,
            False,
        ]
        other.close()
    assert len(study.codings()) == 3


def test_a_batch_is_undone_and_redone_as_one(review, study, new):
    filters = Filters(min_score=0.5)
    seen = review.preview_bulk("ana", "accept", filters)
    assert sum(n for _, n in seen.by_code) == seen.expected > 3
    request = new()
    done = review.bulk("ana", "accept", filters, request=request, expected=seen.expected)
    assert done.lines == len(study.codings()) == seen.expected
    again = review.bulk("ana", "accept", filters, request=request, expected=seen.expected)
    assert (again.lines, again.decision, again.repeated) == (done.lines, done.decision, True)
    assert review.undo("ana", request=new()).lines == seen.expected
    assert study.codings() == []
    assert review.queue("ana", filters=filters).open == seen.expected
    review.redo("ana", request=new())
    assert len(study.codings()) == seen.expected
    assert review.queue("ana", filters=filters).open == 0


def test_a_batch_is_refused_when_somebody_decided_between(review, new):
    seen = review.preview_bulk("ana", "reject", Filters())
    item = items(review)[0]
    review.reject("ana", item.segment, item.code, request=new())
    with pytest.raises(InputError, match="Look at the preview again"):
        review.bulk("ana", "reject", Filters(), request=new(), expected=seen.expected)
    assert len(review.history()) == 1


def test_the_log_shows_what_was_taken_back(review, new):
    item = items(review)[0]
    review.accept("ana", item.segment, item.code, request=new())
    review.undo("ana", request=new())
    undo, accept = review.history()
    assert (accept.standing, undo.standing, undo.undoes) == (False, True, accept.id)
    review.redo("ana", request=new())
    redo, undo, accept = review.history(coder="ana", transcript=item.transcript)
    assert (accept.standing, undo.standing, redo.undoes) == (True, False, undo.id)
    assert [row.id for row in review.history(before=undo.id)] == [accept.id]
    assert review.history(coder="ben") == []
