import pytest

from semcode import store
from semcode.errors import InputError
from semcode.study.review.rebuilding import check

PAIR = ("cora", "dan")


@pytest.fixture
def coded(code_as):
    code_as("cora", [("T1", 50, 108, "Kin"), ("T1", 109, 168, "Couch"), ("T2", 50, 108, "Kin")])
    code_as("dan", [("T1", 50, 108, "Money"), ("T1", 109, 168, "Couch")])


def settle(review, difference, codes, new, **more):
    return review.settle(
        "ana",
        difference.transcript,
        difference.start,
        difference.end,
        codes,
        **{"rationale": "talked about it", "request": new(), "coders": PAIR, **more},
    )


def test_only_differences_are_shown_with_both_sides(review, study, coded):
    book = study.codebook()
    one, two = review.disagreements(PAIR)
    assert (one.transcript, one.start, one.end) == ("T1", 50, 108)
    assert one.codes == {"cora": (book["Kin"].guid,), "dan": (book["Money"].guid,)}
    assert [c.coder for c in one.codings["dan"]] == ["dan"]
    assert two.codes == {"cora": (book["Kin"].guid,), "dan": ()}
    assert review.disagreements(PAIR, transcript="T2") == [two]
    assert not one.settled
    assert one.question.startswith("Where do you live")


def test_a_settled_difference_is_the_consensus_and_originals_stay(review, study, coded, new):
    one, two = review.disagreements(PAIR)
    before = study.codings()
    done = settle(review, one, ["Kin"], new)
    settle(review, two, [], new)
    assert [c for c in study.codings() if c.coder != "consensus"] == before
    [coding] = [c for c in study.codings() if c.coder == "consensus"]
    assert (coding.start, coding.end, coding.code) == (50, 108, study.codebook()["Kin"].guid)
    one, two = review.disagreements(PAIR)
    assert (one.settled, one.consensus, one.rationale, one.settled_by) == (
        True,
        (coding.code,),
        "talked about it",
        "ana",
    )
    assert (two.settled, two.consensus) == (True, ())
    assert review.history()[0].note == "talked about it"
    view = review.transcript("T1", "ana")
    assert [c.consensus for c in view.codings if c.coder == "consensus"] == [True]
    with study.database.read() as connection:
        read = [r for r in store.codings.readings(connection) if r.coder == "consensus"]
        kinds = {c.name: c.kind for c in store.people.coders(connection)}
    assert len(read) == 2
    assert kinds["consensus"] == "consensus"
    assert done.decision
    review.undo("ana", request=new())
    review.undo("ana", request=new())
    assert not any(d.settled for d in review.disagreements(PAIR))
    assert study.codings() == before
    assert check(study.database) == []


def test_settled_again_the_newer_counts(review, study, coded, new):
    one, _ = review.disagreements(PAIR)
    settle(review, one, ["Kin"], new)
    settle(review, one, ["Money", "Kin"], new)
    assert len([c for c in study.codings() if c.coder == "consensus"]) == 2
    settle(review, one, ["Money"], new)
    [coding] = [c for c in study.codings() if c.coder == "consensus"]
    assert coding.code == study.codebook()["Money"].guid
    review.undo("ana", request=new())
    assert len([c for c in study.codings() if c.coder == "consensus"]) == 2
    assert len(review.disagreements(PAIR)[0].consensus) == 2


def test_what_not_all_have_read_is_not_compared(review, study, coded, code_as, new):
    assert review.disagreements(("cora", "ana")) == []
    one, _ = review.disagreements(PAIR)
    with pytest.raises(InputError, match="ana has not read"):
        settle(review, one, ["Kin"], new, coders=("cora", "ana"))
    with pytest.raises(InputError, match="Two coders"):
        review.disagreements(["cora"])
    with pytest.raises(InputError, match="no coder 'zoe'"):
        review.disagreements(["cora", "zoe"])
    with pytest.raises(InputError, match="no transcript"):
        review.disagreements(PAIR, transcript="T9")


def test_nobody_decides_as_the_consensus(review, coded, new):
    one, _ = review.disagreements(PAIR)
    settle(review, one, ["Kin"], new)
    item = review.queue("ana").items[0]
    with pytest.raises(InputError, match="only people decide"):
        review.accept("consensus", item.segment, item.code, request=new())


def test_facets_that_both_gave_are_kept(review, study, code_as, new):
    code_as("cora", [("T1", 50, 108, "Housing"), ("T1", 50, 108, "Kin")])
    code_as("dan", [("T1", 50, 108, "Housing")])
    for name in PAIR:
        review.join(name)
        [own] = [
            c
            for c in review.transcript("T1", name).codings
            if c.own and c.code == study.codebook()["Housing"].guid
        ]
        review.edit(name, own.guid, request=new(), facets=["current"])
    [one] = review.disagreements(PAIR)
    settle(review, one, ["Housing"], new)
    [coding] = [c for c in study.codings() if c.coder == "consensus"]
    assert coding.facets == ("current",)
