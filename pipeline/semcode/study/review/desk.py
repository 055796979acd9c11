"""What one served study keeps at hand: the log in memory, codebook, texts, one writer at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, RLock
from typing import Protocol

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Code, Codebook
from semcode.config import Settings
from semcode.errors import InputError
from semcode.records import CoderKind, Run
from semcode.store import Database
from semcode.store.decisions import Seen
from semcode.store.people import CoderKey
from semcode.store.queue import Place
from semcode.study.learning.live_grounds import Grounds
from semcode.study.learning.live_scores import LiveScores
from semcode.study.review.ledger import Ledger
from semcode.study.review.meaning import Meanings
from semcode.study.topical import TOPIC

__all__ = ["CONSENSUS", "MOMENT", "Desk", "Refiner", "Words"]

#: The coder to whom settled codings belong.
CONSENSUS = "consensus"

#: Seconds that a page waits for the learner to follow what was just decided.
MOMENT = 0.15

_TEXTS = 200
_TELLINGS = 1_000  # a few for each of many coders
_SEEN = "semcode_seen"


class Refiner(Protocol):
    """A learner that follows the log behind the page; none of this waits or fails."""

    def told(self) -> None:
        """Take note that something was stored."""
        ...

    def serving(self) -> None:
        """Take note that somebody is being served."""
        ...

    def settle(self, seconds: float) -> bool:
        """Take at most so long to learn what was stored; tell whether all is learned."""
        ...

    def scores(self) -> LiveScores | None:
        """Give the probabilities as they are now, None while the stored ones stand."""
        ...

    def moved(self, pairs: Sequence[tuple[int, str]]) -> list[Mapping[str, float]]:
        """Say what the log-odds of segments and codes rest on."""
        ...

    def grounds(self, segment: int, code: str, text: str) -> Grounds | None:
        """Say what a probability rests on, None while the stored ones stand."""
        ...

    def version(self) -> str:
        """Name the state of the learner, "" while the stored suggestions stand."""
        ...

    def learning(self) -> bool:
        """Tell whether something is being learned, so that scores will move."""
        ...

    def words(self) -> str:
        """Say in a sentence what the learner is doing."""
        ...

    def close(self) -> None:
        """End what runs behind."""
        ...


@dataclass(frozen=True, slots=True)
class Words:
    """A transcript's text and the spans of its turns."""

    text: str
    turns: Sequence[tuple[int, int]]


class Desk:
    """A study that is being reviewed; used from several threads."""

    def __init__(
        self, database: Database, settings: Settings, *, refiner: Refiner | None = None
    ) -> None:
        self.database = database
        self.settings = settings
        self.refiner = refiner
        self.ledger = Ledger()
        self._writer = Lock()
        self._lock = RLock()
        self._books: dict[int, Codebook] = {}
        self._run: tuple[str, Run | None] | None = None
        self._words: OrderedDict[tuple[str, int], Words] = OrderedDict()
        self._to_read: dict[int, tuple[object, tuple[tuple[str, int, int, int], ...]]] = {}
        self._coders: dict[str, CoderKey] = {}
        self.meanings: dict[int, Meanings] = {}
        self._told: OrderedDict[tuple[int, int, str], dict[str, object]] = OrderedDict()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one connection that writes, with the log followed up to now."""
        with self._writer, self.database.write() as connection:
            self._follow(connection)
            yield connection

    def live(self) -> LiveScores | None:
        """Give the probabilities as the learner has them now, None while the stored ones stand."""
        return self.refiner.scores() if self.refiner is not None else None

    def score_now(self, segment: int, code: str, evidence: Mapping[str, object]) -> float | None:
        """Give a suggestion's score of now, None while the stored ones stand.

        By its `evidence`, what an accepted topic offers stays at the floor or above.
        """
        live = self.live()
        found = live.of(segment, code) if live is not None else None
        if found is not None and TOPIC in evidence:
            return max(found, self.settings.suggest.floor)
        return found

    def model(self, connection: Connection) -> str:
        """Name what gave the scores that are shown: the learner's state, or the run."""
        named = self.refiner.version() if self.refiner is not None else ""
        run = None if named else self.run(connection)
        return f"{run.kind}, run {run.id}" if run else named

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that reads, with the log followed up to now."""
        with self.database.read() as connection:
            self._follow(connection)
            yield connection

    def _follow(self, connection: Connection) -> None:
        seen = store.decisions.seen(connection)
        connection.info[_SEEN] = seen
        self.ledger.follow(connection, seen)

    def seen(self, connection: Connection) -> Seen:
        """Give how far the study has come, as the connection's transaction found it."""
        found: Seen = connection.info[_SEEN]
        return found

    def run(self, connection: Connection) -> Run | None:
        """Give the run whose suggestions are shown, as the transaction found it."""
        finished = self.seen(connection).finished
        known = self._run
        if known is None or known[0] != finished:
            known = self._run = finished, store.runs.current(connection)
        return known[1]

    def codebook(self, connection: Connection) -> tuple[int, Codebook]:
        """Give the newest codebook and its number, as the transaction found it."""
        number = self.seen(connection).codebook
        return number, self.codebook_version(connection, number)

    def codebook_version(self, connection: Connection, number: int) -> Codebook:
        """Give a version of the codebook; versions never change, so each is read once."""
        if number not in self._books:
            self._books[number] = store.codebooks.load(connection, number)
        return self._books[number]

    def words(self, connection: Connection, transcript_id: int, guid: str = "") -> Words:
        """Give a transcript's text and turns; its `guid` saves a question."""
        guid = guid or store.queue.name_of(connection, transcript_id)[1]
        key = (guid, self.seen(connection).corrections)
        with self._lock:
            if key in self._words:
                self._words.move_to_end(key)
                return self._words[key]
        found = Words(*store.queue.text_and_turns(connection, transcript_id))
        with self._lock:
            self._words[key] = found
            if len(self._words) > _TEXTS:
                self._words.popitem(last=False)
        return found

    def coder(self, connection: Connection, name: str) -> CoderKey:
        """Give a person who codes. Raises InputError for anybody else."""
        found = self._coders.get(name)
        if found is None:
            known = {key.name: key for key in store.people.coder_keys(connection)}
            found = known.get(name)
        if found is None:
            raise InputError(
                f"There is no coder {name!r}.", remedy="Join the study under this name first."
            )
        if found.kind is not CoderKind.HUMAN:
            raise InputError(
                f"{name!r} is a {found.kind}, and only people decide.",
                remedy="Decide under your own name.",
            )
        self._coders[name] = found
        return found

    def tell(self, coder: int, segment: int, code: str, evidence: dict[str, object]) -> None:
        """Remember for a while what a coder was told of a suggestion."""
        with self._lock:
            self._told[coder, segment, code] = evidence
            if len(self._told) > _TELLINGS:
                self._told.popitem(last=False)

    def told(self, coder: int, segment: int, code: str) -> dict[str, object]:
        """Give what a coder was told of a suggestion, {} for nothing."""
        with self._lock:
            return dict(self._told.get((coder, segment, code), {}))

    def to_read_blind(
        self, connection: Connection, coder: int
    ) -> tuple[tuple[str, int, int, int], ...]:
        """Give what a coder is to read blind and has not: batch, transcript's id, start, end."""
        seen = self.seen(connection)
        key = (self.ledger.reads(coder), seen.assignment, seen.reading, seen.corrections)
        known = self._to_read.get(coder)
        if known is None or known[0] != key:
            known = key, tuple(store.queue.to_read_blind(connection, coder))
            self._to_read[coder] = known
        return known[1]

    def refuse_hidden(self, connection: Connection, coder: int, place: Place) -> None:
        """Raise InputError where a coder is to code a segment blind first."""
        for _, transcript, start, end in self.to_read_blind(connection, coder):
            if transcript == place.transcript_id and start < place.end and place.start < end:
                raise InputError(
                    "This segment is to be coded blind first.",
                    remedy="Code it without suggestions, and mark it as read.",
                )

    def place(self, connection: Connection, segment: int) -> Place:
        """Give where a segment is. Raises InputError where it is no longer there."""
        found = store.queue.place_of(connection, segment)
        if found is None:
            raise InputError(
                "This segment is no longer there: the transcript was cut anew.",
                remedy="Load the page again.",
            )
        return found

    def transcript_id(self, connection: Connection, name: str) -> int:
        """Give a transcript's id. Raises InputError for an unknown name."""
        found = store.queue.key_of(connection, name)
        if found is None:
            raise InputError(
                f"There is no transcript {name!r}.", remedy="See the names with: semcode speakers"
            )
        return found[0]

    def code(self, connection: Connection, key: str) -> Code:
        """Give a code of the newest codebook by guid or name. Raises InputError for no code."""
        _, book = self.codebook(connection)
        found = book.get(key)
        if found is None:
            raise InputError(
                f"The codebook has no code {key!r}.",
                remedy="Load the page again: the codebook may have changed.",
            )
        return found
