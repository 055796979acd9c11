import pytest

from semcode.errors import InputError


def test_memos_are_written_changed_and_removed(review, study, new):
    book = study.codebook()
    item = review.queue("ana", order="transcript").items[0]
    made = review.accept("ana", item.segment, item.code, request=new())
    about = {
        "code": book["Kin"].guid,
        "coding": made.coding,
        "transcript": "T1",
        "participant": "T1",
        "study": "",
    }
    guids = {k: review.write_memo("ana", k, t, f"on {k}\n<b>") for k, t in about.items()}
    rows = review.memos()
    assert [row.target_kind for row in rows] == [*about][::-1]
    labels = {row.target_kind: row.label for row in rows}
    assert labels["code"] == "Kin"
    assert labels["study"] == "the study"
    assert labels["coding"].startswith("We lost the flat")
    assert (
        review.write_memo("ana", "code", about["code"], "anew", guid=guids["code"])
        == (guids["code"])
    )
    [row] = review.memos("code", about["code"])
    assert (row.text, row.coder) == ("anew", "ana")
    review.write_memo("ana", "code", about["code"], " ", guid=guids["code"])
    assert review.memos("code") == []
    review.remove("ana", made.coding, request=new())
    assert review.memos("coding")[0].label == "a coding that was removed"


def test_what_a_memo_cannot_be(review):
    with pytest.raises(InputError, match="cannot be about a 'dream'"):
        review.write_memo("ana", "dream", "", "x")
    with pytest.raises(InputError, match="no transcript"):
        review.write_memo("ana", "transcript", "T9", "x")
    with pytest.raises(InputError, match="empty"):
        review.write_memo("ana", "study", "", "  ")
    guid = review.write_memo("ana", "study", "", "mine")
    with pytest.raises(InputError, match="ana's"):
        review.write_memo("ben", "study", "", "theirs", guid=guid)
    with pytest.raises(InputError, match="no longer there"):
        review.write_memo("ana", "study", "", "x", guid="nothing")


def test_a_memo_sent_twice_is_stored_once(review, new):
    request = new()
    first = review.write_memo("ana", "study", "", "once", request=request)
    assert review.write_memo("ana", "study", "", "once", request=request) == first == request
    assert len(review.memos()) == 1
