"""Show the topics of a study as they stand: the page of them, and the map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook
from semcode.store.topics import Place, TopicDecision, TopicRow, TopicRun
from semcode.study.topics.covering import Coded, coded_segments, covered
from semcode.study.topics.overlapping import Key
from semcode.study.topics.replaying import REJECT, Standing, replay, resting
from semcode.study.topics.shown import TopicMap, TopicQuote, TopicsPage, TopicView
from semcode.topics.stability import ENOUGH

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["Now", "now", "topic_map", "topics_page"]

_TERMS = 3


@dataclass(frozen=True)
class Now:
    """The topics of today: the run, its places, and what people made of them."""

    run: TopicRun
    places: list[Place]
    rows: dict[str, TopicRow]
    standing: Standing

    def members(self, topic: str) -> list[Place]:
        """Give the segments of a topic, the most typical first."""
        found = [
            place
            for place, label in zip(self.places, self.standing.labels, strict=True)
            if label == topic
        ]
        return sorted(found, key=lambda place: -place.likeness)


def now(connection: Connection) -> Now | None:
    """Read the topics of today, None before they were found."""
    run = store.topics.newest_run(connection)
    if run is None:
        return None
    places = store.topics.places(connection, run.id)
    rows = {row.topic: row for row in store.topics.topics(connection, run.id)}
    lines = store.topics.decisions(connection)
    spans = store.topics.spans(connection, resting(lines))
    return Now(run, places, rows, replay(places, lines, spans))


def topics_page(study: Study) -> TopicsPage | None:
    """Give all topics, the largest first, those that were rejected last; None before the first.

    Raises nothing where transcripts changed since: the page then says that it is stale.
    """
    with study.database.read() as connection:
        found = now(connection)
        if found is None:
            return None
        book = store.codebooks.load(connection)
        coded = coded_segments(connection, [place[:3] for place in found.places], book)
        words = _Words(connection)
        views = [
            _view(found, key, members, book, coded, words)
            for key, members in _by_topic(found).items()
        ]
        stale = store.topics.digest(connection) != found.run.segments
    views.sort(key=lambda view: (view.status == "rejected", -view.size, view.id))
    return _page(found, tuple(views), stale=stale)


def _page(found: Now, views: tuple[TopicView, ...], *, stale: bool) -> TopicsPage:
    run = found.run
    # Where every passage stands alone, nothing is there that could hold.
    seeds, left_out = (run.stability.get(name) if views else None for name in ("seeds", "left_out"))
    tried = [share for share in (seeds, left_out) if share is not None]
    notes = list(run.notes)
    stable = bool(tried) and min(tried) >= ENOUGH
    if tried and not stable:
        notes.append(
            f"These topics are not stable: {min(tried):.0%} of the passages keep their topic "
            f"when chance or one interview is taken away, and {ENOUGH:.0%} would be enough. "
            "Take them as ideas to look into, not as a finding."
        )
    if stale:
        notes.append(
            "Transcripts, roles or participants changed since these topics were found: "
            "find them again."
        )
    return TopicsPage(
        run=run.id,
        found_at=run.found_at,
        method=run.plan["method"],
        seed=run.seed,
        segments=len(found.places),
        outliers=sum(label is None for label in found.standing.labels),
        topics=views,
        seeds=seeds,
        left_out=left_out,
        stable=stable,
        stale=stale,
        notes=tuple(notes),
    )


def topic_map(study: Study, *, most: int | None = None) -> TopicMap:
    """Give the map of segments; empty before topics were found.

    `most` limits the points: every topic keeps its share of them, evenly over the study.
    """
    with study.database.read() as connection:
        found = now(connection)
        if found is None:
            return TopicMap((), (), (), (), (), (), (), (), (), ())
        book = store.codebooks.load(connection)
        rows = _drawn(found, most)
        places = [found.places[row] for row in rows]
        labels = [found.standing.labels[row] or "" for row in rows]
        coded = coded_segments(connection, [place[:3] for place in places], book)
        guessed = _guessed(connection, study.settings.suggest.floor)
        words = _Words(connection)
        codes = [coded.first(place[:3]) or guessed.get(place[:3], "") for place in places]
        levels = [_level(book, code) for code in codes]
        return TopicMap(
            x=tuple(place.x for place in places),
            y=tuple(place.y for place in places),
            topic=tuple(labels),
            code=tuple(codes),
            level=tuple(levels),
            participant=tuple(place.who for place in places),
            transcript=tuple(words.name(place.transcript_id) for place in places),
            start=tuple(place.start for place in places),
            end=tuple(place.end for place in places),
            text=tuple(words.text(place[:3]) for place in places),
        )


def _by_topic(found: Now) -> dict[str, list[Place]]:
    grouped: dict[str, list[Place]] = {}
    for place, label in zip(found.places, found.standing.labels, strict=True):
        if label is not None:
            grouped.setdefault(label, []).append(place)
    return grouped


def _view(
    found: Now,
    key: str,
    members: Sequence[Place],
    book: Codebook,
    coded: Coded,
    words: _Words,
) -> TopicView:
    standing = found.standing
    row = found.rows.get(key) or TopicRow(key, -1, (), ())
    people = Counter(place.who for place in members).most_common()
    line = standing.verdict(key, row.within)
    code = book.get(line.code) if line is not None and line.code else None
    by = covered([place[:3] for place in members], row.near, coded, book)
    last = standing.last_on(key)
    return TopicView(
        id=key,
        name=standing.names.get(key) or ", ".join(row.terms[:_TERMS]) or key,
        named=key in standing.names,
        terms=row.terms,
        size=len(members),
        participants=len(people),
        largest_share=round(people[0][1] / len(members), 4),
        people=tuple(people),
        quotes=tuple(words.quote(span, members) for span in row.nearest),
        stability=row.stability,
        level=row.level,
        covered_by=code.name if code else by.name,
        nearest_code=by.nearest,
        coverage=by.share,
        covered_from="decision" if code else by.source,
        status=_status(line),
        code=code.name if code else None,
        code_guid=line.code if line else None,
        decision=line,
        made_of=standing.made_of.get(key, ()),
        undoable=last.verdict if last else "",
    )


def _status(line: TopicDecision | None) -> str:
    if line is None:
        return "open"
    return "rejected" if line.verdict == REJECT else "accepted"


class _Words:
    """The names and texts of transcripts, each read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._texts: dict[int, str] = {}
        self._names: dict[int, str] = {}

    def name(self, transcript: int) -> str:
        if transcript not in self._names:
            self._names[transcript] = store.queue.name_of(self._connection, transcript)[0]
        return self._names[transcript]

    def text(self, span: Key) -> str:
        key, start, end = span
        if key not in self._texts:
            self._texts[key] = store.queue.text_and_turns(self._connection, key)[0]
        return self._texts[key][start:end]

    def quote(self, span: Key, members: Sequence[Place]) -> TopicQuote:
        who = next((place.who for place in members if place[:3] == span), "")
        return TopicQuote(self.text(span), who, self.name(span[0]), span[1], span[2])


def _level(book: Codebook, code: str) -> str:
    found = book.get(code) if code else None
    level = book.level_of(found) if found else None
    return level.value if level else ""


def _guessed(connection: Connection, floor: float) -> dict[Key, str]:
    """Give the code with the highest score of each segment that has one above the floor."""
    run = store.runs.current(connection)
    best: dict[Key, str] = {}
    for row in store.queue.rows(connection, run.id) if run else ():
        if row.score >= floor:
            best.setdefault((row.transcript, row.start, row.end), row.code)
    return best


def _drawn(found: Now, most: int | None) -> list[int]:
    """Give rows of places, at most so many: of each topic its share, evenly over the study."""
    rows = list(range(len(found.places)))
    if most is None or len(rows) <= most:
        return rows
    order = sorted(rows, key=lambda row: (found.standing.labels[row] or "", row))
    step = len(rows) / most
    return sorted(order[int(place * step)] for place in range(most))
