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
from semcode.records import Coding
from semcode.store import Database, draws
from semcode.study.learning.audit_labels import AuditLabels
from semcode.study.learning.batch_advice import Need, needs
from semcode.study.learning.batch_assumptions import assumptions
from semcode.study.learning.batch_basis import KIND, Target, basis_of, target_of
from semcode.study.learning.batch_scoring import (
    ask,
    audit_scores,
    boldness,
    elsewhere,
    require_strangers,
    trained_model,
)
from semcode.study.progress import Progress, Silent
from semcode.wording import counted

__all__ = ["BatchCoding", "CodeOutcome", "code_interviews", "runs_of", "undo_coding"]

Floats = NDArray[np.float64]
Span = tuple[str, int, int]

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
    were coded), "same interviews, where sure" or "other interviews". In `sure` of the
    segments the model is nearly sure of a code; `needs` say how many of those an audit takes,
    by code or for all together (None), the smallest first. `unread` of the audit are still
    to be coded.
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
    sure: int = 0
    needs: tuple[Need, ...] = ()
    unread: int = 0

    @property
    def coverage(self) -> float:
        """Give the share of segments that got a code."""
        return self.covered / self.segments if self.segments else 0.0


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
    target = target_of(database, settings, transcripts)
    basis = basis_of(database, settings, target)
    audit, same, able = basis.audit, basis.same, basis.able
    with shows.stage("Scoring", 2) as advance:
        model = trained_model(database, settings)
        if not same:
            require_strangers(model, database, audit)
        book = model.codebook
        p = ask(model, database, settings, target.texts)
        advance(1)
        q = audit_scores(model, database, settings, audit, same=same, seed=seed)
        advance(1)
    tried = 1 if together or not all_at_once else len(book)
    level = 1 - (1 - confidence) / tried
    bold = boldness(database)
    bounds = {"max_error": max_error, "confidence": level, "icc": icc, "bold": bold}
    if together:
        chosen = [_together(q, audit, p[able], same=same, **bounds)] * len(book)
    else:
        chosen = [
            choose_threshold(_audited(q, audit, p[able], code, same=same), p[able, code], **bounds)
            for code in range(len(book))
        ]
    least = np.array([np.inf if c.threshold is None else c.threshold for c in chosen])
    given = (p >= least) & able[:, None]
    outcomes = [_outcome(book, k, c, q, audit, given) for k, c in enumerate(chosen)]
    coder = f"{_NAME} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    codings = _codings(book, target, p, given, coder)
    assumed = assumptions(same, together, all_at_once, max_error, confidence, icc, tried)
    begun = elsewhere(model)
    if not same and begun is not None:
        assumed.append(
            f"The study began with {begun.origin}: the bound holds only if that model had "
            f"learned nothing from the people of the audit{begun.unmarked}."
        )
    if basis.where_sure:
        assumed.append(
            f"The audit was drawn from {counted(int(able.sum()) + audit.n_drawn, 'segment')} in "
            "which the model was nearly sure of a code; only those can be coded."
        )
    if same and target.read:
        assumed.append(
            f"Not coded, being read outside the audit: {counted(target.read, 'segment')} of these "
            "interviews. The bound holds as far as nobody chose to read what is easy."
        )
    names = [code.name for code in book]
    sure, wanted = needs(p, q, audit.y, names, max_error=max_error, confidence=level, bold=bold)
    found = BatchCoding(
        coder,
        dry,
        target.transcripts,
        len(target.spans),
        int(given.any(axis=1).sum()),
        len(codings),
        audit.n_read,
        len(set(audit.groups)),
        basis.name,
        tuple(outcomes),
        tuple(assumed),
        tuple(audit.notes),
        sure,
        tuple(wanted),
        basis.unread,
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
    bold: float,
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
        bold=bold,
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
    book: Codebook, target: Target, p: Floats, given: NDArray[np.bool_], coder: str
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
