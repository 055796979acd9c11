import pytest

from semcode.errors import InputError, StudyError
from semcode.study.review import Add, Merge, Redefine, Rename, Restore, Retire, Split
from semcode.study.review.rebuilding import check, rebuild, stored


@pytest.fixture
def coded(code_as):
    code_as("cora", [("T1", 50, 108, "Kin"), ("T1", 50, 108, "Money"), ("T2", 50, 90, "Kin")])
    code_as("dan", [("T1", 109, 168, "Couch"), ("T2", 50, 90, "Kin")])


def change(review, what, note=""):
    version = review.codebook().version
    return review.change_codebook("ana", what, note=note, expected_version=version)


def codings(study):
    return {(c.guid, c.code, c.start, c.end, c.memo, c.facets) for c in study.codings()}


def test_a_merge_of_two_codes_is_taken_back(review, study, coded):
    book, before = study.codebook(), codings(study)
    change(review, Merge(("Kin",), "Money"))
    merged = codings(study)
    assert merged != before
    shown = review.preview_codebook(Restore(1))
    assert "Taken back: “Kin” merged into “Money”." in shown.sentences
    assert shown.sentences[2].startswith("3 codings get back the code that they had")
    assert (shown.codings, shown.after) == (3, ("Kin",))
    assert codings(study) == merged  # a preview changes nothing
    assert change(review, Restore(1), "they differ after all") == 3
    assert codings(study) == before
    assert study.codebook() == book
    assert review.outdated() == []
    assert check(study.database) == []
    rows = [row for row in review.history(coder="ana") if row.codebook_version == 3]
    assert {row.verdict for row in rows} == {"edit", "code"}
    assert {row.note for row in rows} == {"they differ after all"}
    assert review.undo("ana", request="r1").decision == 0  # undo passes over both


def test_going_forward_again_does_it_again(review, study, coded):
    change(review, Merge(("Kin",), "Money"))
    merged, book = codings(study), study.codebook()
    change(review, Restore(1))
    change(review, Restore(2))
    assert codings(study) == merged
    assert study.codebook() == book
    assert check(study.database) == []
    assert [row.told for row in review.codebook_versions()][1:] == [
        ("“Kin” merged into “Money”",),
        ("went back to version 1",),
        ("went back to version 2",),
    ]


def test_several_changes_are_taken_back_at_once(review, study, coded):
    before, book = codings(study), study.codebook()
    change(review, Merge(("Couch",), "Kin"))
    change(review, Rename("Kin", "Family"))
    change(review, Merge(("Family",), "Money"))
    change(review, Restore(1))
    assert codings(study) == before
    assert study.codebook() == book
    assert stored(study.database) == rebuild(study.database)


def test_what_people_did_since_stays(review, study, coded, new):
    change(review, Merge(("Kin",), "Money"))
    review.join("cora")
    moved = next(c for c in study.codings() if c.coder == "cora" and c.transcript == "T2")
    review.edit("cora", moved.guid, request=new(), code="Housing")
    shown = review.preview_codebook(Restore(1))
    assert "1 coding was changed since and stays as it is." in shown.sentences
    assert shown.codings == 2
    change(review, Restore(1))
    kept = next(c for c in study.codings() if c.guid == moved.guid)
    assert study.codebook()[kept.code].name == "Housing"
    assert check(study.database) == []


def test_codings_with_a_code_that_leaves_stay_and_are_listed(review, study, new):
    change(review, Add("Motel", "Rooms by the week.", parent="Housing"))
    review.code("ana", "T1", 50, 60, "Motel", request=new())
    shown = review.preview_codebook(Restore(1))
    assert any("1 coding has a code that leaves" in sentence for sentence in shown.sentences)
    change(review, Restore(1))
    view = review.codebook()
    assert [code.name for code in view.codes if code.retired] == []
    assert len(study.codings()) == 1
    change(review, Restore(2))
    assert study.codebook()[study.codings()[0].code].name == "Motel"


def test_a_definition_taken_back_needs_no_other_look(review, study, coded):
    change(review, Redefine("Kin", definition="What parents do."))
    assert len(review.outdated()) == 3
    change(review, Restore(1))
    assert review.outdated() == []
    change(review, Restore(2))
    assert len(review.outdated()) == 3


def test_a_split_taken_back_needs_no_other_look(review, study, coded):
    change(review, Split("Kin", (Add("Aunt"), Add("Mother"))))
    assert len(review.outdated()) == 3
    change(review, Restore(1))
    assert review.outdated() == []


def test_a_code_that_was_away_for_a_while_keeps_its_older_meanings(review, study, coded):
    change(review, Redefine("Kin", definition="What parents do."))
    change(review, Retire("Kin"))
    change(review, Restore(2))
    assert len(review.outdated()) == 3


@pytest.mark.parametrize("version", [2, 3, 99])
def test_there_must_be_such_a_version_before(review, study, version):
    change(review, Add("Motel"))
    for run in (review.preview_codebook, lambda what: change(review, what)):
        with pytest.raises(InputError, match="no version"):
            run(Restore(version))


def test_somebody_who_was_faster_is_not_overwritten(review, study):
    change(review, Add("Motel"))
    change(review, Add("Camp"))
    with pytest.raises(StudyError, match="Somebody changed"):
        review.change_codebook("ana", Restore(1), note="", expected_version=2)
