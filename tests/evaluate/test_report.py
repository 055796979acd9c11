import json

import pytest

from semcode.errors import InputError
from semcode.evaluate import VIEWS, agreement_report, common_units
from semcode.evaluate.output import flat_rows, report_json
from semcode.evaluate.words import number, with_interval

TABLES = (
    "11 10 00 01 11 00 11 00 10 00 00 00 11 00 00 01",
    "00 11 01 10 00 11 00 00 11 10 00 11 00 00 11 00",
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
)


@pytest.fixture
def report(comparison, quick):
    return agreement_report(comparison(*TABLES), by=tuple(VIEWS), options=quick, codebook="Book")


def test_it_is_json_with_the_promised_names(report):
    found = json.loads(json.dumps(report_json(report), allow_nan=False))
    assert (found["unit"], found["mode"], found["n_units"]) == ("segment", "semcode", 16)
    assert found["coders"] == ["a", "b"]
    first = found["rows"][0]
    names = ("code", "level", "n", "prevalence", "percent", "cohen_kappa", "krippendorff_alpha")
    assert {*names, "gwet_ac1", "ci", "undefined"} <= set(first)
    assert first["ci"]["krippendorff_alpha"][0] < first["krippendorff_alpha"]
    unused = found["rows"][2]
    assert (unused["krippendorff_alpha"], bool(unused["undefined"])) == (None, True)
    assert found["overall"]["n_units"] == 16


def test_the_words_have_the_tables_numbers(report):
    text = " ".join(report.methods)
    alpha = with_interval(report.overall, "krippendorff_alpha")
    assert alpha in text
    assert "16 segments" in text
    assert "4 interviews" in text
    assert "the codebook Book" in text
    assert "200 resamples" in text
    assert number(report.overall.values["krippendorff_alpha"]) in report.summary[0]
    assert any("Only 4 interviews: the intervals are wide" in note for note in report.notes)
    assert any("Guilt" in note and "Nobody used" in note for note in report.notes)


def test_means_leave_unused_codes_out(report):
    used = [row.values["krippendorff_alpha"] for row in report.tables["code"][:2]]
    mean, n = report.mean_of_codes["krippendorff_alpha"]
    assert (mean, n) == (pytest.approx(sum(used) / 2), 2)


def test_rows_for_a_table_are_as_wide_as_the_header(report):
    for name, rows in report.tables.items():
        header, cells = flat_rows(rows, report.setting.coders if name == "code" else ())
        assert {len(row) for row in cells} <= {len(header)}


def test_nobody_in_common_says_who_shares_what(comparison, quick):
    apart = comparison("11. 1.. .11 ..1", coders="abc")
    with pytest.raises(InputError, match="a and b share 1; a and c share 0; b and c share 1"):
        common_units(apart)
    pairs = agreement_report(apart, by=("pair",), options=quick)
    assert [row.n for row in pairs.tables["pair"]] == [1, 0, 1]
    with pytest.raises(InputError, match="only a"):
        common_units(comparison("1 0", coders="a"))


def test_a_number_has_a_true_minus_and_no_negative_zero():
    assert [number(x) for x in (None, -0.001, -0.25, 1.0)] == ["–", "0.00", "−0.25", "1.00"]
