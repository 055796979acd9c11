import pytest

from semcode.errors import InputError
from semcode.exchange.ratings import read_ratings


@pytest.fixture
def table(tmp_path):
    def write(text, name="ratings.csv", encoding="utf-8"):
        (tmp_path / name).write_text(text, encoding=encoding)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("text", "coders", "first"),
    [
        ("unit,ana,ben\n1,x,y\n2,x,\n", ("ana", "ben"), ("x", "y")),
        (",ana,ben\n0,x,y\n1,x,y\n", ("ana", "ben"), ("x", "y")),
        ("ana,ben\nx,y\ny,y\n", ("ana", "ben"), ("x", "y")),
        ("ana;ben\nx;y\ny;y\n", ("ana", "ben"), ("x", "y")),
        ("0,1,2\n1,2,2\n3,3,1\n", ("0", "1", "2"), ("1", "2", "2")),
        ("1,1,\n2,1,2\n1,1,1\n", ("column 1", "column 2", "column 3"), ("1", "1", None)),
        ("quote 1,ana,ben\nso he said,x,y\nthen I,y,y\nwell,x,x\n", ("ana", "ben"), ("x", "y")),
        ("who,ana,ben\n1,4,4\n2,4,3\n3,1,1\n4,2,2\n5,2,2\n", ("ana", "ben"), ("4", "4")),
        ("ana,ben,cy\n1,1,1\n2,2,3\n3,3,3\n4,4,4\n5,5,5\n", ("ana", "ben", "cy"), ("1", "1", "1")),
    ],
)
def test_who_are_coders_and_what_names_units(table, text, coders, first):
    found = read_ratings(table(text))
    assert found.coders == coders
    assert found.cells[0] == first


def test_na_as_r_and_pandas_write_it_is_missing(table):
    found = read_ratings(table("a,b\n1,NA\n2,2\nNaN,1\n"))
    assert found.cells == (("1", None), ("2", "2"), (None, "1"))
    assert "2 cells" in found.notes[0]


def test_a_long_table_is_turned_round(table):
    found = read_ratings(table("unit,coder,rating\n1,a,x\n1,b,y\n2,a,x\n"))
    assert found.coders == ("a", "b")
    assert found.cells == (("x", "y"), ("x", None))
    with pytest.raises(
        InputError, match=r"line 3: a rated the unit 1 as 'x' \(line 2\) and as 'y'"
    ):
        read_ratings(table("unit,coder,rating\n1,a,x\n1,a,y\n"))


def test_a_long_table_may_have_interviews_gaps_and_repetitions(table):
    text = (
        "who,unit,coder,rating,remark\nP1,1,a,x,\nP1,1,b,NA,\nP1,1,a,x,\nP2,1,a,y,hm\nP2,1,b,y,\n"
    )
    found = read_ratings(table(text), cluster="who")
    assert found.cells == (("x", None), ("y", "y"))
    assert found.columns == {"who": ("P1", "P2")}
    assert found.lines == (2, 5)
    assert found.where(1, 1) == "line 6, b"
    notes = " ".join(found.notes)
    for said in ("1 rating stands twice", "numbered anew in each who", "Not used: remark", "'NA'"):
        assert said in notes
    assert read_ratings(table(text), cluster="who", coders=["b"]).where(1, 0) == "line 6, b"
    with pytest.raises(InputError, match="with --cluster"):
        read_ratings(table(text))  # the unit 1 of two interviews
    with pytest.raises(InputError, match="no column 'site' beside"):
        read_ratings(table(text), cluster="site")
    with pytest.raises(InputError, match="line 3: 'x' of b stands among"):
        read_ratings(table("unit,coder,rating\n1,a,1\n1,b,x\n2,a,2\n"))
    with pytest.raises(InputError, match="line 2: The column 'coder' is empty"):
        read_ratings(table("unit,coder,rating\n1,,1\n1,b,x\n"))


def test_decimal_commas_and_points_for_missing(table):
    found = read_ratings(table("unit;a;b\n1;1,5;2\n2;.;2,5\n"))
    assert found.cells == (("1.5", "2"), (None, "2.5"))
    assert "1 cell holds '.'" in found.notes[0] + found.notes[1]
    assert "1,5 is 1.5" in found.notes[-1]
    words = read_ratings(table('a;b\n1,5;two\n"1,5";x\n'))
    assert words.cells[0] == ("1,5", "two")  # not all are numbers: nothing is changed
    named = read_ratings(table("a,b\nNA,x\nx,NA\n"), categories=["x", "NA"])
    assert named.cells[0] == ("NA", "x")


def test_a_column_of_interviews_is_no_coder(table):
    found = read_ratings(table("unit,who,a,b\n1,P1,x,x\n2,P1,x,y\n"), cluster="who")
    assert (found.coders, found.columns) == (("a", "b"), {"who": ("P1", "P1")})
    assert read_ratings(table("unit,a,b,c\n1,x,x,z\n"), coders=["a", "c"]).coders == ("a", "c")


def test_excel_and_other_encodings(table, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    for row in (("unit", "a", "b"), (1, 2, 3), (2, None, 3)):
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    assert read_ratings(tmp_path / "r.xlsx").cells == (("2", "3"), (None, "3"))
    assert read_ratings(table("a,b\né,é\nx,é\n", encoding="cp1252")).cells[0] == ("é", "é")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("unit,a,b\n", "no ratings"),
        ("a,a\nx,y\n", "Two columns are named 'a'"),
        ("a,b\nx,y\nx\n", r"line 3: The line has 1 cell and"),
        ("unit,a,b\n1,x,y\n1,x,x\n", "line 3: The unit '1' stands twice"),
        ("unit,a,b\n1,1,2\n2,2,two\n", "line 3: 'two' of b stands among ratings such as '1'"),
    ],
)
def test_faults_are_named_with_their_line(table, text, said):
    with pytest.raises(InputError, match=said) as error:
        read_ratings(table(text))
    assert error.value.remedy
    assert "ratings.csv" in str(error.value)


def test_what_is_no_table_is_said(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\x00\x01")
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    for name in ("x.csv", "x.xlsx", "none.csv"):
        with pytest.raises(InputError, match=name):
            read_ratings(tmp_path / name)
    path = tmp_path / "y.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no column 'z'"):
        read_ratings(path, cluster="z")


def test_equal_lines_are_one(table):
    found = read_ratings(table("unit,a,b\n1,x,y\n1,x,y\n2,x,x\n"))
    assert len(found.cells) == 2
    assert "repeat" in found.notes[-1]
