from pathlib import Path

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
        ("a.xlsx", b"not a zip", "cannot be opened"),
        ("a.pdf", b"x", "cannot be read from a .pdf"),
    ],
)
def test_files_that_are_no_codebook(tmp_path, name, content, said):
    path: Path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CodebookError, match=said):
        load_codebook(path)


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(CodebookError, match="postpartum"):
        load_codebook("semm")
