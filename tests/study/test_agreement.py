from datetime import UTC, datetime

import pytest

from semcode import Study, store
from semcode.errors import InputError
from semcode.evaluate import VIEWS, AgreementReport
from semcode.records import CoderKind, Coding, Reading

DIALOGUE = """\
Interviewer: Where are you living now?

Participant: We got evicted in March.

Interviewer: And the baby?

Participant: My aunt keeps her. She keeps her well.

Interviewer: Thank you.

Participant: There is one bus an hour.
"""
AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def study(tmp_path):
    """Four interviews of three turns, read blind by ana and ben, three of them by cy."""
    for number in range(1, 5):
        (tmp_path / f"P{number}.txt").write_text(DIALOGUE.replace("March", f"month {number}"))
    with Study.create(tmp_path / "study", codebook="postpartum") as made:
        made.add([tmp_path / f"P{number}.txt" for number in range(1, 5)])
        yield made


def read(study, coder, *names, blind=True):
    with study.database.write() as connection:
        for row in store.transcripts.rows(connection):
            if row.name in names:
                turns = store.transcripts.load(connection, row.id).turns
                store.codings.add_readings(
                    connection,
                    [Reading(coder, row.name, t.start, t.end, AT, blind) for t in turns],
                )


def code(study, coder, name, quote, transcript):
    with study.database.write() as connection:
        ids = {row.name: row.id for row in store.transcripts.rows(connection)}
        text = store.transcripts.load(connection, ids[transcript]).text
        start = text.index(quote)
        guid = study.codebook()[name].guid
        coding = Coding("", transcript, start, start + len(quote), guid, coder)
        store.codings.add(connection, [coding])


EVERY = ("P1", "P2", "P3", "P4")


@pytest.fixture
def coded(study):
    for coder in ("ana", "ben"):
        read(study, coder, *EVERY)
    for name in EVERY:
        code(study, "ana", "Housing instability", "We got evicted", name)
    for name in EVERY[:3]:
        code(study, "ben", "Housing instability", "evicted", name)
    code(study, "ana", "Transportation", "one bus", "P1")
    return study


def rows(report, by="code"):
    return {row.label: row for row in report.tables[by]}


def test_turns_by_hand(coded):
    # 12 turns; housing by ana in 4, by ben in 3 of these: observed 11/12.
    report = coded.agreement(unit="turn", resamples=200)
    row = rows(report)["Housing instability"]
    assert (row.n, row.n_positive) == (12, 4)
    chance = (4 * 3 + 8 * 9) / 144
    assert row.values["percent"] == pytest.approx(11 / 12)
    assert row.values["cohen_kappa"] == pytest.approx((11 / 12 - chance) / (1 - chance))
    assert row.more["span_agreement"] == 2 * 3 / 7  # "evicted" is just half of ana's words
    assert rows(report)["Stigma"].undefined
    assert [item.code for item in report.mend] == ["Housing instability", "Transportation"]


def test_only_what_all_have_read_counts(coded):
    read(coded, "cy", "P1", "P2", "P3")
    report = coded.agreement(unit="turn", resamples=200)
    assert report.setting.coders == ("ana", "ben", "cy")
    assert (report.setting.n_units, report.setting.n_total, report.double_coded) == (9, 12, 0.75)
    pairs = rows(coded.agreement(unit="turn", by="pair", resamples=200), "pair")
    assert {label: row.n for label, row in pairs.items()} == {
        "ana and ben": 12,
        "ana and cy": 9,
        "ben and cy": 9,
    }


def test_reading_with_suggestions_on_show_is_left_out(coded):
    read(coded, "dee", *EVERY, blind=False)
    assert "dee" not in coded.agreement(unit="turn", resamples=200).setting.coders
    with pytest.raises(InputError, match="read anything blind"):
        coded.agreement(coders=["ana", "dee"], unit="turn")
    both = coded.agreement(coders=["ana", "dee"], unit="turn", blind_only=False, resamples=200)
    assert both.setting.n_units == 12
    assert "not everywhere blind" in both.methods[0]


@pytest.mark.parametrize(
    ("unit", "n"), [("document", 4), ("segment", 12), ("sentence", 16), ("turn", 12)]
)
@pytest.mark.weights
def test_units(coded, unit, n):
    assert coded.agreement(unit=unit, resamples=200).setting.n_units == n


def test_characters_are_those_of_the_participants(coded):
    report = coded.agreement(unit="character", resamples=200)
    with coded.database.read() as connection:
        spoken = 0
        for row in store.transcripts.rows(connection):
            transcript = store.transcripts.load(connection, row.id)
            said = [t for t in transcript.turns if t.speaker == "Participant"]
            spoken += sum(t.end - t.start for t in said)
    assert report.setting.n_units == spoken
    row = rows(report)["Housing instability"]
    assert row.n_positive == 4 * len("We got evicted")


def test_what_cannot_be_compared_is_said(coded):
    for options, said in (
        ({"coders": ["ana"]}, "needs two coders"),
        ({"coders": ["ana", "zoe"]}, "no coder 'zoe'"),
        ({"coders": ["ana", "ana"]}, "named twice"),
        ({"unit": "word"}, "not a unit"),
        ({"by": "colour"}, "no table by"),
        ({"mode": "excel"}, "no mode"),
        ({"unit": "turn", "model": True}, "no suggestions"),
    ):
        with pytest.raises(InputError, match=said) as error:
            coded.agreement(**{"unit": "turn", **options})
        assert error.value.remedy


def test_no_reader_at_all(study):
    with pytest.raises(InputError, match="nobody is recorded"):
        study.agreement(unit="turn")


def test_codings_without_readings_are_said(study):
    code(study, "ana", "Transportation", "one bus", "P1")
    with pytest.raises(InputError, match="ana coded, but what was read is not recorded"):
        study.agreement(unit="turn")
    read(study, "ben", *EVERY)
    read(study, "cy", *EVERY)
    notes = study.agreement(unit="turn", resamples=200).notes
    assert any("ana coded but have no blind reading" in note for note in notes)


def test_a_model_among_people_is_refused(coded):
    with coded.database.write() as connection:
        store.people.coder_id(connection, "robot", CoderKind.MODEL)
    with pytest.raises(InputError, match="--model"):
        coded.agreement(coders=["ana", "robot"], unit="turn")


def test_other_programs_count_their_own_way(coded):
    nvivo = coded.agreement(mode="nvivo")
    row = next(row for row in nvivo.rows if row["code"] == "Housing instability")
    with coded.database.read() as connection:
        sizes = [
            len(store.transcripts.load(connection, r.id).text)
            for r in store.transcripts.rows(connection)
        ]
    off = 3 * (len("We got evicted") - len("evicted")) + len("We got evicted")
    assert row["percent"] == pytest.approx(100 * (1 - off / sum(sizes)))
    assert coded.agreement(mode="maxqda").overall["percent"] == 0
    assert coded.agreement(mode="maxqda", overlap=0.5).overall["percent"] == pytest.approx(75)
    assert coded.agreement(mode="atlas").overall["Cu_alpha"] is None


@pytest.mark.weights
def test_the_starter_study_has_every_table(coded_folder):
    with Study(coded_folder) as starter:
        report = starter.agreement(by=tuple(VIEWS), model=True, resamples=200)
    assert isinstance(report, AgreementReport)
    assert set(report.tables) == set(VIEWS)
    assert report.setting.n_units == report.setting.n_total > 300
    assert 0.5 < report.overall.values["krippendorff_alpha"] < 0.95
    assert {row.label for row in report.tables["facet"]} >= {"barrier", "facilitator"}
    assert len(report.tables["transcript"]) == 7
    assert report.model.people == report.setting.coders
    assert len(report.model.gaps) == 30
    assert all(item.text for item in report.disputed)
    assert report.notes
