import docx
import pytest

from semcode.errors import InputError
from semcode.exchange.word import WordHeading, WordQuote, WordTable, WordText, write_word


def test_parts_come_back_in_order_with_their_spaces(tmp_path):
    path = tmp_path / "f.docx"
    table = WordTable("Table 1.", ("Who", "n"), (("\u2003women\x00", "3 (43%)"),), numeric=(1,))
    write_word(path, [WordHeading("T", 0), WordText("Said."), WordQuote("Hm.", "P01"), table])
    made = docx.Document(path)
    assert [p.text for p in made.paragraphs if p.text] == ["T", "Said.", "Hm.", "P01", "Table 1."]
    assert [c.text for c in made.tables[0].rows[1].cells] == ["\u2003women\ufffd", "3 (43%)"]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_word(tmp_path / "none" / "f.docx", [WordText("x")])
