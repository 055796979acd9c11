from datetime import datetime

import docx
import openpyxl
import pytest

from semcode import Study, store
from semcode.cli import main
from semcode.errors import InputError
from semcode.findings.rapid_matrix import (
    BASELINE,
    MATRIX,
    all_domains,
    cell_target,
    choose_domains,
    draft_cells,
)
from semcode.study.findings.coded import coded_study
from semcode.study.findings.commenting import comments
from semcode.study.findings.finding import FindingOptions, find
from semcode.study.findings.matrix import read_matrix, with_edits


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("matrix") / "study"
    Study.from_starter(folder, "peer-support").close()
    return folder


@pytest.fixture
def study(made, tmp_path, monkeypatch):
    import shutil

    import semcode.study.findings.typical as typical

    # Which quotes are typical is tested elsewhere; without vectors no weights are loaded.
    monkeypatch.setattr(typical, "passage_vectors", lambda *_: None)
    shutil.copytree(made, tmp_path / "study")
    with Study(tmp_path / "study") as study:
        yield study


def written(study, path, **options):
    find(study, "matrix", FindingOptions(**options)).write(path)
    return openpyxl.load_workbook(path)


def read(study, path, coder="Ana"):
    data = coded_study(study)
    cells = with_edits(
        study, draft_cells(data, list(all_domains(data.codes, data.facets).values()))
    )
    return read_matrix(study, path, cells, data, coder=coder)


def cell(study, participant, domain):
    cells = find(study, "matrix").findings[0].data["cells"]
    return next(c for c in cells if (c["participant"], c["domain"]) == (participant, domain))


def memos(study):
    with study.database.read() as connection:
        return store.memos.memos(connection, target_kind="cell")


def test_a_draft_holds_nothing_but_the_participants_own_words(study):
    data = coded_study(study)
    for one in draft_cells(data, choose_domains(data, domains="time")):
        own = [item.text for item in one.passages]
        assert all(item.participant == one.participant for item in one.passages)
        for line in filter(None, one.text.split("\n")):
            quote = line.split("“", 1)[1].removesuffix("”").removesuffix(" […]")
            assert any(quote in text for text in own)


def test_edited_and_read_back(study, tmp_path):
    path = tmp_path / "m.xlsx"
    book = written(study, path)
    sheet = book[MATRIX]
    assert sheet["A1"].value == "Participant"
    assert [sheet.cell(row=n, column=1).value for n in range(2, 9)] == [
        f"PSW0{n}" for n in range(1, 8)
    ]
    sheet["B2"] = "She prays each morning.\nIt is her boundary."
    book.save(path)
    done = read(study, path)
    assert done.changed == ("PSW01, Intrapersonal",)
    assert done.unchanged == 34
    now = cell(study, "PSW01", "Intrapersonal")
    assert (now["text"], now["edited_by"]) == (
        "She prays each morning.\nIt is her boundary.",
        "Ana",
    )
    assert now["edited_at"]
    assert read(study, path).changed == ()


def test_sorted_rows_and_columns_change_nothing(study, tmp_path):
    path = tmp_path / "m.xlsx"
    book = written(study, path, domains="time")
    rows = [[c.value for c in row][::-1] for row in book[MATRIX].iter_rows()]
    rows = [[row[-1], *row[:-1]] for row in rows]
    del book[MATRIX]
    sheet = book.create_sheet(MATRIX)
    for row in [rows[0], *reversed(rows[1:])]:
        sheet.append(row)
    book.save(path)
    assert read(study, path).changed == ()


def rename_column(sheet):
    sheet["C1"] = "Interpersonel"


def rename_person(sheet):
    sheet["A3"] = "PSW99"


def double_person(sheet):
    sheet["A3"] = "PSW01"


def no_head(sheet):
    sheet.delete_rows(1)


def merge(sheet):
    sheet.merge_cells("B3:B4")


def date_in_a_cell(sheet):
    sheet["C3"] = datetime(2026, 1, 2)


def date_for_a_name(sheet):
    sheet["A3"] = datetime(2026, 1, 2)


def formula_error(sheet):
    sheet["C3"] = "#NAME?"


def one_column_sorted(sheet):
    sheet["C3"], sheet["C4"] = sheet["C4"].value, sheet["C3"].value


def added_column(sheet):
    sheet["G1"] = "My notes"


def added_row(sheet):
    sheet["B30"] = "Who is this?"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (merge, "Cells are merged: B3:B4"),
        (date_in_a_cell, "column 'Interpersonal' Excel has made a date of what was typed"),
        (date_for_a_name, "column 'Participant' Excel has made a date"),
        (formula_error, "stands #NAME\\?: Excel took words for a formula"),
        (one_column_sorted, "PSW02, Interpersonal holds what was written for PSW03"),
        (added_column, "'My notes' is no domain"),
        (added_row, "'without a name' is nobody"),
        (rename_column, "'Interpersonel' is no domain"),
        (rename_person, "'PSW99' is nobody in this matrix"),
        (double_person, "'PSW01' stands twice"),
        (no_head, "first column must be headed Participant"),
    ],
)
def test_a_wrongly_edited_file_changes_nothing(study, tmp_path, spoil, told):
    path = tmp_path / "m.xlsx"
    book = written(study, path)
    book[MATRIX]["B2"] = "Something new."
    spoil(book[MATRIX])
    book.save(path)
    with pytest.raises(InputError, match=told):
        read(study, path)
    assert memos(study) == []


def test_a_matrix_saved_as_csv_or_with_a_sheet_hidden_is_told(study, tmp_path):
    path = tmp_path / "m.xlsx"
    book = written(study, path)
    (tmp_path / "m.csv").write_text("Participant,Intrapersonal\nPSW01,new\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"workbook \(.xlsx\) only; saved as CSV"):
        read(study, tmp_path / "m.csv")
    book[BASELINE].sheet_state = "hidden"
    book.save(path)
    with pytest.raises(InputError, match="missing, hidden or empty"):
        read(study, path)
    assert memos(study) == []


def test_a_column_or_row_left_out_is_left_as_it_is_and_told(study, tmp_path):
    path = tmp_path / "m.xlsx"
    book = written(study, path)
    book[MATRIX]["C3"] = "She has friends."
    book[MATRIX].delete_cols(2)
    book[MATRIX].delete_rows(4)
    book.save(path)
    done = read(study, path)
    assert done.changed == ("PSW02, Interpersonal",)
    assert done.notes == (
        "No column of the file, and left as they are: Intrapersonal.",
        "Not in the file, and left as they are: PSW03.",
    )


def test_the_same_words_for_two_people_are_no_slip_when_they_are_new(study, tmp_path):
    path = tmp_path / "m.xlsx"
    book = written(study, path)
    book[MATRIX]["B2"] = book[MATRIX]["B3"] = "Nothing said."
    book.save(path)
    assert len(read(study, path).changed) == 2


def test_an_edited_word_document_is_kept_beside(study, tmp_path):
    path = tmp_path / "sem.docx"
    command = ["findings", "sem", "--study", str(study.folder), "--docx", str(path)]
    assert main(command) == 0
    path.write_bytes(b"what somebody wrote into it")
    assert main(command) == 0
    assert main(command) == 0
    kept = list(tmp_path.glob("sem (until *.docx"))
    assert len(kept) == 2
    assert b"what somebody wrote into it" in {file.read_bytes() for file in kept}


def test_files_that_are_no_matrix(study, tmp_path):
    path = tmp_path / "m.xlsx"
    book = written(study, path)
    del book[BASELINE]
    book.save(path)
    with pytest.raises(InputError, match="missing, hidden or empty"):
        read(study, path)
    (tmp_path / "t.xlsx").write_bytes(b"PK nonsense")
    with pytest.raises(InputError):
        read(study, tmp_path / "t.xlsx")
    with pytest.raises(InputError, match="cannot be read"):
        read(study, tmp_path / "none.xlsx")
    with pytest.raises(InputError, match="Nobody is named"):
        read(study, path, coder=" ")


def test_two_people_on_one_cell_are_told_and_no_wording_is_lost(study, tmp_path):
    one, other = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path, text in ((one, "Ana's words."), (other, "Ben's words.")):
        book = written(study, path)
        book[MATRIX]["B2"] = text
        book.save(path)
    read(study, one)
    with pytest.raises(InputError, match="PSW01, Intrapersonal"):
        read(study, other, coder="Ben")
    assert cell(study, "PSW01", "Intrapersonal")["text"] == "Ana's words."
    book = written(study, other)
    book[MATRIX]["B2"] = "Ben's words."
    book.save(other)
    read(study, other, coder="Ben")
    assert cell(study, "PSW01", "Intrapersonal")["text"] == "Ben's words."
    with study.database.read() as connection:
        from sqlalchemy import select

        kept = list(connection.execute(select(store.schema.memo.c.text)).scalars())
    assert kept == ["Ana's words.", "Ben's words."]


def test_an_emptied_cell_is_a_draft_again(study, tmp_path):
    path = tmp_path / "m.xlsx"
    book = written(study, path)
    draft = book[MATRIX]["B2"].value
    book[MATRIX]["B2"] = "Mine."
    book.save(path)
    read(study, path)
    book = written(study, path)
    book[MATRIX]["B2"] = None
    book.save(path)
    assert read(study, path).emptied == ("PSW01, Intrapersonal",)
    assert cell(study, "PSW01", "Intrapersonal")["text"] == draft


def test_names_of_cells_fit_the_store(study):
    data = coded_study(study)
    domains = all_domains(data.codes, data.facets).values()
    targets = {cell_target("A participant with quite a long name " * 2, d) for d in domains}
    assert len(targets) == len({d.key for d in domains})
    assert max(map(len, targets)) <= 64


def test_on_the_command_line(study, tmp_path, capsys):
    folder, path = str(study.folder), tmp_path / "m.xlsx"
    command = ["findings", "matrix", "--study", folder]
    assert main([*command, "--xlsx", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    book[MATRIX]["B2"] = "=1+1"
    book.save(path)
    assert main([*command, "--read", str(path)]) == 1
    assert "Add --as NAME" in capsys.readouterr().err
    assert main([*command, "--read", str(path), "--as", "Ana", "--xlsx", str(path)]) == 0
    assert "Stored 1 cell;" in (told := capsys.readouterr().err)
    assert "it is kept as" in told
    assert len(list(tmp_path.glob("m (until *.xlsx"))) == 1
    assert openpyxl.load_workbook(path)[MATRIX]["B2"].data_type == "s"


def test_comments_keep_name_and_date(study, capsys):
    command = ["findings", "matrix", "--study", str(study.folder)]
    on = ["--on", "PSW01:intrapersonal", "--as", "Consultant"]
    assert main([*command, "--comment", "Rings true.", *on]) == 0
    assert [(c.about, c.text, c.by) for c in comments(study)] == [
        ("PSW01:Intrapersonal", "Rings true.", "Consultant")
    ]
    assert comments(study)[0].at
    assert main([*command, "--comment", "No.", "--on", "PSW77", "--as", "C"]) == 1
    assert "no participant 'PSW77'" in capsys.readouterr().err
    assert main([*command, "--comment", "No.", "--on", "PSW01:Interpersonel", "--as", "C"]) == 1
    assert "Use one of: Intrapersonal; Interpersonal;" in capsys.readouterr().err


def test_summary_sheets_are_never_written_over(study, tmp_path, capsys):
    command = [
        "findings",
        "matrix",
        "--study",
        str(study.folder),
        "--templates",
        str(tmp_path / "t"),
    ]
    assert main(command) == 0
    files = sorted((tmp_path / "t").iterdir())
    assert len(files) == 7
    words = "\n".join(p.text for p in docx.Document(files[0]).paragraphs)
    assert "Intrapersonal" in words
    assert "three to five sentences" in words
    assert main(command) == 1
    assert "Already there" in capsys.readouterr().err
