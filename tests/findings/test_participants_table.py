import json

import numpy as np
import pandas as pd
import pytest

from semcode.errors import InputError
from semcode.findings.participants_table import measure, participants_table
from semcode.findings.suppression import withheld_table
from semcode.records import Participant


def made(**columns):
    n = len(next(iter(columns.values())))
    return [Participant(f"P{i}", {k: str(v[i]) for k, v in columns.items()}) for i in range(n)]


def value(finding, attribute, label, column="All"):
    rows = finding.data["rows"]
    row = next(r for r in rows if r["attribute"] == attribute and r["value"] == label)
    return row["columns"][column]


def shown(finding):
    return {row[0].text.strip(): row[1].text for row in finding.blocks[1].rows}


def test_numbers_are_described_as_a_manuscript_has_them():
    ages = [22, 25, 27, 29, 31, 34, 38]
    finding = participants_table(made(age=ages))
    assert shown(finding)["Mean (SD)"] == "29.4 (5.4)"
    assert shown(finding)["Median (IQR)"] == "29.0 (26.0 to 32.5)"
    told = value(finding, "age", "Mean (SD)")
    assert told["sd"] == pytest.approx(np.std(ages, ddof=1))
    assert told["quartiles"] == pytest.approx(tuple(np.percentile(ages, [25, 75])))


def test_one_number_has_no_spread():
    assert measure([5.0]).sd is None
    assert measure([]).mean is None


def test_percentages_are_of_all_and_missing_is_said():
    finding = participants_table(made(site=["A"] * 4 + ["B"] * 3 + [""] * 3))
    assert shown(finding)["A"] == "4 (40.0%)"
    assert shown(finding)["Not given"] == "3 (30.0%)"


def test_small_counts_are_withheld_with_what_gives_them_away():
    finding = participants_table(made(race=["W"] * 6 + ["B"] * 3 + ["H"]))
    assert shown(finding)["H"] == "*"
    assert shown(finding)["B"] == "*"
    assert shown(finding)["W"] == "6 (60.0%)"
    assert "10.0%" not in json.dumps(finding.data) + str(finding.grids)
    assert shown(participants_table(made(race=["W"] * 9 + ["H"]), smallest=1))["H"] == "1 (10.0%)"


def test_groups_stand_beside_each_other():
    people = made(site=["A"] * 5 + ["B"] * 5, sober=["yes"] * 4 + ["no"] * 6)
    finding = participants_table(people, by="site", smallest=1)
    assert finding.data["columns"] == {"All": 10, "A": 5, "B": 5}
    assert value(finding, "sober", "yes", "A") == {"n": 4, "share": 0.8}
    assert not any(r["attribute"] == "site" for r in finding.data["rows"])
    with pytest.raises(InputError, match="No participant has the attribute"):
        participants_table(people, by="age")


def test_no_cell_follows_from_row_and_column_totals():
    rows = [[1, 5, 6], [7, 5, 4], [3, 3, 9]]
    hidden = withheld_table(rows, smallest=3)
    assert (0, 0) in hidden
    for r in range(3):
        assert sum((r, c) in hidden for c in range(3)) != 1
        assert sum((c, r) in hidden for c in range(3)) != 1


def test_nobody_and_no_attributes_are_said():
    assert participants_table([Participant("P1")]).notes
    assert participants_table([]).data["participants"] == 0


def test_no_mean_follows_from_that_of_all():
    people = made(site=["A"] * 5 + ["B"] * 4 + ["C"] * 2, age=list(range(20, 31)))
    finding = participants_table(people, by="site")
    ages = next(r for r in finding.data["rows"] if r["value"] == "Mean (SD)")["columns"]
    assert ages["All"] is not None
    assert (ages["B"], ages["C"]) == (None, None)
    assert ages["A"]["n"] == 5
    written = json.dumps(finding.data) + str(finding.grids) + str(finding.blocks)
    assert finding.data["columns"] == {"All": 11, "A": 5, "B": None, "C": None}
    assert "C (n withheld)" in written
    assert "C (n = 2)" not in written


def test_the_order_of_values_says_nothing_of_what_is_withheld():
    drugs = ["x", "x", "m", "b", "c", "d", "a"]
    finding = participants_table(made(drug=drugs))
    assert [row["value"] for row in finding.data["rows"]] == ["a", "b", "c", "d", "m", "x"]


def test_against_pandas_on_random_people():
    random = np.random.default_rng(3)
    sites = random.choice(["A", "B", "C"], 60)
    frame = pd.DataFrame(
        {
            "site": sites,
            "race": random.choice(["w", "b", "h", ""], 60, p=[0.4, 0.3, 0.2, 0.1]),
            "age": random.integers(18, 60, 60).astype(float),
        }
    )
    frame.loc[::9, "age"] = np.nan
    people = made(
        site=list(frame["site"]),
        race=list(frame["race"]),
        age=["" if np.isnan(a) else f"{a:g}" for a in frame["age"]],
    )
    finding = participants_table(people, by="site", smallest=1)
    for name, own in (("All", frame), *frame.groupby("site")):
        told = value(finding, "age", "Mean (SD)", name)
        assert told["n"] == own["age"].count()
        assert told["mean"] == pytest.approx(own["age"].mean())
        assert told["sd"] == pytest.approx(own["age"].std())
        assert told["median"] == pytest.approx(own["age"].median())
        assert told["quartiles"] == pytest.approx(tuple(own["age"].quantile([0.25, 0.75])))
        for race, n in own["race"].value_counts().items():
            cell = value(finding, "race", race or "Not given", name)
            assert cell == {"n": n, "share": pytest.approx(n / len(own))}
