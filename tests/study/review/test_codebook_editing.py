import pytest

from semcode import Code, Codebook, Level
from semcode.errors import CodebookError, InputError, StudyError
from semcode.study.review import (
    Add,
    Merge,
    Move,
    Redefine,
    Rename,
    Retire,
    Split,
)
from semcode.study.review.codebook_changes import apply
from semcode.study.review.near_duplicates import near_duplicates
from semcode.study.review.rebuilding import check


@pytest.fixture
def coded(code_as):
    code_as("cora", [("T1", 50, 108, "Kin"), ("T1", 50, 108, "Money"), ("T2", 50, 90, "Kin")])
    code_as("dan", [("T1", 109, 168, "Couch"), ("T2", 50, 90, "Kin")])


def change(review, what, note=""):
    version = review.codebook().version
    return review.change_codebook("ana", what, note=note, expected_version=version)


def names(review):
    return [c.name for c in review.codebook().codes]


def test_add_puts_a_code_below_its_parent_under_a_new_version(review, study):
    assert change(review, Add("Motel", "Rooms by the week.", parent="Housing"), "seen often") == 2
    assert names(review) == ["Housing", "Couch", "Motel", "Kin", "Money"]
    added = next(c for c in review.codebook().codes if c.name == "Motel")
    assert (added.level, added.depth) == ("community", 1)
    first, second = review.codebook_versions()
    assert (second.made_by, second.note, second.changes) == ("ana", "seen often", ("add",))
    assert first.changes == ()
    with pytest.raises(CodebookError, match="has a code 'Motel' already"):
        change(review, Add("motel"))
    with pytest.raises(CodebookError, match="no name"):
        change(review, Add("  "))


def test_a_retired_name_comes_back_as_another_code(review, study):
    old = study.codebook()["Kin"].guid
    change(review, Retire("Kin"))
    change(review, Add("Kin", "Family."))
    assert study.codebook()["Kin"].guid != old


def test_rename_keeps_the_guid_and_the_tree(review, study, coded):
    guid = study.codebook()["Housing"].guid
    shown = review.preview_codebook(Rename("Housing", "Home"))
    assert shown.sentences[0].startswith("0 codings stay")
    assert names(review)[0] == "Housing"
    change(review, Rename(guid, "Home"))
    book = study.codebook()
    assert book["Home"].guid == guid
    assert book["Couch"].parent == "Home"
    assert review.outdated() == []


def test_move_takes_the_level_of_the_new_parent(review, study):
    change(review, Move("Couch", "Kin"))
    book = study.codebook()
    assert book.level_of(book["Couch"]) is Level.INTERPERSONAL
    assert names(review) == ["Housing", "Kin", "Couch", "Money"]
    change(review, Move("Couch"))
    assert study.codebook()["Couch"].level is Level.INTERPERSONAL
    with pytest.raises(CodebookError, match="below itself"):
        change(review, Move("Kin", "Kin"))
    with pytest.raises(InputError, match="no code 'X'"):
        change(review, Move("X"))


def test_merge_recodes_with_a_line_each_and_joins_twins(review, study, coded):
    shown = review.preview_codebook(Merge(("Kin",), "Money"))
    assert (shown.codings, shown.transcripts) == (4, ("T1", "T2"))
    assert "3 codings get the code 'Money'" in shown.sentences[0]
    change(review, Merge(("Kin",), "Money"), "the same thing")
    money = study.codebook()["Money"].guid
    found = [(c.coder, c.transcript, c.code) for c in study.codings() if c.coder != "dan"]
    assert found == [("cora", "T1", money), ("cora", "T2", money)]
    rows = review.history(coder="ana")
    assert [row.verdict for row in rows] == ["edit", "edit", "remove"]
    assert {row.note for row in rows} == {"the same thing"}
    assert check(study.database) == []
    assert review.undo("ana", request="r1").decision == 0
    assert review.outdated() == []


def test_merge_moves_children_and_refuses_its_own_child(review, study):
    with pytest.raises(CodebookError, match="above"):
        change(review, Merge(("Housing",), "Couch"))
    with pytest.raises(InputError, match="different codes"):
        change(review, Merge(("Kin",), "Kin"))
    change(review, Merge(("Housing", "Money"), "Kin"))
    book = study.codebook()
    assert [(c.name, c.parent) for c in book] == [("Kin", None), ("Couch", "Kin")]
    assert book.level_of(book["Couch"]) is Level.INTERPERSONAL


def test_split_lists_codings_for_another_look(review, study, coded, new):
    change(review, Split("Kin", (Add("Aunt", "An aunt."), Add("Mother", "A mother."))))
    assert names(review) == ["Housing", "Couch", "Kin", "Money", "Aunt", "Mother"]
    assert study.codebook()["Aunt"].level is Level.INTERPERSONAL
    found = review.outdated()
    assert [c.split_into for c in found] == [("Aunt", "Mother")] * 3
    review.join("cora")
    review.edit("cora", found[0].guid, request=new(), code="Aunt")
    review.confirm("ana", [c.guid for c in found[1:]])
    assert review.outdated() == []
    review.undo("ana", request=new())
    assert len(review.outdated()) == 2


def test_redefine_lists_codings_until_they_are_confirmed(review, study, coded, new):
    shown = review.preview_codebook(Redefine("Kin", definition="What relatives do."))
    assert shown.before == shown.after == ()
    with pytest.raises(InputError, match="changes nothing"):
        change(review, Redefine("Kin", definition="What relatives do."))
    change(review, Redefine("Kin", definition="What parents do.", examples=("She calls.",)))
    found = review.outdated()
    assert {(c.then, c.now) for c in found} == {("What relatives do.", "What parents do.")}
    flagged = [c for c in review.transcript("T2", "ana").codings if c.outdated]
    assert {c.guid for c in flagged} <= {c.guid for c in found}
    change(review, Redefine("Kin", definition="What relatives do."))
    assert len(review.outdated()) == 3  # they were made before, and it said something else between
    review.confirm("ana", [found[0].guid])
    assert len(review.outdated()) == 2
    change(review, Redefine("Money", examples=("Ten dollars.",)))
    assert len(review.outdated()) == 2
    assert check(study.database) == []


def test_retire_keeps_codings_and_moves_children_up(review, study, coded):
    change(review, Retire("Housing"))
    book = study.codebook()
    assert (book["Couch"].parent, book["Couch"].level) == (None, Level.COMMUNITY)
    change(review, Retire("Couch"))
    view = review.codebook()
    assert [(c.name, c.count, c.retired) for c in view.retired] == [("Couch", 1, True)]
    assert len(study.codings()) == 5
    assert all(i.code in {c.guid for c in view.codes} for i in review.queue("ana", limit=99).items)


def test_who_was_slower_is_told(review):
    version = review.codebook().version
    review.change_codebook("ana", Retire("Money"), expected_version=version)
    with pytest.raises(StudyError, match="Somebody changed the codebook"):
        review.change_codebook("ben", Retire("Kin"), expected_version=version)
    assert "Kin" in names(review)


def test_codes_that_are_alike_are_pointed_out(review):
    book = Codebook(
        codes=(
            Code("Childcare access", "Day care places, waiting lists, vouchers, what it costs."),
            Code("Day care", "Places in day care, its costs, vouchers and the waiting lists."),
            Code("Legal system", "Courts, probation, fines."),
        )
    )
    [pair] = near_duplicates(book)
    assert (pair.first, pair.second) == (book.codes[0].guid, book.codes[1].guid)
    assert "care" in pair.why
    alike = Codebook(codes=(Code("Peer supports", "a"), Code("Peer support", "b")))
    assert near_duplicates(alike)[0].why == "Their names are alike."
    shown = review.preview_codebook(Add("Moneys", "Sums."))
    assert any("much alike" in sentence for sentence in shown.sentences)


def test_shipped_codebooks_hold_no_near_duplicates():
    from semcode.codebook import SHIPPED, load_codebook

    for name in SHIPPED:
        assert near_duplicates(load_codebook(name)) == ()


def test_a_change_leaves_the_given_codebook_alone(study):
    book = study.codebook()
    digest = book.digest
    apply(book, Merge(("Kin",), "Money"))
    assert book.digest == digest
