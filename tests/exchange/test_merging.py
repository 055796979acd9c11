from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcode import Code, Codebook, Facet
from semcode.exchange.merging import facets_of_sets, merge_codes
from semcode.exchange.project import ProjectCode, SourceSet
from semcode.records import Level


def guid(number):
    return str(UUID(int=number, version=4))


def book(*codes, **more):
    return Codebook(codes=codes, **more)


def names(merged):
    return [code.name for code in merged.codebook.codes]


def test_guid_comes_before_path_and_path_before_name():
    ours = book(
        Code("A", guid=guid(1)), Code("B", parent="A", guid=guid(2)), Code("C", guid=guid(3))
    )
    theirs = [
        ProjectCode(guid(1), "renamed there"),
        ProjectCode(guid(11), "a"),
        ProjectCode(guid(12), "b", guid(11)),
        ProjectCode(guid(13), "c", guid(11)),
    ]
    merged = merge_codes(ours, theirs)
    assert merged.guids[guid(1)] == guid(1)
    assert merged.guids[guid(13)] == guid(3)  # another place, the same and only name
    assert merged.codebook[merged.guids[guid(12)]].name == "B"
    # The study's A is taken by its guid, so that the other `a` is another code.
    assert merged.added == ["a (2)"]


def test_new_codes_stand_behind_their_parents_last_child():
    ours = book(Code("A"), Code("A1", parent="A"), Code("B"))
    theirs = [
        ProjectCode(guid(1), "B"),
        ProjectCode(guid(2), "A"),
        ProjectCode(guid(3), "A2", guid(2)),
        ProjectCode(guid(4), "A2x", guid(3)),
        ProjectCode(guid(5), "C"),
    ]
    assert names(merge_codes(ours, theirs)) == ["A", "A1", "A2", "A2x", "B", "C"]


def test_an_empty_definition_is_filled_and_another_stays():
    ours = book(Code("A"), Code("B", "ours"), Code("C", "same"))
    theirs = [
        ProjectCode(guid(n), name, None, text)
        for n, name, text in [(1, "A", "theirs"), (2, "B", "theirs"), (3, "C", "same")]
    ]
    merged = merge_codes(ours, theirs)
    assert [code.definition for code in merged.codebook.codes] == ["theirs", "ours", "same"]
    assert merged.kept == ["B"]


def test_a_circle_of_parents_is_cut():
    theirs = [ProjectCode(guid(1), "A", guid(2)), ProjectCode(guid(2), "B", guid(1))]
    assert sorted(names(merge_codes(book(), theirs))) == ["A", "B"]


def test_the_colour_of_a_level_is_no_colour_of_the_code():
    theirs = [
        ProjectCode(guid(1), "Community", None, "", "#A65896"),
        ProjectCode(guid(2), "Roads", guid(1), "", "#a65896"),
        ProjectCode(guid(3), "Parks", guid(1), "", "#123456"),
    ]
    merged = merge_codes(book(), theirs)
    assert [code.color for code in merged.codebook.codes] == ["", "", "#123456"]


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("Public Policy", Level.PUBLIC_POLICY),
        ("organizational level", Level.ORGANIZATIONAL),
        ("Community", Level.COMMUNITY),
        ("community garden", None),
        ("level", None),
    ],
)
def test_a_level_is_taken_from_its_name_alone(name, level):
    theirs = [ProjectCode(guid(1), name)]
    assert merge_codes(book(), theirs).codebook.codes[0].level == level
    assert merge_codes(book(), theirs, levels_by_name=False).codebook.codes[0].level is None


def test_facets_come_from_sets_and_those_of_the_study_stay():
    sets = [
        SourceSet(guid(1), "Facet: resources", (), "current; desired\nNow or wanted."),
        SourceSet(guid(2), "Facet: empty", (), " "),
        SourceSet(guid(3), "Shelter", (), "current"),
    ]
    facets = facets_of_sets(sets)
    assert facets == (Facet("resources", ("current", "desired"), "Now or wanted."),)
    code = ProjectCode(guid(4), "A", details={"facets": ("resources", "time")})
    merged = merge_codes(book(), [code], facets=facets)
    assert merged.codebook.codes[0].facets == ("resources",)
    assert merged.dropped == {"time"}
    standing = book(facets=(Facet("Resources", ("x",)),))
    assert merge_codes(standing, [], facets=facets).codebook.facets == standing.facets


LETTERS = st.sampled_from(["A", "a", "B", "Community", "A (B)", ""])


@given(st.lists(st.tuples(LETTERS, st.integers(-1, 8)), max_size=9), st.data())
def test_any_tree_is_a_codebook_and_a_second_time_changes_nothing(shape, data):
    theirs = [
        ProjectCode(guid(n), name, guid(parent) if parent >= 0 else None)
        for n, (name, parent) in enumerate(shape)
    ]
    ours = book(*(Code(name) for name in data.draw(st.sets(st.sampled_from(["A", "C"])))))
    first = merge_codes(ours, theirs)
    assert len(first.codebook) == len(ours) + len(first.added)
    assert set(first.guids) == {code.guid for code in theirs}
    again = merge_codes(first.codebook, theirs, originals=first.originals)
    assert again.codebook == first.codebook
    assert again.added == []
