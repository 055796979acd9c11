import pytest
from openpyxl import Workbook

from semcode.errors import InputError
from semcode.exchange.qda_tables import is_qda_table, read_qda_table


def written(tmp_path, rows, name="table.csv", delimiter=",", encoding="utf-8"):
    path = tmp_path / name
    if name.endswith(".xlsx"):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
        return path
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def quotes_of(project):
    names = {code.guid: code.name for code in project.codes}
    return [
        (source.name, coding.quote, names[coding.code])
        for source in project.sources
        for coding in source.codings
    ]


ATLAS = ["ID", "Quotation Name", "Document", "Quotation Content", "Quotation Comment", "Codes"]


def test_a_quotation_report_of_atlas_ti_gives_one_coding_a_code(tmp_path):
    rows = [
        [*ATLAS, "Reference"],
        ["1:1", "", "P01", "She drove me there.", "strong", "Transport\nFamily, close", "3"],
        ["2:1", "", "P02", "The bus is gone.", "", "Transport", "9"],
    ]
    project = read_qda_table(written(tmp_path, rows, "report.xlsx"))
    assert quotes_of(project) == [
        ("P01", "She drove me there.", "Transport"),
        ("P01", "She drove me there.", "Family, close"),
        ("P02", "The bus is gone.", "Transport"),
    ]
    assert project.sources[0].codings[0].memo == "strong"
    assert project.lost == ()


def test_commas_part_codes_only_where_each_stands_alone(tmp_path):
    rows = [
        ATLAS,
        ["1", "", "P01", "one", "", "Bus, Money"],
        ["2", "", "P01", "two", "", "Bus"],
        ["3", "", "P01", "three", "", "Money"],
        ["4", "", "P01", "four", "", "Mother, father"],
    ]
    names = [name for _, _, name in quotes_of(read_qda_table(written(tmp_path, rows)))]
    assert names == ["Bus", "Money", "Bus", "Money", "Mother, father"]


@pytest.mark.parametrize(
    ("header", "delimiter", "encoding"),
    [
        (["Dokument", "Zitatinhalt", "Kodes"], ";", "cp1252"),
        (["Documento", "Contenido de la cita", "Códigos"], "\t", "utf-8-sig"),
        (["Dokumentname", "Segment", "Code"], ";", "utf-8"),
        (["Transcript", "Snippet", "Code"], ",", "utf-8"),
    ],
)
def test_headers_of_other_languages_and_programs(tmp_path, header, delimiter, encoding):
    rows = [header, ["P01", "Das kann ich mir nicht leisten, sagt er: müde.", "Geld"]]
    project = read_qda_table(written(tmp_path, rows, delimiter=delimiter, encoding=encoding))
    assert [(s, c) for s, _, c in quotes_of(project)] == [("P01", "Geld")]


def test_maxqda_paths_become_a_tree(tmp_path):
    rows = [
        ["Document group", "Document name", "Code", "Beginning", "End", "Segment", "Created by"],
        ["Peers", "PSW01", "Family > Mother", "4", "4", "my mother helped", "ana"],
    ]
    project = read_qda_table(written(tmp_path, rows, "segments.xlsx"))
    family, mother = project.codes
    assert (family.name, mother.name, mother.parent) == ("Family", "Mother", family.guid)
    assert [user.name for user in project.users] == ["ana"]
    assert not project.lost


def test_a_table_of_ones_own_with_coder_and_facets(tmp_path):
    rows = [
        ["transcript", "coder", "code", "facets", "quote", "memo"],
        ["P01", "ben", "Housing", "barrier; current", "no place to stay", "ask again"],
    ]
    coding = read_qda_table(written(tmp_path, rows)).sources[0].codings[0]
    assert (coding.facets, coding.memo) == (("barrier", "current"), "ask again")


@pytest.mark.parametrize(
    "rows",
    [
        [["Code", "Comment", "Code Group 1"], ["Bus", "rides to the clinic", "Access"]],
        [["Name", "Description", "Files", "References"], ["Bus", "rides to the clinic", "3", "9"]],
        [["tag", "description", "number of highlights"], ["Bus", "rides to the clinic", "2"]],
    ],
)
def test_codebooks(tmp_path, rows):
    project = read_qda_table(written(tmp_path, rows))
    assert [(c.name, c.description) for c in project.codes] == [("Bus", "rides to the clinic")]
    assert [s.name for s in project.sets] == (["Access"] if "Code Group 1" in rows[0] else [])


def test_rows_that_lack_something_are_told_by_their_lines(tmp_path):
    rows = [
        ATLAS,
        ["1", "", "P01", "one", "", "Bus"],
        ["2", "", "P01", "two", "a thought", ""],
        ["3", "", "P01", "", "", "Bus"],
        ["4", "", "", "four", "", "Bus"],
        ["5", "", "P01", "five", "", ""],
    ]
    project = read_qda_table(written(tmp_path, rows))
    assert len(quotes_of(project)) == 1
    assert project.lost == (
        "Rows without a code: 2 (line 3, 6).",
        "Rows without words: 1 (line 4).",
        "Rows without a document: 1 (line 5).",
    )


def test_the_apostrophe_before_a_formula_is_taken_off(tmp_path):
    rows = [["document", "quote", "code"], ["P01", "'- and then", "'=cmd|calc"]]
    assert quotes_of(read_qda_table(written(tmp_path, rows))) == [
        ("P01", "- and then", "=cmd|calc")
    ]


def test_a_code_twice_in_a_codebook_has_both_descriptions(tmp_path):
    rows = [["Code", "Memo"], ["Bus", "rides"], ["bus", "to the clinic"], ["Bus", ""]]
    project = read_qda_table(written(tmp_path, rows))
    assert [c.description for c in project.codes] == ["rides\n\nto the clinic"]


def test_a_studys_table_of_codings_is_no_codebook(tmp_path):
    rows = [["kind", "transcript", "text", "code", "memo"], ["suggestion", "P01", "a", "Bus", ""]]
    assert not is_qda_table(written(tmp_path, rows))


def test_a_transcript_table_is_none_of_these(tmp_path):
    path = written(tmp_path, [["speaker", "text"], ["Ana", "Hello there."]])
    assert not is_qda_table(path)
    with pytest.raises(InputError, match="columns"):
        read_qda_table(path)
