"""The participants table against values worked out by hand."""

from __future__ import annotations

from semcode.findings.sample import describe_participants
from semcode.records import Participant


def people(name: str, *values: str) -> list[Participant]:
    return [Participant(str(i), {name: value}) for i, value in enumerate(values)]


def test_numbers_get_mean_and_median() -> None:
    (age,) = describe_participants(people("age", "20", "30", "40", "60", ""))
    assert age.name == "Age"
    assert age.rows == (
        ("Mean (SD)", "37.5 (17.1)"),
        ("Median (range)", "35 (20 to 60)"),
        ("Not given", "1 (20.0%)"),
    )


def test_categories_are_ranked_and_shares_are_of_all() -> None:
    (race,) = describe_participants(people("race", "b", "a", "b", ""))
    assert race.rows == (("b", "2 (50.0%)"), ("a", "1 (25.0%)"), ("Not given", "1 (25.0%)"))


def test_yes_no_codes_and_padded_numbers_are_categories() -> None:
    (flag,) = describe_participants(people("flag", "0", "1", "1"))
    assert flag.rows[0] == ("1", "2 (66.7%)")
    (site,) = describe_participants(people("site", "001", "002", "003"))
    assert site.rows[0] == ("001", "1 (33.3%)")


def test_many_values_are_summed_up() -> None:
    (town,) = describe_participants(people("town", *(f"town {i:02d}" for i in range(25))))
    assert len(town.rows) == 11
    assert town.rows[-1] == ("15 other values", "15 (60.0%)")


def test_nobody() -> None:
    assert describe_participants([]) == ()
