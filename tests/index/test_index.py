import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from semcode.index import VectorIndex


@given(st.integers(0, 40), st.integers(0, 5), st.integers(1, 10), st.integers(0, 2**31))
def test_neighbours_equal_those_of_a_full_product(size, queries, count, seed):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(size, 8)).astype(np.float32)
    asked = random.normal(size=(queries, 8)).astype(np.float32)
    similarity, found = VectorIndex(rows).search(asked, count)
    assert similarity.shape == found.shape == (queries, min(count, size))
    expected = -np.sort(-(asked @ rows.T), axis=1)[:, : min(count, size)]
    np.testing.assert_allclose(similarity, expected, atol=1e-4)
