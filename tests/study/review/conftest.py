import itertools
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from semcode import Code, Codebook, Facet, Study, store
from semcode.records import Coding, Level, Reading, Segment, Suggestion
from semcode.study.review import Review

BOOK = Codebook(
    codes=(
        Code("Housing", "Where they live.", level=Level.COMMUNITY, facets=("time",)),
        Code("Couch", "Sleeping at others' places.", parent="Housing"),
        Code("Kin", "What relatives do.", level=Level.INTERPERSONAL),
        Code("Money", "What things cost.", level=Level.COMMUNITY),
    ),
    name="small",
    facets=(Facet("time", ("current", "desired")),),
)

SAID = (
    "We lost the flat in March and went to a motel by the road.",
    "My aunt took us in, we sleep on her couch, all three of us.",
    "She asks for nothing, but the food alone costs more than I get.",
    "One day I want a door of my own, with a lock, and a small kitchen.",
)


def dialogue(number):
    return (
        f"Interviewer: Where do you live now, number {number}?\n\nP: {' '.join(SAID)}\n\n"
        f"Interviewer: What would help?\n\nP: {SAID[3]} {SAID[2]}\n"
    )


def add_suggestions(study, kind="definitions"):
    """Cut each transcript into its sentences and suggest every code for each."""
    with study.database.write() as connection:
        run = store.runs.begin(
            connection,
            kind=kind,
            fingerprint=str(uuid4()),
            codebook_version=store.codebooks.latest_version(connection),
            seed=0,
            provenance={},
        )
        scores = itertools.cycle((0.9, 0.35, 0.55, 0.25, 0.7, 0.1))
        for row in store.transcripts.rows(connection):
            transcript = store.transcripts.load(connection, row.id)
            found = []
            for index, turn in enumerate(transcript.turns):
                if turn.speaker != "P":
                    continue
                asked = transcript.turns[index - 1]
                for part in SAID:
                    at = transcript.text.find(part, turn.start, turn.end)
                    if at >= 0:
                        found.append(Segment(at, at + len(part), index, asked.start, asked.end))
            found.sort(key=lambda s: s.start)
            store.segments.replace(connection, row.id, found, "cut")
            suggested = [
                Suggestion(s.id, code.guid, next(scores), {"words": ["couch"]})
                for s in store.segments.of_transcript(connection, row.id)
                for code in store.codebooks.load(connection)
            ]
            store.runs.store_suggestions(
                connection, run, row.id, suggested, segmentation="cut", segments=len(found)
            )
        store.runs.finish(connection, run)


def make_study(folder, transcripts=2):
    files = folder.parent / f"{folder.name}-in"
    files.mkdir()
    for number in range(1, transcripts + 1):
        (files / f"T{number}.txt").write_text(dialogue(number))
    with Study.create(folder, codebook=BOOK) as study:
        study.add([files])
        for row in study.speakers():
            study.set_role(
                row.transcript, row.name, "participant" if row.name == "P" else "interviewer"
            )
        add_suggestions(study)
    return files


@pytest.fixture
def folder(tmp_path):
    make_study(tmp_path / "study")
    return tmp_path / "study"


@pytest.fixture
def study(folder):
    with Study(folder) as opened:
        yield opened


@pytest.fixture
def review(study):
    made = Review(study)
    for name in ("ana", "ben"):
        made.join(name)
    yield made
    made.close()


@pytest.fixture
def new():
    return lambda: str(uuid4())


@pytest.fixture
def resuggest():
    return add_suggestions


@pytest.fixture
def code_as(study):
    """Store codings and the reading of everything for a coder, as an import would."""

    def code(coder, spans, blind=True):
        guids = {c.name: c.guid for c in study.codebook()}
        with study.database.write() as connection:
            ids = {row.name: row.id for row in store.transcripts.rows(connection)}
            store.codings.add(
                connection,
                [Coding("", name, a, b, guids[code], coder) for name, a, b, code in spans],
            )
            at = datetime.now(UTC)
            store.codings.add_readings(
                connection,
                [
                    Reading(coder, name, s.start, s.end, at, blind)
                    for name, key in ids.items()
                    for s in store.segments.of_transcript(connection, key)
                ],
            )

    return code
