import pytest

from semcode import Code, Codebook, Facet, Level
from semcode.errors import CodebookError


def book(*codes: Code, facets: tuple[Facet, ...] = ()) -> Codebook:
    return Codebook(codes=codes, facets=facets)


def test_codes_need_no_more_than_a_name_and_a_definition():
    made = Codebook(codes=[Code(name="Housing", definition="Where they live.")])
    assert made["housing"].definition == "Where they live."
    assert made.level_of(made["Housing"]) is None
    assert made.color_of(made["Housing"]).startswith("#")


def test_guid_depends_on_the_name_alone():
    assert Code(name="Housing", definition="a").guid == Code(name="housing", definition="b").guid
    assert Code(name="Housing").guid != Code(name="Family").guid


def test_level_path_and_ancestors_come_from_the_parents():
    made = book(
        Code("Needs", level=Level.COMMUNITY),
        Code("Housing", parent="needs"),
        Code("Waiting list", parent="Housing"),
    )
    last = made["Waiting list"]
    assert made.level_of(last) is Level.COMMUNITY
    assert made.path(last) == ("Needs", "Housing", "Waiting list")
    assert [c.name for c in made.children("Needs")] == ["Housing"]
    assert [c.name for c in made.children(None)] == ["Needs"]


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ((Code("A"), Code("a")), "Two codes are named"),
        ((Code("A", parent="B"),), "not there"),
        ((Code("A", parent="B"), Code("B", parent="A")), "own parents"),
        ((Code("A", parent="A"),), "own parents"),
        ((Code(" "),), "no name"),
        ((Code("A", facets=("time",)),), "not defined"),
        ((Code("A", guid="1"), Code("B", guid="1")), "same guid"),
        ((Code("A", color="red"),), "not a colour"),
        ((Code("A", color='red" onload="x'),), "not a colour"),
        ((Code("A", color="#12"),), "not a colour"),
        ((Code("A", level=Level.COMMUNITY), Code("B", parent="A", level="intrapersonal")), "its"),
    ],
)
def test_a_fault_says_what_and_what_to_do(codes, said):
    with pytest.raises(CodebookError, match=said) as caught:
        book(*codes)
    assert caught.value.remedy


def test_a_misspelt_parent_gets_a_proposal():
    with pytest.raises(CodebookError, match="did you mean 'Housing'"):
        book(Code("Housing"), Code("Shelter", parent="Housng"))


def test_digest_changes_with_any_word():
    one = book(Code("A", definition="x"))
    assert one.digest == book(Code("A", definition="x")).digest
    assert one.digest != book(Code("A", definition="y")).digest


@pytest.mark.parametrize(
    ("facets", "said"),
    [
        ((Facet("time", ("now",)), Facet("Time", ("then",))), "Two facets are named 'Time'"),
        ((Facet("time", ()),), "'time' has no values"),
        ((Facet("time", ("now", " ")),), "an empty one"),
        ((Facet("time", ("now", "Now")),), "a value twice"),
        ((Facet(" ", ("now",)),), "no name"),
    ],
)
def test_a_faulty_facet_is_refused(facets, said):
    with pytest.raises(CodebookError, match=said) as caught:
        book(Code("A"), facets=facets)
    assert caught.value.remedy
