import csv
import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcode import Code, Codebook, Facet, load_codebook
from semcode.codebook import SHIPPED, from_rows, from_toml, rows_of, to_toml
from semcode.errors import CodebookError
from semcode.records import Level

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30)
WORD = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=9
)


@st.composite
def codebooks(draw):
    names = draw(st.lists(WORD, min_size=1, max_size=5, unique_by=str.casefold))
    codes = []
    for position, name in enumerate(names):
        parent = draw(st.sampled_from([None, *names[:position]]))
        codes.append(
            Code(
                name=name,
                definition=draw(WORD),
                include=draw(TEXT).strip(),
                examples=tuple(draw(st.lists(TEXT, max_size=2))),
                parent=parent,
                level=None if parent else draw(st.sampled_from([None, *Level])),
                facets=draw(st.sampled_from([(), ("time",)])),
            )
        )
    return Codebook(codes=tuple(codes), facets=(Facet("time", ("current", "desired")),))


@given(codebooks())
def test_toml_gives_back_what_was_written(book):
    assert from_toml(to_toml(book)) == book


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_codebooks_are_whole(name):
    book = load_codebook(name)
    assert {book.level_of(code) for code in book} == set(Level)
    assert 20 <= len(book) <= 40
    for code in book:
        assert len(code.definition.split()) >= 20, code.name
        assert code.include, code.name
        assert code.exclude, code.name
        assert len(code.examples) >= 3, code.name
    assert {f.name for f in book.facets} == {"time", "valence"}


@pytest.mark.parametrize("name", SHIPPED)
def test_tables_keep_the_codes(name):
    book = load_codebook(name)
    again = from_rows(list(enumerate(rows_of(book), 1)), where="x", name=book.name)
    assert again.codes == book.codes
    assert {f.name: f.values for f in again.facets} == {f.name: f.values for f in book.facets}


CODE = b'[[code]]\nname = "A"\ndefinition = "x"\n'
FAULTY = """\
[codebook]
name = "x"

[[code]]
name = "Housing"
level = "community"
definition = "Where they live."

[[code]]
"""


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ('name = "housing"\ndefinition = "y"', "Two codes are named"),
        ('name = "B"\ndefinition = "y"\nparent = "C"', "not there"),
        ('name = "B"\ndefinition = ""', "no definition"),
        ('name = "B"\ndefinition = "y"\nlevel = "society"', "not a level"),
        ('name = "B"\ndefinition = "y"\nlevl = "community"', "not a key"),
        ('name = "B"\ndefinition = "y"\nexamples = "one"', "not a list"),
        ('name = "B"\ndefinition = "y"\ncolor = "red"', "not a colour"),
        ('name = "B"\ndefinition = "y"\nparent = "B"', "own parents"),
    ],
)
def test_a_fault_is_named_with_file_line_and_remedy(tmp_path, rest, said):
    path = tmp_path / "book.toml"
    path.write_text(FAULTY + rest)
    with pytest.raises(CodebookError, match=said) as caught:
        load_codebook(path)
    assert str(caught.value).startswith(f"{path}, line 9: ")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.toml", b"[codebook\n", "not valid TOML"),
        ("a.toml", b"", "no code"),
        ("a.toml", "é".encode("latin-1"), "not UTF-8"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"title\nx\n", "no column 'name'"),
        ("a.csv", b"name,definition\nA,\n", "line 2.*no definition"),
        ("a.csv", b"name;definition\nA;x\nA;y\n", "line 3.*Two codes"),
        ("a.csv", b"name,definition\n", "no code"),
        ("a.csv", b"name,Code,definition\nA,B,x\n", "line 1.*'name' comes twice"),
        ("a.csv", b"name,definition,color\nA,x,red\n", "line 2.*not a colour"),
        ("a.csv", b"name,definition\nA,x, with a comma\n", "line 2.*3 cells, the header 2"),
        ("a.csv", b"name,definition,facets\nA,x,time\n", "a.csv.*'time' has no values"),
        ("a.csv", b"name;definition;facets\nA;x;t: a | b\nB;y;t: c\n", "line 3.*other values"),
        ("a.toml", b"codebook = 3\n[[code]]\n", "`codebook` is not a table"),
        ("a.toml", b"code = [1]\n", "`code` is not a list of tables"),
        ("a.toml", b"facet = 3\n", "`facet` is not a list of tables"),
        ("a.toml", b"facet = [1]\n", "`facet` is not a list of tables"),
        (
            "a.toml",
            CODE + b'[[facet]]\nname = "t"\nvalues = [1]',
            "each in",
        ),
        (
            "a.toml",
            CODE + b'[[facet]]\nname = "t"\nvalues = []',
            "no val",
        ),
        ("a.toml", b"a = " + b"[" * 100_000, "not valid TOML"),
        ("a.toml", b"a = " + b"1" * 100_000, "not valid TOML"),
        ("a.toml", b"#" * 20_000_001, "more than 20,000,000 bytes"),
        (f"{'x' * 300}.toml", None, "cannot be opened"),
        ("a.xlsx", b"not a zip", "cannot be opened"),
        ("a.pdf", b"x", "cannot be read from a .pdf"),
    ],
)
def test_files_that_are_no_codebook(tmp_path, name, content, said):
    path: Path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CodebookError, match=said):
        load_codebook(path)


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(CodebookError, match="postpartum"):
        load_codebook("semm")


def xlsx(rows: list[list[object]]) -> bytes:
    from openpyxl import Workbook

    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Replace one part of a workbook."""
    stream = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(stream, "w", ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return stream.getvalue()


def test_a_workbook_is_read(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx([["name", "definition"], ["Bus", "the bus"], [None], ["Rent", 3]]))
    book = load_codebook(path)
    assert [(c.name, c.definition) for c in book] == [("Bus", "the bus"), ("Rent", "3")]
    assert book.name == "a"


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "not safe to unpack"),
        (HEAD + b" " * 150_000_000 + TAIL, "not safe to unpack"),
        (b"<worksheet>", "damaged"),
        (HEAD + b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>' + TAIL, "damaged"),
        (HEAD + b'<row r="1"><c r="A1" t="d"><v>z</v></c></row>' + TAIL, "damaged"),
        (HEAD + b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>' + TAIL, "too large"),
    ],
    ids=["entities", "bomb", "cut", "no such string", "no date", "far away"],
)
def test_a_workbook_is_checked_before_it_is_opened(tmp_path, sheet, said):
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_part(xlsx([["name", "definition"], ["A", "x"]]), SHEET, sheet))
    with pytest.raises(CodebookError, match=said) as caught:
        load_codebook(path)
    assert caught.value.where == str(path)
    assert caught.value.remedy


GUARDED = ("=1+1", "+1", "-1", "@x", "|x", "'=1", "it's")


def test_the_apostrophe_before_a_formula_is_taken_off(tmp_path):
    path = tmp_path / "a.csv"
    rows = [["name", "definition"], *([f"'{t}" if t != "it's" else t, f"a {t}"] for t in GUARDED)]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert [(c.name, c.definition) for c in load_codebook(path)] == [(t, f"a {t}") for t in GUARDED]


def test_an_exported_table_gives_back_the_codes(tmp_path):
    from semcode.exchange.tables import Sheet, write_csv

    codes = [Code(name=f"{t} name", definition=f"{t} said", include=t) for t in GUARDED[:5]]
    book = Codebook(codes=tuple(codes), name="a")
    header, *rows = rows_of(book)
    write_csv(tmp_path / "a.csv", Sheet("a", header, rows))
    assert load_codebook(tmp_path / "a.csv").codes == book.codes


def test_the_values_of_a_facet_may_stand_in_any_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,definition,facets\nA,x,time\nB,y,time: now | then\nC,z,time; \n")
    book = load_codebook(path)
    assert book.facets == (Facet("time", ("now", "then")),)
    assert [c.facets for c in book] == [("time",)] * 3
