"""Score segments by a study's trained model, and an audit as strangely as what is to be coded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate.audit_size import nearly_sure
from semcode.evaluate.held_out import held_out
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.audit_draws import audit_draws
from semcode.study.learning.audit_labels import AuditLabels
from semcode.study.learning.earlier import both_models
from semcode.study.learning.evaluating import lesson_of, new_model
from semcode.study.learning.learned import LearnedScorer, open_scorer
from semcode.study.learning.recognising import recognised
from semcode.suggest import learner_text

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier

    Scorer = CodeClassifier | LearnedScorer

__all__ = [
    "ask",
    "audit_scores",
    "boldness",
    "elsewhere",
    "only_where_sure",
    "require_strangers",
    "trained_model",
]

Floats = NDArray[np.float64]
Pair = tuple[str, str]
Span = tuple[str, int, int]

_PRIOR, _MOST = 2.0, 4.0


def ask(
    model: Scorer,
    database: Database,
    settings: Settings,
    texts: Sequence[Pair],
) -> Floats:
    """Give the probability of each code, (n_texts, n_codes)."""
    if isinstance(model, LearnedScorer):
        from semcode.classify import CodeClassifier

        encoder = CachedEncoder(database, settings)
        cold = CodeClassifier(model.codebook, encoder=encoder).encode(list(texts)).cold
        return model.judge(texts, cold).p
    return model.predict_proba(texts)


def trained_model(database: Database, settings: Settings) -> Scorer:
    """Give the study's newest trained model, or one fitted now to what people decided."""
    with database.read() as connection:
        row = store.models.newest(connection)
        book = store.codebooks.load(connection)
    if row is not None:
        return open_scorer(database, row, CachedEncoder(database, settings), book)
    lesson = lesson_of(database, settings)
    if not len(lesson.teach):
        raise InputError(
            "The study has no trained model, and nobody has coded anything to train on.",
            remedy="Code an interview, or start from a model: semcode init --model FILE",
        )
    return lesson.learned_by(new_model(lesson.labels, database, settings))


def elsewhere(model: Scorer) -> LearnedScorer | None:
    """Give the model from elsewhere that a study's model is or stands beside, if any."""
    if not isinstance(model, LearnedScorer):
        return None
    both = (one for one in (model, model.earlier) if one is not None)
    return next((one for one in both if "origin" in one.row.provenance), None)


def require_strangers(model: Scorer, database: Database, audit: AuditLabels) -> None:
    """Refuse an audit of people whom the model begun with had learned from (InputError)."""
    begun = elsewhere(model)
    if begun is None:
        return
    known = recognised(database, begun.marks, audit.groups)
    if known:
        raise InputError(
            f"{begun.origin}, with which the study began, had learned from passages of "
            f"{', '.join(known)}. An audit of people whom it knows bounds no error on others.",
            where="the audit sample",
            remedy="Draw the audit from interviews that it had not learned from, or begin the "
            "study without it.",
        )


def boldness(database: Database) -> float:
    """Say how many times the errors that a trained model's scores foretell it makes.

    As seen where participants were left out in training, among what it was surest of; two
    errors are added to both, 1 stands for unknown.
    """
    with database.read() as connection:
        row = store.models.newest(connection)
    quality = row.provenance.get("quality") if row is not None else None
    surest = quality.get("surest") if isinstance(quality, Mapping) else None
    if not isinstance(surest, Mapping):
        return 1.0
    times = (float(surest["seen"]) + _PRIOR) / (float(surest["foretold"]) + _PRIOR)
    return float(np.clip(times, 1 / _MOST, _MOST))


def audit_scores(
    model: Scorer,
    database: Database,
    settings: Settings,
    audit: AuditLabels,
    *,
    same: bool,
    seed: int,
) -> Floats:
    """Score the audit by a model as strange to its people as it is to those to be coded."""
    if not audit.n_read:
        return np.zeros((0, audit.y.shape[1]))
    p = ask(model, database, settings, audit.texts)
    if same or (isinstance(model, LearnedScorer) and "origin" in model.row.provenance):
        return p
    lesson = lesson_of(database, settings)
    labels = lesson.labels
    known = set(labels.groups) & set(audit.groups)
    if not known or len(set(labels.groups)) < 2:
        return p
    rows = np.array([i for i, who in enumerate(audit.groups) if who in known], dtype=np.intp)
    asked = [audit.texts[i] for i in rows.tolist()]
    owners = [audit.groups[i] for i in rows.tolist()]
    own, [found] = held_out(
        new_model(labels, database, settings),
        labels.texts,
        lesson.teach,
        labels.groups,
        seed=seed,
        extra=[(asked, owners)],
        unread=lesson.unread,
    )
    both = both_models(database, settings, labels, own)
    p[rows] = found.p if both is None else both.of_known(found.p, asked, owners)
    return p


def only_where_sure(
    database: Database,
    settings: Settings,
    people: Mapping[str, Sequence[Span]],
    max_error: float,
) -> tuple[dict[str, list[Span]], str]:
    """Keep the segments in which the model is nearly sure of a code; also give its hash.

    `people` are segments by participant. The hash is that of the stored model, "" for one
    that was fitted for this. What was drawn before where this model is sure is judged along,
    so that a second draw goes on where the first stopped.
    """
    with database.read() as connection:
        row = store.models.newest(connection)
        earlier = [d for d in audit_draws(connection) if d.among and row and d.model == row.sha256]
    names = {span[0] for spans in people.values() for span in spans}
    texts = _texts(database, settings, names)
    spans = [span for own in people.values() for span in own]
    spans += sorted({span for draw in earlier for span in draw.spans if span in texts})
    model = trained_model(database, settings)
    p = ask(model, database, settings, [texts[span] for span in spans])
    sure = nearly_sure(p, max_error, bold=boldness(database))
    kept = {span for span, use in zip(spans, sure.tolist(), strict=True) if use}
    found = {who: [span for span in own if span in kept] for who, own in people.items()}
    return found, row.sha256 if row else ""


def _texts(database: Database, settings: Settings, names: set[str]) -> dict[Span, Pair]:
    below, found = settings.suggest.context_below, {}
    with database.read() as connection:
        for row in store.transcripts.rows(connection):
            if row.name not in names:
                continue
            text = store.transcripts.load(connection, row.id).text
            for s in store.segments.of_transcript(connection, row.id):
                found[row.name, s.start, s.end] = learner_text(text, s, context_below=below)
    return found
