from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.errors import ReadError
from semcode.readers.dialogue import read_dialogue
from semcode.readers.files import Source, clean
from semcode.records import Role, Transcript

SOURCE = Source("talk.txt", "0" * 64, "txt")
SAID = ["What is it?", "It is this: a house.", "And then?", "I went home."]


def read(text: str, bold: dict[int, int] | None = None) -> Transcript:
    return read_dialogue(text, name="talk", source=SOURCE, bold=bold)


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def roles(transcript: Transcript) -> dict[str, str]:
    return {speaker.name: speaker.role.value[0] for speaker in transcript.speakers}


LAYOUTS = {
    "colon": ("{}: {}\n\n", "Interviewer", "Maria"),
    "colon, CRLF": ("{}: {}\r\n", "Interviewer", "Maria"),
    "space before the colon": ("  {} : {}\n", "Interviewer1", "Interviewee"),
    "speech below": ("{}:\n{}\n\n", "Interviewer", "Maria"),
    "capitals": ("{}: {}\n", "INTERVIEWER", "MARIA LOPEZ"),
    "letters": ("{}: {}\n", "I", "P03"),
    "question and answer": ("{}: {}\n", "Q", "A"),
    "court style": ("{}. {}\n", "Q", "A"),
    "wide colon": ("{}：{}\n", "Interviewer", "Maria"),
    "brackets": ("[{}] {}\n\n", "interviewer", "id1"),
    "angles": ("<{}> {}\n", "Interviewer", "Maria"),
    "bracketed with colon": ("[{}]: {}\n", "Interviewer", "Maria"),
    "markdown, colon inside": ("**{}:** {}\n\n", "Interviewer", "Maria"),
    "markdown, colon outside": ("**{}**: {}\n\n", "Interviewer", "Maria"),
    "markdown list": ("- *{}:* {}\n", "Interviewer", "Maria"),
    "own line": ("{}\n{}\n\n", "Interviewer", "Participant"),
    "own line, bold": ("**{}**\n\n{}\n\n", "Interviewer", "Participant"),
    "tab": ("{}\t{}\n", "Interviewer", "Maria"),
    "numbered rows": ("7\t{}\t{}\n", "Interviewer", "Maria"),
    "numbered lines": ("12.  {}: {}\n", "Interviewer", "Maria"),
    "dash": ("{} – {}\n", "Interviewer", "Maria"),
    "time, name, colon": ("[00:01:02] {}: {}\n", "Tom", "Maria"),
    "name, time, colon": ("{} (00:12): {}\n", "Tom", "Maria"),
    "name, time, colon, speech below": ("{} (00:12):\n{}\n\n", "Speaker 1", "Speaker 2"),
    "range": ("[00:01:02 - 00:01:09] {}: {}\n", "Tom", "Maria"),
    "recogniser": ("{}  1:02\n{}\n\n", "Tom Hill", "Maria Lopez"),
    "surname first": ("{}   0:12\n{}\n", "Hill, Tom", "Lopez, Maria"),
    "time above name": ("00:01:02 {}\n{}\n\n", "Tom", "Maria"),
    "name, time, speech": ("{} [00:12] {}\n", "Tom", "Maria"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str, check_transcript: Callable[[Transcript], None]) -> None:
    form, one, two = LAYOUTS[layout]
    names = [one, two, one, two]
    text = "".join(form.format(name, speech) for name, speech in zip(names, SAID, strict=True))
    transcript = read(text)
    check_transcript(transcript)
    assert transcript.text == text
    assert said(transcript) == list(zip(names, SAID, strict=True))
    assert roles(transcript) == {one: "i", two: "p"}
    assert transcript.warnings == ()


def test_times_of_turns() -> None:
    transcript = read("[00:01:02] Tom: a\n[1:00:00.5 - 1:00:02] Maria: b\nTom (02:03): c\n")
    assert [(turn.time_start, turn.time_end) for turn in transcript.turns] == [
        (62.0, None),
        (3600.5, 3602.0),
        (123.0, None),
    ]


def test_a_time_on_its_own_line_is_no_speech() -> None:
    transcript = read(
        "00:05\nTom: one\n\n00:10\nMaria: two\n00:20\nthree\n00:30\nTom: four\nMaria: b"
    )
    assert said(transcript)[1] == ("Maria", "two\n00:20\nthree")
    second = transcript.turns[1]
    assert [seconds for _, seconds in second.times] == [10.0, 20.0]
    assert transcript.text[second.times[1][0] :].startswith("three")
    assert [turn.time_start for turn in transcript.turns] == [5.0, 10.0, 30.0, None]


def test_paragraphs_without_a_label_belong_to_the_turn() -> None:
    transcript = read("I: What?\n\nP1: One.\n\nTwo.\n\n  Three.\n\nI: And?\nP1: Four.")
    assert said(transcript)[1] == ("P1", "One.\n\nTwo.\n\n  Three.")


def test_a_repeated_label_begins_another_turn() -> None:
    transcript = read("I: What?\nP1: One.\nP1: Two.\nI: And?\nP1: Three.")
    assert said(transcript)[1:3] == [("P1", "One."), ("P1", "Two.")]


def test_slips_in_labels_join() -> None:
    transcript = read("interviewer: a?\ninterviewee: b\n" * 6 + "interviewr: c?\n Interviewee : d")
    assert roles(transcript) == {"interviewer": "i", "interviewee": "p"}
    assert transcript.speakers[0].labels == ("interviewer", "interviewr")
    assert said(transcript)[-2:] == [("interviewer", "c?"), ("interviewee", "d")]


def test_a_forgotten_colon_after_a_role() -> None:
    transcript = read("Interviewer: a?\nInterviewee: b\nInterviewer\n\nc?\nInterviewee: d")
    assert said(transcript)[2] == ("Interviewer", "c?")


def test_a_name_that_comes_once_among_many() -> None:
    transcript = read("Tom: a?\nMaria: b\n" * 4 + "Nurse: Hello.\nTom: c")
    assert ("Nurse", "Hello.") in said(transcript)


@pytest.mark.parametrize(
    "text",
    [
        "I woke up.\nLike I said: no.\nThen I left.\nLike I said: never.\n",
        "He said: come.\nI did not.\nHe said: come.\nHe said: now.\n",
        "Note: this is mine.\nNote: so is this.\n",
        "It was 10:30.\n10:45 we left.\nSee http://example.org: there.\n",
        "[laughs] yes\n[laughs] no\n[pause] well\n[pause] no\n",
        "Yeah\nOkay\nYeah\nRight\nOkay\nYeah\nThank you\nThank you\nThank you\n",
        "Monday: work\nTuesday: work\nMonday: work\n",
        "Just one paragraph about my week.",
        "First: eat.\nSecond: sleep.\nFirst: eat again.\nSecond: sleep.",
        "My list\tof things\nis\tthis\n",
    ],
)
def test_no_labels_in_ordinary_speech(text: str) -> None:
    transcript = read(text)
    assert said(transcript) == [("Participant", text.strip())]
    assert transcript.speakers[0].role is Role.PARTICIPANT
    assert "No speakers were found" in transcript.warnings[0]


def test_a_colon_inside_a_turn_is_speech() -> None:
    transcript = read("I: What?\nP: I said\nLike I said: no.\nI: And?\nP: Mine: all of it.\n")
    assert said(transcript)[1] == ("P", "I said\nLike I said: no.")
    assert said(transcript)[3] == ("P", "Mine: all of it.")


STORY = "I grew up by the river. Then we moved."
MORE = f"{STORY}\n\nHonestly: no.\n\nMy mother said: go.\n\nTruth: be told, I left.\n\n{STORY}"


@pytest.mark.parametrize("story", [STORY, MORE])
@pytest.mark.parametrize(
    ("form", "one", "two"),
    [
        ("{}: {}\n\n", "Interviewer", "Maria"),
        ("{}: {}\n", "Moderator", "Maria Lopez"),
        ("{}:\n{}\n", "Interviewer", "Maria (P01)"),
        ("[00:01] {}: {}\n", "Interviewer", "Maria"),
        ("**{}:** {}\n\n", "Interviewer", "José"),
        ("[{}] {}\n", "Interviewer", "Maria"),
        ("{}: {}\n", "I", "P"),
        ("{}: {}\n", "Q", "A"),
    ],
)
def test_one_question_and_one_long_answer(form: str, one: str, two: str, story: str) -> None:
    transcript = read(form.format(one, "Tell me your story.") + form.format(two, story))
    assert said(transcript) == [(one, "Tell me your story."), (two, story)]
    assert roles(transcript) == {one: "i", two: "p"}
    assert transcript.warnings == ()


def test_one_long_answer_between_the_questions_of_a_name() -> None:
    transcript = read(f"Tom: Tell me your story.\nMaria: {MORE}\nTom: Thank you.\n")
    assert said(transcript)[1] == ("Maria", MORE)
    assert roles(transcript) == {"Tom": "i", "Maria": "p"}


def test_each_in_a_group_speaks_once() -> None:
    transcript = read(f"Moderator: Who begins?\nAnna: {STORY}\nBen: {STORY}\nEve: {STORY}\n")
    assert [name for name, _ in said(transcript)] == ["Moderator", "Anna", "Ben", "Eve"]


@pytest.mark.parametrize(
    "answer",
    [
        "Like I said: no. It rained.",
        "maria: I took the bus.",
        "Honestly: no.",
        "It was like this: cold.",
        "[Laughs] I took the bus.",
        "I took the bus.",
    ],
)
def test_where_only_interviewers_are_found_it_is_said(answer: str) -> None:
    form = "[{}] {}\n" if answer.startswith("[") else "{}: {}\n"
    transcript = read(form.format("Interviewer", "Tell me.") + answer)
    assert roles(transcript) == {"Interviewer": "i"}
    assert len(transcript.turns) == 1
    assert "Only interviewers" in transcript.warnings[-1]


@pytest.mark.parametrize(
    "text",
    [
        "Maria: I took two buses.\nMaria: It was closed again.\nHousing: none.\n",
        "P1: I took two buses.\nP1: Closed again.\nHousing: none.\nP1: So.\n",
    ],
)
def test_a_word_before_a_colon_in_a_diary_is_speech(text: str) -> None:
    assert len(read(text).speakers) == 1


def test_a_text_of_nothing_but_lines() -> None:
    with pytest.raises(ReadError, match="600,000 lines"):
        read("a\r\n" * 600_000)


@pytest.mark.parametrize(
    "header",
    [
        "Interviewer: Ann Hill\nParticipant: P07\nDate: 1 May\n\n",
        "Date: 1 May\nLocation: clinic\nInterviewer: Ann Hill\nParticipant: P07\n\n",
        "Project: Recovery\nDate: 1 May\n",
        "SUMMARY KEYWORDS\nhouse, bus\n\nSPEAKERS\nAnn, Tom\n\n",
        "Interview 3\n\n",
    ],
)
def test_a_header_is_no_speech(header: str) -> None:
    transcript = read(header + "Interviewer: a?\nParticipant: b\nInterviewer: c?\nParticipant: d\n")
    assert [speech for _, speech in said(transcript)] == ["a?", "b", "c?", "d"]
    assert "in no turn" in transcript.warnings[-1]


def test_a_header_of_names_above_letters() -> None:
    text = "Interviewer: Ann Hill\nParticipant: P07\n\nI: a?\nP: b\nI: c?\nP: d\n"
    assert roles(read(text)) == {"I": "i", "P": "p"}


def test_people_who_speak_once_are_no_header() -> None:
    assert len(read("P1: yes\nP2: no\nP3: both\n").turns) == 3
    transcript = read("Interviewer 3: hello there\nI am here.\n\nI: a?\nP: b\nI: c?\nP: d")
    assert said(transcript)[-1] == ("P", "d")


def test_a_footer_is_no_speech() -> None:
    transcript = read("Tom  0:01\na?\n\nMaria  0:03\nb\n\nTranscribed by https://otter.ai\n")
    assert said(transcript)[-1] == ("Maria", "b")
    assert said(read("I: a?\nP: b\nI: c?\nP: d\n[End of interview]\n"))[-1] == ("P", "d")


def test_bold_labels() -> None:
    lines = ["Ann How are you?", "Maria Fine.", "Ann Why?", "Maria So."]
    bold, at = {}, 0
    for line in lines:
        bold[at] = line.index(" ")
        at += len(line) + 1
    transcript = read("\n".join(lines), bold)
    assert said(transcript)[:2] == [("Ann", "How are you?"), ("Maria", "Fine.")]
    assert said(read("\n".join(lines)))[0][0] == "Participant"


@pytest.mark.parametrize("text", ["", " \n\t", "...\n—", "\ufffd"])
def test_no_words(text: str) -> None:
    with pytest.raises(ReadError, match="no words"):
        read(text)


def test_labels_without_speech() -> None:
    transcript = read("Interviewer:\nParticipant:\nInterviewer:\n")
    assert said(transcript)[0][0] == "Participant"


speech = st.text(
    st.one_of(
        st.sampled_from("abc éüX.,!?'-"),
        st.sampled_from("😀👩\u200d👧e\u0301\u0308\u2028\u2029\u0085\u00a0\u200b\x0c\x00\ufeff"),
        st.characters(blacklist_characters="\n\r:：[](){}<>|*_#\t-–—0123456789\x0b"),
    ),
    min_size=1,
    max_size=40,
).filter(lambda text: any(map(str.isalpha, text)) and len(clean(text)[0].splitlines()) < 9)


@settings(deadline=None)
@given(
    speeches=st.lists(speech, min_size=2, max_size=8),
    end=st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"]),
    form=st.sampled_from(["{}: {}", "{}:{}", "**{}:** {}", "[{}] {}", "{} (00:12): {}"]),
)
def test_every_speech_is_a_turn(speeches: list[str], end: str, form: str) -> None:
    speeches = [clean(text)[0].replace("\n", " ").strip() for text in speeches]
    names = [("Interviewer", "Participant")[number % 2] for number in range(len(speeches))]
    text = "".join(
        form.format(name, words) + end for name, words in zip(names, speeches, strict=True)
    )
    transcript = read(text)
    assert transcript.text == text
    assert said(transcript) == list(zip(names, speeches, strict=True))
    assert transcript == read(text)


@settings(deadline=None)
@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(
                [
                    "I: ",
                    "P1: ",
                    "Ann  0:12",
                    "Ann",
                    "\t",
                    "[x] ",
                    "\n",
                    "\r\n",
                    "a b",
                    "00:01",
                    "**",
                    "Date: x",
                    "😀",
                    "\u2028",
                    "Interviewer",
                    ":",
                    "-",
                    "Q. ",
                    " ",
                ]
            ),
            max_size=40,
        ).map("".join),
    )
)
def test_whatever_the_text(check_transcript: Callable[[Transcript], None], text: str) -> None:
    text, _ = clean(text)
    try:
        transcript = read(text)
    except ReadError:
        assert not any(map(str.isalnum, text))
        return
    check_transcript(transcript)
    assert transcript.text == text
    assert transcript == read(text)
