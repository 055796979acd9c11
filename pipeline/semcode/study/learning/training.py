"""Train the learner on what people decided in a study, and keep it there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import __version__, store
from semcode.config import Settings
from semcode.errors import InputError
from semcode.records import CoderKind, Level
from semcode.store import Database
from semcode.store.models import ModelRow
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.anchors import anchored, wanted
from semcode.study.learning.beginning import beside
from semcode.study.learning.checking import Checked, check_on_others
from semcode.study.learning.earlier import begun_with
from semcode.study.learning.facets import FacetLabels, facet_labels
from semcode.study.learning.finetuning import Adapted, fine_tune
from semcode.study.learning.held_back import AUDIT
from semcode.study.learning.labels import Labels, gather_labels
from semcode.study.learning.quality import Quality
from semcode.study.learning.recognising import marks_of, passages_of
from semcode.study.learning.sharing import without_rare_words
from semcode.study.learning.unread import embed_texts, other_texts
from semcode.study.pipeline import Pipeline
from semcode.study.progress import Progress
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier

__all__ = [
    "LearnedCode",
    "Trained",
    "learnable",
    "lessons",
    "maker",
    "train",
    "untrained",
]

#: Passages with a code that are needed before training: with fewer the definitions know more.
LEAST = 8
_FEW = 30  # below so many the definitions may still rank as well (measured on both starters)
_KEPT = 3  # models of each kind that stay in the study


@dataclass(frozen=True, slots=True)
class LearnedCode:
    """What a code was learned from: passages with it, without it, and disputed by coders.

    `why_not` says why nothing was learned of it; "" where something was.
    """

    guid: str
    name: str
    level: Level | None
    given: int
    not_given: int
    disputed: int
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Trained:
    """What training did.

    `quality` is None where it was not asked for or cannot be known; `notes` say why. `files`
    are those that were written. `facets` counts coded passages with and without each value
    that was learned, `facets_left_out` says why others were not.
    """

    model: ModelRow
    codes: tuple[LearnedCode, ...]
    coders: Mapping[str, int]
    participants: int
    segments: int
    quality: Quality | None
    facets: Mapping[str, tuple[int, int]]
    facets_left_out: Mapping[str, str]
    files: tuple[Path, ...] = ()
    adapted: Adapted | None = None
    notes: tuple[str, ...] = ()


def train(
    database: Database,
    settings: Settings,
    *,
    coders: Sequence[str] | None = None,
    transcripts: Sequence[str] | None = None,
    assume_read: bool = False,
    check: bool = True,
    finetune: bool | None = None,
    output: Path | None = None,
    progress: Progress,
) -> Trained:
    """Fit the learner to a study's labels; see `Study.train`."""
    Pipeline(database, settings, progress).cut()
    labels = gather_labels(
        database, settings, coders=coders, transcripts=transcripts, assume_read=assume_read
    )
    codes = learnable(labels)
    adapted = None
    if finetune:
        plain = CachedEncoder(database, settings, adapted="")
        embed_texts(plain, labels.texts, progress)
        inside = database.path.parent
        adapted = fine_tune(labels, settings, encoder=plain, inside=inside, progress=progress)
    encoder = CachedEncoder(database, settings, adapted=_reader(finetune, adapted))
    _require_portable(output, encoder)
    facets = facet_labels(labels)
    others = other_texts(database, settings, set(labels.transcripts))
    embed_texts(encoder, [*labels.texts, *facets.texts, *others.texts], progress)
    make = maker(labels, encoder, settings)
    lesson = lessons(labels, make, settings)
    start = begun_with(database, encoder, labels.codebook)
    checked = Checked()
    if check or start:
        checked = check_on_others(labels, lesson, make, start, database, settings, progress)
    with progress.stage("Learning", 2 if len(facets.codebook) else 1) as advance:
        model = make().fit(
            [*labels.texts, *others.texts],
            np.vstack([lesson, np.full((len(others.texts), lesson.shape[1]), np.nan)]),
            [*labels.groups, *others.groups],
        )
        advance(1)
        told = _fit_facets(facets, encoder, settings)
        if told is not None:
            advance(1)
    row = _store(database, model, told, labels, codes, checked, encoder.adapted)
    files = _write(database, output, model, told, labels, facets)
    return Trained(
        model=row,
        codes=codes,
        coders={name: n for name, n in labels.coders.items() if n},
        participants=len({labels.groups[int(r)] for r in np.flatnonzero(labels.known)}),
        segments=int(labels.known.sum()),
        quality=checked.quality,
        facets={c.name: facets.counts[c.name] for c in facets.codebook.codes},
        facets_left_out=facets.left_out,
        files=files,
        adapted=adapted,
        notes=(*labels.notes, *_few(labels), *checked.notes, *_written(files, checked)),
    )


def _written(files: Sequence[Path], checked: Checked) -> list[str]:
    if not files or checked.mix is None:
        return []
    return ["The file holds what was learned here, without the model that the study began with."]


def _reader(finetune: bool | None, adapted: Adapted | None) -> str | None:
    """Say with which fine-tuned reader to train: "" with none, None with the one in use."""
    if finetune is None:
        return None
    return adapted.folder or "" if adapted else ""


def _require_portable(output: Path | None, encoder: CachedEncoder) -> None:
    if output is not None and encoder.adapted:
        raise InputError(
            "A model with a fine-tuned reader works in this study only.",
            where=str(output),
            remedy="Train with --no-finetune to write one for another study.",
        )


def untrained(database: Database) -> bool:
    """Tell whether people coded or decided anything after the newest model was trained."""
    with database.read() as connection:
        row = store.models.newest(connection)
        seen = _seen(connection)
    return seen != (row.provenance.get("seen", [0, 0]) if row is not None else [0, 0])


def _seen(connection: Connection) -> list[int]:
    """Count what people coded outside the audit, and give the newest such line of the log."""
    kinds = {coder.name: coder.kind for coder in store.people.coders(connection)}
    counts = store.codings.count_by_coder(connection, outside=AUDIT)
    people = sum(n for name, n in counts.items() if kinds[name] is not CoderKind.MODEL)
    return [people, store.decisions.newest(connection, outside=AUDIT)]


def learnable(labels: Labels) -> tuple[LearnedCode, ...]:
    """Say what each code is learned from. Raises InputError where it is too little in all."""
    given, not_given = labels.counts()
    book = labels.codebook
    coded = int((labels.y >= 0.5).any(axis=1).sum()) if labels.y.size else 0
    if coded < LEAST:
        raise InputError(
            f"{counted(coded, 'passage has', 'passages have')} a code from a person; training "
            f"needs {LEAST} or more.",
            where="labels",
            remedy=f"Code or accept {LEAST - coded} more. Until then suggestions stay as they are.",
        )
    return tuple(
        LearnedCode(
            guid=code.guid,
            name=code.name,
            level=book.level_of(code),
            given=int(yes),
            not_given=int(no),
            disputed=int(differ),
            why_not="" if yes or no else "no labels; it goes on from its definition",
        )
        for code, yes, no, differ in zip(book.codes, given, not_given, labels.disputed, strict=True)
    )


def _few(labels: Labels) -> list[str]:
    coded = int((labels.y >= 0.5).any(axis=1).sum())
    notes = []
    if coded < _FEW:
        notes.append(
            f"{coded:,} coded passages are few: from about {_FEW}, of two participants or more, "
            "ranking gets visibly better than from the definitions."
        )
    if wanted(labels):
        notes.append(
            "Few passages are recorded as read to the end for every code. What nobody read is "
            "kept at what the definitions say. If the coders read all of what they coded, "
            "--assume-read learns more."
        )
    return notes


def lessons(
    labels: Labels, make: Callable[[], CodeClassifier], settings: Settings
) -> NDArray[np.float64]:
    """Give what is learned from: the labels, and definitions where too little was read."""
    return anchored(labels, lambda: make().encode(labels.texts).cold, seed=settings.suggest.seed)


def maker(
    labels: Labels, encoder: CachedEncoder, settings: Settings
) -> Callable[[], CodeClassifier]:
    """Give what makes an unfitted learner for these labels, all with the same encoder."""
    from semcode.classify import CodeClassifier

    def make() -> CodeClassifier:
        return CodeClassifier(
            labels.codebook,
            encoder=encoder,
            model=settings.embed.model,
            seed=settings.suggest.seed,
        )

    return make


def _fit_facets(
    facets: FacetLabels, encoder: CachedEncoder, settings: Settings
) -> CodeClassifier | None:
    if not len(facets.codebook):
        return None
    from semcode.classify import CodeClassifier

    model = CodeClassifier(
        facets.codebook, encoder=encoder, model=settings.embed.model, seed=settings.suggest.seed
    )
    return model.fit(facets.texts, facets.y, facets.groups)


def _store(
    database: Database,
    model: CodeClassifier,
    facets: CodeClassifier | None,
    labels: Labels,
    codes: Sequence[LearnedCode],
    checked: Checked,
    reader: str,
) -> ModelRow:
    folder = database.path.parent
    with database.write() as connection:
        version = store.codebooks.latest_version(connection)
        provenance: dict[str, object] = {
            "semcode": __version__,
            "codebook_digest": labels.codebook.digest,
            "encoder": model.encoder_name(),
            "reader": reader,
            "coders": dict(labels.coders),
            "transcripts": sorted(set(labels.transcripts)),
            "labels": int(labels.known.sum()),
            "seen": _seen(connection),
            "learned_from": {
                code.guid: {"given": code.given, "not_given": code.not_given} for code in codes
            },
        }
        quality = checked.quality
        if checked.mix is not None:
            provenance |= {"begun_with": checked.begun_with, "mix": list(astuple(checked.mix))}
        if quality is not None:
            provenance["quality"] = {
                "mean_average_precision": quality.mean_average_precision,
                "mean_by_definition": quality.mean_by_definition,
                "ece": quality.ece,
                "surest": quality.surest,
                "participants": quality.participants,
            }
        row = store.models.add(
            connection,
            _content(model, folder, rows=True),
            kind="codes",
            codebook_version=version,
            provenance=provenance,
        )
        if facets is not None:
            store.models.add(
                connection,
                _content(facets, folder, rows=False),
                kind="facets",
                codebook_version=version,
                provenance={"semcode": __version__, "beside": row.guid},
            )
        store.models.keep_newest(connection, _KEPT)
    return row


def _content(model: CodeClassifier, folder: Path, *, rows: bool) -> bytes:
    """Give a model as the bytes of its file, which never leaves the study's folder."""
    with TemporaryDirectory(dir=folder, prefix=".semcode-") as inside:
        path = Path(inside) / "model.safetensors"
        model.save(path, rows=rows)
        return path.read_bytes()


def _write(
    database: Database,
    output: Path | None,
    model: CodeClassifier,
    facets: CodeClassifier | None,
    labels: Labels,
    told: FacetLabels,
) -> tuple[Path, ...]:
    """Write a model for another study: no passage is in it, no features, and no rare word."""
    if output is None:
        return ()
    from semcode.classify.persistence import save_classifier
    from semcode.exchange.tables import replace_file

    said = [" \n ".join(pair) for pair in labels.texts]
    shared, _ = without_rare_words(model, said, labels.groups)
    rows = [int(row) for row in np.flatnonzero(labels.known)]
    learned = {(labels.transcripts[row], labels.segments[row].start) for row in rows}
    passages = (
        (p.transcript, text)
        for p, text in passages_of(database)
        if (p.transcript, p.start) in learned
    )
    marks = marks_of(passages)
    replace_file(output, lambda target: save_classifier(shared, target, marks=marks))
    if facets is None:
        return (output,)
    own, _ = without_rare_words(facets, [text for _, text in told.texts], told.groups)
    replace_file(beside(output), lambda target: own.save(target))
    return output, beside(output)
