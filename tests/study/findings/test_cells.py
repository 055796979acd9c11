import pytest

from semcode import Study
from semcode.errors import InputError, StudyError
from semcode.findings.rapid_matrix import all_domains
from semcode.study.findings.cells import write_cell, written_cell
from semcode.study.findings.coded import coded_study
from semcode.study.findings.matrix import LONGEST, with_edits


@pytest.fixture
def study(tmp_path):
    with Study.from_starter(tmp_path / "study", "peer-support") as study:
        yield study


@pytest.fixture
def place(study):
    data = coded_study(study)
    return data.people[0].label, next(iter(all_domains(data.codes, data.facets).values()))


def write(study, place, text, seen_at, coder="Ana"):
    return write_cell(study, *place, text, coder=coder, seen_at=seen_at)


def test_a_cell_is_written_over_a_draft_and_becomes_one_again(study, place):
    first = write(study, place, "  One. ", "")
    assert (first.text, first.coder) == ("One.", "Ana")
    second = write(study, place, "Two.", first.at, coder="Ben")
    assert write(study, place, "", second.at) is None
    assert [(m.text, m.coder) for m in written_cell(study, *place)] == [
        ("", "Ana"),
        ("Two.", "Ben"),
        ("One.", "Ana"),
    ]
    write(study, place, "Three.", "")
    assert len(written_cell(study, *place)) == 4


def test_the_same_words_again_are_no_new_wording(study, place):
    first = write(study, place, "One.", "")
    write(study, place, "One.", first.at, coder="Ben")
    assert [m.coder for m in written_cell(study, *place)] == ["Ana"]


@pytest.mark.parametrize("seen_at", ["", "2020-01-01T00:00:00.000+00:00"])
def test_what_somebody_wrote_since_is_not_overwritten(study, place, seen_at):
    write(study, place, "One.", "")
    with pytest.raises(StudyError, match="Ana changed this cell"):
        write(study, place, "Two.", seen_at, coder="Ben")
    assert written_cell(study, *place)[0].text == "One."


def test_a_draft_that_was_written_since_is_said_so(study, place):
    first = write(study, place, "One.", "")
    write(study, place, "", first.at)
    with pytest.raises(StudyError, match="Somebody changed this cell"):
        write(study, place, "Two.", first.at)


def test_too_many_words_are_refused(study, place):
    with pytest.raises(InputError, match="at most"):
        write(study, place, "x" * (LONGEST + 1), "")
    assert written_cell(study, *place) == []


def test_the_matrix_shows_what_was_written(study, place):
    from semcode.findings.rapid_matrix import draft_cells

    write(study, place, "One.", "")
    data = coded_study(study)
    cells = with_edits(study, draft_cells(data, [place[1]]))
    assert [c.text for c in cells if c.participant == place[0]] == ["One."]
