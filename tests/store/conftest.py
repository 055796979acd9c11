import pytest

from semcode import Code, Codebook, store
from semcode.records import Role, Speaker, Transcript, Turn

TEXT = "I: How are you? 🙂\r\nP: I sleep on a couch. It is hard."


def transcript(name="one", text=TEXT, sha="0" * 64):
    question, answer = text.index("How"), text.index("I sleep")
    return Transcript(
        guid=f"guid-{name}",
        name=name,
        text=text,
        turns=(
            Turn("I", question, text.index("\r")),
            Turn("P", answer, len(text), 1.5, 9.0, ((answer, 1.5), (answer + 8, 4.0))),
        ),
        speakers=(
            Speaker("I", Role.INTERVIEWER, ("I",)),
            Speaker("P", Role.PARTICIPANT, ("P", "p"), participant=name),
        ),
        source_name=f"{name}.txt",
        source_sha256=sha,
        format="txt",
        warnings=("a warning",),
    )


@pytest.fixture
def make_transcript():
    return transcript


@pytest.fixture
def database(tmp_path):
    found = store.Database(tmp_path / "study.db", create=True)
    with found.write() as connection:
        store.study.create(connection, name="x", notice="")
        store.codebooks.save(connection, Codebook(codes=(Code("Housing", "Where they live."),)))
    yield found
    found.close()
