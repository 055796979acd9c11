import runpy
from pathlib import Path

import pytest

from semcode import Study
from semcode.study.review import Filters, Review


def test_the_last_decisions_are_counted_without_those_taken_back(review, new):
    items = review.queue("ana", limit=100).items
    review.accept("ana", items[0].segment, items[0].code, request=new())
    review.reject("ana", items[1].segment, items[1].code, request=new())
    review.unsure("ana", items[2].segment, items[2].code, request=new())
    done = review.reject("ana", items[3].segment, items[3].code, request=new())
    assert (done.model.last.n, done.model.last.accepted, done.model.last.rejected) == (3, 1, 2)
    assert done.model.audit is None  # that would be waited for
    review.undo("ana", request=new())
    assert review.pulse("ana").last.rejected == 1
    assert review.pulse("ben").last.n == 0
    assert review.pulse("ana").version == "definitions, run 1"


@pytest.fixture
def large(tmp_path):
    helpers = runpy.run_path(str(Path(__file__).with_name("conftest.py")))
    helpers["make_study"](tmp_path / "large", transcripts=5)
    with Study(tmp_path / "large") as study:
        review = Review(study)
        review.join("ana")
        yield review
        review.close()


def test_the_audit_says_how_suggestions_do_on_what_was_coded_blind(large, new):
    assert "No audit sample" in large.pulse("ana").audit.reason
    assert large.assign(["ana"], sample=20, seed=1, blind=True, batch="audit 1") == 20
    page = large.queue("ana", order="audit", limit=100)
    assert page.open == 20
    assert all(i.code is None for i in page.items)
    hidden = {i.segment for i in page.items}
    assert not hidden & {i.segment for i in large.queue("ana", limit=500).items}
    book = large.codebook().codes
    for item in page.items:
        code = book[item.start % len(book)]
        large.code(
            "ana", item.transcript, item.start, item.end, code.guid, request=new(), blind=True
        )
        large.read("ana", [item.segment], request=new(), blind=True)
    audit = large.pulse("ana").audit
    assert (audit.drawn, audit.n, audit.coded) == (20, 20, 20)
    met = large.queue("ana", limit=500, filters=Filters(status="accepted")).items
    right = len({i.key for i in met if i.segment in hidden})
    assert audit.precision == pytest.approx(right / audit.suggested)
    assert audit.recall == pytest.approx(right / 20)
    low, high = audit.recall_interval
    assert low <= audit.recall <= high
    assert (
        large.queue("ana", order="audit").note == "Every segment that is to be read blind is read."
    )


def test_too_little_is_said_with_its_reason(large, new):
    large.assign(["ana"], sample=12, blind=True, batch="audit 1")
    for item in large.queue("ana", order="audit", limit=3).items:
        large.read("ana", [item.segment], request=new(), blind=True)
    audit = large.pulse("ana").audit
    assert (audit.n, audit.precision) == (3, None)
    assert "3 of 12 passages" in audit.reason


def test_what_was_accepted_there_later_is_not_blind(large, new):
    large.assign(["ana"], sample=20, blind=True, batch="audit 1")
    for item in large.queue("ana", order="audit", limit=50).items:
        large.read("ana", [item.segment], request=new(), blind=True)
    item = large.queue("ana").items[0]
    large.accept("ana", item.segment, item.code, request=new())
    assert large.pulse("ana").audit.coded == 0


def test_an_audit_is_drawn_from_what_nobody_has_read(large, new):
    assert large.audit("ana", n=4, seed=1) == 4
    page = large.queue("ana", order="audit")
    assert page.open == 4
    assert {i.code for i in page.items} == {None}
    [row] = {r.batch for r in large.assignments("ana")}
    assert row.startswith("audit")
