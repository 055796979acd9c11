"""What semcode code says is missing where it refuses."""

from argparse import Namespace

import pytest

from semcode.cli.coding import _missing
from semcode.study.learning.batch_coding import BatchCoding


@pytest.mark.parametrize(("asked", "advised"), [(0.05, True), (0.1, False), (0.4, False)])
def test_more_is_advised_only_where_it_is_more(asked, advised):
    found = BatchCoding(
        "semcode", True, ("T",), 100, 0, 0, 60, 6, "same interviews", (), (), (), sure=20
    )
    [said] = _missing(found, Namespace(max_error=asked, study="s"))
    assert "wrong too often" in said
    assert ("--max-error 0.1" in said) is advised
