from itertools import product
from random import Random

import pytest

from semcode.findings.suppression import withheld, withheld_rows


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


def bounded(rows, parents, blank, sizes):
    """Find by trying out every table what a reader could not rule out."""
    places = range(len(sizes))
    fitting = [
        [
            guess
            for guess in product(*(range(sizes[g] + 1) if g in own else [row[g]] for g in places))
            if sum(guess) == sum(row)
        ]
        for row, own in zip(rows, blank, strict=True)
    ]
    possible = {(r, g): set() for r in range(len(rows)) for g in places}
    for table in product(*fitting):
        if all(
            above is None or all(table[r][g] <= table[above][g] for g in places)
            for r, above in enumerate(parents)
        ):
            for r, g in possible:
                possible[r, g].add(table[r][g])
    return possible


def test_levels_above_give_nothing_away():
    """The code's 1 and 4 alone would be safe; the level shows that group B has at most 4."""
    rows, parents = [[4, 4], [1, 4]], [None, 0]
    _, blank = withheld_rows(rows, parents, sizes=[5, 4], smallest=3)
    assert len(bounded(rows, parents, blank, [5, 4])[1, 0]) > 1


def test_no_small_count_can_be_told_from_rows_totals_sizes_and_levels():
    random = Random(1)
    hidden = 0
    for _ in range(100):
        sizes = [random.randint(3, 5) for _ in range(random.choice((2, 3)))]
        top = [random.randint(0, n) for n in sizes]
        middle = [random.randint(0, n) for n in top]
        low = [random.randint(0, n) for n in middle]
        rows, parents = [top, middle, low], [None, 0, 1]
        gone, blank = withheld_rows(rows, parents, sizes=sizes, smallest=3)
        assert not gone
        possible = bounded(rows, parents, blank, sizes)
        for r, row in enumerate(rows):
            for g, n in enumerate(row):
                if 0 < n < 3:
                    hidden += 1
                    assert g in blank[r]
                    everything = all(len(own) == len(sizes) for own in blank)
                    assert len(possible[r, g]) > 1 or everything, (rows, sizes, blank)
    assert hidden > 50


def test_a_small_group_goes_with_another():
    gone, blank = withheld_rows([[9, 3, 1]], [None], sizes=[10, 8, 2], smallest=3)
    assert gone == {1, 2}
    assert blank == [{1, 2}]
    assert withheld_rows([[4, 2]], [None], sizes=[5, 2], smallest=3)[0] == {0, 1}
