"""The cluster bootstrap: equal to resampling rows, honest in its coverage, clear when it cannot."""

import numpy as np
import pytest

from semcode.agreement import (
    agreement,
    bootstrap_codes,
    bootstrap_table,
    cohen_kappa,
    gwet_ac,
    krippendorff_alpha,
)
from semcode.agreement.bootstrap import HAS_OR_NOT, code_tallies
from semcode.agreement.formulas import FORMULAS
from semcode.agreement.resampling import draw_bounds, resampling_weights
from semcode.agreement.studentized import studentized_bounds
from semcode.agreement.tally import tally
from semcode.agreement.weights import weighting
from semcode.errors import InputError


def made(*, codes=3, units=200, coders=3, clusters=8, missing=0.1, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.random((codes, units)) < 0.3
    ratings = np.empty((codes, units, coders), dtype=np.int8)
    for coder in range(coders):
        wrong = rng.random((codes, units)) < 0.15
        ratings[:, :, coder] = truth ^ wrong
        ratings[:, rng.random(units) < missing, coder] = -1
    return ratings, np.sort(rng.integers(0, clusters, units))


def as_table(code):
    return np.where(code < 0, np.nan, code.astype(float))


def repeated(table, clusters, weights):
    rows = [
        index
        for cluster, n in enumerate(weights.astype(int))
        for index in np.flatnonzero(clusters == cluster).tolist() * n
    ]
    return table[rows]


@pytest.mark.parametrize("name", [name for name in FORMULAS if name != "cohen_kappa"])
@pytest.mark.parametrize("weights", ["identity", "quadratic", "ordinal"])
def test_a_resample_is_the_coefficient_of_the_repeated_rows(name, weights):
    rng = np.random.default_rng(3)
    table = rng.integers(1, 5, (90, 3)).astype(float)
    table[:, 1] = np.where(rng.random(90) < 0.6, table[:, 0], table[:, 1])
    table[rng.random((90, 3)) < 0.15] = np.nan
    table[~np.isfinite(table).any(axis=1)] = 1.0
    clusters = np.sort(rng.integers(0, 7, 90))
    drawn = resampling_weights(7, 40, seed=1)
    from semcode.agreement import rating_table

    ratings = rating_table(table, categories=[1, 2, 3, 4])
    chosen = weighting(weights, ratings, ordinal_by_rank=name == "krippendorff_alpha")
    sums = tally(ratings.indices, 4, chosen, groups=clusters, n_groups=7)
    draws = FORMULAS[name](sums.resampled(drawn), chosen)[0]
    for weight, draw in zip(drawn, draws, strict=True):
        rows = repeated(table, clusters, weight)
        wanted = agreement(name, rows, weights=weights, categories=[1, 2, 3, 4]).value
        assert draw == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("coders", [2, 3, 7])
def test_many_codes_are_the_same_as_one_by_one(coders):
    ratings, clusters = made(coders=coders)
    names = ("krippendorff_alpha", "gwet_ac", "fleiss_kappa", "conger_kappa", "percent_agreement")
    found = bootstrap_codes(ratings, clusters, coefficients=names, resamples=50)
    drawn = resampling_weights(8, 50, seed=0)
    for name in names:
        for code in range(3):
            table = as_table(ratings[code])
            single = agreement(name, table, categories=[0, 1])
            assert found[name].values[code] == pytest.approx(single.value, abs=1e-12)
            assert found[name].observed[code] == pytest.approx(single.observed, abs=1e-12)
            rows = repeated(table, clusters, drawn[7])
            wanted = agreement(name, rows, categories=[0, 1]).value
            assert found[name].draws[7, code] == pytest.approx(wanted, abs=1e-12)


def test_cohen_for_more_coders_is_the_mean_over_pairs():
    ratings, clusters = made()
    found = bootstrap_codes(ratings, clusters, coefficients=("cohen_kappa",), resamples=20)
    table = as_table(ratings[1])
    pairs = [cohen_kappa(table[:, pair]).value for pair in ([0, 1], [0, 2], [1, 2])]
    assert found["cohen_kappa"].values[1] == pytest.approx(np.mean(pairs), abs=1e-12)


def test_table_and_codes_give_the_same_interval():
    ratings, clusters = made(codes=1, coders=2)
    many = bootstrap_codes(ratings, clusters)
    one = bootstrap_table(as_table(ratings[0]), clusters.tolist(), categories=[0, 1])
    for name, interval in one.items():
        assert interval.lower == pytest.approx(many[name].lower[0], abs=1e-12)
        assert interval.upper == pytest.approx(many[name].upper[0], abs=1e-12)
        assert interval.lower < many[name].values[0] < interval.upper
        assert interval.n_clusters == 8


def test_the_same_seed_gives_the_same_interval():
    ratings, clusters = made(codes=1, coders=2)
    table = as_table(ratings[0])
    assert bootstrap_table(table, clusters) == bootstrap_table(table, clusters)
    assert bootstrap_table(table, clusters) != bootstrap_table(table, clusters, seed=1)


def test_resampling_units_would_be_too_narrow():
    """Interviews differ: units as their own clusters give an interval that is too short."""
    rng = np.random.default_rng(8)
    clusters = np.repeat(np.arange(20), 40)
    truth = rng.random(800) < rng.beta(1, 3, 20)[clusters]
    skill = rng.choice([0.6, 0.98], 20)[clusters]
    table = np.stack([truth ^ (rng.random(800) > skill) for _ in range(2)], axis=1).astype(float)
    by_interview = bootstrap_table(table, clusters, method="percentile")["krippendorff_alpha"]
    by_unit = bootstrap_table(table, np.arange(800), method="percentile")["krippendorff_alpha"]
    width = by_interview.upper - by_interview.lower
    assert width > 1.5 * (by_unit.upper - by_unit.lower)


def test_units_without_ratings_and_empty_columns_keep_their_clusters():
    table = [[1, 1, None], [None, None, None], [0, 1, None], [0, 0, None], [1, 1, None]]
    found = bootstrap_table(table, ["a", "b", "a", "b", "c"], resamples=200)
    assert found["krippendorff_alpha"].n_clusters == 3
    assert "Only 3 interviews" in found["krippendorff_alpha"].notes[-1]


def test_one_interview_has_no_interval():
    found = bootstrap_table([[1, 1], [0, 1], [0, 0]], ["a", "a", "a"])["gwet_ac"]
    assert found.lower is None
    assert "one interview" in found.reason
    ratings, _ = made(codes=1)
    many = bootstrap_codes(ratings, ["a"] * 200)["gwet_ac"]
    assert np.isnan(many.lower[0])
    assert not np.isnan(many.values[0])


def test_a_rare_code_that_falls_out_is_counted():
    table = np.zeros((100, 2))
    table[0] = 1
    found = bootstrap_table(table, np.repeat(np.arange(10), 10))["krippendorff_alpha"]
    assert found.undefined_share == pytest.approx((1 - 1 / 10) ** 10, abs=0.03)
    assert "of the resamples had no value" in found.notes[0]
    two = bootstrap_table(np.zeros((20, 2)), np.arange(20))["krippendorff_alpha"]
    assert "undefined in 100%" in two.reason
    assert two.lower is None


def test_coefficients_that_do_not_fit_the_coders():
    found = bootstrap_table([[1, 1, 0], [0, 0, 1]], [1, 2])
    assert "use conger_kappa" in found["cohen_kappa"].reason
    assert "second coder" in bootstrap_table([[1], [0]], [1, 2])["gwet_ac"].reason


def test_bad_input_is_said():
    ratings, clusters = made()
    with pytest.raises(InputError, match="199 clusters for 200 units"):
        bootstrap_codes(ratings, clusters[1:])
    with pytest.raises(InputError, match="other than 1, 0 and -1"):
        bootstrap_codes(ratings * 2, clusters)
    with pytest.raises(InputError, match="shape"):
        bootstrap_codes(ratings[:, :, :1], clusters)
    with pytest.raises(InputError, match="no interval for 'holsti'"):
        bootstrap_codes(ratings, clusters, coefficients=("holsti",))
    with pytest.raises(InputError, match="no interval 'normal'"):
        bootstrap_codes(ratings, clusters, method="normal")


def test_quantiles_skip_what_is_undefined():
    draws = np.array([[0.1, np.nan], [0.3, 0.5], [0.2, 0.7], [np.nan, np.nan], [0.4, np.nan]])
    lower, upper, missing = draw_bounds(draws, n_clusters=100, level=0.5, method="percentile")
    assert lower[0] == pytest.approx(np.nanquantile(draws[:, 0], 0.25))
    assert upper[0] == pytest.approx(np.nanquantile(draws[:, 0], 0.75))
    assert np.isnan(lower[1])
    assert missing.tolist() == pytest.approx([0.2, 0.6])


def test_coverage_with_known_truth():
    """Interviews with their own prevalence and skill; the truth is that of all interviews.

    Nominal 95 %; 600 simulated studies of 25 interviews, so that 93 to 97 % is within the
    sampling error of what scripts/bench_agreement.py measures with more.
    """
    shape = {"prevalence": (2, 8), "hit": (12, 3), "pass": (40, 2)}

    def interviews(rng, n):
        return (rng.integers(20, 81, n), *(rng.beta(*pair, n) for pair in shape.values()))

    rng = np.random.default_rng(99)
    size, p, hit, ok = interviews(rng, 2_000_000)
    marked = np.average(p * hit + (1 - p) * (1 - ok), weights=size)
    same = p * (hit**2 + (1 - hit) ** 2) + (1 - p) * (ok**2 + (1 - ok) ** 2)
    agree = np.average(same, weights=size)
    chance = marked**2 + (1 - marked) ** 2
    other = 2 * marked * (1 - marked)
    truth = {
        "krippendorff_alpha": (agree - chance) / (1 - chance),
        "gwet_ac": (agree - other) / (1 - other),
    }
    covered = dict.fromkeys(truth, 0)
    studies = 600
    rng = np.random.default_rng(5)
    for study in range(studies):
        size, p, hit, ok = interviews(rng, 25)
        clusters = np.repeat(np.arange(25), size)
        real = rng.random(len(clusters)) < p[clusters]
        coders = [
            np.where(
                real,
                rng.random(len(clusters)) < hit[clusters],
                rng.random(len(clusters)) >= ok[clusters],
            )
            for _ in range(2)
        ]
        ratings = np.stack(coders, axis=1).astype(np.int8)[None]
        again = code_tallies(ratings, clusters, 25).resampled(
            resampling_weights(25, 1_000, seed=study)
        )
        for name, value in truth.items():
            draws = FORMULAS[name](again, HAS_OR_NOT)[0]
            lower, upper, _ = draw_bounds(draws, n_clusters=25, level=0.95, method="expanded")
            covered[name] += bool(lower[0] <= value <= upper[0])
    for name, times in covered.items():
        assert 0.93 <= times / studies <= 0.97, (name, times / studies)


def test_few_interviews_have_studentized_bounds_that_alpha_can_take():
    ratings, clusters = made(codes=2, coders=2, clusters=6)
    ratings[1] = 0
    ratings[1, :3] = 1
    ratings[1, 3, 0] = 1  # a rare code
    few = bootstrap_codes(ratings, clusters)["krippendorff_alpha"]
    wide = bootstrap_codes(ratings, clusters, method="expanded")["krippendorff_alpha"]
    assert few.lower[0] != wide.lower[0]
    assert few.lower[0] < few.values[0] < few.upper[0] <= 1
    share = (ratings[1] == 1).mean()
    assert -5 * share < few.lower[1] < few.values[1]  # alpha of a rare code is never near -1
    many = np.arange(200) % 40
    both = [
        bootstrap_codes(ratings, many, method=method)["gwet_ac"].lower
        for method in ("studentized", "expanded")
    ]
    assert both[0] == pytest.approx(both[1])


@pytest.mark.parametrize("interviews", [5, 8])
def test_coverage_with_few_interviews(interviews):
    """A rare code in few interviews: expanded percentiles cover less than 93 % here."""
    rng = np.random.default_rng(17)
    alpha = FORMULAS["krippendorff_alpha"]

    def one(n):
        size, p, hit = rng.integers(20, 81, n), rng.beta(1, 12, n), rng.beta(8, 4, n)
        ok = rng.beta(40, 2, n)
        cells = [
            p * hit**2 + (1 - p) * (1 - ok) ** 2,
            p * hit * (1 - hit) + (1 - p) * ok * (1 - ok),
        ]
        shares = np.stack([cells[0], cells[1], cells[1], 1 - cells[0] - 2 * cells[1]], axis=1)
        return size, shares

    size, shares = one(400_000)
    both, odd = (float((size @ shares[:, k]) / size.sum()) for k in (0, 1))
    marked = both + odd
    truth = 1 - odd / (marked * (1 - marked))
    patterns = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], dtype=np.int64)
    covered = {"expanded": 0, "studentized": 0}
    for study in range(300):
        size, shares = one(interviews)
        counts = np.stack([rng.multinomial(n, p) for n, p in zip(size, shares, strict=True)])
        sums = tally(patterns, 2, HAS_OR_NOT, groups=np.arange(4), n_groups=4).resampled(
            counts.astype(float)
        )
        drawn = resampling_weights(interviews, 400, seed=study)

        def evaluate(weights, sums=sums):
            return alpha(sums.resampled(weights), HAS_OR_NOT)[0][:, None]

        draws = evaluate(drawn)
        lower, upper, _ = draw_bounds(draws, n_clusters=interviews, level=0.95, method="expanded")
        covered["expanded"] += bool(lower[0] <= truth <= upper[0])
        every = np.ones(interviews, dtype=bool)
        value = evaluate(np.ones((1, interviews)))[0]
        few = studentized_bounds(value, draws, evaluate, drawn, every, level=0.95)
        if not np.isnan(few[0][0]):
            lower, upper = few
        covered["studentized"] += bool(lower[0] <= truth <= upper[0])
    assert 0.92 <= covered["studentized"] / 300 <= 0.985
    assert covered["studentized"] > covered["expanded"]


def test_values_agree_with_the_single_functions_on_edge_codes():
    ratings = np.zeros((2, 30, 2), dtype=np.int8)
    ratings[1, :5] = 1
    found = bootstrap_codes(ratings, np.arange(30) // 3, resamples=100)
    assert np.isnan(found["krippendorff_alpha"].values[0])
    assert krippendorff_alpha(ratings[0], categories=[0, 1]).value is None
    assert found["gwet_ac"].values[0] == gwet_ac(ratings[0], categories=[0, 1]).value == 1.0
    assert found["krippendorff_alpha"].values[1] == 1.0


def test_interviews_that_one_coder_read_are_not_resampled():
    ratings, clusters = made(coders=2, clusters=10, missing=0.0)
    alone = np.isin(clusters, [3, 7])
    ratings[:, alone, 1] = -1
    found = bootstrap_codes(ratings, clusters)["krippendorff_alpha"]
    without = bootstrap_codes(ratings[:, ~alone], clusters[~alone])["krippendorff_alpha"]
    assert found.n_clusters == without.n_clusters == 8
    assert found.lower == pytest.approx(without.lower, abs=1e-12)
    one = bootstrap_table(as_table(ratings[0]), clusters)["krippendorff_alpha"]
    assert one.n_clusters == 8
    assert one.lower == pytest.approx(found.lower[0], abs=1e-12)


def test_counts_stand_for_repeated_units():
    ratings, clusters = made(coders=2)
    counts = np.random.default_rng(2).integers(0, 4, 200)
    longer = np.repeat(np.arange(200), counts)
    for name, found in bootstrap_codes(ratings, clusters, counts=counts).items():
        wanted = bootstrap_codes(ratings[:, longer], clusters[longer])[name]
        assert found.values == pytest.approx(wanted.values, abs=1e-12)
        assert found.lower == pytest.approx(wanted.lower, abs=1e-12)
        table = bootstrap_table(as_table(ratings[0]), clusters, counts=counts)[name]
        assert table.upper == pytest.approx(found.upper[0], abs=1e-12)
