"""Real codings: AnnoMI's ten raters and the double-coded MLSS interviews."""

import csv

import numpy as np
import pytest

from semcode.agreement import (
    bootstrap_codes,
    bootstrap_table,
    code_disputes,
    confused_codes,
    fleiss_kappa,
    gamma,
    krippendorff_alpha,
    ratings_from_rows,
    set_alpha,
)

pytestmark = pytest.mark.shared
TEN_RATERS = {"7", "27", "55", "56", "66", "109", "130"}
DOUBLE_CODED = ["2", "7", "12", "19", "30", "31", "32", "35", "40"]


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("column", "published"), [("main_therapist_behaviour", 0.737), ("client_talk_type", 0.467)]
)
def test_annomi_ten_raters(shared, column, published):
    """Wu et al. (2023), Future Internet 15, 110: Fleiss' kappa."""
    rows = [
        ((row["transcript_id"], row["utterance_id"]), row["annotator_id"], row[column])
        for row in rows_of(shared / "annomi" / "AnnoMI-full.csv")
        if row["transcript_id"] in TEN_RATERS and row[column] != "n/a"
    ]
    table, units, coders = ratings_from_rows(rows)
    assert len(coders) == 10
    result = fleiss_kappa(table)
    assert result.value == pytest.approx(published, abs=5e-4)
    interval = bootstrap_table(
        table, [unit[0] for unit in units], coefficients=("fleiss_kappa",), resamples=500
    )["fleiss_kappa"]
    assert interval.lower < result.value < interval.upper
    assert interval.n_clusters == 7
    assert "Only 7 interviews" in interval.notes[0]


@pytest.fixture
def mlss(shared):
    rows = [
        row
        for row in rows_of(shared / "mlss" / "segments_codes.csv")
        if row["stage"] == "codings"
        and row["interview"] in DOUBLE_CODED
        and row["speaker"].startswith("interviewee")
    ]
    units = {
        key: n for n, key in enumerate(dict.fromkeys((r["interview"], r["segment"]) for r in rows))
    }
    coders = {name: n for n, name in enumerate(sorted({row["coder"] for row in rows}))}
    given = [[code for code in row["codes"].split("|") if code] for row in rows]
    codes = {code: n for n, code in enumerate(sorted({code for found in given for code in found}))}
    ratings = np.full((len(codes), len(units), len(coders)), -1, dtype=np.int8)
    sets = [[None] * len(coders) for _ in units]
    for row, found in zip(rows, given, strict=True):
        unit, coder = units[row["interview"], row["segment"]], coders[row["coder"]]
        ratings[:, unit, coder] = 0
        ratings[[codes[code] for code in found], unit, coder] = 1
        sets[unit][coder] = found
    return ratings, [interview for interview, _ in units], sets


def test_mlss_interviews_code_by_code(mlss):
    library = pytest.importorskip("krippendorff")
    ratings, interviews, _ = mlss
    found = bootstrap_codes(ratings, interviews, resamples=300)["krippendorff_alpha"]
    assert found.n_clusters == 9
    compared = 0
    for code, value in enumerate(found.values):
        table = np.where(ratings[code] < 0, np.nan, ratings[code].astype(float))
        single = krippendorff_alpha(table, categories=[0, 1])
        if single.value is None:
            assert np.isnan(value)
            continue
        wanted = library.alpha(reliability_data=table.T, level_of_measurement="nominal")
        assert value == pytest.approx(wanted, abs=1e-9)
        assert value == pytest.approx(single.value, abs=1e-12)
        compared += 1
    assert compared > 40
    worst = code_disputes(ratings)[0]
    assert worst.disagreements >= confused_codes(ratings)[0].count


def test_mlss_as_sets(mlss):
    _, interviews, sets = mlss
    masi = set_alpha(sets)
    assert masi.n_units == len(sets)
    assert masi.n_coders == 3
    assert 0.2 < masi.value < 0.8
    assert set_alpha(sets, distance="jaccard").value > masi.value
    assert len(set(interviews)) == 9


def test_gamma_of_three_annotators(shared):
    """pygamma-agreement's own test: AlexPaulSuzan, alpha 3, beta 1: disorder .96, gamma ~.45."""
    pytest.importorskip("pygamma_agreement")
    spans = {}
    with (shared / "agreement" / "pygamma" / "AlexPaulSuzan.csv").open(encoding="utf-8") as file:
        for annotator, label, start, end in csv.reader(file):
            spans.setdefault(annotator, []).append((int(start), int(end), label))
    found = gamma(spans, position_weight=3, category_weight=1, seed=4772)
    assert 1 - found.observed == pytest.approx(0.96, abs=0.01)
    assert found.value == pytest.approx(0.45, abs=0.06)
