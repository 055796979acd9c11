"""The review of a study by one or more coders: everything the review page calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from semcode import store
from semcode.errors import InputError
from semcode.records import Verdict
from semcode.study.learning import auditing
from semcode.study.learning.live_learner import LiveLearner
from semcode.study.review import (
    adjudicating,
    asking,
    assigning,
    bulk,
    codebook_editing,
    codebook_restoring,
    coding_by_hand,
    correcting,
    deciding,
    evidence,
    history,
    home,
    memoing,
    reading_marks,
    undoing,
    viewing,
)
from semcode.study.review.agreement_so_far import AgreementSoFar
from semcode.study.review.codebook_changes import (
    Add,
    Change,
    Merge,
    Move,
    Redefine,
    Rename,
    Retire,
    Split,
)
from semcode.study.review.codebook_restoring import Restore
from semcode.study.review.deciding import Made, Shown
from semcode.study.review.desk import CONSENSUS, Desk, Refiner
from semcode.study.review.pulse import pulse_of
from semcode.study.review.queueing import Queues
from semcode.study.review.shown import (
    AssignmentRow,
    BulkPreview,
    CodebookPreview,
    CodebookView,
    CoderRow,
    Correction,
    Disagreement,
    Filters,
    HistoryRow,
    MemoRow,
    ModelPulse,
    Outcome,
    OutdatedCoding,
    Overview,
    QueuePage,
    TranscriptView,
    VersionRow,
)
from semcode.study.study import Study

__all__ = [
    "Add",
    "Filters",
    "Merge",
    "Move",
    "Outcome",
    "Redefine",
    "Refiner",
    "Rename",
    "Restore",
    "Retire",
    "Review",
    "Shown",
    "Split",
]

_LONGEST_NAME = 200


class Review:
    """A study under review; the coder is an argument, so that ten coders share one.

    It may be used from several threads. Every decision is stored once for each `request`:
    the same one again gives the first outcome. Positions are code points, half-open.
    """

    def __init__(self, study: Study, *, refiner: Refiner | None = None) -> None:
        self.study = study
        self._desk = Desk(study.database, study.settings, refiner=refiner)
        self._queues = Queues(self._desk)
        self._previews = bulk.Previews()
        self._agreement = AgreementSoFar(study.database, study.settings)

    def follow_decisions(self, *, report: Callable[[str], None] = lambda _line: None) -> None:
        """Let the scores follow every decision from now on; nothing is waited for.

        `report` takes a sentence where that is not possible; decisions go on all the same.
        """
        if self._desk.refiner is None:
            study = self.study
            self._desk.refiner = LiveLearner(study.database, study.settings, report=report)

    def close(self) -> None:
        """Wait for what runs behind; the study itself stays open."""
        self._agreement.close()
        if self._desk.refiner is not None:
            self._desk.refiner.close()

    def coders(self) -> list[CoderRow]:
        """List the coders with how much they did."""
        return viewing.coder_rows(self._desk)

    def join(self, coder: str, role: str = "") -> None:
        """Make a person a coder of the study; one who is there gets the role, if one is given.

        Raises InputError for a name that is empty, too long, or belongs to no person.
        """
        name = coder.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name == CONSENSUS:
            raise InputError(
                f"{coder[:80]!r} cannot be a coder's name.",
                remedy=f"Use up to {_LONGEST_NAME} letters; {CONSENSUS!r} is taken.",
            )
        with self._desk.writing() as connection:
            key = store.people.coder_id(connection, name)
            if role:
                store.people.set_coder_role(connection, key, role[:_LONGEST_NAME])

    def overview(self, coder: str, *, blind: bool = False) -> Overview:
        """Say where the study stands, and what to do next."""
        return home.overview(
            self._desk, self._queues, coder, blind=blind, agreement=self._agreement.text
        )

    def codebook(self, *, coder: str | None = None) -> CodebookView:
        """Give the newest codebook with how often each code is used, by all or by a coder."""
        return viewing.codebook_view(self._desk, coder=coder)

    def transcript(self, name: str, coder: str, *, blind: bool = False) -> TranscriptView:
        """Give a transcript with codings and suggestions; blind, with one's own codings alone."""
        return viewing.transcript_view(self._desk, self._queues, name, coder, blind=blind)

    def queue(
        self,
        coder: str,
        *,
        order: str = "useful",
        blind: bool = False,
        filters: Filters | None = None,
        after: str | None = None,
        limit: int = 20,
    ) -> QueuePage:
        """Give the next items: suggestions, or (blind, and for the audit) segments to read."""
        return asking.queue_page(
            self._desk,
            self._queues,
            coder,
            order=order,
            blind=blind,
            filters=filters or Filters(),
            after=after,
            limit=limit,
        )

    def accept(
        self,
        coder: str,
        segment: int,
        code: str,
        *,
        request: str,
        start: int | None = None,
        end: int | None = None,
        facets: Sequence[str] = (),
        memo: str = "",
        seconds: float | None = None,
        shown: Shown | None = None,
    ) -> Outcome:
        """Accept a suggestion; its coding covers the segment, or the span that is given.

        `shown` is the score that the coder saw, here and below; None takes that of now.
        """
        made = Made(start, end, tuple(facets), memo, seconds)
        return deciding.accept(self._desk, coder, segment, code, made, request=request, shown=shown)

    def reject(
        self,
        coder: str,
        segment: int,
        code: str,
        *,
        request: str,
        seconds: float | None = None,
        note: str = "",
        shown: Shown | None = None,
    ) -> Outcome:
        """Reject a suggestion; a coding that it was accepted with is taken away."""
        return deciding.set_aside(
            self._desk,
            coder,
            Verdict.REJECT,
            segment,
            code,
            request=request,
            seconds=seconds,
            note=note,
            shown=shown,
        )

    def change(
        self,
        coder: str,
        segment: int,
        code: str,
        to_code: str,
        *,
        request: str,
        start: int | None = None,
        end: int | None = None,
        facets: Sequence[str] = (),
        memo: str = "",
        seconds: float | None = None,
        shown: Shown | None = None,
    ) -> Outcome:
        """Reject the suggested code and give another one in its place."""
        made = Made(start, end, tuple(facets), memo, seconds)
        return deciding.change(
            self._desk, coder, segment, code, to_code, made, request=request, shown=shown
        )

    def unsure(
        self,
        coder: str,
        segment: int,
        code: str,
        *,
        request: str,
        note: str = "",
        seconds: float | None = None,
        shown: Shown | None = None,
    ) -> Outcome:
        """Set a suggestion aside as unsure."""
        return deciding.set_aside(
            self._desk,
            coder,
            Verdict.UNSURE,
            segment,
            code,
            request=request,
            seconds=seconds,
            note=note,
            shown=shown,
        )

    def skip(
        self,
        coder: str,
        segment: int,
        code: str,
        *,
        request: str,
        shown: Shown | None = None,
    ) -> Outcome:
        """Leave a suggestion for later: it comes again after all others."""
        return deciding.set_aside(
            self._desk, coder, Verdict.SKIP, segment, code, request=request, shown=shown
        )

    def code(
        self,
        coder: str,
        transcript: str,
        start: int,
        end: int,
        code: str,
        *,
        request: str,
        facets: Sequence[str] = (),
        memo: str = "",
        seconds: float | None = None,
        blind: bool = False,
    ) -> Outcome:
        """Give a span a code by hand."""
        return coding_by_hand.code(
            self._desk,
            coder,
            transcript,
            (start, end),
            code,
            request=request,
            facets=facets,
            memo=memo,
            seconds=seconds,
            blind=blind,
        )

    def code_all(
        self, coder: str, spans: Sequence[tuple[str, int, int]], code: str, *, request: str
    ) -> Outcome:
        """Give several spans (transcript, start, end) a code by hand, with one undo for all."""
        return coding_by_hand.code_all(self._desk, coder, spans, code, request=request)

    def remove(self, coder: str, coding: str, *, request: str) -> Outcome:
        """Take a coding of one's own away."""
        return coding_by_hand.remove(self._desk, coder, coding, request=request)

    def edit(
        self,
        coder: str,
        coding: str,
        *,
        request: str,
        start: int | None = None,
        end: int | None = None,
        facets: Sequence[str] | None = None,
        memo: str | None = None,
        code: str | None = None,
    ) -> Outcome:
        """Alter a coding of one's own; None leaves a field as it is."""
        return coding_by_hand.edit(
            self._desk,
            coder,
            coding,
            request=request,
            start=start,
            end=end,
            facets=facets,
            memo=memo,
            code=code,
        )

    def read(
        self, coder: str, segments: Sequence[int], *, request: str, blind: bool = False
    ) -> Outcome:
        """Mark segments as read: where they have no code of this coder, none applies."""
        return reading_marks.read(self._desk, coder, segments, request=request, blind=blind)

    def undo(self, coder: str, *, request: str) -> Outcome:
        """Take back what this coder did last and has not taken back; without limit."""
        return undoing.undo(self._desk, coder, request=request)

    def redo(self, coder: str, *, request: str) -> Outcome:
        """Do again what this coder took back last."""
        return undoing.redo(self._desk, coder, request=request)

    def preview_bulk(self, coder: str, verdict: str, filters: Filters) -> BulkPreview:
        """Say what accepting or rejecting all that the filters let through would touch."""
        return bulk.preview_bulk(self._desk, self._queues, self._previews, coder, verdict, filters)

    def bulk(
        self,
        coder: str,
        verdict: str,
        filters: Filters,
        *,
        request: str,
        expected: int,
        preview: str = "",
    ) -> Outcome:
        """Accept or reject all that the filters let through, with one undo for all.

        With the key of the coder's last `preview` it is what that listed, whether or not scores
        have moved since. Raises InputError where that are not `expected` any more, and for a
        preview that does not hold any more.
        """
        return bulk.bulk(
            self._desk,
            self._queues,
            self._previews,
            coder,
            verdict,
            filters,
            request=request,
            expected=expected,
            preview=preview,
        )

    def evidence(self, coder: str, segment: int, code: str) -> dict[str, object]:
        """Say why a code is suggested for a segment, with its definition and newest quotes."""
        return evidence.evidence_of(self._desk, coder, segment, code)

    def history(
        self,
        *,
        coder: str | None = None,
        transcript: str | None = None,
        limit: int | None = 100,
        before: int | None = None,
    ) -> list[HistoryRow]:
        """Give the newest lines of the log first."""
        return history.history_rows(
            self._desk, coder=coder, transcript=transcript, limit=limit, before=before
        )

    def pulse(self, coder: str) -> ModelPulse:
        """Say how the model does: on the last decisions, and in the blind sample."""
        with self._desk.reading() as connection:
            return pulse_of(self._desk, connection, self._desk.coder(connection, coder))

    def serving(self) -> None:
        """Say that somebody is being served, so that what runs behind rests for a moment."""
        if self._desk.refiner is not None:
            self._desk.refiner.serving()

    def learner(self) -> tuple[str, bool]:
        """Name the state of the learner that follows decisions, and tell whether it learns.

        The name is "" while the stored scores stand.
        """
        refiner = self._desk.refiner
        return (refiner.version(), refiner.learning()) if refiner is not None else ("", False)

    def disagreements(
        self, coders: Sequence[str], *, transcript: str | None = None
    ) -> list[Disagreement]:
        """List the segments that all these coders have read and coded differently."""
        return adjudicating.disagreements(self._desk, coders, transcript=transcript)

    def settle(
        self,
        coder: str,
        transcript: str,
        start: int,
        end: int,
        codes: Sequence[str],
        *,
        rationale: str,
        request: str,
        coders: Sequence[str],
    ) -> Outcome:
        """State the consensus on a span: these codes, or none; what coders coded stays."""
        return adjudicating.settle(
            self._desk,
            coder,
            transcript,
            (start, end),
            codes,
            rationale=rationale,
            request=request,
            coders=coders,
        )

    def preview_codebook(self, change: Change | Restore) -> CodebookPreview:
        """Say what a change of the codebook would touch, without making it."""
        if isinstance(change, Restore):
            return codebook_restoring.preview_restore(self._desk, change)
        return codebook_editing.preview_codebook(self._desk, change)

    def change_codebook(
        self, coder: str, change: Change | Restore, *, note: str = "", expected_version: int
    ) -> int:
        """Make a change as a new version of the codebook; give its number.

        `Restore` goes back to an earlier version, with what was done to codings since.
        Raises StudyError where somebody was faster than `expected_version`.
        """
        if isinstance(change, Restore):
            return codebook_restoring.restore(
                self._desk, coder, change, note=note, expected_version=expected_version
            )
        return codebook_editing.change_codebook(
            self._desk, coder, change, note=note, expected_version=expected_version
        )

    def codebook_version(self) -> int:
        """Give the number of the newest version of the codebook."""
        with self._desk.reading() as connection:
            return self._desk.codebook(connection)[0]

    def codebook_versions(self) -> list[VersionRow]:
        """List the versions of the codebook: when, by whom, why."""
        return codebook_restoring.codebook_versions(self._desk)

    def outdated(self) -> list[OutdatedCoding]:
        """List codings that were made under an older definition, or whose code is split."""
        return codebook_editing.outdated(self._desk)

    def confirm(self, coder: str, codings: Sequence[str], *, request: str = "") -> Outcome:
        """Say that codings hold under the newest definitions too."""
        return codebook_editing.confirm(self._desk, coder, codings, request=request)

    def memos(self, target_kind: str | None = None, target: str | None = None) -> list[MemoRow]:
        """List the memos, the newest first, of a kind and target or of all."""
        return memoing.memo_rows(self._desk, target_kind, target)

    def write_memo(
        self,
        coder: str,
        target_kind: str,
        target: str,
        text: str,
        *,
        guid: str | None = None,
        request: str = "",
    ) -> str:
        """Write a memo, or (`guid`) other words for one's own; no text removes it."""
        return memoing.write_memo(
            self._desk, coder, target_kind, target, text, guid=guid, request=request
        )

    def preview_correction(self, transcript: str, file: str | Path) -> Correction:
        """Say what a corrected file would do to a transcript and its codings."""
        return correcting.preview_correction(self._desk, transcript, Path(file))

    def correct(self, coder: str, transcript: str, file: str | Path) -> Correction:
        """Put a corrected file in place of a transcript; codings move with their words."""
        return correcting.correct(self._desk, coder, transcript, Path(file))

    def assign(
        self,
        coders: Sequence[str],
        *,
        transcripts: Sequence[str] = (),
        sample: int | None = None,
        blind: bool = False,
        seed: int = 0,
        batch: str = "",
    ) -> int:
        """Assign transcripts, or a random sample of segments; give how many segments."""
        return assigning.assign(
            self._desk,
            coders,
            transcripts=transcripts,
            sample=sample,
            blind=blind,
            seed=seed,
            batch=batch,
        )

    def assignments(self, coder: str) -> list[AssignmentRow]:
        """List what a coder was assigned, with how much of it is read."""
        return assigning.assignment_rows(self._desk, coder)

    def audit(self, coder: str, *, n: int, seed: int = 0) -> int:
        """Draw segments that nobody has read, for a coder to code blind; give how many.

        Raises InputError where fewer than `n` are left.
        """
        with self._desk.reading() as connection:
            self._desk.coder(connection, coder)
        drawn = auditing.draw_audit(
            self._desk.database, self._desk.settings, [coder], segments=n, seed=seed
        )
        return len(drawn.drawn)
