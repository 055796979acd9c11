"""Write the topics as a page with their map, or as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from semcode.errors import InputError
from semcode.findings.blocks import Block, Figure, Finding, Grid, Quoted, QuoteList
from semcode.findings.tables import Cell, Table
from semcode.findings.topics_map import MapGroup, topics_map
from semcode.study.findings.files import write_findings
from semcode.study.topics.shown import TopicMap, TopicsPage, TopicView
from semcode.study.topics.viewing import topic_map, topics_page
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["topics_finding", "write_topics"]

_POINTS = 20_000  # on a page that opens at once
_QUOTE = 300  # characters under the pointer

_WHAT = (
    "A topic is a group of passages that a language model finds alike. It is an idea of where "
    "to look, not a theme: people read its passages and decide whether it is one."
)


def write_topics(study: Study, path: str | Path) -> Path:
    """Write .html with the map, the list and the stability, .xlsx or .docx, whole or not at all.

    Raises InputError before topics were found, or for another kind of file.
    """
    page = topics_page(study)
    if page is None:
        raise InputError("No topics were found yet.", remedy="Find them first: semcode topics")
    return write_findings(
        [topics_finding(page, topic_map(study, most=_POINTS))],
        Path(path),
        study=study.name,
        notice=study.notice,
        generated_at=datetime.now(UTC),
        kicker="Topics",
    )


def topics_finding(page: TopicsPage, points: TopicMap) -> Finding:
    """Lay the topics out as a finding: what they are, the map, the list, the quotes."""
    blocks: list[Block] = [_WHAT, _stability(page), _map(page, points), _table(page)]
    blocks += [_quotes(topic) for topic in page.topics]
    return Finding(
        kind="topics",
        title="Topics",
        blocks=blocks,
        grids=(_list_grid(page), _quote_grid(page)),
        notes=page.notes,
    )


def _stability(page: TopicsPage) -> str:
    head = (
        f"{counted(page.segments, 'passage')}; {page.outliers:,} in no topic. "
        f"Found {page.found_at[:10]} with seed {page.seed}. "
    )
    if not page.topics:
        return head + "No topic was found."
    if page.stability is None:
        return head + "How stable the topics are was not tried."
    told = [
        f"{share:.0%} {what}"
        for share, what in (
            (page.seeds, "when chance is drawn anew (10 seeds, as many topics)"),
            (page.left_out, "when one participant is left out, each in turn"),
        )
        if share is not None
    ]
    verdict = "That is enough to work with." if page.stable else "That is not stable."
    return f"{head}Of the passages with a topic keep it: {'; '.join(told)}. {verdict}"


def _map(page: TopicsPage, points: TopicMap) -> Figure:
    order = [topic.id for topic in page.topics]
    rows: dict[str, list[int]] = {key: [] for key in ("", *order)}
    for row, key in enumerate(points.topic):
        rows[key].append(row)
    names = {topic.id: f"{topic.id} {topic.name}" for topic in page.topics}
    groups = [
        MapGroup(
            name=names.get(key),
            x=[points.x[row] for row in own],
            y=[points.y[row] for row in own],
            people=[points.participant[row] for row in own],
            texts=[points.text[row][:_QUOTE] for row in own],
        )
        for key, own in rows.items()
        if own
    ]
    shown = len(points.x)
    told = counted(shown, "passage")
    drawn = ""
    if shown < page.segments:
        told = f"{shown:,} of {counted(page.segments, 'passage')}"
        drawn = f" Drawn are {told}, of each topic the same share, evenly over the study."
    return Figure(
        key="map",
        caption="Each point is a passage; those that are alike lie together. Only what is near "
        f"means something: the distance between far points does not.{drawn}",
        alt=f"Map of {told} in {counted(len(page.topics), 'topic')}; the table lists the topics.",
        spec=topics_map(groups),
        width=560,
    )


def _table(page: TopicsPage) -> Table:
    rows = tuple(
        (
            Cell(topic.id),
            Cell(topic.name, ", ".join(topic.terms) if topic.named else _more(topic)),
            Cell(f"{topic.size:,}"),
            Cell(
                f"{topic.participants:,}",
                f"{topic.people[0][0]}: {topic.largest_share:.0%}" if topic.people else "",
            ),
            Cell("–" if topic.stability is None else f"{topic.stability:.0%}"),
            Cell((topic.level or "").capitalize()),
            Cell(*_relation(topic)),
            Cell(*_standing(topic)),
        )
        for topic in page.topics
    )
    head = ("id", "topic", "passages", "participants", "stability", "level", "code", "status")
    return Table("Topics, the largest first", head, rows, numeric=(2, 3, 4))


def _more(topic: TopicView) -> str:
    return ", ".join(topic.terms[3:])


def _relation(topic: TopicView) -> tuple[str, str]:
    if topic.covered_by is not None:
        note = "" if topic.covered_from == "decision" else _share(topic)
        return topic.covered_by, note
    return "new", f"nearest: {topic.nearest_code}, {_share(topic)}" if topic.nearest_code else ""


def _share(topic: TopicView) -> str:
    return f"{topic.coverage:.0%} by {topic.covered_from}"


def _standing(topic: TopicView) -> tuple[str, str]:
    line = topic.decision
    return topic.status, f"{line.coder}, {line.at[:10]}" if line else ""


def _quotes(topic: TopicView) -> QuoteList:
    about = ", ".join(f"{who} {count}" for who, count in topic.people[:8])
    return QuoteList(
        title=f"{topic.id} {topic.name} ({counted(topic.size, 'passage')}, "
        f"{counted(topic.participants, 'participant')})",
        quotes=tuple(
            Quoted(
                text=quote.text,
                who=quote.participant,
                about="",
                where=f"{quote.transcript}, {quote.start:,}",
            )
            for quote in topic.quotes
        ),
        path=f"Most typical passages, of different people first. Passages: {about}",
    )


def _list_grid(page: TopicsPage) -> Grid:
    header = (
        "id", "name", "terms", "passages", "participants", "largest share", "stability", "level",
        "covered by", "nearest code", "share with it", "told by", "status", "code", "decided by",
        "decided at", "note",
    )  # fmt: skip
    rows = tuple(_list_row(topic) for topic in page.topics)
    return Grid("Topics", header, rows, (6, 30, 50, 10, 12, 12, 10, 16, 24, 24, 12, 12, 10, 24))


def _list_row(topic: TopicView) -> tuple[str | int | float | None, ...]:
    line = topic.decision
    return (
        topic.id,
        topic.name,
        ", ".join(topic.terms),
        topic.size,
        topic.participants,
        topic.largest_share,
        topic.stability,
        topic.level or "",
        topic.covered_by or "",
        topic.nearest_code or "",
        topic.coverage,
        topic.covered_from,
        topic.status,
        topic.code or "",
        line.coder if line else "",
        line.at if line else "",
        line.note if line else "",
    )


def _quote_grid(page: TopicsPage) -> Grid:
    rows: Sequence[tuple[str | int, ...]] = [
        (topic.id, topic.name, q.participant, q.transcript, q.start, q.end, q.text)
        for topic in page.topics
        for q in topic.quotes
    ]
    header = ("id", "topic", "participant", "transcript", "start", "end", "quote")
    return Grid("Quotes", header, tuple(rows), (6, 30, 14, 20, 8, 8, 110))
