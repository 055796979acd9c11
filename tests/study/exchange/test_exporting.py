import csv

import openpyxl
import pytest

from semcode.errors import InputError

pytestmark = pytest.mark.weights


def _rows(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_csv_holds_every_suggestion_and_every_coding(coded, tmp_path):
    rows = _rows(coded.export(tmp_path / "a.csv"))
    status = coded.status()
    kinds = [row["kind"] for row in rows]
    assert kinds.count("suggestion") == status.suggestions > 100
    assert kinds.count("coding") == sum(status.codings.values())
    assert {row["level"] for row in rows} <= {
        *("intrapersonal", "interpersonal", "organizational", "community", "public policy")
    }
    assert all(row["participant"].startswith("P0") for row in rows)
    assert rows[0]["site"]


def test_xlsx_has_a_sheet_for_each_thing(coded, tmp_path):
    book = openpyxl.load_workbook(coded.export(tmp_path / "a.xlsx"))
    names = ["Suggestions", "Not coded", "Codings", "Codebook", "Participants", "Provenance"]
    assert book.sheetnames == names
    status = coded.status()
    assert book["Suggestions"].max_row == status.suggestions + 1
    assert book["Codings"].max_row == sum(status.codings.values()) + 1
    assert book["Codebook"].max_row == status.codes + 1
    assert book["Participants"].max_row == 8
    texts = {row[7].value for row in book["Suggestions"].iter_rows(min_row=2)}
    assert not texts & {row[7].value for row in book["Not coded"].iter_rows(min_row=2)}
    provenance = {r[0].value: r[1].value for r in book["Provenance"].iter_rows(min_row=2)}
    assert provenance["notice"].startswith("Invented")


def test_another_ending_is_refused(coded, tmp_path):
    with pytest.raises(InputError, match=r"\.csv or \.xlsx"):
        coded.export(tmp_path / "a.ods")


@pytest.mark.parametrize("ending", ["toml", "csv", "xlsx"])
def test_the_codebook_can_be_taken_out_and_back_in(own_coded, tmp_path, ending):
    path = own_coded.export_codebook(tmp_path / f"book.{ending}")
    before = own_coded.codebook()
    own_coded.set_codebook(path)
    assert own_coded.codebook().codes == before.codes


def test_the_report_is_written_whole(coded, tmp_path):
    page = coded.report(tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Invented" in page
    assert "Housing instability" in page
    assert page.rstrip().endswith("</html>")
