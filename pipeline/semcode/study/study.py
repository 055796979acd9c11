"""The study: a folder with one database and its settings, and everything done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from semcode import store
from semcode.codebook import Codebook, load_codebook, with_heading
from semcode.config import Settings, load_settings
from semcode.errors import InputError, StudyBusyError, StudyError
from semcode.evaluate import AgreementReport, ModeReport
from semcode.evaluate.model_report import ModelReport
from semcode.readers.speakers import NO_SPEAKERS
from semcode.records import Coding, Participant, Role, Run, Transcript
from semcode.store import Database
from semcode.store.models import ModelRow
from semcode.store.runs import SuggestionRow
from semcode.store.transcripts import SpeakerRow, TranscriptRow
from semcode.study import reporting, starter
from semcode.study.adding import Added, add_files, add_participants, set_role
from semcode.study.agreement import comparing, reliability
from semcode.study.agreement.reliability import ReliabilitySample
from semcode.study.exchange import exporting, importing
from semcode.study.exchange.importing import Imported
from semcode.study.findings.finding import FindingOptions, Found, find
from semcode.study.learning import (
    auditing,
    batch_coding,
    beginning,
    consistency,
    evaluating,
    training,
)
from semcode.study.learning.auditing import AuditProgress, AuditSample
from semcode.study.learning.batch_coding import BatchCoding
from semcode.study.learning.consistency import SecondLook
from semcode.study.learning.training import Trained
from semcode.study.pipeline import Pipeline, SuggestSummary
from semcode.study.progress import Progress, Silent

if TYPE_CHECKING:
    from semcode.study.topics.shown import TopicsPage

__all__ = ["Study", "StudyStatus"]

_DATABASE, _SETTINGS, _LOCK = "study.db", "semcode.toml", ".semcode.lock"

_SETTINGS_TEXT = """\
# Settings of this study. What is not set here has its default; see the guide, "Settings".
#
# [segment]
# max_words = 80
#
# [suggest]
# floor = 0.2
"""


@dataclass(frozen=True, slots=True)
class StudyStatus:
    """Where a study stands, in counts.

    `pending` transcripts have no suggestions, or ones that were made with another codebook
    or other settings. `without_speakers` are the transcripts in which nobody is named, each
    taken as one participant's.
    """

    name: str
    notice: str
    codebook: str
    codebook_version: int
    codes: int
    transcripts: int
    participants: int
    segments: int
    suggestions: int
    pending: int
    guessed_roles: int
    codings: Mapping[str, int]
    run: Run | None
    without_speakers: tuple[str, ...] = ()


class Study:
    """A study in a folder: `study.db` holds everything, `semcode.toml` the settings.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, folder: str | Path) -> None:
        """Open a study. Raises StudyError where the folder holds none."""
        self.folder = Path(folder)
        if not _is_file(self.folder / _DATABASE):
            raise StudyError(
                "There is no study in this folder.",
                where=str(self.folder),
                remedy="Make one with: semcode init FOLDER, or name another with --study FOLDER.",
            )
        self.settings: Settings = load_settings(self.folder / _SETTINGS)
        self.database = Database(self.folder / _DATABASE)
        try:
            with self.database.read() as connection:
                store.study.name_and_notice(connection)
        except StudyError as error:
            self.close()
            where = error.where or str(self.folder / _DATABASE)
            raise StudyError(error.what, where=where, remedy=error.remedy) from error

    @classmethod
    def create(
        cls,
        folder: str | Path,
        *,
        codebook: str | Path | Codebook | None = None,
        model: str | Path | None = None,
        name: str | None = None,
        notice: str = "",
    ) -> Self:
        """Make a study with a codebook: a shipped one by name, a file, or one made in Python.

        `model` is a file that `train` wrote: the study begins with it and with its codebook.
        Without either the codebook is "sem". Raises StudyError where the folder holds a study
        already, CodebookError for a faulty codebook, and ModelError for a model that was
        changed, before anything is written.
        """
        path = Path(folder)
        book = beginning.begin_with(codebook, Path(model) if model else None)
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not (path / _SETTINGS).exists():
                (path / _SETTINGS).write_text(_SETTINGS_TEXT, encoding="utf-8")
        except OSError as error:
            raise StudyError(
                f"The study's folder cannot be made: {error.strerror}.",
                where=str(path),
                remedy="Name a folder that you may write to.",
            ) from error
        database = Database(path / _DATABASE, create=True)
        called = name or path.resolve().name.encode("utf-8", "replace").decode()
        try:
            with database.write() as connection:
                store.study.create(connection, name=called, notice=notice)
                store.codebooks.save(connection, book, note="at the start")
                if model is not None:
                    beginning.adopt(connection, Path(model))
        except StudyError as error:
            raise StudyError(
                error.what,
                where=error.where or str(path),
                remedy=error.remedy or "Name another folder, or go on: semcode status.",
            ) from error
        finally:
            database.close()
        return cls(path)

    @classmethod
    def from_starter(
        cls, folder: str | Path, example: str, *, progress: Progress | None = None
    ) -> Self:
        """Make a study of invented interviews, with participants and two coders' codings.

        One that was cut off is completed. Raises StudyError where another study is there.
        """
        files = starter.starter_folder(example)
        name = f"Starter study: {example}"
        try:
            study = cls(folder)
        except StudyError:
            study = cls.create(folder, codebook=example, name=name, notice=starter.NOTICE)
        if study.name != name:
            study.close()
            raise StudyError(
                "The folder holds another study; it was left as it is.",
                where=str(folder),
                remedy="Name another folder.",
            )
        study.add([files / "transcripts"], progress=progress)
        study.add_participants(files / "participants.csv")
        starter.add_codings(study.database, files / "codings.csv")
        return study

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add(
        self,
        files: Iterable[str | Path],
        *,
        columns: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> Added:
        """Read transcripts into the study; a folder means the files in it.

        `columns` maps speaker, text, start, end, transcript to the columns of a table. A
        file that cannot be read is reported in `failed`; the rest goes on.
        """
        return add_files(
            self.database,
            [Path(file) for file in files],
            settings=self.settings,
            columns=columns or {},
            progress=progress or Silent(),
        )

    def add_participants(self, table: str | Path) -> list[str]:
        """Attach a table of participants; give a sentence for each row not attached.

        Raises InputError for a table that cannot be read.
        """
        return add_participants(self.database, Path(table))

    def remove(self, transcript: str) -> None:
        """Remove a transcript. Raises InputError where somebody coded, read or decided on it."""
        with self.database.write() as connection:
            store.transcripts.remove(connection, transcript)
            store.people.drop_unused(connection)

    def participants(self) -> list[Participant]:
        """List the participants with their attributes."""
        with self.database.read() as connection:
            return store.people.participants(connection)

    def transcripts(self) -> list[TranscriptRow]:
        """List the transcripts without their text."""
        with self.database.read() as connection:
            return store.transcripts.rows(connection)

    def speakers(self) -> list[SpeakerRow]:
        """List the speakers of all transcripts, with their roles."""
        with self.database.read() as connection:
            return store.transcripts.speaker_rows(connection)

    def set_role(self, transcript: str, speaker: str, role: Role | str) -> None:
        """Say what a speaker does; the transcript is cut anew at the next suggest.

        Raises InputError for an unknown transcript, speaker or role.
        """
        if role not in set(Role):
            raise InputError(f"{role!r} is not a role.", remedy=f"Use one of: {', '.join(Role)}.")
        with self.database.write() as connection:
            set_role(connection, transcript, speaker, Role(role))

    def set_participant(self, transcript: str, speaker: str, participant: str) -> None:
        """Say which person a speaker is. Raises InputError for an unknown speaker."""
        with self.database.write() as connection:
            store.transcripts.set_participant(connection, transcript, speaker, participant)
            store.people.drop_unused(connection)

    def codebook(self) -> Codebook:
        """Give the newest version of the codebook."""
        with self.database.read() as connection:
            return store.codebooks.load(connection)

    def set_codebook(self, codebook: Codebook | str | Path, *, note: str = "") -> int:
        """Store a codebook as a new version; give its number. An equal one changes nothing.

        A table holds codes only: name, description, source and the definitions of facets
        stay as they are.
        """
        book = codebook if isinstance(codebook, Codebook) else load_codebook(codebook)
        with self.database.write() as connection:
            if not isinstance(codebook, Codebook) and Path(codebook).suffix.lower() != ".toml":
                book = with_heading(book, store.codebooks.load(connection))
            return store.codebooks.save(connection, book, note=note)

    def export_codebook(self, path: str | Path) -> Path:
        """Write the newest codebook as .toml, .csv or .xlsx, or as .docx to be read."""
        with self.database.read() as connection:
            number = store.codebooks.latest_version(connection)
            counts = Counter(coding.code for coding in store.codings.all_codings(connection))
        return exporting.export_codebook(self.codebook(), Path(path), counts=counts, number=number)

    def suggest(self, *, progress: Progress | None = None) -> SuggestSummary:
        """Suggest codes for all participants' segments that have no suggestions yet.

        Interrupted at any moment, it goes on there at the next call. Raises StudyBusyError
        while another process does the same, and ModelError when weights are missing or
        changed.
        """
        with self._lock():
            return Pipeline(self.database, self.settings, progress or Silent()).run()

    def train(
        self,
        *,
        coders: Sequence[str] | None = None,
        transcripts: Sequence[str] | None = None,
        assume_read: bool = False,
        check: bool = True,
        finetune: bool | None = None,
        output: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Trained:
        """Learn from what people coded, rejected and read; later suggestions come from that.

        `coders` and `transcripts` None are all. With `assume_read` a coder has read every
        transcript that holds a coding by that coder. `check` foretells each participant from
        the others, to say how good the model is. `finetune` adapts the embedding first and
        keeps that where left-out participants gain; False goes back to the settings' own,
        None leaves it as it is. `output` is a file for other studies.
        Raises InputError, which says what is missing, where there are too few labels.
        """
        with self._lock():
            return training.train(
                self.database,
                self.settings,
                coders=coders,
                transcripts=transcripts,
                assume_read=assume_read,
                check=check,
                finetune=finetune,
                output=Path(output) if output else None,
                progress=progress or Silent(),
            )

    def check_codings(
        self,
        *,
        coders: Sequence[str] | None = None,
        assume_read: bool = False,
        limit: int = 50,
        progress: Progress | None = None,
    ) -> list[SecondLook]:
        """List codings that are unlike their code, and likely omissions; at most `limit` each.

        Each passage is judged by a model that learned nothing of its participant. Raises
        InputError where there are too few labels, or those of one participant only.
        """
        return consistency.check_codings(
            self.database,
            self.settings,
            coders=coders,
            assume_read=assume_read,
            limit=limit,
            progress=progress or Silent(),
        )

    def model(self) -> ModelRow | None:
        """Say which trained model suggestions come from, None where from definitions."""
        with self.database.read() as connection:
            return store.models.newest(connection)

    def untrained(self) -> bool:
        """Tell whether people coded or decided anything that no model has learned from."""
        return training.untrained(self.database)

    def suggestions(self, *, include_weak: bool = False) -> Iterator[SuggestionRow]:
        """Stream the current suggestions by transcript, position and falling score.

        `include_weak` adds the best code of each segment that has none above the floor.
        """
        floor = 0.0 if include_weak else self.settings.suggest.floor
        with self.database.read() as connection:
            run = store.runs.current(connection)
            if run is not None:
                rows = store.runs.suggestions(connection, run.id)
                yield from (row for row in rows if row.score >= floor)

    def codings(self) -> list[Coding]:
        """List what people coded, by transcript and position."""
        with self.database.read() as connection:
            return store.codings.all_codings(connection)

    def codings_by_transcript(self) -> Iterator[tuple[Transcript, list[Coding]]]:
        """Stream each coded transcript, whole, with its codings."""
        with self.database.read() as connection:
            ids = {row.name: row.id for row in store.transcripts.rows(connection)}
            codings = store.codings.all_codings(connection)
            for name, group in groupby(codings, key=lambda coding: coding.transcript):
                yield store.transcripts.load(connection, ids[name]), list(group)

    def segment_counts(self) -> Mapping[int, int]:
        """Count the segments by transcript id."""
        with self.database.read() as connection:
            return store.segments.count(connection)

    def status(self) -> StudyStatus:
        """Say where the study stands."""
        pending = Pipeline(self.database, self.settings, Silent()).stale()
        with self.database.read() as connection:
            name, notice = store.study.name_and_notice(connection)
            book = store.codebooks.load(connection)
            rows = store.transcripts.rows(connection)
            run = store.runs.current(connection)
            speakers = store.transcripts.speaker_rows(connection)
            floor = self.settings.suggest.floor
            return StudyStatus(
                name=name,
                notice=notice,
                codebook=book.name,
                codebook_version=store.codebooks.latest_version(connection),
                codes=len(book),
                transcripts=len(rows),
                participants=len(store.people.participants(connection)),
                segments=sum(store.segments.count(connection).values()),
                suggestions=store.runs.count(connection, run.id, floor) if run else 0,
                pending=pending,
                guessed_roles=sum(s.guessed for s in speakers),
                codings=store.codings.count_by_coder(connection),
                run=run,
                without_speakers=tuple(row.name for row in rows if NO_SPEAKERS in row.warnings),
            )

    def agreement(
        self,
        *,
        coders: Sequence[str] | None = None,
        unit: str = "segment",
        by: str | Sequence[str] = "code",
        mode: str = "semcode",
        ci: float = 0.95,
        resamples: int = 2_000,
        seed: int = 0,
        cluster: str = "interview",
        overlap: float | None = None,
        blind_only: bool = True,
        model: bool = False,
        half_width: float = 0.1,
        batch: str | None = None,
    ) -> AgreementReport | ModeReport:
        """Compare coders on the units that all of them are recorded as having read.

        `coders` None are all people who read anything; `by` may name several tables.
        `mode` "nvivo", "maxqda" or "atlas" counts as these programs do and gives a
        ModeReport. `overlap` is how much of a unit (or of the coding) must be covered,
        for "maxqda" of the longer span. `model` sets the current suggestions beside people,
        apart. `half_width` is the precision that the plan aims at. `batch` compares only what
        was assigned in that draw ("latest", or its name or the beginning of it). The unit
        "span" gives u-alpha, cu-alpha and gamma of the coders' own spans as a ModeReport.
        Raises InputError where there is nothing to compare.
        """
        return comparing.compare_coders(
            self.database,
            self.settings,
            coders=coders,
            unit=unit,
            by=by,
            mode=mode,
            ci=ci,
            resamples=resamples,
            seed=seed,
            cluster=cluster,
            overlap=overlap,
            blind_only=blind_only,
            model=model,
            half_width=half_width,
            batch=batch,
        )

    def reliability_sample(
        self,
        coders: Sequence[str],
        *,
        segments: int | None = None,
        transcripts: int | None = None,
        stratify: str | None = None,
        rare: str | None = None,
        seed: int = 0,
        kappa: float = 0.7,
        icc: float = 0.05,
        ci: float = 0.95,
    ) -> ReliabilitySample:
        """Draw segments or transcripts to double-code, and assign them blind.

        Exactly one of `segments` and `transcripts` says how many. `stratify` is an
        attribute of participants, `rare` a code whose likely places make up half of the
        draw. `kappa` and `icc` are assumed for the precision to expect. Raises InputError
        for an unknown coder kind, attribute or code, or more than there is to draw.
        """
        return reliability.assign_sample(
            self.database,
            self.settings,
            coders,
            segments=segments,
            transcripts=transcripts,
            stratify=stratify,
            rare=rare,
            seed=seed,
            kappa=kappa,
            icc=icc,
            ci=ci,
        )

    def evaluate(
        self,
        *,
        folds: int | None = None,
        curve: bool = True,
        least_group: int = 5,
        ci: float = 0.95,
        resamples: int = 2_000,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> ModelReport:
        """Say how good the suggestions are: on participants left out, and on the audit sample.

        `folds` None leaves out one participant at a time where there are up to 12, else a
        tenth. `curve` adds the learning curve (minutes). Participants' attributes are
        compared between groups of at least `least_group` people. Raises InputError where
        nobody has coded anything.
        """
        return evaluating.evaluate_model(
            self.database,
            self.settings,
            folds=folds,
            curve=curve,
            least_group=least_group,
            ci=ci,
            resamples=resamples,
            seed=seed,
            progress=progress,
        )

    def audit(
        self,
        coders: Sequence[str],
        *,
        segments: int,
        transcripts: Sequence[str] | None = None,
        new_interviews: bool = False,
        where_sure: float | None = None,
        seed: int = 0,
    ) -> AuditSample:
        """Draw the random blind audit sample and assign it to the coders.

        From segments that nobody has read, all with the same chance; of some `transcripts`,
        or with `new_interviews` of those alone in which nobody has done anything. With
        `where_sure`, an allowed share of errors such as .05, only from those in which the
        model is nearly sure of a code: for `code`, which then needs a far smaller sample.
        What is drawn is held back from learning. Raises InputError for more than there is to draw,
        an unknown transcript, or a coder who is no person.
        """
        return auditing.draw_audit(
            self.database,
            self.settings,
            coders,
            segments=segments,
            transcripts=transcripts,
            new_interviews=new_interviews,
            where_sure=where_sure,
            seed=seed,
        )

    def audit_progress(self) -> list[AuditProgress]:
        """Say how much of each audit draw was read blind, by coder."""
        return auditing.audit_progress(self.database)

    def code(
        self,
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
        """Let the model code by itself where the audit sample bounds its error.

        `transcripts` None are those in which nobody has coded. A code is given from the
        score on at which, with this `confidence`, at most the share `max_error` of what is
        given is wrong; of each code, or with `together` of all codes as one. `all_at_once`
        lets the confidence hold for all codes' bounds. `icc` is how alike errors of one
        participant are at least taken to be, where the audit is of other interviews. `dry`
        stores nothing. The codings belong to a coder who is a model, and `undo_code` takes
        them back. Raises InputError where nothing is open or nothing was learned.
        """
        self.suggest(progress=progress)
        return batch_coding.code_interviews(
            self.database,
            self.settings,
            transcripts=transcripts,
            max_error=max_error,
            confidence=confidence,
            together=together,
            all_at_once=all_at_once,
            icc=icc,
            dry=dry,
            seed=seed,
            progress=progress,
        )

    def undo_code(self, coder: str) -> int:
        """Take back an automatic coding by its name; give how many codings there were."""
        return batch_coding.undo_coding(self.database, coder)

    def import_project(
        self,
        path: str | Path,
        *,
        readings: bool = True,
        suggestions: bool = False,
        coder: str = "",
        progress: Progress | None = None,
    ) -> Imported:
        """Bring another program's project in; what is there already is not doubled.

        `readings` takes a coder who coded a document to have read all of it; `suggestions`
        brings semcode's own in, as a model's codings; `coder` names who coded where the
        file does not say. Raises InputError for a file that cannot be read; nothing of it
        is stored then.
        """
        return importing.import_project(
            self,
            Path(path),
            readings=readings,
            suggestions=suggestions,
            coder=coder,
            progress=progress,
        )

    def export(
        self,
        path: str | Path,
        *,
        suggestions: bool = True,
        layout: str = "refi",
        table: str = "codings",
    ) -> Path:
        """Write the study as its ending says (.csv .xlsx .qdpx .qdc), whole or not at all.

        For .qdpx, `suggestions` adds semcode's as codings of a user of their own, and
        `layout` counts positions as a program does: refi, atlasti, maxqda or nvivo. For .csv
        and .xlsx, `table` is codings, quotations, or a matrix of segments or cases with 1, 0
        and empty for not read. Raises InputError for another kind of file or one that cannot
        be written.
        """
        return exporting.export(
            self, Path(path), suggestions=suggestions, layout=layout, table=table
        )

    def export_into_qualcoder(self, original: str | Path, copy: str | Path) -> list[str]:
        """Write the suggestions into a copy of a QualCoder project; the original stays.

        Gives a sentence for each document that the project does not hold.
        """
        return exporting.export_into_qualcoder(self, Path(original), Path(copy))

    def report(self, path: str | Path) -> Path:
        """Write the report, one HTML file that loads nothing from anywhere."""
        return reporting.write_report(self, Path(path))

    def find_topics(
        self,
        *,
        topics: int | None = None,
        method: str | None = None,
        seed: int | None = None,
        stability: bool = True,
        progress: Progress | None = None,
    ) -> bool:
        """Find topics where anything changed since the last time; tell whether they are new.

        `topics` None is as many as the last time, 0 (and None at first) chosen by the data;
        so `method`, density or centres, and `seed`. `stability` tries how far topics hold.
        What people decided on topics holds. Raises InputError for too few segments.
        """
        from semcode.study.topics import find  # it needs the review, which needs this class

        with self._lock():
            return find(
                self,
                topics=topics,
                method=method,
                seed=seed,
                with_stability=stability,
                progress=progress,
            )

    def topics(self) -> TopicsPage:
        """Show the topics as they stand; they are found first where they never were.

        To decide on them: `semcode.study.topics`. Raises InputError for too few segments.
        """
        from semcode.study.topics import topics_page  # as above

        page = topics_page(self)
        if page is None:
            self.find_topics()
            page = topics_page(self)
        assert page is not None
        return page

    def findings(self, kind: str, options: FindingOptions | None = None) -> Found:
        """Give what a paper needs, from what people coded; its `write` makes files.

        `kind` is sem, matrix, participants, saturation, cooccurrence, quotes, network or
        report. Raises InputError for another, an option that fits nothing in the study, or
        where nobody has coded.
        """
        return find(self, kind, options)

    @property
    def name(self) -> str:
        """Give the study's name."""
        with self.database.read() as connection:
            return store.study.name_and_notice(connection)[0]

    @property
    def notice(self) -> str:
        """Give what must stand wherever the data is shown, "" for nothing."""
        with self.database.read() as connection:
            return store.study.name_and_notice(connection)[1]

    def run(self) -> Run | None:
        """Give the provenance of the current suggestions, None before the first run."""
        with self.database.read() as connection:
            return store.runs.current(connection)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        lock = FileLock(self.folder / _LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise StudyBusyError(
                "Another semcode is suggesting codes in this study.",
                where=str(self.folder),
                remedy="Wait until it is done, then run the same command again.",
            ) from error
        except OSError as error:
            raise StudyError(
                f"The study cannot be locked: {error.strerror}.",
                where=str(self.folder / _LOCK),
                remedy="Check that you may write to the folder, and that this is a plain file.",
            ) from error
        try:
            yield
        finally:
            lock.release()


def _is_file(path: Path) -> bool:
    """Tell whether a file is there; one behind a door that is closed to us is not."""
    try:
        return path.is_file()
    except OSError:
        return False
