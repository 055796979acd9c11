"""Make participants of a project's cases, and say in which transcripts they speak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.exchange.project import Case, Project
from semcode.records import Participant, Role
from semcode.store.transcripts import SpeakerRow
from semcode.study.exchange.importing_texts import Sources
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.study.exchange.importing import Imported

__all__ = ["add_people"]


def add_people(
    connection: Connection, project: Project, sources: Sources, done: Imported
) -> dict[str, str]:
    """Store cases as participants, and variables of documents as their attributes.

    Gives the label of each case by its guid. A speaker to whom a person gave a participant
    keeps it.
    """
    labels = _labels(connection, project.cases)
    before = {p.label for p in store.people.participants(connection)}
    people = [Participant(labels[case.guid], case.attributes) for case in project.cases]
    _save(connection, people, done)
    for guid, label in labels.items():
        store.identities.set_participant(connection, label, guid)
    done.participants += sorted({p.label for p in people} - before)
    speaking = _speaking(connection)
    _attach(connection, project.cases, labels, sources, speaking, done)
    _give_variables(connection, project, sources, done)
    kept = {label: case for case in project.cases if (label := labels[case.guid])}
    _keep_cases(connection, kept, sources)
    store.people.drop_unused(connection)
    return labels


def _save(connection: Connection, people: Sequence[Participant], done: Imported) -> None:
    """Store participants; what the study knows of one stays."""
    known = {p.label: p.attributes for p in store.people.participants(connection)}
    new, differ = [], 0
    for person in people:
        ours = known.get(person.label, {})
        differ += sum(ours.get(name, value) != value for name, value in person.attributes.items())
        added = {name: v for name, v in person.attributes.items() if name not in ours}
        new.append(Participant(person.label, added))
    store.people.save_participants(connection, new)
    if differ:
        done.notes.append(
            f"Attributes with another value in the file: {differ:,}; the study's stay."
        )


def _labels(connection: Connection, cases: Sequence[Case]) -> dict[str, str]:
    """Give each case the label that the study knows it by, or its own name made unique."""
    by_guid = {
        guid: label for label, guid in store.identities.participant_guids(connection).items()
    }
    labels: dict[str, str] = {}
    times: Counter[str] = Counter()
    for case in cases:
        times[case.name] += 1
        name = case.name if times[case.name] == 1 else f"{case.name} ({times[case.name]})"
        labels[case.guid] = by_guid.get(case.guid, name)
    return labels


def _speaking(connection: Connection) -> dict[str, list[SpeakerRow]]:
    """Give the speakers of each transcript who are no interviewers."""
    found: dict[str, list[SpeakerRow]] = {}
    for speaker in store.transcripts.speaker_rows(connection):
        if speaker.role is not Role.INTERVIEWER:
            found.setdefault(speaker.transcript, []).append(speaker)
    return found


def _attach(
    connection: Connection,
    cases: Sequence[Case],
    labels: Mapping[str, str],
    sources: Sources,
    speaking: Mapping[str, Sequence[SpeakerRow]],
    done: Imported,
) -> None:
    """Say who speaks: the only speaker of a case's document, or the one of its name."""
    unsure: list[str] = []
    cases_of = Counter(guid for case in cases for guid in set(case.sources))
    for case in cases:
        label = labels[case.guid]
        for guid in dict.fromkeys(case.sources):
            place = sources.places.get(guid)
            if place is None:
                continue
            there = speaking.get(place.transcript, ())
            alone = len(there) == 1 and cases_of[guid] == 1
            named = {case.name.casefold(), label.casefold()}
            chosen = [s for s in there if alone or _names(s, place.transcript) & named]
            if not chosen and all(s.participant != label for s in there):
                unsure.append(f"{label} in {place.transcript}")
            for speaker in chosen:
                if speaker.participant in _defaults(speaker):
                    store.transcripts.set_participant(
                        connection, place.transcript, speaker.name, label
                    )
    if unsure:
        some = ", ".join(unsure[:5]) + (", ..." if len(unsure) > 5 else "")
        done.notes.append(
            f"Who of several speakers is meant is not known for {counted(len(unsure), 'case')} "
            f"({some}): say so with semcode speakers --participant."
        )


def _names(speaker: SpeakerRow, transcript: str) -> set[str]:
    return {speaker.name.casefold(), f"{transcript} / {speaker.name}".casefold()}


def _defaults(speaker: SpeakerRow) -> tuple[str | None, ...]:
    """Give the labels that stand before anybody said who a speaker is."""
    return None, speaker.transcript, f"{speaker.transcript} / {speaker.name}"


def _give_variables(
    connection: Connection, project: Project, sources: Sources, done: Imported
) -> None:
    """Give the variables of a document to the one participant who speaks in it."""
    speaking = _speaking(connection)
    given: list[Participant] = []
    homeless: list[str] = []
    for source in project.sources:
        place = sources.places.get(source.guid)
        if place is None or not source.attributes:
            continue
        people = {s.participant for s in speaking.get(place.transcript, ()) if s.participant}
        if len(people) == 1:
            given.append(Participant(people.pop(), source.attributes))
        else:
            homeless.append(place.transcript)
            store.extras.put(
                connection, "source", {place.guid: {"attributes": dict(source.attributes)}}
            )
    _save(connection, given, done)
    if homeless:
        some = ", ".join(homeless[:5]) + (", ..." if len(homeless) > 5 else "")
        done.notes.append(
            "Variables of documents with several or no participants are kept for export and "
            f"shown nowhere: {len(homeless):,} ({some})."
        )


def _keep_cases(
    connection: Connection,
    cases: Mapping[str, Case],
    sources: Sources,
) -> None:
    """Keep the cases, or documents of cases, of which our speakers say nothing."""
    spoken: dict[str, set[str]] = {}
    for transcript, speakers in _speaking(connection).items():
        for speaker in speakers:
            spoken.setdefault(speaker.participant or "", set()).add(transcript)
    kept: dict[str, dict[str, object]] = {}
    guids = store.identities.participant_guids(connection)
    for label, case in cases.items():
        places = [sources.places[guid] for guid in case.sources if guid in sources.places]
        silent = not spoken.get(label) and not case.attributes
        if silent or {place.transcript for place in places} - spoken.get(label, set()):
            found: list[str] = [place.guid for place in places]
            kept[guids.get(label, case.guid)] = {"name": label, "sources": found}
    store.extras.put(connection, "case", kept)
