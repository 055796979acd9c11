"""Coefficients against published tables, with their analytic standard errors."""

import math

import pytest

from semcode.agreement import (
    COEFFICIENTS,
    agreement,
    analytic_interval,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    holsti,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
    weights_matrix,
)
from semcode.errors import InputError

# irrCAC's printed output: (coefficient, weights): (value, standard error)
RAW4_PRINTED = {
    ("percent_agreement", "identity"): (0.8181818, 0.12561),
    ("gwet_ac", "identity"): (0.77544, 0.14295),
    ("fleiss_kappa", "identity"): (0.76117, 0.15302),
    ("krippendorff_alpha", "identity"): (0.74342, 0.14557),
    ("conger_kappa", "identity"): (0.76282, 0.14917),
    ("brennan_prediger", "identity"): (0.77273, 0.14472),
    ("percent_agreement", "quadratic"): (0.9753788, 0.09062),
    ("gwet_ac", "quadratic"): (0.914, 0.10396),
    ("fleiss_kappa", "quadratic"): (0.86494, 0.14603),
    ("krippendorff_alpha", "quadratic"): (0.84911, 0.12913),
    ("conger_kappa", "quadratic"): (0.85771, 0.14367),
    ("brennan_prediger", "quadratic"): (0.90152, 0.11089),
}
RAW4_EXPECTED = {"gwet_ac": 0.1903212, "fleiss_kappa": 0.2387153, "conger_kappa": 0.2334252}


@pytest.mark.parametrize(("key", "printed"), RAW4_PRINTED.items(), ids=str)
def test_raw_ratings_with_missing_as_irrcac_prints_them(raw4, key, printed):
    name, weights = key
    result = agreement(name, raw4, weights=weights)
    assert result.value == pytest.approx(printed[0], abs=6e-6)
    assert result.se == pytest.approx(printed[1], abs=6e-6)
    assert result.n_coders == 4
    assert result.n_units == 11
    assert result.reason is None
    if weights == "identity" and name in RAW4_EXPECTED:
        assert result.expected == pytest.approx(RAW4_EXPECTED[name], abs=6e-8)


@pytest.mark.parametrize(
    ("weights", "printed"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_krippendorffs_own_example_at_every_level(raw4, weights, printed):
    """Krippendorff (2011), Computing Krippendorff's Alpha-Reliability."""
    assert krippendorff_alpha(raw4, weights=weights).value == pytest.approx(printed, abs=6e-4)


def test_gwets_ordinal_weights_give_another_alpha(raw4):
    """irrCAC's ordinal alpha is .834 where Krippendorff publishes .815: both can be had."""
    matrix = weights_matrix("ordinal", [1, 2, 3, 4, 5])
    assert krippendorff_alpha(raw4, weights=matrix).value == pytest.approx(0.834, abs=5e-4)


def test_irrcac_prints_alphas_parts_in_another_form(raw4):
    """irrCAC: pa .805, pe .24; the same alpha from agreement without and with a correction."""
    result = krippendorff_alpha(raw4)
    n = 40  # ratings in units with two or more
    assert (1 - 1 / n) * result.observed + 1 / n == pytest.approx(0.805, abs=1e-9)
    assert (result.expected * (n - 1) + 1) / n == pytest.approx(0.24, abs=1e-9)


ABSTRACTORS_PRINTED = {
    ("cohen_kappa", "identity"): (0.7964094, 0.05891072),
    ("scott_pi", "identity"): (0.7962397, 0.05905473),
    ("gwet_ac", "identity"): (0.8493305, 0.04321747),
    ("brennan_prediger", "identity"): (0.835, 0.04693346),
    ("krippendorff_alpha", "identity"): (0.7972585, 0.05905473),
    ("percent_agreement", "identity"): (0.89, 0.03128898),
    ("cohen_kappa", "quadratic"): (0.8921569, 0.03535151),
    ("scott_pi", "quadratic"): (0.8921093, 0.03539506),
    ("gwet_ac", "quadratic"): (0.9402369, 0.01792019),
    ("brennan_prediger", "quadratic"): (0.9175, 0.02346673),
    ("krippendorff_alpha", "quadratic"): (0.8926487, 0.03539506),
    ("percent_agreement", "quadratic"): (0.9725, 0.007822244),
}


@pytest.mark.parametrize(("key", "printed"), ABSTRACTORS_PRINTED.items(), ids=str)
def test_two_raters_from_a_contingency_table(abstractors, key, printed):
    rows, counts = abstractors
    name, weights = key
    result = agreement(name, rows, weights=weights, counts=counts)
    assert result.value == pytest.approx(printed[0], abs=6e-8)
    if name in {"cohen_kappa", "scott_pi"}:
        assert result.se == pytest.approx(printed[1], abs=6e-9)
    elif name == "krippendorff_alpha":  # irrCAC prints Scott's for tables; ours is that of raw
        assert result.se == pytest.approx(printed[1] * math.sqrt(100 / 99), rel=1e-5)
    else:  # irrCAC divides by n for tables and by n - 1 for raw ratings, as we do
        assert result.se * math.sqrt(99 / 100) == pytest.approx(printed[1], abs=6e-9)


FLEISS15_PRINTED = {
    ("gwet_ac", "identity"): (0.4448007, 0.08418757),
    ("fleiss_kappa", "identity"): (0.4139265, 0.08119291),
    ("krippendorff_alpha", "identity"): (0.4204384, None),
    ("brennan_prediger", "identity"): (0.4388889, 0.08312142),
    ("percent_agreement", "identity"): (0.5511111, None),
    ("gwet_ac", "quadratic"): (0.4837438, 0.1058227),
    ("fleiss_kappa", "quadratic"): (0.2511909, 0.1457381),
    ("krippendorff_alpha", "quadratic"): (0.259511, None),
    ("brennan_prediger", "quadratic"): (0.4177778, 0.1067493),
}


@pytest.mark.parametrize(("key", "printed"), FLEISS15_PRINTED.items(), ids=str)
def test_six_raters(fleiss15, key, printed):
    name, weights = key
    result = agreement(name, fleiss15, weights=weights)
    assert result.value == pytest.approx(printed[0], abs=6e-8)
    if printed[1] is not None:
        assert result.se == pytest.approx(printed[1], abs=6e-8)


def test_alphas_standard_error_agrees_with_the_jackknife(fleiss15):
    """irrCAC's alpha from a distribution (.08243) loses a factor 2 in the chance term;
    its raw function and the jackknife do not."""
    result = krippendorff_alpha(fleiss15)
    n = len(fleiss15)
    left_out = [
        krippendorff_alpha(fleiss15[:i] + fleiss15[i + 1 :], categories=[1, 2, 3, 4, 5]).value
        for i in range(n)
    ]
    mean = sum(left_out) / n
    jackknife = math.sqrt((n - 1) / n * sum((value - mean) ** 2 for value in left_out))
    assert result.se == pytest.approx(0.08119291, abs=6e-8)
    assert result.se == pytest.approx(jackknife, rel=0.05)


def test_paradox_table_of_gwet(expand):
    """DKPro Statistics, Gwet fixture 01 (irrCAC 1.4): AC1 stays high where kappa collapses."""
    rows, counts = expand["contingency"]([[80, 7], [8, 5]])
    ac1 = gwet_ac(rows, counts=counts)
    assert (ac1.observed, ac1.expected) == pytest.approx((0.85, 0.21875))
    assert ac1.value == pytest.approx(0.808)
    assert cohen_kappa(rows, counts=counts).value < 0.4


def test_cohens_own_example(expand):
    """Cohen (1960: 45), as in DKPro: percent .70, AC1 .57597."""
    rows, counts = expand["contingency"]([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert cohen_kappa(rows, counts=counts).value == pytest.approx(0.492, abs=5e-4)
    assert percent_agreement(rows, counts=counts).value == pytest.approx(0.7)
    assert gwet_ac(rows, counts=counts).value == pytest.approx(0.57597, abs=6e-6)


def test_analytic_intervals_as_irrcac_prints_them(raw4, abstractors):
    def rounded(result):
        interval = analytic_interval(result)
        return round(interval.lower, 3), round(interval.upper, 3)

    assert rounded(gwet_ac(raw4)) == (0.461, 1.0)
    assert rounded(fleiss_kappa(raw4)) == (0.424, 1.0)
    assert rounded(krippendorff_alpha(raw4)) == (0.419, 1.0)
    assert rounded(brennan_prediger(raw4)) == (0.454, 1.0)
    rows, counts = abstractors
    assert rounded(cohen_kappa(rows, counts=counts)) == (0.680, 0.913)
    assert rounded(scott_pi(rows, counts=counts)) == (0.679, 0.913)


def test_counts_are_the_same_as_repeated_rows(abstractors):
    rows, counts = abstractors
    longer = [row for row, n in zip(rows, counts, strict=True) for _ in range(n)]
    for name in COEFFICIENTS:
        one, two = agreement(name, rows, counts=counts), agreement(name, longer)
        assert one.value == pytest.approx(two.value, abs=1e-14)
        assert one.n_units == two.n_units == 100
        if one.se is not None:
            assert one.se == pytest.approx(two.se, rel=1e-12)


def test_holsti_counts_what_each_coder_coded():
    table = [["a", "a"], ["a", "b"], ["b", None], [None, "a"], ["b", "b"]]
    assert holsti(table).value == pytest.approx(2 * 2 / (4 + 4))
    full = [["a", "a"], ["a", "b"], ["b", "b"]]
    assert holsti(full).value == pytest.approx(percent_agreement(full).value)
    three = [["a", "a", "b"], ["b", "b", "b"]]
    assert holsti(three).value == pytest.approx((1 + 0.5 + 0.5) / 3)


def test_two_coders_with_gaps_differ_between_cohen_and_conger():
    table = [[1, 1], [1, 0], [0, 0], [None, 1], [1, None]]
    assert cohen_kappa(table).n_units == 3
    assert cohen_kappa(table).value == pytest.approx(cohen_kappa(table[:3]).value)
    assert agreement("conger_kappa", table).value != pytest.approx(cohen_kappa(table).value)


def test_unknown_coefficient_is_said():
    with pytest.raises(InputError, match="no coefficient called 'kapa'"):
        agreement("kapa", [[1, 1]])


@pytest.mark.shared
def test_every_reference_set(reference, expand):
    """The published values of all sets that are units x coders tables, to their digits."""
    names = {
        "pa": "percent_agreement",
        "AC": "gwet_ac",
        "AC1": "gwet_ac",
        "fleiss": "fleiss_kappa",
        "conger": "conger_kappa",
        "bp": "brennan_prediger",
        "alpha": "krippendorff_alpha",
        "cohen": "cohen_kappa",
        "scott": "scott_pi",
    }
    checked = 0
    for name, entry in reference.items():
        if "multi-label" in name or "unitizing" in name:
            continue  # tested with sets and unitizing
        table, counts, weights = entry["data"], None, "identity"
        if "cont3x3" in name or "likert" in name:
            table, counts = expand["contingency"](table)
        if "distrib" in name:
            table = expand["distribution"](table)
        if "3 coders x 15 units" in name:
            table = [list(column) for column in zip(*table, strict=True)]
        if "quadratic" in name:
            weights = "quadratic"
        for key, value in entry["expected"].items():
            digits = len(str(value).split(".")[1])
            found = None
            if key in names:
                found = agreement(names[key], table, weights=weights, counts=counts).value
            elif key in {"nominal", "interval"} or key.startswith("alpha_"):
                found = krippendorff_alpha(table, weights=key.removeprefix("alpha_")).value
            elif key == "AC2":
                found = gwet_ac(table, weights="quadratic", counts=counts).value
            elif key == "pe_fleiss":  # .2201 was computed from rounded shares; .2199 exactly
                found = round(fleiss_kappa(table).expected, 4)
                assert found == 0.2199
                found = value
            assert found is not None, (name, key)
            assert found == pytest.approx(value, abs=0.51 * 10**-digits), (name, key)
            checked += 1
    assert checked == 44


@pytest.mark.shared
def test_dkpros_gwet_fixtures(shared, expand):
    import json

    files = sorted((shared / "agreement" / "dkpro").glob("fixture_*.json"))
    seen = 0
    for file in files:
        fixture = json.loads(file.read_text(encoding="utf-8"))
        if "table" not in fixture:
            continue
        rows, counts = expand["contingency"](fixture["table"])
        for case in fixture["cases"]:
            weights = "identity" if case["weights"] == "unweighted" else case["weights"]
            result = gwet_ac(rows, counts=counts, weights=weights)
            assert result.observed == pytest.approx(case["pa"], abs=1e-12)
            assert result.expected == pytest.approx(case["pe"], abs=1e-12)
            assert result.value == pytest.approx(case["coefficient"], abs=6e-6)
            seen += 1
    assert seen == 10
