from datetime import UTC, datetime

import pytest

from semcode import Code, Codebook, Coding, Study, store
from semcode.records import Reading
from semcode.study.exchange.matrices import (
    case_matrix,
    quotations,
    segment_matrix,
    variable_labels,
    variable_names,
)

FIRST = "The bus never comes, so I miss the clinic every single week."
SECOND = "My mother drives me now, and she keeps the baby while I am in."


@pytest.fixture
def study(tmp_path):
    for name in ("P01", "P02"):
        text = f"Interviewer: How do you get there?\n\nParticipant: {FIRST}\n\n"
        text += f"Interviewer: And today?\n\nParticipant: {SECOND}\n"
        (tmp_path / f"{name}.txt").write_text(text)
    table = tmp_path / "people.csv"
    table.write_text("participant,transcript,age\nP01,P01,31\nP02,P02,40\n")
    book = Codebook((Code("Bus & rides"), Code("Family (kin)")), name="b")
    made = Study.create(tmp_path / "s", codebook=book)
    made.add([tmp_path / "P01.txt", tmp_path / "P02.txt"])
    made.add_participants(table)
    bus, family = (code.guid for code in book)
    with made.database.read() as connection:
        ids = {row.name: row.id for row in store.transcripts.rows(connection)}
        text = store.transcripts.load(connection, ids["P01"]).text
    start = text.index(FIRST)
    with made.database.write() as connection:
        span = {"transcript": "P01", "start": start, "end": start + len(FIRST), "coder": "ana"}
        codings = [
            Coding(guid="", code=bus, memo="=late", facets=("barrier",), **span),
            Coding(guid="", code=family, **span),
        ]
        store.codings.add(connection, codings)
        reading = Reading("ben", "P01", 0, len(text), datetime.now(UTC))
        store.codings.add_readings(connection, [reading])
    yield made
    made.close()


def test_coded_read_and_unread_are_three_things(study):
    sheet = segment_matrix(study)
    assert sheet.header[-2:] == ["bus_rides", "family_kin"]
    rows = {(row[0], row[4], row[2]): row[5:] for row in sheet.rows}
    by_coder = sorted((key[1], list(values)) for key, values in rows.items())
    assert by_coder == [("ana", [1, 1]), ("ben", [0, 0]), ("ben", [0, 0])]
    assert {key[0] for key in rows} == {"P01"}  # nobody read P02


def test_cases_are_empty_where_nothing_was_read(study):
    sheet = case_matrix(study)
    assert list(sheet.header) == ["participant", "segments_read", "bus_rides", "family_kin", "age"]
    assert [list(row) for row in sheet.rows] == [
        ["P01", 2, 1, 1, "31"],
        ["P02", 0, None, None, "40"],
    ]


def test_quotations_join_the_codes_of_one_span(study):
    (row,) = quotations(study).rows
    assert row[0] == "1:1"
    assert row[3] == FIRST
    assert row[4:6] == ["=late", "Bus & rides\nFamily (kin)"]
    assert row[7:] == ["ana", "barrier"]


def test_labels_explain_the_variables(study):
    assert [row[:2] for row in variable_labels(study).rows] == [
        ["bus_rides", "Bus & rides"],
        ["family_kin", "Family (kin)"],
    ]


def test_names_that_every_program_takes():
    names = ["Housing: unstable", "2nd job", "Housing unstable", "é", "x" * 50, "x" * 51, "age"]
    made = variable_names(names, taken=("age",))
    assert made[:3] == ["housing_unstable", "v_2nd_job", "housing_unstable_2"]
    assert len(set(made)) == len(made)
    assert all(name.isascii() and name[0].isalpha() and len(name) <= 32 for name in made)
    assert made[-1] == "age_2"
