"""Gather what was coded in a study for its findings: whose codings, of whom, in what order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from semcode import __version__, store
from semcode.codebook import Codebook
from semcode.errors import InputError
from semcode.findings.coded import CodedPassage, CodedStudy, Interview, join_coders
from semcode.findings.data import ReportCode
from semcode.records import Coder, CoderKind, Coding, Participant, Role, Transcript, Verdict
from semcode.study.speaking import Speech
from semcode.wording import counted, natural

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from semcode.store.runs import SuggestionRow
    from semcode.study.study import Study

__all__ = ["MACHINE", "coded_study"]

Span = tuple[int, int]

#: Who suggestions are of, where they are asked for.
MACHINE = "semcode (suggested)"

_LEAST = 20  # characters: what is left of a coding beside a settled passage, to count


@dataclass(frozen=True, slots=True)
class _Basis:
    """Whose codings count: `people` by name, and `settled` where consensus stands instead."""

    people: frozenset[str]
    settled: Mapping[str, tuple[Span, ...]]
    text: str


def coded_study(
    study: Study,
    *,
    coders: Sequence[str] | None = None,
    include_suggestions: bool = False,
    facet: str | None = None,
    empty: bool = False,
) -> CodedStudy:
    """Gather the codings that findings rest on.

    `coders` None: what was settled by consensus, and elsewhere the codings of all people.
    `include_suggestions` adds the model's, marked as such, without what somebody rejected.
    `facet` keeps passages with one value only. Raises InputError for an unknown coder or
    facet value, and, but with `empty`, where nobody has coded.
    """
    codebook = study.codebook()
    _check_facet(codebook, facet)
    with study.database.read() as connection:
        basis = _basis(connection, coders)
        found = _Gathering(study, connection, codebook, basis, include_suggestions)
        return found.gathered(facet, empty=empty)


class _Gathering:
    """One pass over the transcripts of a study."""

    def __init__(
        self,
        study: Study,
        connection: Connection,
        codebook: Codebook,
        basis: _Basis,
        suggestions: bool,
    ) -> None:
        self._study, self._connection, self._codebook = study, connection, codebook
        self._basis, self._suggestions = basis, suggestions
        kinds = {c.name: c.kind for c in store.people.coders(connection)}
        self._machines = {name for name, kind in kinds.items() if kind is CoderKind.MODEL}
        self._agreed = {name for name, kind in kinds.items() if kind is CoderKind.CONSENSUS}
        self._unspoken = self._uncoded = 0
        self._read = {
            r.transcript for r in store.codings.readings(connection) if r.coder in basis.people
        }
        self._coders: set[str] = set()

    def gathered(self, facet: str | None, *, empty: bool) -> CodedStudy:
        """Read every transcript once, and say what was left out."""
        codings: dict[str, list[Coding]] = defaultdict(list)
        wanted = self._basis.people | (self._machines if self._suggestions else set())
        for coding in store.codings.all_codings(self._connection):
            if coding.coder in wanted:
                codings[coding.transcript].append(coding)
        suggested = self._suggested() if self._suggestions else {}
        interviews: list[Interview] = []
        passages: list[CodedPassage] = []
        left: list[str] = []
        rows = store.transcripts.rows(self._connection)
        for row in sorted(rows, key=lambda row: natural(row.name)):
            own, more = codings.get(row.name, []), suggested.get(row.name, [])
            if not own and not more and row.name not in self._read:
                left.append(row.name)
                continue
            transcript = store.transcripts.load(self._connection, row.id)
            units = self._units(transcript, row.id)
            interviews.append(
                Interview(row.name, _participants(transcript), len(transcript.text), units)
            )
            raw = [*self._passages(transcript, own), *_machine(more, self._codebook)]
            passages += join_coders(raw, {row.name: transcript.text})
        if not interviews and not (empty and rows):
            raise _nothing(self._basis, len(rows))
        if facet is not None:
            passages = [item for item in passages if facet in item.facets]
        return self._study_of(interviews, passages, left, facet)

    def _study_of(
        self,
        interviews: Sequence[Interview],
        passages: Sequence[CodedPassage],
        left: Sequence[str],
        facet: str | None,
    ) -> CodedStudy:
        known = {p.label: p for p in store.people.participants(self._connection)}
        labels = dict.fromkeys(label for item in interviews for label in item.participants)
        labels |= dict.fromkeys(item.participant for item in passages)
        people = [known.get(label, Participant(label)) for label in sorted(labels, key=natural)]
        name, notice = store.study.name_and_notice(self._connection)
        segmented = any(store.segments.count(self._connection).values())
        return CodedStudy(
            study=name,
            notice=notice or None,
            generated_at=datetime.now(UTC),
            codes=_codes(self._codebook),
            facets=self._codebook.facets,
            people=tuple(people),
            everybody=tuple(known.get(label, Participant(label)) for label in self._speaking()),
            interviews=tuple(interviews),
            passages=tuple(passages),
            basis=self._text(facet),
            coders=tuple(sorted(self._coders)),
            suggestions=self._suggestions,
            unit="segment" if segmented else "turn",
            notes=tuple(self._notes(left, list(known.values()), list(labels))),
            provenance={
                "semcode": __version__,
                "codebook": {
                    "name": self._codebook.name,
                    "version": store.codebooks.latest_version(self._connection),
                    "hash": self._codebook.digest,
                },
                "files": {
                    row.source_name: row.source_sha256
                    for row in store.transcripts.rows(self._connection)
                },
            },
        )

    def _speaking(self) -> list[str]:
        """List everybody who answers in a transcript."""
        rows = store.transcripts.speaker_rows(self._connection)
        answering = (r for r in rows if r.role is not Role.INTERVIEWER and r.turns)
        return sorted({row.participant or row.transcript for row in answering}, key=natural)

    def _text(self, facet: str | None) -> str:
        text = self._basis.text
        if self._suggestions:
            text += " Suggestions of the model that nobody rejected are counted too."
        if facet is not None:
            text += f" Only passages with the facet {facet}."
        return text

    def _notes(
        self, left: Sequence[str], known: Sequence[Participant], labels: Sequence[str]
    ) -> Iterator[str]:
        if self._suggestions:
            yield (
                "This counts suggestions of the model beside people’s codings. Suggestions are "
                "no findings: for a publication leave --include-suggestions out."
            )
        if left:
            yield (
                f"Not coded yet and left out: {_some(left)}. Shares are of the participants "
                "whose interviews were coded."
            )
        spoke = {s.participant for s in store.transcripts.speaker_rows(self._connection)}
        silent = [p.label for p in known if p.label not in spoke and p.label not in labels]
        if silent:
            yield f"In the participants table, but without a transcript: {_some(silent)}."
        if self._unspoken:
            count = counted(self._unspoken, "coding")
            yield f"Not counted: {count} of what only an interviewer said."
        if self._uncoded:
            count = counted(self._uncoded, "coding")
            yield f"Not counted: {count} with codes that are no longer in the codebook."
        if len(labels) == 1:
            yield "There is one participant: shares and intervals say nothing about others."

    def _passages(
        self, transcript: Transcript, codings: Sequence[Coding]
    ) -> Iterator[CodedPassage]:
        speech = Speech(transcript)
        settled = self._basis.settled.get(transcript.name, ())
        for coding in codings:
            code = self._codebook.get(coding.code)
            if code is None:
                self._uncoded += 1
                continue
            spans: tuple[Span, ...] = ((coding.start, coding.end),)
            if settled and coding.coder not in self._agreed:
                spans = tuple(_outside(spans[0], settled))
            for start, end in spans:
                who = speech.who(start, end)
                if who is None:
                    self._unspoken += 1
                    continue
                self._coders.add(coding.coder)
                yield CodedPassage(
                    transcript=transcript.name,
                    participant=who,
                    start=start,
                    end=end,
                    text=transcript.text[start:end],
                    code=code.name,
                    facets=coding.facets,
                    coders=(coding.coder,),
                    machine=coding.coder in self._machines,
                )

    def _units(self, transcript: Transcript, key: int) -> tuple[Span, ...]:
        segments = store.segments.of_transcript(self._connection, key)
        if segments:
            return tuple((item.start, item.end) for item in segments)
        asks = {s.name for s in transcript.speakers if s.role is Role.INTERVIEWER}
        return tuple((t.start, t.end) for t in transcript.turns if t.speaker not in asks)

    def _suggested(self) -> dict[str, list[SuggestionRow]]:
        run = store.runs.current(self._connection)
        if run is None:
            raise InputError(
                "There are no suggestions in this study.",
                remedy="Call semcode suggest first, or leave --include-suggestions out.",
            )
        refused = _refused(self._connection)
        floor = self._study.settings.suggest.floor
        found: dict[str, list[SuggestionRow]] = defaultdict(list)
        for row in store.runs.suggestions(self._connection, run.id):
            stands = row.evidence.get("state", "code") == "code" and row.score >= floor
            if stands and (row.transcript, row.start, row.end, row.code) not in refused:
                found[row.transcript].append(row)
        return found


def _basis(connection: Connection, wanted: Sequence[str] | None) -> _Basis:
    coders = store.people.coders(connection)
    people = [c.name for c in coders if c.kind is CoderKind.HUMAN]
    agreed = [c.name for c in coders if c.kind is CoderKind.CONSENSUS]
    if wanted is not None:
        _check_coders(wanted, coders)
        return _Basis(frozenset(wanted), {}, f"Codings of {_and(sorted(wanted))}.")
    settled: dict[str, list[Span]] = defaultdict(list)
    for reading in store.codings.readings(connection):
        if reading.coder in agreed:
            settled[reading.transcript].append((reading.start, reading.end))
    names = store.codings.count_by_coder(connection)
    active = [name for name in people if names.get(name)]
    spans = {name: tuple(sorted(own)) for name, own in settled.items()}
    if spans or any(names.get(name) for name in agreed):
        text = (
            "Codings settled by consensus; where nothing was settled, those of "
            f"{_and(active) or 'nobody'}, a place that several coded counting once."
        )
    elif len(active) > 1:
        text = (
            f"Codings of all people ({_and(active)}), a place that several coded counting "
            "once; nothing was settled by consensus."
        )
    else:
        text = f"Codings of {_and(active) or 'people'}."
    return _Basis(frozenset([*people, *agreed]), spans, text)


def _check_coders(wanted: Sequence[str], coders: Sequence[Coder]) -> None:
    known = {coder.name: coder.kind for coder in coders}
    names = [name for name, kind in known.items() if kind is not CoderKind.MODEL]
    for name in wanted:
        if name not in known:
            raise InputError(
                f"There is no coder {name!r}.",
                where="--coder",
                remedy=f"Use one of: {', '.join(names) or 'nobody has coded yet'}.",
            )
        if known[name] is CoderKind.MODEL:
            raise InputError(
                f"{name!r} is a model, not a person.",
                where="--coder",
                remedy="Findings rest on people; --include-suggestions adds the model's, marked.",
            )


def _check_facet(codebook: Codebook, facet: str | None) -> None:
    values = [value for own in codebook.facets for value in own.values]
    if facet is not None and facet not in values:
        raise InputError(
            f"No facet has the value {facet!r}.",
            where="--facet",
            remedy=f"Use one of: {', '.join(values) or 'the codebook has no facets'}.",
        )


def _nothing(basis: _Basis, transcripts: int) -> InputError:
    if not transcripts:
        return InputError("The study has no transcripts.", remedy="Add them with: semcode add")
    return InputError(
        f"Nothing is coded here yet. Looked for: {basis.text[:1].lower()}{basis.text[1:]}",
        remedy="Code in semcode review, import codings, or see what the model suggests with "
        "--include-suggestions.",
    )


def _outside(span: Span, settled: Sequence[Span]) -> Iterator[Span]:
    """Give the parts of a span that lie in no settled one; short remainders are left out."""
    start, end = span
    for low, high in settled:
        if high <= start or low >= end:
            continue
        if low - start >= _LEAST:
            yield start, low
        start = max(start, high)
    if end - start >= _LEAST or (start, end) == span:
        yield start, end


def _refused(connection: Connection) -> set[tuple[str, int, int, str]]:
    """Give the suggestions that somebody rejected or changed, as the log stands."""
    gone: set[int] = set()
    refused: set[tuple[str, int, int, str]] = set()
    for line in reversed(list(store.decisions.all_decisions(connection))):
        if line.id in gone:
            continue
        if line.verdict is Verdict.UNDO and line.undoes is not None:
            gone.add(line.undoes)
        elif line.verdict in (Verdict.REJECT, Verdict.CHANGE):
            refused.add((line.transcript, line.start, line.end, line.code))
    return refused


def _machine(rows: Sequence[SuggestionRow], codebook: Codebook) -> Iterator[CodedPassage]:
    for row in rows:
        code = codebook.get(row.code)
        if code is not None:
            yield CodedPassage(
                transcript=row.transcript,
                participant=row.participant or row.transcript,
                start=row.start,
                end=row.end,
                text=row.text,
                code=code.name,
                coders=(MACHINE,),
                machine=True,
                score=row.score,
            )


def _participants(transcript: Transcript) -> tuple[str, ...]:
    spoken = {turn.speaker for turn in transcript.turns}
    return tuple(
        dict.fromkeys(
            s.participant or transcript.name
            for s in transcript.speakers
            if s.role is not Role.INTERVIEWER and s.name in spoken
        )
    )


def _codes(codebook: Codebook) -> tuple[ReportCode, ...]:
    return tuple(
        ReportCode(
            code.name,
            codebook.level_of(code),
            codebook.path(code),
            code.definition,
            codebook.color_of(code),
        )
        for code in codebook
    )


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
