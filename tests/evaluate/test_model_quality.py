import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from semcode.evaluate.data import Options
from semcode.evaluate.model_quality import Judged, average_precision, quality

OPTIONS = Options(resamples=300, cluster="participant")


def made(units=240, codes=4, people=8, seed=0):
    rng = np.random.default_rng(seed)
    truth = (rng.random((units, codes)) < [0.3, 0.2, 0.1, 0.05][:codes]).astype(float)
    p = np.clip(0.3 * truth + rng.random((units, codes)).round(1) * 0.7, 0, 1)
    return p, p > 0.5, truth, [f"P{i % people}" for i in range(units)]


def labels(codes):
    return [(f"code {i}", None) for i in range(codes)]


def test_measures_are_scikit_learns():
    p, given, truth, people = made()
    weights = np.random.default_rng(1).random(len(p)) + 0.5
    rows, macro, micro = quality(
        Judged(p, given, truth, people, weights), labels(4), options=OPTIONS
    )
    for column, row in enumerate(rows):
        want = precision_recall_fscore_support(
            truth[:, column], given[:, column], average="binary", sample_weight=weights
        )[:3]
        assert [row.values[k].value for k in ("precision", "recall", "f1")] == pytest.approx(want)
        ap = average_precision_score(truth[:, column], p[:, column], sample_weight=weights)
        assert row.values["average_precision"].value == pytest.approx(ap)
    for total, average in ((macro, "macro"), (micro, "micro")):
        want = precision_recall_fscore_support(
            truth.astype(int), given.astype(int), average=average, sample_weight=weights
        )[:3]
        assert [total.values[k].value for k in ("precision", "recall", "f1")] == pytest.approx(want)


def test_ties_count_together_and_weightings_are_apart():
    p, _, truth, _ = made(codes=1)
    w = np.random.default_rng(2).integers(0, 4, (5, len(p))).astype(float)
    found = average_precision(p[:, 0], truth[:, 0], w)
    for draw, value in zip(w, found, strict=True):
        want = average_precision_score(truth[:, 0], p[:, 0], sample_weight=draw)
        assert value == pytest.approx(want)


def test_a_share_of_coders_counts_as_that_many_people():
    p, given, truth, people = made()
    rng = np.random.default_rng(3)
    other = np.where(rng.random(truth.shape) < 0.15, 1 - truth, truth)
    shares = Judged(p, given, (truth + other) / 2, people)
    twice = Judged(
        np.vstack([p, p]), np.vstack([given, given]), np.vstack([truth, other]), people + people
    )
    one, two = (quality(j, labels(4), options=OPTIONS)[0] for j in (shares, twice))
    for a, b in zip(one, two, strict=True):
        for name, estimate in a.values.items():
            assert estimate.value == pytest.approx(b.values[name].value), name
            assert estimate.lower == pytest.approx(b.values[name].lower), name


def test_what_nobody_judged_does_not_count():
    p, given, truth, people = made()
    half = truth.copy()
    half[::2, 0] = np.nan
    row = quality(Judged(p, given, half, people), labels(4), options=OPTIONS)[0][0]
    want = precision_recall_fscore_support(truth[1::2, 0], given[1::2, 0], average="binary")[2]
    assert (row.n, row.values["f1"].value) == (120, pytest.approx(want))


def test_undefined_figures_say_why():
    p, given, truth, people = made()
    truth[:, 0], given[:, 1], truth[:, 2] = 0, False, np.nan
    rows, macro, _ = quality(Judged(p, given, truth, people), labels(4), options=OPTIONS)
    assert rows[0].values["recall"].value is None
    assert "Nobody gave the code" in rows[0].values["f1"].reason
    assert "none of the judged units" in rows[1].values["precision"].reason
    assert rows[1].values["f1"].value == 0.0
    assert "Nobody has judged" in rows[2].values["precision"].reason
    assert macro.n_defined["f1"] == 2


def test_there_is_no_interval_without_variation_or_participants():
    p, given, truth, _ = made()
    two = quality(Judged(p, given, truth, ["a", "b"] * 120), labels(4), options=OPTIONS)[0][0]
    assert "too few" in two.values["f1"].why
    perfect = Judged(truth, truth > 0, truth, [str(i % 8) for i in range(240)])
    f1 = quality(perfect, labels(4), options=OPTIONS)[0][0].values["f1"]
    assert (f1.value, f1.lower) == (1.0, None)
    assert "no certainty" in f1.why


def test_intervals_are_as_wide_as_people_differ():
    rng = np.random.default_rng(4)
    people = np.repeat(np.arange(12), 40)
    truth = (rng.random((480, 1)) < 0.3).astype(float)
    apart = np.where((people % 2 == 0)[:, None], truth, 1 - truth) > 0  # right, or wrong, by person
    alike = np.where(rng.random((480, 1)) < 0.5, truth, 1 - truth) > 0
    widths = []
    for given in (apart, alike):
        judged = Judged(given.astype(float), given, truth, people.tolist())
        f1 = quality(judged, labels(1), options=OPTIONS)[0][0].values["recall"]
        widths.append(f1.upper - f1.lower)
    assert widths[0] > 2 * widths[1]
