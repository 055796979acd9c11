"""Counts against counts made by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from semcode.findings import (
    CodedSegment,
    HumanCoding,
    ReportCode,
    ReportData,
    TranscriptSummary,
    UncodedSegment,
)
from semcode.findings.summary import (
    coder_counts,
    count_codes,
    count_levels,
    coverage,
    matrix,
    ordered_codes,
    participant_labels,
    totals,
)
from semcode.records import Level, Participant

PEER, HOME, LAW = Level.INTERPERSONAL, Level.COMMUNITY, Level.PUBLIC_POLICY


def suggest(who: str, start: int, code: str, level: Level | None, score: float, status: str):
    return CodedSegment(
        f"T-{who}", who, start, start + 10, "said", "", code, level, score, {}, status
    )


@pytest.fixture
def data() -> ReportData:
    """Two people, five segments; one suggestion was rejected, one code is not in the book."""
    return ReportData(
        study="By hand",
        notice=None,
        generated_at=datetime(2026, 1, 1, tzinfo=UTC),
        codes=[
            ReportCode("Needs", None, ("Needs",), ""),
            ReportCode("Law", LAW, ("Law",), ""),
            ReportCode("Housing", HOME, ("Needs", "Housing"), ""),
            ReportCode("Bus", HOME, ("Needs", "Bus"), ""),
            ReportCode("Friends", PEER, ("Friends",), ""),
        ],
        participants=[Participant("B"), Participant("A")],
        transcripts=[TranscriptSummary("T-A", ("A",), "txt", 100, 60, 3)],
        suggestions=[
            suggest("A", 0, "Housing", HOME, 0.9, "accepted"),
            suggest("A", 0, "Bus", HOME, 0.5, "suggested"),
            suggest("A", 20, "Housing", HOME, 0.3, "suggested"),
            suggest("A", 40, "Friends", PEER, 0.4, "rejected"),
            suggest("B", 0, "Housing", HOME, 0.4, "suggested"),
            suggest("B", 20, "Gone", PEER, 0.7, "suggested"),
        ],
        codings=[
            HumanCoding("T-A", "A", 0, 10, "said", "Housing", HOME, "Ida"),
            HumanCoding("T-A", "A", 0, 9, "said", "Law", LAW, "Bo"),
        ],
        uncoded=[UncodedSegment("T-B", "B", 90, 99, "hm", None, 0.0)],
        n_segments=6,
    )


def test_totals(data: ReportData) -> None:
    total = totals(data)
    assert (total.segments, total.coded, total.suggestions) == (6, 4, 6)
    assert (total.waiting, total.accepted, total.rejected) == (4, 1, 1)
    assert (total.codings, total.coders, total.participants) == (2, 2, 2)


def test_codes_go_by_level_and_keep_the_codebooks_order(data: ReportData) -> None:
    names = [code.name for code in ordered_codes(data)]
    assert names == ["Friends", "Gone", "Housing", "Bus", "Law"]


def test_a_grouping_code_that_was_suggested_is_kept(data: ReportData) -> None:
    coding = HumanCoding("T-A", "A", 0, 5, "said", "Needs", None, "Ida")
    more = type(data)(
        **{
            name: getattr(data, name)
            for name in ReportData.__dataclass_fields__
            if name != "codings"
        },
        codings=[coding],
    )
    assert ordered_codes(more)[-1].name == "Needs"


def test_levels_count_a_segment_once_and_leave_out_what_was_rejected(data: ReportData) -> None:
    rows = {row.level: row for row in count_levels(data)}
    assert list(rows) == list(Level)
    assert (rows[HOME].segments, rows[HOME].participants, rows[HOME].codes) == (3, 2, 2)
    assert rows[HOME].share == pytest.approx(3 / 6)
    assert (rows[PEER].segments, rows[PEER].participants) == (1, 1)
    assert rows[LAW].segments == 0


def test_codes(data: ReportData) -> None:
    rows = {row.code.name: row for row in count_codes(data)}
    housing = rows["Housing"]
    assert (housing.segments, housing.participants, housing.waiting, housing.accepted) == (
        3,
        2,
        2,
        1,
    )
    assert housing.median_score == pytest.approx(0.4)
    assert (rows["Friends"].segments, rows["Friends"].rejected) == (0, 1)
    assert rows["Friends"].median_score is None


def test_matrix_divides_by_each_participants_segments(data: ReportData) -> None:
    table = matrix(data)
    assert table.participants == participant_labels(data) == ("B", "A")
    assert table.segments == (3, 3)
    row = [code.name for code in table.codes].index("Housing")
    assert table.counts[row] == (1, 2)
    assert table.share(row, 1) == pytest.approx(2 / 3)


def test_coverage_counts_a_rejected_segment_as_not_coded(data: ReportData) -> None:
    assert [(row.participant, row.segments, row.uncoded) for row in coverage(data)] == [
        ("B", 3, 1),
        ("A", 3, 1),
    ]


def test_coders_stand_beside_the_machine(data: ReportData) -> None:
    counts = coder_counts(data)
    assert counts.coders == ("Bo", "Ida")
    assert counts.rows == (
        ("Gone", 1, (0, 0)),
        ("Housing", 3, (0, 1)),
        ("Bus", 1, (0, 0)),
        ("Law", 0, (1, 0)),
    )
