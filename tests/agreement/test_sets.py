"""Alpha over sets of codes."""

import pytest

from semcode.agreement import SET_DISTANCES, krippendorff_alpha, set_alpha, set_distance
from semcode.errors import InputError

# DKPro Statistics, SetAnnotationsTest: two coders, nine units.
NINE = [
    ["", ""],
    ["A", ""],
    ["A", "A"],
    ["A", "B"],
    ["AB", "A"],
    ["AB", "AC"],
    ["ABC", "ABC"],
    ["C", "AC"],
    ["C", "AC"],
]
NINE = [[list(cell) for cell in row] for row in NINE]


def test_published_values():
    """DKPro prints .252 for its form (.2529, cut not rounded) and .186 for plain sets."""
    assert set_alpha(NINE, distance="masi_product").value == pytest.approx(0.252947, abs=1e-6)
    assert set_alpha(NINE, distance="set").value == pytest.approx(0.186, abs=5e-4)
    assert set_alpha(NINE, distance="masi").value == pytest.approx(0.27308, abs=1e-5)


@pytest.mark.shared
def test_reference_set(reference):
    (entry,) = [entry for name, entry in reference.items() if "multi-label" in name]
    wanted = entry["recomputed"]
    for key, distance in {
        "alpha_masi_dkpro": "masi_product",
        "alpha_set": "set",
        "alpha_masi_passonneau": "masi",
    }.items():
        found = set_alpha(entry["data"], distance=distance).value
        assert found == pytest.approx(wanted[key], abs=1e-6)


@pytest.mark.parametrize(
    ("one", "two", "masi", "product", "jaccard", "plain"),
    [
        ("A", "A", 0, 0, 0, 0),
        ("", "", 0, 0, 0, 0),
        ("A", "AB", 1 - 1 / 2 * 2 / 3, 1 / 2 * 1 / 3, 1 / 2, 1 / 3),
        ("AB", "BC", 1 - 1 / 3 * 1 / 3, 2 / 3 * 2 / 3, 2 / 3, 2 / 3),
        ("A", "B", 1, 1, 1, 1),
        ("", "A", 1, 1 / 3, 1, 1 / 3),
    ],
)
def test_distances(one, two, masi, product, jaccard, plain):
    wanted = {"masi": masi, "masi_product": product, "jaccard": jaccard, "set": plain}
    assert set(wanted) == set(SET_DISTANCES)
    for name, value in wanted.items():
        assert set_distance(one, two, distance=name) == pytest.approx(value)
        assert set_distance(two, one, distance=name) == pytest.approx(value)


def test_single_labels_are_nominal_alpha():
    rows = [["a", "a"], ["a", "b"], ["b", "b"], ["c", "c"]]
    sets = [[[cell] for cell in row] for row in rows]
    for distance in SET_DISTANCES:
        found = set_alpha(sets, distance=distance)
        assert found.value == pytest.approx(krippendorff_alpha(rows).value)
        assert found.weights == distance


def test_missing_differs_from_empty():
    result = set_alpha([[["a"], None], [["a"], ["a"]], [[], []]])
    assert result.n_units == 2
    assert result.value == 1.0


def test_edges():
    assert set_alpha([]).reason
    assert "0/0" in set_alpha([[[], []], [[], []]]).reason
    with pytest.raises(InputError, match="not a set of codes"):
        set_alpha([["a", ["a"]]])
    with pytest.raises(InputError, match="no distance between sets"):
        set_alpha([[["a"], ["a"]]], distance="dice")
