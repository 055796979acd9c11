import csv

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcode.errors import InputError
from semcode.exchange.tables import Sheet, write_csv, write_xlsx

DANGEROUS = ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "|cmd"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_a_formula(tmp_path, text):
    sheet = Sheet("A", ["x"], [[text]])
    write_csv(tmp_path / "a.csv", sheet)
    write_xlsx(tmp_path / "a.xlsx", [sheet])
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert list(csv.reader(handle))[1] == [f"'{text}"]
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]["A2"]
    assert cell.data_type == "s"


@given(st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_any_text_can_be_written(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("t")
    write_csv(folder / "a.csv", Sheet("A", ["x"] * len(texts), [texts]))
    write_xlsx(folder / "a.xlsx", [Sheet("A", ["x"] * len(texts), [texts])])
    assert openpyxl.load_workbook(folder / "a.xlsx").worksheets[0].max_row <= 2


def test_a_text_longer_than_a_cell_is_cut_with_a_mark(tmp_path):
    write_xlsx(tmp_path / "a.xlsx", [Sheet("A", ["x"], [["a" * 40_000]])])
    value = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]["A2"].value
    assert len(value) == 32_767
    assert value.endswith("…")


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def rows():
        yield ["1"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_csv(path, Sheet("A", ["x"], rows()))
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_csv(tmp_path / "no" / "a.csv", Sheet("A", ["x"], []))
