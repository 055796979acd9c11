from itertools import product

import pytest

from semcode.findings.suppression import withheld


def test_a_small_count_takes_another_with_it():
    assert withheld([10, 2, 5], smallest=3) == {1, 2}


def test_nothing_is_withheld_without_small_counts():
    assert withheld([10, 0, 5], smallest=3) == frozenset()
    assert withheld([1, 2, 1], smallest=1) == frozenset()


def test_a_group_of_few_people_is_withheld_whatever_its_count():
    assert 1 in withheld([4, 0, 5], smallest=3, most=[9, 2, 9])


@pytest.mark.parametrize("total_known", [True])
def test_no_withheld_count_follows_from_the_total(total_known):
    for counts in product(range(5), repeat=3):
        sizes = [6, 6, 6]
        hidden = withheld(counts, smallest=3, most=sizes)
        for place in hidden:
            possible = {
                guess[place]
                for guess in product(range(7), repeat=3)
                if sum(guess) == sum(counts)
                and all(guess[p] == counts[p] for p in range(3) if p not in hidden)
            }
            assert len(possible) > 1, (counts, hidden)
        assert all(p in hidden for p, count in enumerate(counts) if 0 < count < 3)


def test_values_that_are_listed_are_known_to_be_in_use():
    from semcode.findings.suppression import withheld_table

    rows = [[4], [1], [1], [1]]
    assert withheld_table(rows, smallest=3, least=1) == {(0, 0), (1, 0), (2, 0), (3, 0)}
    assert withheld_table(rows, smallest=3) == {(1, 0), (2, 0), (3, 0)}
