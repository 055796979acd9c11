from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.readers.speakers import guess_roles, join_variants, role_of_label, speakers_of
from semcode.records import Role, Turn

INTERVIEWER, PARTICIPANT, UNKNOWN = Role.INTERVIEWER, Role.PARTICIPANT, Role.UNKNOWN


def talk(*said: tuple[str, str]) -> tuple[list[Turn], str]:
    turns, text = [], ""
    for speaker, speech in said:
        turns.append(Turn(speaker, len(text), len(text) + len(speech)))
        text += speech + "\n"
    return turns, text


@pytest.mark.parametrize(
    ("labels", "joined"),
    [
        ({"Interviewer 1": 9, "Interviewer1 ": 2, " interviewer  1": 1}, "Interviewer 1"),
        ({"interviewer": 40, "interviewr": 1, "Interviewer": 3, "interveiwer": 1}, "interviewer"),
        ({"Participant": 50, "partcipant": 1, "PARTICIPANT": 2}, "Participant"),
        ({"P03": 5, "P3": 1, "p 3": 1}, "P03"),
        ({"Interviewer2": 9, "Interviewer2 2": 1}, "Interviewer2"),
        ({"Michael": 20, "Micheal": 1}, "Michael"),
    ],
)
def test_variants_join(labels: dict[str, int], joined: str) -> None:
    assert set(join_variants(list(labels.items())).values()) == {joined}


@pytest.mark.parametrize(
    "labels",
    [
        {"Interviewer": 100, "Interviewee": 1},
        {"Interviewer": 1, "Interviewee": 100},
        {"Interviewer 1": 100, "Interviewer 2": 1},
        {"Interviewer": 100, "Interviewer 1": 1},
        {"P1": 100, "P2": 1, "P11": 1},
        {"Maria": 100, "Marie": 1, "Mario": 1},
        {"Anna": 100, "Hanna": 1, "Ana": 1},
        {"Participant": 100, "Participants": 1},
        {"Interviewer": 50, "Interviewee": 50, "interviewe": 1},  # a slip of either
        {"Michael": 20, "Micheal": 5},  # not rare
        {"Group 1 P": 50, "Group P1": 1},
        {"राम": 30, "रम": 1},
    ],
)
def test_other_names_stay_apart(labels: dict[str, int]) -> None:
    assert len(set(join_variants(list(labels.items())).values())) == len(labels)


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=12), st.integers(1, 100), max_size=12))
def test_joining_is_stable_and_covers_every_label(labels: dict[str, int]) -> None:
    joined = join_variants(list(labels.items()))
    assert set(joined) == set(labels)
    assert all(name.strip() for name in joined.values())
    assert joined == join_variants(list(labels.items()))


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Interviewer 2", INTERVIEWER),
        ("MODERATOR", INTERVIEWER),
        ("interviewee", PARTICIPANT),
        ("P07", PARTICIPANT),
        ("id1", PARTICIPANT),
        ("PSW", PARTICIPANT),
        ("Peer support worker", PARTICIPANT),
        ("Counselor", UNKNOWN),
        ("Maria", UNKNOWN),
        ("P", UNKNOWN),
        ("R", UNKNOWN),
    ],
)
def test_words_for_roles(label: str, role: Role) -> None:
    assert role_of_label(label) is role


def test_letters_count_in_pairs() -> None:
    assert guess_roles(*talk(("Q", "This."), ("A", "That."))) == {
        "Q": INTERVIEWER,
        "A": PARTICIPANT,
    }
    assert guess_roles(*talk(("I", "This."), ("P03", "That.")))["I"] is INTERVIEWER
    assert guess_roles(*talk(("Interviewer", "This."), ("R", "That.")))["R"] is PARTICIPANT


def test_the_other_one_has_the_other_role() -> None:
    assert guess_roles(*talk(("Therapist", "Hm."), ("Client", "I do.")))["Therapist"] is INTERVIEWER
    assert guess_roles(*talk(("Interviewer", "Hm."), ("Maria", "Eh?")))["Maria"] is PARTICIPANT


def test_talk_tells_who_asks() -> None:
    said = [
        ("Tom", "How did you get your place there?"),
        ("Maria", "I asked my sister and we went."),
    ]
    roles = guess_roles(*talk(*said * 5))
    assert roles == {"Tom": INTERVIEWER, "Maria": PARTICIPANT}


def test_talk_without_punctuation_tells_who_asks() -> None:
    said = [("S1", "okay so what did you do then"), ("S2", "i told my mother and we drove there")]
    assert guess_roles(*talk(*said * 5)) == {"S1": INTERVIEWER, "S2": PARTICIPANT}


def test_a_focus_group() -> None:
    said = [
        ("Moderator", "What do you think?"),
        ("Ann", "I like it."),
        ("Bob", "Do you? I do not."),
        ("Cleo", "Me neither."),
    ]
    roles = guess_roles(*talk(*said * 3))
    assert roles.pop("Moderator") is INTERVIEWER
    assert set(roles.values()) == {PARTICIPANT}


def test_two_interviewers_by_their_talk() -> None:
    said = [
        ("Tom", "How did you find your doctor?"),
        ("Maria", "I looked at a list that my sister had made for us, and I called them all."),
        ("Bob", "And what did you do when your doctor left?"),
        ("Maria", "I waited. We had no money, my car was gone and I could not go anywhere."),
    ]
    roles = guess_roles(*talk(*said * 6))
    assert roles == {"Tom": INTERVIEWER, "Bob": INTERVIEWER, "Maria": PARTICIPANT}


def test_who_is_alone_is_a_participant_unless_the_label_denies_it() -> None:
    assert guess_roles(*talk(("Maria", "What?"))) == {"Maria": PARTICIPANT}
    assert guess_roles(*talk(("Interviewer", "I said."))) == {"Interviewer": INTERVIEWER}


def test_nobody_asks() -> None:
    roles = guess_roles(*talk(("Ann", "I like it."), ("Bob", "We too."), ("Cleo", "I see.")))
    assert set(roles.values()) == {PARTICIPANT}


def test_an_unknown_speaker_stays_unknown() -> None:
    said = [
        ("Tom", "How did you get there?"),
        ("Maria", "I asked my sister."),
        ("Unknown", "What?"),
    ]
    roles = guess_roles(*talk(*said * 5))
    assert roles == {"Tom": INTERVIEWER, "Maria": PARTICIPANT, "Unknown": UNKNOWN}
    assert guess_roles(*talk(("Ann", "Eh?"), ("Unknown", "A.")))["Ann"] is PARTICIPANT


def test_equal_talk_is_unknown() -> None:
    said = [("Ann", "Do you like it? I do."), ("Bob", "Do you like it? I do.")]
    assert set(guess_roles(*talk(*said * 4)).values()) == {UNKNOWN}


def test_speakers_stand_in_order_with_their_spellings() -> None:
    turns, text = talk(("Maria", "Hm."), ("Interviewer", "What?"))
    names = {"interviewr": "Interviewer", "Interviewer ": "Interviewer", "Maria": "Maria"}
    one, two = speakers_of(turns, text, names=names)
    assert (one.name, one.role, one.labels, one.guessed) == ("Maria", PARTICIPANT, ("Maria",), True)
    assert (two.name, two.role, two.labels) == (
        "Interviewer",
        INTERVIEWER,
        ("interviewr", "Interviewer"),
    )
