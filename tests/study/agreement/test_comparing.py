from datetime import UTC, datetime

import pytest

from semcode import Study, store
from semcode.errors import InputError
from semcode.evaluate import VIEWS, AgreementReport
from semcode.records import CoderKind, Coding, Decision, Reading, Verdict
from semcode.store.assignments import Assignment

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


def assign(study, batch, coders, *names):
    with study.database.write() as connection:
        for row in store.transcripts.rows(connection):
            if row.name in names:
                turns = store.transcripts.load(connection, row.id).turns
                store.assignments.add(
                    connection,
                    [
                        Assignment(batch, coder, row.name, turn.start, turn.end)
                        for coder in coders
                        for turn in turns
                    ],
                )


def test_a_draw_is_compared_by_itself(coded):
    whole = coded.agreement(unit="turn", resamples=200)
    assert whole.batches == ()
    random = "reliability 2026-01-01 10:00:00 seed 0"
    rare = "reliability 2026-01-02 10:00:00 seed 0 rare Stigma"
    assign(coded, random, ("ana", "ben"), "P1", "P2")
    assign(coded, rare, ("ana", "ben"), "P4")
    for unit, n in (("turn", 6), ("document", 2)):
        one = coded.agreement(unit=unit, batch=random, resamples=200)
        assert (one.setting.n_units, one.setting.n_total) == (n, 2 * n)
    assert one.setting.batch == random
    assert f"the draw “{random}”" in " ".join(one.methods)
    with coded.database.read() as connection:
        ids = {row.name: row.id for row in store.transcripts.rows(connection)}
        said = [
            t.end - t.start
            for name in ("P1", "P2")
            for t in store.transcripts.load(connection, ids[name]).turns
            if t.speaker == "Participant"
        ]
    assert coded.agreement(unit="character", batch=random, resamples=200).setting.n_units == sum(
        said
    )
    latest = coded.agreement(unit="turn", batch="latest", resamples=200)
    assert latest.setting.n_units == 3
    assert "made for the rare code 'Stigma'" in latest.notes[0]
    assert [(b.name, b.rare, b.read) for b in latest.batches] == [
        (random, None, (12, 12)),
        (rare, "Stigma", (6, 6)),
    ]
    assign(coded, "reliability 2026-01-03 10:00:00 seed 0", ("ana", "dee"), "P3")
    third = coded.agreement(unit="turn", batch="latest", resamples=200)
    assert third.notes[0] == "dee has read 0 of the 6 passages of this draw and is not compared."
    begun = coded.agreement(unit="turn", batch="reliability 2026-01-01", resamples=200)
    assert begun.setting.batch == random
    for wanted, said in (("reliability", "Several draws"), ("nothing", "no draw")):
        with pytest.raises(InputError, match=said) as error:
            coded.agreement(unit="turn", batch=wanted)
        assert rare in error.value.remedy


def test_units_of_a_rare_draw_among_others_are_said(coded):
    read(coded, "cy", "P1", "P4")
    rare = "reliability 2026-01-02 10:00:00 seed 0 rare Stigma"
    assign(coded, rare, ("ana", "cy"), "P4")
    notes = coded.agreement(unit="turn", coders=["ana", "cy"], resamples=200).notes
    assert any("3 of the 6 turns come from the draw" in note for note in notes)
    everything = coded.agreement(unit="turn", coders=["ana", "ben"], resamples=200).notes
    assert not any("rare code" in note for note in everything)


def test_without_any_draw_it_is_said(coded):
    with pytest.raises(InputError, match="Nothing was assigned"):
        coded.agreement(unit="turn", batch="latest")


def test_nobody_shares_a_unit_by_pair_either(study):
    for coder, name in (("ana", "P1"), ("ben", "P2"), ("cy", "P3")):
        read(study, coder, name)
    with pytest.raises(InputError, match="share 0"):
        study.agreement(unit="turn", by="pair")


def test_a_group_codes_what_one_member_codes(coded):
    read(coded, "cy", *EVERY)
    code(coded, "cy", "Housing instability", "We got evicted", "P4")
    group = coded.agreement(mode="nvivo", coders=["ben+cy", "ana"])
    assert group.coders == ("ben + cy", "ana")
    row = next(row for row in group.rows if row["code"] == "Housing instability")
    last = row["sources"][3]
    assert (last["percent"], last["only_second"]) == (100, 0)
    alone = coded.agreement(mode="nvivo", coders=["ben", "ana"])
    assert next(r for r in alone.rows if r["code"] == "Housing instability")["sources"][3][
        "only_second"
    ]
    with pytest.raises(InputError, match="only NVivo compares groups"):
        coded.agreement(mode="atlas", coders=["ben+cy", "ana"])
    with pytest.raises(InputError, match="named twice"):
        coded.agreement(mode="nvivo", coders=["ben+cy", "ben"])
    with pytest.raises(InputError, match="no coder 'zoe'"):
        coded.agreement(mode="nvivo", coders=["ben+zoe", "ana"])


def test_spans_without_units(coded, monkeypatch):
    monkeypatch.setattr("semcode.evaluate.unitized.has_gamma", lambda: False)
    report = coded.agreement(unit="span", resamples=200)
    row = next(row for row in report.rows if row["code"] == "Housing instability")
    assert (report.unit, row["n"]) == ("span", 7)
    assert 0 < row["u_alpha"] < 1
    assert len(row["ci"]["u_alpha"]) == 2


def test_text_that_not_all_read_is_said_in_a_mode(study):
    read(study, "ana", "P1")
    with study.database.write() as connection:
        row = store.transcripts.rows(connection)[0]
        turn = store.transcripts.load(connection, row.id).turns[1]
        store.codings.add_readings(
            connection, [Reading("ben", "P1", turn.start, turn.end, AT, True)]
        )
    assert "Not every coder has read all of P1" in study.agreement(mode="atlas").notes[0]


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


def test_codings_from_suggestions_do_not_count_as_blind(coded):
    before = coded.agreement(unit="turn", resamples=200)
    (first, *_rest) = (c for c in coded.codings() if c.coder == "ben")
    accepted = Decision(
        coder="ben",
        verdict=Verdict.ACCEPT,
        transcript=first.transcript,
        start=first.start,
        end=first.end,
        code=first.code,
        score=0.8,
        at=AT,
        coding=first.guid,
        codebook_version=1,
    )
    with coded.database.write() as connection:
        store.decisions.append(connection, [accepted])
    after = coded.agreement(unit="turn", resamples=200)
    housing = "Housing instability"
    assert rows(after)[housing].values["percent"] < rows(before)[housing].values["percent"]
    assert any("Left out: 1 coding made by deciding" in note for note in after.notes)
    whole = coded.agreement(unit="turn", resamples=200, blind_only=False)
    assert rows(whole)[housing].values == rows(before)[housing].values
