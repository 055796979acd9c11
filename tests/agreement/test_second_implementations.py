"""Coefficients against other programs and a literal second implementation on random tables."""

import itertools
import math
import os
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from semcode.agreement import (
    agreement,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
    set_alpha,
    weights_matrix,
)

EXAMPLES = int(os.environ.get("SEMCODE_EXAMPLES", "150"))
many = settings(max_examples=EXAMPLES, deadline=None, derandomize=True)


@st.composite
def tables(draw, *, coders=(2, 5), missing=True, categories=(2, 5)):
    r, q = draw(st.integers(*coders)), draw(st.integers(*categories))
    n = draw(st.integers(2, 25))
    seed = draw(st.integers(0, 2**32 - 1))
    share = draw(st.sampled_from([0.0, 0.1, 0.4])) if missing else 0.0
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, q + 1, n)
    noise = rng.integers(1, q + 1, (n, r))
    table = np.where(rng.random((n, r)) < draw(st.sampled_from([0.1, 0.5, 0.9])), noise, 0)
    table = np.where(table == 0, truth[:, None], table).astype(float)
    table[rng.random((n, r)) < share] = np.nan
    return table, q


def literal(name, table, weights):
    """The textbook definitions, unit by unit and pair by pair (Gwet 2014; Krippendorff 2011)."""
    q = len(weights)
    units = [[int(x) - 1 for x in row if not math.isnan(x)] for row in table]
    units = [unit for unit in units if unit]
    coders = [[int(x) - 1 for x in column if not math.isnan(x)] for column in table.T]
    coders = [coder for coder in coders if coder]

    def agreed(unit):
        pairs = list(itertools.permutations(unit, 2))
        return sum(weights[a, b] for a, b in pairs) / len(pairs)

    paired = [unit for unit in units if len(unit) > 1]
    if not paired or len(coders) < 2:
        return None
    observed = sum(map(agreed, paired)) / len(paired)
    share = [sum(unit.count(k) / len(unit) for unit in units) / len(units) for k in range(q)]
    every = list(itertools.product(range(q), repeat=2))
    if name == "fleiss_kappa":
        expected = sum(weights[k, m] * share[k] * share[m] for k, m in every)
    elif name == "gwet_ac":
        expected = weights.sum() / (q * (q - 1)) * sum(p * (1 - p) for p in share)
    elif name == "brennan_prediger":
        expected = weights.sum() / q**2
    elif name == "conger_kappa":
        own = [[coder.count(k) / len(coder) for k in range(q)] for coder in coders]
        pairs = list(itertools.permutations(own, 2))
        expected = sum(
            weights[k, m] * one[k] * two[m] for one, two in pairs for k, m in every
        ) / len(pairs)
    elif name == "krippendorff_alpha":
        n = sum(map(len, paired))
        observed = sum(agreed(unit) * len(unit) for unit in paired) / n
        pool = [sum(unit.count(k) for unit in paired) for k in range(q)]
        expected = sum(weights[k, m] * pool[k] * (pool[m] - (k == m)) for k, m in every) / (
            n * (n - 1)
        )
    if 1 - expected < 1e-9:
        return None
    return (observed - expected) / (1 - expected)


@pytest.mark.parametrize(
    "name",
    ["brennan_prediger", "conger_kappa", "fleiss_kappa", "gwet_ac", "krippendorff_alpha"],
)
@many
@given(
    tables(), st.sampled_from(["identity", "linear", "quadratic", "ordinal", "ratio", "radical"])
)
def test_literal_definitions_with_weights_and_gaps(name, made, weights):
    table, q = made
    categories = list(range(1, q + 1))
    matrix = weights_matrix(weights, categories)
    result = agreement(name, table, weights=matrix, categories=categories)
    wanted = literal(name, table, matrix)
    if wanted is None:
        assert result.value is None
        assert result.reason
    else:
        assert result.value == pytest.approx(wanted, abs=1e-9)
        assert result.reason is None


@many
@given(tables(), st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_krippendorff_package(made, level):
    library = pytest.importorskip("krippendorff")
    table, _ = made
    pairable = table[(~np.isnan(table)).sum(axis=1) >= 2]
    assume(len(np.unique(pairable[~np.isnan(pairable)])) > 1)
    wanted = library.alpha(reliability_data=table.T, level_of_measurement=level)
    assert krippendorff_alpha(table, weights=level).value == pytest.approx(wanted, abs=1e-9)


@many
@given(tables(coders=(2, 2), missing=False), st.sampled_from([None, "linear", "quadratic"]))
def test_scikit_learn_cohen(made, weights):
    metrics = pytest.importorskip("sklearn.metrics")
    table, q = made
    labels = list(range(1, q + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = metrics.cohen_kappa_score(
            table[:, 0].astype(int), table[:, 1].astype(int), labels=labels, weights=weights
        )
    result = cohen_kappa(table, weights=weights or "identity", categories=labels)
    if result.value is None:  # scikit-learn gives NaN, we a reason
        assert math.isnan(wanted)
        assert "0/0" in result.reason
    else:
        assert result.value == pytest.approx(wanted, abs=1e-12)


@many
@given(tables(coders=(2, 2), missing=True), st.sampled_from([None, "linear", "quadratic"]))
def test_statsmodels_cohen_with_its_standard_error(made, weights):
    library = pytest.importorskip("statsmodels.stats.inter_rater")
    table, q = made
    whole = table[~np.isnan(table).any(axis=1)].astype(int)
    counts = np.zeros((q, q))
    np.add.at(counts, (whole[:, 0] - 1, whole[:, 1] - 1), 1)
    result = cohen_kappa(table, weights=weights or "identity", categories=range(1, q + 1))
    assume(result.value is not None)
    with np.errstate(all="ignore"):
        wanted = library.cohens_kappa(counts, wt=weights)
    assert result.value == pytest.approx(wanted.kappa, abs=1e-12)
    if result.se is not None:
        # statsmodels rounds a variance of 0 to one below 0 and gives NaN
        assert result.se == pytest.approx(np.nan_to_num(wanted.std_kappa), abs=1e-7)


@many
@given(tables(missing=False))
def test_statsmodels_fleiss(made):
    library = pytest.importorskip("statsmodels.stats.inter_rater")
    table, q = made
    counts, _ = library.aggregate_raters(table.astype(int) - 1, n_cat=q)
    result = fleiss_kappa(table)
    assume(result.value is not None)
    assert result.value == pytest.approx(library.fleiss_kappa(counts), abs=1e-12)


@many
@given(tables(missing=False))
def test_nltk(made):
    library = pytest.importorskip("nltk.metrics.agreement")
    table, _ = made
    data = [(f"c{coder}", unit, int(table[unit, coder])) for unit, coder in np.ndindex(table.shape)]
    task = library.AnnotationTask(data=data)
    assert percent_agreement(table).value == pytest.approx(task.avg_Ao(), abs=1e-12)
    assume(len(np.unique(table)) > 1)
    assert krippendorff_alpha(table).value == pytest.approx(task.alpha(), abs=1e-9)
    assert scott_pi(table).value == pytest.approx(task.pi(), abs=1e-12)
    assert agreement("brennan_prediger", table).value == pytest.approx(task.S(), abs=1e-12)
    # NLTK's multi_kappa is Davies and Fleiss's, which is Conger's, not Fleiss'.
    assert conger_kappa(table).value == pytest.approx(task.multi_kappa(), abs=1e-12)


@many
@given(
    st.lists(
        st.tuples(*[st.frozensets(st.sampled_from("abcd"), min_size=1)] * 2),
        min_size=3,
        max_size=15,
    )
)
def test_nltk_masi(rows):
    """Without empty sets, for which NLTK divides by zero."""
    library = pytest.importorskip("nltk.metrics.agreement")
    distance = pytest.importorskip("nltk.metrics.distance")
    assume(len({cell for row in rows for cell in row}) > 1)
    data = [(f"c{c}", u, cell) for u, row in enumerate(rows) for c, cell in enumerate(row)]

    def exact(one, two):
        """NLTK writes .67 and .33 for two thirds and one third."""
        rough = distance.masi_distance(one, two)
        shared = len(one & two) / len(one | two)
        factor = round((1 - rough) / shared, 2) if shared else 0
        return 1 - shared * {0.67: 2 / 3, 0.33: 1 / 3}.get(factor, factor)

    wanted = library.AnnotationTask(data=data, distance=exact).alpha()
    assert set_alpha(rows).value == pytest.approx(wanted, abs=1e-9)
