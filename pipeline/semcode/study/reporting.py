"""Gather what the report shows, and write it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from semcode import __version__
from semcode.codebook import Codebook
from semcode.errors import InputError
from semcode.exchange.tables import write_text
from semcode.findings.data import (
    CodedSegment,
    HumanCoding,
    ReportCode,
    ReportData,
    TranscriptSummary,
    UncodedSegment,
)
from semcode.records import Coding, Role, Run, Transcript
from semcode.wording import counted, natural

if TYPE_CHECKING:
    from semcode.store.runs import SuggestionRow
    from semcode.study.study import Study

__all__ = ["report_data", "write_report"]


def write_report(study: Study, path: Path) -> Path:
    """Write the report as one HTML file, whole or not at all."""
    from semcode.findings import render_report

    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(
            f"A report is a page, not a {path.suffix or 'file without an ending'}.",
            where=str(path),
            remedy="Name a file that ends in .html; a browser prints it as PDF.",
        )
    page = render_report(report_data(study))
    write_text(path, page)
    return path


def report_data(study: Study) -> ReportData:
    """Gather everything that a report shows."""
    codebook = study.codebook()
    floor = study.settings.suggest.floor
    rows = [row for row in study.suggestions(include_weak=True) if row.code in codebook]
    run = study.run()
    return ReportData(
        study=study.name,
        notice=_notice(study),
        generated_at=datetime.now(UTC),
        codes=[
            ReportCode(
                code.name,
                codebook.level_of(code),
                codebook.path(code),
                code.definition,
                codebook.color_of(code),
            )
            for code in codebook
        ],
        participants=sorted(study.participants(), key=lambda p: natural(p.label)),
        transcripts=_transcripts(study),
        suggestions=[_coded(row, codebook) for row in rows if row.score >= floor],
        codings=_codings(study, codebook),
        uncoded=[_uncoded(row, codebook) for row in rows if row.score < floor and row.rank == 1],
        n_segments=len({(row.transcript, row.start) for row in rows}),
        provenance=_provenance(study, run, codebook) if run else {},
    )


def _notice(study: Study) -> str | None:
    pending = study.status().pending
    stale = (
        f"{counted(pending, 'transcript has', 'transcripts have')} no suggestions here, or ones "
        "made with another codebook, other roles or other settings: call semcode suggest and "
        "write the "
        "report again."
    )
    return " ".join(text for text in (study.notice, stale if pending else "") if text) or None


def _coded(row: SuggestionRow, codebook: Codebook) -> CodedSegment:
    code = codebook[row.code]
    return CodedSegment(
        transcript=row.transcript,
        participant=row.participant or row.transcript,
        start=row.start,
        end=row.end,
        text=row.text,
        context=row.context,
        code=code.name,
        level=codebook.level_of(code),
        score=row.score,
        evidence=row.evidence,
    )


def _uncoded(row: SuggestionRow, codebook: Codebook) -> UncodedSegment:
    return UncodedSegment(
        transcript=row.transcript,
        participant=row.participant or row.transcript,
        start=row.start,
        end=row.end,
        text=row.text,
        best_code=codebook[row.code].name,
        best_score=row.score,
    )


def _transcripts(study: Study) -> list[TranscriptSummary]:
    speakers = study.speakers()
    segments = study.segment_counts()
    found = []
    for row in study.transcripts():
        said = [s for s in speakers if s.transcript_id == row.id and s.role != Role.INTERVIEWER]
        found.append(
            TranscriptSummary(
                name=row.name,
                participants=tuple(dict.fromkeys(s.participant or s.name for s in said)),
                format=row.format,
                words=row.words,
                participant_words=sum(s.words for s in said),
                segments=segments.get(row.id, 0),
                warnings=row.warnings,
            )
        )
    return found


def _codings(study: Study, codebook: Codebook) -> list[HumanCoding]:
    found: list[HumanCoding] = []
    for transcript, codings in study.codings_by_transcript():
        found += [_human(c, transcript, codebook) for c in codings if c.code in codebook]
    return found


def _human(coding: Coding, transcript: Transcript, codebook: Codebook) -> HumanCoding:
    code = codebook[coding.code]
    return HumanCoding(
        transcript=coding.transcript,
        participant=participant_at(transcript, coding.start),
        start=coding.start,
        end=coding.end,
        text=transcript.text[coding.start : coding.end],
        code=code.name,
        level=codebook.level_of(code),
        coder=coding.coder,
        facets=coding.facets,
        memo=coding.memo,
    )


def participant_at(transcript: Transcript, position: int) -> str:
    """Say who speaks at a position; the transcript's name where nobody does."""
    who = {speaker.name: speaker.participant for speaker in transcript.speakers}
    for turn in transcript.turns:
        if turn.start <= position < turn.end:
            return who[turn.speaker] or transcript.name
    return transcript.name


def _provenance(study: Study, run: Run, codebook: Codebook) -> dict[str, object]:
    made = run.provenance
    return {
        "semcode": __version__,
        "python": made["python"],
        "method": made["method"],
        "seed": run.seed,
        "model": made["model"],
        **({"learner": made["learner"]} if "learner" in made else {}),
        "segmenter": made["segmenter"],
        "codebook": {
            "name": codebook.name,
            "version": run.codebook_version,
            "hash": made["codebook_digest"],
            "source": codebook.source,
        },
        "run": {
            "started": run.started_at.isoformat(timespec="seconds"),
            "finished": run.finished_at.isoformat(timespec="seconds") if run.finished_at else "",
        },
        "config_hash": made["settings_digest"],
        "config": made["settings"],
        "packages": made["versions"],
        "files": {row.source_name: row.source_sha256 for row in study.transcripts()},
    }
