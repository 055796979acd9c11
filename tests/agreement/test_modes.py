"""The same numbers as NVivo, MAXQDA and ATLAS.ti show."""

import pytest

from semcode.agreement import (
    atlas_cu_alpha,
    atlas_domain,
    krippendorff_alpha,
    maxqda_documents,
    maxqda_segments,
    nvivo_average,
    nvivo_comparison,
)
from semcode.errors import InputError


def test_nvivos_own_example():
    """NVivo help: of 1,000 characters 50 coded by both, 150 by one, 800 by neither: 85 %."""
    found = nvivo_comparison([(0, 150)], [(100, 200)], size=1_000)
    assert found.percent == pytest.approx(85.0)
    assert (found.both, found.neither) == pytest.approx((5.0, 80.0))
    assert found.only_a + found.only_b == pytest.approx(15.0)
    chance = 150 * 100 / 1_000 + 850 * 900 / 1_000  # NVivo's expected frequencies
    assert found.kappa == pytest.approx((850 - chance) / (1_000 - chance))


def test_coders_who_mark_half_each_with_a_quarter_shared():
    """Cohen's kappa is 0 here; programs that multiply chances show .299."""
    assert nvivo_comparison([(0, 50)], [(25, 75)], size=100).kappa == pytest.approx(0.0)


def test_nvivo_shows_one_where_kappa_is_undefined_and_we_say_so():
    found = nvivo_comparison([], [], size=100)
    assert (found.percent, found.kappa) == (100.0, 1.0)
    assert "undefined" in found.note
    assert nvivo_comparison([(0, 9)], [(0, 9)], size=100).note is None


def test_nvivo_groups_and_averages():
    group = nvivo_comparison([(0, 10), (5, 20)], [(0, 20)], size=100)
    assert group.percent == 100.0
    rows = [group, nvivo_comparison([(0, 150)], [(100, 200)], size=1_000)]
    assert nvivo_average(rows, by_size=False).percent == pytest.approx(92.5)
    assert nvivo_average(rows).percent == pytest.approx((100 * 100 + 1_000 * 85) / 1_100)
    assert nvivo_average([nvivo_comparison([], [], size=5)]).n_undefined == 1
    with pytest.raises(InputError):
        nvivo_average([])
    with pytest.raises(InputError, match="no characters"):
        nvivo_comparison([], [], size=0)


def test_maxqda_existence_and_frequency():
    """The MAXQDA manual's 93.33 % are 14 of 15 codes."""
    codes = [f"code {number}" for number in range(15)]
    first = [dict.fromkeys(codes[:8], 1)]
    second = [dict.fromkeys(codes[:7], 2)]
    rows, percent = maxqda_documents(first, second, codes=codes)
    assert percent == pytest.approx(93.33, abs=0.005)
    assert [row.code for row in rows if row.disagreements] == ["code 7"]
    _, percent = maxqda_documents(first, second, codes=codes, frequency=True)
    assert percent == pytest.approx(100 * 7 / 15)
    assert maxqda_documents([], [], codes=codes)[1] is None
    with pytest.raises(InputError, match="1 document "):
        maxqda_documents(first, [], codes=codes)


def test_maxqda_segments_in_both_directions():
    """The MAXQDA manual's 71.43 % are 10 of 14 segments; chance is 1 in the number of codes."""
    shared = [(100 * n, 100 * n + 50, "a" if n % 2 else "b") for n in range(5)]
    first = [*shared, (900, 950, "a"), (1_000, 1_050, "c")]
    second = [*shared, (900, 940, "a"), (1_000, 1_050, "b")]
    found = maxqda_segments(first, second)
    assert found.percent == pytest.approx(71.43, abs=0.005)
    assert len(found.rows) == 14
    assert found.kappa.expected == pytest.approx(1 / 3)
    assert found.kappa.value == pytest.approx((10 / 14 - 1 / 3) / (1 - 1 / 3))
    assert {row.code: row.agreements for row in found.codes} == {"a": 4, "b": 6, "c": 0}
    looser = maxqda_segments(first, second, least=0.8)
    assert looser.percent == pytest.approx(100 * 12 / 14)
    wider = maxqda_segments(first, second, codes=["a", "b", "c", "d"])
    assert wider.kappa.expected == pytest.approx(1 / 4)
    assert wider.codes[-1].percent is None
    assert "1 in 1" in maxqda_segments(first, second, codes=["a"]).kappa.reason
    assert "Neither" in maxqda_segments([], []).kappa.reason


# ATLAS.ti manual, Methods for testing ICA: ten segments, applies or not.
TEN = {1: [0, 1], 2: [1, 2, 5, 7]}


def test_atlas_ten_segments():
    """The manual: 60 % agreement, 56 % expected, and Krippendorff (2004: 224) alpha .095."""
    spans = {coder: [(n, n + 1, "x") for n in marked] for coder, marked in TEN.items()}
    found = atlas_domain(spans, extent=(0, 10), domain="X", codes=["x"])
    assert found.percent.value == pytest.approx(0.60)
    assert found.alpha_binary.expected == pytest.approx(0.56, abs=0.005)
    assert found.alpha_binary.value == pytest.approx(0.095, abs=5e-4)
    assert found.holsti.value == pytest.approx(2 * 1 / (2 + 4))
    table = [[n in TEN[1], n in TEN[2]] for n in range(10)]
    assert krippendorff_alpha(table).value == pytest.approx(found.alpha_binary.value)


def test_atlas_cu_alpha_is_undefined_without_shared_text():
    spans = {"ann": [(0, 10, "a1")], "ben": [(20, 30, "a2")]}
    found = atlas_domain(spans, extent=(0, 100), domain="A", codes=["a1", "a2"])
    assert found.cu_alpha.value is None
    assert "No two coders" in found.cu_alpha.reason
    assert found.holsti.value == 0
    assert found.percent.value == pytest.approx(0.8)


def test_atlas_domains():
    domains = {"A": ["a1", "a2"], "B": ["b1"]}
    spans = {
        "ann": [(0, 10, "a1"), (20, 40, "b1"), (50, 60, "other")],
        "ben": [(0, 10, "a2"), (20, 40, "b1")],
        "cat": [(0, 10, "a1"), (20, 40, "a1")],
    }
    found = atlas_cu_alpha(spans, extent=(0, 100), domains=domains)
    assert 0 < found.value < 1
    assert found.n_coders == 3
    inside = atlas_domain(spans, extent=(0, 100), domain="A", codes=domains["A"])
    assert inside.cu_alpha.value < found.value
    alone = atlas_domain({"ann": spans["ann"]}, extent=(0, 100), domain="A", codes=["a1"])
    for result in (alone.percent, alone.holsti, alone.alpha_binary, alone.cu_alpha):
        assert result.value is None
        assert "second coder" in result.reason
    nothing = atlas_domain(spans, extent=(0, 100), domain="Z", codes=["z"])
    assert "No coder marked" in nothing.holsti.reason
