import pytest

from semcode.errors import InputError
from semcode.evaluate import ModeText, in_view, mode_report

DOMAINS = {"g1": "Housing", "g2": "Housing", "g3": "Guilt"}


def texts(a, b, length=100):
    return [ModeText("T1", length, {"a": a, "b": b})]


def run(mode, found, codes, coders=("a", "b"), **options):
    return mode_report(mode, found, coders=coders, codes=codes, domains=DOMAINS, **options)


def test_nvivo_half_and_half_overlap_is_kappa_zero(codes):
    # Each codes 50 of 100 characters, 25 in common: agreement .5, by chance .5.
    report = run("nvivo", texts([(0, 50, "g1")], [(25, 75, "g1")]), codes)
    row = report.rows[0]
    assert (row["percent"], row["cohen_kappa"]) == (50, pytest.approx(0))
    assert (row["sources"][0]["both"], row["sources"][0]["only_first"]) == (25, 25)
    assert report.rows[1]["cohen_kappa"] == 1  # as NVivo shows it ...
    assert "0/0" in report.rows[1]["undefined"]["cohen_kappa"]  # ... and what it is
    by_source = in_view(report, ("transcript",))
    assert {row["transcript"] for row in by_source.rows} == {"T1"}


def test_maxqda_counts_both_directions(codes):
    report = run(
        "maxqda",
        texts([(0, 100, "g1"), (0, 10, "g2")], [(0, 95, "g1"), (50, 60, "g2")]),
        codes,
    )
    assert [row["percent"] for row in report.rows] == [100, 0, None]
    assert report.overall["percent"] == 50
    assert report.overall["brennan_prediger"] == pytest.approx((0.5 - 1 / 3) / (2 / 3))
    assert report.overall["exists_percent"] == 100
    assert run("maxqda", texts([(0, 100, "g1")], [(0, 80, "g1")]), codes).overall["percent"] == 0
    loose = run("maxqda", texts([(0, 100, "g1")], [(0, 80, "g1")]), codes, least=0.8)
    assert loose.overall["percent"] == 100


def test_atlas_domains_are_branches_and_overlap_has_a_reason(codes):
    report = run("atlas", texts([(0, 40, "g1"), (30, 50, "g2")], [(0, 40, "g1")]), codes)
    domain = report.rows[0]
    assert (domain["code"], domain["kind"], domain["codes"]) == (
        "Housing",
        "domain",
        ["Housing", "Childcare"],
    )
    assert domain["percent"] == 90
    assert domain["holsti"] == pytest.approx(2 * 40 / 90)
    assert domain["cu_alpha"] is None
    assert "several codes of this domain" in domain["undefined"]["cu_alpha"]
    assert [row["code"] for row in report.rows if row["kind"] == "code"] == ["Housing", "Childcare"]


def test_who_can_be_compared(codes):
    with pytest.raises(InputError, match="two coders"):
        run("nvivo", texts([], []), codes, coders=("a", "b", "c"))
    with pytest.raises(InputError, match="No transcript was read"):
        run("atlas", [], codes)
    with pytest.raises(InputError, match="no mode"):
        run("excel", texts([], []), codes)
    with pytest.raises(InputError, match="no table by level"):
        in_view(run("atlas", texts([(0, 9, "g1")], []), codes), ("level",))


def test_atlas_has_everything_over_all_codes(codes):
    report = run("atlas", texts([(0, 40, "g1"), (50, 60, "g3")], [(0, 40, "g2")]), codes)
    assert report.overall["percent"] == 90
    assert report.overall["holsti"] == pytest.approx(2 * 40 / 90)
    assert report.overall["alpha_binary"] == pytest.approx(report.rows[0]["alpha_binary"], abs=0.3)
    assert report.overall["n_units"] == report.n_units == 100
    assert report.overall["Cu_alpha"] is None
    assert "one label only" in report.overall["undefined"]["Cu_alpha"]
