"""Code interviews by the model alone where the audit bounds its error; the rest stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from semcode import __version__, store
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate.risk import Audited, Chosen, Tested, choose_threshold
from semcode.records import CoderKind, Coding
from semcode.store import Database, draws
from semcode.study.agreement.comparing import gather
from semcode.study.learning.audit_draws import audit_draws
from semcode.study.learning.audit_labels import AuditLabels, audit_labels
from semcode.study.learning.batch_assumptions import assumptions
from semcode.study.learning.batch_scoring import ask, audit_scores, trained_model
from semcode.study.learning.held_back import audit_spans
from semcode.study.progress import Progress, Silent
from semcode.suggest import learner_text

__all__ = ["BatchCoding", "CodeOutcome", "code_interviews", "runs_of", "undo_coding"]

Floats = NDArray[np.float64]
Span = tuple[str, int, int]
Pair = tuple[str, str]

KIND = "code"
_NAME = "semcode by itself"


@dataclass(frozen=True, slots=True)
class CodeOutcome:
    """What became of one code: from which score on it was given, and on what evidence.

    `threshold` and `bound` are None where it was left to people, for the `reason` given;
    `needed` is how many audited segments are likely to be enough (None: no number is).
    `found` of `there` places of the code in the audit score that much: what is not found
    stays in the queue. `accepted` counts segments.
    """

    code: str
    name: str
    threshold: float | None
    bound: float | None
    audited: int
    errors: int
    accepted: int
    found: int
    there: int
    reason: str
    needed: int | None
    tested: tuple[Tested, ...] = ()


@dataclass(frozen=True)
class BatchCoding:
    """What an automatic coding did, or (`dry`) would do.

    `coder` is the name that its codings carry and that takes them back. `covered` of
    `segments` got a code. `basis` is "same interviews" (the audit was drawn from those that
    were coded) or "other interviews".
    """

    coder: str
    dry: bool
    transcripts: tuple[str, ...]
    segments: int
    covered: int
    codings: int
    audited: int
    participants: int
    basis: str
    outcomes: tuple[CodeOutcome, ...]
    assumptions: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def coverage(self) -> float:
        """Give the share of segments that got a code."""
        return self.covered / self.segments if self.segments else 0.0


@dataclass(frozen=True)
class _Target:
    """The segments to be coded, and (`in_draw`) those of the audit among their interviews."""

    transcripts: tuple[str, ...]
    spans: list[Span]
    texts: list[Pair]
    in_draw: list[Span]


def code_interviews(
    database: Database,
    settings: Settings,
    *,
    transcripts: Sequence[str] | None = None,
    max_error: float = 0.05,
    confidence: float = 0.95,
    together: bool = False,
    all_at_once: bool = False,
    icc: float = 0.05,
    dry: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> BatchCoding:
    """Code interviews that nobody has coded; see `Study.code`."""
    _check(max_error, confidence, icc)
    shows = progress or Silent()
    target = _target(database, settings, transcripts)
    audit = audit_labels(database, settings)
    same, audit = _basis(database, target, audit)
    with shows.stage("Scoring", 2) as advance:
        model = trained_model(database, settings)
        book = model.codebook
        p = ask(model, database, settings, target.texts)
        advance(1)
        q = audit_scores(model, database, settings, audit, same=same, seed=seed)
        advance(1)
    tried = 1 if together or not all_at_once else len(book)
    level = 1 - (1 - confidence) / tried
    bounds = {"max_error": max_error, "confidence": level, "icc": icc}
    if together:
        chosen = [_together(q, audit, p, same=same, **bounds)] * len(book)
    else:
        chosen = [
            choose_threshold(_audited(q, audit, p, code, same=same), p[:, code], **bounds)
            for code in range(len(book))
        ]
    least = np.array([np.inf if c.threshold is None else c.threshold for c in chosen])
    given = p >= least
    outcomes = [_outcome(book, k, c, q, audit, given) for k, c in enumerate(chosen)]
    coder = f"{_NAME} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    codings = _codings(book, target, p, given, coder)
    basis = "same interviews" if same else "other interviews"
    assumed = assumptions(same, together, all_at_once, max_error, confidence, icc, tried)
    found = BatchCoding(
        coder,
        dry,
        target.transcripts,
        len(target.spans),
        int(given.any(axis=1).sum()),
        len(codings),
        audit.n_read,
        len(set(audit.groups)),
        basis,
        tuple(outcomes),
        tuple(assumed),
        tuple(audit.notes),
    )
    if not dry and codings:
        _store(database, found, codings, max_error, confidence, seed)
    return found


def undo_coding(database: Database, coder: str) -> int:
    """Take back the codings of one automatic run; give how many there were.

    Raises InputError for a name that no run has.
    """
    with database.read() as connection:
        known = [run.name for run in draws.recorded(connection, KIND)]
    if coder not in known:
        raise InputError(
            f"There is no automatic coding {coder!r}.",
            where="undo",
            remedy=f"There are: {', '.join(known) or 'none yet'}.",
        )
    with database.write() as connection:
        return draws.remove_machine_codings(connection, coder)


def runs_of(database: Database) -> list[str]:
    """Name the automatic codings of a study, oldest first."""
    with database.read() as connection:
        return [run.name for run in draws.recorded(connection, KIND)]


def _check(max_error: float, confidence: float, icc: float) -> None:
    for name, value in (("max-error", max_error), ("confidence", confidence)):
        if not 0 < value < 1:
            raise InputError(
                f"{value:g} is no share.", where=name, remedy="Give a number between 0 and 1."
            )
    if not 0 <= icc <= 1:
        raise InputError(f"{icc:g} is no correlation.", where="icc", remedy="Use 0.05.")


def _target(database: Database, settings: Settings, transcripts: Sequence[str] | None) -> _Target:
    """Find the segments that nobody has read or coded, in interviews that nobody has coded."""
    found = gather(database, settings)
    with database.read() as connection:
        earlier = {run.name for run in draws.recorded(connection, KIND)}
        machines = {c.name for c in store.people.coders(connection) if c.kind is CoderKind.MODEL}
        audit = audit_spans(connection)
    below = settings.suggest.context_below
    names, spans, texts, drawn = [], [], [], []
    for source in found.sources("segment"):
        if transcripts is not None and source.name not in transcripts:
            continue
        own = audit.get(source.name, [])
        seen = [(r.start, r.end) for r in source.readings]
        seen += [(c.start, c.end) for c in source.codings if c.coder not in machines]
        outside = [s for s in seen if not any(a < s[1] and s[0] < b for a, b in own)]
        done = sorted({c.coder for c in source.codings if c.coder in earlier})
        if transcripts is not None and done:
            raise InputError(
                f"{source.name} was coded by the model already.",
                where="transcripts",
                remedy=f'Take that back first: semcode code --undo "{done[0]}"',
            )
        if transcripts is None and (outside or done):
            continue
        names.append(source.name)
        with database.read() as connection:
            row = next(r for r in found.rows if r.name == source.name)
            segments = store.segments.of_transcript(connection, row.id)
        for s in segments:
            if any(a < s.end and s.start < b for a, b in own):
                drawn.append((source.name, s.start, s.end))
            elif not any(a < s.end and s.start < b for a, b in seen):
                spans.append((source.name, s.start, s.end))
                texts.append(learner_text(source.text, s, context_below=below))
    if not spans:
        raise InputError(
            "There is nothing to code: every interview was read or coded by somebody.",
            remedy="Name new transcripts: semcode code new/*.docx",
        )
    return _Target(tuple(names), spans, texts, drawn)


def _basis(database: Database, target: _Target, audit: AuditLabels) -> tuple[bool, AuditLabels]:
    """Take the audit of the very interviews where one was drawn from all of them."""
    with database.read() as connection:
        whole = [d for d in audit_draws(connection) if set(target.transcripts) <= d.transcripts]
    inside = {span for draw in whole for span in draw.spans if span[0] in target.transcripts}
    rows = np.array(
        [
            row
            for row, (name, s) in enumerate(zip(audit.transcripts, audit.segments, strict=True))
            if (name, s.start, s.end) in inside
        ],
        dtype=np.intp,
    )
    return (True, audit.take(rows)) if len(rows) else (False, audit)


def _audited(q: Floats, audit: AuditLabels, p: Floats, code: int, *, same: bool) -> Audited:
    known = ~np.isnan(audit.y[:, code])
    return Audited(
        q[known, code],
        audit.y[known, code] < 0.5,
        [g for g, use in zip(audit.groups, known.tolist(), strict=True) if use],
        np.concatenate([p[:, code], q[known, code]]) if same else None,
    )


def _together(
    q: Floats,
    audit: AuditLabels,
    p: Floats,
    *,
    same: bool,
    max_error: float,
    confidence: float,
    icc: float,
) -> Chosen:
    """Bound the error over all codes; decisions on one segment count as wholly alike."""
    known = ~np.isnan(audit.y)
    row, _ = np.nonzero(known)
    groups = row.tolist() if same else [audit.groups[i] for i in row.tolist()]
    audited = Audited(q[known], audit.y[known] < 0.5, groups)
    chosen = choose_threshold(
        audited,
        p.ravel(),
        max_error=max_error,
        confidence=confidence,
        icc=1.0 if same else icc,
    )
    if chosen.needed is None:
        return chosen
    return replace(chosen, needed=-(-chosen.needed // max(p.shape[1], 1)))


def _outcome(
    book: Codebook,
    place: int,
    chosen: Chosen,
    q: Floats,
    audit: AuditLabels,
    given: NDArray[np.bool_],
) -> CodeOutcome:
    code = book.codes[place]
    there = np.nan_to_num(audit.y[:, place]) >= 0.5
    least = chosen.threshold if chosen.threshold is not None else np.inf
    last = [t for t in chosen.tested if t.threshold == chosen.threshold] or chosen.tested[:1]
    return CodeOutcome(
        code=code.guid,
        name=code.name,
        threshold=chosen.threshold,
        bound=chosen.bound,
        audited=last[0].n if last else 0,
        errors=last[0].errors if last else 0,
        accepted=int(given[:, place].sum()),
        found=int((there & (q[:, place] >= least)).sum()) if len(q) else 0,
        there=int(there.sum()),
        reason=chosen.reason,
        needed=chosen.needed,
        tested=chosen.tested,
    )


def _codings(
    book: Codebook, target: _Target, p: Floats, given: NDArray[np.bool_], coder: str
) -> list[Coding]:
    """Make a coding of each accepted code that has no accepted child on the segment."""
    from semcode.classify.hierarchy import parents_of

    parents = parents_of(book)
    own = given.copy()
    for child, parent in enumerate(parents):
        above = parent
        while above >= 0:
            own[:, above] &= ~given[:, child]
            above = parents[above]
    return [
        Coding(
            guid="",
            transcript=target.spans[row][0],
            start=target.spans[row][1],
            end=target.spans[row][2],
            code=book.codes[code].guid,
            coder=coder,
            memo=f"given by the model, score {p[row, code]:.2f}",
        )
        for row, code in np.argwhere(own).tolist()
    ]


def _store(
    database: Database,
    found: BatchCoding,
    codings: list[Coding],
    max_error: float,
    confidence: float,
    seed: int,
) -> None:
    with database.write() as connection:
        row = store.models.newest(connection)
        provenance: Mapping[str, object] = {
            "semcode": __version__,
            "model": row.sha256 if row else "fitted for this run",
            "max_error": max_error,
            "confidence": confidence,
            "basis": found.basis,
            "audited": found.audited,
            "transcripts": list(found.transcripts),
            "coverage": found.coverage,
            "codes": {
                o.code: {"threshold": o.threshold, "bound": o.bound, "accepted": o.accepted}
                for o in found.outcomes
                if o.threshold is not None
            },
            "assumptions": list(found.assumptions),
        }
        draws.record(connection, KIND, found.coder, seed=seed, provenance=provenance)
        draws.add_machine_codings(connection, found.coder, codings)
