"""Labels and probabilities in the tree, folds of whole groups."""

from __future__ import annotations

import numpy as np

from semcode.classify.hierarchy import consistent, rivals_of, spread_labels
from semcode.classify.tuning import folds_of

NAN = np.nan
PARENTS = [-1, 0, 1, -1]  # 0 > 1 > 2, and 3


def test_labels_follow_from_labels():
    y = np.array(
        [
            [NAN, NAN, 1.0, NAN],  # a yes goes up
            [0.0, NAN, NAN, 1.0],  # a no goes down
            [0.0, 1.0, NAN, NAN],  # a contradiction: the child's yes counts
            [NAN, 0.0, NAN, NAN],  # a child's no says nothing of its parent
            [NAN, 0.5, NAN, NAN],
        ]
    )
    expected = [
        [1, 1, 1, NAN],
        [0, 0, 0, 1],
        [1, 1, NAN, NAN],
        [NAN, 0, 0, NAN],
        [0.5, 0.5, NAN, NAN],
    ]
    assert np.array_equal(spread_labels(y, PARENTS), expected, equal_nan=True)


def test_no_child_above_its_parent():
    p = np.array([[0.2, 0.5, 0.9, 0.1]])
    learned = np.array([True, True, True, True])
    assert consistent(p, PARENTS, learned).tolist() == [[0.2, 0.2, 0.2, 0.1]]
    assert consistent(p, PARENTS, ~learned).tolist() == [[0.9, 0.9, 0.9, 0.1]]


def test_rivals_are_seen_only_where_they_are():
    one_each = np.zeros((40, 4))
    one_each[:, 0], one_each[20:, 0], one_each[20:, 3] = 1, 0, 1
    assert rivals_of(one_each, PARENTS) == [0, 3]
    assert rivals_of(one_each[:10], PARENTS) == []
    asked = np.full((41, 4), np.nan)  # one question a text: says nothing of the other codes
    asked[:, 3] = 1
    assert rivals_of(np.vstack([one_each, asked[:40]]), PARENTS) == [0, 3]
    assert rivals_of(np.vstack([one_each, asked]), PARENTS) == []
    one_each[:3] = 0
    assert rivals_of(one_each, PARENTS) == []


def test_groups_stay_whole():
    groups = [f"P{i % 7}" for i in range(50)]
    folds = folds_of(groups, 5)
    assert sorted(np.concatenate(folds).tolist()) == list(range(50))
    owner = [{groups[i] for i in fold} for fold in folds]
    assert sum(map(len, owner)) == 7
    assert folds_of(["P"] * 9, 5) == []
