"""Say how good a study's suggestions are, on participants left out and on the audit sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate.beside_coders import beside_coders, disputed
from semcode.evaluate.data import Options
from semcode.evaluate.fairness import AttributeTest, fairness
from semcode.evaluate.held_out import Answers, answers, held_out, how_many_folds, require_folds
from semcode.evaluate.learning_curve import Curve, curve_fits, learning_curve
from semcode.evaluate.model_quality import Judged, error_sums
from semcode.evaluate.model_report import ModelReport, Section, model_report, section
from semcode.records import CoderKind, Level
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.audit_labels import AuditLabels, audit_labels
from semcode.study.learning.earlier import BothModels, both_models
from semcode.study.learning.labels import Labels, gather_labels
from semcode.study.learning.recognising import recognised
from semcode.study.learning.training import lessons, maker
from semcode.study.learning.unread import Unread, embed_texts, other_texts
from semcode.study.pipeline import Pipeline
from semcode.study.progress import Progress, Silent
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier

__all__ = ["Lesson", "evaluate_model", "lesson_of", "level_truth", "new_model", "per_coder"]

Floats = NDArray[np.float64]
Ratings = NDArray[np.int8]

_LEAST_GROUP = 5
_UNREAD = 2_000  # passages without labels that a fit looks at


@dataclass(frozen=True)
class _Labelled:
    """What was labelled, each coder's own judgements, and how the levels were judged."""

    labels: Labels
    coders: tuple[str, ...]
    ratings: Ratings  # (units, codes, coders)
    levels: Floats  # (units, levels)


def evaluate_model(
    database: Database,
    settings: Settings,
    *,
    folds: int | None = None,
    curve: bool = True,
    least_group: int = _LEAST_GROUP,
    ci: float = 0.95,
    resamples: int = 2_000,
    seed: int = 0,
    progress: Progress | None = None,
) -> ModelReport:
    """Evaluate the learner; see `Study.evaluate`."""
    if least_group < 2:
        raise InputError(
            "A group of one person cannot be compared.",
            where="least_group",
            remedy="Use 5, or at least 2.",
        )
    require_folds(folds)
    options = Options(ci, resamples, seed, "participant")
    shows = progress or Silent()
    Pipeline(database, settings, shows).cut()
    lesson = lesson_of(database, settings)
    labels = lesson.labels
    audit = audit_labels(database, settings)
    if not labels.known.any() and not audit.n_read:
        raise InputError(
            "Nobody has coded or decided anything yet, so that there is nothing to compare "
            "suggestions with.",
            remedy="Code an interview first: semcode review",
        )
    model = new_model(labels, database, settings)
    texts = [*labels.texts, *lesson.unread.texts]
    embed_texts(CachedEncoder(database, settings), texts, shows)
    rows = np.flatnonzero(labels.known)
    labels = labels.take(rows)
    found = _labelled(labels, database, settings)
    enough = len(set(labels.groups)) >= 2
    both, known, apart = _left_out(
        model, lesson, audit, folds, seed, database, settings, shows, enough=enough
    )
    left, told, tests = None, None, []
    if apart is not None:
        told = apart.take(rows)
        left = _section("left out", _rests_left_out(labels), labels.codebook, labels.y,
                        found.levels, labels.groups, told, None, options)  # fmt: skip
        tests = _fairness(told, labels, database, least_group, options)
    return model_report(
        codebook=labels.codebook.name,
        codebook_version=_version(database),
        model=model.encoder_name(),
        options=options,
        audit=_audited(model, lesson, both, audit, options, shows) if audit.n_read else None,
        left_out=left,
        curve=_curve(model, lesson, options, shows) if curve and enough else None,
        fairness=tests,
        pairs=beside_coders(
            found.ratings, found.coders, told.p, told.given, labels.groups, options=options
        )
        if told
        else (),
        disputed=disputed(found.ratings, told.given) if told and len(found.coders) > 1 else (),
        examples=dict(
            zip([c.name for c in labels.codebook], labels.counts()[0].tolist(), strict=True)
        ),
        folds=told.n_folds if told else 0,
        strangers=_strangers(labels, audit),
        notes=[
            *_notes(labels, audit, enough=enough),
            *_begun(database, both, known, curve=curve and enough),
        ],
    )


@dataclass(frozen=True)
class Lesson:
    """What the learner is given, row by row, beside what people said of the same segments.

    `teach` (units, codes) holds the labels, and the definitions' word for some passages that
    nobody read; rows without either are left out. `unread` are some of the other passages,
    which a fit looks at as well.
    """

    labels: Labels
    teach: Floats
    unread: Unread

    def learned_by(self, model: CodeClassifier) -> CodeClassifier:
        """Fit a model to it and, as `semcode train` does, to how the unread passages look."""
        texts, groups = self.unread
        nothing = np.full((len(texts), self.teach.shape[1]), np.nan)
        return model.fit(
            [*self.labels.texts, *texts],
            np.vstack([self.teach, nothing]),
            [*self.labels.groups, *groups],
        )


def lesson_of(database: Database, settings: Settings) -> Lesson:
    """Gather what the learner would be given now, as `semcode train` does."""
    labels = gather_labels(database, settings)
    if not labels.known.any():
        return Lesson(labels.take([]), labels.y[:0], Unread((), ()))
    make = maker(labels, CachedEncoder(database, settings), settings)
    teach = lessons(labels, make, settings)
    taught = ~np.isnan(teach).all(axis=1)
    rows, rest = np.flatnonzero(taught), np.flatnonzero(~taught)
    others = other_texts(database, settings, set(labels.transcripts))
    texts = [*(labels.texts[int(row)] for row in rest), *others.texts]
    groups = [*(labels.groups[int(row)] for row in rest), *others.groups]
    some = np.sort(np.random.default_rng(settings.suggest.seed).permutation(len(texts))[:_UNREAD])
    unread = Unread([texts[int(at)] for at in some], [groups[int(at)] for at in some])
    return Lesson(labels.take(rows), teach[rows], unread)


def new_model(labels: Labels, database: Database, settings: Settings) -> CodeClassifier:
    """Make a learner that has learned nothing, with the study's own embedding."""
    model = maker(labels, CachedEncoder(database, settings), settings)()
    model.begin()
    return model


def per_coder(
    labels: Labels, database: Database, settings: Settings
) -> tuple[tuple[str, ...], Floats]:
    """Give what each person alone said of the labelled segments, (units, codes, coders)."""
    with database.read() as connection:
        kinds = {coder.name: coder.kind for coder in store.people.coders(connection)}
    row_of = {
        (name, s.start, s.end): row
        for row, (name, s) in enumerate(zip(labels.transcripts, labels.segments, strict=True))
    }
    names, tables = [], []
    for name in labels.coders:
        if kinds[name] is not CoderKind.HUMAN:
            continue
        own = gather_labels(database, settings, coders=[name])
        table = np.full(labels.y.shape, np.nan)
        for transcript, segment, said in zip(own.transcripts, own.segments, own.y, strict=True):
            row = row_of.get((transcript, segment.start, segment.end))
            if row is not None:
                table[row] = said
        if not np.isnan(table).all():
            names.append(name)
            tables.append(table)
    shape = (*labels.y.shape, 0)
    return tuple(names), np.stack(tables, axis=2) if tables else np.zeros(shape)


def level_truth(said: Floats, members: Sequence[Sequence[int]], shares: Floats) -> Floats:
    """Give the share of coders who gave any code of each level, (units, levels).

    `said` is (units, codes, coders) with NaN for unknown. A coder's no counts where every
    code of the level is known. Where nobody said enough, the codes' own `shares` decide.
    """
    out = np.full((len(shares), len(members)), np.nan)
    for column, codes in enumerate(members):
        own = said[:, codes]
        yes = (own == 1).any(axis=1)
        known = yes | ~np.isnan(own).any(axis=1)
        count = known.sum(axis=1)
        share = np.where(count > 0, (yes & known).sum(axis=1) / np.maximum(count, 1), np.nan)
        whole = shares[:, codes]
        best = np.nan_to_num(whole, nan=-1.0).max(axis=1)
        settled = np.where(np.isnan(whole).any(axis=1) & (best < 1), np.nan, best)
        out[:, column] = np.where(np.isnan(share), settled, share)
    return out


def _labelled(labels: Labels, database: Database, settings: Settings) -> _Labelled:
    from semcode.classify.hierarchy import level_members

    names, said = per_coder(labels, database, settings)
    members = list(level_members(labels.codebook).values())
    ratings = np.where(np.isnan(said), -1, said >= 0.5).astype(np.int8)
    return _Labelled(labels, names, ratings, level_truth(said, members, labels.y))


def _left_out(
    model: CodeClassifier,
    lesson: Lesson,
    audit: AuditLabels,
    folds: int | None,
    seed: int,
    database: Database,
    settings: Settings,
    progress: Progress,
    *,
    enough: bool,
) -> tuple[BothModels | None, list[str], Answers | None]:
    """Leave participants out in turn, with the model begun with beside what is learned.

    That model is left out where it had learned from people who are judged; they are named.
    """
    labels, told = lesson.labels, None
    if enough:
        count = how_many_folds(labels.groups, folds)
        with progress.stage("Leaving participants out", count) as advance:
            told, _ = held_out(
                model,
                labels.texts,
                lesson.teach,
                labels.groups,
                folds=count,
                seed=seed,
                advance=advance,
            )
    both = both_models(database, settings, labels, told)
    if both is None:
        return None, [], told
    known = recognised(database, both.earlier.marks, [*labels.groups, *audit.groups])
    if known:
        return None, known, told
    return both, [], None if told is None else both.left_out()


def _curve(
    model: CodeClassifier, lesson: Lesson, options: Options, progress: Progress
) -> Curve | None:
    labels = lesson.labels
    with progress.stage("Learning curve", curve_fits(labels.groups)) as advance:
        return learning_curve(
            model,
            labels.texts,
            labels.y,
            labels.groups,
            teach=lesson.teach,
            options=options,
            advance=advance,
        )


def _audited(
    model: CodeClassifier,
    lesson: Lesson,
    both: BothModels | None,
    audit: AuditLabels,
    options: Options,
    progress: Progress,
) -> Section:
    labels = lesson.labels
    from semcode.classify.hierarchy import level_members

    with progress.stage("Audit sample", 1) as advance:
        if len(labels.texts):
            lesson.learned_by(model)
        told = answers(model, audit.texts)
        if both is not None:
            told = both.new(told, audit.texts)
        advance(1)
    members = list(level_members(labels.codebook).values())
    return _section(
        "audit",
        f"On {counted(audit.n_read, 'segment')} drawn at random and coded blind, from "
        f"{counted(len(set(audit.groups)), 'participant')} (the audit sample),",
        labels.codebook,
        audit.y,
        level_truth(audit.said, members, audit.y),
        audit.groups,
        told,
        audit.weights,
        options,
    )


def _section(
    basis: str,
    rests_on: str,
    codebook: Codebook,
    truth: Floats,
    levels: Floats,
    groups: Sequence[str],
    told: Answers,
    weights: Floats | None,
    options: Options,
) -> Section:
    from semcode.classify.hierarchy import level_members

    members = level_members(codebook)
    given = np.zeros((len(told.p), len(members)), bool)
    p = np.zeros(given.shape)
    for column, (level, codes) in enumerate(members.items()):
        given[:, column], p[:, column] = told.given[:, codes].any(axis=1), told.levels[level]
    return section(
        basis,
        rests_on,
        Judged(told.p, told.given, truth, groups, weights),
        Judged(p, given, levels, groups, weights),
        [(code.name, _text(codebook.level_of(code))) for code in codebook],
        [level.value for level in members],
        options=options,
    )


def _text(level: Level | None) -> str | None:
    return level.value if level else None


def _rests_left_out(labels: Labels) -> str:
    return (
        f"On {counted(len(labels.texts), 'segment')} of "
        f"{counted(len(set(labels.groups)), 'participant')} that people coded or read, each "
        "judged by a model that had learned from the others only,"
    )


def _fairness(
    told: Answers, labels: Labels, database: Database, least: int, options: Options
) -> list[AttributeTest]:
    people = sorted(set(labels.groups))
    number = {name: place for place, name in enumerate(people)}
    numbers = np.array([number[name] for name in labels.groups], dtype=np.int64)
    judged = Judged(told.p, told.given, labels.y, labels.groups)
    with database.read() as connection:
        attributes = {p.label: p.attributes for p in store.people.participants(connection)}
    return fairness(
        error_sums(judged, numbers, len(people)), people, attributes, least=least, options=options
    )


def _version(database: Database) -> int:
    with database.read() as connection:
        return store.codebooks.latest_version(connection)


def _strangers(labels: Labels, audit: AuditLabels) -> float:
    """Give the share of the audit that is of participants whom nothing was learned from."""
    known = set(labels.groups)
    return float(np.mean([who not in known for who in audit.groups] or [False]))


def _begun(
    database: Database, both: BothModels | None, known: Sequence[str], *, curve: bool
) -> list[str]:
    """Say what part the model that a study began with takes in the figures."""
    if known:
        return [
            f"The model that the study began with had learned from passages of {', '.join(known)}. "
            "It knows what was said of them, so the figures leave it out: judged is what was "
            "learned here alone."
        ]
    if both is None:
        return []
    with database.read() as connection:
        newest = store.models.newest(connection)
    trained = newest is not None and "origin" not in newest.provenance
    return [both.told(trained=trained, curve=curve)]


def _notes(labels: Labels, audit: AuditLabels, *, enough: bool) -> list[str]:
    said = [*labels.notes, *audit.notes]
    if not enough:
        said.append(
            "Fewer than two participants have labels outside the audit sample: nobody can be left "
            "out."
        )
    known = ~np.isnan(labels.y)
    partly = int((known.any(axis=1) & ~known.all(axis=1)).sum()) if labels.y.size else 0
    if partly:
        said.append(
            f"On {partly:,} of the {len(labels.texts):,} labelled segments people decided on some "
            "codes only (accepted or rejected suggestions). Such segments were chosen, not drawn, "
            "and read with the suggestion on show: left-out figures that rest on them are no "
            "estimate for all segments."
        )
    return said
